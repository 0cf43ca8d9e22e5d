/**
 * The bidding strategies that a backtest compares. Each says what an impression is worth in the unit of prices, from its
 * click probability and what is left of the budget; at second price that is its bid. Called once an auction.
 *
 *   mcpc    what clicks cost in training: clickProbability * costPerClick, budget or no budget
 *   lin     b0 * clickProbability / clickRate
 *   ortb    sqrt(c / lambda * clickProbability + c^2) - c                         see ortb.ts
 *   ss-mdp  the dynamic programme, taking every auction for a mean one            see value-table.ts
 *   rlb     the dynamic programme with the auction's own click probability
 *   dual    mcpc over the multiplier of the bidder's own pacing                   see budget/dual.ts
 */
import { DualPacer } from '../../budget/dual.ts'
import type { Allowance, Left } from './allowance.ts'
import { BacktestFault } from './fault.ts'
import type { History } from './history.ts'
import { fitOrtbC, lambdaFor, ortbBid } from './ortb.ts'
import { bidThatSpends, priceShares, winShares } from './prices.ts'
import { tableSize } from './table-size.ts'
import { ValueTable } from './value-table.ts'

export const STRATEGIES = ['mcpc', 'lin', 'ortb', 'ss-mdp', 'rlb', 'dual'] as const
export type StrategyName = (typeof STRATEGIES)[number]

export type Strategy = {
  readonly name: StrategyName
  /** What it was tuned to; of `dual`, where its multiplier stands. */
  readonly parameters: Readonly<Record<string, number>>
  worth(clickProbability: number, left: Left): number
  /** After the auction, before what is left is charged; a lost auction costs 0. */
  observe?(cost: number, left: Left): void
}

export type Setup = {
  readonly history: History
  readonly allowance: Allowance
  readonly bidMax: number
  /** Of `lin`; else what a mean auction may cost. */
  readonly b0?: number
  /** Of `ortb`; else such that a mean auction costs what it may. */
  readonly lambda?: number
}

/** @throws BacktestFault where a strategy lacks what it needs. */
export function strategiesOf(names: readonly StrategyName[], setup: Setup): Strategy[] {
  let table: ValueTable | undefined
  const shared = () => (table ??= valueTable(setup))
  return names.map((name) => MAKERS[name](setup, shared))
}

const MAKERS: Record<StrategyName, (setup: Setup, table: () => ValueTable) => Strategy> = {
  mcpc({ history }) {
    const { costPerClick } = history
    return { name: 'mcpc', parameters: { costPerClick }, worth: (p) => p * costPerClick }
  },

  lin(setup) {
    const { clickRate } = setup.history
    const b0 = setup.b0 ?? bidForMean(setup, 'lin: --b0')
    return { name: 'lin', parameters: { b0 }, worth: (p) => (p * b0) / clickRate }
  },

  ortb(setup) {
    const { history, bidMax } = setup
    const c = fitOrtbC(winShares(history.priceCounts, bidMax))
    const lambda = setup.lambda ?? lambdaFor(c, history.clickRate, bidForMean(setup, 'ortb: --lambda'))
    return { name: 'ortb', parameters: { c, lambda }, worth: (p) => ortbBid({ c, lambda }, p) }
  },

  'ss-mdp'(setup, table) {
    const { clickRate } = setup.history
    return programmed('ss-mdp', table(), () => clickRate)
  },

  rlb(_, table) {
    return programmed('rlb', table(), (p) => p)
  },

  dual({ history, allowance }) {
    if (allowance.per === 'nothing') throw new BacktestFault('dual: --episode or --budget is due')
    const { costPerClick, meanPrice: price } = history
    const { budget, auctions } = allowance
    const paced = (mu: number) => new DualPacer({ budget, auctions, price, mu })
    let pacer = paced(1)
    return {
      name: 'dual',
      get parameters() {
        return { mu: pacer.mu }
      },
      worth: (p) => (p * costPerClick) / pacer.mu,
      observe(cost, left) {
        pacer.observe(cost)
        // What the market asks is not forgotten from one episode to the next.
        if (left.auctions === 1) pacer = paced(pacer.mu)
      },
    }
  },
}

function programmed(
  name: StrategyName,
  table: ValueTable,
  taken: (clickProbability: number) => number,
): Strategy {
  const { auctions, budget } = table.size
  return {
    name,
    parameters: { tableAuctions: auctions, tableBudget: budget },
    worth: (p, left) => table.bid(left.auctions, left.budget, taken(p)),
  }
}

/** What is bid for an auction of the mean click rate, so that as many of them as there are cost the budget in training. */
function bidForMean({ history, allowance, bidMax }: Setup, what: string): number {
  if (allowance.per === 'nothing') throw new BacktestFault(`${what}, or a budget to find it by, is due`)
  return bidThatSpends(priceShares(history.priceCounts, bidMax), allowance.budget / allowance.auctions)
}

function valueTable({ history, allowance, bidMax }: Setup): ValueTable {
  const market = { priceShares: priceShares(history.priceCounts, bidMax), clickRate: history.clickRate }
  return new ValueTable(market, tableSize(allowance, bidMax))
}
