/**
 * Everything that a bid decides on, as one object: published whole, read once a request, never changed.
 * All its tables are indexed by ad; an ad is one creative of one campaign.
 */
import type { NumberPlan } from '../features/numbers.ts'
import type { Plan } from '../features/plan.ts'
import type { AdVectors } from '../features/vector.ts'
import type { InlineScorer } from '../inference/inline.ts'
import type { ScoringQueue } from '../inference/queue.ts'
import type { AdFragment } from '../openrtb/response.ts'
import type { Goals } from '../pricing/price.ts'
import type { TargetIndex } from '../targeting/compile.ts'

/** The ads of a catalog, compiled. */
export type Ads = {
  readonly targets: TargetIndex
  readonly vectors: AdVectors
  readonly goals: Goals
  readonly fragments: readonly AdFragment[]
}

/** A model made ready for these ads: how its rows are written, where they are scored, and who stands in for it. */
export type ReadyModel = {
  /** In the order of the model's inputs. */
  readonly plans: readonly (Plan | NumberPlan)[]
  readonly queue: ScoringQueue
  readonly inline: InlineScorer
}

export type Snapshot = { readonly ads: Ads; readonly model: ReadyModel }
