// What a second changes, and what of it is written down.
import t from 'tap'
import { Published } from '../base/published.ts'
import { HOUR_MS } from '../budget/forecast-curve.ts'
import { compileAds } from '../catalog/compile.ts'
import type { Campaign } from '../catalog/schema.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { Rates } from '../pricing/currency.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { ManualClock } from '../testing/clock.ts'
import { HOLD_LIFETIME_S, NOTHING_LOADED, testMoney } from '../testing/money.ts'
import { scriptedModel } from '../testing/scripted-model.ts'
import { UserKeys } from '../users/user-key.ts'
import type { Snapshot } from './snapshot.ts'
import { MEMORY, Treasury } from './treasury.ts'

const [CAMPAIGN] = oneBannerCatalog.campaigns
const NOON_MS = Date.UTC(2026, 2, 10, 12)
const rates = new Rates(undefined, 1)
const model = scriptedModel({ probability: () => 0.01, outcome: 'scored' })

async function adsOf(campaigns: readonly Partial<Campaign>[]) {
  const filled = campaigns.map((fields, i) => ({ ...CAMPAIGN, id: `campaign-${i}`, ...fields }))
  return compileAds({ ...oneBannerCatalog, campaigns: filled }, EXCHANGE_PROFILES)
}

/** A treasury whose clock goes from one tick to the next. */
async function setUp(
  campaigns: readonly Partial<Campaign>[],
  { startMs = NOON_MS, loaded = NOTHING_LOADED } = {},
) {
  const clock = new ManualClock(startMs)
  const money = testMoney(clock, loaded)
  const ads = await adsOf(campaigns)
  const snapshots = new Published<Snapshot>({ ads, rates, model, ...money.treasury.adopt(ads) })
  const expired: number[] = []
  const { ledger } = money.rooms
  const tickAfter = (ms: number) => {
    clock.advance(ms)
    money.treasury.tick(snapshots, (place) => expired.push(ledger.holds.nanos[place]))
  }
  /** Whether a campaign's ads are worth something, by the snapshot that bids see. */
  const isOnSale = (campaignId: string) =>
    snapshots.current.goals.ceilingCpmMicros[snapshots.current.ads.traits.campaignIds.indexOf(campaignId)] > 0
  const bid = (campaignId: string, nanos: number) =>
    ledger.reserve(ledger.find(campaignId)!, nanos, 0, clock.wallMs())
  const spend = (campaignId: string, nanos: number) => {
    const campaign = ledger.find(campaignId)!
    const { day, flightDay } = ledger.periodOf(campaign, clock.wallMs())
    ledger.settle({
      bidNumber: bid(campaignId, nanos),
      campaign,
      day,
      flightDay,
      bidNanos: nanos,
      paidNanos: nanos,
    })
  }
  return { ...money, ...money.rooms, clock, ads, snapshots, expired, tickAfter, isOnSale, bid, spend }
}

t.test('the ads of a catalog get accounts, which the next catalog finds again', async (t) => {
  const capped = { frequencyCaps: [{ impressions: 3, minutes: 60 }], unknownUsers: 'no_bid' as const }
  const { treasury, ads, snapshots, ledger, bid } = await setUp([{ budget: { total: 1 } }, capped])
  const { accounts } = snapshots.current
  const place = ads.traits.campaignIds.indexOf('campaign-1')
  t.strictSame([...accounts.caps[place]], [3, 3600])
  t.strictSame([...accounts.caps[1 - place]], [])
  t.strictSame([accounts.isForKnownUsers[place], accounts.isForKnownUsers[1 - place]], [1, 0])
  t.equal(accounts.hasCaps, true)
  t.not(accounts.campaignHashes[0], accounts.campaignHashes[1])
  t.equal(accounts.campaigns[place], ledger.find('campaign-1'))

  bid('campaign-0', 600_000_000)
  const next = await adsOf([{ id: 'new' }, { budget: { total: 0.7 }, id: 'campaign-0' }])
  const { accounts: again, goals } = treasury.adopt(next)
  const kept = next.traits.campaignIds.indexOf('campaign-0')
  t.equal(again.campaigns[kept], ledger.find('campaign-0'))
  t.equal(again.creatives[kept], accounts.creatives[1 - place])
  t.equal(again.hasCaps, false)
  t.equal(ledger.room(again.campaigns[kept]), 100_000_000, 'the new budget, less what is held')
  t.ok(goals.ceilingCpmMicros.every((ceiling) => ceiling > 0))
  treasury.adopt(await adsOf([{ budget: { total: 0.5 }, id: 'campaign-0' }]))
  t.equal(ledger.room(again.campaigns[kept]), -100_000_000)
})

