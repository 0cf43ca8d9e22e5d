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
import type { OperatorFile } from '../config/operator.ts'
import { houseRulesOf } from '../exchange/house-rules.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import type { ScoreOutcome } from '../inference/queue.ts'
import { MARKUP_TYPE } from '../openrtb/codes.ts'
import { checkResponse } from '../openrtb/response-check.ts'
import { Rates } from '../pricing/currency.ts'
import { TEST_OPERATOR, TestBidder } from '../testing/bidder.ts'
import { ManualClock } from '../testing/clock.ts'
import { NOTHING_LOADED, SteadyPrng, testMoney } from '../testing/money.ts'
import { scriptedModel } from '../testing/scripted-model.ts'
import type { OutcomeName } from './outcomes.ts'

type ExpectedBid = {
  impid: string
  price: number
  campaign: string
  /** The campaign's first unless told. */
  creative?: string
  mtype?: keyof typeof MARKUP_TYPE
  dealid?: string
  /** Other fields of the bid, such as `dur` and `protocol`. */
  fields?: Record<string, unknown>
}

type Scenario = {
  /** What it shows, in a sentence. */
  about: string
  /** The campaigns of scenarios/catalog.json that are there; `USUAL_CAMPAIGNS` unless told. */
  campaigns?: string[]
  exchange?: string
  /** A `Sec-GPC` header came with it. */
  isGpc?: boolean
  /** Fields of the operator file that differ from `TEST_OPERATOR`; null for what the file does not say. */
  operator?: { [Field in keyof OperatorFile]?: OperatorFile[Field] | null }
  /** The day, as 2026-03-01; the rates are of that one. */
  day?: string
  /** Click probability by campaign, 0.01 for the others. */
  clickProbability?: Record<string, number>
  /** What the inline scorer thinks instead, by campaign. */
  inlineClickProbability?: Record<string, number>
  scorer?: ScoreOutcome | 'full'
  /** Milliseconds between the first byte and the bid. */
  waitedMs?: number
  request?: unknown
  /** The body to the letter, instead of `request`: what is no JSON, or spelled as no library of ours would. */
  body?: string
  expect: {
    outcome: OutcomeName
    bids?: ExpectedBid[]
    /** Fields of the answer beside its bids: `cur`, `nbr`; `seat` is that of its one seat. */
    answer?: { cur?: string; nbr?: number; seat?: string }
    /** Text that must not stand in the answer. */
    lacks?: string[]
    /** Text that must stand in the answer. */
    contains?: string[]
    /** Text that must not stand in the markup and the notices of a bid. */
    markupLacks?: string[]
  }
}

const folder = fileURLToPath(new URL('scenarios', import.meta.url))
const catalog = JSON.parse(readFileSync(`${folder}/catalog.json`, 'utf8')) as Catalog
const USUAL_CAMPAIGNS = ['shop-flat', 'shop-clicks', 'bank-usa', 'bank-film', 'shop-paused']
const RATES = new Map(Object.entries(catalog.rates!.rates))

/** What the exchange insists on, as the response check knows it. */
function houseOf(exchange = 'default') {
  return houseRulesOf(EXCHANGE_PROFILES.find(({ name }) => name === exchange)!)
}

for (const kind of ['exemplary', 'supplemental']) {
  const files = readdirSync(`${folder}/${kind}`).sort()
  t.ok(files.length > 0, `there are ${kind} scenarios`)
  for (const file of files) {
    const scenario = JSON.parse(readFileSync(`${folder}/${kind}/${file}`, 'utf8')) as Scenario
    t.test(`${kind}/${file}: ${scenario.about}`, async (t) => {
      const bidder = await bidderOf(scenario)
      const body = scenario.body ?? JSON.stringify(scenario.request)
      const { expect, exchange, isGpc, waitedMs } = scenario
      const first = await bidder.ask(body, { exchange, isGpc, waitedMs })
      t.equal(first.outcome, expect.outcome)
      t.strictSame(bidsIn(first.text, expect.bids), expect.bids?.map(wireOf) ?? [])
      if (expect.answer !== undefined) t.same(answerIn(first.text, expect.answer), expect.answer)
      for (const text of expect.contains ?? []) t.ok(first.text.includes(text), `contains ${text}`)
      for (const text of expect.lacks ?? []) t.notOk(first.text.includes(text), `lacks ${text}`)
      for (const text of expect.markupLacks ?? []) {
        t.notOk(markupIn(first.text).includes(text), `lacks ${text} in markup and notices`)
      }
      if (expect.outcome !== 'bid' && expect.answer === undefined) t.equal(first.text, '', 'says nothing')
      if (first.text !== '') {
        const options = { rates: RATES, house: houseOf(exchange) }
        t.same(checkResponse(JSON.parse(body), JSON.parse(first.text), options), [])
      }
      // The same request again, another one between: nothing may be left of either.
      await bidder.ask('{"id":"other","imp":[{"id":"9","banner":{"w":300,"h":250}}],"bcat":["IAB1"]}')
      const second = await bidder.ask(body, { exchange, isGpc, waitedMs })
      t.same({ ...second, text: bidsIn(second.text) }, { ...first, text: bidsIn(first.text) })
    })
  }
}

