import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import t, { type Test } from 'tap'
import type { ImpressionChunk } from '../../events/impressions.ts'
import { ManualClock } from '../../testing/clock.ts'
import { type ImpressionOptions, makeImpressions } from '../../testing/impressions.ts'
import { calibrated } from '../calibration/calibration.ts'
import { probabilityOf } from '../logit.ts'
import { DEFAULT_COLUMNS } from './columns.ts'
import { Encoder } from './encoder.ts'
import { Learner } from './learner.ts'
import { type Trained, type TrainOptions, train } from './train.ts'

/** Trains on drawn impressions. */
function trained(t: Test, drawn: ImpressionOptions, options: Partial<TrainOptions> = {}): Promise<Trained> {
  return train({
    open: () => makeImpressions(drawn),
    where: 'the drawn log',
    task: 'ctr',
    columns: DEFAULT_COLUMNS,
    seed: 1,
    holdoutShare: 0.1,
    calibrationShare: 0.1,
    checkpoint: { file: join(t.testdirName, 'checkpoint'), everyRows: 1e9 },
    clock: new ManualClock(),
    ...options,
  })
}

t.test('a model is learnt, calibrated and measured on rows that it has not learnt', async (t) => {
  t.testdir()
  const { survey, progressive, quality, calibration } = await trained(t, { rows: 40_000 })
  t.match(survey, { rows: 40_000, fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 0, 1) + 39_999_000 })
  t.equal(progressive.rows, 36_000)
  t.ok(Math.abs(survey.baseRate - survey.positives / 40_000) < 1e-12)
  t.equal(calibration.model.kind, 'platt')
  for (const { rows, positives, rate, auc, normalisedEntropy, calibration, campaigns } of [
    quality.model,
    quality.inline,
  ]) {
    t.equal(rows, 4000)
    t.equal(rate, positives / rows)
    t.ok(auc > 0.65, `auc ${auc}`)
    t.ok(normalisedEntropy < 0.97, `normalised entropy ${normalisedEntropy}`)
    t.ok(calibration.least < 1 && calibration.most > 1, `calibration ${calibration.ratio}`)
    t.equal(campaigns.length, 10)
    t.ok(campaigns[0].positives >= campaigns[9].positives)
  }
})

t.test('what the graph answers is the mean of the weights, calibrated', async (t) => {
  t.testdir()
  const rows = 6000
  const { onnx, inline, calibration } = await trained(t, { rows })
  const learner = new Learner({
    columns: DEFAULT_COLUMNS,
    split: { rows, calibrationFirst: 4800, holdoutFirst: 5400 },
    baseRate: (await trained(t, { rows })).survey.baseRate,
    seed: 1,
  })
  const encoder = new Encoder(DEFAULT_COLUMNS)
  const session = await ort.InferenceSession.create(onnx)
  t.teardown(() => session.release())
  let ids: Int32Array = new Int32Array()
  let inlineIds: Int32Array = new Int32Array()
  for await (const chunk of makeImpressions({ rows, chunkRows: 600 })) {
    const places = Array.from({ length: chunk.count }, (_, i) => i)
    const encoded = encoder.encode(chunk, places)
    for (const i of places) learner.take(encoded, i, { label: chunk.clicks[i], weight: 1, campaign: 0 })
    ids = encoded.model
    inlineIds = encoded.inline
  }
  const { p } = await session.run({ ids: new ort.Tensor('int32', ids, [600, DEFAULT_COLUMNS.model.length]) })
  const { predictions } = learner.holdout.by('model')
  const answers = p.data as Float32Array
  t.ok(predictions.every((one, i) => Math.abs(answers[i] - calibrated(one, calibration.model, 0.5)) < 1e-6))
  const { scale, shift } = calibration.inline
  const width = DEFAULT_COLUMNS.inline.length
  const { predictions: inlinePredictions } = learner.holdout.by('inline')
  for (const [row, one] of inlinePredictions.entries()) {
    let logit = inline.bias
    for (const id of inlineIds.subarray(row * width, (row + 1) * width)) logit += inline.table[id]
    const wanted = probabilityOf(scale * Math.log(one / (1 - one)) + shift)
    if (Math.abs(probabilityOf(logit) - wanted) > 1e-6)
      t.fail(`row ${row}: ${probabilityOf(logit)}, not ${wanted}`)
  }
})

t.test('sampled negatives are learnt for what they stand for', async (t) => {
  t.testdir()
  const rows = 30_000
  const whole = await trained(t, { rows })
  const sampled = await trained(t, { rows, negativeShare: 0.25 })
  t.ok(sampled.survey.rows < rows / 2)
  t.ok(Math.abs(sampled.survey.baseRate / whole.survey.baseRate - 1) < 0.06)
  // Learnt without weights, it would be the calibration that brings them down to a third.
  t.ok(Math.abs(sampled.calibration.inline.shift - whole.calibration.inline.shift) < 0.4)
  for (const { rate, calibration, auc } of [sampled.quality.model, sampled.quality.inline]) {
    t.ok(Math.abs(rate / whole.quality.model.rate - 1) < 0.2, `${rate}`)
    t.ok(Math.abs(calibration.ratio - 1) < 0.2, `calibration ${calibration.ratio}`)
    t.ok(auc > 0.65, `auc ${auc}`)
  }
})

