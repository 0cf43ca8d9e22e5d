/**
 * The dynamic programme of bidding the obvious way: what a policy brings is followed through every price that an auction
 * can have, and the best policy is found by trying each. For a few auctions, prices and units of budget.
 */
import type { Market } from '../learning/backtest/value-table.ts'

/** The bid with so many auctions left, the present one included, and so much budget. */
export type Policy = (auctions: number, budget: number) => number

/** Clicks to expect, where every auction has the mean click rate. */
export function naiveClicks(market: Market, policy: Policy, auctions: number, budget: number): number {
  if (auctions === 0) return 0
  const bid = policy(auctions, budget)
  const seen = market.priceShares.reduce((sum, share) => sum + share, 0)
  let clicks = (1 - seen) * naiveClicks(market, policy, auctions - 1, budget)
  for (const [price, share] of market.priceShares.entries()) {
    const left = bid >= price ? budget - price : budget
    const now = bid >= price ? market.clickRate : 0
    clicks += share * (now + naiveClicks(market, policy, auctions - 1, left))
  }
  return clicks
}

/** The most clicks of all policies. */
export function naiveMostClicks(market: Market, auctions: number, budget: number): number {
  const bidMax = market.priceShares.length - 1
  let most = 0
  for (const policy of policies(auctions, budget, bidMax)) {
    most = Math.max(most, naiveClicks(market, policy, auctions, budget))
  }
  return most
}

/** The same by trying each bid in each state once: what is done now does not change what is best later. */
export function naiveBestClicks(market: Market, auctions: number, budget: number): number {
  if (auctions === 0) return 0
  const lost = naiveBestClicks(market, auctions - 1, budget)
  let most = lost
  let clicks = lost
  for (const [price, share] of market.priceShares.entries()) {
    if (price > budget) break
    clicks += share * (market.clickRate + naiveBestClicks(market, auctions - 1, budget - price) - lost)
    most = Math.max(most, clicks)
  }
  return most
}

/** Every way to name a bid for each state, a bid never above the budget. */
function* policies(auctions: number, budget: number, bidMax: number): Generator<Policy> {
  const bidOf = (state: number) => Math.min(state % (budget + 1), bidMax)
  const bids = new Array<number>(auctions * (budget + 1)).fill(0)
  const policy: Policy = (auctionsLeft, left) => bids[(auctionsLeft - 1) * (budget + 1) + left]
  for (;;) {
    yield policy
    let state = 0
    while (state < bids.length && bids[state] === bidOf(state)) bids[state++] = 0
    if (state === bids.length) return
    bids[state]++
  }
}
