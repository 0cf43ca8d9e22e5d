/**
 * How far a run is, on stderr: a line that is written over where a person looks on, else a line now and then.
 */

import { LOSS } from './award.ts'
import type { Run } from './run.ts'

const LINE_EVERY_MS = 10_000
const START_OF_LINE = '\r\x1b[K'

export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #auctions: number
  readonly #seen = { auctions: 0, bids: 0, wins: 0, paidNanos: 0 }
  #lineAtMs = 0

  constructor(stream: NodeJS.WriteStream, auctions: number) {
    this.#stream = stream
    this.#auctions = auctions
  }

  readonly show = ({ held }: Pick<Run, 'held'>): void => {
    this.#count(held)
    if (this.#stream.isTTY) this.#stream.write(START_OF_LINE + this.#text())
    else if (performance.now() - this.#lineAtMs > LINE_EVERY_MS) {
      this.#lineAtMs = performance.now()
      this.#stream.write(`${this.#text()}\n`)
    }
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write(START_OF_LINE)
  }

  /** Those behind the last look, as far as there is none missing. */
  #count(held: Run['held']): void {
    const seen = this.#seen
    for (; held[seen.auctions] !== undefined; seen.auctions++) {
      for (const { award } of held[seen.auctions].bids) {
        seen.bids++
        if (award.lossReason === LOSS.won) seen.wins++
        seen.paidNanos += award.paidCpmMicros
      }
    }
  }

  #text(): string {
    const { auctions, bids, wins, paidNanos } = this.#seen
    return `${auctions} of ${this.#auctions} auctions, ${bids} bids, ${wins} won, $${(paidNanos / 1e9).toFixed(2)} spent`
  }
}
