import t from 'tap'
import { drawScored } from '../../testing/scored.ts'
import { logitOf, probabilityOf } from '../logit.ts'
import { fitPlatt, type Platt } from './platt.ts'
import type { Scored } from './scored.ts'

/** The naive twin's measure: the loss that is to be least, with its pull towards the line as it is. */
function lossOf({ scale, shift }: Platt, { predictions, labels, weights }: Scored): number {
  let loss = ((scale - 1) ** 2 + shift ** 2) / 2
  for (const [i, prediction] of predictions.entries()) {
    const p = probabilityOf(scale * logitOf(prediction) + shift)
    loss -= weights[i] * Math.log(labels[i] === 1 ? p : 1 - p)
  }
  return loss
}

t.test('the line that labels were drawn by is found', async (t) => {
  const { scale, shift } = fitPlatt(drawScored(100_000, (logit) => 0.6 * logit - 1))
  t.ok(Math.abs(scale - 0.6) < 0.05, `scale ${scale}`)
  t.ok(Math.abs(shift + 1) < 0.15, `shift ${shift}`)
})

t.test('no step to any side has a smaller loss', async (t) => {
  for (const [rows, truth] of [
    [400, (logit: number) => logit],
    [3000, (logit: number) => 3 * logit + 9],
    [3000, () => -2],
  ] as const) {
    const scored = drawScored(rows, truth, { seed: rows })
    const fit = fitPlatt(scored)
    const least = lossOf(fit, scored)
    for (const [a, b] of [
      [1e-3, 0],
      [-1e-3, 0],
      [0, 1e-3],
      [0, -1e-3],
      [1e-3, -1e-3],
    ])
      t.ok(lossOf({ scale: fit.scale + a, shift: fit.shift + b }, scored) > least)
  }
})

t.test('expected positives are the realised ones', async (t) => {
  const scored = drawScored(20_000, (logit) => logit + 1)
  const { scale, shift } = fitPlatt(scored)
  const expected = scored.predictions.reduce((sum, p) => sum + probabilityOf(scale * logitOf(p) + shift), 0)
  const realised = scored.labels.reduce((sum, label) => sum + label, 0)
  t.ok(Math.abs(expected / realised - 1) < 0.002, `${expected} of ${realised}`)
})

t.test('a row of weight two is two rows', async (t) => {
  const scored = drawScored(500, (logit) => 0.5 * logit)
  const twice = {
    predictions: Float64Array.of(...scored.predictions, ...scored.predictions),
    labels: Uint8Array.of(...scored.labels, ...scored.labels),
    weights: new Float32Array(1000).fill(1),
  }
  const [one, other] = [fitPlatt({ ...scored, weights: new Float32Array(500).fill(2) }), fitPlatt(twice)]
  t.ok(Math.abs(one.scale - other.scale) < 1e-6 && Math.abs(one.shift - other.shift) < 1e-6)
})

t.test('without positives, or without rows, the line stays finite and near itself', async (t) => {
  const scored = drawScored(300, () => -2)
  const { scale, shift } = fitPlatt({ ...scored, labels: new Uint8Array(300) })
  t.ok(scale > 0 && scale < 3 && shift < 0 && shift > -5, `${scale} ${shift}`)
  t.same(fitPlatt(drawScored(0, () => 0)), { scale: 1, shift: 0 })
})
