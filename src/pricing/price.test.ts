import t from 'tap'
import { Prng } from '../base/prng.ts'
import {
  type AuctionTerms,
  BLIND_SHADE,
  type Goals,
  NO_PRICE,
  priceCpmMicros,
  valueCpmMicros,
} from './price.ts'

type Goal = { readonly type: 'cpm' | 'cpc'; readonly valueMicros: number; readonly ceilingCpmMicros: number }

function goalsOf(goals: readonly Goal[]): Goals {
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
const SECOND = 2

/** Each row: value, floor and auction type, and the bid. */
const PRICES: readonly (readonly [string, number, number, number, number])[] = [
  ['second price: the value', 2_000_000, 0, SECOND, 2_000_000],
  ['second price: at the floor', 2_000_000, 2_000_000, SECOND, 2_000_000],
  ['second price: a micro below the floor', 1_999_999, 2_000_000, SECOND, NO_PRICE],
  ['second price: a part of a micro is cut off', 2_000_000.9, 0, SECOND, 2_000_000],
  ['second price: and may fall below the floor by that', 1_999_999.9, 2_000_000, SECOND, NO_PRICE],
  ['first price: shaded', 2_000_000, 0, FIRST, 1_300_000],
  ['first price: a part of a micro is cut off', 1_001, 0, FIRST, 650],
  ['first price: shaded to the floor exactly', 2_000_000, 1_300_000, FIRST, 1_300_000],
  ['first price: never shaded below the floor', 2_000_000, 1_300_001, FIRST, 1_300_001],
  ['first price: at the floor', 2_000_000, 2_000_000, FIRST, 2_000_000],
  ['first price: a micro below the floor', 1_999_999, 2_000_000, FIRST, NO_PRICE],
  ['first price: the least bid is a micro', 1, 0, FIRST, 1],
  ['less than a micro is nothing', 0.99, 0, FIRST, NO_PRICE],
  ['nothing is not bid', 0, 0, SECOND, NO_PRICE],
  ['less than nothing is not bid', -5, 0, SECOND, NO_PRICE],
  ['a value that is no number is not bid', Number.NaN, 0, SECOND, NO_PRICE],
  ['nor at first price', Number.NaN, 1_000, FIRST, NO_PRICE],
  ['a fixed price (3) outside a deal is shaded as a first price', 2_000_000, 0, 3, 1_300_000],
  ["an exchange's own auction (500) is shaded as a first price", 2_000_000, 0, 500, 1_300_000],
  ['as is any beyond', 2_000_000, 0, 501, 1_300_000],
  ['and none at all', 2_000_000, 0, 0, 1_300_000],
]

const CEILING = 5_000_000

function termsOf(parts: Partial<AuctionTerms>): AuctionTerms {
  return { floorCpmMicros: 0, auctionType: FIRST, isPriceFixed: false, isGuaranteed: false, ...parts }
}

t.test('the price follows from value, floor and auction', async (t) => {
  for (const [about, value, floorCpmMicros, auctionType, price] of PRICES) {
    t.equal(priceCpmMicros(value, CEILING, termsOf({ floorCpmMicros, auctionType })), price, about)
  }
})

const FIXED = { auctionType: 3, isPriceFixed: true }
const OWED = { isGuaranteed: true }

/** Each row: value, terms of a deal, and the bid. */
const DEAL_PRICES: readonly (readonly [string, number, Partial<AuctionTerms>, number])[] = [
  ['a fixed price is bid exactly', 2_000_000, { ...FIXED, floorCpmMicros: 1_234_567 }, 1_234_567],
  ['a fixed price at the value', 2_000_000, { ...FIXED, floorCpmMicros: 2_000_000 }, 2_000_000],
  ['a fixed price above the value', 1_999_999, { ...FIXED, floorCpmMicros: 2_000_000 }, NO_PRICE],
  ['a fixed price of nothing cannot be bid', 2_000_000, FIXED, NO_PRICE],
  ['a fixed price is not raised to the value of a second price', 3e6, { ...FIXED, floorCpmMicros: 1 }, 1],
  ['a guaranteed deal is bid on above its value', 0, { ...OWED, floorCpmMicros: 2_000_000 }, 2_000_000],
  ['at second price too', 10, { ...OWED, auctionType: SECOND, floorCpmMicros: 2_000_000 }, 2_000_000],
  ['at a fixed price too', 0, { ...OWED, ...FIXED, floorCpmMicros: 2_000_000 }, 2_000_000],
  ['up to the ceiling', 0, { ...OWED, floorCpmMicros: CEILING }, CEILING],
  ['and not beyond', 0, { ...OWED, floorCpmMicros: CEILING + 1 }, NO_PRICE],
  [
    'not at a fixed price beyond either',
    CEILING,
    { ...OWED, ...FIXED, floorCpmMicros: CEILING + 1 },
    NO_PRICE,
  ],
  [
    'a value above a guaranteed floor is shaded as any',
    4e6,
    { ...OWED, floorCpmMicros: 1_000_000 },
    2_600_000,
  ],
  ['a guaranteed deal without a floor and without a value', 0, OWED, NO_PRICE],
]

t.test('a deal may fix its price, or be owed a bid', async (t) => {
  for (const [about, value, terms, price] of DEAL_PRICES) {
    t.equal(priceCpmMicros(value, CEILING, termsOf(terms)), price, about)
  }
})

t.test('no price is what no bid could be', async (t) => {
  t.equal(NO_PRICE, 0)
})

const SEED = 5

t.test('a bid is a whole number from the floor to the ceiling, and rises with the value', async (t) => {
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
    const auctionType = prng.pick([1, 2, 3, 500])
    const isPriceFixed = auctionType === 3 && prng.below(2) === 0
    const isGuaranteed = prng.below(4) === 0
    const terms = { floorCpmMicros: floor, auctionType, isPriceFixed, isGuaranteed }
    // A rate of exchange leaves parts of micros in both.
    const rate = prng.pick([1, 0.01 + prng.unit() * 150])
    const ceiling = ceilingCpmMicros * rate
    const value = valueCpmMicros(goalsOf([goal]), 0, prng.unit() ** 4) * rate
    const price = priceCpmMicros(value, ceiling, terms)
    const higher = priceCpmMicros(value + prng.below(1_000), ceiling + 1_000, terms)
    const isBid = price !== NO_PRICE
    if (isBid) bids++
    const most = isGuaranteed ? Math.max(value, floor) : value
    const isSound =
      Number.isInteger(price) && price >= floor && price > 0 && price <= ceiling && price <= most
    const isDue = (value >= floor + 1 || (isGuaranteed && floor <= ceiling)) && floor > 0
    if (isBid ? !isSound || (isPriceFixed && price !== floor) : isDue)
      faults.push(JSON.stringify({ goal, terms, rate, value, price }))
    if (higher < price) faults.push(JSON.stringify({ terms, rate, value, price, higher }))
  }
  t.same(faults, [], `seed ${SEED}`)
  t.ok(bids > 2_000 && bids < 18_000, `${bids} bids: both ends are tried`)
  t.ok(BLIND_SHADE >= 0.3 && BLIND_SHADE <= 1)
})
