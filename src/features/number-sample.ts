/**
 * Quantiles and bins of numbers that come one by one, from a sample of them in bounded memory: each row is as likely to be
 * in it as any other (reservoir sampling), and counts for as many as it stands for.
 */
import type { Prng } from '../base/prng.ts'
import { BINS_MAX, binOf } from './reference.ts'

/** So that a sum of many weights which is short of a whole bin by its rounding alone fills it. */
const ROUNDING = 1e-9

/** @property shares one more than edges. */
export type Bins = { readonly edges: number[]; readonly shares: number[] }

export class NumberSample {
  readonly #prng: Prng
  readonly #values: Float64Array
  readonly #weights: Float64Array
  rows = 0
  least = Number.POSITIVE_INFINITY
  most = Number.NEGATIVE_INFINITY

  constructor(size: number, prng: Prng) {
    this.#prng = prng
    this.#values = new Float64Array(size)
    this.#weights = new Float64Array(size)
  }

  add(value: number, weight = 1): void {
    if (value < this.least) this.least = value
    if (value > this.most) this.most = value
    const place = this.rows++
    const kept = place < this.#values.length ? place : this.#prng.below(place + 1)
    if (kept >= this.#values.length) return
    this.#values[kept] = value
    this.#weights[kept] = weight
  }

  clear(): void {
    this.rows = 0
    this.least = Number.POSITIVE_INFINITY
    this.most = Number.NEGATIVE_INFINITY
  }

  /** Bins of equal mass as far as the values can be told apart; without any values one that is empty. */
  bins(): Bins {
    const size = Math.min(this.rows, this.#values.length)
    const order = Uint32Array.from({ length: size }, (_, place) => place).sort(
      (a, b) => this.#values[a] - this.#values[b],
    )
    const total = this.#weights.subarray(0, size).reduce((sum, weight) => sum + weight, 0)
    const last = this.#values[order[size - 1]]
    const edges: number[] = []
    let below = 0
    let due = total / BINS_MAX
    for (const place of order) {
      const value = this.#values[place]
      below += this.#weights[place]
      if (below < due || value === last) continue
      if (value !== edges.at(-1)) edges.push(value)
      // A frequent value may fill several bins; what follows it begins the next one.
      due = (Math.floor((below / total) * BINS_MAX + ROUNDING) + 1) * (total / BINS_MAX)
    }
    return { edges, shares: this.#sharesOf(edges, size, total) }
  }

  #sharesOf(edges: number[], size: number, total: number): number[] {
    const shares = new Array<number>(edges.length + 1).fill(0)
    for (let place = 0; place < size; place++)
      shares[binOf(edges, 0, edges.length, this.#values[place])] += this.#weights[place] / total
    return shares
  }
}
