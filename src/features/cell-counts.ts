/**
 * Rows counted by cell, a run of cells a feature, the first of each for rows where it is not known; and how far their
 * distribution is from the expected one.
 *
 *   counts   missing c1 c2 … | missing c1 c2 … | …
 */
import { psi, psiNoise } from './psi.ts'

/** The expected shares of a feature by cell, `missing` first, and how many rows told of them. */
export type Expected = { readonly shares: readonly number[]; readonly rows: number }

export class CellCounts {
  /** The cells of feature `i` are first[i] up to first[i + 1]. */
  readonly first: Int32Array
  readonly counts: Uint32Array
  readonly #expected: readonly (Expected | undefined)[]

  /** @param features of each its cells, and what is expected of them where that is known. */
  constructor(features: readonly { readonly cells: number; readonly expected: Expected | undefined }[]) {
    this.first = new Int32Array(features.length + 1)
    features.forEach(({ cells }, i) => {
      this.first[i + 1] = this.first[i] + cells
    })
    this.counts = new Uint32Array(this.first[features.length])
    this.#expected = features.map(({ expected }) => expected)
  }

  /** NaN where nothing is expected, or no row has come. */
  psi(feature: number, rows: number): number {
    const expected = this.#expected[feature]
    if (expected === undefined) return Number.NaN
    return psi(expected.shares, this.counts.subarray(this.first[feature], this.first[feature + 1]), rows)
  }

  /** What `psi` is by chance alone; NaN where nothing is expected. */
  noise(feature: number, rows: number): number {
    const expected = this.#expected[feature]
    return expected === undefined ? Number.NaN : psiNoise(expected.shares.length, rows, expected.rows)
  }

  /** Share of the rows in which the feature is not known. */
  missing(feature: number, rows: number): number {
    return this.counts[this.first[feature]] / rows
  }

  clear(): void {
    this.counts.fill(0)
  }
}
