/**
 * When notices come: log-normal behind the auction, by exchange, never after `NOTICE_MS_MAX`. Most exchanges bill when
 * the ad is shown, seconds later; some send what they have by the minute.
 */
import type { Prng } from '../../src/base/prng.ts'
import { logNormal } from '../traffic/draw.ts'

export const NOTICE_MS_MAX = 300_000
const MEDIAN_MS = 6_000
/** Of an exchange that tells nothing else either. */
const SLOW_MEDIAN_MS = 60_000
const SIGMA = 0.9

export function noticeDelayMs(prng: Prng, isSlow: boolean): number {
  const median = isSlow ? SLOW_MEDIAN_MS : MEDIAN_MS
  return Math.round(logNormal(prng, { median, sigma: SIGMA, bounds: [500, NOTICE_MS_MAX] }))
}
