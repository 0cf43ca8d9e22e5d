// Goal: what market.ts and its neighbours say of their distributions holds, roughly, at a fixed seed. A day is drawn once
// and looked at from all sides.
import t, { type Test } from 'tap'
import { Prng } from '../../src/base/prng.ts'
import { dayShape } from './arrivals.ts'
import { poisson } from './competition.ts'
import { type Auction, FIRST_PRICE, Market, type MarketOptions, SECOND_PRICE, settle } from './market.ts'
import { SHAPES } from './placements.ts'
import { EXCHANGES } from './traits.ts'

const COUNT = 100_000
const market = new Market({ seed: 1, auctionsPerDay: COUNT })
const day = take(market, COUNT)

t.test('the same options give the same auctions, another seed others', async (t) => {
  const options: MarketOptions = { seed: 1, auctionsPerDay: COUNT }
  t.same(take(new Market(options), 500), day.slice(0, 500))
  const other = take(new Market({ ...options, seed: 2 }), 500)
  t.notSame(
    other.map(({ priceToWinCpmMicros }) => priceToWinCpmMicros),
    day.slice(0, 500).map(({ priceToWinCpmMicros }) => priceToWinCpmMicros),
  )
})

t.test('auctions come in order, about as many a day as asked for', async (t) => {
  t.ok(day.every(({ atMs }, i) => i === 0 || atMs >= day[i - 1].atMs))
  const days = (day[COUNT - 1].atMs - day[0].atMs) / 86_400_000
  near(t, days, 1, 0.05, 'days')
  t.ok(day.every(({ atMs, hour }) => hour === new Date(atMs).getUTCHours()))
})

t.test('traffic swings twofold over the day, and as much as asked for', async (t) => {
  for (const swing of [1, 2, 4]) {
    const shape = dayShape(swing)
    near(t, Math.max(...shape) / Math.min(...shape), swing, 1e-9, 'swing')
    near(t, shape.reduce((sum, rate) => sum + rate, 0) / shape.length, 1, 1e-9, 'mean')
  }
  const byHour = countsBy(day, ({ hour }) => hour)
  const swing = Math.max(...byHour.values()) / Math.min(...byHour.values())
  t.ok(swing > 1.6 && swing < 3.2, `with noise it is ${swing}`)
})

t.test('rates are disturbed, so that no two days are the same', async (t) => {
  const flat = take(new Market({ seed: 3, auctionsPerDay: COUNT, swing: 1 }), COUNT)
  const byHour = [...countsBy(flat, ({ hour }) => hour).values()].map((count) => count / (COUNT / 24))
  const deviation = Math.sqrt(meanOf(byHour.map((count) => (count - 1) ** 2)))
  t.ok(deviation > 0.04 && deviation < 0.16, `hours deviate by ${deviation}; Poisson alone by 0.015`)
})

t.test('what wins is a whole number, and never less than the floor', async (t) => {
  t.ok(
    day.every(
      ({ priceToWinCpmMicros: price, floorCpmMicros: floor }) =>
        Number.isInteger(price) && Number.isInteger(floor) && price >= Math.max(1, floor),
    ),
  )
})

t.test('each exchange sells as its traits say', async (t) => {
  for (const [index, traits] of EXCHANGES.entries()) {
    const mine = day.filter(({ exchangeIndex }) => exchangeIndex === index)
    near(t, mine.length / COUNT, traits.weight, 0.04, `${traits.name}: weight`)
    near(t, shareOf(mine, isFirstPrice), traits.firstPriceShare, 0.02, `${traits.name}: first price`)
    t.ok(mine.every(({ tellsMinToWin }) => tellsMinToWin === traits.tellsMinToWin))
    t.ok(mine.every(({ placement }) => placement.domain.startsWith(traits.name)))
  }
})

t.test('in some auctions nobody bids, in most somebody does: more often where more compete', async (t) => {
  const lonely = EXCHANGES.map((_, index) =>
    shareOf(
      day.filter(({ exchangeIndex }) => exchangeIndex === index),
      isLonely,
    ),
  )
  const [alder, birch, cedar, dogwood] = lonely
  t.ok(cedar < alder && alder < birch && birch < dogwood, lonely.join(' '))
  t.ok(cedar > 0.005 && dogwood < 0.7, lonely.join(' '))
})

t.test('prices have atoms and a heavy tail', async (t) => {
  const prices = day.map(({ priceToWinCpmMicros }) => priceToWinCpmMicros).sort((a, b) => a - b)
  const quantile = (share: number) => prices[Math.floor(share * COUNT)]
  const reach = quantile(0.999) / quantile(0.5)
  t.ok(reach > 25 && reach < 80, `the 99.9th percentile is ${reach} times the median`)
  t.ok(shareOf(day, ({ priceToWinCpmMicros }) => priceToWinCpmMicros === 2_000_001) > 0.02)
})