t.test('a tick publishes goals when they have changed, and nothing else', async (t) => {
  const { snapshots, tickAfter, ledger, isOnSale } = await setUp([{}, {}])
  const before = snapshots.current
  tickAfter(1000)
  t.equal(snapshots.current, before, 'nothing has')
  const ceilings = [...before.goals.ceilingCpmMicros]
  ledger.setPaused(ledger.find('campaign-0')!, true)
  tickAfter(1000)
  t.strictSame([isOnSale('campaign-0'), isOnSale('campaign-1')], [false, true])
  t.strictSame([...before.goals.ceilingCpmMicros], ceilings, 'those of bids in flight stay as they were')
  for (const name of ['ads', 'accounts', 'model', 'rates'] as const)
    t.equal(snapshots.current[name], before[name], name)
})

t.test('holds run out after their time, and whoever learns of it is told', async (t) => {
  const { bid, tickAfter, expired, ledger } = await setUp([{ budget: { total: 1 } }])
  bid('campaign-0', 1_000)
  tickAfter(1000)
  bid('campaign-0', 2_000)
  tickAfter((HOLD_LIFETIME_S - 1) * 1000)
  t.strictSame([expired, ledger.standingOf(0).heldNanos], [[], 3_000])
  tickAfter(1000)
  t.strictSame([expired, ledger.standingOf(0).heldNanos], [[1_000], 2_000])
  tickAfter(1000)
  t.strictSame([expired, ledger.standingOf(0).heldNanos], [[1_000, 2_000], 0])
})

t.test(
  'a budget that is spent is off sale within a second, and back with the next day of its zone',
  async (t) => {
    // Noon in UTC is 21 o'clock in Tokyo.
    const berlin = { timeZone: 'Asia/Tokyo', budget: { daily: 1 }, pacing: 'asap' as const }
    const { spend, tickAfter, isOnSale, ledger } = await setUp([berlin])
    spend('campaign-0', 999_999_999)
    tickAfter(1000)
    t.equal(isOnSale('campaign-0'), true, 'a nano is left')
    spend('campaign-0', 1)
    t.equal(isOnSale('campaign-0'), true, 'until the tick')
    tickAfter(1000)
    t.equal(isOnSale('campaign-0'), false)
    tickAfter(3 * HOUR_MS - 3000)
    t.equal(isOnSale('campaign-0'), false, 'a second before midnight')
    tickAfter(1000)
    t.equal(isOnSale('campaign-0'), true)
    t.strictSame([ledger.standingOf(0).spentNanos, ledger.standingOf(0).spentTodayNanos], [1e9, 0])
  },
)

t.test('flights begin and end at midnight without a new catalog, and are paced from then on', async (t) => {
  const flights = [{ start: '2026-03-11', end: '2026-03-11', budget: 5 }]
  const { tickAfter, isOnSale, pacer } = await setUp([{ flights }])
  t.equal(isOnSale('campaign-0'), false)
  t.equal(pacer.stateOf(0), undefined)
  tickAfter(12 * HOUR_MS - 1000)
  t.equal(isOnSale('campaign-0'), false)
  tickAfter(1000)
  t.equal(isOnSale('campaign-0'), true)
  t.equal(pacer.stateOf(0)?.mode, 'throttle')
  tickAfter(24 * HOUR_MS - 1000)
  t.equal(isOnSale('campaign-0'), true)
  tickAfter(1000)
  t.equal(isOnSale('campaign-0'), false)
})

