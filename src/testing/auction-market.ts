/**
 * Auctions for backtests from a market whose every law is known: click probabilities are log-normal around one in a
 * hundred, prices are drawn from b / (c + b) and cut at the highest, clicks are drawn from the probabilities.
 */
import { Prng } from '../base/prng.ts'
import type { History } from '../learning/backtest/history.ts'

export type Auction = { readonly click: number; readonly price: number; readonly clickProbability: number }

export const MARKET_C = 40
export const MARKET_PRICE_MAX = 300

export function drawAuctions(seed: number, count: number): Auction[] {
  const prng = new Prng(seed)
  return Array.from({ length: count }, () => {
    const clickProbability = Math.min(1, 0.01 * Math.exp(prng.normal()))
    const won = prng.unit()
    const price = Math.min(MARKET_PRICE_MAX, Math.ceil((MARKET_C * won) / (1 - won)))
    return { click: prng.unit() < clickProbability ? 1 : 0, price, clickProbability }
  })
}

/** What these auctions would have told, had every one been won. */
export function historyOf(auctions: readonly Auction[]): History {
  const priceCounts = new Array<number>(MARKET_PRICE_MAX + 1).fill(0)
  for (const { price } of auctions) priceCounts[price]++
  const clicks = auctions.reduce((sum, { click }) => sum + click, 0)
  const cost = auctions.reduce((sum, { price }) => sum + price, 0)
  return {
    clickRate: clicks / auctions.length,
    costPerClick: cost / clicks,
    meanPrice: cost / auctions.length,
    priceCounts,
  }
}
