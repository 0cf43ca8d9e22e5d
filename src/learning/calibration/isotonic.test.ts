import t from 'tap'
import { Prng } from '../../base/prng.ts'
import { drawScored } from '../../testing/scored.ts'
import { probabilityOf } from '../logit.ts'
import { type Block, fitIsotonic, poolBlocks } from './isotonic.ts'

/** Blocks at 0, 1, 2 .. in log odds, of these rates and weights. */
function blocksOf(rates: readonly number[], weights = rates.map(() => 1)): Block[] {
  return rates.map((rate, i) => ({
    weight: weights[i],
    logits: i * weights[i],
    positives: rate * weights[i],
  }))
}

/** The rate at each place that was put in. */
function ratesOf(pooled: readonly Block[], weights: readonly number[]): number[] {
  const rates: number[] = []
  for (const { weight, positives } of pooled) {
    for (let left = weight; left > 1e-9; ) {
      left -= weights[rates.length]
      rates.push(positives / weight)
    }
  }
  return rates
}

t.test('pool adjacent violators: known cases', async (t) => {
  const cases = [
    [
      [0.1, 0.2, 0.3],
      [0.1, 0.2, 0.3],
    ],
    [
      [0.3, 0.2, 0.1],
      [0.2, 0.2, 0.2],
    ],
    [
      [0.1, 0.4, 0.2, 0.5],
      [0.1, 0.3, 0.3, 0.5],
    ],
    // Pooling of the last two makes them violate what stands before them.
    [
      [0.2, 0.4, 0.5, 0],
      [0.2, 0.3, 0.3, 0.3],
    ],
    [[0.5], [0.5]],
    [[], []],
  ] as const
  for (const [rates, wanted] of cases) {
    const found = ratesOf(
      poolBlocks(blocksOf(rates)),
      rates.map(() => 1),
    )
    t.equal(found.length, wanted.length)
    for (const [i, rate] of wanted.entries()) t.ok(Math.abs(found[i] - rate) < 1e-12, `${rates} ${found}`)
  }
  t.same(poolBlocks(blocksOf([0.4, 0.1], [1, 3])), [{ weight: 4, logits: 3, positives: 0.4 + 0.1 * 3 }])
})

/** The naive twin: at each place the highest mean from the left of the lowest mean to the right. */
function naiveRates(rates: readonly number[], weights: readonly number[]): number[] {
  const mean = (first: number, last: number) => {
    let [sum, weight] = [0, 0]
    for (let i = first; i <= last; i++) {
      sum += rates[i] * weights[i]
      weight += weights[i]
    }
    return sum / weight
  }
  return rates.map((_, place) => {
    const lows = rates.slice(0, place + 1).map((_, first) => {
      return Math.min(...rates.slice(place).map((_, i) => mean(first, place + i)))
    })
    return Math.max(...lows)
  })
}

t.test('pooling is the isotonic regression of the naive twin', async (t) => {
  const prng = new Prng(11)
  for (let round = 0; round < 100; round++) {
    const rates = Array.from({ length: 1 + prng.below(15) }, () => prng.below(20) / 20)
    const weights = rates.map(() => 1 + prng.below(5))
    const found = ratesOf(poolBlocks(blocksOf(rates, weights)), weights)
    const wanted = naiveRates(rates, weights)
    t.ok(
      wanted.every((rate, i) => Math.abs(rate - found[i]) < 1e-9),
      `${rates} by ${weights}`,
    )
  }
})

t.test('the shape that labels were drawn by is found, in few rising knots', async (t) => {
  // Right up to log odds of -3, and flatter above.
  const truth = (logit: number) => (logit < -3 ? logit : -3 + 0.3 * (logit + 3))
  const scored = drawScored(200_000, truth)
  const knots = fitIsotonic(scored)
  t.ok(knots.length > 10 && knots.length <= 32, `${knots.length} knots`)
  for (const [i, { from, to }] of knots.entries()) {
    if (i > 0) t.ok(from > knots[i - 1].from && to > knots[i - 1].to)
    t.ok(Math.abs(to - truth(from)) < 0.35, `${from} is ${to}, not ${truth(from)}`)
  }
})

t.test('a block has 50 positives or more, and equal predictions are in one', async (t) => {
  const scored = drawScored(4000, (logit) => logit)
  const positives = scored.labels.reduce((sum, label) => sum + label, 0)
  t.ok(fitIsotonic(scored).length <= positives / 50)
  const one = { ...scored, predictions: new Float64Array(4000).fill(0.1) }
  const [knot, ...others] = fitIsotonic(one)
  t.same(others, [])
  t.ok(Math.abs(probabilityOf(knot.to) - positives / 4000) < 1e-12)
})

t.test('sampled negatives count for what they stand for', async (t) => {
  const scored = drawScored(100_000, (logit) => logit)
  const kept = [...scored.predictions.keys()].filter((i) => scored.labels[i] === 1 || i % 4 === 0)
  const knots = fitIsotonic({
    predictions: Float64Array.from(kept, (i) => scored.predictions[i]),
    labels: Uint8Array.from(kept, (i) => scored.labels[i]),
    weights: Float32Array.from(kept, (i) => (scored.labels[i] === 1 ? 1 : 4)),
  })
  for (const { from, to } of knots) t.ok(Math.abs(to - from) < 0.35, `${from} is ${to}`)
})
