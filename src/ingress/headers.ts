/**
 * What the headers of a request say about its body and about the answer that it takes. Plain functions over the text
 * of one header each; an absent header is the empty text.
 */

/** How a body is packed. */
export const ENCODING = { none: 0, gzip: 1, unknown: 2 } as const

/** One of `ENCODING`, from `Content-Encoding`. */
export function encodingOf(contentEncoding: string): number {
  if (contentEncoding === '') return ENCODING.none
  const name = contentEncoding.trim().toLowerCase()
  if (isGzipName(name)) return ENCODING.gzip
  return name === 'identity' ? ENCODING.none : ENCODING.unknown
}

/**
 * OpenRTB 2.6 section 2.3: `application/json`, and so is a body without a type. `text/json` is no registered type, but
 * says as plainly what follows. Parameters do not matter: JSON between peers is UTF-8 whatever they say (RFC 8259).
 */
export function isJsonType(contentType: string): boolean {
  if (contentType === '' || contentType === 'application/json') return true
  const type = mediaTypeOf(contentType)
  return type === 'application/json' || type === 'text/json'
}

export function isFormType(contentType: string): boolean {
  return mediaTypeOf(contentType) === 'application/x-www-form-urlencoded'
}

/** Whether an answer may be packed, from `Accept-Encoding` (RFC 9110 section 12.5.3). */
export function takesGzip(acceptEncoding: string): boolean {
  if (acceptEncoding === '') return false
  let isAnyTaken = false
  for (const offer of acceptEncoding.toLowerCase().split(',')) {
    const [coding, ...parameters] = offer.split(';')
    const name = coding.trim()
    // What is said of gzip by name counts before what is said of all.
    if (isGzipName(name)) return isWanted(parameters)
    if (name === '*') isAnyTaken = isWanted(parameters)
  }
  return isAnyTaken
}

/** A weight of 0 says "not this"; so does one that is no number, because plain text can always be read. */
function isWanted(parameters: readonly string[]): boolean {
  const weight = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith('q='))
  return weight === undefined || Number(weight.slice(2)) > 0
}

/** RFC 9110 section 8.4.1.3: `x-gzip` is another name of `gzip`. */
function isGzipName(name: string): boolean {
  return name === 'gzip' || name === 'x-gzip'
}

function mediaTypeOf(contentType: string): string {
  const end = contentType.indexOf(';')
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}