t.test('conversions are learnt from clicks alone', async (t) => {
  t.testdir()
  const { survey, quality } = await trained(t, { rows: 40_000 }, { task: 'cvr' })
  t.ok(survey.rows > 2000 && survey.rows < 8000, `${survey.rows} clicks`)
  t.ok(survey.baseRate > 0.15 && survey.baseRate < 0.25, `${survey.baseRate} of them converted`)
  t.ok(Math.abs(quality.model.rate - 0.2) < 0.06)
})

/** Ends like a process that is killed, when so many rows were read by its second reading. */
function dying(drawn: ImpressionOptions, afterRows: number): TrainOptions['open'] {
  let readings = 0
  return async function* () {
    const isLearning = readings++ > 0
    let rows = 0
    for await (const chunk of makeImpressions(drawn)) {
      if (isLearning && rows >= afterRows) throw new Error('killed')
      rows += chunk.count
      yield chunk
    }
  }
}

t.test('one that was ended goes on from its checkpoint, to the same bytes', async (t) => {
  const drawn = { rows: 10_000, chunkRows: 500 }
  t.testdir()
  const whole = await trained(t, drawn)
  // While it learns, while it keeps rows to calibrate by, and while it keeps rows to measure.
  for (const rows of [3000, 8500, 9500]) {
    const checkpoint = { file: join(t.testdirName, `at-${rows}`), everyRows: 500 }
    await t.rejects(trained(t, drawn, { open: dying(drawn, rows), checkpoint }), /killed/)
    let read = 0
    const open = async function* (): AsyncGenerator<ImpressionChunk> {
      read++
      yield* makeImpressions(drawn)
    }
    const shares: number[] = []
    const onProgress: TrainOptions['onProgress'] = (progress) => {
      if (progress.stage === 'learning') shares.push(progress.share)
    }
    const resumed = await trained(t, drawn, { open, checkpoint, onProgress })
    t.equal(read, 2, 'rows are not counted again, only learnt, and looked at for the reference')
    t.ok(shares[0] >= (rows - 1000) / 10_000, `goes on at ${shares[0]}`)
    t.ok(Buffer.from(resumed.onnx).equals(whole.onnx), `${rows}: the graph`)
    t.same(resumed.inline, whole.inline)
    t.same(resumed.quality, whole.quality)
    t.same(resumed.progressive, whole.progressive)
  }
})

t.test('a checkpoint is written every 30 seconds, too', async (t) => {
  t.testdir()
  const clock = new ManualClock()
  const open = async function* (): AsyncGenerator<ImpressionChunk> {
    for await (const chunk of makeImpressions({ rows: 3000, chunkRows: 500 })) {
      clock.advance(16_000)
      yield chunk
    }
  }
  const file = join(t.testdirName, 'slow')
  await trained(t, { rows: 0 }, { open, clock, checkpoint: { file, everyRows: 1e9 } })
  t.ok(existsSync(file))
})

t.test('a checkpoint that does not belong is refused with a remedy', async (t) => {
  const drawn = { rows: 5000, chunkRows: 500 }
  t.testdir()
  const file = join(t.testdirName, 'checkpoint')
  const checkpoint = { file, everyRows: 1000 }
  await t.rejects(trained(t, drawn, { open: dying(drawn, 3000), checkpoint }), /killed/)
  const remedy = 'delete it to begin anew, or name another with --checkpoint'
  await t.rejects(trained(t, drawn, { seed: 2, checkpoint }), {
    message: `${file} is of a training with other flags, columns or features; ${remedy}`,
  })
  await t.rejects(
    trained(t, { ...drawn, rows: 4500, chunkRows: 450, seed: 3, negativeShare: 0.9 }, { checkpoint }),
    {
      message: `the drawn log is no longer what ${file} was written from; delete that file to begin anew`,
    },
  )
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.subarray(0, bytes.length - 1))
  await t.rejects(trained(t, drawn, { checkpoint }), { message: `${file} is not whole; ${remedy}` })
  writeFileSync(file, 'no checkpoint')
  await t.rejects(trained(t, drawn, { checkpoint }), {
    message: `${file} is no checkpoint of a training; ${remedy}`,
  })
})

t.test('a log that nothing can be learnt from is a sentence', async (t) => {
  t.testdir()
  const wider = 'take a longer --from and --to, or another log'
  const faults = [
    [{ rows: 0 }, `there are no impressions in the drawn log; ${wider}`],
    [
      { rows: 500, baseLogit: -40 },
      `there are no clicks among the 500 impressions in the drawn log; ${wider}`,
    ],
    [
      { rows: 500, baseLogit: 40 },
      `all 500 impressions in the drawn log are clicks: nothing tells them apart; ${wider}`,
    ],
    [{ rows: 5, baseLogit: 0 }, '5 rows are too few to keep shares of 0.1 and 0.1 apart; take a longer log'],
  ] as const
  for (const [drawn, message] of faults) await t.rejects(trained(t, drawn), { name: 'TrainFault', message })
})

t.test('a log that loses rows while it is read is a sentence', async (t) => {
  t.testdir()
  let readings = 0
  const open = () => makeImpressions({ rows: readings++ === 0 ? 2000 : 1500, chunkRows: 500 })
  await t.rejects(trained(t, { rows: 0 }, { open }), {
    message: 'the drawn log has lost rows while it was read: 1500 of 2000 are left; start again',
  })
})
