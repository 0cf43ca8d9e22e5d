/**
 * The price axis of the win landscape: 128 bins between 129 bounds, in USD CPM micros.
 *
 *   bin    0            1 .. 126                          127
 *   price  (0, 0.01 $]  each 7.6 % wider than the last    above 100 $
 *
 * A bin holds prices above its lower bound up to its upper one, both of which are integers: a bid on a bound wins against
 * everything in the bins below it. In relative terms a bin is as wide at any price, as prices themselves spread.
 */

export const BINS = 128

const LOWEST_CPM_MICROS = 10_000
const HIGHEST_CPM_MICROS = 100_000_000
const LOG_STEP = Math.log(HIGHEST_CPM_MICROS / LOWEST_CPM_MICROS) / (BINS - 2)

/** Bin `i` lies between `BOUNDS[i]` and `BOUNDS[i + 1]`; the first is 0 and the last is infinite. */
export const BOUNDS: Float64Array = Float64Array.from({ length: BINS + 1 }, (_, i) => {
  if (i === 0) return 0
  if (i === BINS) return Number.POSITIVE_INFINITY
  return Math.round(LOWEST_CPM_MICROS * Math.exp(LOG_STEP * (i - 1)))
})

/** The last bin: prices that no sensible bid reaches. */
export const TOP_BIN = BINS - 1

/** The bin of a price. What is no number is in bin 0. */
export function binOf(priceCpmMicros: number): number {
  if (!(priceCpmMicros > LOWEST_CPM_MICROS)) return 0
  if (priceCpmMicros > HIGHEST_CPM_MICROS) return TOP_BIN
  const bin = Math.ceil(Math.log(priceCpmMicros / LOWEST_CPM_MICROS) / LOG_STEP)
  // The bounds were rounded, so a price beside one may have come out on its other side.
  if (priceCpmMicros > BOUNDS[bin + 1]) return bin + 1
  return priceCpmMicros > BOUNDS[bin] ? bin : bin - 1
}

/** Where a price stands between the bounds of its bin: 0 at the lower, 1 at the upper, which the last bin has not. */
export function placeInBin(bin: number, priceCpmMicros: number): number {
  if (bin === TOP_BIN) return 0
  return Math.max(0, priceCpmMicros - BOUNDS[bin]) / (BOUNDS[bin + 1] - BOUNDS[bin])
}
