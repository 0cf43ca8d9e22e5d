/**
 * The floor that a bid must reach, in the currency that it is made in: that of the deal, or else of the film slot, or
 * else of the imp (OpenRTB 2.6 implementation guide, section 7.11).
 */
import { type DealView, FIXED_PRICE } from '../openrtb/deal.ts'
import type { FilmView } from '../openrtb/film.ts'
import type { ImpView } from '../openrtb/imp.ts'
import { KEY } from '../openrtb/keys.ts'
import { KIND, NONE, type Tape } from '../openrtb/tape.ts'
import { USD } from '../openrtb/values.ts'
import { convertUp } from '../pricing/currency.ts'
import { type Floor, NO_FLOOR } from '../pricing/floor.ts'

/** The currency of a request's bids. What another currency is worth is NaN where it is not known. */
export type BidCurrency = {
  readonly code: number
  readonly unitsPerUsd: number
  /** Units of this currency for one of another. */
  unitsPer(code: number): number
  /** US dollars for one unit of another. */
  usdPer(code: number): number
}

/** The flat floor of an imp in US dollars, as the models see it. */
export function usdFloorOf({ floorMicros, floorCurrency }: ImpView, currency: BidCurrency): number {
  return floorMicros === 0 || floorCurrency === USD
    ? floorMicros
    : floorMicros * currency.usdPer(floorCurrency)
}

/** The floors of one currency, before they are converted. */
type FloorFields = {
  readonly floorMicros: number
  readonly floorPerSecondMicros: number
  readonly durationFloors: number
  readonly currency: number
}

/**
 * The floor of a lot. Undefined when it is in a currency that cannot be compared with the bid's: it could not be kept.
 * @param film the slot's film, or undefined for a display slot; @param deal undefined for the open auction.
 */
export function floorOf(
  tape: Tape,
  imp: ImpView,
  film: FilmView | undefined,
  deal: DealView | undefined,
  currency: BidCurrency,
): Floor | undefined {
  if (deal !== undefined && hasFloor(deal)) {
    return convert(tape, { ...floorFields(deal), currency: deal.floorCurrency }, currency)
  }
  return convert(
    tape,
    {
      floorMicros: imp.floorMicros,
      floorPerSecondMicros: film === undefined ? 0 : film.floorPerSecondMicros,
      durationFloors: film === undefined ? NONE : film.durationFloors,
      currency: imp.floorCurrency,
    },
    currency,
  )
}

function hasFloor(deal: DealView): boolean {
  return deal.floorMicros > 0 || deal.floorPerSecondMicros > 0 || deal.durationFloors !== NONE
}

function floorFields({ auctionType, floorMicros, floorPerSecondMicros, durationFloors }: DealView) {
  // A fixed price is what `bidfloor` says (section 3.2.12), however long the ad is.
  const isFixed = auctionType === FIXED_PRICE && floorMicros > 0
  return isFixed
    ? { floorMicros, floorPerSecondMicros: 0, durationFloors: NONE }
    : { floorMicros, floorPerSecondMicros, durationFloors }
}

function convert(tape: Tape, from: FloorFields, to: BidCurrency): Floor | undefined {
  if (from.floorMicros === 0 && from.floorPerSecondMicros === 0 && from.durationFloors === NONE)
    return NO_FLOOR
  const rate = from.currency === to.code ? 1 : to.unitsPer(from.currency)
  if (!(rate > 0)) return undefined
  return {
    flatCpmMicros: convertUp(from.floorMicros, rate),
    perSecondCpmMicros: convertUp(from.floorPerSecondMicros, rate),
    ranges: from.durationFloors === NONE ? NO_FLOOR.ranges : rangesOf(tape, from.durationFloors, rate),
  }
}

/** Triples of least seconds, most seconds and floor, from OpenRTB's `durfloors`. */
function rangesOf(tape: Tape, list: number, rate: number): Float64Array {
  const ranges: number[] = []
  const end = tape.next(list)
  for (let item = list + 1; item < end; item = tape.next(item)) {
    if (tape.kind(item) !== KIND.object) continue
    let least = 0
    let most = Number.POSITIVE_INFINITY
    let micros = 0
    const itemEnd = tape.next(item)
    for (let token = item + 1; token < itemEnd; token = tape.next(token)) {
      const key = tape.key(token)
      if (key === KEY.mindur) least = tape.integer(token, 0)
      else if (key === KEY.maxdur) most = tape.integer(token, 0) || most
      else if (key === KEY.bidfloor) micros = tape.floorMicros(token)
    }
    ranges.push(least, most, convertUp(micros, rate))
  }
  return Float64Array.from(ranges)
}
