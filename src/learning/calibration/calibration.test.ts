import * as ort from 'onnxruntime-node'
import t, { type Test } from 'tap'
import { drawScored } from '../../testing/scored.ts'
import { probabilityOf } from '../logit.ts'
import { encodeModel } from '../onnx.ts'
import { type Calibration, calibrated, calibrationOf, graphEndOf, nameOf } from './calibration.ts'

const MOST = 0.5

t.test('from 5,000 positives on the calibration is isotonic, below it is a line', async (t) => {
  const scored = drawScored(10_000, () => 0)
  const withPositives = (count: number) => ({
    ...scored,
    labels: Uint8Array.from(scored.labels, (_, i) => (i < count ? 1 : 0)),
  })
  t.equal(calibrationOf(withPositives(4999)).kind, 'platt')
  t.equal(calibrationOf(withPositives(5000)).kind, 'isotonic')
  t.match(nameOf(calibrationOf(withPositives(5000))), /^isotonic, \d+ knots$/)
  t.equal(nameOf({ kind: 'platt', scale: 1, shift: -0.5 }), 'Platt, scale 1.000, shift -0.500')
})

const KNOTS: Calibration = {
  kind: 'isotonic',
  knots: [
    { from: -6, to: -5 },
    { from: -4, to: -4.5 },
    { from: -3.5, to: -2 },
    { from: -1, to: 0.5 },
  ],
}

t.test(
  'between knots the log odds go straight, outside they stay, and probabilities stay within',
  async (t) => {
    const at = (logit: number) => calibrated(probabilityOf(logit), KNOTS, MOST)
    const near = (found: number, wanted: number) =>
      t.ok(Math.abs(found - wanted) < 1e-9, `${found} ${wanted}`)
    near(at(-9), probabilityOf(-5))
    near(at(-6), probabilityOf(-5))
    near(at(-5), probabilityOf(-4.75))
    near(at(-2.25), probabilityOf(-0.75))
    t.equal(at(3), MOST)
    t.equal(calibrated(1e-4, { kind: 'platt', scale: 2, shift: 0 }, MOST), 1e-6)
  },
)

/** The end of a graph on log odds of its own. */
async function answersOf(t: Test, calibration: Calibration, logits: Float32Array): Promise<Float32Array> {
  const end = graphEndOf(calibration, MOST)
  const session = await ort.InferenceSession.create(
    encodeModel({
      name: 'end',
      inputs: [{ name: 'logit', type: 'float32', shape: ['N', 1] }],
      outputs: [{ name: 'p', type: 'float32', shape: ['N', 1] }],
      initializers: end.initializers,
      nodes: end.nodes,
    }),
  )
  t.teardown(() => session.release())
  const { p } = await session.run({ logit: new ort.Tensor('float32', logits, [logits.length, 1]) })
  return p.data as Float32Array
}

t.test('ONNX Runtime comes to the same', async (t) => {
  const logits = Float32Array.from({ length: 400 }, (_, i) => -12 + i * 0.04)
  const fitted = calibrationOf(drawScored(100_000, (logit) => logit / 2 - 1))
  t.equal(fitted.kind, 'isotonic')
  for (const calibration of [
    KNOTS,
    fitted,
    { kind: 'isotonic', knots: [{ from: -4, to: -3 }] } as const,
    { kind: 'platt', scale: 0.9, shift: -0.3 } as const,
  ]) {
    const answers = await answersOf(t, calibration, logits)
    const off = answers.map((p, i) => Math.abs(p - calibrated(probabilityOf(logits[i]), calibration, MOST)))
    t.ok(Math.max(...off) < 1e-6, `${nameOf(calibration)}: off by ${Math.max(...off)}`)
  }
})
