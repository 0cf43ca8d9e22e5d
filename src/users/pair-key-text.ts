/**
 * The key of a user and a campaign as it stands in a notice token: 14 digits of base 36, 7 for each half.
 */
import type { PairKey } from './pair-key.ts'

const HALF_CHARS = 7

export function writePairKey({ hi, lo }: PairKey): string {
  return hi.toString(36).padStart(HALF_CHARS, '0') + lo.toString(36).padStart(HALF_CHARS, '0')
}

/** False, and nothing is written, where there is no key. */
export function readPairKey(text: string, out: PairKey): boolean {
  if (text.length !== 2 * HALF_CHARS) return false
  out.hi = Number.parseInt(text.slice(0, HALF_CHARS), 36)
  out.lo = Number.parseInt(text.slice(HALF_CHARS), 36)
  return true
}
