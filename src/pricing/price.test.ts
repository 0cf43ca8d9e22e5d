import t from 'tap'
import { Prng } from '../base/prng.ts'
import {
  type AuctionTerms,
  isFirstPrice,
  limitCpmMicros,
  NO_PRICE,
  SECOND_PRICE,
  valueCpmMicros,
} from './price.ts'

type Goal = { readonly type: 'cpm' | 'cpc'; readonly valueMicros: number; readonly ceilingCpmMicros: number }

function goalsOf(goals: readonly Goal[]) {
  return {
    isPerClick: Uint8Array.from(goals, ({ type }) => (type === 'cpc' ? 1 : 0)),
    valueMicros: Float64Array.from(goals, ({ valueMicros }) => valueMicros),
    ceilingCpmMicros: Float64Array.from(goals, ({ ceilingCpmMicros }) => ceilingCpmMicros),
  }
}

/** Each row: a goal, the probability of a click, and the value of a thousand impressions. */
const VALUES: readonly (readonly [string, Goal, number, number])[] = [
  ['a CPM goal is its own value', { type: 'cpm', valueMicros: 2e6, ceilingCpmMicros: 2e6 }, 0.9, 2e6],
  ['whatever the probability', { type: 'cpm', valueMicros: 2e6, ceilingCpmMicros: 2e6 }, 0, 2e6],
  ['a CPM goal stops at its ceiling', { type: 'cpm', valueMicros: 2e6, ceilingCpmMicros: 1e6 }, 0.9, 1e6],
  [
    'a dollar a click at one in a thousand is a CPM of a dollar',
    { type: 'cpc', valueMicros: 1e6, ceilingCpmMicros: 9e6 },
    0.001,
    1e6,
  ],
  ['half the clicks are worth half', { type: 'cpc', valueMicros: 1e6, ceilingCpmMicros: 9e6 }, 0.0005, 5e5],
  ['a CPC goal stops at its ceiling', { type: 'cpc', valueMicros: 1e6, ceilingCpmMicros: 9e6 }, 0.5, 9e6],
  ['just at the ceiling', { type: 'cpc', valueMicros: 1e6, ceilingCpmMicros: 9e6 }, 0.009, 9e6],
  ['no clicks are worth nothing', { type: 'cpc', valueMicros: 1e6, ceilingCpmMicros: 9e6 }, 0, 0],
]

t.test('the value of an impression follows from goal and probability', async (t) => {
  const goals = goalsOf(VALUES.map(([, goal]) => goal))
  for (const [ad, [about, , probability, value]] of VALUES.entries()) {
    t.ok(Math.abs(valueCpmMicros(goals, ad, probability) - value) < 1e-6, about)
  }
})

const FIRST = 1

/** Each row: value and floor, and the most that may be bid. */
const LIMITS: readonly (readonly [string, number, number, number])[] = [
  ['the value', 2_000_000, 0, 2_000_000],
  ['at the floor', 2_000_000, 2_000_000, 2_000_000],
  ['a micro below the floor', 1_999_999, 2_000_000, NO_PRICE],
  ['a part of a micro is cut off', 2_000_000.9, 0, 2_000_000],
  ['and may fall below the floor by that', 1_999_999.9, 2_000_000, NO_PRICE],
  ['the least bid is a micro', 1, 0, 1],
  ['less than a micro is nothing', 0.99, 0, NO_PRICE],
  ['nothing is not bid', 0, 0, NO_PRICE],
  ['less than nothing is not bid', -5, 0, NO_PRICE],
  ['a value that is no number is not bid', Number.NaN, 0, NO_PRICE],
  ['nor where there is a floor', Number.NaN, 1_000, NO_PRICE],
  ['a floor out of reach', 2_000_000, Number.POSITIVE_INFINITY, NO_PRICE],
]

const CEILING = 5_000_000

function termsOf(parts: Partial<AuctionTerms>): AuctionTerms {
  return { floorCpmMicros: 0, auctionType: FIRST, isPriceFixed: false, isGuaranteed: false, ...parts }
}

t.test('the most that may be bid follows from value and floor, in any auction', async (t) => {
  for (const [about, value, floorCpmMicros, limit] of LIMITS) {
    for (const auctionType of [FIRST, SECOND_PRICE, 3, 500])
      t.equal(limitCpmMicros(value, CEILING, termsOf({ floorCpmMicros, auctionType })), limit, about)
  }
})

const OWED = { isGuaranteed: true }

