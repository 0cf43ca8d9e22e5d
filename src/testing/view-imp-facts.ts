/**
 * What the view of an imp says, and those of its parts, as plain objects: the same that the naive twin gives.
 */
import { type BannerView, RATIO_CELLS } from '../openrtb/banner.ts'
import { DealView, dealIdOf } from '../openrtb/deal.ts'
import { type FilmView, SKIP } from '../openrtb/film.ts'
import type { ImpView } from '../openrtb/imp.ts'
import { NONE } from '../openrtb/tape.ts'
import { type BannerFacts, type DealFacts, DURATIONS_S, type FilmFacts, type ImpFacts } from './naive-imp.ts'
import { codesOf, currencyText, type TokenValues } from './view-values.ts'

const SKIPS = Object.keys(SKIP) as (keyof typeof SKIP)[]

/** One for all: what a deal leaves behind would be seen in the next. */
const deal = new DealView()

export function impFacts(imp: ImpView, values: TokenValues): ImpFacts {
  return {
    id: values.id(imp.id),
    floorMicros: imp.floorMicros,
    floorCurrency: currencyText(imp.floorCurrency),
    isPrivateAuction: imp.isPrivateAuction,
    deals: values.items(imp.deals).flatMap((token) => dealFacts(token, values)),
    isInterstitial: imp.isInterstitial,
    isRewarded: imp.isRewarded,
    position: imp.position,
    banner: bannerFacts(imp.banner, values),
    video: filmFacts(imp.video, values),
    audio: filmFacts(imp.audio, values),
    native: values.object(imp.native),
    nativeBlockedAttributes: codesOf(imp.nativeBlockedAttributes),
    nativeApis: codesOf(imp.nativeApis),
    blockedCategories: values.texts(imp.blockedCategories),
    blockedAdvertisers: values.texts(imp.blockedAdvertisers),
    tag: values.range(imp.tagStart, imp.tagEnd),
  }
}

/** Of a deal without an id, which nobody can buy, nothing. */
function dealFacts(token: number, values: TokenValues): DealFacts[] {
  const { tape } = values
  const id = dealIdOf(tape, token)
  if (id === NONE) return []
  deal.read(tape, token)
  if (deal.id !== id) throw new Error('a deal with two ids')
  return [
    {
      id: values.id(deal.id),
      floorMicros: deal.floorMicros,
      floorCurrency: currencyText(deal.floorCurrency),
      floorPerSecondMicros: deal.floorPerSecondMicros,
      durationFloors: values.array(deal.durationFloors),
      auctionType: deal.auctionType,
      isGuaranteed: deal.isGuaranteed,
      seats: values.texts(deal.seats),
      advertisers: values.texts(deal.advertisers),
    },
  ]
}

function bannerFacts(banner: BannerView, values: TokenValues): BannerFacts {
  const { widthMin, widthMax, heightMin, heightMax } = banner
  return {
    isThere: banner.isThere,
    sizes: Array.from(
      banner.sizes.subarray(0, banner.sizeCount),
      (size) => `${size >>> 16}x${size & 0xffff}`,
    ),
    ratios: Array.from({ length: banner.ratioCount }, (_, i) => {
      const [width, height, widthMin] = banner.ratios.subarray(i * RATIO_CELLS)
      return `${width}:${height} from ${widthMin}`
    }),
    range: banner.isRanged ? [widthMin, widthMax, heightMin, heightMax] : [],
    position: banner.position,
    blockedTypes: codesOf(banner.blockedTypes),
    blockedAttributes: codesOf(banner.blockedAttributes),
    apis: codesOf(banner.apis),
    mimes: values.texts(banner.mimes),
  }
}

function filmFacts(film: FilmView, values: TokenValues): FilmFacts {
  const { requiredDurations, mimes, deliveries, blockedAttributes, apis, podId, podDedupe, durationFloors } =
    film
  return {
    isThere: film.isThere,
    width: film.width,
    height: film.height,
    durationMinS: film.durationMinS,
    durationMaxS: film.durationMaxS,
    requiredDurations: values.numbers(requiredDurations),
    allowedDurationsS: DURATIONS_S.filter((durationS) => film.isDurationAllowed(values.tape, durationS)),
    mimes: values.texts(mimes),
    inlineProtocol: film.inlineProtocol,
    wrapperProtocol: film.wrapperProtocol,
    bitrateMinKbps: film.bitrateMinKbps,
    bitrateMaxKbps: film.bitrateMaxKbps,
    deliveries: codesOf(deliveries),
    blockedAttributes: codesOf(blockedAttributes),
    apis: codesOf(apis),
    skip: SKIPS[film.skip],
    isSkipped: film.isSkipped,
    isNonlinear: film.isNonlinear,
    isBoxingAllowed: film.isBoxingAllowed,
    position: film.position,
    placement: film.placement,
    podId: values.text(podId),
    podDurationS: film.podDurationS,
    podSequenceMax: film.podSequenceMax,
    podDedupe: codesOf(podDedupe),
    floorPerSecondMicros: film.floorPerSecondMicros,
    durationFloors: values.array(durationFloors),
  }
}
