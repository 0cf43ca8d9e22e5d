import * as ort from 'onnxruntime-node'
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { FactorisationMachine, type FactorisationMachineOptions, fmToOnnx } from './fm.ts'
import { probabilityOf } from './logit.ts'
import { calibrationRatio, normalisedEntropy } from './quality.ts'

const fieldCount = 4
const bucketsPerField = 12
const tableRows = fieldCount * bucketsPerField

/** Rows of four fields whose log odds are made of pairs alone: no bucket means anything by itself. */
function draw(seed: number, rowCount: number) {
  const prng = new Prng(seed)
  const pairs = Float64Array.from({ length: tableRows * tableRows }, () => 0)
  const hidden = Array.from({ length: tableRows }, () => [prng.normal(), prng.normal()])
  for (let a = 0; a < tableRows; a++) {
    for (let b = 0; b < tableRows; b++) {
      pairs[a * tableRows + b] = 0.6 * (hidden[a][0] * hidden[b][0] + hidden[a][1] * hidden[b][1])
    }
  }
  const ids = new Int32Array(rowCount * fieldCount)
  const labels = new Uint8Array(rowCount)
  for (let row = 0; row < rowCount; row++) {
    const own = ids.subarray(row * fieldCount, (row + 1) * fieldCount)
    let logit = -1
    for (let field = 0; field < fieldCount; field++) {
      own[field] = field * bucketsPerField + prng.below(bucketsPerField)
      for (let other = 0; other < field; other++) logit += pairs[own[field] * tableRows + own[other]]
    }
    labels[row] = prng.unit() < probabilityOf(logit) ? 1 : 0
  }
  return { ids, labels }
}

function build(options?: Partial<FactorisationMachineOptions>) {
  return new FactorisationMachine({
    tableRows,
    fieldCount,
    factorCount: 4,
    seed: 1,
    baseRate: 0.3,
    ...options,
  })
}

function teach(machine: FactorisationMachine, { ids, labels }: ReturnType<typeof draw>, rowCount: number) {
  for (let row = 0; row < rowCount; row++) machine.learn(ids, row, labels[row])
  return machine
}

type Weights = ReturnType<FactorisationMachine['weights']>

/** The naive twin: the definition, an inner product for every pair of fields. */
function naiveLogit({ bias, table, vectors }: Weights, row: Int32Array): number {
  const factorCount = vectors.length / table.length
  let logit = bias
  for (let i = 0; i < row.length; i++) {
    logit += table[row[i]]
    for (let j = 0; j < i; j++) {
      for (let d = 0; d < factorCount; d++)
        logit += vectors[row[i] * factorCount + d] * vectors[row[j] * factorCount + d]
    }
  }
  return logit
}

t.test('predict is the sum over all pairs of fields', async (t) => {
  const drawn = draw(1, 3_000)
  for (const factorCount of [0, 1, 4]) {
    const machine = teach(build({ factorCount }), drawn, 2_000)
    const weights = machine.weights()
    let worst = 0
    for (let row = 0; row < 3_000; row++) {
      const expected = probabilityOf(
        naiveLogit(weights, drawn.ids.subarray(row * fieldCount, (row + 1) * fieldCount)),
      )
      worst = Math.max(worst, Math.abs(machine.predict(drawn.ids, row) - expected))
    }
    t.ok(worst < 1e-12, `${factorCount} factors, off by ${worst}`)
  }
})

t.test('a bucket that stands in two fields pairs with itself', async (t) => {
  const machine = build({ factorScale: 1 })
  const row = Int32Array.of(5, 7, 5, 9)
  t.ok(Math.abs(machine.predict(row, 0) - probabilityOf(naiveLogit(machine.weights(), row))) < 1e-12)
})

t.test('an untaught machine predicts about the base rate', async (t) => {
  t.ok(Math.abs(build({ baseRate: 0.02 }).predict(Int32Array.of(1, 13, 25, 37), 0) / 0.02 - 1) < 0.02)
  t.ok(
    Math.abs(build({ baseRate: 0.02, factorCount: 0 }).predict(Int32Array.of(1, 13, 25, 37), 0) - 0.02) <
      1e-15,
  )
})

