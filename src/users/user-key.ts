/**
 * The key of a user: 64 bits of an id's kind and bytes, under a secret salt. ASCII case is ignored, as exchanges write
 * one advertising id in either. An exchange's own ids are keyed with the exchange; the other kinds mean the same user
 * wherever they come from. With another salt all keys are others, and what was counted under the old ones is void.
 *
 * Two lanes of a hash in one pass, each with constants of its own, so that what was made to meet in one does not meet in
 * the other. A pseudonym: whoever has the salt can try ids. About 0.2 us an advertising id
 * (bench/micro/users/user-key.ts), nothing allocated.
 */
import { assert } from '../base/assert.ts'
import { fold, hashPair, hashText, mix32 } from '../base/hash.ts'
import { ID_KIND, type IdSpan } from '../openrtb/user-id.ts'

/** Two unsigned halves of 64 bits, in an object that its owner fills again and again. */
export type UserKey = { hi: number; lo: number }

export class UserKeys {
  readonly #saltHi: number
  readonly #saltLo: number

  /** @param salt secret, the same in every process that counts together: an integer from 0 to 2^53. */
  constructor(salt: number) {
    assert(Number.isSafeInteger(salt) && salt >= 0, 'the salt of user keys is an integer from 0 to 2^53')
    const high = Math.floor(salt / 0x100000000)
    this.#saltHi = mix32(salt ^ mix32(high ^ 0x9e3779b9))
    this.#saltLo = mix32(high ^ mix32(salt ^ 0x7f4a7c15))
  }

  /** A campaign's part of the key of a pair: who knows the campaign still cannot tell the user from the pair. */
  campaignHashOf(campaignId: string): number {
    return hashPair(this.#saltHi ^ this.#saltLo, hashText(campaignId))
  }

  /**
   * @param bytes where the id lies.
   * @param exchangeHash tells exchanges apart, for their own ids.
   */
  keyOf({ kind, start, end }: Readonly<IdSpan>, bytes: Uint8Array, exchangeHash: number, out: UserKey): void {
    const source = kind === ID_KIND.exchange ? mix32(exchangeHash ^ kind) : kind
    let hi = this.#saltHi ^ source
    let lo = this.#saltLo ^ source
    for (let at = start; at < end; at += 4) {
      const word = wordAt(bytes, at, end)
      hi = turn(hi ^ scramble(word, 0xcc9e2d51, 0x1b873593), 13, 0xe6546b64)
      lo = turn(lo ^ scramble(word, 0x239b961b, 0xab0e9789), 15, 0x561ccd1b)
    }
    out.hi = mix32(hi ^ (end - start))
    out.lo = mix32(lo ^ (end - start))
  }
}

/** Four bytes in lower case, or as many as there are. */
function wordAt(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end) {
    return (
      fold(bytes[at]) | (fold(bytes[at + 1]) << 8) | (fold(bytes[at + 2]) << 16) | (fold(bytes[at + 3]) << 24)
    )
  }
  let word = 0
  for (let shift = 0; at + (shift >> 3) < end; shift += 8) word |= fold(bytes[at + (shift >> 3)]) << shift
  return word
}

function scramble(word: number, first: number, second: number): number {
  return Math.imul(rotate(Math.imul(word, first), 15), second)
}

function turn(lane: number, bits: number, constant: number): number {
  return (Math.imul(rotate(lane, bits), 5) + constant) | 0
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
