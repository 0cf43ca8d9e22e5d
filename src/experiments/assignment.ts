/**
 * Which bucket of an experiment a unit falls into: the same one each time, evenly spread, and with another salt in no
 * relation to it. A share of traffic is the buckets below a bound, so that a share that grows keeps whom it has.
 */
import { mix32 } from '../base/hash.ts'

/** The finest share is one in so many. */
export const BUCKETS = 10_000

/** @param hi, lo the unit: a user's key, or the hash of a request's id; @param salt of the experiment. */
export function bucketOf(hi: number, lo: number, salt: number): number {
  const hash = mix32(mix32(lo ^ salt) ^ hi)
  // The high bits of a product are as even as the hash; a remainder would favour low buckets.
  return Math.floor((hash / 2 ** 32) * BUCKETS)
}