/** Each row: a campaign, and how its spend is spread. */
const PACES: readonly (readonly [string, Partial<Campaign>, string | undefined])[] = [
  ['no budget', {}, undefined],
  ['a budget without an end', { budget: { total: 5 } }, undefined],
  ['a budget of the day', { budget: { daily: 5 } }, 'throttle'],
  ['of clicks', { budget: { daily: 5 }, goal: { type: 'cpc', value: 1 } }, 'dual'],
  ['all at once', { budget: { daily: 5 }, pacing: 'asap' }, undefined],
  [
    'a budget until its flight ends',
    { budget: { total: 5 }, flights: [{ start: '2026-03-01', end: '2026-03-31' }] },
    'throttle',
  ],
  ['a flight without a budget', { flights: [{ start: '2026-03-01', end: '2026-03-31' }] }, undefined],
]

t.test('what is paced is a budget that has an end', async (t) => {
  const { pacer, ledger, snapshots, tickAfter } = await setUp(PACES.map(([, fields]) => fields))
  for (const when of ['at first', 'ever']) {
    for (const [i, [about, , mode]] of PACES.entries())
      t.equal(pacer.stateOf(ledger.find(`campaign-${i}`)!)?.mode, mode, `${about}, ${when}`)
    tickAfter(1000)
  }
  const { goals, ads } = snapshots.current
  for (const [i, [about, , mode]] of PACES.entries()) {
    const ad = ads.traits.campaignIds.indexOf(`campaign-${i}`)
    t.equal(goals.passShare[ad] < 1, mode === 'throttle', `${about}: some requests are left out`)
    t.equal(
      goals.ceilingCpmMicros[ad] < ads.goals.ceilingCpmMicros[ad],
      mode === 'dual',
      `${about}: bids less`,
    )
  }
})

t.test(
  'a pause stops bids at once, is told when it is on the disk, and leaves the pace as it was',
  async (t) => {
    const { treasury, snapshots, store, isOnSale, tickAfter, pacer, purse } = await setUp([
      { budget: { daily: 5 } },
    ])
    const told: boolean[] = []
    const seeTraffic = () => {
      for (let second = 0; second < 60; second++) {
        purse.opportunities[0]++
        tickAfter(1000)
      }
    }
    seeTraffic()
    treasury.setPaused(snapshots, 0, true, (isDone) => told.push(isDone))
    t.equal(isOnSale('campaign-0'), false)
    const before = pacer.stateOf(0)
    seeTraffic()
    t.strictSame(pacer.stateOf(0), before)
    store.isWritable = false
    treasury.setPaused(snapshots, 0, false, (isDone) => told.push(isDone))
    t.equal(isOnSale('campaign-0'), true, 'a pause that ends does so at once too')
    t.strictSame(told, [true, false])
    t.strictSame(store.paused, [
      ['campaign-0', true],
      ['campaign-0', false],
    ])
    seeTraffic()
    t.notSame(pacer.stateOf(0), before)
  },
)

