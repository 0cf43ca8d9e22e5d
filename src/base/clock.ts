/**
 * Time as an argument. Deadlines and durations read the monotonic clock; records and hours of the day read the wall.
 */
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
