/**
 * The frequency caps of a campaign as the table asks them: pairs of impressions and seconds in one flat array, an array
 * for each campaign. Compiled when the catalog changes.
 */
import { assert } from '../base/assert.ts'

/** So many impressions of one campaign to one user in any `windowS` seconds. */
export type FrequencyCap = { readonly impressions: number; readonly windowS: number }

/** `[impressions, windowS, impressions, windowS, ...]`, no window twice. */
export type Caps = Int32Array

/** Cells of a cap in `Caps`. */
export const CAP_CELLS = 2
export const CAPS_MAX = 4
/** What a cell of the table can count to. */
export const CAP_IMPRESSIONS_MAX = 255
/** No shorter than a reservation is held. */
export const CAP_WINDOW_S_MIN = 60
export const CAP_WINDOW_S_MAX = 366 * 86_400

export const NO_CAPS: Caps = new Int32Array(0)

/** Of two caps on one window the stricter counts: each window is counted once. */
export function compileCaps(caps: readonly FrequencyCap[]): Caps {
  assert(caps.length <= CAPS_MAX, 'a campaign has few frequency caps')
  const impressionsByWindow = new Map<number, number>()
  for (const { impressions, windowS } of caps) {
    assert(isWithin(impressions, 1, CAP_IMPRESSIONS_MAX), 'a frequency cap can be counted to')
    assert(isWithin(windowS, CAP_WINDOW_S_MIN, CAP_WINDOW_S_MAX), 'the window of a frequency cap is in range')
    impressionsByWindow.set(windowS, Math.min(impressions, impressionsByWindow.get(windowS) ?? impressions))
  }
  return Int32Array.from(
    Array.from(impressionsByWindow, ([windowS, impressions]) => [impressions, windowS]).flat(),
  )
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}
