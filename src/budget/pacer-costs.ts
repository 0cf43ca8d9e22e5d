/**
 * What bids are going to cost, known before their notices come: a share of what is bid, learnt from what was paid.
 *
 *     bid -> waiting --(LAG_S)--> due       ratio     = paid / due, both fading over MEMORY_S; at first what it is told
 *                                           in flight = ratio * waiting
 *
 * Notices come late, by seconds or minutes. A controller that waited for them would swing; one that trusts the ratio
 * is corrected by it. If the caller can say better what a bid will cost than its price, the ratio comes near to 1.
 */

export type CostTick = {
  readonly seconds: number
  /** Bid since the last tick: prices, or better what they are expected to cost. */
  readonly bidNanos: number
  readonly paidNanos: number
}

/** A price's ratio before anything is known: about every third bid wins, and most of it is paid. */
export const FIRST_RATIO = 0.25

/** How far notices are behind their bids. */
const LAG_S = 45
const MEMORY_S = 1800
/** Over how long the first ratio gives way to what is seen. */
const TRUST_S = 600
const RATIO_MIN = 1e-3
const RATIO_MAX = 10

export class CostEstimate {
  readonly #firstRatio: number
  /** 1 at first, falling to 0. */
  #trust = 1
  #waitingNanos = 0
  #dueNanos = 0
  #paidNanos = 0

  constructor(firstRatio: number) {
    this.#firstRatio = firstRatio
  }

  /** Cost of a bid over what was bid. */
  get ratio(): number {
    if (this.#dueNanos === 0) return this.#firstRatio
    const seen = Math.min(RATIO_MAX, Math.max(RATIO_MIN, this.#paidNanos / this.#dueNanos))
    return this.#trust * this.#firstRatio + (1 - this.#trust) * seen
  }

  /** What bids whose notices are out will cost; never more than is held for them. */
  inFlightNanos(heldNanos: number): number {
    return Math.min(heldNanos, this.ratio * this.#waitingNanos)
  }

  observe({ seconds, bidNanos, paidNanos }: CostTick): void {
    this.#waitingNanos += bidNanos
    this.#paidNanos += paidNanos
    if (this.#waitingNanos >= 1) this.#pass(seconds)
  }

  /** Time counts while bids are out: a night without any leaves the ratio as it was. */
  #pass(seconds: number): void {
    const dueNanos = this.#waitingNanos * (1 - Math.exp(-seconds / LAG_S))
    this.#waitingNanos -= dueNanos
    const kept = Math.exp(-seconds / MEMORY_S)
    this.#dueNanos = this.#dueNanos * kept + dueNanos
    this.#paidNanos *= kept
    this.#trust *= Math.exp(-seconds / TRUST_S)
  }
}
