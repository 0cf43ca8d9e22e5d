import t from 'tap'
import { Prng } from '../../base/prng.ts'
import { LogisticRegression } from '../logistic.ts'
import { WeightMean } from './weight-mean.ts'

t.test('the mean of what was added is put in place', async (t) => {
  const weights = [Float32Array.of(1, 2), Float64Array.of(10)]
  const mean = new WeightMean(weights)
  mean.add(weights)
  weights[0].set([3, 2])
  weights[1][0] = 40
  mean.add(weights)
  mean.put(weights)
  t.same(weights, [Float32Array.of(2, 2), Float64Array.of(25)])
})

t.test(
  'a mean predicts the rate of positives where the last weights follow the last positives',
  async (t) => {
    const prng = new Prng(3)
    // One row for ever, in as many fields as it takes for it to move fast.
    const ids = Int32Array.from({ length: 16 }, (_, i) => i)
    const regression = new LogisticRegression({ tableRows: 16, fieldCount: 16, baseRate: 0.1 })
    const mean = new WeightMean(regression.weightState)
    let [positives, furthest] = [0, 0]
    for (let row = 0; row < 20_000; row++) {
      const label = prng.unit() < 0.1 ? 1 : 0
      positives += label
      furthest = Math.max(furthest, Math.abs(regression.learn(ids, 0, label) - 0.1))
      if (row % 100 === 0) mean.add(regression.weightState)
    }
    mean.put(regression.weightState)
    const off = Math.abs(regression.predict(ids, 0) - positives / 20_000)
    t.ok(off < 0.005, `off by ${off}`)
    t.ok(furthest > 0.01, `else by up to ${furthest}`)
  },
)
