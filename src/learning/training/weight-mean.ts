/**
 * The mean of weights over a stretch of learning. Weights learnt online never rest: what every row shares follows the
 * last few positives, and where learning happens to stop the sum of all predictions is off by some ten per cent. Their mean
 * is not (Polyak and Juditsky, 1992), and ranks as well or better.
 */
import type { State } from '../ftrl.ts'

export class WeightMean {
  readonly #sums: readonly Float64Array[]
  readonly #count = new Float64Array(1)

  /** @param weights of the shape that is averaged. */
  constructor(weights: State) {
    this.#sums = weights.map(({ length }) => new Float64Array(length))
  }

  get state(): State {
    return [...this.#sums, this.#count]
  }

  add(weights: State): void {
    this.#count[0]++
    for (const [i, sums] of this.#sums.entries()) {
      const array = weights[i]
      for (let at = 0; at < sums.length; at++) sums[at] += array[at]
    }
  }

  /** Writes the mean over them, once something was added. */
  put(weights: State): void {
    const [count] = this.#count
    for (const [i, sums] of this.#sums.entries()) {
      const array = weights[i]
      for (let at = 0; at < sums.length; at++) array[at] = sums[at] / count
    }
  }
}
