// A process that starts goes on where the one before ended. What was written down is made by hand, or by that process.
import t from 'tap'
import { Published } from '../base/published.ts'
import type { Loaded } from '../budget/journal-rows.ts'
import { SETTLED } from '../budget/ledger.ts'
import { compileAds } from '../catalog/compile.ts'
import type { Campaign } from '../catalog/schema.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { ManualClock } from '../testing/clock.ts'
import { HOLD_LIFETIME_S, NOTHING_LOADED, testMoney } from '../testing/money.ts'
import { pairKeyOf } from '../users/pair-key.ts'
import { writePairKey } from '../users/pair-key-text.ts'
import { recallCampaigns } from './recall.ts'
import type { Snapshot } from './snapshot.ts'
import { MEMORY } from './treasury.ts'

const [CAMPAIGN] = oneBannerCatalog.campaigns
const NOON_MS = Date.UTC(2026, 2, 10, 12)
const TODAY = Math.floor(NOON_MS / 86_400_000)
const NO_ROW = { isPaused: 0, spentNanos: 0, impressions: 0, clicks: 0, conversions: 0 }
const NO_CHECKPOINT = { heldNanos: 0, bids: 0, wins: 0, pace: '' }

/** Rooms that were recalled, and have adopted a catalog with one campaign `c`. */
async function restart(loaded: Partial<Loaded>, fields: Partial<Campaign> = {}, wallMs = NOON_MS) {
  const clock = new ManualClock(wallMs)
  const all = { ...NOTHING_LOADED, ...loaded }
  const money = testMoney(clock, all)
  const ads = await compileAds(
    { ...oneBannerCatalog, campaigns: [{ ...CAMPAIGN, id: 'c', ...fields }] },
    EXCHANGE_PROFILES,
  )
  money.treasury.adopt(ads)
  recallCampaigns(money.rooms, all, ads, Math.floor(wallMs / 1000))
  const { accounts, goals } = money.treasury.adopt(ads)
  return { ...money, ...money.rooms, clock, ads, accounts, goals, campaign: money.rooms.ledger.find('c')! }
}

t.test('nothing was written: everything is at its beginning', async (t) => {
  const { ledger, campaign, rates, accounts, pacer, goals } = await restart({}, { budget: { daily: 5 } })
  t.strictSame(ledger.standingOf(campaign), { spentNanos: 0, spentTodayNanos: 0, heldNanos: 0, day: TODAY })
  t.equal(ledger.tallies.of(campaign).bids, 0)
  t.equal(rates.mean(accounts.creatives[0]), 1)
  t.equal(pacer.stateOf(campaign)?.ageS, 0)
  t.ok(goals.ceilingCpmMicros[0] > 0)
})

t.test('what was spent of each budget is spent', async (t) => {
  const flights = [{ start: '2026-03-09', end: '2026-03-12', budget: 9 }]
  const startDay = TODAY - 1
  const { ledger, campaign } = await restart(
    {
      campaigns: [{ ...NO_ROW, id: 'c', spentNanos: 8_000_000_000 }],
      days: [
        { campaign: 'c', key: TODAY - 1, spentNanos: 2_000_000_000 },
        { campaign: 'c', key: TODAY, spentNanos: 1_000_000_000 },
        { campaign: 'other', key: TODAY, spentNanos: 5 },
      ],
      flights: [{ campaign: 'c', key: startDay, spentNanos: 3_000_000_000 }],
    },
    { budget: { total: 20, daily: 4 }, flights },
  )
  const { spentNanos, spentTodayNanos } = ledger.standingOf(campaign)
  t.strictSame([spentNanos, spentTodayNanos], [8_000_000_000, 1_000_000_000])
  t.equal(ledger.room(campaign), 3_000_000_000, 'of the day, which has the least')
  ledger.setBudget({ ...ledger.budgetOf(campaign), dailyNanos: 20e9 }, NOON_MS)
  t.equal(ledger.room(campaign), 6_000_000_000, 'of the flight')
  ledger.setBudget({ ...ledger.budgetOf(campaign), totalNanos: 9e9 }, NOON_MS)
  t.equal(ledger.room(campaign), 1_000_000_000, 'of the whole')
})

