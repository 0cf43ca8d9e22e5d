/**
 * Takes the scores of a request's rows out of the slabs, which belong to another batch as soon as the loop goes on, and
 * puts them where its candidates are.
 */
import type { ScoreOutcome, Ticket } from '../inference/queue.ts'
import type { Slot } from './slot.ts'

/** To be called in the turn in which the ticket was settled, before anything else is waited for. */
export function takeClicks(slots: readonly Slot[], { slab, firstRow }: Ticket): void {
  let row = firstRow
  for (const { probabilities } of slots) {
    for (let i = 0; i < probabilities.length; i++) probabilities[i] = slab.scores[row++]
  }
}

/**
 * Where a model of conversions is asked as well, for the same ads: waits for both, and takes what comes. Resolves to what
 * became of the clicks.
 */
export function takeBoth(slots: readonly Slot[], clicks: Ticket, conversions: Ticket): Promise<ScoreOutcome> {
  const others = conversions.outcome.then((outcome) => {
    if (outcome === 'scored') takeConversions(slots, conversions)
  })
  const taken = clicks.outcome.then((outcome) => {
    if (outcome === 'scored') takeClicks(slots, clicks)
    return outcome
  })
  return Promise.all([taken, others]).then(([outcome]) => outcome)
}

/** Rows stand slot by slot, ad by ad. */
function takeConversions(slots: readonly Slot[], { slab, firstRow }: Ticket): void {
  let row = firstRow
  for (const slot of slots) {
    slot.conversions = Array.from(slab.scores.subarray(row, row + slot.ads.length))
    row += slot.ads.length
  }
}
