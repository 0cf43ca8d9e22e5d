/**
 * Reads the markup of a banner as HTML, or says why it is none. Stricter than a browser, which makes something of
 * anything: a tag that is not closed or a text between attributes is a value that was put in without being escaped.
 *
 * Knows void elements, elements whose end may be left out, and those that hold text alone (HTML, sections 13.1.2 and
 * 13.1.2.4). `<div/>` is taken for an empty element, as in XHTML.
 */

export type HtmlResult =
  | { readonly elements: ReadonlySet<string>; readonly fault?: undefined }
  | { readonly elements: ReadonlySet<string>; readonly fault: string }

const VOID = words('area base br col embed hr img input link meta param source track wbr')
const END_OPTIONAL = words(
  'body caption colgroup dd dt head html li optgroup option p rp rt tbody td tfoot th thead tr',
)
const TEXT_ONLY = words('iframe noembed noframes script style textarea title xmp')

const SPACE = '[\\t\\n\\f\\r ]'
const VALUE = `"[^"]*"|'[^']*'|[^\\t\\n\\f\\r "'=<>\`]+`
const ATTRIBUTE = `${SPACE}+([^\\t\\n\\f\\r "'<>/=]+)(?:${SPACE}*=${SPACE}*(?:${VALUE}))?`
const ATTRIBUTES = new RegExp(ATTRIBUTE, 'g')
const TOKEN = new RegExp(
  [
    '<!--(?<comment>[^]*?)-->',
    '<!(?<doctype>doctype[^>]*)>',
    `</(?<end>[a-z][^\\t\\n\\f\\r />]*)${SPACE}*>`,
    `<(?<start>[a-z][^\\t\\n\\f\\r "'<>/=]*)(?<attributes>(?:${ATTRIBUTE.replace('(', '(?:')})*)${SPACE}*(?<empty>/?)>`,
    '(?<text>[^<]+)',
  ].join('|'),
  'iy',
)

export function parseHtml(source: string): HtmlResult {
  const elements = new Set<string>()
  const open: string[] = []
  const faultAt = (at: number, what: string) => ({ elements, fault: `${what} at character ${at}` })
  for (let at = 0; at < source.length; ) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(source)?.groups
    if (token === undefined) return faultAt(at, 'malformed markup')
    const end = TOKEN.lastIndex
    const start = token.start?.toLowerCase()
    if (start !== undefined) {
      elements.add(start)
      if (hasRepeatedName(token.attributes)) return faultAt(at, `an attribute of <${start}> is repeated`)
      const isOpen = token.empty === '' && !VOID.has(start)
      if (isOpen) open.push(start)
      at = isOpen && TEXT_ONLY.has(start) ? endOfText(source, end, start) : end
      if (at < 0) return faultAt(end, `<${start}> is not closed`)
      continue
    }
    if (token.end !== undefined && !close(open, token.end.toLowerCase())) {
      return faultAt(at, `</${token.end}> closes nothing`)
    }
    at = end
  }
  const left = open.findLast((name) => !END_OPTIONAL.has(name))
  return left === undefined ? { elements } : faultAt(source.length, `<${left}> is not closed`)
}

/** The elements that start in the markup, as far as it can be read. */
export function elementsOf(source: string): ReadonlySet<string> {
  return parseHtml(source).elements
}

/** Where `</name` begins, or -1. */
function endOfText(source: string, from: number, name: string): number {
  const end = new RegExp(`</${name}${SPACE}*>`, 'gi')
  end.lastIndex = from
  return end.exec(source)?.index ?? -1
}

/** Closes an element, and with it those inside whose end may be left out. */
function close(open: string[], name: string): boolean {
  for (let i = open.length - 1; i >= 0; i--) {
    if (open[i] === name) {
      open.length = i
      return true
    }
    if (!END_OPTIONAL.has(open[i])) return false
  }
  return false
}

function hasRepeatedName(attributes: string): boolean {
  const names = Array.from(attributes.matchAll(ATTRIBUTES), ([, name]) => name.toLowerCase())
  return new Set(names).size < names.length
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '))
}