t.test('traffic is learnt of whoever has ads, also where it could not be bid on', async (t) => {
  const { forecast, ledger, treasury, snapshots, tickAfter, purse } = await setUp([{}, {}, {}])
  const ids = ['campaign-0', 'campaign-1', 'campaign-2']
  const hourOf = (campaignIds: readonly string[]) => {
    for (let tick = 0; tick < 360; tick++) {
      // Requests match ads, so they are counted for campaigns that have some.
      for (const campaignId of campaignIds) purse.opportunities[ledger.find(campaignId)!]++
      tickAfter(10_000)
    }
  }
  const expectedIn = (hour: number) => ids.map((id) => forecast.curveOf(ledger.find(id)!).expectedIn(hour))
  tickAfter(0)
  treasury.setPaused(snapshots, ledger.find('campaign-1')!, true, () => {})
  hourOf(ids)
  tickAfter(1000)
  for (const expected of expectedIn(12)) t.ok(Math.abs(expected - 360) < 4, `${expected} in an hour`)
  const paused = await adsOf([{}, {}, { status: 'paused' }])
  snapshots.publish({ ...snapshots.current, ads: paused, ...treasury.adopt(paused) })
  hourOf(['campaign-0', 'campaign-1'])
  tickAfter(1000)
  const [one, other, left] = expectedIn(13)
  for (const expected of [one, other]) t.ok(Math.abs(expected - 360) < 4, `${expected} in the next`)
  t.ok(left > 330, `${left}: what the catalog has paused is kept in mind as it was`)
})

t.test('estimates are refreshed by the tick', async (t) => {
  const { landscape, rates, snapshots, tickAfter } = await setUp([{ goal: { type: 'cpc', value: 1 } }])
  const segment = landscape.segmentOf({ exchange: 1, shapeHash: 2, placeHash: 3, hour: 12 })
  const before = landscape.winProbability(segment, 1_000_000)
  for (let i = 0; i < 500; i++) landscape.observePrice(segment, 900_000)
  const [creative] = snapshots.current.accounts.creatives
  for (let i = 0; i < 500; i++) rates.addImpression(creative, 1)
  for (let i = 0; i < 750; i++) rates.addClick(creative)
  t.equal(landscape.winProbability(segment, 1_000_000), before)
  for (let i = 0; i < 10; i++) tickAfter(1000)
  t.ok(landscape.winProbability(segment, 1_000_000) > 0.5)
  const { valueMicros } = snapshots.current.goals
  t.ok(Math.abs(valueMicros[0] / 1_000_000 - 1.5) < 0.02, `${valueMicros[0]}`)
})

t.test('a checkpoint has what has changed since the last one that was written', async (t) => {
  const { store, bid, tickAfter, ledger } = await setUp([{}, {}, { budget: { daily: 5 } }])
  const written = () =>
    store.checkpoints.at(-1)!.map(({ campaign, heldNanos, bids, wins }) => [campaign, heldNanos, bids, wins])
  tickAfter(1000)
  t.strictSame(
    written().map(([campaign]) => campaign),
    ['campaign-0', 'campaign-1', 'campaign-2'],
    'everybody at first',
  )
  bid('campaign-1', 500)
  ledger.tallies.add('bids', ledger.find('campaign-1')!)
  tickAfter(1000)
  t.strictSame(
    written().filter(([campaign]) => campaign !== 'campaign-2'),
    [['campaign-1', 750, 1, 0]],
    'more on hold than there is, for the bids of the next second; who is paced changes all the time',
  )
  const pace = store.checkpoints.at(-1)!.find(({ campaign }) => campaign === 'campaign-2')?.pace
  t.match(JSON.parse(pace!), { mode: 'throttle', mu: Number, ageS: Number, costRatio: Number })

  store.isWritable = false
  ledger.tallies.add('wins', ledger.find('campaign-0')!)
  tickAfter(1000)
  t.notOk(
    written().some(([campaign]) => campaign === 'campaign-0'),
    'counts alone may wait',
  )
  for (let tick = 0; tick < 3; tick++) {
    tickAfter(10_000)
    t.ok(
      written().some(([campaign, , , wins]) => campaign === 'campaign-0' && wins === 1),
      'tried until it is written',
    )
  }
  store.isWritable = true
  tickAfter(1000)
  t.ok(written().some(([campaign]) => campaign === 'campaign-0'))
  tickAfter(1000)
  t.notOk(
    written().some(([campaign]) => campaign === 'campaign-0'),
    'and no longer',
  )
  t.equal(
    store.checkpoints.length,
    8,
    'one each second, whatever it has to say: it finds out if the disk is there',
  )
})

