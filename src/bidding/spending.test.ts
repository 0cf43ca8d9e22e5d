/**
 * Goal: money through the whole bid, as an exchange sees it: who is held back and who takes over, what is held for an
 * answer and what is not, and how what was learnt changes prices. Bids without ports, second price unless told.
 */
import t from 'tap'
import { microsOfDecimal } from '../base/money.ts'
import { compileAds } from '../catalog/compile.ts'
import type { Campaign, Creative } from '../catalog/schema.ts'
import { operatorOf } from '../config/operator.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { readToken } from '../exchange/token.ts'
import { Rates } from '../pricing/currency.ts'
import { type AskOptions, TEST_OPERATOR, TestBidder } from '../testing/bidder.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { ManualClock } from '../testing/clock.ts'
import { type Script, scriptedModel } from '../testing/scripted-model.ts'
import type { PacedGoals } from './snapshot.ts'

const NOON_MS = Date.UTC(2026, 2, 10, 12)
const [CAMPAIGN] = oneBannerCatalog.campaigns
const [CREATIVE] = oneBannerCatalog.creatives
const BANNER = { w: 300, h: 250 }
/** The same number in single precision, in which a model's scores come. */
const CLICK_PROBABILITY = 1 / 128
const PHONE = { device: { ifa: '6d92078a-8246-4ba4-ae5b-76104861e7dc' } }
const { seal } = operatorOf(TEST_OPERATOR, 'https://bid.example').operator

type Options = {
  readonly creatives?: readonly Creative[]
  readonly script?: Partial<Script>
  readonly answerBytesMax?: number
}

/** A bidder for campaigns of one banner, by their fields: `a`, `b` and so on. */
async function open(
  campaigns: readonly Partial<Campaign>[],
  { creatives = [CREATIVE], script, answerBytesMax }: Options = {},
) {
  const ids = campaigns.map((_, i) => 'abcdef'[i])
  const filled = campaigns.map((fields, i) => ({ ...CAMPAIGN, id: ids[i], ...fields }))
  const profiles = EXCHANGE_PROFILES.map((profile) => ({
    ...profile,
    answerBytesMax: answerBytesMax ?? profile.answerBytesMax,
  }))
  const ads = await compileAds(
    { ...oneBannerCatalog, creatives: [...creatives], campaigns: filled },
    profiles,
  )
  const model = scriptedModel({ probability: () => CLICK_PROBABILITY, outcome: 'scored', ...script })
  const clock = new ManualClock(NOON_MS)
  const bidder = new TestBidder(
    { ads, rates: new Rates(undefined, 7), model },
    clock,
    TEST_OPERATOR,
    profiles,
  )
  const { ledger } = bidder.money.rooms
  const accountOf = (id: string) => ledger.find(id)!
  /** As `campaign@price` of each bid, or the outcome. */
  const ask = async (request: object = {}, options: AskOptions = {}): Promise<string> => {
    const body = { id: 'r', at: 2, imp: [{ id: '1', banner: BANNER }], ...request }
    const { outcome, text } = await bidder.ask(JSON.stringify(body), options)
    return outcome === 'bid' ? bidsIn(text).join(' ') : outcome
  }
  const tick = () => {
    clock.advance(1000)
    bidder.money.treasury.tick(bidder.snapshots, () => {})
  }
  const spend = (id: string, nanos: number) => {
    const campaign = accountOf(id)
    const { day, flightDay } = ledger.periodOf(campaign, clock.wallMs())
    ledger.settle({ bidNumber: -1, campaign, day, flightDay, bidNanos: nanos, paidNanos: nanos })
  }
  const held = () => ids.map((id) => ledger.standingOf(accountOf(id)).heldNanos)
  const pace = (change: (goals: PacedGoals) => void) => {
    const { current } = bidder.snapshots
    const goals = structuredClone(current.goals)
    change(goals)
    bidder.snapshots.publish({ ...current, goals })
  }
  return {
    ...bidder.money,
    ...bidder.money.rooms,
    bidder,
    clock,
    ads,
    accountOf,
    ask,
    tick,
    spend,
    held,
    pace,
  }
}
type Setting = Awaited<ReturnType<typeof open>>

type WireBid = { cid: string; crid: string; price: number; nurl: string }

