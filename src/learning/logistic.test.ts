import t from 'tap'
import { Prng } from '../base/prng.ts'
import { LogisticRegression, type LogisticRegressionOptions } from './logistic.ts'
import { logitOf, probabilityOf } from './logit.ts'
import { calibrationRatio, normalisedEntropy } from './quality.ts'

const fieldCount = 3
const bucketsPerField = 16

/** Rows of three fields whose log odds are a sum of one effect per bucket. */
function draw(seed: number, rowCount: number, baseLogit: number, effectScale: number) {
  const prng = new Prng(seed)
  const effects = Float64Array.from(
    { length: fieldCount * bucketsPerField },
    () => effectScale * prng.normal(),
  )
  const ids = new Int32Array(rowCount * fieldCount)
  const labels = new Uint8Array(rowCount)
  const truth = new Float64Array(rowCount)
  for (let row = 0; row < rowCount; row++) {
    let logit = baseLogit
    for (let field = 0; field < fieldCount; field++) {
      const id = field * bucketsPerField + prng.below(bucketsPerField)
      ids[row * fieldCount + field] = id
      logit += effects[id]
    }
    truth[row] = probabilityOf(logit)
    labels[row] = prng.unit() < truth[row] ? 1 : 0
  }
  return { ids, labels, truth }
}

function trained(
  drawn: ReturnType<typeof draw>,
  rowCount: number,
  options?: Partial<LogisticRegressionOptions>,
) {
  const model = new LogisticRegression({ tableRows: 64, fieldCount, baseRate: 0.1, ...options })
  const progressive = new Float64Array(rowCount)
  for (let row = 0; row < rowCount; row++) progressive[row] = model.learn(drawn.ids, row, drawn.labels[row])
  return { model, progressive }
}

t.test('an untaught model predicts the base rate', async (t) => {
  const model = new LogisticRegression({ tableRows: 64, fieldCount, baseRate: 0.02 })
  t.ok(Math.abs(model.predict(Int32Array.of(1, 2, 3), 0) - 0.02) < 1e-15)
})

t.test('learn returns what predict said before it', async (t) => {
  const drawn = draw(1, 200, -1, 1)
  const { model } = trained(drawn, 100)
  for (let row = 100; row < 200; row++) {
    const before = model.predict(drawn.ids, row)
    t.equal(model.learn(drawn.ids, row, drawn.labels[row]), before)
    t.not(model.predict(drawn.ids, row), before)
  }
})

t.test('learning a sum of effects comes close to the truth on rows not seen', async (t) => {
  const drawn = draw(2, 60_000, -1, 0.8)
  const { model, progressive } = trained(drawn, 50_000)
  const labels = drawn.labels.subarray(50_000)
  const predictions = Float64Array.from(labels, (_, row) => model.predict(drawn.ids, 50_000 + row))
  const best = normalisedEntropy(drawn.truth.subarray(50_000), labels)
  t.ok(best < 0.85, 'there is something to learn')
  t.ok(normalisedEntropy(predictions, labels) < best + 0.005)
  t.ok(normalisedEntropy(progressive, drawn.labels.subarray(0, 50_000)) < best + 0.03, 'progressively too')
})

t.test('rare positives without any pattern are neither over- nor under-predicted', async (t) => {
  const drawn = draw(3, 40_000, logitOf(0.004), 0)
  const { progressive } = trained(drawn, 40_000, { baseRate: 0.004 })
  const ratio = calibrationRatio(progressive, drawn.labels)
  t.ok(ratio > 0.9 && ratio < 1.1, `${ratio}`)
})

t.test('a base rate told wrong is unlearnt by the bias', async (t) => {
  const drawn = draw(4, 40_000, logitOf(0.2), 0)
  const { model } = trained(drawn, 40_000, { baseRate: 0.01, l1: 10_000 })
  t.ok(Math.abs(probabilityOf(model.weights().bias) - 0.2) < 0.02, 'though no weight may leave zero')
  t.ok(model.weights().table.every((weight) => weight === 0))
})

t.test('the weights give the same prediction to whoever adds them up', async (t) => {
  const drawn = draw(5, 5_000, -1, 1)
  const { model } = trained(drawn, 5_000)
  const { bias, table } = model.weights()
  t.equal(table.length, 64)
  for (let row = 0; row < 100; row++) {
    const [a, b, c] = drawn.ids.subarray(row * fieldCount, (row + 1) * fieldCount)
    t.equal(model.predict(drawn.ids, row), probabilityOf(bias + (table[a] + table[b] + table[c])))
  }
})

t.test('weights handed out do not change with later learning', async (t) => {
  const drawn = draw(6, 2_000, -1, 1)
  const { model } = trained(drawn, 1_000)
  const weights = model.weights()
  const before = weights.table.slice()
  for (let row = 1_000; row < 2_000; row++) model.learn(drawn.ids, row, drawn.labels[row])
  t.same(weights.table, before)
  t.notSame(model.weights().table, before)
})

t.test('a table that is not a power of two, and a base rate of nothing or all, are refused', async (t) => {
  const build = (options: Partial<LogisticRegressionOptions>) => () =>
    new LogisticRegression({ tableRows: 64, fieldCount, baseRate: 0.1, ...options })
  t.doesNotThrow(build({}))
  t.throws(build({ tableRows: 63 }), /power of two/)
  t.throws(build({ tableRows: 0 }), /power of two/)
  t.throws(build({ baseRate: 0 }), /base rate/)
  t.throws(build({ baseRate: 1 }), /base rate/)
})
