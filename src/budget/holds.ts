/**
 * What is held for bids in flight, in the order of the bids: a ring of columns, addressed by the number of the bid. That
 * number stands in the bid's id, so that a notice finds its hold without a map.
 *
 *      oldest                          next
 *        v                              v
 *     ...| open | won | closed | open ..|...      place of bid n: n & (length - 1)
 *
 * All holds last equally long: those that run out are always the oldest. The ring doubles until `countMax` holds; then
 * there is no room, and no bid. 37 bytes a hold.
 */
import { assert } from '../base/assert.ts'

export const HOLD = { closed: 0, open: 1, won: 2 } as const

/** No hold, or no account. */
export const NONE = -1

const HOLDS_AT_FIRST = 4096

/** What a hold is for. */
export type HoldTerms = {
  readonly campaign: number
  readonly nanos: number
  readonly atS: number
  /** Accounts beside that of the whole campaign; `NONE` for none. */
  readonly dayAccount: number
  readonly flightAccount: number
  /** Key of the segment of the win landscape, 0 where nothing is to be learnt. */
  readonly segmentKey: number
}

export class Holds {
  readonly #countMax: number
  #mask = HOLDS_AT_FIRST - 1
  #next = 0
  #oldest = 0
  state = new Uint8Array(HOLDS_AT_FIRST)
  campaign = new Int32Array(HOLDS_AT_FIRST)
  nanos = new Float64Array(HOLDS_AT_FIRST)
  atS = new Uint32Array(HOLDS_AT_FIRST)
  dayAccount = new Int32Array(HOLDS_AT_FIRST)
  flightAccount = new Int32Array(HOLDS_AT_FIRST)
  segmentKey = new Uint32Array(HOLDS_AT_FIRST)
  floorNanos = new Float64Array(HOLDS_AT_FIRST)

  /** @param countMax a power of two. */
  constructor(countMax: number) {
    assert(
      countMax >= HOLDS_AT_FIRST && (countMax & (countMax - 1)) === 0,
      'a ring has a power of two places',
    )
    this.#countMax = countMax
  }

  /** How many places are between the oldest hold and the next. */
  get count(): number {
    return this.#next - this.#oldest
  }

  get isFull(): boolean {
    return this.count === this.#countMax
  }

  /** The number of the bid; never called when full. */
  open(terms: HoldTerms): number {
    assert(!this.isFull, 'a hold finds a place')
    if (this.count > this.#mask) this.#grow()
    const number = this.#next++
    const place = number & this.#mask
    this.state[place] = HOLD.open
    this.campaign[place] = terms.campaign
    this.nanos[place] = terms.nanos
    this.atS[place] = terms.atS
    this.dayAccount[place] = terms.dayAccount
    this.flightAccount[place] = terms.flightAccount
    this.segmentKey[place] = terms.segmentKey
    this.floorNanos[place] = 0
    return number
  }

  /** Says what the floor of the auction was, in nanos like the price. */
  noteFloor(number: number, floorNanos: number): void {
    this.floorNanos[number & this.#mask] = floorNanos
  }

  /** The place of a bid's hold; `NONE` when it has been closed, or was never there. */
  find(number: number): number {
    if (!(number >= this.#oldest && number < this.#next)) return NONE
    const place = number & this.#mask
    return this.state[place] === HOLD.closed ? NONE : place
  }

  /** The place of the oldest hold if it was made before; `NONE` else. */
  oldestBefore(atS: number): number {
    while (this.#oldest < this.#next) {
      const place = this.#oldest & this.#mask
      if (this.state[place] !== HOLD.closed) return this.atS[place] < atS ? place : NONE
      this.#oldest++
    }
    return NONE
  }

  #grow(): void {
    const length = (this.#mask + 1) * 2
    const moved = <T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(from: T, to: T): T => {
      for (let number = this.#oldest; number < this.#next; number++)
        to[number & (length - 1)] = from[number & this.#mask]
      return to
    }
    this.state = moved(this.state, new Uint8Array(length))
    this.campaign = moved(this.campaign, new Int32Array(length))
    this.nanos = moved(this.nanos, new Float64Array(length))
    this.atS = moved(this.atS, new Uint32Array(length))
    this.dayAccount = moved(this.dayAccount, new Int32Array(length))
    this.flightAccount = moved(this.flightAccount, new Int32Array(length))
    this.segmentKey = moved(this.segmentKey, new Uint32Array(length))
    this.floorNanos = moved(this.floorNanos, new Float64Array(length))
    this.#mask = length - 1
  }
}
