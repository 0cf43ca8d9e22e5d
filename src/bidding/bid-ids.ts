/**
 * Ids of responses and bids: unique in this process by a count, among processes by a random prefix. That of a bid is
 * made of its number in the ledger, so that a notice finds what is held for it.
 */
import { ByteWriter, byteText } from '../base/byte-writer.ts'
import type { Prng } from '../base/prng.ts'
import { NONE } from '../budget/holds.ts'

const RADIX = 36
/** Two numbers of seven digits, a sign, and a number of eleven. */
const ID_CHARS_MAX = 26

export class BidIds {
  readonly #text = new ByteWriter(ID_CHARS_MAX)
  readonly #prefix: string
  #count = 0

  constructor(prng: Prng) {
    this.#prefix = byteText(`${prng.uint32().toString(RADIX)}${prng.uint32().toString(RADIX)}`)
  }

  /** Of a response, or of a bid for which nothing is held. */
  next(): string {
    return this.#idOf('.', this.#count++)
  }

  ofBid(number: number): string {
    return this.#idOf('-', number)
  }

  #idOf(sign: string, number: number): string {
    const text = this.#text
    text.length = 0
    return text.text(this.#prefix).text(sign).base36(number).toText()
  }

  /** The number of a bid of this process, else `NONE`. */
  readonly numberOf = (bidId: string): number => {
    const end = this.#prefix.length
    if (bidId.charCodeAt(end) !== DASH || !bidId.startsWith(this.#prefix)) return NONE
    return Number.parseInt(bidId.slice(end + 1), RADIX)
  }
}

const DASH = 0x2d
