/**
 * Scores are taken out of their slabs before those belong to another batch.
 */
import t from 'tap'
import { type ScoreOutcome, Ticket } from '../inference/queue.ts'
import { slabOver } from '../inference/slab.ts'
import { takeBoth, takeClicks } from './scores.ts'
import type { Slot } from './slot.ts'

const ROWS = 16
const SPEC = {
  ...{ key: 'k', file: '', output: 'p' },
  inputs: [{ name: 'ads', type: 'int32', width: 1 }],
} as const

const slots = () =>
  [2, 1].map((count) => ({
    ads: Array(count).fill(0),
    probabilities: Array(count).fill(0.5),
    conversions: [],
  })) as Partial<Slot>[] as Slot[]

/** A ticket from row 3 on, and what ends it as a queue does: the slab is another's one microtask later. */
function ticketOf(scores: readonly number[]) {
  const slab = slabOver(new SharedArrayBuffer(ROWS * 8), SPEC, ROWS)
  slab.scores.set(scores, 3)
  const ticket = new Ticket(slab, 3, 0)
  const end = (outcome: ScoreOutcome) => {
    ticket.settle(outcome)
    queueMicrotask(() => slab.scores.fill(9))
  }
  return { ticket, end }
}

t.test('each slot gets its rows', async (t) => {
  const asked = slots()
  const { ticket, end } = ticketOf([0.25, 0.125, 0.75])
  const bid = ticket.outcome.then(() => takeClicks(asked, ticket))
  end('scored')
  await bid
  t.same(
    asked.map(({ probabilities, conversions }) => [probabilities, conversions]),
    [
      [[0.25, 0.125], []],
      [[0.75], []],
    ],
  )
})

t.test('two models are waited for, whichever answers first', async (t) => {
  for (const isClickFirst of [true, false]) {
    const asked = slots()
    const [clicks, conversions] = [ticketOf([0.25, 0.125, 0.75]), ticketOf([0.5, 0.0625, 1])]
    const scored = takeBoth(asked, clicks.ticket, conversions.ticket)
    const ends = [() => clicks.end('scored'), () => conversions.end('scored')]
    for (const end of isClickFirst ? ends : ends.reverse()) {
      end()
      await new Promise(setImmediate)
    }
    t.equal(await scored, 'scored')
    t.same(asked[0], { ...slots()[0], probabilities: [0.25, 0.125], conversions: [0.5, 0.0625] })
    t.same(asked[1].conversions, [1])
  }
})

t.test('one of the two may fail, and what it stands for stays as it was', async (t) => {
  for (const outcome of ['late', 'failed'] as const) {
    const asked = slots()
    const [clicks, conversions] = [ticketOf([0.25, 0.125, 0.75]), ticketOf([0.5, 0.0625, 1])]
    const scored = takeBoth(asked, clicks.ticket, conversions.ticket)
    clicks.end(outcome)
    conversions.end('scored')
    t.equal(await scored, outcome)
    t.same(asked[0], { ...slots()[0], conversions: [0.5, 0.0625] })
  }
  const asked = slots()
  const [clicks, conversions] = [ticketOf([0.25, 0.125, 0.75]), ticketOf([])]
  const scored = takeBoth(asked, clicks.ticket, conversions.ticket)
  clicks.end('scored')
  conversions.end('late')
  t.equal(await scored, 'scored')
  t.same(asked[0], { ...slots()[0], probabilities: [0.25, 0.125] })
})
