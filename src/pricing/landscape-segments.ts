/**
 * The segments that were seen, each under a key of 32 bits and with a parent: a bounded open-addressing table.
 *
 * A segment's index is dense and its parent's is lower. Keys are hashes, so their low bits choose the slot. Two segments whose keys are equal are one; among 65,536 random
 * keys there is one such pair in two tables. Finding takes some 10 ns and allocates nothing.
 */
export const ABSENT = -1
export const ROOT = 0
export const ROOT_KEY = 1

export class Segments {
  readonly capacity: number
  readonly keys: Uint32Array
  readonly parents: Int32Array
  readonly #slots: Int32Array
  readonly #mask: number
  #count = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.keys = new Uint32Array(capacity)
    this.parents = new Int32Array(capacity)
    // At most half full, so that a probe for an absent key ends soon.
    const slotCount = 2 ** Math.ceil(Math.log2(2 * capacity))
    this.#slots = new Int32Array(slotCount)
    this.#mask = slotCount - 1
    this.clear()
  }

  /** Segments that there are, the root included. */
  get count(): number {
    return this.#count
  }

  find(key: number): number {
    return this.#slots[this.#slotOf(key >>> 0)]
  }

  /** A new segment under a key that is absent; `ABSENT` when the table is full. */
  add(key: number, parent: number): number {
    if (this.#count === this.capacity) return ABSENT
    const segment = this.#count++
    this.keys[segment] = key
    this.parents[segment] = parent
    this.#slots[this.#slotOf(key >>> 0)] = segment
    return segment
  }

  /** Leaves the root alone. */
  clear(): void {
    this.#slots.fill(ABSENT)
    this.#count = 0
    this.add(ROOT_KEY, ROOT)
  }

  /** The slot that holds the key, or the empty one where it belongs. */
  #slotOf(key: number): number {
    let slot = key & this.#mask
    for (;;) {
      const segment = this.#slots[slot]
      if (segment === ABSENT || this.keys[segment] === key) return slot
      slot = (slot + 1) & this.#mask
    }
  }
}
