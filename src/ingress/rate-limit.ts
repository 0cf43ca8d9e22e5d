/**
 * At most so many in a second: a bucket of one second's tokens that fills as time goes by. A pause earns one second's
 * burst and no more.
 */
export class RateLimit {
  readonly #perSecondMax: number
  #tokens: number
  #atMs: number

  constructor(perSecondMax: number, nowMs: number) {
    this.#perSecondMax = perSecondMax
    this.#tokens = perSecondMax
    this.#atMs = nowMs
  }

  /** Whether one more may pass now; if so, it is counted. */
  admits(nowMs: number): boolean {
    const earned = ((nowMs - this.#atMs) / 1000) * this.#perSecondMax
    this.#atMs = nowMs
    this.#tokens = Math.min(this.#perSecondMax, this.#tokens + earned)
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
