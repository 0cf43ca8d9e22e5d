import t from 'tap'
import { Prng } from '../base/prng.ts'
import { Bias, FtrlTable, ftrlRatesOf } from './ftrl.ts'

const near = (a: number, b: number, tolerance: number) =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))

t.test('the first two steps of a weight are those of the paper', async (t) => {
  const table = new FtrlTable(4, { alpha: 0.5, beta: 1, l1: 0.25, l2: 2 })
  const ids = Int32Array.of(2)
  table.learn(ids, 0, 1, -0.75)
  // z = -0.75, n = 0.5625, its root 0.75: w = (0.75 - 0.25) / ((1 + 0.75) / 0.5 + 2) = 0.5 / 5.5.
  const first = 0.5 / 5.5
  t.ok(near(table.weights[2], first, 1e-7))
  table.learn(ids, 0, 1, 1)
  // n = 1.5625, root 1.25, sigma = (1.25 - 0.75) / 0.5 = 1: z = -0.75 + 1 - w; within l1, so zero.
  t.equal(table.weights[2], 0)
  table.learn(ids, 0, 1, 1)
  const root = Math.sqrt(2.5625)
  t.ok(near(table.weights[2], -(1.25 - first - 0.25) / ((1 + root) / 0.5 + 2), 1e-7))
  t.same([table.weights[0], table.weights[1], table.weights[3]], [0, 0, 0], 'other weights stay')
})

t.test('a weight minimises the proximal objective after any gradients', async (t) => {
  // The definition instead of the update rule: linear in the gradients, quadratic around each past weight with a
  // strength that grows with sqrt(n) / alpha, and the two pulls to zero, where beta / alpha adds to l2.
  const rates = { alpha: 0.1, beta: 0.7, l1: 0.3, l2: 0.4 }
  const prng = new Prng(11)
  const ids = Int32Array.of(0)
  for (let trial = 0; trial < 20; trial++) {
    const table = new FtrlTable(1, rates)
    const steps: { gradient: number; weight: number; strength: number }[] = []
    let n = 0
    for (let step = 0; step < 25; step++) {
      const gradient = prng.normal() + 0.5 * (trial % 3) - 0.5
      const strength = (Math.sqrt(n + gradient * gradient) - Math.sqrt(n)) / rates.alpha
      steps.push({ gradient, weight: table.weights[0], strength })
      n += gradient * gradient
      table.learn(ids, 0, 1, gradient)
    }
    const objective = (w: number) =>
      rates.l1 * Math.abs(w) +
      ((rates.l2 + rates.beta / rates.alpha) * w * w) / 2 +
      steps.reduce((sum, s) => sum + s.gradient * w + (s.strength * (w - s.weight) ** 2) / 2, 0)
    const weight = table.weights[0]
    const isMinimum = [-1e-3, 1e-3].every((shift) => objective(weight + shift) > objective(weight))
    t.ok(isMinimum, `trial ${trial}, weight ${weight}`)
  }
})

t.test('a weight leaves zero only when the evidence exceeds l1', async (t) => {
  const table = new FtrlTable(2, ftrlRatesOf({ l1: 1 }))
  table.learn(Int32Array.of(0), 0, 1, 1)
  t.equal(table.weights[0], 0, 'at it')
  table.learn(Int32Array.of(1), 0, 1, 1.001)
  t.ok(table.weights[1] < 0, 'over it, against the gradient')
})

t.test('small gradients still add up after many large ones', async (t) => {
  // A popular weight of rare clicks: 32-bit sums would lose the last million gradients, as z is above 2^13 by then.
  const rates = ftrlRatesOf({ l1: 0, l2: 0 })
  const table = new FtrlTable(1, rates)
  const ids = Int32Array.of(0)
  for (let i = 0; i < 20_000; i++) table.learn(ids, 0, 1, -1)
  const before = table.weights[0]
  for (let i = 0; i < 1_000_000; i++) table.learn(ids, 0, 1, 1e-4)
  // A hundred units of gradient at a rate that stays about alpha / (beta + sqrt(20,000)).
  const expected = (100 * rates.alpha) / (rates.beta + Math.sqrt(20_000))
  t.ok(near((before - table.weights[0]) / expected, 1, 0.02), `${before - table.weights[0]} for ${expected}`)
})

t.test('only the ids of the row are summed and learnt', async (t) => {
  const table = new FtrlTable(8, ftrlRatesOf({ l1: 0 }))
  const ids = Int32Array.of(1, 2, 3, 4)
  table.learn(ids, 1, 3, -1)
  t.same(
    [...table.weights].map((weight) => weight > 0),
    [false, false, true, true, false, false, false, false],
  )
  table.learn(ids, 0, 4, -0.5)
  const [, one, two, three, four] = table.weights
  t.ok(one > 0 && four > 0 && one < two)
  t.equal(table.sum(ids, 0, 2), one + two)
  t.equal(table.sum(ids, 1, 3), two + three)
  t.equal(table.sum(ids, 3, 4), four)
  t.equal(table.sum(ids, 2, 2), 0)
})

t.test('the bias steps against the gradient, less and less', async (t) => {
  const bias = new Bias(-3, { alpha: 0.5, beta: 1, l1: 100, l2: 100 })
  t.equal(bias.value, -3, 'it starts where told')
  bias.learn(-1)
  t.equal(bias.value, -3 + 0.5 / 2, 'alpha / (beta + 1), whatever the pulls to zero')
  bias.learn(-1)
  t.ok(near(bias.value, -3 + 0.25 + 0.5 / (1 + Math.SQRT2), 1e-15))
})

t.test('rates not told take their defaults', async (t) => {
  t.same(ftrlRatesOf({}), { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 })
  t.same(ftrlRatesOf({ alpha: undefined, l2: 0 }), { alpha: 0.1, beta: 1, l1: 0.1, l2: 0 })
})
