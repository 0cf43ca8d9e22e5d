/**
 * How creatives and campaigns do against what the model expects of them: the multipliers that calibrate a probability,
 * and the choice among a campaign's creatives.
 *
 * Clicks on a creative are taken as Poisson with mean theta * sum of p, theta ~ Gamma(m * k, m) with m expected clicks
 * of prior and k the multiplier of its campaign, which is (M + clicks) / (M + sum of p) in turn. A creative is priced at
 * the posterior mean and chosen by a draw from the posterior (Thompson sampling; Chapelle and Li, NIPS 2011): as
 * Beta-Bernoulli at click rates this small, with the model's view of the slot kept. Old evidence fades by the hour.
 *
 * A conversion rate is one of a campaign: its prior counts as so many clicks.
 *
 * Notices add; a mean costs some 10 ns, a draw some 60.
 */
import { Growing } from '../base/growing.ts'
import type { Prng } from '../base/prng.ts'

/** Expected clicks that the prior of a creative, and of a campaign, weighs as much as. */
const CREATIVE_PRIOR = 20
const CAMPAIGN_PRIOR = 20
/** Clicks that the stated conversion rate weighs as much as. */
const CONVERSION_PRIOR = 200
/** Beyond these a multiplier says that something is wrong, not that the model errs. */
const MULTIPLIER_LEAST = 0.5
const MULTIPLIER_MOST = 2
const KEPT_AN_HOUR = 0.98
const HOUR_MS = 3_600_000

/** What is known of a creative when the process starts. */
export type CreativePast = { readonly expectedClicks: number; readonly clicks: number }

export class ResponseRates {
  readonly #creatives = new Map<string, number>()
  readonly #campaignOf = new Growing(Int32Array)
  readonly #expected = new Growing(Float64Array)
  readonly #clicks = new Growing(Float64Array)
  readonly #campaignExpected = new Growing(Float64Array)
  readonly #campaignClicks = new Growing(Float64Array)
  readonly #allClicks = new Growing(Float64Array)
  readonly #conversions = new Growing(Float64Array)
  #fadedAtMs = Number.NaN

  /** The index of a creative of a campaign, which it keeps for the life of the process. */
  creativeOf(campaign: number, creativeId: string, past?: CreativePast): number {
    const key = `${campaign} ${creativeId}`
    const known = this.#creatives.get(key)
    if (known !== undefined) return known
    this.#ensureCampaign(campaign)
    const { expectedClicks = 0, clicks = 0 } = past ?? {}
    const creative = this.#campaignOf.push(campaign)
    this.#creatives.set(key, creative)
    this.#expected.push(expectedClicks)
    this.#clicks.push(clicks)
    this.#campaignExpected.values[campaign] += expectedClicks
    this.#campaignClicks.values[campaign] += clicks
    return creative
  }

  /** What a campaign's clicks and conversions were when the process started. */
  restoreConversions(campaign: number, clicks: number, conversions: number): void {
    this.#ensureCampaign(campaign)
    this.#allClicks.values[campaign] = clicks
    this.#conversions.values[campaign] = conversions
  }

  addImpression(creative: number, clickProbability: number): void {
    this.#expected.values[creative] += clickProbability
    this.#campaignExpected.values[this.#campaignOf.at(creative)] += clickProbability
  }

  addClick(creative: number): void {
    const campaign = this.#campaignOf.at(creative)
    this.#clicks.values[creative]++
    this.#campaignClicks.values[campaign]++
    this.#allClicks.values[campaign]++
  }

  addConversion(campaign: number): void {
    this.#ensureCampaign(campaign)
    this.#conversions.values[campaign]++
  }

  /** Lets the past fade by the hours. Called every second. */
  fade(nowMs: number): void {
    if (!(nowMs - this.#fadedAtMs < HOUR_MS)) this.#fade(nowMs)
  }

  /** The multiplier that a creative's probabilities are priced with. */
  mean(creative: number): number {
    return clip(this.#shape(creative) / this.#rate(creative))
  }

  /** A multiplier drawn from what it may be. */
  draw(creative: number, prng: Prng): number {
    return gamma(this.#shape(creative), prng) / this.#rate(creative)
  }

  /** Conversions a click. */
  conversionRate(campaign: number, statedRate: number): number {
    const conversions = this.#conversions.at(campaign) + CONVERSION_PRIOR * statedRate
    return Math.min(1, conversions / (this.#allClicks.at(campaign) + CONVERSION_PRIOR))
  }

  #shape(creative: number): number {
    const campaign = this.#campaignOf.values[creative]
    const multiplier = clip(
      (CAMPAIGN_PRIOR + this.#campaignClicks.values[campaign]) /
        (CAMPAIGN_PRIOR + this.#campaignExpected.values[campaign]),
    )
    return CREATIVE_PRIOR * multiplier + this.#clicks.values[creative]
  }

  #rate(creative: number): number {
    return CREATIVE_PRIOR + this.#expected.values[creative]
  }

  #fade(nowMs: number): void {
    const isFirst = Number.isNaN(this.#fadedAtMs)
    this.#fadedAtMs = nowMs
    if (isFirst) return
    for (const column of [this.#expected, this.#clicks, this.#campaignExpected, this.#campaignClicks])
      for (let i = 0; i < column.length; i++) column.values[i] *= KEPT_AN_HOUR
  }

  #ensureCampaign(campaign: number): void {
    while (this.#campaignExpected.length <= campaign) {
      this.#campaignExpected.push(0)
      this.#campaignClicks.push(0)
      this.#allClicks.push(0)
      this.#conversions.push(0)
    }
  }
}

function clip(multiplier: number): number {
  return Math.min(Math.max(multiplier, MULTIPLIER_LEAST), MULTIPLIER_MOST)
}

/** A draw from Gamma(shape, 1) for shapes of at least 1 (Marsaglia and Tsang, 2000). */
function gamma(shape: number, prng: Prng): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = prng.normal()
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    if (Math.log(1 - prng.unit()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v
  }
}
