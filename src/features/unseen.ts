/**
 * Counts, for each column of an inline scorer, the rows whose weight is exactly 0: values that its training has never
 * seen, or too seldom to keep a weight for. Hot, for a sample of the rows; nothing is allocated. A trainer counts the rows
 * behind its window likewise and states the shares in the manifest.
 */
import { hashPair } from '../base/hash.ts'
import { FEATURES } from './catalogue.ts'
import { type Column, Hashed, NO_SECOND, sourceOf } from './plan.ts'
import type { Rows } from './row.ts'

export class UnseenCounts {
  /** The columns as the manifest calls them, a cross by its own name. */
  readonly names: readonly string[]
  /** Rows by column. */
  readonly counts: Uint32Array
  readonly #weights: Float32Array
  readonly #hashed: Hashed

  constructor(columns: readonly Column[], weights: Float32Array) {
    const sources = columns.map(sourceOf)
    this.names = columns.map(({ feature }) => feature)
    this.counts = new Uint32Array(columns.length)
    this.#weights = weights
    this.#hashed = new Hashed(columns, sources, [...columns.keys()])
  }

  note({ hashes }: Rows, row: number): void {
    const { first, second } = this.#hashed
    const base = row * FEATURES.length
    for (let i = 0; i < first.length; i++) {
      const one = hashes[base + first[i]]
      const hash = second[i] === NO_SECOND ? one : hashPair(one, hashes[base + second[i]])
      if (this.#weights[this.#hashed.bucket(i, hash)] === 0) this.counts[i]++
    }
  }

  /** By column, of so many rows; as `unseen` of a reference. */
  shares(rows: number): Record<string, number> {
    return Object.fromEntries(this.names.map((name, i) => [name, this.counts[i] / rows]))
  }

  clear(): void {
    this.counts.fill(0)
  }
}
