/**
 * Text with holes: what an ad decides is joined and escaped when the catalog changes, what only a bid knows is put in
 * between. The text of a template is already escaped for where it will stand; so must be what fills its holes.
 */

/** What a bid knows. A URL has one spelling for XML's CDATA and JSON, and one for an HTML attribute (`&amp;`). */
export const HOLE = {
  /** Version of a VAST document, as in 4.2. */
  vastVersion: 0,
  /** Id of the serving of an ad: the bid's. */
  servingId: 1,
  /** Called when the ad is seen. */
  viewUrl: 2,
  viewUrlInHtml: 3,
  /** Where a click leads: through us to the landing page. */
  clickUrlInHtml: 4,
  /** Called beside the landing page when the ad is clicked. */
  clickTrackingUrl: 5,
  /** Called by a player that cannot show the ad, with VAST's [ERRORCODE]. */
  errorUrl: 6,
  /** As `viewUrl`, for native: an exchange may expand its price in markup and yet not inside VAST. */
  viewUrlInNative: 7,
  /** What a landing page is given to report a conversion with: the token by itself. */
  clickId: 8,
} as const

/** Stands in the URL of a landing page for it. */
export const CLICK_ID_MACRO = '{click_id}'
export const HOLE_COUNT = Object.keys(HOLE).length
export type Hole = (typeof HOLE)[keyof typeof HOLE]

/** `texts[0]`, what fills `holes[0]`, `texts[1]` and so on: one text more than there are holes. */
export type Template = { readonly texts: readonly string[]; readonly holes: readonly Hole[] }

/** A template of texts and holes in order, each text put through `inPlace`. */
export function template(parts: readonly (string | Hole)[], inPlace: (text: string) => string): Template {
  const texts = ['']
  const holes: Hole[] = []
  for (const part of parts) {
    if (typeof part === 'string') texts[texts.length - 1] += part
    else {
      holes.push(part)
      texts.push('')
    }
  }
  return { texts: texts.map(inPlace), holes }
}

/** A landing page, spelled for its place, as texts and the holes between them. */
export function landingParts(landing: string): (string | Hole)[] {
  return landing.split(CLICK_ID_MACRO).flatMap((text, i) => (i === 0 ? [text] : [HOLE.clickId, text]))
}

/** A URL around a token; no URL at all where `before` is ''. */
export type UrlFrame = { readonly before: string; readonly after: string }

/** What fills the holes of one ad. */
export type Filling = {
  /** The URLs of an exchange, indexed by `HOLE`. */
  readonly frames: readonly UrlFrame[]
  readonly token: string
  readonly servingId: string
  /** '' for what is no film. */
  readonly vastVersion: string
}

export function fill({ texts, holes }: Template, { frames, token, servingId, vastVersion }: Filling): string {
  let text = texts[0]
  for (let i = 0; i < holes.length; i++) {
    const hole = holes[i]
    if (hole === HOLE.vastVersion) text += vastVersion
    else if (hole === HOLE.servingId) text += servingId
    else if (hole === HOLE.clickId) text += token
    else text += frames[hole].before + token + frames[hole].after
    text += texts[i + 1]
  }
  return text
}

/** The URL of a frame with this token, '' where there is none. */
export function urlOf({ before, after }: UrlFrame, token: string): string {
  return before === '' ? '' : before + token + after
}

/** Escaped as the inside of a JSON string. */
export function inJsonString(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
