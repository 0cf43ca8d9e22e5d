/**
 * Takes the scores of a request's rows out of the slabs, which belong to another batch as soon as the loop goes on, and
 * puts them where its candidates are. The one thing that a bid waits for.
 */
import type { ScoreOutcome, Ticket } from '../inference/queue.ts'
import type { Slot } from './slot.ts'
import type { ReadyModel } from './snapshot.ts'

/**
 * Resolves to what became of the clicks' rows; without them the inline scorer's probabilities are left where they are.
 * @param conversions of the same ads, where a model of conversions is asked as well.
 */
export function scoresOf(
  slots: readonly Slot[],
  { scores }: Pick<ReadyModel, 'scores'>,
  clicks: Ticket,
  conversions: Ticket | undefined,
): Promise<ScoreOutcome> {
  const taken = clicks.outcome.then((outcome) => {
    if (outcome === 'scored')
      eachScore(slots, clicks, (slot, i, score) => {
        slot.probabilities[i] = score
        scores.note(score)
      })
    return outcome
  })
  if (conversions === undefined) return taken
  const others = conversions.outcome.then((outcome) => {
    if (outcome === 'scored')
      eachScore(slots, conversions, (slot, i, score) => {
        slot.conversions[i] = score
      })
  })
  return Promise.all([taken, others]).then(([outcome]) => outcome)
}

/** Rows stand slot by slot, ad by ad. */
function eachScore(
  slots: readonly Slot[],
  { slab, firstRow }: Ticket,
  take: (slot: Slot, i: number, score: number) => void,
): void {
  let row = firstRow
  for (const slot of slots) for (let i = 0; i < slot.ads.length; i++) take(slot, i, slab.scores[row++])
}
