/**
 * What remains of a request's imps and lots when the request is gone: what their bids need, and their candidates.
 */
import { hashBytes } from '../base/hash.ts'
import { type BannerView, RATIO_CELLS } from '../openrtb/banner.ts'
import { FIXED_PRICE } from '../openrtb/deal.ts'
import type { FilmView } from '../openrtb/film.ts'
import type { ImpView } from '../openrtb/imp.ts'
import type { NativeSpec } from '../openrtb/native-request.ts'
import type { RequestView } from '../openrtb/request.ts'
import { NONE, type Tape } from '../openrtb/tape.ts'
import { type Floor, floorCpmMicros } from '../pricing/floor.ts'
import { type AdTraits, FORMAT } from '../targeting/ad.ts'
import type { Matcher } from '../targeting/match.ts'
import { type BidCurrency, floorOf } from './floors.ts'

/** The imp of a slot. */
export type ImpTerms = {
  /** Between quotes in the request. */
  readonly idRaw: string
  readonly video: FilmTerms | undefined
  readonly audio: FilmTerms | undefined
  readonly native: NativeSpec | undefined
  /** Flexible banner sizes, `RATIO_CELLS` numbers each; undefined when there are none. */
  readonly ratios: Int32Array | undefined
}

export type FilmTerms = {
  /** The newest VAST that both sides have, as AdCOM codes; 0 for none. */
  readonly inlineProtocol: number
  readonly wrapperProtocol: number
  readonly pod: PodTerms | undefined
}

export type PodTerms = {
  /** Pods with the same id are one break; '' for one of its own. */
  readonly id: string
  /** 0 for a slot of the pod that takes one ad. */
  readonly durationS: number
  readonly sequenceMax: number
  /** Codes of `poddedupe` as bits, 0 when nothing is said. */
  readonly dedupe: number
}

/** A deal of an imp, or its open auction: one bid, or those that fill a pod. */
export type Slot = {
  readonly impIndex: number
  readonly imp: ImpTerms
  /** '' for the open auction. */
  readonly dealIdRaw: string
  /** Of the id; 0 for the open auction. */
  readonly dealHash: number
  readonly auctionType: number
  readonly isGuaranteed: boolean
  /** Key of its segment of the win landscape; 0 where the bid is not what is paid. */
  segmentKey: number
  /** Finds the features of its imp for the event log; `NONE` where its bids are not logged. */
  featuresNote: number
  /** The floor of every ad where it depends on none, else NaN. */
  readonly commonFloorCpmMicros: number
  /** In the bid's currency; undefined for formats that cannot be bid on, because their floor cannot be kept. */
  readonly displayFloor: Floor | undefined
  readonly videoFloor: Floor | undefined
  readonly audioFloor: Floor | undefined
  /** The short list, best first, and the probability of a click for each: the inline scorer's, then the model's. */
  readonly ads: number[]
  readonly probabilities: number[]
  /** Of a conversion behind a click; empty where no model has told. */
  conversions: readonly number[]
}

export function impTermsOf(tape: Tape, imp: ImpView, native: NativeSpec | undefined): ImpTerms {
  const { banner, video, audio } = imp
  return {
    idRaw: tape.rawBytes(imp.id),
    video: video.isThere ? filmTermsOf(tape, video) : undefined,
    audio: audio.isThere ? filmTermsOf(tape, audio) : undefined,
    native,
    ratios: banner.ratioCount === 0 ? undefined : ratiosOf(banner),
  }
}

function filmTermsOf(tape: Tape, film: FilmView): FilmTerms {
  const { inlineProtocol, wrapperProtocol, podId, podDurationS, podSequenceMax, podDedupe } = film
  if (podId === NONE && podDurationS === 0) return { inlineProtocol, wrapperProtocol, pod: undefined }
  const pod = {
    id: podId === NONE ? '' : tape.rawText(podId),
    durationS: podDurationS,
    sequenceMax: podSequenceMax,
    dedupe: podDedupe,
  }
  return { inlineProtocol, wrapperProtocol, pod }
}

function ratiosOf({ ratios, ratioCount }: BannerView): Int32Array {
  return ratios.slice(0, ratioCount * RATIO_CELLS)
}

