/**
 * What became of bids, by bid id: a byte a bid, in pages by the number of the bid for each process that has made bids
 * (bidding/bid-ids.ts: `<prefix>-<number in base 36>`). Millions of bids take some megabytes, and no text of an id is kept.
 */
import type { Latin1Buffer } from '../base/byte-writer.ts'
import { BID_ID_BYTES } from './layout.ts'

export const OUTCOME = { billed: 1, clicked: 2, converted: 4 } as const

const PAGE = 4096
const DASH = 0x2d

type Pages = Map<number, Uint8Array>

export class OutcomeTable {
  readonly #pagesOf = new Map<string, Pages>()
  /** What was looked up last: ids of one process stand together. */
  #prefix = ''
  #pages: Pages | undefined
  #number = 0

  /** @param at where the id begins in the bytes. @param outcome a bit. */
  add(bytes: Latin1Buffer, at: number, outcome: number): void {
    if (!this.#find(bytes, at)) return
    if (this.#pages === undefined) {
      this.#pages = new Map()
      this.#pagesOf.set(this.#prefix, this.#pages)
    }
    const number = Math.floor(this.#number / PAGE)
    let page = this.#pages.get(number)
    if (page === undefined) {
      page = new Uint8Array(PAGE)
      this.#pages.set(number, page)
    }
    page[this.#number % PAGE] |= outcome
  }

  /** The bits of a bid; 0 for one that nothing is known of. */
  of(bytes: Latin1Buffer, at: number): number {
    if (!this.#find(bytes, at)) return 0
    return this.#pages?.get(Math.floor(this.#number / PAGE))?.[this.#number % PAGE] ?? 0
  }

  /** Reads an id; false for what is none. */
  #find(bytes: Latin1Buffer, at: number): boolean {
    const end = at + BID_ID_BYTES
    let dash = at
    while (dash < end && bytes[dash] !== DASH) dash++
    if (dash === end) return false
    const prefix = bytes.latin1Slice(at, dash)
    if (prefix !== this.#prefix) {
      this.#prefix = prefix
      this.#pages = this.#pagesOf.get(prefix)
    }
    this.#number = 0
    for (let i = dash + 1; i < end && bytes[i] !== 0; i++)
      this.#number = this.#number * 36 + digitOf(bytes[i])
    return true
  }
}

/** Of base 36, in ASCII. */
function digitOf(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57
}