t.test('a budget that was spent stays spent, and a pause stays a pause', async (t) => {
  const spent = { campaigns: [{ ...NO_ROW, id: 'c', spentNanos: 5_000_000_000 }] }
  t.equal((await restart(spent, { budget: { total: 5 } })).goals.ceilingCpmMicros[0], 0)
  t.ok((await restart(spent, { budget: { total: 5.001 } })).goals.ceilingCpmMicros[0] > 0)
  const paused = await restart({ campaigns: [{ ...NO_ROW, id: 'c', isPaused: 1 }] })
  t.equal(paused.ledger.isPaused(paused.campaign), true)
  t.equal(paused.goals.ceilingCpmMicros[0], 0)
})

t.test('what was held for bids is held on, settled from, and let go in time', async (t) => {
  const checkpoints = [{ ...NO_CHECKPOINT, campaign: 'c', heldNanos: 3_000 }]
  const { ledger, campaign, treasury, ads, accounts, goals, clock } = await restart({ checkpoints })
  t.equal(ledger.standingOf(campaign).heldNanos, 3_000)
  const bill = { bidNumber: -1, campaign, day: TODAY, flightDay: -1, bidNanos: 1_000, paidNanos: 900 }
  t.equal(ledger.settle(bill), SETTLED.carried)
  t.strictSame([ledger.standingOf(campaign).heldNanos, ledger.standingOf(campaign).spentNanos], [2_000, 900])
  const snapshots = new Published({ ads, accounts, goals } as unknown as Snapshot)
  clock.advance((HOLD_LIFETIME_S + 1) * 1000)
  treasury.tick(snapshots, () => {})
  t.equal(ledger.standingOf(campaign).heldNanos, 0)
  t.equal(ledger.settle(bill), SETTLED.late)
})

t.test('a campaign that has left the catalog is still owed for', async (t) => {
  const { ledger, forecast } = await restart({
    campaigns: [{ ...NO_ROW, id: 'gone', spentNanos: 7 }],
    checkpoints: [{ ...NO_CHECKPOINT, campaign: 'never billed', bids: 4 }],
  })
  const [gone, unbilled] = ['gone', 'never billed'].map((id) => ledger.find(id)!)
  ledger.settle({ bidNumber: -1, campaign: gone, day: TODAY, flightDay: -1, bidNanos: 5, paidNanos: 5 })
  t.equal(ledger.standingOf(gone).spentNanos, 12)
  t.equal(ledger.tallies.of(unbilled).bids, 4)
  t.ok(forecast.curveOf(unbilled), 'its traffic is kept in mind, should it come back')
})

t.test('counts go on', async (t) => {
  const { ledger, campaign } = await restart({
    campaigns: [{ ...NO_ROW, id: 'c', impressions: 30, clicks: 4, conversions: 2 }],
    checkpoints: [{ ...NO_CHECKPOINT, campaign: 'c', bids: 100, wins: 40 }],
  })
  ledger.tallies.add('wins', campaign)
  t.strictSame(ledger.tallies.of(campaign), {
    bids: 100,
    wins: 41,
    impressions: 30,
    clicks: 4,
    conversions: 2,
  })
})

t.test('what creatives and conversions have shown prices the first bid', async (t) => {
  const { goals, rates, accounts } = await restart(
    {
      campaigns: [{ ...NO_ROW, id: 'c', clicks: 200, conversions: 30 }],
      ads: [{ campaign: 'c', creative: 'shop-300', impressions: 9_000, expectedClicks: 1000, clicks: 1200 }],
    },
    { goal: { type: 'cpa', value: 20, conversionRate: 0.05 } },
  )
  const mean = rates.mean(accounts.creatives[0])
  t.ok(Math.abs(mean - 1.2) < 0.005, `${mean}`)
  t.ok(Math.abs(goals.valueMicros[0] - 20_000_000 * mean * ((10 + 30) / 400)) < 1e-6)
})

t.test('a pace goes on, unless the campaign is paced otherwise now', async (t) => {
  const state = { mode: 'throttle', mu: 2.5, ageS: 700, costRatio: 0.4 }
  const checkpoints = [{ ...NO_CHECKPOINT, campaign: 'c', pace: JSON.stringify(state) }]
  const budget = { daily: 5 }
  const paced = await restart({ checkpoints }, { budget })
  t.strictSame(paced.pacer.stateOf(paced.campaign), state)
  t.equal(paced.goals.passShare[0], 1 / 2.5)
  const dual = await restart({ checkpoints }, { budget, goal: { type: 'cpc', value: 1 } })
  t.match(dual.pacer.stateOf(dual.campaign), { mode: 'dual', ageS: 0 })
  const free = await restart({ checkpoints })
  t.equal(free.pacer.stateOf(free.campaign), undefined)
})

