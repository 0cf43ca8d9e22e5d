/**
 * Text with holes: what all ads of a kind have in common is joined when this is loaded, what an ad decides is escaped when
 * the catalog changes, and what only a bid knows is put in between. Nothing but the ad's own texts is kept for an ad.
 *
 * All are byte texts, and already escaped for where they will stand; so must be what fills the holes.
 */
import { type ByteWriter, byteText } from '../base/byte-writer.ts'

/** What a bid knows. A URL has one spelling for XML's CDATA and JSON, and one for an HTML attribute (`&amp;`). */
export const HOLE = {
  /** Id of the serving of an ad: the bid's. */
  servingId: 0,
  /** Called when the ad is seen. */
  viewUrl: 1,
  viewUrlInHtml: 2,
  /** Where a click leads: through us to the landing page. */
  clickUrlInHtml: 3,
  /** Called beside the landing page when the ad is clicked. */
  clickTrackingUrl: 4,
  /** Called by a player that cannot show the ad, with VAST's [ERRORCODE]. */
  errorUrl: 5,
  /** As `viewUrl`, for native: an exchange may expand its price in markup and yet not inside VAST. */
  viewUrlInNative: 6,
  /** The landing page, with the token by itself wherever it asks for it. */
  landing: 7,
} as const

/** Stands in the URL of a landing page for what it is given to report a conversion with. */
export const CLICK_ID_MACRO = '{click_id}'
export const HOLE_COUNT = Object.keys(HOLE).length
/** A number of `HOLE`, or, from `HOLE_COUNT` on, of an ad's own text. */
export type Hole = number

/** `texts[0]`, what fills `holes[0]`, `texts[1]` and so on: one text more than there are holes. */
export type Template = { readonly texts: readonly string[]; readonly holes: readonly Hole[] }

/** A template of texts and holes in order, as the inside of a JSON string. */
export function template(parts: readonly (string | Hole)[]): Template {
  const texts = ['']
  const holes: Hole[] = []
  for (const part of parts) {
    if (typeof part === 'string') texts[texts.length - 1] += part
    else {
      holes.push(part)
      texts.push('')
    }
  }
  return { texts: texts.map((text) => byteText(inJsonString(text))), holes }
}

/** A URL around a token; no URL at all where `before` is ''. */
export type UrlFrame = { readonly before: string; readonly after: string }

/** What an ad puts into the holes of its template. */
export type AdTexts = {
  /** By hole from `HOLE_COUNT` on. */
  readonly own: readonly string[]
  /** Where a click leads, as texts around the click id. */
  readonly landing: readonly string[]
}

/** What a bid puts into them. */
export type Filling = {
  /** The URLs of an exchange, indexed by `HOLE`. */
  readonly frames: readonly UrlFrame[]
  readonly token: string
  readonly servingId: string
}

export function fill(out: ByteWriter, { texts, holes }: Template, ad: AdTexts, filling: Filling): void {
  out.text(texts[0])
  for (let i = 0; i < holes.length; i++) {
    const hole = holes[i]
    if (hole >= HOLE_COUNT) out.text(ad.own[hole - HOLE_COUNT])
    else if (hole === HOLE.servingId) out.text(filling.servingId)
    else if (hole === HOLE.landing) writeAround(out, ad.landing, filling.token)
    else writeUrl(out, filling.frames[hole], filling.token)
    out.text(texts[i + 1])
  }
}

export function writeUrl(out: ByteWriter, { before, after }: UrlFrame, token: string): void {
  out.text(before).text(token).text(after)
}

/** Texts with a token between each two. */
export function writeAround(out: ByteWriter, texts: readonly string[], token: string): void {
  out.text(texts[0])
  for (let i = 1; i < texts.length; i++) out.text(token).text(texts[i])
}

/** Escaped as the inside of a JSON string. */
export function inJsonString(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