/** Each row: value, terms of a deal, and the most that may be bid. */
const DEAL_LIMITS: readonly (readonly [string, number, Partial<AuctionTerms>, number])[] = [
  ['a guaranteed deal is bid on above its value', 0, { ...OWED, floorCpmMicros: 2_000_000 }, 2_000_000],
  ['by a part of a micro too', 1_999_999.9, { ...OWED, floorCpmMicros: 2_000_000 }, 2_000_000],
  ['up to its value', 3_000_000, { ...OWED, floorCpmMicros: 2_000_000 }, 3_000_000],
  ['up to the ceiling', 0, { ...OWED, floorCpmMicros: CEILING }, CEILING],
  ['and not beyond', 0, { ...OWED, floorCpmMicros: CEILING + 1 }, NO_PRICE],
  ['a guaranteed deal without a floor and without a value', 0, OWED, NO_PRICE],
  ['what is no number owes nothing', Number.NaN, { ...OWED, floorCpmMicros: 2_000_000 }, NO_PRICE],
  ['a deal that is not guaranteed is as any other', 0, { floorCpmMicros: 2_000_000 }, NO_PRICE],
]

t.test('what is guaranteed is owed its floor, up to the ceiling', async (t) => {
  for (const [about, value, terms, limit] of DEAL_LIMITS) {
    t.equal(limitCpmMicros(value, CEILING, termsOf(terms)), limit, about)
  }
})

const FIXED = { auctionType: 3, isPriceFixed: true }

/** Each row: value, terms of a deal whose floor is its price, and the bid. */
const FIXED_PRICES: readonly (readonly [string, number, Partial<AuctionTerms>, number])[] = [
  ['a fixed price is bid exactly', 2_000_000, { floorCpmMicros: 1_234_567 }, 1_234_567],
  ['at the value', 2_000_000, { floorCpmMicros: 2_000_000 }, 2_000_000],
  ['not above the value', 1_999_999, { floorCpmMicros: 2_000_000 }, NO_PRICE],
  ['nothing cannot be bid', 2_000_000, {}, NO_PRICE],
  ['what is guaranteed is bid above the value', 0, { ...OWED, floorCpmMicros: 2_000_000 }, 2_000_000],
  ['not above the ceiling', CEILING, { ...OWED, floorCpmMicros: CEILING + 1 }, NO_PRICE],
  ['and nothing is not guaranteed', 2_000_000, OWED, NO_PRICE],
]

t.test('a fixed price is bid itself, where it is worth it or owed', async (t) => {
  for (const [about, value, terms, price] of FIXED_PRICES)
    t.equal(limitCpmMicros(value, CEILING, termsOf({ ...FIXED, ...terms })), price, about)
})

/** Each row: an auction, and whether the bid is what is paid. */
const AUCTIONS: readonly (readonly [string, number, boolean, boolean])[] = [
  ['first price', 1, false, true],
  ['second price', 2, false, false],
  ['a fixed price', 3, true, false],
  ['a fixed price (3) outside a deal', 3, false, true],
  ["an exchange's own auction (500)", 500, false, true],
  ['any beyond', 501, false, true],
  ['none at all', 0, false, true],
]

t.test('a bid is what is paid unless the auction is of second price, or the price is fixed', async (t) => {
  for (const [about, auctionType, isPriceFixed, isFirst] of AUCTIONS)
    t.equal(isFirstPrice({ auctionType, isPriceFixed }), isFirst, about)
})

const SEED = 5

t.test(
  'the most that may be bid is a whole number from the floor to the ceiling, and rises with the value',
  async (t) => {
    const prng = new Prng(SEED)
    const faults: string[] = []
    let bids = 0
    for (let draw = 0; draw < 20_000; draw++) {
      const ceilingCpmMicros = 1 + prng.below(20_000_000)
      const goal: Goal = {
        type: prng.pick(['cpm', 'cpc']),
        valueMicros: 1 + prng.below(20_000_000),
        ceilingCpmMicros,
      }
      const floor = prng.pick([0, 1, prng.below(20_000_000), ceilingCpmMicros])
      const isGuaranteed = prng.below(4) === 0
      const terms = termsOf({ floorCpmMicros: floor, isGuaranteed })
      // A rate of exchange leaves parts of micros in both.
      const rate = prng.pick([1, 0.01 + prng.unit() * 150])
      const ceiling = ceilingCpmMicros * rate
      const value = valueCpmMicros(goalsOf([goal]), 0, prng.unit() ** 4) * rate
      const limit = limitCpmMicros(value, ceiling, terms)
      const higher = limitCpmMicros(value + prng.below(1_000), ceiling + 1_000, terms)
      const isBid = limit !== NO_PRICE
      if (isBid) bids++
      const most = isGuaranteed ? Math.max(value, floor) : value
      const isSound =
        Number.isInteger(limit) && limit >= floor && limit > 0 && limit <= ceiling && limit <= most
      const isDue = (value >= floor + 1 || (isGuaranteed && floor <= ceiling)) && floor > 0
      if (isBid ? !isSound : isDue) faults.push(JSON.stringify({ goal, terms, rate, value, limit }))
      if (higher < limit) faults.push(JSON.stringify({ terms, rate, value, limit, higher }))
    }
    t.same(faults, [], `seed ${SEED}`)
    t.ok(bids > 2_000 && bids < 18_000, `${bids} bids: both ends are tried`)
  },
)
