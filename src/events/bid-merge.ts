/**
 * The bids of all segments in order of time. The segments of one process follow each other; where those of several lie in
 * one folder and overlap, the earliest bid of them comes first.
 */
import { SegmentCursor } from './segment-cursor.ts'
import type { Segment } from './segments.ts'

export class BidMerge {
  /** The segment whose bid in hand is the next in time, once there is one. */
  current: SegmentCursor | undefined
  /** Segments that are open. */
  #open: SegmentCursor[] = []
  readonly #waiting: Segment[]
  readonly #onRead: (segment: Segment) => void

  /** @param segments in the order of their beginnings. @param onRead told of each that is opened. */
  constructor(segments: readonly Segment[], onRead: (segment: Segment) => void) {
    this.#waiting = [...segments]
    this.#onRead = onRead
  }

  /** Goes on to the next bid. False when a file has to be read for that: then `read` goes on. */
  step(): boolean {
    const isInHand = this.current?.step() === true
    return isInHand && this.#open.length === 1 && !this.#isNextDue()
  }

  /** False at the end. */
  async read(): Promise<boolean> {
    for (const cursor of [...this.#open]) {
      if (cursor.hasRecord || (await cursor.fill())) continue
      this.#open = this.#open.filter((other) => other !== cursor)
      await cursor.close()
    }
    this.current = earliestOf(this.#open)
    while (this.#isNextDue()) await this.#openNext()
    return this.current !== undefined
  }

  async close(): Promise<void> {
    for (const cursor of this.#open) await cursor.close()
  }

  #isNextDue(): boolean {
    if (this.#waiting.length === 0) return false
    return this.current === undefined || this.#waiting[0].startMs <= this.current.atMs
  }

  async #openNext(): Promise<void> {
    const segment = this.#waiting.shift()!
    const cursor = await SegmentCursor.open(segment.file)
    if (cursor !== undefined) this.#open.push(cursor)
    this.#onRead(segment)
    this.current = earliestOf(this.#open)
  }
}

function earliestOf(cursors: readonly SegmentCursor[]): SegmentCursor | undefined {
  let earliest: SegmentCursor | undefined
  for (const cursor of cursors) if (earliest === undefined || cursor.atMs < earliest.atMs) earliest = cursor
  return earliest
}