t.test('learn returns what predict said before it', async (t) => {
  const drawn = draw(2, 200)
  const machine = teach(build(), drawn, 100)
  for (let row = 100; row < 200; row++) {
    const before = machine.predict(drawn.ids, row)
    t.equal(machine.learn(drawn.ids, row, drawn.labels[row]), before)
    t.not(machine.predict(drawn.ids, row), before)
  }
})

t.test('the first step follows the gradient of the log loss', async (t) => {
  // The gradient is measured on the naive twin by nudging one number at a time, and the step it should give worked out
  // from the step rules at n = 0. Without l1, l2 and the vectors' pull, nothing but the gradient moves a number.
  const alpha = 0.3
  const factorAlpha = 0.2
  for (const label of [0, 1]) {
    const machine = build({ alpha, beta: 1, l1: 0, l2: 0, factorAlpha, factorL2: 0, factorScale: 0.5 })
    const ids = Int32Array.of(0, 0, 0, 0, 3, 14, 30, 47)
    const row = ids.subarray(fieldCount)
    const before = machine.weights()
    const loss = (weights: Weights) => {
      const p = probabilityOf(naiveLogit(weights, row))
      return -Math.log(label === 1 ? p : 1 - p)
    }
    const slopeAt = (nudge: (weights: Weights, by: number) => void) => {
      const nudged = (by: number) => {
        // Doubles, so that the nudge is not rounded away.
        const { bias, table, vectors } = before
        const weights = { bias, table: Float64Array.from(table), vectors: Float64Array.from(vectors) }
        nudge(weights as unknown as Weights, by)
        return loss(weights as unknown as Weights)
      }
      return (nudged(1e-5) - nudged(-1e-5)) / 2e-5
    }
    machine.learn(ids, 1, label)
    const after = machine.weights()

    const biasSlope = slopeAt((weights, by) => {
      weights.bias += by
    })
    t.ok(Math.abs(after.bias - before.bias + (alpha * biasSlope) / (1 + Math.abs(biasSlope))) < 1e-9, 'bias')
    for (let id = 0; id < tableRows; id++) {
      const slope = slopeAt((weights, by) => {
        weights.table[id] += by
      })
      t.equal(Math.abs(slope) > 1e-3, row.includes(id), 'only the buckets of the row matter')
      const step = (-alpha * slope) / (1 + Math.abs(slope))
      t.ok(Math.abs(after.table[id] - before.table[id] - step) < 1e-7, `weight ${id}`)
    }
    for (let i = 0; i < before.vectors.length; i++) {
      const slope = slopeAt((weights, by) => {
        weights.vectors[i] += by
      })
      const step = (-factorAlpha * slope) / (1 + Math.abs(slope))
      t.ok(Math.abs(after.vectors[i] - before.vectors[i] - step) < 1e-7, `element ${i}`)
    }
  }
})

t.test('the steps of an element grow smaller with the slopes behind it', async (t) => {
  // Two buckets of one element each, so that the slope is known: gradient times the other's element.
  const machine = build({ fieldCount: 2, factorCount: 1, factorAlpha: 0.1, factorL2: 0, factorScale: 1 })
  const ids = Int32Array.of(0, 1)
  let squares = 0
  for (let step = 0; step < 50; step++) {
    const before = machine.weights().vectors
    const label = step % 2
    const slope = (machine.learn(ids, 0, label) - label) * before[1]
    squares += slope * slope
    const expected = before[0] - (0.1 * slope) / (1 + Math.sqrt(squares))
    t.ok(Math.abs(machine.weights().vectors[0] - expected) < 1e-6, `step ${step}`)
  }
})

t.test('the pull shortens a vector that nothing else moves', async (t) => {
  // Alone in its row, a bucket has no pair, so that only the pull gives its vector a slope.
  const alone = { fieldCount: 1, factorScale: 1 }
  const pulled = build({ ...alone, factorL2: 0.1 })
  const free = build({ ...alone, factorL2: 0 })
  const start = build(alone).weights().vectors
  for (let step = 0; step < 100; step++) {
    pulled.learn(Int32Array.of(0), 0, step % 2)
    free.learn(Int32Array.of(0), 0, step % 2)
  }
  t.same(free.weights().vectors, start)
  for (let d = 0; d < 4; d++) {
    const ratio = pulled.weights().vectors[d] / start[d]
    t.ok(ratio > 0 && ratio < 0.9, `element ${d} at ${ratio}`)
  }
})

