/**
 * How often a user has been shown a campaign, in bounded memory: an entry for each pair and window in use, 32 bytes each.
 * Bids ask and reserve, notices count and release. Nothing is allocated but at construction.
 *
 * A window slides in steps of an eighth of it. It covers the step that now is in and the eight before, which is from one
 * to 9/8 windows: a cap is never exceeded in any window, and holds up to an eighth of the window longer than it must. A
 * reservation is held for 60 to 90 seconds; an impression that is told of later than that may be one too many, and so may
 * those of an entry that was given up (frequency-entries.ts).
 */
import { CAP_CELLS, type Caps } from './caps.ts'
import {
  CELLS,
  CELLS_AT,
  END_S,
  FrequencyEntries,
  HOLD_CELLS,
  HOLD_CELLS_AT,
  HOLD_STEP_S,
  HOLD_TICK,
  NONE,
  TICK,
} from './frequency-entries.ts'
import type { PairKey } from './pair-key.ts'

/** Steps of a window; that which now is in comes on top. */
export const STEPS = CELLS - 1
/** How long a reservation is held at least. */
export const HOLD_S = (HOLD_CELLS - 1) * HOLD_STEP_S
/** What a cell saturates at: a cap is never larger. */
const CELL_MAX = 255

export class FrequencyTable {
  readonly #entries: FrequencyEntries
  readonly #words: Uint32Array
  readonly #bytes: Uint8Array

  /** @param entries pairs and windows in use at a time; rounded up to a power of two. */
  constructor(entries = 1 << 20) {
    this.#entries = new FrequencyEntries(entries)
    this.#words = this.#entries.words
    this.#bytes = this.#entries.bytes
  }

  get capacity(): number {
    return this.#entries.capacity
  }

  /** Entries that were given up while they still counted. */
  get forcedEvictionCount(): number {
    return this.#entries.forcedEvictionCount
  }

  /** Whether one impression more could be one too many. */
  isCapped(pair: PairKey, caps: Caps, nowS: number): boolean {
    for (let cap = 0; cap < caps.length; cap += CAP_CELLS) {
      const windowS = caps[cap + 1]
      const entry = this.#entries.find(pair, windowS)
      if (entry !== NONE && this.#usedAt(entry, windowS, nowS) >= caps[cap]) return true
    }
    return false
  }

  /** For a bid that may become an impression. */
  reserve(pair: PairKey, caps: Caps, nowS: number): void {
    const tick = holdTickOf(nowS)
    for (let cap = 0; cap < caps.length; cap += CAP_CELLS) {
      const entry = this.#entries.findOrMake(pair, caps[cap + 1], nowS)
      this.#advanceHolds(entry, tick)
      this.#increment(4 * entry + HOLD_CELLS_AT + (tick % HOLD_CELLS))
    }
  }

  /** For a bid that is lost. */
  release(pair: PairKey, caps: Caps, nowS: number): void {
    for (let cap = 0; cap < caps.length; cap += CAP_CELLS) {
      const entry = this.#entries.find(pair, caps[cap + 1])
      if (entry !== NONE) this.#releaseOne(entry, nowS)
    }
  }

  /**
   * For an impression: in the place of a reservation, if there is one.
   * @param atS when it was, which is not later than `nowS`; one that has left the window is not counted.
   */
  count(pair: PairKey, caps: Caps, atS: number, nowS: number): void {
    for (let cap = 0; cap < caps.length; cap += CAP_CELLS) {
      const windowS = caps[cap + 1]
      const tick = tickOf(Math.min(atS, nowS), windowS)
      const isInWindow = tickOf(nowS, windowS) - tick < CELLS
      const entry = isInWindow
        ? this.#entries.findOrMake(pair, windowS, nowS)
        : this.#entries.find(pair, windowS)
      if (entry === NONE) continue
      this.#releaseOne(entry, nowS)
      if (isInWindow) this.#add(entry, windowS, tick, nowS)
    }
  }

  #add(entry: number, windowS: number, tick: number, nowS: number): void {
    const words = this.#words
    this.#advance(entry, tickOf(nowS, windowS))
    this.#increment(4 * entry + CELLS_AT + (tick % CELLS))
    const endS = Math.ceil(((tick + CELLS) * windowS) / STEPS)
    if (endS > words[entry + END_S]) words[entry + END_S] = endS
  }

  #usedAt(entry: number, windowS: number, nowS: number): number {
    this.#advance(entry, tickOf(nowS, windowS))
    this.#advanceHolds(entry, holdTickOf(nowS))
    const first = 4 * entry + CELLS_AT
    let used = 0
    for (let cell = 0; cell < CELLS + HOLD_CELLS; cell++) used += this.#bytes[first + cell]
    return used
  }

  #advance(entry: number, tick: number): void {
    const before = this.#words[entry + TICK]
    if (tick <= before) return
    this.#words[entry + TICK] = tick
    clearTurned(this.#bytes, 4 * entry + CELLS_AT, CELLS, tick, tick - before)
  }

  #advanceHolds(entry: number, tick: number): void {
    const before = this.#words[entry + HOLD_TICK]
    if (tick <= before) return
    this.#words[entry + HOLD_TICK] = tick
    clearTurned(this.#bytes, 4 * entry + HOLD_CELLS_AT, HOLD_CELLS, tick, tick - before)
  }

  /** Takes the oldest reservation, if there is one. */
  #releaseOne(entry: number, nowS: number): void {
    this.#advanceHolds(entry, holdTickOf(nowS))
    const first = 4 * entry + HOLD_CELLS_AT
    const tick = this.#words[entry + HOLD_TICK]
    for (let ahead = 1; ahead <= HOLD_CELLS; ahead++) {
      const cell = first + ((tick + ahead) % HOLD_CELLS)
      if (this.#bytes[cell] === 0) continue
      this.#bytes[cell]--
      return
    }
  }

  #increment(cell: number): void {
    if (this.#bytes[cell] < CELL_MAX) this.#bytes[cell]++
  }
}

function tickOf(atS: number, windowS: number): number {
  return Math.floor((atS * STEPS) / windowS)
}

function holdTickOf(atS: number): number {
  return Math.floor(atS / HOLD_STEP_S)
}

/** Empties the cells of the last `steps` ticks: what stood there is a turn of the ring old. */
function clearTurned(bytes: Uint8Array, first: number, cells: number, tick: number, steps: number): void {
  for (let step = Math.min(steps, cells) - 1; step >= 0; step--) bytes[first + ((tick - step) % cells)] = 0
}
