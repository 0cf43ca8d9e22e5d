/**
 * The monitors of versions as the bid path, the clerk, the admin port and a scrape see them, on a model with a reference.
 */
import t, { type Test } from 'tap'
import { Prng } from '../../base/prng.ts'
import { FEATURES } from '../../features/catalogue.ts'
import { ReferenceBuilder } from '../../features/reference-builder.ts'
import { ManualClock } from '../../testing/clock.ts'
import { randomRows } from '../../testing/random-rows.ts'
import { loadTinyModel, type Parts } from '../../testing/tiny-model.ts'
import { MONITORS_MAX, ModelMonitors } from './model-monitors.ts'
import { monitorInstruments } from './telemetry.ts'
import { monitoringView } from './view.ts'

const MINUTE = 60_000

function withReference({ manifest }: Parts): void {
  const columns = [...manifest.inputs.flatMap((input) => input.columns), ...manifest.inline.columns]
  const builder = new ReferenceBuilder({ columns, seed: 1 })
  builder.add(randomRows(new Prng(1), 5000))
  manifest.reference = builder.build()
  manifest.training.window = '2025-12-01/2025-12-30'
}

const modelOf = (t: Test, version = '1') => loadTinyModel(t.testdir({}), withReference, version)

/** Notes rows and scores, and lets the window end. */
function serve(monitors: ModelMonitors, key: string, clock: ManualClock, skew: number): void {
  const monitor = monitors.find(key)!
  const rows = randomRows(new Prng(2), 6000, skew)
  for (let row = 0; row < rows.count; row++) {
    const [from, to] = [row * FEATURES.length, (row + 1) * FEATURES.length]
    const vector = { hashes: rows.hashes.subarray(from, to), numbers: rows.numbers.subarray(from, to) }
    monitor.noteRow(vector, rows, row, clock.wallMs())
    monitor.noteScore((row % 100) / 1000, clock.wallMs())
  }
  clock.advance(10 * MINUTE)
}

/** A thousand impressions that promise 200 clicks, of which 100 come three minutes later. */
function bill(monitors: ModelMonitors, model: string, bidAtMs: number): void {
  const impression = { model, campaign: 'shoes', probability: 0.2, bidAtMs }
  for (let i = 0; i < 1000; i++) monitors.addImpression(impression)
  for (let i = 0; i < 100; i++) monitors.addClick({ ...impression, atMs: bidAtMs + 3 * MINUTE })
}

t.test('a version is watched from the bid to its alarms', async (t) => {
  const clock = new ManualClock()
  const monitors = new ModelMonitors()
  const monitor = monitors.open(await modelOf(t), clock.wallMs())
  bill(monitors, 'tiny/1', clock.wallMs())
  for (let window = 0; window < 3; window++) serve(monitors, 'tiny/1', clock, 2)
  const view = JSON.parse(JSON.stringify(monitoringView(monitor.report(clock.wallMs()))))
  const named = view.alarms.map(
    ({ name, feature }: { name: string; feature?: string }) => `${name} ${feature}`,
  )
  for (const due of [
    'feature_psi os',
    'feature_psi floor_cpm',
    'calibration undefined',
    'model_age undefined',
  ])
    t.ok(named.includes(due), due)
  t.equal(view.trainedHoursAgo, 24.5)
  t.match(view.scores, { reference: 'first window', rows: 6000 })
  t.ok(view.scores.psi < 1e-9)
  const os = view.features.find(({ feature }: { feature: string }) => feature === 'os')
  t.match(os, { rows: 6000, missing: Number, psi: Number, outOfRange: null, referenceUnseen: 0 })
  t.match(view.calibration.mature, { impressions: 1000, expected: 200, clicks: 100, ratio: 2 })
  t.ok(view.calibration.matureMinutes < 5, 'the delay was learnt from the clicks')
  t.same(view.calibration.campaigns, [], 'campaigns are told by the hour')
  clock.advance(60 * MINUTE)
  const later = monitoringView(monitor.report(clock.wallMs()))
  t.match(later.calibration.campaigns, [{ campaign: 'shoes', impressions: 1000, ratio: 2 }])
})

