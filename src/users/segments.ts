/**
 * Which segments a user is in: a set of segments for each user of a segment file, found by the user's key in about one
 * miss of the cache. Asked on the bid path where the permit allows profiles; never changed, a new file is a new table.
 *
 * A slot is 8 bytes: the low half of the key, and the number of the set above 0. The high half says where to look.
 * At most 85 of 100 slots are full: 10 million users take 94 MB (bench/micro/users/segments.ts). A user who is not in
 * the file is taken for one who is once in 200 million lookups: some 22 slots are looked at, each of which agrees in
 * 32 bits once in 4 billion. Of a hundred files of 10 million users one has two who share a slot, by the same chance.
 *
 *   slots | lo, set + 1 | lo, set + 1 | 0, 0 | ...
 */
import type { CompiledSets } from './segment-sets.ts'

export const NO_SET = -1

/** Words of a slot. */
export const SLOT_WORDS = 2
const LOAD_MAX = 0.85

export class SegmentTable {
  readonly userCount: number
  /** In lower case, in no order. */
  readonly names: readonly string[]
  readonly #slots: Uint32Array
  readonly #sets: CompiledSets

  constructor(slots: Uint32Array, userCount: number, sets: CompiledSets) {
    this.#slots = slots
    this.#sets = sets
    this.userCount = userCount
    this.names = sets.names
  }

  /** The number of the set of a user's segments, or `NO_SET`. */
  find(hi: number, lo: number): number {
    return this.#slots[slotOf(this.#slots, hi, lo) + 1] - 1
  }

  /** `hashText` of the names of a set's segments. */
  segmentsOf(set: number): Uint32Array {
    const { hashes, starts } = this.#sets
    return hashes.subarray(starts[set], starts[set + 1])
  }

  get byteLength(): number {
    const { hashes, starts } = this.#sets
    return this.#slots.byteLength + hashes.byteLength + starts.byteLength
  }
}

/** Empty slots for so many users. */
export function makeSlots(userCount: number): Uint32Array {
  return new Uint32Array(SLOT_WORDS * (Math.ceil(userCount / LOAD_MAX) + 1))
}

/** Where a user's slot is, or the empty one where it would be. */
export function slotOf(slots: Uint32Array, hi: number, lo: number): number {
  const slotCount = slots.length / SLOT_WORDS
  let at = SLOT_WORDS * Math.floor((hi * slotCount) / 0x100000000)
  while (slots[at + 1] !== 0 && slots[at] !== lo) {
    at += SLOT_WORDS
    if (at === slots.length) at = 0
  }
  return at
}
