/**
 * Where the entries of the frequency table lie, and which one makes room: 32 bytes an entry, in memory that is taken once.
 * It finds, makes and gives up entries; what their cells count is for `frequency.ts`.
 *
 * An entry stands in the emptier of two places of four. Where both are full, the one that would have ended first makes
 * room, and what it knew is lost: `forcedEvictionCount` says how often. Of what fills half of the capacity that is one
 * entry in 75,000, of six tenths one in 3,000, of seven tenths one in 350.
 *
 *   32-bit word | 0 hi | 1 lo | 2 tick | 3 hold tick | 4 end S | 5 .. 7: bytes |
 *   byte        | 20 .. 28: impressions by tick % 9 | 29 .. 31: reservations by hold tick % 3 |
 */
import { mix32 } from '../base/hash.ts'
import type { PairKey } from './pair-key.ts'

export const ENTRY_BYTES = 32
const ENTRY_WORDS = ENTRY_BYTES / 4
const HI = 0
const LO = 1
/** The low half in an entry that was never used. */
const UNUSED = 0
/** The latest step that the impressions cover, and likewise of reservations. */
export const TICK = 2
export const HOLD_TICK = 3
/** When the last impression leaves the window. */
export const END_S = 4

/** Bytes of an entry: impressions by step, then reservations by step. */
export const CELLS_AT = 20
export const CELLS = 9
export const HOLD_CELLS_AT = CELLS_AT + CELLS
export const HOLD_CELLS = 3
export const HOLD_STEP_S = 30

/** Entries side by side. */
const PLACE_ENTRIES = 4
const PLACE_WORDS = PLACE_ENTRIES * ENTRY_WORDS

export const NONE = -1

/** Of four kilobytes. */
const PAGE_WORDS = 1024

/** An entry is known by the place of its first word. */
export class FrequencyEntries {
  readonly capacity: number
  readonly words: Uint32Array
  readonly bytes: Uint8Array
  /** Entries that were given up while they still counted. */
  forcedEvictionCount = 0
  readonly #placeMask: number

  constructor(entries: number) {
    this.capacity = 2 ** Math.ceil(Math.log2(Math.max(PLACE_ENTRIES, entries)))
    this.#placeMask = this.capacity / PLACE_ENTRIES - 1
    this.words = new Uint32Array(this.capacity * ENTRY_WORDS)
    this.bytes = new Uint8Array(this.words.buffer)
    // The pages are taken now: users touch them at random, and resident memory would creep up for half an hour.
    for (let word = 0; word < this.words.length; word += PAGE_WORDS) this.words[word] = 0
  }

  /** The entry of a pair and window, or `NONE`. */
  find(pair: PairKey, windowS: number): number {
    const hi = hiOf(pair, windowS)
    const lo = loOf(pair, windowS)
    const entry = this.#findIn(this.#placeOf(hi), hi, lo)
    return entry !== NONE ? entry : this.#findIn(this.#placeOf(lo), hi, lo)
  }

  /** The entry of a pair and window, which may be a new one that counts nothing. */
  findOrMake(pair: PairKey, windowS: number, nowS: number): number {
    const found = this.find(pair, windowS)
    if (found !== NONE) return found
    const words = this.words
    const hi = hiOf(pair, windowS)
    const lo = loOf(pair, windowS)
    const entry = this.#firstToEnd(this.#emptierOf(this.#placeOf(hi), this.#placeOf(lo), nowS))
    if (this.#endS(entry) > nowS) this.forcedEvictionCount++
    words.fill(0, entry, entry + ENTRY_WORDS)
    words[entry + HI] = hi
    words[entry + LO] = lo
    return entry
  }

  #findIn(place: number, hi: number, lo: number): number {
    const words = this.words
    for (let entry = place; entry < place + PLACE_WORDS; entry += ENTRY_WORDS) {
      if (words[entry + HI] === hi && words[entry + LO] === lo) return entry
      // A place is filled from its start, and no entry is ever unused again.
      if (words[entry + LO] === UNUSED) return NONE
    }
    return NONE
  }

  #emptierOf(place: number, other: number, nowS: number): number {
    return this.#liveIn(other, nowS) < this.#liveIn(place, nowS) ? other : place
  }

  #liveIn(place: number, nowS: number): number {
    let live = 0
    for (let entry = place; entry < place + PLACE_WORDS; entry += ENTRY_WORDS) {
      if (this.#endS(entry) > nowS) live++
    }
    return live
  }

  /** One that was never used, or else the one that says nothing first. */
  #firstToEnd(place: number): number {
    let first = place
    for (let entry = place; entry < place + PLACE_WORDS; entry += ENTRY_WORDS) {
      if (this.#endS(entry) < this.#endS(first)) first = entry
    }
    return first
  }

  #placeOf(hash: number): number {
    return (hash & this.#placeMask) * PLACE_WORDS
  }

  /** When an entry says nothing any more; before any time for one that was never used. */
  #endS(entry: number): number {
    const words = this.words
    if (words[entry + LO] === UNUSED) return 0
    return Math.max(words[entry + END_S], (words[entry + HOLD_TICK] + HOLD_CELLS) * HOLD_STEP_S)
  }
}

/** Pairs that differ do so under each window. The windows of a pair differ in both halves, and so in both places. */
function hiOf({ hi }: PairKey, windowS: number): number {
  return (hi ^ mix32(windowS)) >>> 0
}

function loOf({ lo }: PairKey, windowS: number): number {
  const word = (lo ^ mix32(windowS)) >>> 0
  return word === UNUSED ? 1 : word
}