function wireBidsIn(text: string): WireBid[] {
  return (JSON.parse(text) as { seatbid: { bid: WireBid[] }[] }).seatbid.flatMap(({ bid }) => bid)
}

function bidsIn(text: string): string[] {
  return wireBidsIn(text).map(({ cid, price }) => `${cid}@${price}`)
}

/** Each row: what keeps a campaign of 4 dollars from bidding, and the outcome where nobody else does. */
const HELD_BACK: readonly (readonly [string, Partial<Campaign>, (setting: Setting) => void, string])[] = [
  ['nothing', {}, () => {}, 'a@4'],
  ['its money is spent', { budget: { total: 1 } }, ({ spend }) => spend('a', 1e9), 'held_back'],
  [
    'there is a nano less than its price',
    { budget: { total: 1 } },
    ({ spend }) => spend('a', 996_000_001),
    'held_back',
  ],
  ['there is just its price', { budget: { total: 1 } }, ({ spend }) => spend('a', 996_000_000), 'a@4'],
  ['it has spent more than it had', { budget: { total: 1 } }, ({ spend }) => spend('a', 2e9), 'held_back'],
  [
    'its day is spent',
    { budget: { total: 9, daily: 1 }, pacing: 'asap' },
    ({ spend }) => spend('a', 1e9),
    'held_back',
  ],
  [
    'its flight is spent',
    { flights: [{ start: '2026-03-10', end: '2026-03-10', budget: 1 }], pacing: 'asap' },
    ({ spend }) => spend('a', 1e9),
    'held_back',
  ],
  ['its flight is over', { flights: [{ start: '2026-03-01', end: '2026-03-09' }] }, () => {}, 'held_back'],
  [
    'it is paused',
    {},
    ({ treasury, bidder, accountOf }) => treasury.setPaused(bidder.snapshots, accountOf('a'), true, () => {}),
    'held_back',
  ],
  ['it takes part in no request', {}, ({ pace }) => pace(({ passShare }) => passShare.fill(0)), 'held_back'],
  [
    'its bids are worth nothing now',
    {},
    ({ pace }) => pace(({ ceilingCpmMicros }) => ceilingCpmMicros.fill(0)),
    'held_back',
  ],
  ['it is paused in the catalog', { status: 'paused' }, () => {}, 'no_candidate'],
  [
    'nobody can be told what it costs',
    {},
    ({ store }) => {
      store.isWritable = false
    },
    'ledger_not_writable',
  ],
]

t.test('a campaign that may not bid gets no bid, at once and behind the next tick', async (t) => {
  for (const [about, fields, keep, outcome] of HELD_BACK) {
    const setting = await open([fields])
    keep(setting)
    t.equal(await setting.ask(), outcome, about)
    if (outcome !== 'a@4') t.strictSame(setting.held(), [0], `${about}: nothing is held`)
    // What a test has published by hand lasts until the tick.
    if (outcome !== 'held_back' || about.startsWith('it takes') || about.startsWith('its bids')) continue
    setting.tick()
    t.equal(await setting.ask(), outcome, `${about}, a second later`)
  }
})

t.test('a campaign that may not bid leaves the place to the next best', async (t) => {
  for (const [about, fields, keep, outcome] of HELD_BACK) {
    if (outcome !== 'held_back') continue
    const setting = await open([fields, { goal: { type: 'cpm', value: 3 } }])
    const other = setting.ads.traits.campaignIds.indexOf('b')
    keep(setting)
    // What a test does to all goals is not meant for the other one.
    setting.pace((goals) => {
      goals.ceilingCpmMicros[other] = 3_000_000
      goals.passShare[other] = 1
    })
    t.equal(await setting.ask(), 'b@3', about)
    t.strictSame(setting.held(), [0, 3_000_000], about)
  }
})

t.test('held back is who would reach the floor; who would not is below it', async (t) => {
  const setting = await open([{}])
  const askAt = (bidfloor: number) => setting.ask({ imp: [{ id: '1', bidfloor, banner: BANNER }] })
  setting.pace(({ ceilingCpmMicros, valueMicros }) => {
    ceilingCpmMicros.fill(1_000_000)
    valueMicros.fill(1_000_000)
  })
  t.equal(await askAt(1), 'a@1')
  t.equal(await askAt(1.5), 'held_back', 'its budget is paced')
  t.equal(await askAt(4), 'held_back')
  t.equal(await askAt(4.5), 'below_floor')
})

