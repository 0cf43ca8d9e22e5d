/** A clock that stands still until it is told. */
import type { Clock } from '../base/clock.ts'

export class ManualClock implements Clock {
  #nowMs = 1000
  #wallMs: number

  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallMs = wallMs
  }

  readonly nowMs = (): number => this.#nowMs
  readonly wallMs = (): number => this.#wallMs

  advance(ms: number): void {
    this.#nowMs += ms
    this.#wallMs += ms
  }
}
