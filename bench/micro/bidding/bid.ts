/**
 * A whole bid without port and worker, by the number of campaigns: read, permit, match, rank, features, price, reserve
 * and write. The model stands in as scores that are there at once, so that what is measured is the bid loop alone.
 */
import { Prng } from '../../../src/base/prng.ts'
import type { ReadyModel } from '../../../src/bidding/snapshot.ts'
import { Plan } from '../../../src/features/plan.ts'
import { InlineScorer } from '../../../src/inference/inline.ts'
import { Ticket } from '../../../src/inference/queue.ts'
import { newSlabBuffer, slabOver } from '../../../src/inference/slab.ts'
import { ModelMonitors } from '../../../src/models/monitor/model-monitors.ts'
import { Scores } from '../../../src/models/release/scores.ts'
import { Rates } from '../../../src/pricing/currency.ts'
import { TestBidder } from '../../../src/testing/bidder.ts'
import { ManualClock } from '../../../src/testing/clock.ts'
import { OPERATOR } from '../../end-to-end/target.ts'
import type { AsyncMicroBench } from '../measure.ts'
import { adsOf, bodies, model } from '../setting.ts'

const ROWS_MAX = 4096
const REQUESTS = 1000
const BATCH = 250

/** Bids on request after request, a batch of them a call; gives the characters of the answers. */
async function bidding(campaigns: number): Promise<() => Promise<number>> {
  const ads = await adsOf(campaigns)
  const plans = model.manifest.inputs.map(({ columns }) => new Plan(columns, ads.vectors))
  const slab = slabOver(newSlabBuffer(model.spec, ROWS_MAX), model.spec, ROWS_MAX)
  const prng = new Prng(1)
  for (let row = 0; row < ROWS_MAX; row++) slab.scores[row] = 0.004 * prng.unit()
  const ready: ReadyModel = {
    key: 'ctr/1',
    scores: new Scores(),
    monitor: new ModelMonitors().open(model, 0),
    plans,
    queue: {
      open: (_, deadlineMs) => {
        const ticket = new Ticket(slab, 0, deadlineMs)
        ticket.settle('scored')
        return ticket
      },
    },
    inline: new InlineScorer(model.inline, new Plan(model.inline.columns, ads.vectors), ads.vectors.count),
  }
  const clock = new ManualClock()
  const bidder = new TestBidder({ ads, rates: new Rates(undefined, 30), model: ready }, clock, OPERATOR)
  let next = 0
  return async () => {
    bidder.letGo()
    let characters = 0
    for (let i = 0; i < BATCH; i++) {
      characters += (await bidder.ask(bodies[next++ % REQUESTS])).text.length
    }
    return characters
  }
}

export const asyncBenches: AsyncMicroBench[] = [
  {
    name: `bidding: ${BATCH} bids without port and worker`,
    unit: 'batch',
    count: 8,
    open: async () => {
      const cases = []
      for (const campaigns of [1000, 100, 10_000]) {
        cases.push({ name: `${campaigns.toLocaleString('en-US')} campaigns`, run: await bidding(campaigns) })
      }
      return { cases, close: async () => {} }
    },
  },
]
