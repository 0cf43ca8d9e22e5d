// Goal: the exchange against a bidder whose answers are known: what it finds, and that timing does not change it.
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { loadCatalog } from '../../../src/catalog/load.ts'
import type { Catalog } from '../../../src/catalog/schema.ts'
import { EXCHANGES } from '../traits.ts'
import { KnownAds } from './ads.ts'
import { type Figures, figuresOf } from './figures.ts'
import { reportOf, type Settings } from './report.ts'
import { type Run, runExchange } from './run.ts'
import { type Stub, type StubOptions, startStub } from './stub-bidder.ts'

const HOUR = 12
/** Of this many, a few are clicked. */
const AUCTIONS = 800
const demo = await loadCatalog(fileURLToPath(new URL('../../../catalog/demo', import.meta.url)))
if ('faults' in demo) throw new Error('the demo catalog is broken')
/** Most who click buy, and every landing page is given the id of the click. */
const catalog: Catalog = {
  ...demo.catalog,
  campaigns: demo.catalog.campaigns.map((campaign) => ({
    ...campaign,
    goal: { type: 'cpa', value: 1, conversionRate: 1 },
  })),
  creatives: demo.catalog.creatives.map((creative) => ({
    ...creative,
    landing: `${creative.landing}?from={click_id}&to=shop`,
  })),
}
const ads = await KnownAds.of(catalog)

type Held = {
  readonly run: Run
  readonly figures: Figures
  readonly stub: Stub
  readonly broken: readonly string[]
}

async function hold(
  t: Test,
  {
    connections = 8,
    auctions = AUCTIONS,
    tmaxMs = 10_000,
    ...stubOptions
  }: Partial<StubOptions> & {
    connections?: number
    auctions?: number
    tmaxMs?: number
  } = {},
): Promise<Held> {
  const stub = await startStub(t, { catalog, ...stubOptions })
  const run = await runExchange({
    url: new URL(stub.url),
    auctions,
    market: { seed: 5, traits: EXCHANGES[0], auctionType: undefined, hour: HOUR, deals: [], tmaxMs },
    truth: { ads, hour: HOUR, house: undefined },
    rate: 100_000,
    connections,
    speed: 100_000,
    onProgress: () => {},
  })
  const figures = figuresOf(run)
  const { broken } = reportOf({} as Settings, run, { figures, pacing: [], books: null })
  return { run, figures, stub, broken }
}

t.test('how many auctions are held at once changes nothing but time', async (t) => {
  const one = await hold(t, { connections: 1 })
  const many = await hold(t, { connections: 24 })
  t.same(untimed(many.figures), untimed(one.figures))
  t.same([...many.stub.notices].sort(), [...one.stub.notices].sort())
  t.not(many.stub.notices.join(), one.stub.notices.join(), 'they came in another order')
})

t.test('wins are billed and seen, losses told why, sales told with the id of their click', async (t) => {
  const { figures, stub, broken, run } = await hold(t)
  const { all, notices } = figures
  t.same(broken, [])
  t.ok(all.wins > 50 && all.lost.outbid > 50 && all.conversions > 0, JSON.stringify(all))
  for (const kind of ['win', 'bill', 'view'] as const) {
    t.same(notices[kind], { called: all.wins, acknowledged: all.wins, repeated: 0 }, kind)
  }
  t.equal(notices.loss.acknowledged, all.bids - all.wins)
  t.equal(notices.click.acknowledged, all.clicks)
  t.equal(notices.conversion.acknowledged, all.conversions)
  const sold = run.held.flatMap(({ bids }) => bids).filter(({ award }) => award.lossReason === 0)
  const billed = stub.notices.filter((path) => path.startsWith('/notice/bill?')).map(priceIn)
  t.same(billed.sort(), sold.map(({ award }) => award.paidCpmMicros / 1e6).sort())
  const outbid = stub.notices.filter((path) => path.startsWith('/notice/loss?'))
  t.ok(
    outbid.every((path) => /&l=102&m=\d/.test(path)),
    outbid[0],
  )
  const clicks = stub.notices.filter((path) => path.startsWith('/notice/click?')).map(tokenIn)
  const bought = stub.notices.filter((path) => path.startsWith('/notice/conversion?')).map(tokenIn)
  t.equal(bought.length, all.conversions)
  t.ok(bought.every((token) => clicks.includes(token)))
})

