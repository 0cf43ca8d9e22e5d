/**
 * Time in windows of one length, one behind another, and the last few that are over. The clock is the caller's: a window
 * ends when a time behind it is named, and those that nobody named a time of are there, empty.
 */

/** Windows that are kept when they are over; as many in a row as an alarm asks for. */
export const WINDOWS_KEPT = 3

export class Windows<W> {
  readonly #lengthMs: number
  readonly #close: () => W
  readonly #closed: W[] = []
  #endMs = Number.NaN

  /** @param close gives what the window has come to, and makes all ready for the next one. */
  constructor(lengthMs: number, close: () => W) {
    this.#lengthMs = lengthMs
    this.#close = close
  }

  /** Those that are over, the last one behind. */
  get closed(): readonly W[] {
    return this.#closed
  }

  /** Closes what is over by now. The first window begins with the first call. */
  turn(nowMs: number): void {
    if (nowMs < this.#endMs) return
    if (Number.isNaN(this.#endMs)) this.#endMs = nowMs + this.#lengthMs
    else this.#closeUntil(nowMs)
  }

  #closeUntil(nowMs: number): void {
    const over = 1 + Math.floor((nowMs - this.#endMs) / this.#lengthMs)
    for (let i = 0; i < Math.min(over, WINDOWS_KEPT + 1); i++) this.#closed.push(this.#close())
    this.#closed.splice(0, this.#closed.length - WINDOWS_KEPT)
    this.#endMs += over * this.#lengthMs
  }
}
