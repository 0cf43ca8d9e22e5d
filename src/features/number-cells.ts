/**
 * Counts the values of number features by the bins of the reference, and those beyond what its window has seen. Hot, for a
 * sample of the rows; nothing is allocated.
 *
 *   cells of a feature   missing | its bins
 */

import { FEATURES } from './catalogue.ts'
import { CellCounts } from './cell-counts.ts'
import { binOf, type Reference } from './reference.ts'
import type { Rows } from './row.ts'

export class NumberCells {
  /** Indexes of the catalogue. */
  readonly features: Int32Array
  readonly cells: CellCounts
  /** Rows whose value is beyond the least or the most, by feature. */
  readonly outside: Uint32Array
  readonly #least: Float32Array
  readonly #most: Float32Array
  /** The edges of feature `i` are edges[first[i]] up to edges[first[i + 1]]. */
  readonly #edges: Float32Array
  readonly #first: Int32Array

  constructor(features: readonly number[], reference: Reference | undefined) {
    const references = features.map((feature) => reference?.numbers[FEATURES[feature].name])
    this.features = Int32Array.from(features)
    this.cells = new CellCounts(
      references.map((number) => ({
        cells: 2 + (number?.edges.length ?? 0),
        expected: number && { shares: [number.missing, ...number.shares], rows: reference!.rows },
      })),
    )
    this.outside = new Uint32Array(features.length)
    this.#least = Float32Array.from(references, (number) => number?.least ?? Number.NEGATIVE_INFINITY)
    this.#most = Float32Array.from(references, (number) => number?.most ?? Number.POSITIVE_INFINITY)
    this.#edges = Float32Array.from(references.flatMap((number) => number?.edges ?? []))
    this.#first = new Int32Array(features.length + 1)
    references.forEach((number, i) => {
      this.#first[i + 1] = this.#first[i] + (number?.edges.length ?? 0)
    })
  }

  note({ numbers }: Rows, row: number): void {
    const { features } = this
    const { first, counts } = this.cells
    const base = row * FEATURES.length
    for (let i = 0; i < features.length; i++) {
      const value = numbers[base + features[i]]
      if (Number.isNaN(value)) {
        counts[first[i]]++
        continue
      }
      counts[first[i] + 1 + binOf(this.#edges, this.#first[i], this.#first[i + 1], value)]++
      if (value < this.#least[i] || value > this.#most[i]) this.outside[i]++
    }
  }

  clear(): void {
    this.cells.clear()
    this.outside.fill(0)
  }
}
