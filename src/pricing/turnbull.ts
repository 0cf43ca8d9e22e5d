/**
 * The distribution of prices that are partly known: exactly, or only to lie below or above a bound.
 *
 * Turnbull's self-consistency (1976) on bins: each censored price is shared out over the bins where it may lie, in
 * proportion to the masses so far; the shares counted up are the next masses. A prior adds `strength` prices spread as its
 * masses are, so that with few observations the answer is the prior and with many the data. A step never lowers the
 * posterior; one costs about 1 us. Cold: called when the landscape is refreshed.
 */
import { BINS } from './landscape-grid.ts'

/**
 * Cells of the counts of one estimate:
 *
 *   | EXACT: price in bin i | AT_MOST: price up to bound i | ABOVE: price above bound i |
 *
 * Bound i is the lower one of bin i; bound 0 says nothing, and its cells stay 0.
 */
export const EXACT = 0
export const AT_MOST = BINS
export const ABOVE = 2 * BINS
export const COUNT_CELLS = 3 * BINS

/** Below this a chance has vanished, and what it would explain is left out. */
const VANISHED = 1e-15

const chances = new Float64Array(BINS + 1)
const sharesAbove = new Float64Array(BINS)

export type Prior = { readonly masses: Float64Array; readonly strength: number }

/**
 * Improves `masses`, which sum to 1 before and behind, by some steps.
 * @param counts `COUNT_CELLS` cells from `offset` on.
 */
export function improveMasses(
  masses: Float64Array,
  counts: Float32Array,
  offset: number,
  { masses: priorMasses, strength }: Prior,
  steps: number,
): void {
  for (let step = 0; step < steps; step++) {
    shareOutAbove(masses, counts, offset)
    let total = 0
    let shareAtMost = 0
    for (let bin = BINS - 1; bin >= 0; bin--) {
      // A price of at most bound `bin + 1` may lie in this bin and in all below it.
      if (bin + 1 < BINS) shareAtMost += shareOf(counts[offset + AT_MOST + bin + 1], chances[bin + 1])
      const hidden = masses[bin] * (shareAtMost + sharesAbove[bin])
      masses[bin] = strength * priorMasses[bin] + counts[offset + EXACT + bin] + hidden
      total += masses[bin]
    }
    if (total > 0) for (let bin = 0; bin < BINS; bin++) masses[bin] /= total
  }
}

/** Sums the masses up to `chances`, and what prices above a bound give to each bin, for a unit of its mass. */
function shareOutAbove(masses: Float64Array, counts: Float32Array, offset: number): void {
  let chance = 0
  let share = 0
  for (let bin = 0; bin < BINS; bin++) {
    chances[bin] = chance
    share += shareOf(counts[offset + ABOVE + bin], 1 - chance)
    sharesAbove[bin] = share
    chance += masses[bin]
  }
  chances[BINS] = chance
}

function shareOf(count: number, mass: number): number {
  return count > 0 && mass > VANISHED ? count / mass : 0
}
