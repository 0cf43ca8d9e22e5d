/**
 * Pacing as arithmetic: which request is planned for when, at a constant rate. Pure; no clock inside. Request 0 is
 * planned at 0, request n at n / rate. The two functions agree exactly: `dueCount` counts the n whose `plannedNs` has
 * come. Numbers stay whole below 2^53 ns, which is 104 days.
 */

/** When request `index` is to be sent, in nanoseconds since the start. */
export function plannedNs(ratePerS: number, index: number): number {
  return Math.ceil((index * 1e9) / ratePerS)
}

/** How many requests are to have been sent `elapsedNs` after the start. */
export function dueCount(ratePerS: number, elapsedNs: number): number {
  if (elapsedNs < 0) return 0
  let count = Math.floor((elapsedNs * ratePerS) / 1e9) + 1
  // The product may round across a whole number; the plan has the last word.
  while (plannedNs(ratePerS, count) <= elapsedNs) count++
  while (count > 0 && plannedNs(ratePerS, count - 1) > elapsedNs) count--
  return count
}

/** How many requests a run of this length plans: those whose time lies before its end. */
export function plannedCount(ratePerS: number, durationNs: number): number {
  return durationNs <= 0 ? 0 : dueCount(ratePerS, durationNs - 1)
}
