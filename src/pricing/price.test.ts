import t from 'tap'
import { Prng } from '../base/prng.ts'
import { BLIND_SHADE, type Goals, NO_PRICE, priceCpmMicros, valueCpmMicros } from './price.ts'

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
  ['a fixed price (3) is shaded as a first price', 2_000_000, 0, 3, 1_300_000],
  ["an exchange's own auction (500) is shaded as a first price", 2_000_000, 0, 500, 1_300_000],
  ['as is any beyond', 2_000_000, 0, 501, 1_300_000],
  ['and none at all', 2_000_000, 0, 0, 1_300_000],
]

t.test('the price follows from value, floor and auction', async (t) => {
  for (const [about, value, floor, auction, price] of PRICES) {
    t.equal(priceCpmMicros(value, floor, auction), price, about)
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
    const auction = prng.pick([1, 2, 3, 500])
    const value = valueCpmMicros(goalsOf([goal]), 0, prng.unit() ** 4)
    const price = priceCpmMicros(value, floor, auction)
    const higher = priceCpmMicros(value + prng.below(1_000), floor, auction)
    const isBid = price !== NO_PRICE
    if (isBid) bids++
    const isSound =
      Number.isInteger(price) && price >= floor && price > 0 && price <= ceilingCpmMicros && price <= value
    if (isBid ? !isSound : value >= floor + 1)
      faults.push(JSON.stringify({ goal, floor, auction, value, price }))
    if (higher < price) faults.push(JSON.stringify({ floor, auction, value, price, higher }))
  }
  t.same(faults, [], `seed ${SEED}`)
  t.ok(bids > 2_000 && bids < 18_000, `${bids} bids: both ends are tried`)
  t.ok(BLIND_SHADE >= 0.3 && BLIND_SHADE <= 1)
})
