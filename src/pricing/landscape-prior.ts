/**
 * What is taken for the market before anything was heard of it.
 *
 * The chance to win rises as a power of the bid, F(b) = (b / 20 $)^a, and is 1 above 20 $. Against it the best bid for any
 * value is the same share a / (1 + a) of it; `a` is such that this is the share usual for a blind first-price bid. It also
 * lies above nearly all real prices, so what little weight it keeps scales a learned F and hardly bends it.
 */
import { BINS, BOUNDS } from './landscape-grid.ts'

/** Share of the value that is bid in a market that nothing is known of. */
export const UNSEEN_SHADE = 0.65

const POWER = UNSEEN_SHADE / (1 - UNSEEN_SHADE)
const CERTAIN_CPM_MICROS = 20_000_000

/** How much of every estimate is spread evenly, so that no bin is ruled out for ever. */
const SPREAD = 1e-6

/** The chance to win at each lower bound, as `Rows.chances` has it. */
export function unseenChances(): Float64Array {
  return Float64Array.from({ length: BINS }, (_, i) => Math.min(1, (BOUNDS[i] / CERTAIN_CPM_MICROS) ** POWER))
}

/** Writes the mass of each bin under these chances, of which there are `BINS` from `offset` on. */
export function massesOf(chances: Float64Array, offset: number, masses: Float64Array): void {
  for (let bin = 0; bin < BINS; bin++) {
    const above = bin === BINS - 1 ? 1 : chances[offset + bin + 1]
    masses[bin] = (1 - SPREAD) * (above - chances[offset + bin]) + SPREAD / BINS
  }
}
