/**
 * How far a model's scores are from those of its training window; where the manifest does not tell of them, from those of
 * its own first window with enough rows. Noted on the bid path for a sample of the rows, some 20 ns each.
 */
import { Prng } from '../../base/prng.ts'
import { NumberSample } from '../../features/number-sample.ts'
import { psi, psiNoise } from '../../features/psi.ts'
import { BINS_MAX, binOf, type ScoreReference } from '../../features/reference.ts'
import { WINDOW_MS } from './feature-drift.ts'
import { Windows } from './windows.ts'

const SAMPLE_ROWS = 10_000
/** Ten bins of equal mass that this many rows make are off by a thirtieth. */
const FIRST_WINDOW_ROWS_MIN = 5000

/** @property psi NaN without a reference; `noise` is what it would be by chance alone. */
export type ScoreWindow = {
  readonly rows: number
  readonly psi: number
  readonly noise: number
  readonly mean: number
}

export type WatchedScores = {
  /** What the windows are held against; null until a window has had enough rows. */
  readonly reference: 'manifest' | 'first window' | null
  /** Those that are over, the last one behind. */
  readonly windows: readonly ScoreWindow[]
}

export type ScoreDriftOptions = {
  readonly reference: ScoreReference | undefined
  readonly windowMs?: number
  /** Of the sample that a first window is known by. */
  readonly seed?: number
}

export class ScoreDrift {
  readonly #source: 'manifest' | 'first window'
  readonly #windows: Windows<ScoreWindow>
  readonly #counts = new Uint32Array(BINS_MAX)
  #reference: ScoreReference | undefined
  /** Until there is a reference. */
  #sample: NumberSample | undefined
  #rows = 0
  #sum = 0

  constructor({ reference, windowMs = WINDOW_MS, seed = 1 }: ScoreDriftOptions) {
    this.#reference = reference
    this.#source = reference === undefined ? 'first window' : 'manifest'
    this.#sample = reference === undefined ? new NumberSample(SAMPLE_ROWS, new Prng(seed)) : undefined
    this.#windows = new Windows(windowMs, () => this.#close())
  }

  /** @param nowMs Unix time. */
  note(probability: number, nowMs: number): void {
    this.#windows.turn(nowMs)
    this.#rows++
    this.#sum += probability
    const edges = this.#reference?.edges
    if (edges === undefined) this.#sample!.add(probability)
    else this.#counts[binOf(edges, 0, edges.length, probability)]++
  }

  scores(nowMs: number): WatchedScores {
    this.#windows.turn(nowMs)
    return {
      reference: this.#reference === undefined ? null : this.#source,
      windows: [...this.#windows.closed],
    }
  }

  #close(): ScoreWindow {
    const window = this.#window()
    if (this.#sample !== undefined) this.#learn(this.#sample)
    this.#counts.fill(0)
    this.#rows = 0
    this.#sum = 0
    return window
  }

  #window(): ScoreWindow {
    const reference = this.#reference
    const rows = this.#rows
    const mean = this.#sum / rows
    if (reference === undefined) return { rows, psi: Number.NaN, noise: Number.NaN, mean }
    const { shares } = reference
    return {
      rows,
      psi: psi(shares, this.#counts, rows),
      noise: psiNoise(shares.length, rows, reference.rows),
      mean,
    }
  }

  #learn(sample: NumberSample): void {
    if (this.#rows >= FIRST_WINDOW_ROWS_MIN) {
      this.#reference = { rows: Math.min(this.#rows, SAMPLE_ROWS), ...sample.bins() }
      this.#sample = undefined
    } else sample.clear()
  }
}
