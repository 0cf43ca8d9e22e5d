// What the bid path asks about money and users: of the purse alone, with the rooms behind it.
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { ALLOTTED_MAX_NANOS } from '../budget/books.ts'
import { NONE } from '../budget/holds.ts'
import { RequestView } from '../openrtb/request.ts'
import { ManualClock } from '../testing/clock.ts'
import { testMoney } from '../testing/money.ts'
import { CAP_CELLS, compileCaps, NO_CAPS } from '../users/caps.ts'
import { readPairKey } from '../users/pair-key-text.ts'
import type { AdAccounts } from './snapshot.ts'

const WALL_MS = Date.UTC(2026, 0, 1, 12)
const NOW_S = WALL_MS / 1000
const USER = { hi: 11, lo: 22 }
const CAP = compileCaps([{ impressions: 2, windowS: 3600 }])

/** Three ads: two of a campaign that may be seen twice an hour, one of a campaign without caps. */
function setUp({ totalNanos = ALLOTTED_MAX_NANOS } = {}) {
  const money = testMoney(new ManualClock(WALL_MS))
  const { ledger } = money.rooms
  const ids = ['capped', 'capped', 'free']
  const campaigns = ids.map((campaignId) =>
    ledger.setBudget(
      { campaignId, timeZone: 'UTC', totalNanos, dailyNanos: ALLOTTED_MAX_NANOS, flights: [] },
      WALL_MS,
    ),
  )
  money.rooms.forecast.ensure(ledger.campaignCount)
  const accounts: AdAccounts = {
    campaigns: Int32Array.from(campaigns),
    creatives: Int32Array.from(ids, (id, ad) => money.rooms.rates.creativeOf(campaigns[ad], `${id}-${ad}`)),
    caps: [CAP, CAP, NO_CAPS],
    campaignHashes: Uint32Array.of(7, 7, 8),
    isForKnownUsers: new Uint8Array(3),
    hasCaps: true,
  }
  return { ...money, ...money.rooms, accounts }
}

const claimOf = (ad: number, usdNanos: number, isTest = false) => ({
  ad,
  floorNanos: 1_500,
  usdNanos,
  segmentKey: 5,
  wallMs: WALL_MS,
  isTest,
})

t.test('it is closed while the ledger cannot be written', async (t) => {
  const { purse, store } = setUp()
  t.equal(purse.isOpen, true)
  store.isWritable = false
  t.equal(purse.isOpen, false)
})

t.test('what is reserved is on hold under the number of its bid, until it is released', async (t) => {
  const { purse, ledger, accounts } = setUp()
  t.equal(purse.reserve(accounts, claimOf(0, 3_000)), true)
  const first = purse.bidNumber
  t.equal(purse.reserve(accounts, claimOf(1, 4_000)), true, 'another ad of the campaign')
  t.not(purse.bidNumber, first)
  t.equal(ledger.standingOf(0).heldNanos, 7_000)
  t.equal(ledger.tallies.of(0).bids, 2)
  const place = ledger.holds.find(first)
  const { nanos, floorNanos, segmentKey } = ledger.holds
  t.strictSame([nanos[place], floorNanos[place], segmentKey[place]], [3_000, 1_500, 5])
  purse.release(accounts, { ad: 0, bidNumber: first, pairKey: '' }, NOW_S)
  t.equal(ledger.standingOf(0).heldNanos, 4_000)
  purse.release(accounts, { ad: 0, bidNumber: first, pairKey: '' }, NOW_S)
  t.equal(ledger.standingOf(0).heldNanos, 4_000, 'once')
})

t.test('what a campaign has no room for is not reserved', async (t) => {
  const { purse, ledger, accounts } = setUp({ totalNanos: 5_000 })
  t.equal(purse.reserve(accounts, claimOf(0, 5_001)), false)
  t.equal(purse.reserve(accounts, claimOf(0, 5_000)), true)
  t.equal(purse.reserve(accounts, claimOf(1, 1)), false)
  t.equal(purse.reserve(accounts, claimOf(2, 1)), true, 'another campaign has')
  t.equal(ledger.tallies.of(0).bids, 1, 'what was refused is no bid')
  ledger.setPaused(1, true)
  t.equal(purse.reserve(accounts, claimOf(2, 1)), false, 'nor while it is paused')
})

t.test('a test is refused as any other bid would be, and holds nothing', async (t) => {
  const { purse, ledger, accounts } = setUp({ totalNanos: 5_000 })
  t.equal(purse.reserve(accounts, claimOf(0, 5_000, true)), true)
  t.equal(purse.bidNumber, NONE)
  t.equal(purse.reserve(accounts, claimOf(0, 5_001, true)), false)
  purse.release(accounts, { ad: 0, bidNumber: NONE, pairKey: '' }, NOW_S)
  t.strictSame([ledger.standingOf(0).heldNanos, ledger.tallies.of(0).bids], [0, 0])
})

