/**
 * The win landscape: for each segment of auctions, the chance F(b) that a bid b wins, learned from what exchanges tell.
 *
 * Told are the price to win, or only that a bid won or lost; each is counted for the segment and all above it on the ladder.
 * `refresh`, called between turns, makes estimates of the counts: those of a segment start from its parent's and leave it
 * as far as there is evidence. Amounts are USD CPM micros.
 *
 * Bounded: 65,536 segments and 8,192 rows by default, 22 MB when all are used. When that is nearly full, what was told
 * least is forgotten, which takes some 5 ms; until then what is new shares the segment above. In the bid path: `segmentOf`
 * and `winProbability`, a tenth of a microsecond together, no allocation. A segment's number holds until the next
 * `refresh`; its key, for ever: notices carry keys.
 */
import type { Clock } from '../base/clock.ts'
import { readLandscape, writeLandscape } from './landscape-bytes.ts'
import { BINS, binOf, placeInBin, TOP_BIN } from './landscape-grid.ts'
import { type AuctionPlace, segmentOf } from './landscape-ladder.ts'
import { type Forgetting, Rows } from './landscape-rows.ts'
import { ABSENT, ROOT, Segments } from './landscape-segments.ts'
import { ABOVE, AT_MOST, EXACT } from './turnbull.ts'

export type LandscapeOptions = Partial<Forgetting> & {
  readonly clock: Clock
  readonly segmentsMax?: number
  /** Segments at most of which something was told. */
  readonly rowsMax?: number
}

const SEGMENTS_MAX = 65_536
const ROWS_MAX = 8_192
/** Loses 1 % an hour. */
const HALF_LIFE_MS = 69 * 3_600_000
const WEIGHT_MAX = 32_768

/**
 * Bids go with the price level of their place, so that wins and losses of many places together are censored by what they
 * tell of: they make low bids look better than they are. Above the rungs of a place they count for less; not for
 * nothing, or the many small places of an exchange that tells no prices would learn nothing from each other.
 */
const LOWER_RUNGS = 2
const UPPER_SHARE = 0.1

/** A cell of a row, and what it and the next one get. */
type Told = { readonly cell: number; readonly weight: number; readonly nextWeight: number }

/** Steps of estimation in a refresh: each goes on where the last one ended. */
const STEPS = 2
/** Steps that make an estimate out of the parent's. */
const STEPS_FROM_PARENT = 10

/** Shares of the tables: at the first, room is made; the second is what stays. */
const FULL = 7 / 8
const KEPT = 3 / 4

export class Landscape {
  /** F at the lower bound of each bin, from `chancesAt` on. */
  readonly chances: Float64Array
  readonly #clock: Clock
  readonly #segments: Segments
  readonly #rows: Rows
  /** The row of each segment, `ABSENT` until something is told of it; and back. */
  readonly #rowOf: Int32Array
  readonly #segmentOfRow: Int32Array
  /** The next row to estimate. */
  #cursor = 0

