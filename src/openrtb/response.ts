/**
 * Writes bid responses (OpenRTB 2.6 section 4.2) as bytes: what only the ad decides is escaped when the catalog changes.
 * What comes from the request, its ids, is copied between quotes as it came, escapes and all.
 *
 * All texts here are byte texts (base/byte-writer.ts).
 */
import { type ByteWriter, byteText } from '../base/byte-writer.ts'
import { MARKUP_TYPE, TAXONOMY_DEFAULT } from './codes.ts'
import { BANNER_TEMPLATE, type BannerMarkup, bannerTexts } from './markup.ts'
import type { NativeSpec } from './native-request.ts'
import { type CompiledNative, type NativeOptions, writeNative } from './native-response.ts'
import { type AdTexts, fill, inJsonString, type UrlFrame, writeAround } from './template.ts'
import { type Film, type FilmTexts, filmTexts, vastTemplateOf } from './vast.ts'

/** What is said of an ad, whatever campaign it is of. */
export type AdText = {
  readonly advertiserDomain: string
  /** Categories by AdCOM code of their taxonomy; those of `TAXONOMY_DEFAULT` are always there. */
  readonly categories: Readonly<Record<number, readonly string[]>>
  readonly attributes: readonly number[]
  readonly apis: readonly number[]
  readonly language?: string
  readonly bundle?: string
  /** A picture of the ad for those who review it. */
  readonly sampleImage?: string
  /** Who stands behind the ad and who pays for it, for the EU's Digital Services Act. */
  readonly behalf: string
  readonly payer: string
} & (
  | { readonly format: 'banner'; readonly banner: BannerMarkup }
  | { readonly format: 'video' | 'audio'; readonly film: Film }
  | { readonly format: 'native'; readonly native: CompiledNative }
)

/** The parts of a bid that a creative and its advertiser decide, as JSON with a comma in front. */
export type AdFragment = {
  /** Its advertiser's domain, attributes and the like. */
  readonly about: string
  readonly categories: string
  /** Those in other taxonomies than the default. */
  readonly categoriesIn: ReadonlyMap<number, string>
  /** The media type and what is said of it. */
  readonly media: string
  /** A URL alone, as the inside of a string; '' for none. */
  readonly sampleImage: string
  readonly dsa: string
  /** Pixels; 0 for what is no banner. */
  readonly width: number
  readonly height: number
  readonly banner: AdTexts | undefined
  readonly film: FilmTexts | undefined
  readonly native: CompiledNative | undefined
}

/** What all bids of a response have in common. */
export type ResponseTerms = {
  /** Between quotes in the request. */
  readonly requestIdRaw: string
  /** Made here, of characters that neither JSON nor XML escapes; so are the ids of bids. */
  readonly responseId: string
  /** ISO 4217. */
  readonly currency: string
  /** As JSON, quotes and all; '' for none. */
  readonly seat: string
  /** Taxonomy of the request's category lists. */
  readonly taxonomy: number
  readonly hasDsa: boolean
  readonly isMarkupSent: boolean
  readonly isSampleImageSent: boolean
  readonly nativeWrapper: NativeOptions['wrapper']
  readonly nativeField: 'adm' | 'adm_native'
  /** The notices as members of a bid, the texts around its token; one empty text for none. */
  readonly noticeMembers: readonly string[]
  /** The URLs in markup, indexed by `HOLE`. */
  readonly frames: readonly UrlFrame[]
}

export type BidText = {
  readonly id: string
  readonly impIdRaw: string
  /** '' for a bid in the open auction. */
  readonly dealIdRaw: string
  readonly priceMicros: number
  readonly ad: AdFragment
  /** Of characters that nothing escapes, as is the next. */
  readonly campaignId: string
  readonly creativeId: string
  /** The creative's where the exchange has registered it; it is the ad's, too. */
  readonly registeredId: string | undefined
  /** AdCOM code of the VAST to write; of no meaning for what is no film. */
  readonly protocol: number
  readonly nativeSpec: NativeSpec | undefined
  /** `wratio` and `hratio` of a flexible size, as JSON; '' for a fixed one. */
  readonly ratio: string
  /** Stand in its URLs, those of the bid and those of its markup; of characters that nothing escapes. */
  readonly token: string
  readonly markupToken: string
}

/** @param keep makes a byte text that other ads are likely to have too. */
export function adFragment(ad: AdText, keep = byteText): AdFragment {
  const json = JSON.stringify
  const about = [
    `,"adomain":[${json(ad.advertiserDomain)}]`,
    ...(ad.attributes.length > 0 ? [`"attr":${json(ad.attributes)}`] : []),
    ...(ad.apis.length > 0 ? [`"api":${ad.apis[0]},"apis":${json(ad.apis)}`] : []),
    ...(ad.language === undefined ? [] : [`"language":${json(ad.language)}`]),
    ...(ad.bundle === undefined ? [] : [`"bundle":${json(ad.bundle)}`]),
  ].join(',')
  const { [TAXONOMY_DEFAULT]: categories, ...others } = ad.categories
  return {
    about: keep(about),
    categories: keep(categoriesText(TAXONOMY_DEFAULT, categories)),
    categoriesIn: categoriesIn(others, keep),
    media: keep(mediaText(ad)),
    sampleImage: byteText(inJsonString(ad.sampleImage ?? '')),
    // The publisher shows the words (`adrender` 0); where it cannot, no bid is made.
    dsa: keep(`,"ext":{"dsa":{"behalf":${json(ad.behalf)},"paid":${json(ad.payer)},"adrender":0}}`),
    width: ad.format === 'banner' ? ad.banner.width : 0,
    height: ad.format === 'banner' ? ad.banner.height : 0,
    banner: ad.format === 'banner' ? bannerTexts(ad.banner) : undefined,
    film: 'film' in ad ? filmTexts(ad.film, keep) : undefined,
    native: ad.format === 'native' ? ad.native : undefined,
  }
}

