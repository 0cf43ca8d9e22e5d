import fc from 'fast-check'
import t from 'tap'
import { Prng } from '../../base/prng.ts'
import { naiveBestClicks, naiveClicks, naiveMostClicks } from '../../testing/naive-bidding.ts'
import '../../testing/seed.ts'
import { type Market, ValueTable } from './value-table.ts'

/** Markets with prices from 0, some of whose auctions cost more than any bid. */
function marketsOf(priceCountMax: number): fc.Arbitrary<Market> {
  return fc
    .record({
      weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: priceCountMax }),
      dearer: fc.integer({ min: 0, max: 9 }),
      clickRate: fc.double({ min: 0.001, max: 1, noNaN: true }),
    })
    .map(({ weights, dearer, clickRate }) => {
      const total = weights.reduce((sum, weight) => sum + weight, dearer)
      return { priceShares: Float64Array.from(weights, (weight) => weight / total), clickRate }
    })
}

const markets = marketsOf(4)

function policyOf(table: ValueTable, { clickRate }: Market) {
  return (auctions: number, budget: number) => table.bid(auctions, budget, clickRate)
}

t.test('no policy of all that there are brings more clicks than the bids of the table', async () => {
  const sizes = fc.constantFrom<[number, number][]>([1, 3], [2, 2], [2, 3], [3, 2], [4, 1])
  fc.assert(
    fc.property(markets, sizes, (market, [auctions, budget]) => {
      const table = new ValueTable(market, { auctions, budget })
      const clicks = naiveClicks(market, policyOf(table, market), auctions, budget)
      return Math.abs(clicks - naiveMostClicks(market, auctions, budget)) < 1e-12
    }),
    { numRuns: 60 },
  )
})

t.test('nor does any where there are more prices', async () => {
  const auctionCounts = fc.integer({ min: 1, max: 4 })
  fc.assert(
    fc.property(marketsOf(12), auctionCounts, fc.nat(30), (market, auctions, budget) => {
      const table = new ValueTable(market, { auctions, budget })
      const clicks = naiveClicks(market, policyOf(table, market), auctions, budget)
      return Math.abs(clicks - naiveBestClicks(market, auctions, budget)) < 1e-12
    }),
  )
})

/** Clicks from an auction of this probability when so much is bid, and from the table's bids in those behind it. */
function clicksOfBid(
  market: Market,
  table: ValueTable,
  auctions: number,
  budget: number,
  p: number,
  bid: number,
) {
  const later = (left: number) => naiveClicks(market, policyOf(table, market), auctions - 1, left)
  return market.priceShares.reduce(
    (sum, share, price) => (price > bid ? sum : sum + share * (p + later(budget - price) - later(budget))),
    later(budget),
  )
}

t.test('the bid for an auction of any click probability is the highest of the best', async () => {
  const auctionsLeft = fc.integer({ min: 1, max: 4 })
  const budgets = fc.integer({ min: 0, max: 6 })
  const probabilities = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(markets, auctionsLeft, budgets, probabilities, (market, auctions, budget, p) => {
      const table = new ValueTable(market, { auctions: 4, budget: 6 })
      const bid = table.bid(auctions, budget, p)
      const highest = Math.min(budget, market.priceShares.length - 1)
      const clicks = Array.from({ length: highest + 1 }, (_, other) =>
        clicksOfBid(market, table, auctions, budget, p, other),
      )
      const most = Math.max(...clicks)
      const isHighest = clicks.slice(bid + 1).every((other) => other < most)
      return bid <= highest && clicks[bid] > most - 1e-12 && isHighest
    }),
  )
})

const MARKET: Market = { priceShares: Float64Array.of(0.1, 0.2, 0.3, 0.2, 0.1), clickRate: 0.3 }
const EPISODES = 20_000
const SEED = 9

t.test('episodes bring the clicks that the programme expects', async (t) => {
  const auctions = 6
  const budget = 7
  const table = new ValueTable(MARKET, { auctions, budget })
  const prng = new Prng(SEED)
  let clicks = 0
  for (let episode = 0; episode < EPISODES; episode++) {
    let left = budget
    for (let n = auctions; n > 0; n--) {
      const price = priceOf(MARKET, prng.unit())
      if (table.bid(n, left, MARKET.clickRate) < price) continue
      left -= price
      if (prng.unit() < MARKET.clickRate) clicks++
    }
  }
  const expected = naiveClicks(MARKET, policyOf(table, MARKET), auctions, budget)
  // Clicks of an episode deviate by about one.
  t.ok(Math.abs(clicks / EPISODES - expected) < 4 / Math.sqrt(EPISODES), `${clicks / EPISODES}, ${expected}`)
})

/** Beyond the last price an auction is dearer than any bid. */
function priceOf({ priceShares }: Market, unit: number): number {
  let sum = 0
  const price = priceShares.findIndex((share) => {
    sum += share
    return unit < sum
  })
  return price < 0 ? priceShares.length : price
}

t.test('the last auction is worth everything that is left, up to the highest price', async (t) => {
  const table = new ValueTable(MARKET, { auctions: 3, budget: 9 })
  t.equal(table.bid(1, 9, 0.001), 4)
  t.equal(table.bid(1, 2, 0.001), 2)
  t.equal(table.bid(1, 0, 1), 0, 'nothing is left')
  t.equal(table.bid(3, 7, 0), 0, 'what brings no clicks is taken for nothing alone')
})

t.test('a budget beyond what can be spent buys everything', async (t) => {
  const table = new ValueTable(MARKET, { auctions: 3, budget: 12 })
  t.equal(table.bid(3, 12, 0.001), 4)
  t.equal(table.bid(3, 1_000_000, 0.001), 4, 'also beyond the table')
})

t.test('with more auctions than rows the last row is asked at the same budget an auction', async (t) => {
  const table = new ValueTable(MARKET, { auctions: 50, budget: 200 })
  for (const p of [0.05, 0.3, 0.9]) t.equal(table.bid(5_000, 7_000, p), table.bid(50, 70, p), `${p}`)
  t.equal(table.bid(51, 1, 1), 0, 'less than a unit is nothing')
})
