/**
 * Texts to dense indexes, looked up by hash and compared by bytes without making a string.
 * ASCII case is ignored, as in `hashBytes`. A lookup allocates nothing.
 */
import { fold, hashBytes } from '../base/hash.ts'

export const ABSENT = -1

export class Dictionary {
  readonly size: number
  readonly #mask: number
  readonly #slots: Int32Array
  readonly #hashes: Uint32Array
  readonly #offsets: Int32Array
  readonly #bytes: Uint8Array

  /** @param texts distinct when case is ignored; a text's index is its place here. */
  constructor(texts: readonly string[]) {
    const encoded = texts.map((text) => Buffer.from(text).map(fold))
    this.size = texts.length
    this.#offsets = new Int32Array(texts.length + 1)
    for (let i = 0; i < texts.length; i++) this.#offsets[i + 1] = this.#offsets[i] + encoded[i].length
    this.#bytes = Buffer.concat(encoded)
    this.#hashes = Uint32Array.from(encoded, (bytes) => hashBytes(bytes, 0, bytes.length))
    // At most half full, so that a probe for an absent text ends soon.
    const slotCount = 2 ** Math.ceil(Math.log2(2 * texts.length + 2))
    this.#mask = slotCount - 1
    this.#slots = new Int32Array(slotCount).fill(ABSENT)
    for (let i = 0; i < texts.length; i++) {
      let slot = this.#hashes[i] & this.#mask
      while (this.#slots[slot] !== ABSENT) slot = (slot + 1) & this.#mask
      this.#slots[slot] = i
    }
  }

  /** The index of the text in this range of bytes, whose `hashBytes` is `hash`, or `ABSENT`. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    let slot = hash & this.#mask
    for (;;) {
      const index = this.#slots[slot]
      if (index === ABSENT) return ABSENT
      if (this.#hashes[index] === hash && this.#isEqual(index, bytes, start, end)) return index
      slot = (slot + 1) & this.#mask
    }
  }

  /** The index of a text of this hash, or `ABSENT`: for texts that are known by their hash alone. */
  findHash(hash: number): number {
    let slot = hash & this.#mask
    for (;;) {
      const index = this.#slots[slot]
      if (index === ABSENT || this.#hashes[index] === hash) return index
      slot = (slot + 1) & this.#mask
    }
  }

  /** The index of a text, or `ABSENT`. */
  indexOf(text: string): number {
    const bytes = Buffer.from(text)
    return this.find(hashBytes(bytes, 0, bytes.length), bytes, 0, bytes.length)
  }

  #isEqual(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const offset = this.#offsets[index]
    if (this.#offsets[index + 1] - offset !== end - start) return false
    for (let i = 0; i < end - start; i++) if (this.#bytes[offset + i] !== fold(bytes[start + i])) return false
    return true
  }
}
