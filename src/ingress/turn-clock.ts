/**
 * When the present turn of the event loop began, as bids see it: at its first bid request. uWebSockets.js reads all
 * sockets that are ready one behind the other, so a request that is seen later in the turn lay in its socket since then
 * at least, and at most since the turn before. What is counted from here, deadlines too, includes that wait.
 *
 * One immediate a turn that has requests; nothing runs without them.
 */
export class TurnClock {
  #isTurning = false
  #startMs = 0
  /** Since the last `meanWaitMs`. */
  #waitMs = 0
  #requests = 0

  /** Since when a request that is seen now has waited. */
  arrive(nowMs: number): number {
    this.#requests++
    if (this.#isTurning) {
      this.#waitMs += nowMs - this.#startMs
      return this.#startMs
    }
    this.#isTurning = true
    this.#startMs = nowMs
    setImmediate(this.#endTurn)
    return nowMs
  }

  /** How long the requests since the last call had waited when they were seen; 0 without any. */
  meanWaitMs(): number {
    const mean = this.#requests === 0 ? 0 : this.#waitMs / this.#requests
    this.#waitMs = 0
    this.#requests = 0
    return mean
  }

  readonly #endTurn = (): void => {
    this.#isTurning = false
  }
}
