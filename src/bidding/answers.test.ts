/**
 * Goal: whatever a request asks for, its answer keeps the rules of the specification and of its exchange, and every bid
 * in it has its price on hold, to the nano. Requests are drawn at random around a small catalog with every kind of
 * creative, some of it short of money, and answered by the whole bid without ports.
 */
import t from 'tap'
import { microsOfDecimal } from '../base/money.ts'
import { Prng } from '../base/prng.ts'
import { compileAds } from '../catalog/compile.ts'
import type { Campaign, Catalog, Creative } from '../catalog/schema.ts'
import { houseRulesOf } from '../exchange/house-rules.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { checkResponseText } from '../openrtb/response-check.ts'
import { Rates } from '../pricing/currency.ts'
import { TEST_OPERATOR, TestBidder } from '../testing/bidder.ts'
import { everyFormatCatalog } from '../testing/catalog.ts'
import { HOLD_LIFETIME_S } from '../testing/money.ts'
import { scriptedModel } from '../testing/scripted-model.ts'

const RATES = { base: 'USD', date: '2026-01-01', rates: { EUR: 0.9, JPY: 150, GBP: 0.8 } }
const RATES_BY_CODE = new Map([...Object.entries(RATES.rates), ['USD', 1] as const])
const CURRENCIES = ['USD', 'EUR', 'JPY', 'GBP', 'XXX']
const DEALS = ['deal-1', 'deal-2', 'deal-3', 'strange']
const SEED = 77
const REQUESTS = 2000
/** Account of a campaign that has money for five bids. */
const POOR = 2

/** The same creatives for several advertisers, films of several lengths, and campaigns with and without deals. */
function widened(): Catalog {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const creatives = names.flatMap((name, i) =>
    everyFormatCatalog.creatives.map((creative): Creative => {
      const id = `${name}-${creative.id}`
      const categories = [`IAB${i + 1}`]
      return 'durationS' in creative
        ? { ...creative, id, advertiser: name, categories, durationS: [6, 10, 15, 20, 30, 15][i] }
        : { ...creative, id, advertiser: name, categories }
    }),
  )
  const campaigns = names.map(
    (name, i): Campaign => ({
      id: `campaign-${name}`,
      advertiser: name,
      name,
      status: 'active',
      goal: i % 2 === 0 ? { type: 'cpm', value: 2 + i } : { type: 'cpc', value: 0.5 },
      maxCpm: 10,
      creatives: creatives.filter(({ advertiser }) => advertiser === name).map(({ id }) => id),
      deals: i < 2 ? [DEALS[i], 'deal-3'] : undefined,
      // These run out, and holds that run out give it back.
      budget: i % 3 === 2 ? { total: 0.01 * i } : undefined,
      targeting: {},
    }),
  )
  return {
    advertisers: names.map((name) => ({ id: name, name, domain: `${name}.example` })),
    creatives,
    campaigns,
  }
}

type Draw = { readonly prng: Prng; readonly maybe: <T>(share: number, value: () => T) => T | undefined }

function drawFloor({ prng, maybe }: Draw) {
  return {
    bidfloor: maybe(0.6, () => Math.round(prng.unit() ** 3 * 12e6) / 1e6),
    bidfloorcur: maybe(0.4, () => prng.pick(CURRENCIES)),
  }
}

function drawLengthFloor({ prng, maybe }: Draw) {
  return {
    mincpmpersec: maybe(0.2, () => Math.round(prng.unit() * 3e5) / 1e6),
    durfloors: maybe(0.2, () => [
      { mindur: 1, maxdur: 15, bidfloor: prng.below(4) },
      { mindur: 16, maxdur: 60, bidfloor: prng.below(8) },
    ]),
  }
}

function drawFilm(draw: Draw, mime: string, pod: object) {
  const { prng, maybe } = draw
  return {
    mimes: [mime],
    protocols: prng.pick([undefined, [2], [3, 6], [7, 8], [11], [14], [1]]),
    minduration: maybe(0.3, () => 10),
    maxduration: maybe(0.3, () => 20),
    ...drawLengthFloor(draw),
    ...pod,
  }
}

function drawPod({ prng, maybe }: Draw): object {
  const podid = prng.pick([undefined, 'p-1', 'p-1', 'p-2'])
  return {
    podid,
    poddur: maybe(0.5, () => prng.pick([15, 30, 60, 90])),
    maxseq: maybe(0.5, () => 1 + prng.below(4)),
    poddedupe: maybe(0.5, () => prng.pick([[1], [3], [2, 3], [1, 2, 3], [5]])),
  }
}

function drawDeal(draw: Draw, id: string) {
  const { prng, maybe } = draw
  return {
    id,
    at: maybe(0.5, () => 1 + prng.below(3)),
    wadomain: maybe(0.1, () => ['a.example']),
    wseat: maybe(0.1, () => ['1234']),
    ...drawFloor(draw),
    ...drawLengthFloor(draw),
  }
}

