/**
 * Runs the scenario files: each is a request, a small catalog and what must come of it. Those in `exemplary/` show
 * usual requests and are worth reading as documentation; those in `supplemental/` are edges and failures.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { microsOfDecimal } from '../base/money.ts'
import { compileAds } from '../catalog/compile.ts'
import type { Catalog } from '../catalog/schema.ts'
import type { ScoreOutcome } from '../inference/queue.ts'
import { MARKUP_TYPE } from '../openrtb/codes.ts'
import { checkResponse } from '../openrtb/response-check.ts'
import { EXCHANGE_NAMES, TestBidder } from '../testing/bidder.ts'
import { ManualClock } from '../testing/clock.ts'
import { scriptedModel } from '../testing/scripted-model.ts'
import type { OutcomeName } from './outcomes.ts'

type Scenario = {
  /** What it shows, in a sentence. */
  about: string
  /** The campaigns of scenarios/catalog.json that are there; all of them unless told. */
  campaigns?: string[]
  exchange?: string
  /** Click probability by campaign, 0.01 for the others. */
  clickProbability?: Record<string, number>
  /** What the inline scorer thinks instead, by campaign. */
  inlineClickProbability?: Record<string, number>
  scorer?: ScoreOutcome | 'full'
  /** Milliseconds between the first byte and the bid. */
  waitedMs?: number
  request?: unknown
  /** A body that is no JSON, instead of `request`. */
  body?: string
  expect: {
    outcome: OutcomeName
    bids?: { impid: string; price: number; campaign: string; creative?: string; mtype?: 'banner' | 'video' }[]
    /** Text that must stand in the answer. */
    contains?: string[]
  }
}

const folder = fileURLToPath(new URL('scenarios', import.meta.url))
const catalog = JSON.parse(readFileSync(`${folder}/catalog.json`, 'utf8')) as Catalog

for (const kind of ['exemplary', 'supplemental']) {
  const files = readdirSync(`${folder}/${kind}`).sort()
  t.ok(files.length > 0, `there are ${kind} scenarios`)
  for (const file of files) {
    const scenario = JSON.parse(readFileSync(`${folder}/${kind}/${file}`, 'utf8')) as Scenario
    t.test(`${kind}/${file}: ${scenario.about}`, async (t) => {
      const bidder = await bidderOf(scenario)
      const body = scenario.body ?? JSON.stringify(scenario.request)
      const { exchange, waitedMs } = scenario
      const first = await bidder.ask(body, { exchange, waitedMs })
      t.equal(first.outcome, scenario.expect.outcome)
      t.same(bidsIn(first.text), scenario.expect.bids?.map(expected) ?? [])
      for (const text of scenario.expect.contains ?? []) t.ok(first.text.includes(text), `contains ${text}`)
      if (first.text !== '' && scenario.request !== undefined)
        t.same(checkResponse(scenario.request, JSON.parse(first.text)), [])
      // The same request again, another one between: nothing may be left of either.
      await bidder.ask('{"id":"other","imp":[{"id":"9","banner":{"w":300,"h":250}}],"bcat":["IAB1"]}')
      const second = await bidder.ask(body, { exchange, waitedMs })
      t.same({ ...second, text: bidsIn(second.text) }, { ...first, text: bidsIn(first.text) })
    })
  }
}

async function bidderOf(scenario: Scenario): Promise<TestBidder> {
  const campaigns = catalog.campaigns.filter(({ id }) => scenario.campaigns?.includes(id) ?? true)
  const ads = await compileAds({ ...catalog, campaigns }, EXCHANGE_NAMES)
  const by =
    (probabilities: Record<string, number> = {}) =>
    (ad: number) =>
      probabilities[ads.features[ad].campaign] ?? 0.01
  const model = scriptedModel({
    probability: by(scenario.clickProbability),
    inlineProbability: by(scenario.inlineClickProbability ?? scenario.clickProbability),
    outcome: scenario.scorer ?? 'scored',
  })
  return new TestBidder({ ads, model }, new ManualClock(Date.UTC(2026, 2, 1, 12)))
}

type WireBid = { impid: string; price: number; cid: string; crid: string; mtype: number }

function bidsIn(text: string) {
  if (text === '') return []
  const response = JSON.parse(text) as { seatbid: { bid: WireBid[] }[] }
  return response.seatbid.flatMap(({ bid }) =>
    bid.map(({ impid, price, cid, crid, mtype }) => ({
      impid,
      price: microsOfDecimal(price),
      cid,
      crid,
      mtype,
    })),
  )
}

/** A scenario's bid in the shape of `bidsIn`; what it leaves out is taken from the catalog. */
function expected(bid: NonNullable<Scenario['expect']['bids']>[number]) {
  const campaign = catalog.campaigns.find(({ id }) => id === bid.campaign)!
  const crid = bid.creative ?? campaign.creatives[0]
  const creative = catalog.creatives.find(({ id }) => id === crid)!
  return {
    impid: bid.impid,
    price: microsOfDecimal(bid.price),
    cid: bid.campaign,
    crid,
    mtype: MARKUP_TYPE[bid.mtype ?? creative.format],
  }
}
