/**
 * Offers the bids of an answer to the event log, which counts what it has no room for.
 */
import type { BidEvents } from '../events/event-log.ts'
import { NONE } from '../openrtb/tape.ts'
import type { Choice } from './choose.ts'
import type { ReadyModel, Snapshot } from './snapshot.ts'

export type LogTerms = {
  readonly events: BidEvents
  /** The model that the request was given, whether it answered or its inline scorer. */
  readonly model: ReadyModel
  readonly atMs: number
}

export function logBids(
  { ads }: Snapshot,
  choices: readonly Choice[],
  { events, model, atMs }: LogTerms,
): void {
  if (choices[0].slot.featuresNote === NONE) return
  for (const choice of choices) {
    events.offerBid({
      note: choice.slot.featuresNote,
      atMs,
      bidId: choice.bidId,
      priceCpmMicros: choice.priceCpmMicros,
      usdCpmMicros: choice.usdCpmMicros,
      clickProbability: choice.clickProbability,
      propensity: choice.propensity,
      model: model.key,
      isByModel: choice.model !== '',
      ads: ads.vectors,
      ad: choice.ad,
    })
  }
}
