/**
 * When notices come: log-normal behind the auction, by exchange, never after `NOTICE_MS_MAX`. Most exchanges bill when
 * the ad is shown, seconds later; some send what they have by the minute. A click comes seconds behind the view, a
 * conversion minutes behind the click.
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

/** Behind the view. */
export function clickDelayMs(prng: Prng): number {
  return Math.round(logNormal(prng, { median: 4_000, sigma: 0.8, bounds: [500, 120_000] }))
}

/** Behind the click. */
export function conversionDelayMs(prng: Prng): number {
  return Math.round(logNormal(prng, { median: 60_000, sigma: 1, bounds: [5_000, 900_000] }))
}
