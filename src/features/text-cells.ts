/**
 * Counts the values of text features, those of the reference each by itself. Hot, for a sample of the rows: an
 * open-addressing table a feature leads from a hash to its cell, and nothing is allocated.
 *
 *   cells of a feature   missing | other | its values
 */

import { FEATURES } from './catalogue.ts'
import { CellCounts } from './cell-counts.ts'
import { type Reference, type TextReference, VALUES_MAX } from './reference.ts'
import type { Rows } from './row.ts'

/** A power of two, and at least twice the values that are kept. */
const SLOTS = 128
const OTHER = 1

export class TextCells {
  /** Indexes of the catalogue. */
  readonly features: Int32Array
  readonly cells: CellCounts
  /** The hash in each slot, 0 where it is free, and the cell that it leads to. */
  readonly #hashes: Uint32Array
  readonly #cellOf: Uint8Array

  constructor(features: readonly number[], reference: Reference | undefined) {
    const references = features.map((feature) => reference?.texts[FEATURES[feature].name])
    this.features = Int32Array.from(features)
    this.cells = new CellCounts(
      references.map((text) => ({
        cells: 2 + (text?.hashes.length ?? 0),
        expected: text && { shares: [text.missing, text.other, ...text.shares], rows: reference!.rows },
      })),
    )
    this.#hashes = new Uint32Array(features.length * SLOTS)
    this.#cellOf = new Uint8Array(features.length * SLOTS).fill(OTHER)
    references.forEach((text, i) => {
      if (text !== undefined) this.#enter(i, text)
    })
  }

  note({ hashes }: Rows, row: number): void {
    const { features } = this
    const { first, counts } = this.cells
    const base = row * FEATURES.length
    for (let i = 0; i < features.length; i++) {
      const hash = hashes[base + features[i]]
      counts[first[i] + (hash === 0 ? 0 : this.#cellOf[this.#slotOf(i, hash)])]++
    }
  }

  /** The slot that has the hash, or the free one where it would be, which leads to `OTHER`. */
  #slotOf(i: number, hash: number): number {
    const hashes = this.#hashes
    const base = i * SLOTS
    let slot = hash & (SLOTS - 1)
    while (hashes[base + slot] !== hash && hashes[base + slot] !== 0) slot = (slot + 1) & (SLOTS - 1)
    return base + slot
  }

  #enter(i: number, { hashes }: TextReference): void {
    hashes.slice(0, VALUES_MAX).forEach((hash, place) => {
      const slot = this.#slotOf(i, hash)
      this.#hashes[slot] = hash
      this.#cellOf[slot] = OTHER + 1 + place
    })
  }
}
