/**
 * The users of a segment file as they are read, until their number is known and slots can be made for them: 12 bytes
 * each, in pieces, so that nothing is copied as they grow.
 *
 *   piece | hi, lo, set | hi, lo, set | ...
 */
import { makeSlots, slotOf } from './segments.ts'

const ENTRY_WORDS = 3
/** Putting so many into slots takes about a millisecond. */
const PIECE_ENTRIES = 16_384

export class SegmentEntries {
  readonly #pieces: Uint32Array[] = []
  count = 0

  add(hi: number, lo: number, set: number): void {
    const place = this.count % PIECE_ENTRIES
    if (place === 0) this.#pieces.push(new Uint32Array(ENTRY_WORDS * PIECE_ENTRIES))
    const piece = this.#pieces[this.#pieces.length - 1]
    piece[ENTRY_WORDS * place] = hi
    piece[ENTRY_WORDS * place + 1] = lo
    piece[ENTRY_WORDS * place + 2] = set
    this.count++
  }

  /** Of a user who was added twice the last set counts. */
  async intoSlots(turn: () => Promise<void>): Promise<{ slots: Uint32Array; userCount: number }> {
    const slots = makeSlots(this.count)
    let userCount = 0
    for (const [index, piece] of this.#pieces.entries()) {
      userCount += fill(slots, piece, Math.min(PIECE_ENTRIES, this.count - index * PIECE_ENTRIES))
      await turn()
    }
    return { slots, userCount }
  }
}

/** Gives how many of the entries had no slot before. */
function fill(slots: Uint32Array, piece: Uint32Array, entries: number): number {
  let added = 0
  for (let at = 0; at < ENTRY_WORDS * entries; at += ENTRY_WORDS) {
    const slot = slotOf(slots, piece[at], piece[at + 1])
    if (slots[slot + 1] === 0) added++
    slots[slot] = piece[at + 1]
    slots[slot + 1] = piece[at + 2] + 1
  }
  return added
}
