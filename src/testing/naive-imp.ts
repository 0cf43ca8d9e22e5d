/**
 * The imps of a parsed request the obvious way: what the views of imps, banners, films and deals say, as plain objects.
 */
import type { SKIP } from '../openrtb/film.ts'
import {
  codeList,
  currency,
  type Fields,
  fields,
  flag,
  floorMicros,
  integer,
  isObject,
  list,
  number,
  numberList,
  objectOrNothing,
  positive,
  scalarText,
  type TextList,
  textList,
} from './naive-values.ts'

export type ImpFacts = {
  id: string
  floorMicros: number
  /** Three letters; empty for what is no currency. */
  floorCurrency: string
  isPrivateAuction: boolean
  /** Those with an id. */
  deals: DealFacts[]
  isInterstitial: boolean
  isRewarded: boolean
  position: number
  banner: BannerFacts
  video: FilmFacts
  audio: FilmFacts
  native: Fields | undefined
  nativeBlockedAttributes: number[]
  nativeApis: number[]
  blockedCategories: TextList
  blockedAdvertisers: TextList
  tag: string
}

export type DealFacts = {
  id: string
  floorMicros: number
  floorCurrency: string
  floorPerSecondMicros: number
  durationFloors: readonly unknown[]
  auctionType: number
  isGuaranteed: boolean
  seats: TextList
  advertisers: TextList
}

export type BannerFacts = {
  isThere: boolean
  /** As in 300x250. */
  sizes: string[]
  /** As in 16:9 from 300. */
  ratios: string[]
  /** Least and most width, least and most height. */
  range: number[]
  position: number
  blockedTypes: number[]
  blockedAttributes: number[]
  apis: number[]
  mimes: TextList
}

export type FilmFacts = {
  isThere: boolean
  width: number
  height: number
  durationMinS: number
  durationMaxS: number
  /** What is no number is null. */
  requiredDurations: (number | null)[]
  /** Those of `DURATIONS_S` that fit. */
  allowedDurationsS: number[]
  mimes: TextList
  inlineProtocol: number
  wrapperProtocol: number
  bitrateMinKbps: number
  bitrateMaxKbps: number
  deliveries: number[]
  blockedAttributes: number[]
  apis: number[]
  skip: keyof typeof SKIP
  isSkipped: boolean
  isNonlinear: boolean
  isBoxingAllowed: boolean
  position: number
  placement: number
  podId: string
  podDurationS: number
  podSequenceMax: number
  podDedupe: number[]
  floorPerSecondMicros: number
  durationFloors: readonly unknown[]
}

/** Lengths that a slot is asked about. */
export const DURATIONS_S = [0, 1, 5, 6, 7, 15, 20, 30, 45, 60, 3600]

const UNLIMITED = 2 ** 31 - 1
const INLINE_VAST = [15, 13, 11, 7, 3, 2]
const WRAPPED_VAST = [16, 14, 12, 8, 6, 5]

export function impsOf(items: readonly unknown[]): ImpFacts[] {
  const imps = items.filter(isObject).map(impOf)
  // Without an id there is nothing to bid on, and of equal ids the first counts.
  return imps.filter(({ id }, index) => id !== '' && imps.findIndex((imp) => imp.id === id) === index)
}

function impOf(imp: Fields): ImpFacts {
  const native = fields(imp.native)
  const pmp = fields(imp.pmp)
  const ext = fields(imp.ext)
  const banner = bannerOf(imp.banner)
  const video = filmOf(imp.video)
  return {
    id: scalarText(imp.id),
    floorMicros: floorMicros(imp.bidfloor),
    floorCurrency: currency(imp.bidfloorcur),
    isPrivateAuction: flag(pmp.private_auction),
    deals: list(pmp.deals)
      .filter(isObject)
      .map(dealOf)
      .filter(({ id }) => id !== ''),
    isInterstitial: flag(imp.instl),
    isRewarded: [imp.rwdd, ext.reward, fields(ext.prebid).is_rewarded_inventory].some(flag),
    position: banner.position || video.position,
    banner,
    video,
    audio: filmOf(imp.audio),
    native: objectOrNothing(imp.native),
    nativeBlockedAttributes: codeList(native.battr),
    nativeApis: codeList(native.api),
    blockedCategories: textList(imp.bcat),
    blockedAdvertisers: textList(imp.badv),
    tag: scalarText(imp.tagid).toWellFormed(),
  }
}

function dealOf(deal: Fields): DealFacts {
  return {
    id: scalarText(deal.id),
    floorMicros: floorMicros(deal.bidfloor),
    floorCurrency: currency(deal.bidfloorcur),
    floorPerSecondMicros: floorMicros(deal.mincpmpersec),
    durationFloors: list(deal.durfloors),
    auctionType: integer(deal.at, 0),
    isGuaranteed: flag(deal.guar),
    seats: textList(deal.wseat),
    advertisers: textList(deal.wadomain),
  }
}

