/**
 * Writes bid responses (OpenRTB 2.6 section 4.2) by joining text: what only the ad decides is escaped and joined when
 * the catalog changes. What comes from the request, its ids, is copied between quotes as it came, escapes and all.
 */
import { decimalOfMicros } from '../base/money.ts'
import { MARKUP_TYPE, VAST_VERSIONS } from './codes.ts'
import { type BannerMarkup, bannerMarkup, type VideoMarkup, vastMarkup } from './markup.ts'

export type AdText = {
  readonly adId: string
  readonly campaignId: string
  readonly creativeId: string
  readonly advertiserDomain: string
  readonly categories: readonly string[]
} & (
  | { readonly format: 'banner'; readonly banner: BannerMarkup }
  | { readonly format: 'video'; readonly video: VideoMarkup }
)

/**
 * The part of a bid behind its price. A video ad's VAST depends on the version that the player understands:
 * `head`, protocol code, `middle`, version number, `opening`, from VAST 4.1 on the ad serving id, `tail`.
 */
export type AdFragment = {
  readonly head: string
  readonly video: { readonly vast3: VastFragment; readonly vast4: VastFragment } | undefined
}
type VastFragment = { readonly middle: string; readonly opening: string; readonly tail: string }

export type BidText = {
  /** Made here, of characters that neither JSON nor XML escapes. */
  readonly id: string
  /** Between quotes in the request. */
  readonly impIdRaw: string
  readonly priceCpmMicros: number
  readonly ad: AdFragment
  /** AdCOM code of the VAST to write; of no meaning for banners. */
  readonly vastProtocol: number
}

/** The newest codes of a version before VAST 4, and before VAST 4.1. */
const VAST_3 = 3
const VAST_40 = 7

export function adFragment(ad: AdText): AdFragment {
  const common = [
    `"adid":${JSON.stringify(ad.adId)}`,
    `"cid":${JSON.stringify(ad.campaignId)}`,
    `"crid":${JSON.stringify(ad.creativeId)}`,
    `"adomain":[${JSON.stringify(ad.advertiserDomain)}]`,
    `"cat":${JSON.stringify(ad.categories)}`,
  ].join(',')
  if (ad.format === 'banner') {
    const { width, height } = ad.banner
    const markup = JSON.stringify(bannerMarkup(ad.banner))
    const head = `,${common},"mtype":${MARKUP_TYPE.banner},"w":${width},"h":${height},"adm":${markup}}`
    return { head, video: undefined }
  }
  return {
    head: `,${common},"mtype":${MARKUP_TYPE.video},"dur":${ad.video.durationS},"protocol":`,
    video: { vast3: vastFragment(ad.video, 3), vast4: vastFragment(ad.video, 4) },
  }
}

function vastFragment(video: VideoMarkup, major: 3 | 4): VastFragment {
  const { before, opening, rest } = vastMarkup(video, major)
  // Each part is escaped by itself; the quotes that stringify puts around it fall away.
  const inQuotes = (text: string) => JSON.stringify(text).slice(1, -1)
  return { middle: `,"adm":"${inQuotes(before)}`, opening: inQuotes(opening), tail: `${inQuotes(rest)}"}` }
}

/** @param requestIdRaw what stood between the quotes of the request's id. */
export function writeResponse(requestIdRaw: string, responseId: string, bids: readonly BidText[]): string {
  let text = `{"id":"${requestIdRaw}","bidid":"${responseId}","cur":"USD","seatbid":[{"bid":[`
  for (let i = 0; i < bids.length; i++) text += i === 0 ? bidText(bids[i]) : `,${bidText(bids[i])}`
  return `${text}]}]}`
}

function bidText({ id, impIdRaw, priceCpmMicros, ad, vastProtocol }: BidText): string {
  const start = `{"id":"${id}","impid":"${impIdRaw}","price":${decimalOfMicros(priceCpmMicros)}${ad.head}`
  if (ad.video === undefined) return start
  const { middle, opening, tail } = vastProtocol > VAST_3 ? ad.video.vast4 : ad.video.vast3
  const servingId = vastProtocol > VAST_40 ? `<AdServingId>${id}</AdServingId>` : ''
  return start + vastProtocol + middle + VAST_VERSIONS.get(vastProtocol) + opening + servingId + tail
}