t.test('a version that nothing was told of shows nulls, and raises no alarm but its age', async (t) => {
  const clock = new ManualClock()
  const monitor = new ModelMonitors().open(await modelOf(t), clock.wallMs())
  clock.advance(15 * 3_600_000)
  const view = monitoringView(monitor.report(clock.wallMs()))
  t.same(
    view.alarms.map(({ name }) => name),
    ['model_age'],
  )
  t.same([view.scores.rows, view.scores.psi, view.calibration.mature.ratio], [0, null, null])
  t.same(view.calibration.live.clicksInTheEnd, null)
})

t.test('a scrape has the series of every version, and none for what is not known', async (t) => {
  const clock = new ManualClock()
  const monitors = new ModelMonitors()
  monitors.open(await modelOf(t), clock.wallMs())
  monitors.open(await modelOf(t, '2'), clock.wallMs())
  bill(monitors, 'tiny/2', clock.wallMs())
  for (let window = 0; window < 3; window++) serve(monitors, 'tiny/2', clock, 4)
  const series = new Map(
    monitorInstruments(monitors, clock.wallMs).map(({ name, observe }) => [name, observe()] as const),
  )
  const labelled = (name: string, labels: object) =>
    series.get(name)!.find((one) => JSON.stringify(one.labels) === JSON.stringify(labels))?.value
  t.equal(labelled('peregrine_model_calibration_ratio', { model: 'tiny/2' })?.toFixed(6), '2.000000')
  t.equal(labelled('peregrine_model_calibration_ratio', { model: 'tiny/1' }), undefined)
  t.equal(labelled('peregrine_model_expected_clicks', { model: 'tiny/2' })?.toFixed(6), '200.000000')
  t.equal(labelled('peregrine_model_clicks', { model: 'tiny/1' }), 0)
  t.ok(labelled('peregrine_model_feature_psi', { model: 'tiny/2', feature: 'os' })! < 0.1)
  t.ok(labelled('peregrine_model_feature_missing_ratio', { model: 'tiny/2', feature: 'os' })! > 0)
  t.equal(
    labelled('peregrine_model_feature_out_of_range_ratio', { model: 'tiny/2', feature: 'os' }),
    undefined,
  )
  t.not(
    labelled('peregrine_model_feature_unseen_ratio', { model: 'tiny/2', feature: 'os*creative' }),
    undefined,
  )
  t.ok(labelled('peregrine_model_score_psi', { model: 'tiny/2' })! < 1e-9)
  t.equal(labelled('peregrine_model_alarms', { model: 'tiny/2', alarm: 'calibration' }), 1)
  t.equal(labelled('peregrine_model_alarms', { model: 'tiny/1', alarm: 'calibration' }), 0)
})

t.test('a version that comes back finds what was known of it', async (t) => {
  const clock = new ManualClock()
  const monitors = new ModelMonitors()
  const model = await modelOf(t)
  const monitor = monitors.open(model, clock.wallMs())
  t.equal(monitors.open(model, clock.wallMs()), monitor)
  t.equal(monitors.find('tiny/9'), undefined)
})

t.test('versions are bounded: the one that was told of least lately makes way', async (t) => {
  const clock = new ManualClock()
  const monitors = new ModelMonitors()
  const { manifest, inline, spec } = await modelOf(t)
  for (let i = 0; i < MONITORS_MAX + 3; i++) {
    clock.advance(MINUTE)
    monitors.open({ manifest, inline, spec: { ...spec, key: `tiny/${i}` } }, clock.wallMs())
    monitors.find('tiny/0')!.noteScore(0.1, clock.wallMs())
  }
  const keys = monitors.all().map(({ key }) => key)
  t.equal(keys.length, MONITORS_MAX)
  t.ok(keys.includes('tiny/0'), 'the live one stays, however old')
  t.notOk(keys.includes('tiny/1'))
})
