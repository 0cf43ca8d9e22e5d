// The first-price bid, held against the maximum found by trying every price.
import fc from 'fast-check'
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { ManualClock } from '../testing/clock.ts'
import { SteadyPrng } from '../testing/money.ts'
import { FirstPrice } from './first-price.ts'
import { Landscape } from './landscape.ts'
import { STRAYING_SHARE } from './shade-explore.ts'
import '../testing/seed.ts'

const PLACE = { exchange: 1, shapeHash: 2, placeHash: 3, hour: 4 }

/** A landscape in which a place was told, so many times, what would have won. */
function landscapeOf(pricesToWin: readonly number[], times = 200): Landscape {
  const landscape = new Landscape({ clock: new ManualClock() })
  const segment = landscape.segmentOf(PLACE)
  for (let i = 0; i < times; i++) for (const price of pricesToWin) landscape.observePrice(segment, price)
  for (let round = 0; round < 20; round++) while (!landscape.refresh(0));
  return landscape
}

function keyOf(landscape: Landscape): number {
  return landscape.keyOf(landscape.segmentOf(PLACE))
}

/** The price of the most surplus, of all whole numbers from the floor to the value. */
function bestByTrying(landscape: Landscape, value: number, floor: number): number {
  const segment = landscape.segmentOf(PLACE)
  let best = floor
  for (let price = floor; price <= value; price++) {
    if (surplusOf(landscape, segment, value, price) > surplusOf(landscape, segment, value, best)) best = price
  }
  return best
}

function surplusOf(landscape: Landscape, segment: number, value: number, price: number): number {
  return (value - price) * landscape.winProbability(segment, price)
}

t.test('where nothing was heard of the market a usual share of the value is bid', async (t) => {
  const landscape = new Landscape({ clock: new ManualClock() })
  const firstPrice = new FirstPrice(landscape, new SteadyPrng())
  for (const value of [200_000, 1_000_000, 4_000_000, 15_000_000]) {
    const share = firstPrice.price(keyOf(landscape), value, 0, 1) / value
    t.ok(share > 0.64 && share < 0.66, `${share} of ${value}`)
  }
  t.equal(firstPrice.price(keyOf(landscape), 400_000, 0, 1), bestByTrying(landscape, 400_000, 1))
})

t.test('what the market was heard to cost is bid, and not much more', async (t) => {
  const landscape = landscapeOf([1_000_000])
  const firstPrice = new FirstPrice(landscape, new SteadyPrng())
  const price = firstPrice.price(keyOf(landscape), 3_000_000, 0, 1)
  t.ok(price >= 1_000_000 && price < 1_080_000, `${price} wins what costs a dollar`)
  t.ok(Math.abs(price - bestByTrying(landscape, 3_000_000, 1)) <= 1)
  t.equal(
    firstPrice.price(keyOf(landscape), 3_000_000, 2_000_000, 1),
    2_000_000,
    'the floor, where that is higher',
  )
  const elsewhere = new FirstPrice(new Landscape({ clock: new ManualClock() }), new SteadyPrng())
  t.ok(elsewhere.price(keyOf(landscape), 3_000_000, 0, 1) > 1_900_000, 'who has not heard of it bids as ever')
})

t.test('a key of a segment that is not known is priced as the whole market', async (t) => {
  const landscape = landscapeOf([1_000_000])
  const firstPrice = new FirstPrice(landscape, new SteadyPrng())
  t.equal(firstPrice.price(12_345, 3_000_000, 0, 1), firstPrice.price(landscape.keyOf(0), 3_000_000, 0, 1))
})

t.test('the price is a whole number from the floor to the limit, in any currency', async (t) => {
  const landscape = landscapeOf([300_000, 900_000, 2_000_000])
  const firstPrice = new FirstPrice(landscape, new Prng(3))
  const property = fc.property(
    fc.integer({ min: 1, max: 50_000_000 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 200, noNaN: true })),
    (limit, floorShare, unitsPerUsd) => {
      const floor = Math.floor(limit * floorShare)
      const price = firstPrice.price(keyOf(landscape), limit, floor, unitsPerUsd)
      const isLikely = firstPrice.propensity > 0 && firstPrice.propensity <= 1
      return Number.isInteger(price) && price >= floor && price <= limit && price >= 1 && isLikely
    },
  )
  t.doesNotThrow(() => fc.assert(property, { numRuns: 3000 }))
})

t.test('the same is bid in any currency, but for parts of micros', async (t) => {
  const landscape = landscapeOf([300_000, 900_000, 2_000_000])
  const firstPrice = new FirstPrice(landscape, new SteadyPrng())
  const usd = firstPrice.price(keyOf(landscape), 4_000_000, 500_000, 1)
  for (const unitsPerUsd of [0.5, 0.9, 7.3, 150]) {
    const price = firstPrice.price(
      keyOf(landscape),
      4_000_000 * unitsPerUsd,
      500_000 * unitsPerUsd,
      unitsPerUsd,
    )
    t.ok(Math.abs(price / unitsPerUsd - usd) <= 1 + 1 / unitsPerUsd, `${price} at ${unitsPerUsd} a dollar`)
  }
})

t.test('a range of less than a micro has one price', async (t) => {
  const firstPrice = new FirstPrice(new Landscape({ clock: new ManualClock() }), new Prng(1))
  t.equal(firstPrice.price(1, 70, 70, 150), 70, 'no whole micro of a dollar is in it')
  t.equal(firstPrice.propensity, 1)
  t.equal(firstPrice.price(1, 2_000_000, 2_000_000, 1), 2_000_000)
  t.equal(firstPrice.propensity, 1)
  t.equal(firstPrice.price(1, 7, 7, 7 / 41), 7, 'though 41 times the rate is a little more than 7')
})

t.test('now and then a price strays, and its chance is told', async (t) => {
  const landscape = landscapeOf([1_000_000])
  const best = new FirstPrice(landscape, new SteadyPrng()).price(keyOf(landscape), 3_000_000, 0, 1)
  const firstPrice = new FirstPrice(landscape, new Prng(9))
  const draws = 20_000
  let strayed = 0
  let weighed = 0
  for (let i = 0; i < draws; i++) {
    const price = firstPrice.price(keyOf(landscape), 3_000_000, 0, 1)
    if (price !== best) strayed++
    // Each price weighed by one over its chance counts the prices there are: the best one counts once.
    if (price === best) weighed += 1 / firstPrice.propensity
  }
  t.ok(Math.abs(strayed / draws - STRAYING_SHARE) < 0.005, `${strayed} of ${draws}`)
  t.ok(Math.abs(weighed / draws - 1) < 0.005)
})