function bannerOf(value: unknown): BannerFacts {
  const banner = fields(value)
  const formats = list(banner.format).filter(isObject)
  const ofFormats = formats.flatMap(sizeOf)
  const ratios = formats.flatMap(ratioOf)
  const isSized = formats.some((format) => positive(format.w) * positive(format.h) > 0) || ratios.length > 0
  return {
    isThere: isObject(value),
    // The flat size stands only where no format says anything.
    sizes: isSized ? ofFormats.slice(0, 32) : sizeOf(banner),
    ratios: ratios.slice(0, 8),
    range: isSized ? [] : rangeOf(banner),
    position: integer(banner.pos, 0),
    blockedTypes: codeList(banner.btype),
    blockedAttributes: codeList(banner.battr),
    apis: codeList(banner.api),
    mimes: textList(banner.mimes),
  }
}

/** Least and most width, least and most height, 0 for no limit; nothing where no limit is given. */
function rangeOf({ w, wmin, wmax, h, hmin, hmax }: Fields): number[] {
  const [wideMin, wideMax, highMin, highMax] = [wmin, wmax, hmin, hmax].map(positive)
  if (wideMin + wideMax + highMin + highMax === 0) return []
  return [wideMin, wideMax || positive(w), highMin, highMax || positive(h)]
}

function sizeOf({ w, h }: Fields): string[] {
  const [width, height] = [integer(w, 0), integer(h, 0)]
  return width > 0 && height > 0 && width < 2 ** 15 && height < 2 ** 16 ? [`${width}x${height}`] : []
}

function ratioOf({ wratio, hratio, wmin }: Fields): string[] {
  const [width, height] = [positive(wratio), positive(hratio)]
  return width > 0 && height > 0 ? [`${width}:${height} from ${positive(wmin)}`] : []
}

function filmOf(value: unknown): FilmFacts {
  const film = fields(value)
  const isThere = isObject(value)
  const terms = {
    durationMinS: integer(film.minduration, 0),
    durationMaxS: longestOf(integer(film.maxduration, 0), integer(film.maxextended, 0)),
    requiredDurations: numberList(film.rqddurs),
    podDurationS: positive(film.poddur),
  }
  const protocols = protocolsOf(film.protocols) ?? protocolsOf(film.protocol)
  return {
    ...terms,
    isThere,
    width: integer(film.w, 0),
    height: integer(film.h, 0),
    allowedDurationsS: DURATIONS_S.filter((durationS) => isAllowed(terms, durationS)),
    mimes: textList(film.mimes),
    inlineProtocol: isThere ? firstListed(INLINE_VAST, protocols ?? [3]) : 0,
    wrapperProtocol: isThere ? firstListed(WRAPPED_VAST, protocols ?? [6]) : 0,
    bitrateMinKbps: positive(film.minbitrate),
    bitrateMaxKbps: positive(film.maxbitrate),
    deliveries: codeList(film.delivery),
    blockedAttributes: codeList(film.battr),
    apis: codeList(film.api),
    skip: flag(film.skip) ? 'yes' : film.skip === false || number(film.skip) === 0 ? 'no' : 'unknown',
    isSkipped: flag(film.skip),
    isNonlinear: integer(film.linearity, 0) === 2,
    isBoxingAllowed: film.boxingallowed !== false && number(film.boxingallowed) !== 0,
    position: integer(film.pos, 0),
    placement: integer(film.plcmt, 0),
    podId: scalarText(film.podid).toWellFormed(),
    podSequenceMax: positive(film.maxseq),
    podDedupe: codeList(film.poddedupe),
    floorPerSecondMicros: floorMicros(film.mincpmpersec),
    durationFloors: list(film.durfloors),
  }
}

function isAllowed(
  film: Pick<FilmFacts, 'durationMinS' | 'durationMaxS' | 'requiredDurations' | 'podDurationS'>,
  durationS: number,
): boolean {
  if (film.podDurationS > 0 && durationS > film.podDurationS) return false
  if (film.requiredDurations.length > 0) return film.requiredDurations.includes(durationS)
  return film.durationMinS <= durationS && durationS <= film.durationMaxS
}

/** An extension of -1 takes any length. */
function longestOf(durationMaxS: number, extensionS: number): number {
  if (durationMaxS <= 0 || extensionS === -1) return UNLIMITED
  return Math.min(UNLIMITED, durationMaxS + Math.max(0, extensionS))
}

/** Undefined when nothing is listed; one code alone is a list of one. */
function protocolsOf(value: unknown): number[] | undefined {
  const protocols = Array.isArray(value) ? value : Number.isNaN(number(value)) ? [] : [value]
  return protocols.length === 0 ? undefined : protocols.map(number)
}

function firstListed(newestFirst: readonly number[], listed: readonly number[]): number {
  return newestFirst.find((protocol) => listed.includes(protocol)) ?? 0
}