  constructor({ clock, segmentsMax, rowsMax, halfLifeMs, weightMax }: LandscapeOptions) {
    this.#clock = clock
    this.#segments = new Segments(segmentsMax ?? SEGMENTS_MAX)
    this.#rows = new Rows(rowsMax ?? ROWS_MAX, {
      halfLifeMs: halfLifeMs ?? HALF_LIFE_MS,
      weightMax: weightMax ?? WEIGHT_MAX,
    })
    this.#rowOf = new Int32Array(this.#segments.capacity).fill(ABSENT)
    this.#segmentOfRow = new Int32Array(this.#rows.capacity)
    this.chances = this.#rows.chances
    this.#rowFor(ROOT)
  }

  /** Segments that are known, and those of which something was told. */
  get size(): { readonly segments: number; readonly rows: number } {
    return { segments: this.#segments.count, rows: this.#rows.count }
  }

  segmentOf(place: AuctionPlace): number {
    return segmentOf(this.#segments, place)
  }

  /** What a segment is called in records and tokens: the same in every process and after a restart. */
  keyOf(segment: number): number {
    return this.#segments.keys[segment]
  }

  /** The segment under a key; the root when it is not known here, or no longer. */
  segmentOfKey(key: number): number {
    return Math.max(this.#segments.find(key), ROOT)
  }

  /** Where the chances of a segment begin: its own, or those of the nearest above it of which something was told. */
  chancesAt(segment: number): number {
    let at = segment
    while (this.#rowOf[at] === ABSENT) at = this.#segments.parents[at]
    return this.#rowOf[at] * BINS
  }

  /** The chance that a bid wins. */
  winProbability(segment: number, bidCpmMicros: number): number {
    const bin = binOf(bidCpmMicros)
    const at = this.chancesAt(segment) + bin
    const lower = this.chances[at]
    return bin === TOP_BIN ? lower : lower + (this.chances[at + 1] - lower) * placeInBin(bin, bidCpmMicros)
  }

  /** The price to win is known: told by the exchange, or what was paid at second price. At a floor, see `observeWin`. */
  observePrice(segment: number, priceToWinCpmMicros: number, weight = 1): void {
    if (!(priceToWinCpmMicros >= 0)) return
    this.#tell(segment, { cell: EXACT + binOf(priceToWinCpmMicros), weight, nextWeight: 0 }, 1)
  }

  /**
   * A bid won, so the price to win is at most the bid. A price to win that is the floor itself is told in this way too,
   * with the floor as the bid: nobody else reached it, and how far they stayed below is not known.
   */
  observeWin(segment: number, bidCpmMicros: number, weight = 1): void {
    const bin = binOf(bidCpmMicros)
    // Above the last bound it says nothing.
    if (!(bidCpmMicros >= 0) || bin === TOP_BIN) return
    this.#tellBetween(segment, AT_MOST + bin, placeInBin(bin, bidCpmMicros), weight)
  }

  /** A bid lost, so the price to win is above the bid. */
  observeLoss(segment: number, bidCpmMicros: number, weight = 1): void {
    if (!(bidCpmMicros >= 0)) return
    const bin = binOf(bidCpmMicros)
    this.#tellBetween(segment, ABOVE + bin, placeInBin(bin, bidCpmMicros), weight)
  }

  /**
   * Estimates row after row, parents first, until this time of the monotonic clock, at least one; goes on from there
   * the next time. Every row comes round whether it was told something or not, because its parent moves and its own
   * memory fades. True when a round ended. Some 4 us a row.
   */
  refresh(untilMs: number): boolean {
    do {
      this.#estimate(this.#cursor++, STEPS)
      if (this.#cursor < this.#rows.count) continue
      this.#cursor = 0
      if (this.#isNearlyFull()) this.#forget()
      return true
    } while (this.#clock.nowMs() < untilMs)
    return false
  }

  /** What was learned, 776 bytes a row: 6.4 MB at most. */
  save(): Uint8Array {
    const count = this.#rows.count
    return writeLandscape({
      keys: Uint32Array.from({ length: count }, (_, row) => this.keyOf(this.#segmentOfRow[row])),
      parents: Int32Array.from({ length: count }, (_, row) => this.#parentRow(row)),
      counts: this.#rows.counts,
    })
  }

  /** Replaces what was learned by what was saved. False, and nothing is changed, when these bytes are not of `save`. */
  restore(bytes: Uint8Array): boolean {
    const saved = readLandscape(bytes)
    if (saved === undefined) return false
    const count = saved.keys.length
    if (count > this.#rows.capacity || count > this.#segments.capacity) return false
    this.#clear()
    this.#rows.cut(0)
    // Each estimate starts from its parent's, which is there before.
    for (let row = 0; row < count; row++) {
      this.#link(row, saved.keys[row], saved.parents[row])
      this.#rows.add(saved.parents[row], this.#clock.nowMs())
      this.#rows.load(row, saved.counts)
      this.#estimate(row, STEPS_FROM_PARENT)
    }
    return true
  }

  /** A bid between two bounds teaches as the chance to win is interpolated: a part at each. */
  #tellBetween(segment: number, cell: number, place: number, weight: number): void {
    const nextWeight = place * weight
    this.#tell(segment, { cell, weight: weight - nextWeight, nextWeight }, UPPER_SHARE)
  }

  /** Tells a segment and all above it, those above its parent with a share of the weight. */
  #tell(segment: number, told: Told, upperShare: number): void {
    this.#rowFor(segment)
    let share = 1
    for (let at = segment, rung = 0; ; at = this.#segments.parents[at], rung++) {
      if (rung === LOWER_RUNGS) share = upperShare
      const row = this.#rowOf[at]
      if (row !== ABSENT) this.#rows.tell(row, told.cell, share * told.weight, share * told.nextWeight)
      if (at === ROOT) return
    }
  }

  /** Gives a segment a row, and all above it, as far as there is room. Returns its row or the nearest one above. */
  #rowFor(segment: number): number {
    if (this.#rowOf[segment] !== ABSENT) return this.#rowOf[segment]
    const parent = segment === ROOT ? 0 : this.#rowFor(this.#segments.parents[segment])
    if (this.#rows.count === this.#rows.capacity) return parent
    const row = this.#rows.add(parent, this.#clock.nowMs())
    this.#rowOf[segment] = row
    this.#segmentOfRow[row] = segment
    return row
  }

  #estimate(row: number, steps: number): void {
    this.#rows.estimate(row, this.#parentRow(row), this.#clock.nowMs(), steps)
  }

  #parentRow(row: number): number {
    return this.#rowOf[this.#segments.parents[this.#segmentOfRow[row]]]
  }

  #isNearlyFull(): boolean {
    const { segments, rows } = this.size
    return segments >= FULL * this.#segments.capacity || rows >= FULL * this.#rows.capacity
  }

  /** Keeps the rows that were told most. Segments without a row are dropped: they come back when they are seen again. */
  #forget(): void {
    const isKept = this.#heaviest(Math.min(Math.floor(KEPT * this.#rows.capacity), this.#rows.count))
    const rows = Array.from(isKept.keys()).filter((row) => isKept[row] === 1)
    const places = new Int32Array(isKept.length)
    rows.forEach((row, place) => {
      places[row] = place
    })
    const keys = rows.map((row) => this.keyOf(this.#segmentOfRow[row]))
    const parents = rows.map((row) => places[this.#parentRow(row)])
    this.#clear()
    // In ascending order: no row is overwritten before it was moved.
    rows.forEach((row, place) => {
      this.#rows.move(row, place)
      this.#link(place, keys[place], parents[place])
    })
    this.#rows.cut(rows.length)
  }

  /** Marks this many rows, those with the most weight, and all above them. */
  #heaviest(count: number): Uint8Array {
    const isKept = new Uint8Array(this.#rows.count)
    const weights = this.#rows.weights.subarray(0, this.#rows.count)
    const ascending = weights.toSorted()
    const least = ascending[weights.length - count]
    let roomForLeast = ascending.lastIndexOf(least) + 1 - (weights.length - count)
    for (let row = 0; row < weights.length; row++) {
      if (weights[row] < least || (weights[row] === least && roomForLeast-- <= 0)) continue
      for (let at = row; isKept[at] === 0; at = this.#parentRow(at)) isKept[at] = 1
    }
    return isKept
  }

  /** Forgets all segments; the rows stay. */
  #clear(): void {
    this.#segments.clear()
    this.#rowOf.fill(ABSENT)
    this.#cursor = 0
  }

  /** The segment of the next row: its index is the row's, as both are added in one order. */
  #link(row: number, key: number, parent: number): void {
    if (row !== ROOT) this.#segments.add(key, parent)
    this.#rowOf[row] = row
    this.#segmentOfRow[row] = row
  }
}
