/**
 * Everything that a bid decides on, as one object: published whole, read once a request, never changed.
 * All its tables are indexed by ad; an ad is one creative of one campaign.
 */
import type { CampaignBudget } from '../budget/ledger-terms.ts'
import type { PacingMode } from '../budget/pacer.ts'
import type { Cells } from '../features/plan.ts'
import type { AdFeatures, AdVectors, FeatureVector } from '../features/vector.ts'
import type { Ticket } from '../inference/queue.ts'
import type { AdFragment } from '../openrtb/response.ts'
import type { Rates } from '../pricing/currency.ts'
import type { Goals } from '../pricing/price.ts'
import type { AdTraits } from '../targeting/ad.ts'
import type { TargetIndex } from '../targeting/compile.ts'
import type { Caps } from '../users/caps.ts'
import type { SegmentTable } from '../users/segments.ts'

/** What a campaign says of money, time and users. */
export type CampaignTerms = {
  readonly name: string
  /** False when the catalog has it paused; an operator may pause it too. */
  readonly isActive: boolean
  readonly budget: CampaignBudget
  readonly pacing: PacingMode
  readonly caps: Caps
  /** Whether it leaves out users that nobody may know. */
  readonly isForKnownUsers: boolean
}

/** The ads of a catalog, compiled. */
export type Ads = {
  /** All campaigns by id, also those without ads. */
  readonly campaigns: ReadonlyMap<string, CampaignTerms>
  readonly targets: TargetIndex
  readonly vectors: AdVectors
  /** The texts that `vectors` were made from; kept where rows are sampled. */
  readonly features?: readonly AdFeatures[]
  readonly goals: Goals
  readonly traits: AdTraits
  /** The ads of one creative share theirs. */
  readonly fragments: readonly AdFragment[]
  /** By ad and exchange: the creative's id where an exchange has one of its own for it, else undefined. */
  readonly registeredIds: readonly (readonly (string | undefined)[])[]
  /** Landing pages by creative id: where clicks lead. */
  readonly landings: ReadonlyMap<string, string>
}

/** A model made ready for these ads: how its rows are written, where they are scored, and who stands in for it. */
export type ReadyModel = {
  /** `name/version`. */
  readonly key: string
  /** One for each of the model's inputs: `Plan` or `NumberPlan`. */
  readonly plans: readonly RowWriter[]
  /** A `ScoringQueue`. */
  readonly queue: { open(rowCount: number, deadlineMs: number): Ticket | undefined }
  /** An `InlineScorer`. */
  readonly inline: { begin(vector: FeatureVector): void; score(ad: number): number }
  /** Told of all scores that bids are made from. */
  readonly scores: { note(probability: number): void }
  /** Told of one row of some requests, and what the model has answered for it. */
  readonly monitor: {
    noteRow(vector: FeatureVector, ads: AdVectors, ad: number, wallMs: number): void
    noteScore(probability: number, wallMs: number): void
  }
}

/** A version on trial, made ready for these ads. */
export type Candidate = {
  readonly model: ReadyModel
  /** Buckets of the assignment whose requests it bids on; 0 while it only scores beside the live version. */
  readonly buckets: number
  /** Buckets whose requests it scores beside the live version, while it bids on none. */
  readonly shadowBuckets: number
  readonly salt: number
  readonly shadow: ShadowScores
}

/** What a candidate says beside the live version. */
export type ShadowScores = {
  /** The same row, by both. */
  note(liveProbability: number, candidateProbability: number): void
  noteBid(bidNumber: number, candidateProbability: number): void
}

type RowWriter = {
  begin(vector: FeatureVector): void
  write(target: Cells, row: number, ad: number): void
}

/** Where the ads of a catalog stand in what outlives it: the ledger, the response rates, the frequency table. */
export type AdAccounts = {
  /** Campaigns of the ledger, by ad. */
  readonly campaigns: Int32Array
  /** Creatives of the response rates. */
  readonly creatives: Int32Array
  readonly caps: readonly Caps[]
  readonly campaignHashes: Uint32Array
  /** 1 for ads that are not shown to users that nobody may know. */
  readonly isForKnownUsers: Uint8Array
  /** Whether any ad asks who the user is. */
  readonly hasCaps: boolean
}

/** The goals as they are worth this second: calibrated, paced, and nought where a campaign may not bid. */
export type PacedGoals = Pick<Goals, 'isPerClick' | 'valueMicros' | 'ceilingCpmMicros'> & {
  /** Conversions a click that the values reckon with; 0 where conversions are not the goal. */
  readonly conversionRate: Float64Array
  /** Share of the requests that an ad takes part in. */
  readonly passShare: Float64Array
}

export type Snapshot = {
  readonly ads: Ads
  readonly rates: Rates
  readonly model: ReadyModel
  readonly candidate?: Candidate
  /** A model of conversions, asked where one is the goal of a candidate. */
  readonly conversionModel?: ReadyModel
  readonly accounts: AdAccounts
  readonly goals: PacedGoals
  /** Absent where there is no segment file. */
  readonly segments?: SegmentTable
}
