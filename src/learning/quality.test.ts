import t from 'tap'
import { Prng } from '../base/prng.ts'
import { auc, calibrationRatio, expectedCalibrationError, logLoss, normalisedEntropy } from './quality.ts'

const predictions = (...values: number[]) => Float64Array.from(values)
const labels = (...values: number[]) => Uint8Array.from(values)

t.test('AUC is the share of pairs in the right order', async (t) => {
  t.equal(auc(predictions(0.1, 0.2, 0.8, 0.9), labels(0, 0, 1, 1)), 1, 'all in order')
  t.equal(auc(predictions(0.9, 0.8, 0.2, 0.1), labels(0, 0, 1, 1)), 0, 'all in reverse')
  t.equal(auc(predictions(0.1, 0.4, 0.35, 0.8), labels(0, 0, 1, 1)), 0.75, 'three of four pairs')
})

t.test('a tie counts one half', async (t) => {
  t.equal(auc(predictions(0.5, 0.5, 0.5), labels(0, 1, 1)), 0.5, 'nothing but ties')
  t.equal(auc(predictions(0.3, 0.5, 0.5, 0.7), labels(0, 0, 1, 1)), 3.5 / 4, 'one tie, three in order')
  t.equal(
    auc(predictions(0.5, 0.5, 0.5, 0.2), labels(1, 0, 0, 1)),
    1 / 4,
    'one positive tied twice, one below both',
  )
})

t.test('AUC agrees with counting every pair', async (t) => {
  const prng = new Prng(5)
  const p = Float32Array.from({ length: 300 }, () => prng.below(40) / 40)
  const y = Uint8Array.from(p, (value) => (prng.unit() < value ? 1 : 0))
  let ordered = 0
  let pairs = 0
  for (let i = 0; i < p.length; i++) {
    for (let j = 0; j < p.length; j++) {
      if (y[i] !== 1 || y[j] !== 0) continue
      pairs++
      ordered += p[i] > p[j] ? 1 : p[i] === p[j] ? 0.5 : 0
    }
  }
  t.equal(auc(p, y), ordered / pairs)
})

t.test('measuring leaves the arrays as they were', async (t) => {
  const p = predictions(0.9, 0.1, 0.5)
  const y = labels(0, 1, 1)
  auc(p, y)
  t.same([...p], [0.9, 0.1, 0.5])
  t.same([...y], [0, 1, 1])
})

t.test('log loss is the mean negative log likelihood in nats', async (t) => {
  t.equal(logLoss(predictions(0.5, 0.5), labels(0, 1)), Math.log(2))
  t.ok(
    Math.abs(logLoss(predictions(0.8, 0.25), labels(1, 0)) - (Math.log(1 / 0.8) + Math.log(1 / 0.75)) / 2) <
      1e-15,
  )
})

t.test('log loss of a certain mistake is large and finite', async (t) => {
  const loss = Math.log(1e12)
  t.ok(Math.abs(logLoss(predictions(0), labels(1)) - loss) < 1e-9)
  t.ok(Math.abs(logLoss(predictions(1), labels(0)) - loss) < 1e-9)
})

t.test('normalised entropy is 1 for the base rate and below 1 for better', async (t) => {
  t.ok(Math.abs(normalisedEntropy(predictions(0.25, 0.25, 0.25, 0.25), labels(0, 1, 0, 0)) - 1) < 1e-15)
  // Every row likely by 0.8, over the entropy of one half.
  const better = normalisedEntropy(predictions(0.2, 0.8), labels(0, 1))
  t.ok(Math.abs(better - Math.log(0.8) / Math.log(0.5)) < 1e-15)
})

t.test('calibration is expected over observed positives', async (t) => {
  t.equal(calibrationRatio(predictions(0.5, 0.5, 0.5, 0), labels(1, 0, 0, 0)), 1.5)
  t.equal(calibrationRatio(predictions(0.25, 0.25, 0.25, 0.25), labels(1, 0, 1, 0)), 0.5)
})

t.test('a measure the labels cannot give is NaN', async (t) => {
  t.ok(Number.isNaN(auc(predictions(0.1, 0.2), labels(1, 1))), 'no negative to rank')
  t.ok(Number.isNaN(auc(predictions(0.1, 0.2), labels(0, 0))), 'no positive to rank')
  t.ok(Number.isNaN(normalisedEntropy(predictions(0.1, 0.2), labels(0, 0))), 'no entropy')
  t.ok(Number.isNaN(normalisedEntropy(predictions(0.1, 0.2), labels(1, 1))), 'no entropy')
  t.ok(Number.isNaN(calibrationRatio(predictions(0.1, 0.2), labels(0, 0))), 'no positive')
})

t.test('predictions and labels of different number are refused', async (t) => {
  for (const measure of [auc, logLoss, normalisedEntropy, calibrationRatio]) {
    t.throws(() => measure(predictions(0.1, 0.2, 0.3), labels(0, 1)), /has a label/, measure.name)
  }
})

t.test('a row of weight n counts as n rows', async (t) => {
  const prng = new Prng(7)
  const p = Float64Array.from({ length: 120 }, () => prng.below(30) / 30)
  const y = Uint8Array.from(p, (value) => (prng.unit() < value ? 1 : 0))
  const weights = Float32Array.from(p, () => 1 + prng.below(4))
  const repeat = <T>(values: Iterable<T>) =>
    [...values].flatMap((value, i) => Array.from({ length: weights[i] }, () => value))
  const [allP, allY] = [Float64Array.from(repeat(p)), Uint8Array.from(repeat(y))]
  for (const measure of [auc, logLoss, normalisedEntropy, calibrationRatio])
    t.ok(Math.abs(measure(p, y, weights) - measure(allP, allY)) < 1e-12, measure.name)
})

t.test('the calibration error is the mean gap of bins of as many rows each', async (t) => {
  // Two bins: 0.1 and 0.3 against one of two, 0.5 and 0.9 against two of two.
  const [p, y] = [predictions(0.9, 0.1, 0.5, 0.3), labels(1, 0, 1, 1)]
  t.ok(Math.abs(expectedCalibrationError(p, y, undefined, 2) - (0.6 + 0.6) / 4) < 1e-15)
  // A row of weight 3 fills the first of two bins alone.
  const weights = Float32Array.of(1, 3, 1, 1)
  t.ok(
    Math.abs(expectedCalibrationError(p, y, weights, 2) - (Math.abs(0.3 - 0) + Math.abs(1.7 - 3)) / 6) <
      1e-15,
  )
  const drawn = new Prng(9)
  const many = Float64Array.from({ length: 20_000 }, () => drawn.unit())
  const truths = Uint8Array.from(many, (value) => (drawn.unit() < value ? 1 : 0))
  t.ok(expectedCalibrationError(many, truths) < 0.02, 'true probabilities have nearly none')
  t.ok(
    expectedCalibrationError(
      many.map((value) => value / 2),
      truths,
    ) > 0.2,
    'halved ones have a quarter',
  )
})
