/**
 * The budget of a backtest as it is spent: so much for so many auctions, and the same again for as many more.
 * A budget for a whole file is one for as many auctions as the file has; without a budget both are infinite.
 */
import { assert } from '../../base/assert.ts'

export type Allowance = {
  readonly per: 'episode' | 'file' | 'nothing'
  readonly budget: number
  /** How many auctions it is for: an episode. */
  readonly auctions: number
}

export const UNLIMITED: Allowance = {
  per: 'nothing',
  budget: Number.POSITIVE_INFINITY,
  auctions: Number.POSITIVE_INFINITY,
}

/** What is left of an episode. */
export type Left = {
  readonly budget: number
  /** The one that is bid on included. */
  readonly auctions: number
}

export class Purse implements Left {
  readonly #allowance: Allowance
  budget: number
  auctions: number
  episodes = 1

  constructor(allowance: Allowance) {
    this.#allowance = allowance
    this.budget = allowance.budget
    this.auctions = allowance.auctions
  }

  /** Before each auction: behind the last one of an episode starts another. */
  open(): void {
    if (this.auctions > 0) return
    this.budget = this.#allowance.budget
    this.auctions = this.#allowance.auctions
    this.episodes++
  }

  /** After each auction. */
  pay(cost: number): void {
    assert(cost <= this.budget, 'an auction costs no more than what is left')
    this.budget -= cost
    this.auctions--
  }
}