t.test('prices go with floors, placements, shapes and the evening', async (t) => {
  const priced = day.filter(
    (auction) => auction.exchangeIndex === 0 && auction.floorCpmMicros > 0 && !isLonely(auction),
  )
  const logPrices = priced.map(({ priceToWinCpmMicros }) => Math.log(priceToWinCpmMicros))
  const withPrice = (of: (auction: Auction) => number) => correlation(priced.map(of), logPrices)
  const floors = withPrice(({ floorCpmMicros }) => Math.log(floorCpmMicros))
  const qualities = withPrice(({ placement }) => Math.log(placement.priceQuality))
  const shapes = withPrice(({ shapeIndex }) => SHAPES[shapeIndex].priceFactor)
  const evening = withPrice(({ hour }) => Math.cos(((hour - 19) / 12) * Math.PI))
  for (const [what, found] of Object.entries({ floors, qualities, shapes })) {
    t.ok(found > 0.15 && found < 0.8, `${what}: ${found}`)
  }
  t.ok(evening > 0.05 && evening < 0.4, `${evening}`)
})

t.test(
  'few placements have much of the traffic, and half of it is from a quarter of the users',
  async (t) => {
    const first = day.filter(({ placement }) => placement.index % 60 < 6).length
    near(t, first / COUNT, 0.47, 0.06, 'a tenth of the placements')
    near(
      t,
      shareOf(day, ({ userIndex }) => userIndex < 5_000),
      0.5,
      0.01,
      'a quarter of the users',
    )
  },
)

t.test('clicks come as often as their probability says, whoever asks in whatever order', async (t) => {
  for (const creative of [1, 2]) {
    const probabilities = day.map((auction) => market.clickProbability(auction, creative))
    t.ok(probabilities.every((probability) => probability > 2e-4 && probability < 0.05))
    const expected = meanOf(probabilities)
    near(t, expected, 0.0035, 0.0025, 'click-through rate')
    const clicked = shareOf(day, (auction) => market.isClicked(auction, creative))
    near(t, clicked, expected, 4 * Math.sqrt(expected / COUNT), 'clicks')
  }
  const backwards = [...day.slice(0, 1000)].reverse().map((auction) => market.isClicked(auction, 1))
  t.same(
    backwards.reverse(),
    day.slice(0, 1000).map((auction) => market.isClicked(auction, 1)),
  )
})

t.test('a bid wins at the price and not below it, and pays by the type of the auction', async (t) => {
  const auction: Auction = { ...day[0], priceToWinCpmMicros: 1000, tellsMinToWin: true }
  const rows: [about: string, type: 1 | 2, bid: number, isWon: boolean, paid: number][] = [
    ['first price, above', FIRST_PRICE, 1500, true, 1500],
    ['first price, just there', FIRST_PRICE, 1000, true, 1000],
    ['first price, a micro below', FIRST_PRICE, 999, false, 0],
    ['second price, above', SECOND_PRICE, 1500, true, 1000],
    ['second price, just there', SECOND_PRICE, 1000, true, 1000],
    ['second price, a micro below', SECOND_PRICE, 999, false, 0],
    ['no bid', SECOND_PRICE, 0, false, 0],
  ]
  for (const [about, auctionType, bid, isWon, paidCpmMicros] of rows) {
    t.same(settle({ ...auction, auctionType }, bid), { isWon, paidCpmMicros, minToWinCpmMicros: 1000 }, about)
  }
  t.equal(settle({ ...auction, tellsMinToWin: false }, 1500).minToWinCpmMicros, undefined)
})

t.test('a Poisson number has the mean and variance that it is asked for', async (t) => {
  const prng = new Prng(1)
  for (const mean of [0.5, 4]) {
    const counts = Array.from({ length: 20_000 }, () => poisson(prng, mean))
    near(t, meanOf(counts), mean, 0.06, 'mean')
    near(t, meanOf(counts.map((count) => (count - mean) ** 2)), mean, 0.25, 'variance')
  }
})

function take(market: Market, count: number): Auction[] {
  return Array.from({ length: count }, () => market.next())
}

function isFirstPrice({ auctionType }: Auction): boolean {
  return auctionType === FIRST_PRICE
}

/** Whether the floor alone, or nothing, stands between a bid and the slot. */
function isLonely({ priceToWinCpmMicros, floorCpmMicros }: Auction): boolean {
  return priceToWinCpmMicros === Math.max(1, floorCpmMicros)
}

function near(t: Test, found: number, wanted: number, within: number, what: string): void {
  t.ok(Math.abs(found - wanted) <= within, `${what}: ${found}, wanted ${wanted} +- ${within}`)
}

function shareOf<T>(list: readonly T[], holds: (element: T) => boolean): number {
  return list.filter(holds).length / list.length
}

function countsBy<T>(list: readonly T[], keyOf: (element: T) => number): Map<number, number> {
  const counts = new Map<number, number>()
  for (const element of list) counts.set(keyOf(element), (counts.get(keyOf(element)) ?? 0) + 1)
  return counts
}

function meanOf(list: readonly number[]): number {
  return list.reduce((sum, element) => sum + element, 0) / list.length
}

function correlation(xs: readonly number[], ys: readonly number[]): number {
  const [x, y] = [meanOf(xs), meanOf(ys)]
  const covariance = meanOf(xs.map((value, i) => (value - x) * (ys[i] - y)))
  const spread = (list: readonly number[], mean: number) =>
    Math.sqrt(meanOf(list.map((value) => (value - mean) ** 2)))
  return covariance / (spread(xs, x) * spread(ys, y))
}
