/**
 * The floor of one ad: what a seller asks for depends on how long the ad is.
 *
 * A `Floor` is what one place of the request says, already in the bid's currency: a deal, or a film slot with the floor
 * of its imp for whatever the slot leaves open. Which place counts is decided before (OpenRTB 2.6 implementation guide,
 * section 7.11): a deal, or else the film slot, or else the imp.
 */
export type Floor = {
  /** `bidfloor`. */
  readonly flatCpmMicros: number
  /** `mincpmpersec`; 0 when absent. */
  readonly perSecondCpmMicros: number
  /** `durfloors`: triples of least seconds, most seconds, both included, and the floor of that length. */
  readonly ranges: Float64Array
}

/** Nothing is asked for. */
export const NO_FLOOR: Floor = { flatCpmMicros: 0, perSecondCpmMicros: 0, ranges: new Float64Array(0) }

const RANGE_CELLS = 3
const NONE = -1

/**
 * What an ad must bring, whole CPM micros.
 *
 * A range that the length lies in stands before the flat floor; so does a floor by the second in a pod (section 7.6).
 * A seller should give one form only: of several that stand, the highest counts, as it does of ranges that overlap.
 *
 * @param durationS 0 for what is no film: banner and native know the flat floor alone.
 * @param isPod whether the ad runs in a pod.
 */
export function floorCpmMicros(floor: Floor, durationS: number, isPod: boolean): number {
  const { flatCpmMicros, perSecondCpmMicros } = floor
  if (durationS <= 0) return wholeMicros(flatCpmMicros)
  const range = highestRange(floor.ranges, durationS)
  const bySecond = perSecondCpmMicros * durationS
  if (range !== NONE) return wholeMicros(Math.max(range, bySecond))
  if (isPod && bySecond > 0) return wholeMicros(bySecond)
  return wholeMicros(Math.max(flatCpmMicros, bySecond))
}

/** The highest floor of the ranges around a length, or `NONE`: a range without a floor asks for 0. */
function highestRange(ranges: Float64Array, durationS: number): number {
  let highest = NONE
  for (let i = 0; i < ranges.length; i += RANGE_CELLS) {
    if (durationS >= ranges[i] && durationS <= ranges[i + 1]) highest = Math.max(highest, ranges[i + 2])
  }
  return highest
}

/** A floor that cannot be counted is the largest that can, out of every price's reach. */
function wholeMicros(floorMicros: number): number {
  return Math.min(Math.ceil(floorMicros), Number.MAX_SAFE_INTEGER)
}
