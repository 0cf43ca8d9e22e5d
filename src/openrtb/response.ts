/**
 * Writes bid responses (OpenRTB 2.6 section 4.2) by joining text: what only the ad decides is escaped and joined when
 * the catalog changes. What comes from the request, its ids, is copied between quotes as it came, escapes and all.
 */
import { decimalOfMicros } from '../base/money.ts'
import { MARKUP_TYPE, TAXONOMY_DEFAULT } from './codes.ts'
import { type BannerMarkup, bannerTemplate } from './markup.ts'
import type { NativeSpec } from './native-request.ts'
import { type CompiledNative, type NativeOptions, nativeText, nativeTextInString } from './native-response.ts'
import { fill, HOLE, type Template, type UrlFrame, urlOf } from './template.ts'
import { type Film, type VastTemplates, vastTemplateOf, vastTemplates, vastVersionOf } from './vast.ts'

export type AdText = {
  readonly adId: string
  readonly campaignId: string
  readonly creativeId: string
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

/** The parts of a bid that the ad decides, as JSON. */
export type AdFragment = {
  /** What most bids say of their ad, in one: `ids`, `about`, its categories of the default taxonomy, and `media`. */
  readonly usual: string
  /** `adid` and `crid`; an exchange that registers creatives has ids of its own for them. */
  readonly ids: string
  readonly about: string
  readonly categories: ReadonlyMap<number, string>
  readonly sampleImage: string
  readonly dsa: string
  /** The media type and what is said of it. */
  readonly media: string
  /** Pixels; 0 for what is no banner. */
  readonly width: number
  readonly height: number
  readonly banner: Template | undefined
  readonly film: { readonly isWrapper: boolean; readonly templates: VastTemplates } | undefined
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
  /** Instead of the ad's own `ids` where the exchange has registered the creative. */
  readonly registeredIds: string | undefined
  /** AdCOM code of the VAST to write; of no meaning for what is no film. */
  readonly protocol: number
  readonly nativeSpec: NativeSpec | undefined
  /** `wratio` and `hratio` of a flexible size, as JSON; '' for a fixed one. */
  readonly ratio: string
  /** Stand in its URLs, those of the bid and those of its markup; of characters that nothing escapes. */
  readonly token: string
  readonly markupToken: string
}

export function adFragment(ad: AdText): AdFragment {
  const json = JSON.stringify
  const about = [
    `,"cid":${json(ad.campaignId)}`,
    `"adomain":[${json(ad.advertiserDomain)}]`,
    ...(ad.attributes.length > 0 ? [`"attr":${json(ad.attributes)}`] : []),
    ...(ad.apis.length > 0 ? [`"api":${ad.apis[0]},"apis":${json(ad.apis)}`] : []),
    ...(ad.language === undefined ? [] : [`"language":${json(ad.language)}`]),
    ...(ad.bundle === undefined ? [] : [`"bundle":${json(ad.bundle)}`]),
  ].join(',')
  const ids = idsText(ad.adId, ad.creativeId)
  const media = mediaText(ad)
  const categories = new Map(
    Object.entries(ad.categories).map(([taxonomy, categories]) => [
      Number(taxonomy),
      `,"cat":${json(categories)},"cattax":${taxonomy}`,
    ]),
  )
  return {
    usual: ids + about + categories.get(TAXONOMY_DEFAULT) + media,
    ids,
    about,
    categories,
    sampleImage: ad.sampleImage === undefined ? '' : `,"iurl":${json(ad.sampleImage)}`,
    // The publisher shows the words (`adrender` 0); where it cannot, no bid is made.
    dsa: `,"ext":{"dsa":{"behalf":${json(ad.behalf)},"paid":${json(ad.payer)},"adrender":0}}`,
    media,
    width: ad.format === 'banner' ? ad.banner.width : 0,
    height: ad.format === 'banner' ? ad.banner.height : 0,
    banner: ad.format === 'banner' ? bannerTemplate(ad.banner) : undefined,
    film: 'film' in ad ? { isWrapper: 'tag' in ad.film, templates: vastTemplates(ad.film) } : undefined,
    native: ad.format === 'native' ? ad.native : undefined,
  }
}

/** `adid` and `crid` as JSON. */
export function idsText(adId: string, creativeId: string): string {
  return `,"adid":${JSON.stringify(adId)},"crid":${JSON.stringify(creativeId)}`
}

function mediaText(ad: AdText): string {
  const type = `,"mtype":${MARKUP_TYPE[ad.format]}`
  if (ad.format === 'banner') return `${type},"w":${ad.banner.width},"h":${ad.banner.height}`
  return 'film' in ad ? `${type},"dur":${ad.film.durationS}` : type
}

export function writeResponse(terms: ResponseTerms, bids: readonly BidText[]): string {
  const { requestIdRaw, responseId, currency, seat } = terms
  let text = `{"id":"${requestIdRaw}","bidid":"${responseId}","cur":"${currency}","seatbid":[{`
  if (seat !== '') text += `"seat":${seat},`
  text += '"bid":['
  for (let i = 0; i < bids.length; i++) text += (i === 0 ? '' : ',') + bidText(terms, bids[i])
  return `${text}]}]}`
}

/** A no-bid that says why (section 4.2.1, `nbr`). */
export function writeNoBid(requestIdRaw: string, reason: number): string {
  return `{"id":"${requestIdRaw}","seatbid":[],"nbr":${reason}}`
}

function bidText(terms: ResponseTerms, bid: BidText): string {
  const { ad, token } = bid
  const { noticeMembers } = terms
  let text = `{"id":"${bid.id}","impid":"${bid.impIdRaw}","price":${decimalOfMicros(bid.priceMicros)}`
  if (bid.dealIdRaw !== '') text += `,"dealid":"${bid.dealIdRaw}"`
  const categories = ad.categories.get(terms.taxonomy)
  if (bid.registeredIds === undefined && (categories === undefined || terms.taxonomy === TAXONOMY_DEFAULT)) {
    text += ad.usual
  } else {
    const known = categories ?? ad.categories.get(TAXONOMY_DEFAULT)
    text += (bid.registeredIds ?? ad.ids) + ad.about + known + ad.media
  }
  text += bid.ratio
  if (ad.film !== undefined) text += `,"protocol":${bid.protocol}`
  if (terms.isSampleImageSent) text += ad.sampleImage
  text += noticeMembers[0]
  for (let i = 1; i < noticeMembers.length; i++) text += token + noticeMembers[i]
  if (terms.isMarkupSent) text += markupText(terms, bid)
  if (terms.hasDsa) text += ad.dsa
  return `${text}}`
}

function markupText({ nativeWrapper, nativeField, frames }: ResponseTerms, bid: BidText): string {
  const { markupToken: token, id: servingId } = bid
  const { banner, film, native } = bid.ad
  if (banner !== undefined) return `,"adm":"${fill(banner, { frames, token, servingId, vastVersion: '' })}"`
  if (film !== undefined) {
    const filling = { frames, token, servingId, vastVersion: vastVersionOf(bid.protocol) }
    return `,"adm":"${fill(vastTemplateOf(film.templates, bid.protocol), filling)}"`
  }
  const options = {
    wrapper: nativeWrapper,
    viewUrl: urlOf(frames[HOLE.viewUrlInNative], token),
    clickTrackingUrl: urlOf(frames[HOLE.clickTrackingUrl], token),
    clickId: token,
  }
  // A bid is an ad's, and an ad without HTML and film is native.
  return nativeField === 'adm'
    ? `,"adm":${nativeTextInString(bid.nativeSpec!, native!, options)}`
    : `,"adm_native":${nativeText(bid.nativeSpec!, native!, options)}`
}
