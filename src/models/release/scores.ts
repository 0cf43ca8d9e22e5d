/**
 * What a version has answered, counted on the bid path: how many scores, their sum, and how they are spread over bins that
 * split each octave in four, from a millionth to one. Nothing is allocated; some ns a score.
 */

const BINS_AN_OCTAVE = 4
/** Bits of a 32-bit float below its exponent and the two bits behind that. */
const SHIFT = 21
const exponentAndQuarter = (value: number): number => {
  float[0] = value
  return bits[0] >>> SHIFT
}
const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Scores below 2^-20, about a millionth, are in the first bin. */
const FIRST = exponentAndQuarter(2 ** -20)
export const SCORE_BINS = 20 * BINS_AN_OCTAVE + 1

export class Scores {
  readonly bins = new Float64Array(SCORE_BINS)
  count = 0
  sum = 0

  /** @param probability from 0 to 1. */
  note(probability: number): void {
    this.count++
    this.sum += probability
    this.bins[Math.max(0, exponentAndQuarter(probability) - FIRST)]++
  }
}

/** Scores of each bin between two moments. */
export type ScoreCounts = { readonly count: number; readonly sum: number; readonly bins: Float64Array }

export const NO_SCORES: ScoreCounts = { count: 0, sum: 0, bins: new Float64Array(SCORE_BINS) }

export function copyOf({ count, sum, bins }: ScoreCounts): ScoreCounts {
  return { count, sum, bins: bins.slice() }
}

/** What has come since. */
export function gained(now: ScoreCounts, before: ScoreCounts): ScoreCounts {
  return {
    count: now.count - before.count,
    sum: now.sum - before.sum,
    bins: now.bins.map((count, bin) => count - before.bins[bin]),
  }
}
