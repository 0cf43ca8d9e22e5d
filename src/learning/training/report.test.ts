import { join } from 'node:path'
import t from 'tap'
import { hashText } from '../../base/hash.ts'
import { ManualClock } from '../../testing/clock.ts'
import { makeImpressions } from '../../testing/impressions.ts'
import { DEFAULT_COLUMNS } from './columns.ts'
import { qualityFigures, reportOf } from './report.ts'
import { train } from './train.ts'

t.test('what a tiny log cannot tell is a dash in the table, and no figure of the manifest', async (t) => {
  const trained = await train({
    // Of the last six, none was clicked.
    open: () => makeImpressions({ rows: 60, seed: 1 }),
    where: 'a tiny log',
    task: 'ctr',
    columns: DEFAULT_COLUMNS,
    seed: 1,
    holdoutShare: 0.1,
    calibrationShare: 0.1,
    checkpoint: { file: join(t.testdir(), 'checkpoint'), everyRows: 1e9 },
    clock: new ManualClock(),
  })
  t.equal(trained.quality.model.positives, 0)
  const report = reportOf(trained, 'ctr', new Map([[hashText('campaign 3'), 'the third']]))
  t.match(report, /^learnt from 54 impressions with \d+ clicks, 2026-01-01\/2026-01-01; base rate 0\.\d{5}\n/)
  t.match(report, /\nmeasured on the last 6 impressions, with 0 clicks:\n/)
  t.match(report, /\nAUC +- +-\n/)
  t.match(report, /\nexpected over realised clicks +- +-\n/)
  t.match(report, /\nlog loss +0\.\d{5} +0\.\d{5}\n/)
  const figures = qualityFigures(trained)
  t.match(figures, { holdoutRows: 6, holdoutPositives: 0, rate: 0, logLoss: Number })
  t.notOk('auc' in figures || 'calibration' in figures)
  t.ok(Object.values(figures).every(Number.isFinite))
  t.match(report, /\ncampaign +impressions +clicks +expected +model +inline\n(the third|#[0-9a-f]{8}) /)
})
