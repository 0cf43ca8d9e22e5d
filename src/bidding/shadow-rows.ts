/**
 * What a candidate says of the rows that the live version has scored, for the comparison of the two. Nobody waits for it:
 * the bid is gone by the time that its answer is there.
 */
import { NONE } from '../budget/holds.ts'
import type { Ticket } from '../inference/queue.ts'
import type { Choice } from './choose.ts'
import type { Slot } from './slot.ts'
import type { ShadowScores } from './snapshot.ts'

/** @param slots with the scores of the live version, in the order of the rows. */
export function compareScores(
  sink: ShadowScores,
  shadow: Ticket,
  slots: readonly Slot[],
  choices: readonly Choice[],
): void {
  void shadow.outcome.then((outcome) => {
    if (outcome !== 'scored') return
    const { scores } = shadow.slab
    let row = shadow.firstRow
    for (const { probabilities } of slots) for (const live of probabilities) sink.note(live, scores[row++])
    for (const { slot, ad, bidNumber } of choices) {
      if (bidNumber !== NONE) sink.noteBid(bidNumber, scores[shadow.firstRow + rowOf(slots, slot, ad)])
    }
  })
}

/** Rows stand slot by slot, ad by ad. */
function rowOf(slots: readonly Slot[], wanted: Slot, ad: number): number {
  let row = 0
  for (const slot of slots) {
    if (slot === wanted) break
    row += slot.ads.length
  }
  return row + wanted.ads.indexOf(ad)
}
