/**
 * Whether a model promises as many clicks as come: expected and realised clicks by the time of the bid, over bids that are
 * old enough for their clicks to have come (mature), and a live estimate that reckons with those that are still to come.
 * Of campaigns the hundred that promise most are told by themselves. Called by the clerk for each bill and click.
 */
import { SpaceSaving } from '../../base/space-saving.ts'
import { BidSums, type Sums } from './bid-sums.ts'
import { type ClickDelay, DELAY_MS_MAX } from './click-delay.ts'

const DAY_MS = 86_400_000
/** How much mature time is looked at. */
const MATURE_WINDOW_MS = DAY_MS
const BUCKET_MS = 300_000
const CAMPAIGN_BUCKET_MS = 3_600_000
const SPAN_MS = MATURE_WINDOW_MS + DELAY_MS_MAX
export const CAMPAIGNS_KEPT = 100
/** Of a normal distribution 95 % are within so many deviations. */
const DEVIATIONS = 1.96

export type BilledImpression = {
  readonly campaign: string
  /** Of a click, as the model gave it. */
  readonly probability: number
  /** When the bid was made, Unix time. */
  readonly bidAtMs: number
}

/** Expected over realised: above 1 the model promises too much. NaN without a click. */
export type Ratio = {
  readonly expected: number
  readonly clicks: number
  readonly ratio: number
  /** Where the true one is in 95 of 100 cases, as clicks are Poisson: ratio * (1 -+ 1.96 / sqrt(clicks)). */
  readonly low: number
  readonly high: number
}

export type MatureFigures = Ratio & {
  readonly impressions: number
  /** Nats an impression: what the model expected of itself, and what came of it. */
  readonly expectedLogLoss: number
  readonly logLoss: number
  /** Log loss over that of the click rate alone: below 1 the model knows more than that. */
  readonly normalisedEntropy: number
}

export type CalibrationState = {
  /** A bid is mature at this age; `isDelayLearned` when clicks have told. */
  readonly matureMs: number
  readonly isDelayLearned: boolean
  readonly mature: MatureFigures
  /** Of all bids of the last 24 hours: `expected` is what should have come by now, `clicksInTheEnd` what will come. */
  readonly live: Ratio & { readonly clicksInTheEnd: number }
  /** Mature, those that promise most first. */
  readonly campaigns: readonly (Ratio & { readonly campaign: string; readonly impressions: number })[]
}

export class Calibration {
  readonly #delay: ClickDelay
  readonly #sinceMs: number
  readonly #all: BidSums
  readonly #campaigns = new CampaignSums()

  /** @param options.sinceMs of bids that count, Unix time: this process knows what became of them. */
  constructor({ delay, sinceMs }: { delay: ClickDelay; sinceMs: number }) {
    this.#delay = delay
    this.#sinceMs = sinceMs
    this.#all = new BidSums({ widthMs: BUCKET_MS, spanMs: SPAN_MS, sinceMs })
  }

  addImpression(impression: BilledImpression): void {
    // Or a campaign that has done nothing since would take the place of one that has.
    if (impression.bidAtMs < this.#sinceMs) return
    this.#all.addImpression(impression.probability, impression.bidAtMs)
    this.#campaigns.addImpression(impression)
  }

  /** @param click the impression that was clicked; once each. */
  addClick(click: BilledImpression): void {
    this.#all.addClick(click.probability, click.bidAtMs)
    this.#campaigns.addClick(click)
  }

  /** Over the bids that are mature, a day of them at most. */
  mature(nowMs: number): MatureFigures {
    const toMs = nowMs - this.#delay.matureMs
    return matureFiguresOf(this.#all.between(toMs - MATURE_WINDOW_MS, toMs))
  }

  state(nowMs: number): CalibrationState {
    const delay = this.#delay
    const { matureMs } = delay
    const toMs = nowMs - matureMs
    return {
      matureMs,
      isDelayLearned: delay.isLearned,
      mature: this.mature(nowMs),
      live: this.#live(nowMs),
      campaigns: this.#campaigns.between(toMs - MATURE_WINDOW_MS, toMs),
    }
  }

  #live(nowMs: number): CalibrationState['live'] {
    const fromMs = nowMs - DAY_MS
    const { clicks, expected } = this.#all.between(fromMs, nowMs + BUCKET_MS)
    const expectedByNow = this.#all.expectedBy(nowMs, fromMs, (ageMs) => this.#delay.completeness(ageMs))
    return { ...ratioOf(expectedByNow, clicks), clicksInTheEnd: (clicks * expected) / expectedByNow }
  }
}

/** The sums of the campaigns that promise most. One that takes another's place begins anew. */
class CampaignSums {
  readonly #heaviest = new SpaceSaving<string>(CAMPAIGNS_KEPT)
  readonly #owners: string[] = []
  readonly #sums: BidSums[] = []

  addImpression({ campaign, probability, bidAtMs }: BilledImpression): void {
    const place = this.#heaviest.add(campaign, probability)
    if (this.#owners[place] !== campaign) this.#begin(place, campaign, bidAtMs)
    this.#sums[place].addImpression(probability, bidAtMs)
  }

  addClick({ campaign, probability, bidAtMs }: BilledImpression): void {
    const place = this.#heaviest.find(campaign)
    if (place !== undefined) this.#sums[place].addClick(probability, bidAtMs)
  }

  between(fromMs: number, toMs: number): CalibrationState['campaigns'] {
    return this.#owners
      .map((campaign, place) => {
        const { impressions, expected, clicks } = this.#sums[place].between(fromMs, toMs)
        return { campaign, impressions, ...ratioOf(expected, clicks) }
      })
      .filter(({ impressions }) => impressions > 0)
      .sort((a, b) => b.expected - a.expected)
  }

  #begin(place: number, campaign: string, sinceMs: number): void {
    this.#owners[place] = campaign
    this.#sums[place]?.restart(sinceMs)
    this.#sums[place] ??= new BidSums({ widthMs: CAMPAIGN_BUCKET_MS, spanMs: SPAN_MS, sinceMs })
  }
}

export function ratioOf(expected: number, clicks: number): Ratio {
  const ratio = clicks === 0 ? Number.NaN : expected / clicks
  const deviation = DEVIATIONS / Math.sqrt(clicks)
  return { expected, clicks, ratio, low: ratio * Math.max(0, 1 - deviation), high: ratio * (1 + deviation) }
}

function matureFiguresOf({ impressions, clicks, expected, expectedLoss, loss }: Sums): MatureFigures {
  const rate = clicks / impressions
  const entropy = -rate * Math.log(rate) - (1 - rate) * Math.log(1 - rate)
  const logLoss = loss / impressions
  return {
    impressions,
    ...ratioOf(expected, clicks),
    expectedLogLoss: expectedLoss / impressions,
    logLoss,
    normalisedEntropy: logLoss / entropy,
  }
}
