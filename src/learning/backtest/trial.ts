/**
 * One strategy on trial: bids in every auction, pays, and is counted. Bids are cut to whole units, and to the highest bid
 * and the budget that is left; a bid wins when it reaches the price. At second price it pays the price, at first price
 * itself.
 *
 * At first price the surplus is counted as well: what the strategy would have bid at second price is what the impression
 * is worth to it, and an oracle that knows all prices pays exactly the price whenever that is not more than the worth. The
 * oracle has no budget.
 */
import { type Allowance, Purse } from './allowance.ts'
import type { Strategy } from './strategies.ts'

export type Rules = {
  readonly allowance: Allowance
  readonly bidMax: number
  /** Bids at first price, by whole worth up to the highest bid; undefined at second price. */
  readonly shadedBids?: Float64Array
}

export type Outcome = {
  readonly auctions: number
  readonly imps: number
  readonly clicks: number
  readonly cost: number
  readonly episodes: number
  /** Of an oracle's surplus; null at second price, and where the oracle has none. */
  readonly surplusShare: number | null
}

export class Trial {
  readonly #strategy: Strategy
  readonly #bidMax: number
  readonly #shadedBids: Float64Array | undefined
  readonly #purse: Purse
  #auctions = 0
  #imps = 0
  #clicks = 0
  #cost = 0
  #surplus = 0
  #oracleSurplus = 0

  constructor(strategy: Strategy, { allowance, bidMax, shadedBids }: Rules) {
    this.#strategy = strategy
    this.#bidMax = bidMax
    this.#shadedBids = shadedBids
    this.#purse = new Purse(allowance)
  }

  readonly auction = (click: number, price: number, clickProbability: number): void => {
    const purse = this.#purse
    purse.open()
    const worth = Math.min(Math.floor(this.#strategy.worth(clickProbability, purse)), this.#bidMax)
    const bid = Math.min(this.#shadedBids?.[worth] ?? worth, purse.budget)
    const isWon = bid >= price
    const paid = this.#shadedBids === undefined ? price : bid
    const cost = isWon ? paid : 0
    this.#auctions++
    this.#oracleSurplus += Math.max(0, worth - price)
    if (isWon) {
      this.#imps++
      this.#clicks += click
      this.#cost += cost
      this.#surplus += worth - cost
    }
    // Before the purse is charged: a pace is judged by what was left for this auction.
    this.#strategy.observe?.(cost, purse)
    purse.pay(cost)
  }

  outcome(): Outcome {
    const hasSurplus = this.#shadedBids !== undefined && this.#oracleSurplus > 0
    return {
      auctions: this.#auctions,
      imps: this.#imps,
      clicks: this.#clicks,
      cost: this.#cost,
      episodes: this.#purse.episodes,
      surplusShare: hasSurplus ? this.#surplus / this.#oracleSurplus : null,
    }
  }
}
