/**
 * Rows that a real bidder takes down: what they say was scored is what was scored, how often they are taken, and of whom.
 */
import t from 'tap'
import { makeBodies } from '../../bench/traffic/requests.ts'
import { compileAds } from '../catalog/compile.ts'
import type { Catalog } from '../catalog/schema.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { FEATURES } from '../features/catalogue.ts'
import { NumberPlan } from '../features/numbers.ts'
import { Plan } from '../features/plan.ts'
import { InlineScorer } from '../inference/inline.ts'
import { type ScoreOutcome, Ticket } from '../inference/queue.ts'
import { newSlabBuffer, slabOver } from '../inference/slab.ts'
import { Rates } from '../pricing/currency.ts'
import { TestBidder } from '../testing/bidder.ts'
import { everyFormatCatalog } from '../testing/catalog.ts'
import { ManualClock } from '../testing/clock.ts'
import { encodeNaively, NUMBER_COLUMNS, TEXT_COLUMNS } from '../testing/every-feature.ts'
import { idOf } from '../testing/tiny-model.ts'
import { RowSampler, type SampledRow } from './row-sampler.ts'
import type { ReadyModel } from './snapshot.ts'

const ROWS_MAX = 1024
const SPEC = {
  key: 'every/1',
  file: '',
  inputs: [
    { name: 'ids', type: 'int32', width: TEXT_COLUMNS.length },
    { name: 'numbers', type: 'float32', width: NUMBER_COLUMNS.length },
  ],
  output: 'p',
} as const

const DEAL = 'deal/é'
const BANNER = JSON.stringify({ id: 'r', imp: [{ id: '1', banner: { w: 300, h: 250 } }] })

const [campaign] = everyFormatCatalog.campaigns
/** Every format, in the open auction and on a deal. */
const catalog: Catalog = {
  ...everyFormatCatalog,
  campaigns: [...everyFormatCatalog.campaigns, { ...campaign, id: 'on-deal', deals: [DEAL] }],
}
const ads = await compileAds(catalog, EXCHANGE_PROFILES)

/** What the model answers to a row, so that an answer tells which row it belongs to. */
const answerTo = (ids: ArrayLike<number>) =>
  Math.fround(Array.from(ids).reduce((sum, id) => (sum + id) % 10_007, 0) / 1e6)

const INLINE = { bias: -3, table: Float32Array.from({ length: 8 }, (_, id) => id / 100) }
const INLINE_COLUMNS = TEXT_COLUMNS.map((column) => ({ ...column, buckets: 8 }))

/** Asks for the whole catalogue. */
function everyFeatureModel(outcome: ScoreOutcome): ReadyModel {
  const { vectors } = ads
  const slab = slabOver(newSlabBuffer(SPEC, ROWS_MAX), SPEC, ROWS_MAX)
  const [ids] = slab.inputs
  let firstRow = 0
  return {
    key: SPEC.key,
    scores: { note: () => {} },
    monitor: { noteRow: () => {}, noteScore: () => {} },
    plans: [new Plan(TEXT_COLUMNS, vectors), new NumberPlan(NUMBER_COLUMNS, vectors)],
    queue: {
      open: (rowCount, deadlineMs) => {
        // Rows of other requests lie before those of each ticket.
        firstRow = (firstRow + 7) % (ROWS_MAX - rowCount)
        const ticket = new Ticket(slab, firstRow, deadlineMs)
        void Promise.resolve().then(() => {
          for (let row = firstRow; row < firstRow + rowCount; row++)
            slab.scores[row] = answerTo(
              ids.subarray((row * ids.length) / ROWS_MAX, ((row + 1) * ids.length) / ROWS_MAX),
            )
          ticket.settle(outcome)
          // The next batch is written over it when those who waited have looked.
          queueMicrotask(() => queueMicrotask(() => new Uint8Array(slab.buffer).fill(0xff)))
        })
        return ticket
      },
    },
    inline: new InlineScorer(INLINE, new Plan(INLINE_COLUMNS, vectors), vectors.count),
  }
}

function sampling(everyMs: number, outcome: ScoreOutcome = 'scored') {
  const clock = new ManualClock()
  const rows: SampledRow[] = []
  const rowSampler = new RowSampler({ everyMs, clock, offer: (row) => rows.push(row) })
  const catalog = { ads, rates: new Rates(undefined, 7), model: everyFeatureModel(outcome) }
  const bidder = new TestBidder(catalog, clock, undefined, undefined, undefined, undefined, rowSampler)
  return { bidder, rows, clock }
}

/** Generated traffic, in which some imps have the deal as well. */
function traffic(count: number): string[] {
  return makeBodies(5, count).map((body, index) => {
    const request = JSON.parse(body.toString()) as { imp: object[] }
    const pmp = { deals: [{ id: DEAL, bidfloor: 0.01 }] }
    return JSON.stringify(
      index % 4 > 0 ? request : { ...request, imp: request.imp.map((imp) => ({ ...imp, pmp })) },
    )
  })
}

t.test(
  'rows say what was scored: encoded again by the rules they are what the model was given',
  async (t) => {
    const { bidder, rows, clock } = sampling(0)
    for (const body of traffic(600)) {
      await bidder.ask(body)
      bidder.letGo()
      clock.advance(600_000)
    }
    t.ok(rows.length > 200, `${rows.length} rows`)
    const seen = new Map<string, Set<unknown>>(FEATURES.map(({ name }) => [name, new Set()]))
    for (const line of rows.map((row) => JSON.stringify(row))) {
      const { at, model, features, inputs, output, inline } = JSON.parse(line) as SampledRow
      t.match(at, /^2026-01-\d\dT\d\d:\d\d:00Z$/)
      t.equal(model, 'every/1')
      t.same(inputs, encodeNaively(features))
      t.equal(Math.fround(output), answerTo(inputs.ids))
      const logit = INLINE_COLUMNS.reduce(
        (sum, column) => sum + INLINE.table[idOf(column, features)],
        INLINE.bias,
      )
      t.ok(Math.abs(inline - 1 / (1 + Math.exp(-logit))) < 1e-6)
      for (const { name } of FEATURES) seen.get(name)!.add(features[name])
    }
    // Who is known is asked for the sake of caps and segments, of which there are none here.
    const never = ['exchange', 'user_state', 'user_segments']
    for (const [name, values] of seen)
      if (!never.includes(name)) t.ok(values.size > 1, `${name} was more than one thing`)
  },
)

t.test('a row is taken when the time since the last one is over', async (t) => {
  const { bidder, rows, clock } = sampling(1000)
  const taken: number[] = []
  for (const ms of [0, 999, 1, 0, 5000, 10]) {
    clock.advance(ms)
    await bidder.ask(BANNER)
    taken.push(rows.length)
  }
  t.same(taken, [1, 1, 2, 2, 3, 3])
})

t.test('nothing is taken of a request that may not be used to train', async (t) => {
  const { bidder, rows } = sampling(0)
  for (const [signals, count] of [
    [{ regs: { us_privacy: '1YYN' } }, 0],
    [{ regs: { coppa: 1 } }, 0],
    [{ device: { lmt: 1 } }, 1],
    [{}, 2],
  ] as const) {
    t.equal((await bidder.ask(JSON.stringify({ ...JSON.parse(BANNER), ...signals }))).outcome, 'bid')
    t.equal(rows.length, count, JSON.stringify(signals))
  }
})

t.test('a row that the model did not answer is not a row', async (t) => {
  const { bidder, rows } = sampling(0, 'late')
  t.equal((await bidder.ask(BANNER)).outcome, 'bid')
  t.same(rows, [])
})
