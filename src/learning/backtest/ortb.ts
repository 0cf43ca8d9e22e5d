/**
 * Optimal real-time bidding (Zhang, Yuan, Wang: "Optimal Real-Time Bidding for Display Advertising", KDD 2014) for a
 * market where a bid b wins b / (c + b) of the auctions: bids rise with the click probability, but ever more slowly,
 * for the dear impressions bring little more.
 *
 *   bid = sqrt(c / lambda * p + c^2) - c
 *
 * `lambda` is the worth of budget in clicks; the reference implementations set values such as 5.2e-7.
 */

export type OrtbCurve = { readonly c: number; readonly lambda: number }

export function ortbBid({ c, lambda }: OrtbCurve, clickProbability: number): number {
  return Math.sqrt((c / lambda) * clickProbability + c * c) - c
}

/** The lambda with which this click probability is bid exactly so much. */
export function lambdaFor(c: number, clickProbability: number, bid: number): number {
  return (c * clickProbability) / (bid * (bid + 2 * c))
}

const LN_C_MIN = Math.log(1e-3)
const LN_C_MAX = Math.log(1e6)
const STEPS = 60
const ROUNDS = 8

/**
 * The c whose curve lies next to the shares of auctions won by whole bid, by least squares: a grid over ln c that is drawn
 * finer around its best point, eight times, to 1e-9 of c.
 */
export function fitOrtbC(winShares: Float64Array): number {
  let middle = (LN_C_MIN + LN_C_MAX) / 2
  let reach = (LN_C_MAX - LN_C_MIN) / 2
  for (let round = 0; round < ROUNDS; round++) {
    const step = (2 * reach) / STEPS
    const start = middle - reach
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i <= STEPS; i++) {
      const distance = squaredDistance(winShares, Math.exp(start + i * step))
      if (distance >= least) continue
      least = distance
      middle = start + i * step
    }
    reach = step
  }
  return Math.exp(middle)
}

function squaredDistance(winShares: Float64Array, c: number): number {
  let sum = 0
  for (let bid = 0; bid < winShares.length; bid++) {
    const error = bid / (c + bid) - winShares[bid]
    sum += error * error
  }
  return sum
}
