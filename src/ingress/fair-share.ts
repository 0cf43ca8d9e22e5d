/**
 * Who is let in when not all can be: each exchange gets its max-min fair share of what is admitted. One that sends less
 * than an equal part of it is never refused; what it leaves goes to the others in equal parts. So who doubles its
 * traffic takes nothing from the rest.
 *
 * A share is kept by credit, not by lot: of requests of an exchange with the share 0.4 exactly two in five are let in.
 * Asked for every bid request, at its headers.
 */

/** Over how long the traffic of an exchange is averaged. */
const AVERAGE_MS = 100

export class FairShare {
  /** By exchange: requests a millisecond, and which share of them is let in. */
  readonly offeredPerMs: Float64Array
  readonly shares: Float64Array
  /** Requests since the last settling. */
  readonly #arrived: Float64Array
  readonly #credits: Float64Array

  constructor(exchangeCount: number) {
    this.offeredPerMs = new Float64Array(exchangeCount)
    this.shares = new Float64Array(exchangeCount).fill(1)
    this.#arrived = new Float64Array(exchangeCount)
    this.#credits = new Float64Array(exchangeCount)
  }

  admits(exchangeIndex: number): boolean {
    this.#arrived[exchangeIndex]++
    const credit = this.#credits[exchangeIndex] + this.shares[exchangeIndex]
    const isAdmitted = credit >= 1
    this.#credits[exchangeIndex] = isAdmitted ? credit - 1 : credit
    return isAdmitted
  }

  /** Takes in what came in the last `elapsedMs`; gives what all of them offer, in requests a millisecond. */
  count(elapsedMs: number): number {
    const weight = 1 - Math.exp(-elapsedMs / AVERAGE_MS)
    let total = 0
    for (let i = 0; i < this.#arrived.length; i++) {
      this.offeredPerMs[i] += weight * (this.#arrived[i] / elapsedMs - this.offeredPerMs[i])
      this.#arrived[i] = 0
      total += this.offeredPerMs[i]
    }
    return total
  }

  /** Divides what may be let in, in requests a millisecond. */
  divide(limitPerMs: number): void {
    const most = fairMost(this.offeredPerMs, limitPerMs)
    for (let i = 0; i < this.shares.length; i++) {
      this.shares[i] = this.offeredPerMs[i] <= most ? 1 : most / this.offeredPerMs[i]
    }
  }
}

/**
 * The rate up to which everybody is served in full, so that together they use up the limit; infinite where it is enough
 * for all. (Water filling: Bertsekas and Gallager, Data Networks, section 6.5.2.)
 */
export function fairMost(rates: Float64Array, limit: number): number {
  let most = 0
  for (;;) {
    let left = limit
    let above = 0
    for (const rate of rates) {
      if (rate <= most) left -= rate
      else above++
    }
    if (above === 0) return Number.POSITIVE_INFINITY
    const next = left / above
    // Nobody more fits under it: what is left is divided among those above.
    if (next <= most) return most
    most = next
  }
}
