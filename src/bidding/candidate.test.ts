/**
 * A candidate beside the live version: in shadow it is asked and spends nothing, as a canary it bids on its share.
 */
import t from 'tap'
import { compileAds } from '../catalog/compile.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { readUnsealed } from '../exchange/token.ts'
import { BUCKETS } from '../experiments/assignment.ts'
import { Rates } from '../pricing/currency.ts'
import { TestBidder } from '../testing/bidder.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { type Script, scriptedModel } from '../testing/scripted-model.ts'
import { LEVEL } from './brown-out.ts'
import type { Candidate } from './snapshot.ts'

/** A campaign paid by click with a creative that only the live version likes, and one for the candidate. */
const creatives = ['live-choice', 'candidate-choice'].map((id) => ({ ...oneBannerCatalog.creatives[0], id }))
const catalog = {
  ...oneBannerCatalog,
  creatives,
  campaigns: creatives.map(({ id }) => ({
    ...oneBannerCatalog.campaigns[0],
    id: `for-${id}`,
    goal: { type: 'cpc' as const, value: 1 },
    creatives: [id],
  })),
}
const ads = await compileAds(catalog, EXCHANGE_PROFILES)
const isFor = (who: string) => (ad: number) => (ads.traits.creativeIds[ad].startsWith(who) ? 0.004 : 0.003)

const bodyOf = (id: string, user = '') =>
  JSON.stringify({
    id,
    imp: [{ id: '1', banner: { w: 300, h: 250 } }],
    ...(user === '' ? {} : { user: { id: user } }),
  })

function open(parts: Partial<Candidate> = {}, script: Partial<Script> = {}) {
  const heard: { rows: [number, number][]; bids: [number, number][]; scores: number[] } = {
    rows: [],
    bids: [],
    scores: [],
  }
  const candidate: Candidate = {
    model: scriptedModel({
      ...{ outcome: 'scored', probability: isFor('candidate'), key: 'ctr/2' },
      onScore: (score) => heard.scores.push(score),
      ...script,
    }),
    buckets: 0,
    shadowBuckets: BUCKETS,
    salt: 1,
    shadow: {
      note: (...row) => heard.rows.push(row),
      noteBid: (...bid) => heard.bids.push(bid),
    },
    ...parts,
  }
  const model = scriptedModel({ outcome: 'scored', probability: isFor('live'), key: 'ctr/1' })
  const bidder = new TestBidder({ ads, rates: new Rates(undefined, 1), model, candidate })
  /** The creative of the bid, and the model that its token names. */
  const ask = async (body: string): Promise<string> => {
    const { text } = await bidder.ask(body)
    const [bid] = JSON.parse(text).seatbid[0].bid
    return `${bid.crid} ${readUnsealed(/[?&]t=([^&"]+)/.exec(bid.adm)![1])?.model}`
  }
  return { bidder, heard, ask }
}

t.test('in shadow the live version bids, and both are compared on the same rows', async (t) => {
  const { ask, heard } = open()
  t.equal(await ask(bodyOf('r')), 'live-choice ctr/1')
  t.same(heard.rows.map((row) => row.map((score) => Math.round(score * 1000))).sort(), [
    [3, 4],
    [4, 3],
  ])
  t.match(heard.bids, [[0, Math.fround(0.003)]], 'of the ad that was bid')
  t.same(heard.scores, [], 'nothing was bid with what it says')
})

t.test('a shadow scores its share of the requests', async (t) => {
  const { ask, heard } = open({ shadowBuckets: BUCKETS / 4 })
  for (let i = 0; i < 400; i++) await ask(bodyOf(`r${i}`))
  // Six standard deviations of a fair draw are 52.
  t.ok(Math.abs(heard.bids.length - 100) < 52, `${heard.bids.length} of 400`)
})

t.test('a shadow that is late, fails or is full changes no answer', async (t) => {
  for (const outcome of ['late', 'failed', 'full'] as const) {
    const { ask, heard } = open({}, { outcome })
    t.equal(await ask(bodyOf('r')), 'live-choice ctr/1', outcome)
    t.same([heard.rows, heard.bids], [[], []], outcome)
  }
})

t.test('a shadow that never answers holds nobody up', async (t) => {
  const { ask } = open({}, { until: new Promise(() => {}) })
  t.equal(await ask(bodyOf('r')), 'live-choice ctr/1')
})

t.test('under overload there is no shadow', async (t) => {
  const { bidder, ask, heard } = open()
  bidder.brownOut.level = LEVEL.fewer
  await ask(bodyOf('r'))
  t.same(heard.rows, [])
})

t.test('a test request teaches nothing of what was bid', async (t) => {
  const { bidder, heard } = open()
  await bidder.ask(JSON.stringify({ ...JSON.parse(bodyOf('r')), test: 1 }))
  t.same([heard.rows.length, heard.bids], [2, []])
})

t.test('a canary bids on its share of the requests, and its scores are told', async (t) => {
  const { ask, heard } = open({ buckets: BUCKETS / 4 })
  let own = 0
  for (let i = 0; i < 400; i++) {
    const said = await ask(bodyOf(`r${i}`))
    t.ok(said === 'live-choice ctr/1' || said === 'candidate-choice ctr/2', said)
    if (said.endsWith('ctr/2')) own++
  }
  // Six standard deviations of a fair draw are 52.
  t.ok(Math.abs(own - 100) < 52, `${own} of 400`)
  t.same([heard.scores.length, heard.rows], [2 * own, []])
})

t.test('a canary that is late is answered for by its own inline scorer', async (t) => {
  const { ask } = open({ buckets: BUCKETS }, { outcome: 'late' })
  t.equal(await ask(bodyOf('r')), 'candidate-choice ')
})