t.test('the oracle keeps the value less the price to win, where that is not above the value', async (t) => {
  const { figures, run } = await hold(t, { auctions: 500 })
  const bids = run.held.flatMap(({ bids }) => bids)
  const best = bids.map(({ valueCpmMicros, maxCpmMicros, award: { priceToWinCpmMicros } }) =>
    priceToWinCpmMicros <= Math.min(valueCpmMicros, maxCpmMicros) ? valueCpmMicros - priceToWinCpmMicros : 0,
  )
  const sum = best.reduce((total, kept) => total + kept, 0) / 1e9
  t.ok(Math.abs(figures.all.oracleSurplusUsd - sum) < 1e-9)
  t.ok(figures.all.surplusUsd < sum)
})

t.test('what comes later than tmax has lost, and is told so', async (t) => {
  const { figures, stub } = await hold(t, { auctions: 60, delayMs: 30, tmaxMs: 1 })
  t.equal(figures.auctions.late, 60)
  t.same(figures.all.lost, { expired: figures.all.bids })
  t.ok(figures.all.bids > 0)
  t.ok(stub.notices.every((path) => path.startsWith('/notice/loss?') && path.includes('&l=2&m=')))
})

t.test('an answer that breaks a rule loses whole and is told of', async (t) => {
  const { figures, stub, broken } = await hold(t, { auctions: 60, mend: (bid) => ({ ...bid, w: 1, h: 1 }) })
  t.equal(figures.all.wins, 0)
  t.same(figures.all.lost, { invalidResponse: figures.all.bids })
  t.ok(broken.length > 0 && /size/.test(broken[0]), broken[0])
  t.ok(stub.notices.every((path) => path.includes('&l=3&m=')))
})

t.test('a notice that is refused is told of; one that is not taken is sent again', async (t) => {
  const refused = await hold(t, { auctions: 60, noticeStatus: (kind) => (kind === 'bill' ? 400 : 204) })
  t.match(refused.broken, [
    /^\d+ of \d+ notices of the kind bill not acknowledged \(bill: answered with 400\)$/,
  ])
  let count = 0
  const again = await hold(t, {
    auctions: 60,
    noticeStatus: (kind) => (kind === 'bill' && count++ === 0 ? 503 : 204),
  })
  t.same(again.broken, [])
  t.equal(again.figures.notices.bill.repeated, 1)
})

t.test('any other status than 200 and 204 is told of', async (t) => {
  const { figures, broken } = await hold(t, { auctions: 20, bidStatus: 500 })
  t.same(figures.auctions.statuses, { 500: 20 })
  t.same(broken, ['bid requests answered with 500: 20'])
})

t.test('a bidder that dies ends the run, and what has been stands', async (t) => {
  const { run, figures } = await hold(t, { auctions: 1000, diesAt: 200, connections: 4 })
  t.match(run.endedEarly, /ECONNREFUSED|ECONNRESET|socket hang up/)
  t.ok(figures.auctions.held >= 200 && figures.auctions.held < 260, `${figures.auctions.held}`)
  t.ok(figures.all.wins > 0)
})

function untimed({ elapsedMs, ...figures }: Figures): Omit<Figures, 'elapsedMs'> {
  return figures
}

function priceIn(path: string): number {
  return Number(/&p=([\d.]+)/.exec(path)![1])
}

function tokenIn(path: string): string {
  return /t=([^&]+)/.exec(path)![1]
}
