/**
 * How likely each price is to win, from the counts of a training period: the probability of a price, the share of
 * auctions that a bid wins, and the bid that spends so much. All by whole price from 0 to the highest bid; prices above it
 * keep their share of the auctions, but nothing is won there.
 */

/**
 * The probability of each price, every one seen once more than it was (Laplace): none is impossible.
 * Sums to less than 1 where the counts go on above the highest bid.
 */
export function priceShares(counts: readonly number[], bidMax: number): Float64Array {
  const priceCount = Math.max(counts.length, bidMax + 1)
  const total = counts.reduce((sum, count) => sum + count, priceCount)
  return Float64Array.from({ length: bidMax + 1 }, (_, price) => ((counts[price] ?? 0) + 1) / total)
}

/** The share of the counted auctions that each bid would have won: the empirical distribution. */
export function winShares(counts: readonly number[], bidMax: number): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const shares = new Float64Array(bidMax + 1)
  let won = 0
  for (let bid = 0; bid <= bidMax; bid++) {
    won += counts[bid] ?? 0
    shares[bid] = won / total
  }
  return shares
}

/**
 * The bid that costs so much an auction in the mean, at second price; between two whole bids the cost is taken to rise
 * evenly. The highest bid when even that costs less.
 */
export function bidThatSpends(shares: Float64Array, costPerAuction: number): number {
  let cost = 0
  for (let price = 1; price < shares.length; price++) {
    const step = price * shares[price]
    if (cost + step > costPerAuction) return price - 1 + (costPerAuction - cost) / step
    cost += step
  }
  return shares.length - 1
}
