/**
 * Prices to win as one log-normal: ln z is normal with mean `mu` and deviation `sigma`. It knows nothing of the auction, so
 * it is what the win landscape has to beat; backtests use it, the bid path does not.
 */
import { assert } from '../base/assert.ts'
import { normalCdf, normalDensity } from './normal.ts'

export type LogNormal = { readonly mu: number; readonly sigma: number }

/** Below this a distribution is a single price; it keeps divisions by the deviation finite. */
const SIGMA_MIN = 1e-3

/**
 * The fit to a histogram of prices to win, by the moments of their logarithms. Prices that are not above 0 have no
 * logarithm and are left out; at least one other must be counted.
 * @param priceOf the price that `counts[i]` counts.
 */
export function fitLogNormal(counts: ArrayLike<number>, priceOf: (i: number) => number): LogNormal {
  let total = 0
  let sum = 0
  let squares = 0
  for (let i = 0; i < counts.length; i++) {
    const price = priceOf(i)
    if (!(counts[i] > 0 && price > 0)) continue
    const log = Math.log(price)
    total += counts[i]
    sum += counts[i] * log
    squares += counts[i] * log * log
  }
  assert(total > 0, 'a log-normal is fitted to some price above 0')
  return ofMoments(sum / total, squares / total)
}

/** The chance that the price to win is at most `price`. */
export function logNormalCdf({ mu, sigma }: LogNormal, price: number): number {
  return price > 0 ? normalCdf((Math.log(price) - mu) / sigma) : 0
}

/** What auctions told: a price to win that is known, one of at most our bid (won), or one above it (lost). */
export type Told = { readonly kind: 'exact' | 'atMost' | 'above'; readonly price: number }

const ITERATIONS = 50

/**
 * The fit to prices of which some are known only to lie on one side of a bid: expectation maximisation, where each hidden
 * logarithm is replaced by its mean and mean square under the fit before. Prices are above 0.
 */
export function fitCensoredLogNormal(told: readonly Told[], start: LogNormal): LogNormal {
  assert(told.length > 0, 'a log-normal is fitted to some price')
  let fit = start
  for (let i = 0; i < ITERATIONS; i++) fit = improved(told, fit)
  return fit
}

function improved(told: readonly Told[], { mu, sigma }: LogNormal): LogNormal {
  let sum = 0
  let squares = 0
  for (const { kind, price } of told) {
    const log = Math.log(price)
    const shift = shiftOf(kind, (log - mu) / sigma)
    sum += kind === 'exact' ? log : mu + sigma * shift
    squares += kind === 'exact' ? log * log : mu * mu + sigma * sigma + sigma * shift * (log + mu)
  }
  return ofMoments(sum / told.length, squares / told.length)
}

/** How far, in deviations, the mean of a normal moves when it is cut at `x`. */
function shiftOf(kind: Told['kind'], x: number): number {
  if (kind === 'exact') return 0
  // Far out in a tail the ratio tends to the cut itself, where both of its sides have vanished.
  const chance = kind === 'atMost' ? normalCdf(x) : normalCdf(-x)
  if (chance < 1e-6) return x
  return (kind === 'atMost' ? -normalDensity(x) : normalDensity(x)) / chance
}

function ofMoments(mean: number, square: number): LogNormal {
  return { mu: mean, sigma: Math.max(Math.sqrt(Math.max(square - mean * mean, 0)), SIGMA_MIN) }
}
