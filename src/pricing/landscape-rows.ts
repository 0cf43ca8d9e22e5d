/**
 * What was told of each segment, and what is made of it: a row of counts and one of chances.
 *
 *   counts   384 cells of turnbull.ts, faded with time and by number | chances   F at the lower bound of each bin
 *
 * 2.5 KB a row, so that a row is for what was told something, not for all that was seen. The row of a parent stands before
 * those of its children. Memory that no row used yet is not touched.
 */
import { BINS } from './landscape-grid.ts'
import { massesOf, unseenChances } from './landscape-prior.ts'
import { COUNT_CELLS, improveMasses } from './turnbull.ts'

export type Forgetting = {
  /** Time in which what was told loses half of its weight. */
  readonly halfLifeMs: number
  /** Auctions at most that a row remembers: as many say all, and older ones only keep it from following the market. */
  readonly weightMax: number
}

/** Observations that a parent's estimate stands for. */
const PRIOR_STRENGTH = 20

const unseen = unseenChances()
const masses = new Float64Array(BINS)
const priorMasses = new Float64Array(BINS)
const prior = { masses: priorMasses, strength: PRIOR_STRENGTH }

export class Rows {
  readonly capacity: number
  readonly chances: Float64Array
  readonly counts: Float32Array
  /** Auctions that a row remembered when it was last estimated. */
  readonly weights: Float64Array
  readonly #fadedMs: Float64Array
  readonly #forgetting: Forgetting
  #count = 0

  constructor(capacity: number, forgetting: Forgetting) {
    this.capacity = capacity
    this.chances = new Float64Array(capacity * BINS)
    this.counts = new Float32Array(capacity * COUNT_CELLS)
    this.weights = new Float64Array(capacity)
    this.#fadedMs = new Float64Array(capacity)
    this.#forgetting = forgetting
  }

  get count(): number {
    return this.#count
  }

  /** A row that knows what its parent does; call only while there is room. A row that is its own parent knows nothing. */
  add(parent: number, nowMs: number): number {
    const row = this.#count++
    if (row === parent) this.chances.set(unseen, row * BINS)
    else this.chances.copyWithin(row * BINS, parent * BINS, (parent + 1) * BINS)
    this.counts.fill(0, row * COUNT_CELLS, (row + 1) * COUNT_CELLS)
    this.weights[row] = 0
    this.#fadedMs[row] = nowMs
    return row
  }

  /** Adds to a cell of a row's counts, and to the one behind it. */
  tell(row: number, cell: number, weight: number, nextWeight: number): void {
    const at = row * COUNT_CELLS + cell
    this.counts[at] += weight
    if (nextWeight > 0) this.counts[at + 1] += nextWeight
  }

  /** Takes a row's counts over from those of another landscape. */
  load(row: number, counts: Float32Array): void {
    const start = row * COUNT_CELLS
    this.counts.set(counts.subarray(start, start + COUNT_CELLS), start)
  }

  /** Fades a row and takes its estimate some steps further, with its parent's as the prior. */
  estimate(row: number, parent: number, nowMs: number, steps: number): void {
    this.#fade(row, nowMs)
    massesOf(row === parent ? unseen : this.chances, row === parent ? 0 : parent * BINS, priorMasses)
    massesOf(this.chances, row * BINS, masses)
    improveMasses(masses, this.counts, row * COUNT_CELLS, prior, steps)
    let chance = 0
    for (let bin = 0; bin < BINS; bin++) {
      this.chances[row * BINS + bin] = Math.min(chance, 1)
      chance += masses[bin]
    }
  }

  /** Puts a row in the place of one before it. */
  move(from: number, to: number): void {
    this.chances.copyWithin(to * BINS, from * BINS, (from + 1) * BINS)
    this.counts.copyWithin(to * COUNT_CELLS, from * COUNT_CELLS, (from + 1) * COUNT_CELLS)
    this.weights[to] = this.weights[from]
    this.#fadedMs[to] = this.#fadedMs[from]
  }

  /** Drops the rows from this one on. */
  cut(count: number): void {
    this.#count = count
  }

  #fade(row: number, nowMs: number): void {
    const start = row * COUNT_CELLS
    let weight = 0
    for (let cell = start; cell < start + COUNT_CELLS; cell++) weight += this.counts[cell]
    const { halfLifeMs, weightMax } = this.#forgetting
    const byTime = 0.5 ** ((nowMs - this.#fadedMs[row]) / halfLifeMs)
    const left = Math.min(byTime, weightMax / Math.max(weight, 1))
    for (let cell = start; cell < start + COUNT_CELLS; cell++) this.counts[cell] *= left
    this.weights[row] = weight * left
    this.#fadedMs[row] = nowMs
  }
}