t.test('what is written down as held covers what is, and is left alone while it does', async (t) => {
  const { store, bid, tickAfter, ledger } = await setUp([{}])
  const campaign = ledger.find('campaign-0')!
  let written = 0
  const isWritten = (nanos: number) => {
    bid('campaign-0', nanos)
    tickAfter(1000)
    const [row] = store.checkpoints.at(-1)!
    if (row !== undefined) written = row.heldNanos
    t.ok(written >= ledger.standingOf(campaign).heldNanos, `${written} covers what is held`)
    return row !== undefined
  }
  t.ok(isWritten(1000))
  t.equal(written, 1500)
  t.notOk(isWritten(500), 'up to what was written')
  t.ok(isWritten(1), 'one more')
  t.equal(written, 2252)
  // The holds run out.
  for (let i = 0; i < HOLD_LIFETIME_S; i++) tickAfter(1000)
  t.equal(ledger.standingOf(campaign).heldNanos, 0)
  t.equal(store.checkpoints.at(-1)?.[0]?.heldNanos ?? 0, 0)
})

t.test(
  'the market is written down every five minutes, traffic a minute behind the hour, all at the end',
  async (t) => {
    const { store, tickAfter, treasury, clock, ledger } = await setUp([{}, {}], { startMs: NOON_MS + 60_000 })
    const names = () => store.memories.splice(0).map(({ name }) => name)
    const curves = [MEMORY.house, `${MEMORY.curve}campaign-0`, `${MEMORY.curve}campaign-1`]
    tickAfter(1000)
    tickAfter(298_000)
    t.strictSame(names(), [])
    tickAfter(1000)
    t.strictSame(names(), [MEMORY.landscape])
    tickAfter(299_000)
    t.strictSame(names(), [])
    for (let i = 0; i < 9; i++) tickAfter(300_000)
    names()
    tickAfter(HOUR_MS - (clock.wallMs() % HOUR_MS))
    t.notOk(names().includes(MEMORY.house), 'accounts have yet to learn from the hour')
    // A notice of a campaign that has left the catalog opens an account.
    ledger.campaignOf('gone', clock.wallMs())
    tickAfter(60_000)
    t.strictSame(
      names().filter((name) => name !== MEMORY.landscape),
      [...curves, `${MEMORY.curve}gone`],
    )
    tickAfter(1000)
    t.strictSame(names(), [])
    treasury.checkpointAll()
    t.strictSame(names(), [MEMORY.landscape, ...curves, `${MEMORY.curve}gone`])
    t.equal(store.checkpoints.at(-1)!.length, 3, 'and the standing of everybody')
  },
)

t.test('a round over the campaigns is spread over the slices of a second', async (t) => {
  const { rooms, store, clock, ads, bid, snapshots } = await setUp([{}, {}, {}, {}, {}])
  const treasury = new Treasury({ ...rooms, store, userKeys: new UserKeys(1), clock, slices: 4 })
  treasury.adopt(ads)
  const goals = []
  store.checkpoints.length = 0
  for (let i = 0; i < 5; i++) bid(`campaign-${i}`, 1000)
  for (let tick = 0; tick < 8; tick++) {
    rooms.ledger.setPaused(0, tick < 4)
    clock.advance(250)
    treasury.tick(snapshots, () => {})
    goals.push(snapshots.current.goals)
  }
  const written = store.checkpoints.map((rows) => rows.map(({ campaign }) => campaign))
  t.same(
    written,
    [['campaign-0', 'campaign-4', 'campaign-1', 'campaign-2', 'campaign-3'], []],
    'one write a round',
  )
  t.equal(new Set(goals).size, 3, 'goals are published at the end of a round')
})