t.test('a campaign that takes part in a share of the requests decides by their ids', async (t) => {
  const setting = await open([{}, { goal: { type: 'cpm', value: 3 } }])
  const [first, second] = ['a', 'b'].map((id) => setting.ads.traits.campaignIds.indexOf(id))
  setting.pace(({ passShare }) => {
    passShare[first] = 0.5
    passShare[second] = 0.5
  })
  const counts: Record<string, number> = {}
  for (let i = 0; i < 400; i++) {
    const outcome = await setting.ask({ id: `r-${i}` })
    counts[outcome] = (counts[outcome] ?? 0) + 1
    if (i % 50 === 0) t.equal(await setting.ask({ id: `r-${i}` }), outcome, 'the same again')
  }
  // Half of them, half of the other half, and the rest: to four deviations.
  t.ok(Math.abs(counts['a@4'] - 200) < 40, JSON.stringify(counts))
  t.ok(Math.abs(counts['b@3'] - 100) < 35 && Math.abs(counts.held_back - 100) < 35, JSON.stringify(counts))
})

t.test('what is heard of a market changes the first-price bids there', async (t) => {
  const setting = await open([{}])
  const { ledger, landscape, tick } = setting
  const segmentKeyOf = async (request: object, options?: AskOptions) => {
    await setting.ask(request, options)
    return ledger.holds.segmentKey[ledger.holds.count - 1]
  }
  const key = await segmentKeyOf({ at: 1 })
  t.equal(await segmentKeyOf({ at: 1 }), key)
  t.not(await segmentKeyOf({ at: 1 }, { exchange: 'google' }), key, 'another exchange')
  t.not(await segmentKeyOf({ at: 1, site: { domain: 'news.example' } }), key, 'another site')
  t.equal(await segmentKeyOf({ at: 2 }), 0, 'at second price there is nothing to shade')
  const before = Number((await setting.ask({ at: 1 })).slice(2))
  t.equal(before, 2.61871)
  for (let i = 0; i < 300; i++) landscape.observePrice(landscape.segmentOfKey(key), 1_000_000)
  for (let i = 0; i < 20; i++) tick()
  const after = Number((await setting.ask({ at: 1 })).slice(2))
  t.ok(after >= 1 && after < 1.08, `${after}`)
})

t.test('the model decides who is best, and money whether it bids', async (t) => {
  const cpc = (value: number, total: number) => ({
    goal: { type: 'cpc' as const, value },
    maxCpm: 50,
    budget: { total },
  })
  const setting = await open([cpc(1.28, 0.0199), cpc(0.64, 1), cpc(0.4, 1)], {
    script: { probability: () => 1 / 64 },
  })
  t.equal(await setting.ask(), 'b@10', 'a would have bid 20 dollars a thousand, a 50th of a dollar each')
  t.strictSame(setting.held(), [0, 10_000_000, 0])
})

t.test('of two imps the budget may have room for one', async (t) => {
  const setting = await open([{ budget: { total: 0.0079 } }, { goal: { type: 'cpm', value: 2 } }])
  const imp = ['1', '2', '3'].map((id) => ({ id, banner: BANNER }))
  t.equal(await setting.ask({ imp }), 'a@4 b@2 b@2')
  t.strictSame(setting.held(), [4_000_000, 4_000_000])
  const alone = await open([{ budget: { total: 0.0079 } }])
  t.equal(await alone.ask({ imp }), 'a@4')
})

t.test('what is cut from too long an answer is held for nobody, and was seen by nobody', async (t) => {
  const capped = { frequencyCaps: [{ impressions: 3, minutes: 60 }] }
  const imp = ['1', '2', '3'].map((id) => ({ id, banner: BANNER }))
  const whole = await open([capped])
  const { text } = await whole.bidder.ask(JSON.stringify({ id: 'r', at: 2, imp, ...PHONE }))
  const answerBytesMax = Buffer.byteLength(text) - 1
  t.strictSame(whole.held(), [12_000_000])

  const setting = await open([capped], { answerBytesMax })
  t.equal(await setting.ask({ imp, ...PHONE }), 'a@4 a@4')
  t.strictSame(setting.held(), [8_000_000])
  t.equal(await setting.ask(PHONE), 'a@4', 'the third that the user may see')
  t.equal(await setting.ask(PHONE), 'held_back')

  const none = await open([capped], { answerBytesMax: 100 })
  t.equal(await none.ask({ imp, ...PHONE }), 'answer_too_large')
  t.strictSame(none.held(), [0])
})

