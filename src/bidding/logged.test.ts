/** What a bid leaves in the event log: one record a bid of the answer, with the features of its own imp. */
import t from 'tap'
import { hashText } from '../base/hash.ts'
import { compileAds } from '../catalog/compile.ts'
import type { BidEvent } from '../events/bid-records.ts'
import type { BidEvents } from '../events/event-log.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { F } from '../features/catalogue.ts'
import { Rates } from '../pricing/currency.ts'
import { type AskOptions, TEST_OPERATOR, TestBidder } from '../testing/bidder.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { type Script, scriptedModel } from '../testing/scripted-model.ts'
import { LEVEL } from './brown-out.ts'

const SCORED: Script = { probability: () => 0.25, inlineProbability: () => 0.125, outcome: 'scored' }
const imp = (id: string) => ({ id, tagid: `tag-${id}`, banner: { w: 300, h: 250 } })
const request = (id: string, more: object = {}) => ({ id, at: 2, imp: [imp('1')], ...more })

/** A bidder, and what it has offered by `tagid`. */
async function bidderOf(script: Script = SCORED, exchanges = EXCHANGE_PROFILES) {
  const ads = await compileAds(oneBannerCatalog, exchanges)
  const tags: number[] = []
  const offered: (BidEvent & { tag: number })[] = []
  const events: BidEvents = {
    isWanted: () => true,
    noteFeatures: ({ hashes }) => tags.push(hashes[F.tag]) - 1,
    offerBid: (bid) => offered.push({ ...bid, tag: tags[bid.note] }) > 0,
  }
  const snapshot = { ads, rates: new Rates(undefined, 1), model: scriptedModel(script) }
  const bidder = new TestBidder(snapshot, undefined, TEST_OPERATOR, exchanges, undefined, events)
  const ask = async (body: object, options?: AskOptions) => {
    const { outcome, text } = await bidder.ask(JSON.stringify(body), options)
    return { outcome, bids: outcome === 'bid' ? JSON.parse(text).seatbid[0].bid : [] }
  }
  return { bidder, ask, offered, events, tags, ads }
}

t.test('each bid of an answer is offered once, as it stands there', async (t) => {
  const { bidder, ask, offered, tags, ads } = await bidderOf()
  const { bids } = await ask(request('r', { imp: ['1', '2', '3'].map(imp) }))
  t.equal(bids.length, 3)
  t.match(
    offered,
    bids.map((bid: { id: string; impid: string; price: number }) => ({
      tag: hashText(`tag-${bid.impid}`),
      bidId: bid.id,
      atMs: bidder.clock.wallMs(),
      priceCpmMicros: bid.price * 1e6,
      usdCpmMicros: bid.price * 1e6,
      clickProbability: 0.25,
      model: 'scripted/1',
      isByModel: true,
      ads: ads.vectors,
    })),
  )
  t.equal(tags.length, 3, 'an imp is noted once')
})

t.test('requests that wait for their scores at once keep their own features', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { ask, offered } = await bidderOf({ ...SCORED, until: promise })
  const asked = ['7', '8', '9'].map((id) => ask(request(id, { imp: [imp(id)] })))
  resolve()
  const answers = await Promise.all(asked)
  t.same(
    offered.map(({ bidId, tag }) => [bidId, tag]),
    answers.map(({ bids: [bid] }) => [bid.id, hashText(`tag-${bid.impid}`)]),
  )
})

t.test('whose probability it was is told', async (t) => {
  const inline = { isByModel: false, clickProbability: 0.125 }
  for (const outcome of ['late', 'failed', 'full'] as const) {
    const { ask, offered } = await bidderOf({ ...SCORED, outcome })
    await ask(request('r'))
    t.match(offered, [inline], outcome)
  }
  const { bidder, ask, offered } = await bidderOf()
  bidder.brownOut.level = LEVEL.inline
  await ask(request('r'))
  t.match(offered, [inline], 'overload')
})

t.test('nothing is offered of what was not bid, of tests, and of requests that are not wanted', async (t) => {
  const { ask, offered, events, tags } = await bidderOf()
  t.equal((await ask(request('r', { imp: [{ ...imp('1'), bidfloor: 99 }] }))).outcome, 'below_floor')
  t.equal((await ask(request('r'), { hangUp: Promise.resolve() })).outcome, 'aborted')
  t.equal((await ask(request('r', { test: 1 }))).outcome, 'bid')
  events.isWanted = () => false
  t.equal((await ask(request('r'))).outcome, 'bid')
  t.same(offered, [])
  t.equal(tags.length, 1, 'only the one that was hung up on was noted')
})

t.test('a bid that does not fit into the answer is not offered', async (t) => {
  const short = EXCHANGE_PROFILES.map((profile) => ({ ...profile, answerBytesMax: 2500 }))
  const { ask, offered } = await bidderOf(SCORED, short)
  const { bids } = await ask(request('r', { imp: ['1', '2', '3'].map(imp) }))
  t.ok(bids.length > 0 && bids.length < 3, `${bids.length} bids fit`)
  t.same(
    offered.map(({ bidId }) => bidId),
    bids.map(({ id }: { id: string }) => id),
  )
})
