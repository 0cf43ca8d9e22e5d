/**
 * When a version goes on to the next stage of its release, and when it goes back: a pure function of what was measured.
 *
 *   shadow -> canary (one step after the other) -> live
 *      |          |                                 |
 *      +----------+------------- a breach ----------+-> rolled back
 *
 * A breach is looked for in every stage and before anything else. Where a version has no rival to be held against (it is
 * live), it is held against itself: its scores against those of its trial, its lateness against fixed bounds.
 */
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'

const share = (fallback: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 1, default: fallback, description })
const count = (fallback: number, description: string) =>
  Type.Integer({ minimum: 0, default: fallback, description })
const positive = (fallback: number, description: string) =>
  Type.Number({ exclusiveMinimum: 0, default: fallback, description })

const HOUR_S = 3600

/** Every threshold, with its default. */
export const ReleasePolicy = Type.Object(
  {
    automatic: Type.Boolean({
      default: false,
      description: 'Whether a newer version that is ready is staged by itself.',
    }),
    shadowShare: share(
      0.25,
      'Of the requests, those that it scores beside the live one; each costs about as much as a bid.',
    ),
    shadowS: count(24 * HOUR_S, 'Seconds that a version scores beside the live one, at least.'),
    shadowScores: count(1_000_000, 'Rows that it has scored beside the live one, at least.'),
    shadowClicks: count(200, 'Clicks on impressions that both have scored, at least.'),
    logLossWorseMax: share(
      0.002,
      'How much worse its log loss may be than that of the live version, relative, on the same impressions.',
    ),
    canaryShares: Type.Array(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), {
      default: [0.01, 0.05, 0.2, 0.5],
      description: 'Shares of the requests that it bids on, one after the other.',
    }),
    canaryS: count(HOUR_S / 2, 'Seconds of each share, at least.'),
    canaryRequests: count(10_000, 'Requests of each share that it has scored, at least.'),
    lateWorseMax: share(
      0.05,
      'Share of its requests of the last second that may be late beyond that of the live version.',
    ),
    lateMax: share(0.25, 'The same for a live version, which has no rival.'),
    lateMin: count(20, 'Late requests of the last second, below which nothing is concluded.'),
    failedMax: share(0.01, 'Share of its requests of the last second that may have failed.'),
    failedMin: count(3, 'Failed requests of the last second, below which nothing is concluded.'),
    scoreRatioMax: Type.Number({
      minimum: 1,
      default: 2,
      description:
        'How many times its mean score of the last second may be above or below the one it is held against.',
    }),
    scoreMin: count(200, 'Scores of the last second, below which nothing is concluded.'),
    scorePsiMax: positive(
      0.25,
      'Population stability index of its scores against those that they are held against.',
    ),
    psiScores: count(5000, 'Scores, below which no index is made.'),
    calibrationMin: positive(0.8, 'Expected clicks over real ones, at least.'),
    calibrationMax: positive(1.25, 'Expected clicks over real ones, at most.'),
    calibrationClicks: count(200, 'Clicks, below which nothing is concluded.'),
  },
  { additionalProperties: false, title: 'Release policy' },
)
export type ReleasePolicy = Static<typeof ReleasePolicy>

export const DEFAULT_POLICY: ReleasePolicy = Value.Create(ReleasePolicy)

export type Stage = 'shadow' | 'canary' | 'live'

/** Requests that a version was given, and what became of them. */
export type Answers = { readonly requests: number; readonly late: number; readonly failed: number }
export type ScoreMean = { readonly count: number; readonly mean: number }

/** What is known of a version in its stage; a canary's since its share was set. */
export type Measured = {
  readonly stage: Stage
  /** Of the canary. */
  readonly share: number
  readonly stageS: number
  readonly requests: number
  /** Rows scored beside the live version. */
  readonly shadowScores: number
  /** Over about a second. */
  readonly recent: Answers
  /** Those of the live version, beside which it stands; undefined for a live one. */
  readonly rival: Answers | undefined
  readonly recentScores: ScoreMean
  /** What the mean is held against. */
  readonly reference: ScoreMean
  readonly psi: { readonly count: number; readonly value: number }
  /** On impressions that are old enough for their clicks to have come. */
  readonly labels: { readonly clicks: number; readonly expected: number }
  /** Log loss over that of the live version on the same impressions, less one; NaN where there are none. */
  readonly logLossWorse: number
}

export type Verdict =
  | { readonly kind: 'rollBack'; readonly reasons: readonly string[] }
  | { readonly kind: 'advance'; readonly stage: 'canary' | 'live'; readonly share: number }
  /** What it still waits for, a sentence each; none for a live version that is well. */
  | { readonly kind: 'stay'; readonly waits: readonly string[] }