t.test('a test is answered as ever, and costs and shows nothing', async (t) => {
  const fields = { budget: { total: 1 }, frequencyCaps: [{ impressions: 1, minutes: 60 }] }
  const setting = await open([fields])
  for (let i = 0; i < 3; i++) t.equal(await setting.ask({ test: 1, ...PHONE }), 'a@4')
  t.strictSame(setting.held(), [0])
  t.equal(setting.ledger.tallies.of(0).bids, 0)
  t.equal(await setting.ask(PHONE), 'a@4')
  t.strictSame(setting.held(), [4_000_000])
})

t.test('nothing is held for a request whose exchange has hung up, or that is too late', async (t) => {
  const script = Promise.withResolvers<void>()
  const gone = await open([{}], { script: { until: script.promise } })
  const asked = gone.ask({}, { hangUp: Promise.resolve() })
  await Promise.resolve()
  script.resolve()
  t.equal(await asked, 'aborted')
  t.strictSame(gone.held(), [0])

  const scored = Promise.withResolvers<void>()
  const late = await open([{}], { script: { until: scored.promise } })
  const lateAsked = late.ask({ tmax: 100 })
  late.clock.advance(101)
  scored.resolve()
  t.equal(await lateAsked, 'too_late_to_answer')
  t.strictSame(late.held(), [0])
  t.equal(await late.ask({}, { waitedMs: 1000 }), 'no_time_to_score')
  t.strictSame(late.held(), [0])
})

t.test(
  'a guaranteed deal is owed its price however the budget is paced, but not when it is spent',
  async (t) => {
    const deal = (fields: object) => ({
      imp: [
        {
          id: '1',
          banner: BANNER,
          pmp: { private_auction: 1, deals: [{ id: 'd', at: 3, bidfloor: 3.5, ...fields }] },
        },
      ],
    })
    const setting = await open([{ deals: ['d'], budget: { total: 0.0105 } }])
    const slowDown = () =>
      setting.pace(({ ceilingCpmMicros, valueMicros, passShare }) => {
        ceilingCpmMicros.fill(100_000)
        valueMicros.fill(100_000)
        passShare.fill(0)
      })
    slowDown()
    t.equal(await setting.ask(deal({})), 'held_back', 'a deal that is not guaranteed waits')
    t.equal(await setting.ask(deal({ guar: 1 })), 'a@3.5')
    t.equal(await setting.ask(deal({ guar: 1, bidfloor: 4.01 })), 'below_floor', 'not above its ceiling')
    setting.tick()
    t.equal(await setting.ask(deal({ guar: 1 })), 'a@3.5')
    slowDown()
    t.equal(await setting.ask(deal({ guar: 1 })), 'a@3.5')
    t.strictSame(setting.held(), [10_500_000])
    t.equal(await setting.ask(deal({ guar: 1 })), 'held_back', 'all is held')
    setting.tick()
    t.equal(await setting.ask(deal({ guar: 1 })), 'held_back')
  },
)

const TWO: readonly Creative[] = [
  { ...CREATIVE, id: 'one' },
  { ...CREATIVE, id: 'two' },
]
const CLICKS: Partial<Campaign> = {
  goal: { type: 'cpc', value: 0.64 },
  maxCpm: 50,
  creatives: ['one', 'two'],
}

/** Tells of a thousand impressions that were to bring 100 clicks, and of those that came. */
function tell({ rates, accountOf }: Setting, creativeId: string, clicks: number): void {
  const creative = rates.creativeOf(accountOf('a'), creativeId)
  for (let i = 0; i < 1000; i++) rates.addImpression(creative, 0.1)
  for (let i = 0; i < clicks; i++) rates.addClick(creative)
}

