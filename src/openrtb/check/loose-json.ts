/**
 * Reads parsed JSON as tolerantly as senders are sloppy: numbers as text and text as numbers, booleans for flags, one
 * value for a list of it, null for anything. What is not there or of another type is empty. For checks; the bid path
 * reads the tape. No reader recurses or throws, however deep or odd the value is.
 */

export type JsonObject = Readonly<Record<string, unknown>>

const SHOWN_LENGTH_MAX = 80

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

export function isFilledText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** A list, and nothing where there is none: for what we send, of which nobody must be tolerant. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A list, or the one value that stands where a list is due. */
function someOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

export function objectsOf(value: unknown): JsonObject[] {
  return someOf(value).filter(isObject)
}

export function textsOf(value: unknown): string[] {
  return someOf(value)
    .map(textOf)
    .filter((text) => text !== undefined)
}

export function numbersOf(value: unknown): number[] {
  return someOf(value)
    .map(numberOf)
    .filter((number) => number !== undefined)
}

/** A text that is not empty, or a number as text: some senders write ids and categories so. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return `${value}`
  return isFilledText(value) ? value : undefined
}

/** A number, or a text that is one. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return isFilledText(value) && value.trim() !== '' && !Number.isNaN(+value) ? +value : undefined
}

/** A number above 0, or 0: what a limit that is not set comes to. */
export function limitOf(value: unknown): number {
  return Math.max(numberOf(value) ?? 0, 0)
}

/** A flag: 1, or `true` from a protobuf bridge. */
export function isSet(value: unknown): boolean {
  return value === true || numberOf(value) === 1
}

/** A flag that is there and not set: 0, or `false` from a protobuf bridge. */
export function isUnset(value: unknown): boolean {
  return value === false || numberOf(value) === 0
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A value as a message shows it: short, and lists and objects only by name. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (isObject(value)) return 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : `${value}`
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text
}

/** Some values as a message shows them, or `nothing` when there are none. */
export function allShown(values: readonly unknown[], nothing: string): string {
  return values.map((value) => (typeof value === 'string' ? value : shown(value))).join(', ') || nothing
}

/** Every value within a value, itself first, with its JSON pointer, in document order. */
export function* within(root: unknown): Generator<{ value: unknown; path: string }> {
  const open = [{ value: root, path: '' }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next
    const { value, path } = next
    if (typeof value !== 'object' || value === null) continue
    for (const [name, inner] of Object.entries(value).reverse()) {
      open.push({ value: inner, path: `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` })
    }
  }
}