t.test('a user is capped for all ads of a campaign, and for no other', async (t) => {
  const { purse, accounts } = setUp()
  const isCapped = () => [0, 1, 2].map((ad) => purse.isCapped(accounts, ad, USER, NOW_S))
  purse.noteShown(accounts, 0, USER, NOW_S)
  t.strictSame(isCapped(), [false, false, false])
  purse.noteShown(accounts, 1, USER, NOW_S)
  t.strictSame(isCapped(), [true, true, false])
  t.equal(purse.isCapped(accounts, 0, { hi: 11, lo: 23 }, NOW_S), false, 'another user')
  t.equal(purse.isCapped(accounts, 0, undefined, NOW_S), false, 'one whom nobody may know')
  t.equal(purse.isCapped(accounts, 0, USER, NOW_S + 120), false, 'a bid that nobody heard of any more')
})

t.test('a bid that is not sent does not count for its user', async (t) => {
  const { purse, accounts } = setUp()
  const keys = [0, 0].map((ad) => purse.noteShown(accounts, ad, USER, NOW_S))
  t.equal(purse.isCapped(accounts, 0, USER, NOW_S), true)
  purse.release(accounts, { ad: 0, bidNumber: NONE, pairKey: keys[1] }, NOW_S)
  t.equal(purse.isCapped(accounts, 0, USER, NOW_S), false)
})

t.test(
  'notices get a key of user and campaign where there is something to count, else nothing',
  async (t) => {
    const { purse, accounts, frequency } = setUp()
    t.equal(purse.noteShown(accounts, 2, USER, NOW_S), '', 'no caps')
    t.equal(purse.noteShown(accounts, 0, undefined, NOW_S), '', 'nobody')
    const text = purse.noteShown(accounts, 0, USER, NOW_S)
    t.equal(purse.noteShown(accounts, 1, USER, NOW_S), text, 'the same for each ad of the campaign')
    const pair = { hi: 0, lo: 0 }
    t.ok(readPairKey(text, pair))
    // What the notice counts under that key is what the next bid asks for.
    for (let i = 0; i < CAP.length / CAP_CELLS + 1; i++) frequency.count(pair, CAP, NOW_S, NOW_S)
    t.equal(purse.isCapped(accounts, 0, USER, NOW_S + 600), true)
  },
)

t.test(
  'a user is known by an advertising id, whoever asks, and by an id of the exchange there alone',
  async (t) => {
    const { purse } = setUp()
    const view = new RequestView(4096)
    const userOf = (request: object, exchangeHash = 1) => {
      const body = JSON.stringify({ id: 'r', imp: [{ id: '1' }], ...request })
      if (view.read(view.tape.bytes.write(body)) !== 0) throw new Error('unreadable')
      return purse.userOf(view, exchangeHash)
    }
    const phone = { device: { ifa: '6d92078a-8246-4ba4-ae5b-76104861e7dc' } }
    t.strictSame(userOf(phone, 1), userOf(phone, 2))
    t.strictSame(userOf({ user: { id: 'u' } }, 1), userOf({ user: { id: 'u' } }, 1))
    t.notSame(userOf({ user: { id: 'u' } }, 1), userOf({ user: { id: 'u' } }, 2))
    t.equal(userOf({}), undefined)
    t.equal(userOf({ device: { ifa: '00000000-0000-0000-0000-000000000000' } }), undefined)
    t.not(
      userOf(phone),
      userOf(phone),
      'a key of its own for each request, which is kept behind the next one',
    )
  },
)

t.test('the key of a place leads back to what was learnt of it', async (t) => {
  const { purse, landscape } = setUp()
  const place = { exchange: 1, shapeHash: 2, placeHash: 3, hour: 4 }
  const key = purse.segmentKeyOf(place)
  t.equal(purse.segmentKeyOf({ ...place, hour: 5 }), key, 'the same quarter of the day')
  const others = [{ exchange: 9 }, { shapeHash: 9 }, { placeHash: 9 }, { hour: 9 }]
  for (const other of others) t.not(purse.segmentKeyOf({ ...place, ...other }), key, JSON.stringify(other))
  t.equal(landscape.keyOf(landscape.segmentOfKey(key)), key)
  t.not(key, 0, 'which stands for none')
})

t.test('a multiplier is drawn around what a creative has shown', async (t) => {
  const { purse, rates, accounts } = setUp()
  for (let i = 0; i < 1000; i++) rates.addImpression(accounts.creatives[0], 1)
  for (let i = 0; i < 500; i++) rates.addClick(accounts.creatives[0])
  const draws = Array.from({ length: 500 }, () => purse.drawMultiplier(accounts.creatives[0]))
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length
  t.ok(Math.abs(mean - 0.5) < 0.02, `${mean}`)
  t.ok(new Set(draws).size > 400)
})

t.test('no two processes give out the same ids', async (t) => {
  const [one, other] = [1, 2].map((seed) => testMoney(new ManualClock(), undefined, new Prng(seed)).purse.ids)
  t.not(one.ofBid(3), other.ofBid(3))
  t.equal(other.numberOf(one.ofBid(3)), NONE)
  t.equal(one.numberOf(one.ofBid(3)), 3)
})