t.test('pairs that mean something are found, where a linear model sees nothing', async (t) => {
  const trainCount = 60_000
  const drawn = draw(3, trainCount + 10_000)
  const labels = drawn.labels.subarray(trainCount)
  const measure = (factorCount: number) => {
    const machine = teach(build({ factorCount }), drawn, trainCount)
    return Float64Array.from(labels, (_, row) => machine.predict(drawn.ids, trainCount + row))
  }
  const withPairs = measure(4)
  const linear = measure(0)
  const gain = normalisedEntropy(linear, labels) - normalisedEntropy(withPairs, labels)
  t.ok(gain > 0.1, `normalised entropy better by ${gain}`)
  const ratio = calibrationRatio(withPairs, labels)
  t.ok(ratio > 0.95 && ratio < 1.05, `calibration ${ratio}`)
})

t.test('the same seed and rows give the same machine, another seed another', async (t) => {
  const drawn = draw(4, 2_000)
  const weights = (seed: number) => teach(build({ seed }), drawn, 2_000).weights()
  t.same(weights(1), weights(1))
  t.notSame(weights(1).vectors, weights(2).vectors)
})

t.test('weights handed out do not change with later learning', async (t) => {
  const drawn = draw(5, 100)
  const machine = build()
  const { table, vectors } = machine.weights()
  const vectorsBefore = vectors.slice()
  teach(machine, drawn, 100)
  t.ok(table.every((weight) => weight === 0))
  t.same(vectors, vectorsBefore)
})

t.test('a base rate of nothing or all is refused', async (t) => {
  t.throws(() => build({ baseRate: 0 }), /base rate/)
  t.throws(() => build({ baseRate: 1 }), /base rate/)
})

t.test('ONNX Runtime gives what predict gives', async (t) => {
  const rowCount = 2_000
  const drawn = draw(6, rowCount)
  for (const factorCount of [0, 1, 4, 8]) {
    const machine = teach(build({ factorCount }), drawn, rowCount)
    const session = await ort.InferenceSession.create(fmToOnnx(machine), { intraOpNumThreads: 1 })
    // Any rows at all, a bucket in two fields included.
    const prng = new Prng(7)
    const ids = Int32Array.from({ length: rowCount * fieldCount }, () => prng.below(tableRows))
    const { p } = await session.run({ ids: new ort.Tensor('int32', ids, [rowCount, fieldCount]) })
    t.same([...p.dims], [rowCount, 1])
    let worst = 0
    for (let row = 0; row < rowCount; row++) {
      worst = Math.max(worst, Math.abs((p.data as Float32Array)[row] - machine.predict(ids, row)))
    }
    t.ok(worst < 1e-6, `${factorCount} factors, off by ${worst}`)
    await session.release()
  }
})

t.test('the ONNX model declares rows of ids in and one probability a row out', async (t) => {
  const session = await ort.InferenceSession.create(fmToOnnx(build()), { intraOpNumThreads: 1 })
  t.teardown(() => session.release())
  t.match(session.inputMetadata, [{ name: 'ids', isTensor: true, type: 'int32', shape: ['N', fieldCount] }])
  t.match(session.outputMetadata, [{ name: 'p', isTensor: true, type: 'float32', shape: ['N', 1] }])
})

t.test('the ONNX model scores a batch of one', async (t) => {
  const machine = teach(build(), draw(8, 500), 500)
  const session = await ort.InferenceSession.create(fmToOnnx(machine), { intraOpNumThreads: 1 })
  t.teardown(() => session.release())
  const ids = Int32Array.of(3, 14, 30, 47)
  const { p } = await session.run({ ids: new ort.Tensor('int32', ids, [1, fieldCount]) })
  t.ok(Math.abs((p.data as Float32Array)[0] - machine.predict(ids, 0)) < 1e-6)
})
