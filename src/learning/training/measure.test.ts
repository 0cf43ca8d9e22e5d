import t from 'tap'
import { measure } from './measure.ts'

/** Two campaigns: of 7 two of four rows were clicked, of 9 one of two, which stands for itself and three others. */
const scored = {
  predictions: Float64Array.of(0.5, 0.25, 0.25, 0.5, 0.125, 0.5),
  labels: Uint8Array.of(1, 0, 0, 1, 0, 1),
  weights: Float32Array.of(1, 1, 1, 1, 4, 1),
}
const campaigns = Uint32Array.of(7, 7, 7, 7, 9, 9)

t.test('campaigns are measured by themselves, the largest first', async (t) => {
  const { positives, rows, rate, calibration, campaignError, campaigns: all } = measure(scored, campaigns)
  t.match({ positives, rows, rate }, { positives: 3, rows: 6, rate: 3 / 9 })
  t.equal(calibration.ratio, 2.5 / 3)
  t.equal(campaignError, (0.5 + 0) / 3)
  t.match(all, [
    { campaign: 7, rows: 4, positives: 2, expected: 1.5, ratio: 0.75 },
    { campaign: 9, rows: 2, positives: 1, expected: 1, ratio: 1 },
  ])
  // 1.96 over the root of two clicks is more than all of it.
  t.equal(all[0].least, 0)
  t.ok(Math.abs(all[0].most - 0.75 * (1 + 1.96 / Math.SQRT2)) < 1e-12)
})

t.test('without positives only what needs none is a number', async (t) => {
  const found = measure({ ...scored, labels: new Uint8Array(6) }, campaigns)
  t.equal(found.rate, 0)
  t.ok(found.logLoss > 0 && found.calibrationError > 0)
  for (const value of [found.auc, found.calibration.ratio, found.campaignError, found.campaigns[0].ratio])
    t.ok(Number.isNaN(value))
})
