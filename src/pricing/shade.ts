/**
 * The first-price bid that leaves most: the maximum of (value - bid) * F(bid) on [floor, value], exactly, for the F of the
 * win landscape. In the bid path, for each candidate: a third of the time of golden sections on a log-normal, no allocation
 * (bench/micro/pricing/shade.ts).
 *
 * F is a straight line in each bin, so there the surplus is a parabola, and its best bid a formula. Bins are gone through
 * from the value down until none can leave more: as F rises, no bid below a bound leaves more than value * F there.
 */
import type { Landscape } from './landscape.ts'
import { BOUNDS, binOf, TOP_BIN } from './landscape-grid.ts'

/**
 * The price, an integer in [floor, value]; 0, which is `NO_PRICE`, when the value is not above 0 or does not reach the
 * floor. A value that is the floor is bid: it leaves nothing, but it costs no more than the impression is worth.
 */
export function shade(
  landscape: Landscape,
  segment: number,
  valueCpmMicros: number,
  floorCpmMicros: number,
): number {
  const value = Math.floor(valueCpmMicros)
  const floor = Math.max(Math.ceil(floorCpmMicros), 1)
  // Said this way round, so that a value that is no number has no price.
  if (!(value >= floor)) return 0
  return bestPrice(landscape.chances, landscape.chancesAt(segment), value, floor)
}

/** The price with the most surplus. The bounds come first, so that nearly all bins can be passed over. */
function bestPrice(chances: Float64Array, at: number, value: number, floor: number): number {
  const topBin = Math.min(binOf(value), TOP_BIN - 1)
  let most = surplusAtBounds(chances, at, topBin, value, floor)
  let best = floor
  for (let bin = topBin; bin >= 0 && BOUNDS[bin + 1] >= floor; bin--) {
    const upperChance = chances[at + bin + 1]
    // As chances rise, neither this bin nor any below it can leave as much.
    if (value * upperChance < most) break
    const low = Math.max(BOUNDS[bin], floor)
    if ((value - low) * upperChance < most) continue
    const lowerChance = chances[at + bin]
    const slope = (upperChance - lowerChance) / (BOUNDS[bin + 1] - BOUNDS[bin])
    // Where the derivative of (value - b) * (lowerChance + slope * (b - lower bound)) is 0, if that lies in the bin.
    const peak = slope > 0 ? Math.round((value + BOUNDS[bin] - lowerChance / slope) / 2) : low
    const price = Math.max(low, Math.min(peak, BOUNDS[bin + 1]))
    const surplus = (value - price) * (lowerChance + slope * (price - BOUNDS[bin]))
    if (surplus < most) continue
    most = surplus
    best = price
  }
  return best
}

/** The most that a bid on a bound leaves. It is met again, to the last digit, as the lower bound of the bin above. */
function surplusAtBounds(
  chances: Float64Array,
  at: number,
  topBin: number,
  value: number,
  floor: number,
): number {
  let most = 0
  for (let bound = topBin; BOUNDS[bound] >= floor; bound--) {
    if (value * chances[at + bound] <= most) break
    const surplus = (value - BOUNDS[bound]) * chances[at + bound]
    if (surplus > most) most = surplus
  }
  return most
}
