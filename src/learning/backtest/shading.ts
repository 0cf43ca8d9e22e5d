/**
 * First-price bids by whole worth, from the prices of a training period and the shading of the bidder's own pricing room.
 * Made once for a backtest; a bid is then an element of a table.
 */
import { Prng } from '../../base/prng.ts'
import { fitLogNormal } from '../../pricing/log-normal.ts'
import { shadeEmpirical } from '../../pricing/shade-empirical.ts'
import { shadeLogNormal } from '../../pricing/shade-log-normal.ts'
import { winShares } from './prices.ts'

/** `best` is whichever of the two others keeps more surplus on prices that it was not fitted to. */
export const SHADES = ['none', 'lognormal', 'empirical', 'best'] as const
export type Shade = (typeof SHADES)[number]

/** A shade of `best` is given as the one that was chosen. */
export type Shading = { readonly shade: Exclude<Shade, 'best'>; readonly bids: Float64Array }

export function shadingOf(shade: Shade, counts: readonly number[], bidMax: number): Shading {
  const chosen = shade === 'best' ? betterShade(counts, bidMax) : shade
  return { shade: chosen, bids: bidsOf(chosen, counts, bidMax) }
}

function bidsOf(shade: Shading['shade'], counts: readonly number[], bidMax: number): Float64Array {
  const bids = new Float64Array(bidMax + 1)
  if (shade === 'none') return bids.map((_, worth) => worth)
  if (shade === 'empirical') {
    const wins = winShares(counts, bidMax)
    return bids.map((_, worth) => shadeEmpirical(wins, worth, 0))
  }
  const market = fitLogNormal(counts, (price) => price)
  return bids.map((_, worth) => Math.floor(shadeLogNormal(market, worth, 0)))
}

const SPLIT_SEED = 1

/** Each half of the auctions judges what was fitted to the other half; with a tie the plainer one is taken. */
function betterShade(counts: readonly number[], bidMax: number): 'lognormal' | 'empirical' {
  const halves = splitCounts(counts, new Prng(SPLIT_SEED))
  if (!halves.every(hasPrice)) return 'lognormal'
  const kept = (shade: Shading['shade']) =>
    surplusOf(bidsOf(shade, halves[0], bidMax), halves[1]) +
    surplusOf(bidsOf(shade, halves[1], bidMax), halves[0])
  return kept('empirical') > kept('lognormal') ? 'empirical' : 'lognormal'
}

function hasPrice(counts: readonly number[]): boolean {
  return counts.some((count, price) => count > 0 && price > 0)
}

/** Every auction falls into one half or the other by a coin; where a price has many, by the normal limit of that. */
function splitCounts(counts: readonly number[], prng: Prng): readonly [number[], number[]] {
  const left = counts.map((count) => {
    const drawn = count / 2 + (prng.normal() * Math.sqrt(count)) / 2
    return count > COINS_MAX ? Math.round(drawn) : headsOf(count, prng)
  })
  return [left, counts.map((count, price) => count - left[price])]
}

const COINS_MAX = 1000

function headsOf(coins: number, prng: Prng): number {
  let heads = 0
  for (let coin = 0; coin < coins; coin++) heads += prng.below(2)
  return heads
}

/**
 * What these bids keep of auctions with these prices. What impressions are worth is not in the history but for its mean,
 * which is that of the prices; so worths are weighed as an exponential of that mean, which supposes nothing else.
 */
function surplusOf(bids: Float64Array, counts: readonly number[]): number {
  const wins = winShares(counts, bids.length - 1)
  const mean = meanPrice(counts)
  return bids.reduce((sum, bid, worth) => sum + Math.exp(-worth / mean) * (worth - bid) * wins[bid], 0)
}

function meanPrice(counts: readonly number[]): number {
  const auctions = counts.reduce((sum, count) => sum + count, 0)
  return counts.reduce((sum, count, price) => sum + count * price, 0) / auctions
}
