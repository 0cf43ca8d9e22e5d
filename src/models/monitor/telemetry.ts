/**
 * What the monitors of all versions tell a scrape: of features and scores their last window that is over, of clicks those
 * on mature bids of a day. A figure that is not known has no series.
 */
import { Observed } from '../../telemetry/instruments.ts'
import { ALARM_NAMES } from './alarms.ts'
import type { FeatureWindow } from './feature-drift.ts'
import type { MonitorReport } from './model-monitor.ts'
import type { ModelMonitors } from './model-monitors.ts'

type Series = { readonly labels: Readonly<Record<string, string>>; readonly value: number }

/** How long a report is good for. */
const REPORT_GOOD_MS = 1000

/** @param wallMs Unix time. */
export function monitorInstruments(monitors: Pick<ModelMonitors, 'all'>, wallMs: () => number): Observed[] {
  const reports = reportsOnce(monitors, wallMs)
  const observed = (name: string, about: string, seriesOf: (report: MonitorReport) => readonly Series[]) =>
    new Observed({
      name: `peregrine_model_${name}`,
      about,
      observe: () =>
        reports().flatMap(({ key, report }) =>
          seriesOf(report)
            .filter(({ value }) => Number.isFinite(value))
            .map(({ labels, value }) => ({ labels: { model: key, ...labels }, value })),
        ),
    })
  const ofFeatures = (figureOf: (window: FeatureWindow) => number) => (report: MonitorReport) =>
    report.features.flatMap(({ feature, windows }) =>
      windows.slice(-1).map((window) => ({ labels: { feature }, value: figureOf(window) })),
    )
  const one = (figureOf: (report: MonitorReport) => number) => (report: MonitorReport) => [
    { labels: {}, value: figureOf(report) },
  ]
  return [
    observed(
      'feature_psi',
      'Population stability index of a feature against the training window',
      ofFeatures(({ psi }) => psi),
    ),
    observed(
      'feature_missing_ratio',
      'Share of rows in which a feature is not known',
      ofFeatures(({ missing }) => missing),
    ),
    observed(
      'feature_out_of_range_ratio',
      'Share of rows in which a number is beyond what the training window has seen',
      ofFeatures(({ outOfRange }) => outOfRange),
    ),
    observed(
      'feature_unseen_ratio',
      'Share of rows in which a column of the inline scorer has no weight',
      ofFeatures(({ unseen }) => unseen),
    ),
    observed(
      'score_psi',
      'Population stability index of the scores against the training window, or the first window',
      one(({ scores }) => scores.windows.at(-1)?.psi ?? Number.NaN),
    ),
    observed(
      'expected_clicks',
      'Clicks that the model expected of mature bids, last 24 hours of them',
      one(({ calibration }) => calibration.mature.expected),
    ),
    observed(
      'clicks',
      'Clicks that came of mature bids, last 24 hours of them',
      one(({ calibration }) => calibration.mature.clicks),
    ),
    observed(
      'calibration_ratio',
      'Expected over realised clicks of mature bids',
      one(({ calibration }) => calibration.mature.ratio),
    ),
    observed('alarms', 'Alarms that stand', (report) =>
      ALARM_NAMES.map((alarm) => ({
        labels: { alarm },
        value: report.alarms.filter(({ name }) => name === alarm).length,
      })),
    ),
  ]
}

/** A scrape asks once an instrument; the reports are made once for all of them. */
function reportsOnce(monitors: Pick<ModelMonitors, 'all'>, wallMs: () => number) {
  let reports: { readonly key: string; readonly report: MonitorReport }[] = []
  let madeAtMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = wallMs()
    if (Math.abs(nowMs - madeAtMs) < REPORT_GOOD_MS) return reports
    madeAtMs = nowMs
    reports = monitors.all().map(({ key, monitor }) => ({ key, report: monitor.report(nowMs) }))
    return reports
  }
}