const NO_CONVERSIONS: readonly number[] = []

/** The slot of a lot, without candidates yet. Undefined when no floor of it can be kept. */
export function slotOf(
  view: RequestView,
  matcher: Matcher,
  lot: number,
  imp: ImpTerms,
  currency: BidCurrency,
): Slot | undefined {
  const { tape } = view
  const impIndex = matcher.lotImp[lot]
  const impView = view.imps[impIndex]
  const deal = matcher.lotDeal[lot] === NONE ? undefined : matcher.deals[matcher.lotDeal[lot]]
  const { video, audio } = impView
  const displayFloor = floorOf(tape, impView, undefined, deal, currency)
  const videoFloor = hasFilmFloor(video) ? floorOf(tape, impView, video, deal, currency) : displayFloor
  const audioFloor = hasFilmFloor(audio) ? floorOf(tape, impView, audio, deal, currency) : displayFloor
  if (displayFloor === undefined && videoFloor === undefined && audioFloor === undefined) return undefined
  return {
    impIndex,
    imp,
    dealIdRaw: deal === undefined ? '' : tape.rawBytes(deal.id),
    dealHash: deal === undefined ? 0 : hashBytes(tape.bytes, tape.start(deal.id), tape.end(deal.id)),
    auctionType: deal === undefined || deal.auctionType === 0 ? view.auctionType : deal.auctionType,
    isGuaranteed: deal?.isGuaranteed ?? false,
    segmentKey: 0,
    featuresNote: NONE,
    commonFloorCpmMicros: commonFloorOf(displayFloor, videoFloor, audioFloor),
    displayFloor,
    videoFloor,
    audioFloor,
    ads: [],
    probabilities: [],
    conversions: NO_CONVERSIONS,
  }
}

function hasFilmFloor(film: FilmView): boolean {
  return film.floorPerSecondMicros > 0 || film.durationFloors !== NONE
}

function commonFloorOf(display?: Floor, video?: Floor, audio?: Floor): number {
  const isCommon = display !== undefined && video === display && audio === display
  const isFlat = isCommon && display.perSecondCpmMicros === 0 && display.ranges.length === 0
  return isFlat ? floorCpmMicros(display, 0, false) : Number.NaN
}

/**
 * Puts a slot behind the others, but that of a guaranteed deal before the other slots of its imp: it is owed a bid, and
 * an imp takes only so many.
 */
export function addSlot(slots: Slot[], slot: Slot): void {
  let place = slots.length
  if (slot.isGuaranteed) {
    while (place > 0 && slots[place - 1].impIndex === slot.impIndex && !slots[place - 1].isGuaranteed) place--
  }
  if (place === slots.length) slots.push(slot)
  else slots.splice(place, 0, slot)
}

/** A deal whose floor is its price. */
export function isPriceFixed({ auctionType, dealIdRaw }: Slot): boolean {
  return auctionType === FIXED_PRICE && dealIdRaw !== ''
}

/** What an ad must reach in a slot, CPM micros of the bid's currency; infinite where its floor cannot be kept. */
export function floorOfAd(slot: Slot, { format, durationS }: AdTraits, ad: number): number {
  if (slot.commonFloorCpmMicros >= 0) return slot.commonFloorCpmMicros
  const isVideo = format[ad] === FORMAT.video
  const isAudio = format[ad] === FORMAT.audio
  const floor = isVideo ? slot.videoFloor : isAudio ? slot.audioFloor : slot.displayFloor
  if (floor === undefined) return Number.POSITIVE_INFINITY
  const film = isVideo ? slot.imp.video : isAudio ? slot.imp.audio : undefined
  return floorCpmMicros(floor, durationS[ad], film?.pod !== undefined)
}

/** Whether the slot takes several ads one behind the other, as long as there is time. */
export function hasLongPod({ imp: { video, audio } }: Slot): boolean {
  return (video?.pod?.durationS ?? 0) > 0 || (audio?.pod?.durationS ?? 0) > 0
}

/** Rows of the short lists of all slots. */
export function rowCountOf(slots: readonly Slot[]): number {
  let rowCount = 0
  for (const { ads } of slots) rowCount += ads.length
  return rowCount
}
