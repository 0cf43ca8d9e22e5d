/**
 * Time as an argument. Deadlines and durations read the monotonic clock; records and hours of the day read the wall.
 */
// The global of this name is a getter, and looking it up costs as much as reading the clock.
import { performance } from 'node:perf_hooks'

export type Clock = {
  /** Monotonic milliseconds with a fraction, from an arbitrary origin. */
  nowMs(): number
  /** Milliseconds since the Unix epoch. */
  wallMs(): number
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
}
