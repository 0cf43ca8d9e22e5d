/**
 * Everything that a bid decides on, as one object: published whole, read once a request, never changed.
 * All its tables are indexed by ad; an ad is one creative of one campaign.
 */
import type { Cells } from '../features/plan.ts'
import type { AdVectors, FeatureVector } from '../features/vector.ts'
import type { Ticket } from '../inference/queue.ts'
import type { AdFragment } from '../openrtb/response.ts'
import type { Rates } from '../pricing/currency.ts'
import type { Goals } from '../pricing/price.ts'
import type { AdTraits } from '../targeting/ad.ts'
import type { TargetIndex } from '../targeting/compile.ts'

/** The ads of a catalog, compiled. */
export type Ads = {
  readonly targets: TargetIndex
  readonly vectors: AdVectors
  readonly goals: Goals
  readonly traits: AdTraits
  readonly fragments: readonly AdFragment[]
  /** By ad and exchange: `adid` and `crid` as JSON where an exchange has ids of its own, else undefined. */
  readonly registeredIds: readonly (readonly (string | undefined)[])[]
  /** Landing pages by creative id: where clicks lead. */
  readonly landings: ReadonlyMap<string, string>
}

/** A model made ready for these ads: how its rows are written, where they are scored, and who stands in for it. */
export type ReadyModel = {
  /** One for each of the model's inputs: `Plan` or `NumberPlan`. */
  readonly plans: readonly RowWriter[]
  /** A `ScoringQueue`. */
  readonly queue: { open(rowCount: number, deadlineMs: number): Ticket | undefined }
  /** An `InlineScorer`. */
  readonly inline: { begin(vector: FeatureVector): void; score(vector: FeatureVector, ad: number): number }
}

type RowWriter = {
  begin(vector: FeatureVector): void
  write(target: Cells, row: number, ad: number, vector: FeatureVector, ads: AdVectors): void
}

export type Snapshot = { readonly ads: Ads; readonly rates: Rates; readonly model: ReadyModel }