function drawImp(draw: Draw, id: string): object {
  const { prng, maybe } = draw
  const isPod = prng.below(3) === 0
  const pod = isPod ? drawPod(draw) : {}
  const formats = prng.pick([
    [{ w: 300, h: 250 }],
    [{ wratio: 6, hratio: 5 }],
    [
      { w: 728, h: 90 },
      { w: 300, h: 250 },
    ],
  ])
  const assets = [
    { id: 1, required: 1, title: { len: 25 } },
    { id: 7, img: { type: 3, wmin: 100, hmin: 100 } },
  ]
  return {
    id,
    ...drawFloor(draw),
    banner: maybe(0.4, () => ({ format: formats })),
    video: maybe(0.6, () => drawFilm(draw, 'video/mp4', pod)),
    audio: maybe(0.3, () => drawFilm(draw, 'audio/mpeg', isPod ? drawPod(draw) : {})),
    native: maybe(0.3, () => ({
      request: JSON.stringify(prng.below(2) === 0 ? { native: { assets } } : { assets }),
    })),
    pmp: maybe(0.5, () => ({
      private_auction: maybe(0.3, () => 1),
      deals: DEALS.filter(() => prng.below(2) === 0).map((deal) => drawDeal(draw, deal)),
    })),
  }
}

function drawRequest(draw: Draw) {
  const { prng, maybe } = draw
  return {
    test: maybe(0.1, () => 1),
    id: prng.pick(['r', 'r "1"\\/', 'ré😀']),
    at: prng.pick([undefined, 1, 2, 3]),
    cur: maybe(0.5, () => CURRENCIES.filter(() => prng.below(2) === 0)),
    bcat: maybe(0.2, () => [`IAB${1 + prng.below(6)}`]),
    badv: maybe(0.2, () => [`${prng.pick(['a', 'b', 'c'])}.example`]),
    regs: maybe(0.2, () => ({ ext: { dsa: { dsarequired: prng.below(4), pubrender: 1 + prng.below(2) } } })),
    imp: Array.from({ length: 1 + prng.below(4) }, (_, i) => drawImp(draw, `imp-${i}`)),
  }
}

t.test('every answer to a request drawn at random keeps the rules', async (t) => {
  const ads = await compileAds(widened(), EXCHANGE_PROFILES)
  const model = scriptedModel({ probability: (ad) => ((ad * 7) % 20) / 1000, outcome: 'scored' })
  // Another exchange has room for one bid or two: those that are cut hold nothing.
  const profiles = EXCHANGE_PROFILES.map((profile) =>
    profile.name === 'prebid' ? { ...profile, answerBytesMax: 1500 } : profile,
  )
  const bidder = new TestBidder(
    { ads, rates: new Rates(RATES, 7), model },
    undefined,
    TEST_OPERATOR,
    profiles,
  )
  let severalCount = 0
  let shortCount = 0
  const prng = new Prng(SEED)
  const draw: Draw = { prng, maybe: (share, value) => (prng.unit() < share ? value() : undefined) }
  const outcomes: Record<string, number> = {}
  const faults: string[] = []
  for (let i = 0; i < REQUESTS; i++) {
    const request = drawRequest(draw)
    const profile = prng.pick(profiles)
    const before = heldNanos(bidder)
    const { outcome, text } = await bidder.ask(JSON.stringify(request), { exchange: profile.name })
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    const held = heldNanos(bidder) - before
    const owed = outcome === 'bid' && request.test !== 1 ? usdNanosIn(text) : 0
    if (held !== owed) faults.push(`${i} at ${profile.name}: holds ${held} for ${owed}`)
    if (i % 100 === 99) {
      if (bidder.money.rooms.ledger.room(POOR) < 4_000_000) shortCount++
      passTime(bidder)
    }
    if (outcome !== 'bid') continue
    if (JSON.parse(text).seatbid[0].bid.length > 1) severalCount++
    const violations = checkResponseText(request, text, {
      rates: RATES_BY_CODE,
      house: houseRulesOf(profile),
    })
    for (const { rule, path, message } of violations) {
      if (rule === 'price.fixed' && isRoundedUp(message)) continue
      faults.push(`${i} at ${profile.name}: ${rule} ${path} ${message}`)
    }
  }
  t.strictSame(faults.slice(0, 12), [], `seed ${SEED}`)
  t.ok(outcomes.bid > REQUESTS / 4, JSON.stringify(outcomes))
  const isAllTried =
    outcomes.held_back > 0 && outcomes.answer_too_large > 0 && severalCount > 100 && shortCount > 0
  t.ok(isAllTried, `${JSON.stringify(outcomes)}, several bids ${severalCount}, short ${shortCount}`)
  passTime(bidder)
  t.equal(heldNanos(bidder), 0, 'nothing is held for ever')
})

function heldNanos({ money: { rooms } }: TestBidder): number {
  let held = 0
  for (let campaign = 0; campaign < rooms.ledger.campaignCount; campaign++)
    held += rooms.ledger.standingOf(campaign).heldNanos
  return held
}

/** The prices of an answer in dollars, by what it says itself. */
function usdNanosIn(text: string): number {
  const { cur, seatbid } = JSON.parse(text) as { cur: string; seatbid: { bid: { price: number }[] }[] }
  const unitsPerUsd = RATES_BY_CODE.get(cur)!
  const prices = seatbid.flatMap(({ bid }) => bid.map(({ price }) => microsOfDecimal(price)))
  return prices.reduce((sum, price) => sum + Math.ceil(price / unitsPerUsd), 0)
}

/** All holds run out. */
function passTime({ clock, money, snapshots }: TestBidder): void {
  clock.advance((HOLD_LIFETIME_S + 1) * 1000)
  money.treasury.tick(snapshots, () => {})
}

/** A price that was converted may be a micro above the exact one, and never is below. */
function isRoundedUp(message: string): boolean {
  const [, ours, theirs] = /^([\d.]+) \w+ is not the price of the deal, ([\d.]+)$/.exec(message) ?? []
  return Number(ours) > Number(theirs) && Number(ours) - Number(theirs) < 2e-6
}