t.test(
  'the creative with the better record is shown more often, at the price of what is expected of it',
  async (t) => {
    const setting = await open([CLICKS], { creatives: TWO })
    tell(setting, 'one', 90)
    tell(setting, 'two', 115)
    setting.tick()
    const { goals, ads } = setting.bidder.snapshots.current
    const prices = new Map(
      // As many clicks in a thousand as the model says, of what each is worth by the creative's mean.
      ads.traits.creativeIds.map((id, ad) => [
        id,
        Math.floor(CLICK_PROBABILITY * goals.valueMicros[ad] * 1000),
      ]),
    )
    t.ok(prices.get('one')! < prices.get('two')!)
    const shown = { one: 0, two: 0 }
    const asks = 400
    for (let i = 0; i < asks; i++) {
      const { text } = await setting.bidder.ask(
        JSON.stringify({ id: 'r', at: 2, imp: [{ id: '1', banner: BANNER }] }),
      )
      const [{ crid, price, nurl }] = wireBidsIn(text)
      shown[crid as keyof typeof shown]++
      if (microsOfDecimal(price) !== prices.get(crid)) t.fail(`${crid} at ${price}`)
      const token = readToken(seal, /\?t=([^&]+)/.exec(nurl)![1])
      if (typeof token === 'string' || token.clickProbability !== CLICK_PROBABILITY)
        t.fail('what the model expects is told, not what is drawn')
    }
    t.ok(shown.two > 0.8 * asks, `${shown.two} of ${asks}`)
    t.ok(shown.one > 0, 'the other one is tried too')
  },
)

t.test('also where both are worth more than may be bid, and where clicks have no price', async (t) => {
  for (const fields of [{ maxCpm: 1 }, { goal: { type: 'cpm' as const, value: 1 } }]) {
    const setting = await open([{ ...CLICKS, ...fields }], { creatives: TWO })
    tell(setting, 'one', 60)
    tell(setting, 'two', 150)
    setting.tick()
    let better = 0
    for (let i = 0; i < 50; i++) {
      const { text } = await setting.bidder.ask(
        JSON.stringify({ id: 'r', at: 2, imp: [{ id: '1', banner: BANNER }] }),
      )
      const [{ crid, price }] = wireBidsIn(text)
      t.equal(price, 1)
      if (crid === 'two') better++
    }
    t.ok(better >= 48, `${better} of 50`)
  }
})

t.test('what a campaign has shown corrects its prices, within a half and two', async (t) => {
  const priceAfter = async (clicks: number) => {
    const setting = await open([{ ...CLICKS, creatives: ['one'] }], { creatives: TWO })
    t.equal(await setting.ask(), 'a@5')
    tell(setting, 'one', clicks)
    t.equal(await setting.ask(), 'a@5', 'until the tick')
    setting.tick()
    return Number((await setting.ask()).slice(2))
  }
  t.equal(await priceAfter(100), 5)
  const [more, less] = [await priceAfter(120), await priceAfter(80)]
  t.ok(more > 5.8 && more < 6, `${more}`)
  t.ok(less > 4 && less < 4.2, `${less}`)
  t.equal(await priceAfter(1000), 10)
  t.equal(await priceAfter(0), 2.5)
})

t.test('a conversion is worth what it is, as often as it follows a click', async (t) => {
  const goal = { type: 'cpa' as const, value: 20.48, conversionRate: 0.0625 }
  const setting = await open([{ ...CLICKS, goal, creatives: ['one'] }], { creatives: TWO })
  t.equal(await setting.ask(), 'a@10', 'a click in 128 impressions, a conversion in 16 clicks')
  const { rates, accountOf, tick } = setting
  const creative = rates.creativeOf(accountOf('a'), 'one')
  for (let i = 0; i < 200; i++) {
    rates.addImpression(creative, 1)
    rates.addClick(creative)
  }
  tick()
  t.equal(await setting.ask(), 'a@5', 'as many clicks as it was trusted for, and nobody converts')
  // (12.5 + 87.5) / 400 conversions a click.
  for (let i = 0; i < 87; i++) rates.addConversion(accountOf('a'))
  tick()
  const price = Number((await setting.ask()).slice(2))
  t.ok(Math.abs(price - ((20.48 / 128) * 1000 * 99.5) / 400) < 1e-5, `${price}`)
})
