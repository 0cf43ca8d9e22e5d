/**
 * The key of a user and a campaign: what frequency is counted under, and all that a notice needs to count. 64 bits, so
 * that among a billion pairs in use one in 18 billion others is taken for another.
 *
 * A pseudonym: whoever knows the campaign's hash can tell the user's key from it.
 */
import { hashPair } from '../base/hash.ts'

/** Two unsigned halves of 64 bits, in an object that its owner fills again and again. */
export type PairKey = { hi: number; lo: number }

export function pairKeyOf(userHi: number, userLo: number, campaignHash: number, out: PairKey): void {
  out.hi = hashPair(userHi, campaignHash)
  out.lo = hashPair(userLo, campaignHash)
}