async function bidderOf(scenario: Scenario): Promise<TestBidder> {
  const campaigns = catalog.campaigns.filter(({ id }) => (scenario.campaigns ?? USUAL_CAMPAIGNS).includes(id))
  const ads = await compileAds({ ...catalog, campaigns }, EXCHANGE_PROFILES)
  const by =
    (probabilities: Record<string, number> = {}) =>
    (ad: number) =>
      probabilities[ads.features[ad].campaign] ?? 0.01
  const model = scriptedModel({
    probability: by(scenario.clickProbability),
    inlineProbability: by(scenario.inlineClickProbability ?? scenario.clickProbability),
    outcome: scenario.scorer ?? 'scored',
  })
  const rates = new Rates(catalog.rates, 7)
  const clock = new ManualClock(Date.parse(`${scenario.day ?? '2026-03-01'}T12:00:00Z`))
  const operator = Object.entries({ ...TEST_OPERATOR, ...scenario.operator })
  const said = Object.fromEntries(operator.filter(([, value]) => value !== null)) as OperatorFile
  // No price strays from the best one, so that each is a number to write down.
  const money = testMoney(clock, NOTHING_LOADED, new SteadyPrng())
  return new TestBidder({ ads, rates, model }, clock, said, EXCHANGE_PROFILES, money)
}

type WireBid = { impid: string; price: number; cid: string; crid: string; mtype: number; dealid?: string }

const MARKUP_FIELDS = ['adm', 'adm_native', 'nurl', 'burl', 'lurl', 'iurl']

/** What a page, a player or an exchange makes something of, of all bids; decoded, as they see it. */
function markupIn(text: string): string {
  if (text === '') return ''
  const response = JSON.parse(text) as { seatbid: { bid: Record<string, unknown>[] }[] }
  return response.seatbid
    .flatMap(({ bid }) => bid)
    .flatMap((bid) => MARKUP_FIELDS.map((name) => bid[name]))
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join('\n')
}

/** What a scenario says of a bid, and the fields that are asked for beside it. */
function bidsIn(text: string, expected: readonly ExpectedBid[] = []) {
  if (text === '') return []
  const response = JSON.parse(text) as { seatbid: { bid: (WireBid & Record<string, unknown>)[] }[] }
  return response.seatbid
    .flatMap(({ bid }) => bid)
    .map(({ impid, price, cid, crid, mtype, dealid, ...rest }, index) => ({
      impid,
      price: microsOfDecimal(price),
      cid,
      crid,
      mtype,
      dealid,
      fields: Object.fromEntries(
        Object.keys(expected[index]?.fields ?? {}).map((name) => [name, rest[name]]),
      ),
    }))
}

/** A scenario's bid in the shape of `bidsIn`; what it leaves out is taken from the catalog. */
function wireOf(bid: ExpectedBid) {
  const campaign = catalog.campaigns.find(({ id }) => id === bid.campaign)!
  const crid = bid.creative ?? campaign.creatives[0]
  const creative = catalog.creatives.find(({ id }) => id === crid)
  return {
    impid: bid.impid,
    price: microsOfDecimal(bid.price),
    cid: bid.campaign,
    crid,
    mtype: MARKUP_TYPE[bid.mtype ?? creative!.format],
    dealid: bid.dealid,
    fields: bid.fields ?? {},
  }
}

function answerIn(text: string, { cur, nbr, seat }: NonNullable<Scenario['expect']['answer']>) {
  const answer = JSON.parse(text) as { cur?: string; nbr?: number; seatbid: { seat?: string }[] }
  return {
    ...(cur === undefined ? {} : { cur: answer.cur }),
    ...(nbr === undefined ? {} : { nbr: answer.nbr }),
    ...(seat === undefined ? {} : { seat: answer.seatbid[0].seat }),
  }
}
