import t from 'tap'
import { Prng } from '../base/prng.ts'
import { exploredPrice, type PriceRange, priceChance, STRAYING_SHARE } from './shade-explore.ts'

const WIDE: PriceRange = { floorCpmMicros: 1, valueCpmMicros: 100_000_000 }

/** Each row: the best price and the range that it is in; small, so that every price can be gone through. */
const RANGES: readonly (readonly [string, number, PriceRange])[] = [
  ['in the middle', 1000, { floorCpmMicros: 1, valueCpmMicros: 5000 }],
  ['at the floor', 1000, { floorCpmMicros: 1000, valueCpmMicros: 5000 }],
  ['at the value', 1000, { floorCpmMicros: 1, valueCpmMicros: 1000 }],
  ['near both', 1000, { floorCpmMicros: 950, valueCpmMicros: 1100 }],
  ['with nowhere to go', 1000, { floorCpmMicros: 1000, valueCpmMicros: 1000 }],
  ['at a micro', 1, { floorCpmMicros: 1, valueCpmMicros: 2 }],
]

t.test('the chances of all prices sum to one, wherever the best price lies', async (t) => {
  for (const [about, best, range] of RANGES) {
    let sum = 0
    for (let price = 0; price <= range.valueCpmMicros + 1; price++) sum += priceChance(price, best, range)
    t.ok(Math.abs(sum - 1) < 1e-6, `${about}: ${sum}`)
  }
})

t.test('a price has the chance that it is drawn with', async (t) => {
  const draws = 400_000
  const prng = new Prng(1)
  const best = 20
  const range = { floorCpmMicros: 17, valueCpmMicros: 25 }
  const counts = new Map<number, number>()
  for (let i = 0; i < draws; i++) {
    const price = exploredPrice(best, range, prng)
    counts.set(price, (counts.get(price) ?? 0) + 1)
  }
  for (let price = 17; price <= 25; price++) {
    const chance = priceChance(price, best, range)
    const sigma = Math.sqrt((chance * (1 - chance)) / draws)
    t.ok(Math.abs((counts.get(price) ?? 0) / draws - chance) < 5 * sigma, `${price}: ${chance}`)
  }
  t.equal(
    [...counts.values()].reduce((sum, count) => sum + count, 0),
    draws,
  )
  t.ok([...counts.keys()].every((price) => price >= 17 && price <= 25))
})

t.test('the best price is bid but for the share that strays', async (t) => {
  const prng = new Prng(2)
  const prices = Array.from({ length: 100_000 }, () => exploredPrice(1_000_000, WIDE, prng))
  const strays = prices.filter((price) => price !== 1_000_000)
  t.ok(Math.abs(strays.length / prices.length - STRAYING_SHARE) < 0.002)
  const logs = strays.map((price) => Math.log(price / 1_000_000))
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length)
  t.ok(Math.abs(deviation - 0.15) < 0.01, `${deviation}`)
})

t.test('times the price, the chance of a price that strays is the density of its logarithm', async (t) => {
  const price = 1_200_000
  const x = Math.log(1.2) / 0.15
  const density = (STRAYING_SHARE * Math.exp(-0.5 * x * x)) / (0.15 * Math.sqrt(2 * Math.PI))
  t.ok(Math.abs((priceChance(price, 1_000_000, WIDE) * price) / density - 1) < 1e-3)
})

t.test('a price outside the range has no chance', async (t) => {
  const range = { floorCpmMicros: 900, valueCpmMicros: 1100 }
  for (const price of [0, 899, 1101, Number.NaN]) t.equal(priceChance(price, 1000, range), 0, `${price}`)
})