function categoriesText(taxonomy: number, categories: readonly string[]): string {
  return `,"cat":${JSON.stringify(categories)},"cattax":${taxonomy}`
}

function categoriesIn(categories: AdText['categories'], keep: (text: string) => string) {
  const entries = Object.entries(categories)
  if (entries.length === 0) return NO_CATEGORIES
  return new Map(
    entries.map(([taxonomy, names]) => [Number(taxonomy), keep(categoriesText(Number(taxonomy), names))]),
  )
}
const NO_CATEGORIES: ReadonlyMap<number, string> = new Map()

function mediaText(ad: AdText): string {
  const type = `,"mtype":${MARKUP_TYPE[ad.format]}`
  if (ad.format === 'banner') return `${type},"w":${ad.banner.width},"h":${ad.banner.height}`
  return 'film' in ad ? `${type},"dur":${ad.film.durationS}` : type
}

const RESPONSE_END = ']}]}'

/**
 * Writes as many of the bids as fit into an answer of `bytesMax`, in their order, and gives their number; nothing that
 * could be sent is written where not even one fits. The writer holds more than `bytesMax`.
 */
export function writeResponse(
  out: ByteWriter,
  terms: ResponseTerms,
  bids: readonly BidText[],
  bytesMax: number,
): number {
  out.length = 0
  out.text('{"id":"').text(terms.requestIdRaw).text('","bidid":"').text(terms.responseId)
  out.text('","cur":"').text(terms.currency).text('","seatbid":[{')
  if (terms.seat !== '') out.text('"seat":').text(terms.seat).text(',')
  out.text('"bid":[')
  let count = 0
  for (; count < bids.length; count++) {
    const start = out.length
    if (count > 0) out.text(',')
    writeBid(out, terms, bids[count])
    if (out.length + RESPONSE_END.length > bytesMax) {
      out.length = start
      break
    }
  }
  out.text(RESPONSE_END)
  return count
}

/** A no-bid that says why (section 4.2.1, `nbr`). */
export function writeNoBid(out: ByteWriter, requestIdRaw: string, reason: number): void {
  out.length = 0
  out.text('{"id":"').text(requestIdRaw).text('","seatbid":[],"nbr":').text(`${reason}}`)
}

function writeBid(out: ByteWriter, terms: ResponseTerms, bid: BidText): void {
  const { ad } = bid
  out.text('{"id":"').text(bid.id).text('","impid":"').text(bid.impIdRaw)
  out.text('","price":').decimalOfMicros(bid.priceMicros)
  if (bid.dealIdRaw !== '') out.text(',"dealid":"').text(bid.dealIdRaw).text('"')
  writeIds(out, bid)
  const categories = ad.categoriesIn.get(terms.taxonomy) ?? ad.categories
  out.text(ad.about).text(categories).text(ad.media).text(bid.ratio)
  if (ad.film !== undefined) out.text(',"protocol":').text(`${bid.protocol}`)
  if (terms.isSampleImageSent && ad.sampleImage !== '') out.text(',"iurl":"').text(ad.sampleImage).text('"')
  writeAround(out, terms.noticeMembers, bid.token)
  if (terms.isMarkupSent) writeMarkup(out, terms, bid)
  if (terms.hasDsa) out.text(ad.dsa)
  out.text('}')
}

function writeIds(out: ByteWriter, { campaignId, creativeId, registeredId }: BidText): void {
  out.text(',"adid":"')
  if (registeredId === undefined) out.text(campaignId).text('/').text(creativeId)
  else out.text(registeredId)
  out
    .text('","crid":"')
    .text(registeredId ?? creativeId)
    .text('","cid":"')
    .text(campaignId)
    .text('"')
}

function writeMarkup(
  out: ByteWriter,
  { nativeWrapper, nativeField, frames }: ResponseTerms,
  bid: BidText,
): void {
  const { banner, film, native } = bid.ad
  const token = bid.markupToken
  // A bid is an ad's, and an ad without HTML and film is native.
  if (banner === undefined && film === undefined && nativeField === 'adm_native') {
    out.text(',"adm_native":')
    writeNative(out, bid.nativeSpec!, native!, { wrapper: nativeWrapper, frames, token }, 'inObject')
    return
  }
  out.text(',"adm":"')
  if (banner !== undefined) fill(out, BANNER_TEMPLATE, banner, { frames, token, servingId: bid.id })
  else if (film !== undefined) {
    fill(out, vastTemplateOf(film, bid.protocol), film, { frames, token, servingId: bid.id })
  } else writeNative(out, bid.nativeSpec!, native!, { wrapper: nativeWrapper, frames, token }, 'inString')
  out.text('"')
}
