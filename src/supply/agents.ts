/**
 * Whether a user agent says itself that no person looks. Those that lie are found elsewhere, or not at all.
 */
import type { SupplyPolicy } from './policy.ts'
import { FOUND, OTHER } from './words.ts'

/** Whether the user agent in this range of bytes has one of the policy's words in it. Less than 2 ns a byte. */
export function isCrawler(bytes: Uint8Array, start: number, end: number, policy: SupplyPolicy): boolean {
  const { classes, next } = policy.crawlerWords
  let state = 0
  for (let at = start; at < end; at++) {
    state = next[state + classes[bytes[at]]]
    if (state === FOUND) return true
  }
  return next[state + OTHER] === FOUND
}
