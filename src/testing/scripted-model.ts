/**
 * A model whose answers a test writes down: a click probability for each ad. It stands where the real queue, plans and
 * inline scorer stand, and settles its tickets as told.
 */
import type { ReadyModel } from '../bidding/snapshot.ts'
import { type ScoreOutcome, Ticket } from '../inference/queue.ts'
import { slabOver } from '../inference/slab.ts'

const ROWS_MAX = 4096
const SPEC = {
  key: 'scripted/1',
  file: '',
  inputs: [{ name: 'ads', type: 'int32', width: 1 }],
  output: 'p',
} as const

export type Script = {
  /** What the model says of an ad. */
  readonly probability: (ad: number) => number
  /** What the inline scorer says of it; what the model says unless told. */
  readonly inlineProbability?: (ad: number) => number
  /** How tickets end; `full` refuses them. */
  readonly outcome: ScoreOutcome | 'full'
  /** When they end; at once unless told. */
  readonly until?: Promise<void>
}

export function scriptedModel(script: Script): ReadyModel {
  const buffer = new SharedArrayBuffer(ROWS_MAX * 8)
  const slab = slabOver(buffer, SPEC, ROWS_MAX)
  return {
    key: SPEC.key,
    plans: [
      {
        begin: () => {},
        write: (cells, row, ad) => {
          cells[row] = ad
        },
      },
    ],
    queue: {
      open: (rowCount, deadlineMs) => {
        if (script.outcome === 'full') return undefined
        const ticket = new Ticket(slab, 0, deadlineMs)
        void (script.until ?? Promise.resolve()).then(() => {
          for (let row = 0; row < rowCount; row++) slab.scores[row] = script.probability(slab.inputs[0][row])
          ticket.settle(script.outcome as ScoreOutcome)
        })
        return ticket
      },
    },
    inline: {
      begin: () => {},
      score: (ad) => (script.inlineProbability ?? script.probability)(ad),
    },
  }
}
