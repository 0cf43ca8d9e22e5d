/**
 * What is wrong with a model in service, by what was measured of it: a pure function of the state. Every window that an
 * alarm looks at has enough rows, and a quotient enough clicks, for chance alone not to raise it.
 */
import type { CalibrationState } from './calibration.ts'
import type { FeatureWindow, WatchedFeature } from './feature-drift.ts'
import type { WatchedScores } from './score-drift.ts'

/** @property trainedAgeMs since the end of the training window; NaN where that is not known. */
export type MonitorState = {
  readonly features: readonly WatchedFeature[]
  readonly scores: WatchedScores
  readonly calibration: CalibrationState
  readonly trainedAgeMs: number
}

const ROWS_MIN = 5000

/**
 * Features and scores: the figure is above `above` in each of the last `windows` windows, which have `rowsMin` rows each.
 * Calibration: the quotient is outside, on so many clicks, expected or realised.
 */
export const THRESHOLDS = {
  /** Beyond what chance alone brings. */
  feature_psi: { above: 0.2, windows: 3, rowsMin: ROWS_MIN },
  /** Above the share of the training window. */
  feature_missing: { above: 0.1, windows: 1, rowsMin: ROWS_MIN },
  feature_out_of_range: { above: 0.05, windows: 1, rowsMin: ROWS_MIN },
  /** Above the share that the manifest states. */
  feature_unseen: { above: 0.2, windows: 1, rowsMin: ROWS_MIN },
  score_psi: { above: 0.2, windows: 3, rowsMin: ROWS_MIN },
  calibration: { least: 0.9, most: 1.1, clicksMin: 100 },
  normalised_entropy: { above: 1, clicksMin: 1000 },
  model_age: { above: 24 },
} as const

export type AlarmName = keyof typeof THRESHOLDS
export const ALARM_NAMES = Object.keys(THRESHOLDS) as AlarmName[]

export type Alarm = {
  readonly name: AlarmName
  /** Where it is about one, or about a cross. */
  readonly feature?: string
  /** NaN for a quotient without a click. */
  readonly value: number
  readonly threshold: number
  readonly sentence: string
}

export function alarms(state: MonitorState): Alarm[] {
  return [
    ...state.features.flatMap(featureAlarms),
    ...scoreAlarms(state.scores),
    ...calibrationAlarms(state.calibration),
    ...ageAlarms(state.trainedAgeMs),
  ]
}

type FeatureRule = {
  readonly name: 'feature_psi' | 'feature_missing' | 'feature_out_of_range' | 'feature_unseen'
  readonly figureOf: (window: FeatureWindow) => number
  /** What the value is when all is well; the threshold lies above it. */
  readonly usualOf: (usual: WatchedFeature['usual']) => number
  readonly words: (feature: string, value: string, usual: string) => string
}

const FEATURE_RULES: readonly FeatureRule[] = [
  {
    name: 'feature_psi',
    figureOf: beyondChance,
    usualOf: () => 0,
    words: (feature, value) =>
      `"${feature}" is not as it was in training: its stability index ${tooHigh(value, THRESHOLDS.feature_psi)}`,
  },
  {
    name: 'feature_missing',
    figureOf: ({ missing }) => missing,
    usualOf: ({ missing }) => missing,
    words: (feature, value, usual) =>
      `"${feature}" is not known in ${value} of the rows, in training in ${usual}`,
  },
  {
    name: 'feature_out_of_range',
    figureOf: ({ outOfRange }) => outOfRange,
    usualOf: () => 0,
    words: (feature, value) => `"${feature}" is beyond all that training has seen in ${value} of the rows`,
  },
  {
    name: 'feature_unseen',
    figureOf: ({ unseen }) => unseen,
    usualOf: ({ unseen }) => unseen,
    words: (feature, value, usual) =>
      `"${feature}" has no weight in ${value} of the rows, where ${usual} is usual: train on what comes now`,
  },
]

function featureAlarms({ feature, usual: shares, windows }: WatchedFeature): Alarm[] {
  return FEATURE_RULES.flatMap(({ name, figureOf, usualOf, words }) => {
    const usual = usualOf(shares)
    const rule = THRESHOLDS[name]
    const threshold = usual + rule.above
    const value = lasting(windows, { ...rule, above: threshold }, figureOf)
    if (value === undefined) return []
    return [{ name, feature, value, threshold, sentence: words(feature, decimal(value), decimal(usual)) }]
  })
}

function scoreAlarms({ reference, windows }: WatchedScores): Alarm[] {
  const rule = THRESHOLDS.score_psi
  const value = lasting(windows, rule, beyondChance)
  if (value === undefined) return []
  const when = reference === 'manifest' ? 'in training' : 'in the first window that was seen'
  const sentence = `the scores are not as they were ${when}: their stability index ${tooHigh(decimal(value), rule)}`
  return [{ name: 'score_psi', value, threshold: rule.above, sentence }]
}

function calibrationAlarms({ mature }: CalibrationState): Alarm[] {
  const { expected, clicks, ratio, low, high, normalisedEntropy } = mature
  const { least, most, clicksMin } = THRESHOLDS.calibration
  const found: Alarm[] = []
  const isKnown = Math.max(expected, clicks) >= clicksMin
  const isOff = clicks === 0 || ((ratio < least || ratio > most) && (low > 1 || high < 1))
  if (isKnown && isOff) {
    const sentence = `${decimal(expected)} clicks were expected of mature bids, and ${clicks} came: a quotient within ${least} and ${most} is due`
    found.push({ name: 'calibration', value: ratio, threshold: expected > clicks ? most : least, sentence })
  }
  const { above, clicksMin: entropyClicksMin } = THRESHOLDS.normalised_entropy
  if (clicks >= entropyClicksMin && normalisedEntropy > above) {
    const sentence = `the model tells less than the click rate alone: its normalised entropy on mature bids is ${decimal(normalisedEntropy)}`
    found.push({ name: 'normalised_entropy', value: normalisedEntropy, threshold: above, sentence })
  }
  return found
}

function ageAlarms(trainedAgeMs: number): Alarm[] {
  const hours = trainedAgeMs / 3_600_000
  const { above } = THRESHOLDS.model_age
  if (!(hours > above)) return []
  const sentence = `the training window ended ${decimal(hours)} hours ago, more than ${above}: train again`
  return [{ name: 'model_age', value: hours, threshold: above, sentence }]
}

/** The figure of the last window, where it was above in as many windows in a row as the rule asks for. */
function lasting<W extends { readonly rows: number }>(
  windows: readonly W[],
  rule: { readonly above: number; readonly windows: number; readonly rowsMin: number },
  figureOf: (window: W) => number,
): number | undefined {
  const last = windows.slice(-rule.windows)
  const isLasting = last.every((window) => window.rows >= rule.rowsMin && figureOf(window) > rule.above)
  return isLasting && last.length === rule.windows ? figureOf(last[last.length - 1]) : undefined
}

function beyondChance({ psi, noise }: { readonly psi: number; readonly noise: number }): number {
  return psi - noise
}

function tooHigh(value: string, { above, windows }: { above: number; windows: number }): string {
  return `is ${value} beyond chance, more than ${above} in ${windows} windows in a row`
}

function decimal(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(3)
}
