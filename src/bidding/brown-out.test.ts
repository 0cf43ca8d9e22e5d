/**
 * What a bid does at each level: fewer rows for the model, then none, and always a bid.
 */
import t from 'tap'
import { compileAds } from '../catalog/compile.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { Rates } from '../pricing/currency.ts'
import { TestBidder } from '../testing/bidder.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { scriptedModel } from '../testing/scripted-model.ts'
import { LEVEL } from './brown-out.ts'
import { INLINE_REASON } from './telemetry.ts'

const ADS = 10
const REQUEST = JSON.stringify({ id: 'r', imp: [{ id: '1', banner: { w: 300, h: 250 } }] })

/** One campaign with creatives that are alike. */
async function bidderOf(outcome: 'scored' | 'full' = 'scored'): Promise<TestBidder> {
  const [creative] = oneBannerCatalog.creatives
  const creatives = Array.from({ length: ADS }, (_, i) => ({ ...creative, id: `cr-${i}` }))
  const campaigns = oneBannerCatalog.campaigns.map((campaign) => ({
    ...campaign,
    creatives: creatives.map(({ id }) => id),
  }))
  const ads = await compileAds({ ...oneBannerCatalog, creatives, campaigns }, EXCHANGE_PROFILES)
  const model = scriptedModel({ outcome, probability: () => 0.01 })
  return new TestBidder({ ads, rates: new Rates(undefined, 1), model })
}

const LEVELS = [
  ['full', LEVEL.full, ADS, 0],
  ['fewer', LEVEL.fewer, 4, 0],
  ['inline', LEVEL.inline, 0, 1],
  ['refusing', LEVEL.refusing, 0, 1],
] as const

for (const [name, level, rows, inlineAnswers] of LEVELS) {
  t.test(
    `at the level ${name} the model scores ${rows} of ${ADS} candidates, and there is a bid`,
    async (t) => {
      const bidder = await bidderOf()
      bidder.brownOut.level = level
      const { outcome, text } = await bidder.ask(REQUEST)
      t.equal(outcome, 'bid')
      t.equal(JSON.parse(text).seatbid[0].bid.length, 1)
      t.equal(bidder.telemetry.rows.values[0], rows)
      t.equal(bidder.telemetry.inlineAnswers.values[INLINE_REASON.overload], inlineAnswers)
    },
  )
}

t.test('a batch without room is not taken for a brown-out', async (t) => {
  const bidder = await bidderOf('full')
  t.equal((await bidder.ask(REQUEST)).outcome, 'bid')
  t.same([...bidder.telemetry.inlineAnswers.values], [0, 0, 1, 0])
})

t.test('all work is done again by the first bid behind a brown-out', async (t) => {
  const bidder = await bidderOf()
  bidder.brownOut.level = LEVEL.inline
  await bidder.ask(REQUEST)
  bidder.brownOut.level = LEVEL.full
  await bidder.ask(REQUEST)
  t.equal(bidder.telemetry.rows.values[0], ADS)
})