export function judge(measured: Measured, policy: ReleasePolicy): Verdict {
  const reasons = breaches(measured, policy)
  if (reasons.length > 0) return { kind: 'rollBack', reasons }
  if (measured.stage === 'live') return { kind: 'stay', waits: [] }
  const waits = measured.stage === 'shadow' ? shadowWaits(measured, policy) : canaryWaits(measured, policy)
  if (waits.length > 0) return { kind: 'stay', waits }
  const next = policy.canaryShares.find((share) => share > measured.share)
  return next === undefined
    ? { kind: 'advance', stage: 'live', share: 1 }
    : { kind: 'advance', stage: 'canary', share: next }
}

/** Why it must go back, a sentence each. */
function breaches(measured: Measured, policy: ReleasePolicy): string[] {
  return [
    ...lateBreach(measured, policy),
    ...failedBreach(measured, policy),
    ...meanBreach(measured, policy),
    ...psiBreach(measured, policy),
    ...calibrationBreach(measured, policy),
  ]
}

function lateBreach(
  { recent, rival }: Measured,
  { lateMin, lateMax, lateWorseMax }: ReleasePolicy,
): string[] {
  if (recent.late < Math.max(1, lateMin)) return []
  const late = recent.late / recent.requests
  const most = rival === undefined ? lateMax : lateWorseMax + rival.late / Math.max(1, rival.requests)
  return late <= most ? [] : [`latency: ${percent(late)} of its requests were late, ${percent(most)} may be`]
}

function failedBreach({ recent }: Measured, { failedMin, failedMax }: ReleasePolicy): string[] {
  const failed = recent.failed / recent.requests
  if (recent.failed < Math.max(1, failedMin) || failed <= failedMax) return []
  return [`errors: ${percent(failed)} of its requests failed, ${percent(failedMax)} may`]
}

function meanBreach(
  { recentScores, reference }: Measured,
  { scoreMin, scoreRatioMax }: ReleasePolicy,
): string[] {
  if (recentScores.count < Math.max(1, scoreMin) || reference.count < Math.max(1, scoreMin)) return []
  const ratio = recentScores.mean / reference.mean
  if (ratio <= scoreRatioMax && ratio >= 1 / scoreRatioMax) return []
  return [
    `score drift: its mean score is ${recentScores.mean.toPrecision(3)}, ${ratio.toPrecision(3)} times what it is ` +
      `held against; ${scoreRatioMax} times may be`,
  ]
}

function psiBreach({ psi }: Measured, { psiScores, scorePsiMax }: ReleasePolicy): string[] {
  if (psi.count < Math.max(1, psiScores) || psi.value <= scorePsiMax) return []
  return [`score drift: the stability index of its scores is ${psi.value.toFixed(2)}, ${scorePsiMax} may be`]
}

function calibrationBreach({ labels }: Measured, policy: ReleasePolicy): string[] {
  const { calibrationClicks, calibrationMin, calibrationMax } = policy
  if (labels.clicks < Math.max(1, calibrationClicks)) return []
  const ratio = labels.expected / labels.clicks
  // Clicks are Poisson: with few of them a ratio may be off by chance alone.
  const spread = 1.96 / Math.sqrt(labels.clicks)
  const [least, most] = [ratio / (1 + spread), ratio / Math.max(1e-9, 1 - spread)]
  if ((ratio >= calibrationMin && ratio <= calibrationMax) || (least <= 1 && most >= 1)) return []
  return [
    `calibration: it expects ${ratio.toFixed(2)} times the ${labels.clicks} clicks there were; ` +
      `${calibrationMin} to ${calibrationMax} may be`,
  ]
}

function shadowWaits(measured: Measured, policy: ReleasePolicy): string[] {
  const { logLossWorse, labels } = measured
  const waits = [
    ...wait(measured.stageS, policy.shadowS, 'seconds in shadow'),
    ...wait(measured.shadowScores, policy.shadowScores, 'rows scored beside the live version'),
    ...wait(labels.clicks, policy.shadowClicks, 'clicks on impressions that both have scored'),
  ]
  if (waits.length > 0 || Number.isNaN(logLossWorse) || logLossWorse <= policy.logLossWorseMax) return waits
  return [
    `its log loss is ${percent(logLossWorse)} worse than that of the live version on the same impressions; ` +
      `${percent(policy.logLossWorseMax)} may be`,
  ]
}

function canaryWaits(measured: Measured, policy: ReleasePolicy): string[] {
  const share = percent(measured.share)
  return [
    ...wait(measured.stageS, policy.canaryS, `seconds at ${share} of the requests`),
    ...wait(measured.requests, policy.canaryRequests, `requests at ${share}`),
  ]
}

function wait(have: number, want: number, what: string): string[] {
  return have >= want ? [] : [`${Math.floor(have)} of ${want} ${what}`]
}

function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`
}