t.test('who has seen what is known again', async (t) => {
  const nowS = NOON_MS / 1000
  const frequencyCaps = [{ impressions: 2, minutes: 60 }]
  const USER = { hi: 5, lo: 6 }
  const pair = { hi: 0, lo: 0 }
  const { accounts } = await restart({}, { frequencyCaps })
  pairKeyOf(USER.hi, USER.lo, accounts.campaignHashes[0], pair)
  const pairKey = writePairKey(pair)
  const isCappedAfter = async (ages: readonly number[], campaign = 'c', key = pairKey) => {
    const sights = ages.map((age) => ({ pairKey: key, campaign, atS: nowS - age }))
    const { purse, accounts: again } = await restart({ sights }, { frequencyCaps })
    return purse.isCapped(again, 0, USER, nowS)
  }
  t.equal(await isCappedAfter([]), false)
  t.equal(await isCappedAfter([1800]), false)
  t.equal(await isCappedAfter([1800, 60]), true)
  t.equal(await isCappedAfter([5000, 60]), false, 'one was longer ago than the cap asks')
  t.equal(await isCappedAfter([1800, 60], 'gone'), false, 'of another campaign')
  t.equal(await isCappedAfter([1800, 60], 'c', ''), false, 'of nobody')
})

t.test('what a process wrote at its end is what the next one begins with', async (t) => {
  const before = await restart({}, { budget: { daily: 50 }, goal: { type: 'cpc', value: 1 } })
  const place = { exchange: 1, shapeHash: 2, placeHash: 3, hour: 12 }
  const segment = before.landscape.segmentOf(place)
  for (let i = 0; i < 200; i++) before.landscape.observePrice(segment, 700_000)
  const snapshots = new Published({ ...before } as unknown as Snapshot)
  // Two hours of traffic that grows, and what accounts take to learn from the second; a bid every ten seconds.
  for (let tick = 0; tick < 730; tick++) {
    before.clock.advance(10_000)
    for (let i = 0; i <= tick / 100; i++) before.purse.opportunities[before.campaign]++
    before.ledger.reserve(before.campaign, 1_000_000, 0, before.clock.wallMs())
    before.ledger.tallies.add('bids', before.campaign)
    before.treasury.tick(snapshots, () => {})
  }
  before.store.checkpoints.length = 0
  before.store.memories.length = 0
  before.treasury.checkpointAll()
  const { checkpoints, memories } = before.store
  const fields = { budget: { daily: 50 }, goal: { type: 'cpc' as const, value: 1 } }
  const after = await restart({ checkpoints: checkpoints[0], memories }, fields, before.clock.wallMs())

  t.equal(
    after.ledger.standingOf(after.campaign).heldNanos,
    before.ledger.standingOf(before.campaign).heldNanos,
  )
  t.ok(after.ledger.standingOf(after.campaign).heldNanos > 0)
  t.equal(after.ledger.tallies.of(after.campaign).bids, 730)
  const [was, is] = [before, after].map(({ pacer, campaign }) => pacer.stateOf(campaign)!)
  for (const name of ['mu', 'ageS', 'costRatio'] as const)
    t.ok(Math.abs(is[name] / was[name] - 1) < 0.05, `${name}: ${is[name]} for ${was[name]}, to two digits`)
  t.ok(is.ageS > 600)
  const shares = [before, after].map(({ forecast, campaign }) =>
    forecast.shareBetween(campaign, NOON_MS, NOON_MS + 3_600_000),
  )
  t.ok(Math.abs(shares[1] / shares[0] - 1) < 1e-4 && shares[0] !== 1 / 24, `${shares}`)
  const chances = [before, after].map(({ landscape }) =>
    landscape.winProbability(landscape.segmentOf(place), 750_000),
  )
  t.ok(Math.abs(chances[1] - chances[0]) < 0.02 && chances[0] > 0.9, `${chances}`)
})

t.test('a memory that is not ours is left alone', async (t) => {
  const bytes = Uint8Array.of(1, 2, 3)
  const { landscape } = await restart({
    memories: [
      { name: MEMORY.landscape, bytes },
      { name: 'salt', bytes },
    ],
  })
  t.ok(landscape.winProbability(0, 1_000_000) > 0)
})
