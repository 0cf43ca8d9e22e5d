/**
 * A monitor's report as the admin port shows it with a version, `monitoring`: windows as the last one that is over, six
 * digits, null for what is not known.
 */
import type { Alarm } from './alarms.ts'
import type { CalibrationState, MatureFigures, Ratio } from './calibration.ts'
import type { FeatureWindow } from './feature-drift.ts'
import type { MonitorReport } from './model-monitor.ts'
import type { ScoreWindow } from './score-drift.ts'

/** Numbers as JSON has them. */
type Shown<T> = { readonly [K in keyof T]: T[K] extends number ? number | null : T[K] }

export type MonitoringView = {
  /** Null where `training.window` is no interval. */
  readonly trainedHoursAgo: number | null
  readonly alarms: readonly Shown<Alarm>[]
  /** `rows` is 0 and the figures are null before the first window is over. */
  readonly features: readonly (Shown<FeatureWindow> & {
    readonly feature: string
    readonly referenceMissing: number | null
    readonly referenceUnseen: number | null
  })[]
  readonly scores: Shown<ScoreWindow> & { readonly reference: 'manifest' | 'first window' | null }
  readonly calibration: {
    /** A bid is mature at this age; learnt from clicks, or a guess. */
    readonly matureMinutes: number
    readonly isDelayLearned: boolean
    readonly mature: Shown<MatureFigures>
    readonly live: Shown<CalibrationState['live']>
    readonly campaigns: readonly Shown<Ratio & { campaign: string; impressions: number }>[]
  }
}

const NO_FEATURE_WINDOW: FeatureWindow = {
  rows: 0,
  psi: Number.NaN,
  noise: Number.NaN,
  missing: Number.NaN,
  outOfRange: Number.NaN,
  unseen: Number.NaN,
}
const NO_SCORE_WINDOW: ScoreWindow = { rows: 0, psi: Number.NaN, noise: Number.NaN, mean: Number.NaN }

export function monitoringView({
  features,
  scores,
  calibration,
  trainedAgeMs,
  alarms,
}: MonitorReport): MonitoringView {
  const { matureMs, isDelayLearned, mature, live, campaigns } = calibration
  return {
    trainedHoursAgo: shownNumber(trainedAgeMs / 3_600_000),
    alarms: alarms.map(shown),
    features: features.map(({ feature, usual, windows }) => ({
      feature,
      ...shown(windows.at(-1) ?? NO_FEATURE_WINDOW),
      referenceMissing: shownNumber(usual.missing),
      referenceUnseen: shownNumber(usual.unseen),
    })),
    scores: { reference: scores.reference, ...shown(scores.windows.at(-1) ?? NO_SCORE_WINDOW) },
    calibration: {
      matureMinutes: Math.round(matureMs / 6000) / 10,
      isDelayLearned,
      mature: shown(mature),
      live: shown(live),
      campaigns: campaigns.map(shown),
    },
  }
}

function shown<T extends object>(figures: T): Shown<T> {
  const entries = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? shownNumber(value) : value,
  ])
  return Object.fromEntries(entries) as Shown<T>
}

function shownNumber(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null
}
