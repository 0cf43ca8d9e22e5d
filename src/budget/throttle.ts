/**
 * Which requests a campaign takes part in when it takes part in a share of them. Decided by the request and the campaign
 * alone: the same request is decided the same way again, campaigns let different requests pass, and a higher share lets
 * pass whatever a lower one did. Called on the bid path for each candidate; some nanoseconds.
 */
import { hashPair } from '../base/hash.ts'

/** @param passShare from 0, for none, to 1, for all. */
export function isPassed(requestHash: number, account: number, passShare: number): boolean {
  return hashPair(requestHash, account + 1) < passShare * 2 ** 32
}
