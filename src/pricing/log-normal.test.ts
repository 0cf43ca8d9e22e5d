import t from 'tap'
import { Prng } from '../base/prng.ts'
import { fitCensoredLogNormal, fitLogNormal, type LogNormal, logNormalCdf, type Told } from './log-normal.ts'
import { normalCdf, normalDensity } from './normal.ts'
import { shadeEmpirical } from './shade-empirical.ts'
import { shadeLogNormal } from './shade-log-normal.ts'

const isNear = (a: number, b: number, tolerance: number) => Math.abs(a - b) <= tolerance

/** Of a table of the normal distribution. */
const CHANCES: readonly (readonly [number, number])[] = [
  [0, 0.5],
  [0.5, 0.6914624613],
  [1, 0.8413447461],
  [1.96, 0.9750021049],
  [3, 0.998650102],
  [6, 0.999999999],
  [40, 1],
]

t.test('the normal distribution is that of the tables', async (t) => {
  for (const [x, chance] of CHANCES) {
    t.ok(isNear(normalCdf(x), chance, 1e-7), `${x}`)
    t.ok(isNear(normalCdf(-x), 1 - chance, 1e-7), `-${x}`)
  }
  for (let x = -4; x < 4; x += 0.37) {
    t.ok(isNear((normalCdf(x + 1e-3) - normalCdf(x - 1e-3)) / 2e-3, normalDensity(x), 1e-5), `slope at ${x}`)
  }
})

t.test('a histogram of log-normal prices gives back what it was drawn from', async (t) => {
  const prng = new Prng(1)
  const counts = new Float64Array(2000)
  for (let i = 0; i < 100_000; i++) counts[Math.min(1999, Math.round(Math.exp(4 + 0.5 * prng.normal())))]++
  const { mu, sigma } = fitLogNormal(counts, (i) => i)
  t.ok(isNear(mu, 4, 0.01) && isNear(sigma, 0.5, 0.01), `${mu}, ${sigma}`)
  const dollars = fitLogNormal(counts, (i) => i / 1000)
  t.ok(isNear(dollars.mu, mu - Math.log(1000), 1e-9), 'in other units it is moved')
})

t.test('one price is fitted without spread, and prices of 0 are left out', async (t) => {
  const { mu, sigma } = fitLogNormal([50, 0, 0, 7], (i) => i)
  t.ok(isNear(mu, Math.log(3), 1e-12))
  t.ok(sigma > 0 && sigma < 0.01)
  t.throws(() => fitLogNormal([50, 0], (i) => i), 'nothing but 0')
  t.throws(() => fitLogNormal([], (i) => i))
})

t.test('the chance of a log-normal is that of its logarithm', async (t) => {
  const market = { mu: Math.log(80), sigma: 0.5 }
  t.ok(isNear(logNormalCdf(market, 80), 0.5, 1e-7))
  t.ok(isNear(logNormalCdf(market, 80 * Math.exp(0.5)), 0.8413447, 1e-6))
  t.equal(logNormalCdf(market, 0), 0)
  t.equal(logNormalCdf(market, -1), 0)
})

t.test('prices of which most are hidden by won and lost are fitted all the same', async (t) => {
  const prng = new Prng(2)
  const told: Told[] = []
  for (let i = 0; i < 20_000; i++) {
    const price = Math.exp(13.5 + 0.6 * prng.normal())
    const bid = Math.exp(13.2 + 0.5 * prng.normal())
    if (prng.unit() < 0.1) told.push({ kind: 'exact', price })
    else told.push({ kind: price <= bid ? 'atMost' : 'above', price: bid })
  }
  const { mu, sigma } = fitCensoredLogNormal(told, { mu: 10, sigma: 2 })
  t.ok(isNear(mu, 13.5, 0.03) && isNear(sigma, 0.6, 0.03), `${mu}, ${sigma}`)
})

t.test('the log-normal bid leaves as much as any of a fine grid', async (t) => {
  const prng = new Prng(3)
  for (let i = 0; i < 200; i++) {
    const market: LogNormal = { mu: Math.log(1 + 200 * prng.unit()), sigma: 0.05 + prng.unit() }
    const value = 1 + 400 * prng.unit()
    const floor = prng.unit() < 0.5 ? 0 : value * prng.unit()
    const surplus = (bid: number) => (value - bid) * logNormalCdf(market, bid)
    const bid = shadeLogNormal(market, value, floor)
    let most = 0
    for (let step = 0; step <= 5000; step++) {
      most = Math.max(most, surplus(floor + ((value - floor) * step) / 5000))
    }
    t.ok(bid >= floor && bid <= value && surplus(bid) >= most * 0.999 - 1e-9, `${surplus(bid)} of ${most}`)
  }
})

t.test('there is no log-normal bid for a value below the floor or for none', async (t) => {
  const market = { mu: 4, sigma: 0.5 }
  for (const [value, floor] of [
    [10, 11],
    [0, 0],
    [-1, 0],
    [Number.NaN, 0],
    [10, Number.NaN],
  ]) {
    t.equal(shadeLogNormal(market, value, floor), 0, `${value} over ${floor}`)
  }
  t.equal(shadeLogNormal(market, 11, 11), 11, 'a value at the floor')
  t.equal(shadeLogNormal(market, 2000, 1000), 1000, 'a floor above the market')
})

const HALF_BELOW_THREE = Float64Array.from([0, 0, 0.1, 0.5, 0.5, 0.5, 1])

/** Each row: value and floor, and the best of `HALF_BELOW_THREE`. */
const BESTS: readonly (readonly [string, number, number, number])[] = [
  ['the cheap half', 7, 0, 3],
  ['all of it', 20, 0, 6],
  ['the floor where nothing is won by more', 7, 4, 4],
  ['a value that is no integer', 3.5, 0, 3],
  ['a value that wins nothing', 1.5, 0, 0],
  ['a value below the floor', 3, 4, 0],
  ['a floor above the table', 20, 10.5, 11],
  ['a value at the floor leaves nothing', 4, 4, 0],
  ['no value', 0, 0, 0],
  ['a value that is no number', Number.NaN, 0, 0],
]

t.test('the empirical bid is the first of the best integers', async (t) => {
  for (const [about, value, floor, wanted] of BESTS) {
    t.equal(shadeEmpirical(HALF_BELOW_THREE, value, floor), wanted, about)
  }
})
