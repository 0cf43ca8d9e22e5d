/**
 * Decides whether something that fails is still asked. A pure state machine: time is an argument, nothing is called.
 *
 *   closed -(5 failures in a row, or 16 among the last 32 calls)-> open -(the backoff is over)-> half-open, one call
 *      ^                                                            ^                                |
 *      |                                                            +---(fails: backoff doubled)-----+
 *      +------------------------------(succeeds)-----------------------------------------------------+
 *
 * What was asked before the state changed says nothing of the state after it: such outcomes are passed over.
 */

export type BreakerState = 'closed' | 'half-open' | 'open'

export type BreakerLimits = {
  /** Failures one after another that open it. */
  readonly rowMax: number
  /** Failures among the last 32 calls that open it. */
  readonly windowFailuresMax: number
  /** From opening to the first probe, in milliseconds; doubled by each probe that fails. */
  readonly backoffMs: number
  readonly backoffMsMax: number
}

const LIMITS: BreakerLimits = { rowMax: 5, windowFailuresMax: 16, backoffMs: 1000, backoffMsMax: 30_000 }

export class Breaker {
  /** How often it has opened, by probes that failed too. */
  openings = 0
  readonly #limits: BreakerLimits
  #state: BreakerState = 'closed'
  /** Counts changes of state. */
  #era = 0
  /** A bit for each of the last 32 calls, the latest lowest: 1 for a failure. */
  #history = 0
  #inRow = 0
  #backoffMs: number
  #probeAtMs = 0

  constructor(limits: Partial<BreakerLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
    this.#backoffMs = this.#limits.backoffMs
  }

  get state(): BreakerState {
    return this.#state
  }

  /** What to give back with the outcome of the call that may be made now; undefined when none may. */
  admit(nowMs: number): number | undefined {
    if (this.#state === 'closed') return this.#era
    if (this.#state === 'half-open' || nowMs < this.#probeAtMs) return undefined
    this.#enter('half-open')
    return this.#era
  }

  /** @param era what `admit` gave for this call. */
  settle(era: number, hasFailed: boolean, nowMs: number): void {
    if (era !== this.#era) return
    if (this.#state === 'closed') {
      this.#history = (this.#history << 1) | (hasFailed ? 1 : 0)
      this.#inRow = hasFailed ? this.#inRow + 1 : 0
      if (hasFailed && this.#isTooMuch()) this.#open(this.#limits.backoffMs, nowMs)
    } else if (hasFailed) this.#open(Math.min(2 * this.#backoffMs, this.#limits.backoffMsMax), nowMs)
    else this.#close()
  }

  #isTooMuch(): boolean {
    let failures = 0
    for (let rest = this.#history; rest !== 0; rest &= rest - 1) failures++
    return this.#inRow >= this.#limits.rowMax || failures >= this.#limits.windowFailuresMax
  }

  #open(backoffMs: number, nowMs: number): void {
    this.openings++
    this.#backoffMs = backoffMs
    this.#probeAtMs = nowMs + backoffMs
    this.#enter('open')
  }

  #close(): void {
    this.#history = 0
    this.#inRow = 0
    this.#enter('closed')
  }

  #enter(state: BreakerState): void {
    this.#state = state
    this.#era++
  }
}
