/**
 * Exploration of prices: a small share of bids strays from the best price, so that the market is heard of around it and
 * other ways to price can be judged from the log. What is logged is the chance that this very price was bid.
 *
 *   price = best                                                 in 98 of 100 auctions
 *           round(best * e^x) within [floor, value], x normal    in the other 2
 *
 * Prices are integers, so that chance is one number of one kind for straying, best and cut-off prices alike; times the
 * price it is, for a price that strays, the density in the logarithm of the price.
 */
import type { Prng } from '../base/prng.ts'
import { normalCdf } from './normal.ts'

/** Share of auctions that stray, and how far: the deviation of the price's logarithm. */
export const STRAYING_SHARE = 0.02
export const STRAYING_SIGMA = 0.15

/** The range that a price must stay in, CPM micros: integers, the lower at least 1. */
export type PriceRange = { readonly floorCpmMicros: number; readonly valueCpmMicros: number }

/** The price to bid where `bestCpmMicros`, of `shade`, is the best one. */
export function exploredPrice(bestCpmMicros: number, range: PriceRange, prng: Prng): number {
  if (prng.unit() >= STRAYING_SHARE) return bestCpmMicros
  const price = Math.round(bestCpmMicros * Math.exp(STRAYING_SIGMA * prng.normal()))
  return Math.max(range.floorCpmMicros, Math.min(price, range.valueCpmMicros))
}

/** The chance that `exploredPrice` gives this price: its propensity. 0 outside the range. */
export function priceChance(priceCpmMicros: number, bestCpmMicros: number, range: PriceRange): number {
  const { floorCpmMicros, valueCpmMicros } = range
  if (!(priceCpmMicros >= floorCpmMicros && priceCpmMicros <= valueCpmMicros)) return 0
  // Everything that strays beyond an end of the range is bid at that end.
  const below = priceCpmMicros > floorCpmMicros ? strayCdf(priceCpmMicros - 0.5, bestCpmMicros) : 0
  const upTo = priceCpmMicros < valueCpmMicros ? strayCdf(priceCpmMicros + 0.5, bestCpmMicros) : 1
  return (priceCpmMicros === bestCpmMicros ? 1 - STRAYING_SHARE : 0) + STRAYING_SHARE * (upTo - below)
}

function strayCdf(priceCpmMicros: number, bestCpmMicros: number): number {
  return normalCdf(Math.log(priceCpmMicros / bestCpmMicros) / STRAYING_SIGMA)
}
