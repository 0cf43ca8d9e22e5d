/**
 * Whether an address belongs to a data centre, where machines look and people do not.
 */
import { ADDRESS_WORDS, readAddress } from './address.ts'
import type { SupplyPolicy } from './policy.ts'

const words = new Uint32Array(ADDRESS_WORDS)

/**
 * Whether the address written in this range of bytes, IPv4 or IPv6, lies in one of the policy's blocks. A text that is
 * no address is in none. Allocates nothing.
 */
export function isDataCentre(bytes: Uint8Array, start: number, end: number, policy: SupplyPolicy): boolean {
  const { count, firsts, lasts } = policy.dataCentres
  if (count === 0 || !readAddress(bytes, start, end, words)) return false
  // The last range that does not start behind the address.
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(firsts, middle) > 0) high = middle
    else low = middle + 1
  }
  return low > 0 && compare(lasts, low - 1) >= 0
}

/** How the bound of a range compares with the address in `words`: below, at or above 0. */
function compare(bounds: Uint32Array, range: number): number {
  const first = range * ADDRESS_WORDS
  for (let i = 0; i < ADDRESS_WORDS; i++) {
    const difference = bounds[first + i] - words[i]
    if (difference !== 0) return difference
  }
  return 0
}
