/**
 * Where a text stops being JSON, and why, for people: the messages of `JSON.parse` often have no position.
 * Reads up to the fault and no further, and only texts that `JSON.parse` has refused. Nesting costs no stack.
 */
export type JsonFault = {
  /** In UTF-16 units; the length of the text when it ends too early. */
  readonly at: number
  readonly message: string
}

/** What may stand next. `element` and `key` follow a comma, `firstElement` and `firstKey` an opening bracket. */
type Expected = 'value' | 'element' | 'firstElement' | 'key' | 'firstKey' | 'colon' | 'separator'

const space = /[ \t\n\r]*/y
const text = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*"/y
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /[\w.+-]{1,20}|./suy

export function firstFault(json: string): JsonFault {
  const open: string[] = []
  let expected: Expected = 'value'
  let at = ends(space, json, 0)
  for (;;) {
    const end = endOfWord(json, at, expected, open)
    if (end === -1) return { at, message: messageOf(json, at, expected, open.length === 0) }
    expected = after(json[at], expected, open)
    at = ends(space, json, end)
  }
}

/** The index behind the word at `at`, or -1 when no word or another one stands there. */
function endOfWord(json: string, at: number, expected: Expected, open: readonly string[]): number {
  const first = json[at]
  const isFirst = expected === 'firstKey' || expected === 'firstElement'
  if ((isFirst || expected === 'separator') && first !== undefined && first === closing(open)) return at + 1
  if (expected === 'separator') return first === ',' && open.length > 0 ? at + 1 : -1
  if (expected === 'colon') return first === ':' ? at + 1 : -1
  if (first === '"') return ends(text, json, at)
  if (expected === 'key' || expected === 'firstKey') return -1
  return first === '{' || first === '[' ? at + 1 : ends(scalar, json, at)
}

/** What may stand behind a word that begins with `first`; keeps account of the open brackets. */
function after(first: string, expected: Expected, open: string[]): Expected {
  if (first === ',') return open.at(-1) === '{' ? 'key' : 'element'
  if (first === ':') return 'value'
  if (first === '{' || first === '[') open.push(first)
  if (first === '{') return 'firstKey'
  if (first === '[') return 'firstElement'
  if (first === '}' || first === ']') open.pop()
  else if (expected === 'key' || expected === 'firstKey') return 'colon'
  return 'separator'
}

function closing(open: readonly string[]): string | undefined {
  return { '{': '}', '[': ']' }[open.at(-1) ?? '']
}

function ends(pattern: RegExp, json: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(json) ? pattern.lastIndex : -1
}

function messageOf(json: string, at: number, expected: Expected, isOutside: boolean): string {
  if (at === json.length) return at === 0 ? 'the file is empty' : 'the file ends too early'
  word.lastIndex = at
  const found = `unexpected ${word.exec(json)?.[0]}`
  const remedy = remedyOf(json[at], expected, isOutside)
  return remedy === undefined ? found : `${found}; ${remedy}`
}

/** The slips of a hand. */
function remedyOf(first: string, expected: Expected, isOutside: boolean): string | undefined {
  if (first === '/' || first === '#') return 'JSON has no comments'
  if (first === "'") return 'JSON has double quotes only'
  const isAfterComma = expected === 'key' || expected === 'element'
  if (isAfterComma && (first === '}' || first === ']')) return 'remove the comma before it'
  if (expected === 'separator' && isOutside) return 'several objects in one file belong in an array'
  if (expected === 'separator' && /["{[\w-]/.test(first)) return 'a comma is missing before it'
  if (expected !== 'colon' && first === '"')
    return 'this text is not closed, or holds a line break or a bad escape'
  return undefined
}
