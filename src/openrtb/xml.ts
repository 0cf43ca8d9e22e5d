/**
 * Reads an XML 1.0 document to a tree, or says why it is none. For checking markup, off the bid path.
 *
 * Knows elements, attributes, text, CDATA, comments and the five entities that need no declaration. Document types are
 * refused: no VAST needs one, and players do not read them. Namespaces are part of the names.
 */

export type XmlElement = {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** All text directly inside, CDATA included. */
  readonly text: string
}

export type XmlResult = { readonly root: XmlElement } | { readonly fault: string }

const NAME = '[\\p{L}_:][\\p{L}\\p{N}_:.·-]*'
const SPACE = '[\\t\\n\\r ]'
const ATTRIBUTE = `${SPACE}+(${NAME})${SPACE}*=${SPACE}*(?:"([^<"]*)"|'([^<']*)')`
const ATTRIBUTES = new RegExp(ATTRIBUTE, 'gu')
const TOKEN = new RegExp(
  [
    '(?<comment><!--(?:(?!--)[^])*-->)',
    '<!\\[CDATA\\[(?<cdata>[^]*?)\\]\\]>',
    `<\\?(?<instruction>${NAME})(?:${SPACE}[^]*?)?\\?>`,
    `</(?<end>${NAME})${SPACE}*>`,
    `<(?<start>${NAME})(?<attributes>(?:${ATTRIBUTE.replaceAll(/\((?!\?)/g, '(?:')})*)${SPACE}*(?<empty>/?)>`,
    '(?<text>[^<]+)',
  ].join('|'),
  'yu',
)
/** What is no `Char` of XML 1.0 section 2.2. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
const REFERENCE = /&(?:(?<name>amp|lt|gt|quot|apos)|#(?<decimal>\d+)|#x(?<hex>[\da-fA-F]+));|&/g
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

type Open = { name: string; attributes: Map<string, string>; children: Open[]; text: string }

export function parseXml(source: string): XmlResult {
  const forbidden = FORBIDDEN.exec(source)
  if (forbidden !== null) return faultAt(forbidden.index, 'a character that XML forbids')
  // Stands for the document: its one child is the root.
  const document: Open = { name: '', attributes: new Map(), children: [], text: '' }
  const open = [document]
  for (let at = 0; at < source.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(source)?.groups
    if (token === undefined) return faultAt(at, 'malformed markup')
    const inner = open[open.length - 1]
    if (token.start !== undefined) {
      const attributes = attributesOf(token.attributes)
      if (attributes === undefined) return faultAt(at, 'an attribute is repeated or holds a bad reference')
      const element: Open = { name: token.start, attributes, children: [], text: '' }
      inner.children.push(element)
      if (token.empty === '') open.push(element)
    } else if (token.end !== undefined) {
      if (open.length === 1 || token.end !== inner.name) return faultAt(at, `</${token.end}> closes nothing`)
      open.pop()
    } else if (token.instruction !== undefined) {
      if (token.instruction.toLowerCase() === 'xml' && at > 0)
        return faultAt(at, 'a declaration behind the start')
    } else if (token.comment === undefined) {
      const text = token.cdata ?? decoded(token.text)
      if (text === undefined || token.text?.includes(']]>'))
        return faultAt(at, 'a bad reference or a stray ]]>')
      if (inner === document && (token.cdata !== undefined || text.trim() !== ''))
        return faultAt(at, 'text outside of the root')
      inner.text += text
    }
  }
  if (open.length > 1) return faultAt(source.length, `<${open[open.length - 1].name}> is not closed`)
  if (document.children.length !== 1) return faultAt(0, `${document.children.length} roots instead of one`)
  return { root: document.children[0] }
}

/** The elements of a name below an element, at any depth, in document order. */
export function descendants(element: XmlElement, name: string): XmlElement[] {
  const found: XmlElement[] = []
  // A document may be deeper than the stack.
  const open = [...element.children].reverse()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.name === name) found.push(next)
    for (let i = next.children.length - 1; i >= 0; i--) open.push(next.children[i])
  }
  return found
}

/** Undefined when a name stands twice or a value is malformed. */
function attributesOf(source: string): Map<string, string> | undefined {
  const attributes = new Map<string, string>()
  for (const [, name, inQuotes, inApostrophes] of source.matchAll(ATTRIBUTES)) {
    const value = decoded(inQuotes ?? inApostrophes)
    if (value === undefined || attributes.has(name)) return undefined
    attributes.set(name, value)
  }
  return attributes
}

/** Text with its references replaced, or undefined when one of them is malformed. */
function decoded(text: string): string | undefined {
  let isGood = true
  const result = text.replace(REFERENCE, (reference, name, decimal, hex) => {
    if (name !== undefined) return ENTITIES[name]
    const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal)
    if (reference !== '&' && code <= 0x10ffff && !FORBIDDEN.test(String.fromCodePoint(code)))
      return String.fromCodePoint(code)
    isGood = false
    return ''
  })
  return isGood ? result : undefined
}

function faultAt(index: number, what: string): XmlResult {
  return { fault: `${what} at character ${index}` }
}
