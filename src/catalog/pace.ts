/**
 * Long work of the control path in short slices, because bids are answered on the same loop. Between two pieces of
 * work: `if (pace.isDue()) await pace.rest()`. The loop is held for a slice and one piece, never longer.
 */
import { type Clock, systemClock } from '../base/clock.ts'

export class Pace {
  #clock: Clock
  #sliceMs: number
  #startMs: number

  constructor(clock: Clock = systemClock, sliceMs = 2) {
    this.#clock = clock
    this.#sliceMs = sliceMs
    this.#startMs = clock.nowMs()
  }

  /** Whether the slice is used up. */
  isDue(): boolean {
    return this.#clock.nowMs() - this.#startMs >= this.#sliceMs
  }

  /** Lets everything that waits on the loop have its turn, then starts a new slice. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#startMs = this.#clock.nowMs()
  }
}
