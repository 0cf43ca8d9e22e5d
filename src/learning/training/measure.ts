/**
 * The quality of predictions on rows that were not learnt. What the rows cannot tell, such as the ranking where there is
 * no positive, is NaN. Cold.
 */
import type { Scored } from '../calibration/scored.ts'
import { auc, calibrationRatio, expectedCalibrationError, logLoss, normalisedEntropy } from '../quality.ts'

/** Expected over realised positives, and how far it may be off by their number alone (95 %, Poisson). */
export type Ratio = { readonly ratio: number; readonly least: number; readonly most: number }

export type CampaignQuality = Ratio & {
  /** `hashText` of its id. */
  readonly campaign: number
  readonly rows: number
  readonly positives: number
  readonly expected: number
}

export type Quality = {
  readonly rows: number
  readonly positives: number
  /** Share of positives. */
  readonly rate: number
  readonly auc: number
  readonly logLoss: number
  readonly normalisedEntropy: number
  readonly calibration: Ratio
  /** Of 20 bins of as many rows each. */
  readonly calibrationError: number
  /** How far campaigns are off by themselves, their sum over all positives (field-RCE; Pan et al., WWW 2020). */
  readonly campaignError: number
  /** The largest by positives. */
  readonly campaigns: readonly CampaignQuality[]
}

const CAMPAIGNS = 10

export function measure(scored: Scored, campaigns: Uint32Array): Quality {
  const { predictions, labels, weights } = scored
  const positives = labels.reduce((sum, label) => sum + label, 0)
  const { sums, observed, off } = byCampaign(scored, campaigns)
  return {
    rows: labels.length,
    positives,
    rate: observed / weights.reduce((sum, weight) => sum + weight, 0),
    auc: auc(predictions, labels, weights),
    logLoss: logLoss(predictions, labels, weights),
    normalisedEntropy: normalisedEntropy(predictions, labels, weights),
    calibration: ratioOf(calibrationRatio(predictions, labels, weights), positives),
    calibrationError: expectedCalibrationError(predictions, labels, weights),
    campaignError: observed === 0 ? Number.NaN : off / observed,
    campaigns: [...sums]
      .map(([campaign, { rows, positives, expected, observed }]) => ({
        campaign,
        rows,
        positives,
        expected,
        ...ratioOf(observed === 0 ? Number.NaN : expected / observed, positives),
      }))
      .sort((a, b) => b.positives - a.positives || b.rows - a.rows || a.campaign - b.campaign)
      .slice(0, CAMPAIGNS),
  }
}

type Sums = { rows: number; positives: number; expected: number; observed: number }

function byCampaign({ predictions, labels, weights }: Scored, campaigns: Uint32Array) {
  const sums = new Map<number, Sums>()
  for (let row = 0; row < labels.length; row++) {
    let sum = sums.get(campaigns[row])
    if (sum === undefined) {
      sum = { rows: 0, positives: 0, expected: 0, observed: 0 }
      sums.set(campaigns[row], sum)
    }
    sum.rows++
    sum.positives += labels[row]
    sum.expected += weights[row] * predictions[row]
    sum.observed += weights[row] * labels[row]
  }
  let [observed, off] = [0, 0]
  for (const sum of sums.values()) {
    observed += sum.observed
    off += Math.abs(sum.observed - sum.expected)
  }
  return { sums, observed, off }
}

function ratioOf(ratio: number, positives: number): Ratio {
  const spread = 1.96 / Math.sqrt(positives)
  return { ratio, least: ratio * Math.max(0, 1 - spread), most: ratio * (1 + spread) }
}
