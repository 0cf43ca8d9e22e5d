/**
 * The clerk between a ledger, rates and a frequency table that are real, a market that writes down what it is told, and a
 * store that keeps its entries in memory or refuses them. Money is in nanos of US dollars, which is CPM micros of a bid
 * in dollars.
 */
import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { Seal } from '../base/seal.ts'
import { BidIds } from '../bidding/bid-ids.ts'
import { ALLOTTED_MAX_NANOS } from '../budget/books.ts'
import { Calendar } from '../budget/calendar.ts'
import { NONE } from '../budget/holds.ts'
import { ENTRY_KIND } from '../budget/journal-rows.ts'
import { Ledger, type SETTLED } from '../budget/ledger.ts'
import type { CampaignBudget, CampaignPast } from '../budget/ledger-terms.ts'
import type { Store } from '../budget/store.ts'
import { NO_TALLY } from '../budget/tallies.ts'
import type { NoticeEvent } from '../events/notice-records.ts'
import { NOTICE_KINDS, type NoticeKind } from '../exchange/notice-urls.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { type NoticeToken, type TokenRead, writeToken } from '../exchange/token.ts'
import { Landscape } from '../pricing/landscape.ts'
import { ResponseRates } from '../pricing/response-rates.ts'
import { ManualClock } from '../testing/clock.ts'
import { FakeStore, HOLD_LIFETIME_S } from '../testing/money.ts'
import { compileCaps } from '../users/caps.ts'
import { FrequencyTable } from '../users/frequency.ts'
import type { PairKey } from '../users/pair-key.ts'
import { writePairKey } from '../users/pair-key-text.ts'
import { NoticeClerk } from './clerk.ts'
import { type Booking, NoticeDesk } from './desk.ts'
import { type Notice, NoticeReader } from './read.ts'
import { ClerkTelemetry, NoticeTelemetry, UNMATCHED } from './telemetry.ts'
import '../testing/seed.ts'

const BID = 2_000_000
const PAID = 1_500_000
const USER: PairKey = { hi: 0x8f1c02aa, lo: 7 }
const CAP_WINDOW_S = 3600
const CAPS = compileCaps([{ impressions: 9, windowS: CAP_WINDOW_S }])
const UNLIMITED: CampaignBudget = {
  campaignId: 'campaign-1',
  timeZone: 'UTC',
  totalNanos: ALLOTTED_MAX_NANOS,
  dailyNanos: ALLOTTED_MAX_NANOS,
  flights: [],
}
const NO_PAST: CampaignPast = {
  campaignId: 'campaign-1',
  isPaused: false,
  spentNanos: 0,
  spentByDay: new Map(),
  spentByFlight: new Map(),
  heldNanos: 0,
  tally: NO_TALLY,
}
const PLACE = { exchange: 11, shapeHash: 12, placeHash: 13, floorCpmMicros: 100_000, hour: 0 }

/** Writes down what the market is told. */
class HeardLandscape extends Landscape {
  readonly heard: string[] = []

  override observePrice(segment: number, priceToWin: number): void {
    this.#hear(segment, `price ${priceToWin}`)
  }

  override observeWin(segment: number, bid: number): void {
    this.#hear(segment, `won at ${bid}`)
  }

  override observeLoss(segment: number, bid: number): void {
    this.#hear(segment, `lost at ${bid}`)
  }

  #hear(segment: number, what: string): void {
    this.heard.push(segment === this.segmentOf(PLACE) ? what : `${what} elsewhere`)
  }
}

type BidTerms = {
  readonly campaignId?: string
  readonly usdCpmMicros?: number
  /** Where the bid was in another currency. */
  readonly priceCpmMicros?: number
  readonly pairKey?: string
  readonly segmentKey?: number
}

/** A clerk of its own with one campaign, and what the rooms around it know. */
function opened({ heldBefore = 0 } = {}) {
  const clock = new ManualClock()
  const store = new FakeStore()
  const ledger = new Ledger({
    calendar: new Calendar(),
    pasts: heldBefore === 0 ? [] : [{ ...NO_PAST, heldNanos: heldBefore }],
    holdLifetimeS: HOLD_LIFETIME_S,
    holdsMax: 4096,
  })
  const campaign = ledger.setBudget(UNLIMITED, clock.wallMs())
  const rates = new ResponseRates()
  const frequency = new FrequencyTable(1024)
  const landscape = new HeardLandscape({ clock, segmentsMax: 64, rowsMax: 64 })
  const segmentKey = landscape.keyOf(landscape.segmentOf(PLACE))
  const telemetry = new ClerkTelemetry()
  const ids = new BidIds(new Prng(1))
  const others = new BidIds(new Prng(2))
  /** What keeps entries: a test may put another one in its place. */
  const disk: { append: Store['append'] } = { append: (entry, done) => store.append(entry, done) }
  const offered: NoticeEvent[] = []
  const clerk = new NoticeClerk({
    ...{ ledger, landscape, rates, frequency, telemetry, clock },
    store: { append: (entry, done) => disk.append(entry, done) },
    capsOf: () => CAPS,
    numberOf: ids.numberOf,
    events: { offerNotice: (event) => offered.push(event) > 0 },
  })

  const tokenOf = (bidId: string, terms: BidTerms): TokenRead => {
    const { campaignId = 'campaign-1', usdCpmMicros = BID, pairKey = writePairKey(USER) } = terms
    const { priceCpmMicros = usdCpmMicros } = terms
    return {
      bidAtS: Math.floor(clock.wallMs() / 1000),
      exchangeName: 'default',
      campaignId,
      creativeId: 'creative-1',
      priceCpmMicros,
      currency: priceCpmMicros === usdCpmMicros ? 'USD' : 'EUR',
      usdCpmMicros,
      bidId,
      isTest: false,
      clickProbability: 0.25,
      propensity: 0.5,
      pairKey,
      isPublic: false,
    }
  }
  /** A bid of this process, with its price and its user's impression reserved. */
  const bid = (terms: BidTerms = {}): TokenRead => {
    const { campaignId = 'campaign-1', usdCpmMicros = BID } = terms
    const index = ledger.campaignOf(campaignId, clock.wallMs())
    const number = ledger.reserve(index, usdCpmMicros, terms.segmentKey ?? segmentKey, clock.wallMs())
    if (number < 0) throw new Error('no room for a bid')
    frequency.reserve(USER, CAPS, clock.wallMs() / 1000)
    return tokenOf(ids.ofBid(number), terms)
  }
  let strangers = 0
  /** A bid of another process. */
  const strangeBid = (terms: BidTerms = {}): TokenRead => tokenOf(others.ofBid(strangers++), terms)

  /** Hands a notice in; how it was booked comes back, if it is known already. */
  const tell = (kind: NoticeKind, token: TokenRead, more: Partial<Notice> = {}): Booking | undefined => {
    const bookings: Booking[] = []
    clerk.take(noticeOf(kind, token, more), (booking) => bookings.push(booking))
    if (bookings.length > 1) throw new Error('a booking ended twice')
    return bookings[0]
  }
  const standing = (campaignId = 'campaign-1') => {
    const { spentNanos, heldNanos } = ledger.standingOf(ledger.find(campaignId)!)
    return { spentNanos, heldNanos }
  }
  /** Impressions that the user is taken to have seen, with those that are reserved. */
  const seen = (): number => {
    let impressions = 0
    while (isCappedAt(impressions + 1)) impressions++
    return impressions
  }
  const isCappedAt = (impressions: number): boolean =>
    frequency.isCapped(USER, compileCaps([{ impressions, windowS: CAP_WINDOW_S }]), clock.wallMs() / 1000)
  const expire = () => {
    clock.advance((HOLD_LIFETIME_S + 1) * 1000)
    ledger.releaseExpired(clock.wallMs(), clerk.learnFromExpired)
  }
  /** All that notices can change. */
  const memory = () => ({
    ...standing(),
    tally: ledger.tallies.of(campaign),
    seen: seen(),
    heard: [...landscape.heard],
    counters: telemetry.instruments.map((instrument) => 'values' in instrument && [...instrument.values]),
    entries: store.entries.length,
  })
  return {
    ...{ clock, store, disk, ledger, landscape, rates, telemetry, campaign, clerk },
    ...{ bid, strangeBid, tell, standing, seen, expire, memory, offered },
  }
}

function noticeOf(kind: NoticeKind, token: TokenRead, more: Partial<Notice> = {}): Notice {
  return {
    kind,
    exchangeIndex: 0,
    token,
    isBilling: kind === 'bill',
    priceCpmMicros: kind === 'bill' ? PAID : undefined,
    priceFault: undefined,
    minToWinCpmMicros: undefined,
    lossReason: undefined,
    errorCode: undefined,
    ...more,
  }
}

/** Count and nanos of the settlements that there were, by what was held for them. */
function settlementsOf({ settlements, settledNanos }: ClerkTelemetry): Record<string, readonly number[]> {
  const rows = settlements.slots.map(
    ({ hold }, slot) => [hold, [settlements.values[slot], settledNanos.values[slot]]] as const,
  )
  return Object.fromEntries(rows.filter(([, [count]]) => count > 0))
}

t.test('a bill settles its bid once; a second one is a duplicate and changes nothing', async (t) => {
  const { bid, tell, standing, memory, store, clock, telemetry } = opened()
  const token = bid()
  t.same(standing(), { spentNanos: 0, heldNanos: BID })
  clock.advance(5000)
  t.equal(tell('bill', token), 'booked')
  t.same(standing(), { spentNanos: PAID, heldNanos: 0 })
  t.match(memory().tally, { wins: 1, impressions: 1 })
  t.same(settlementsOf(telemetry), { inTime: [1, PAID] })
  t.same(store.entries, [
    {
      kind: ENTRY_KIND.bill,
      bidId: token.bidId,
      campaignId: 'campaign-1',
      creativeId: 'creative-1',
      day: Date.UTC(2026, 0, 1) / 86_400_000,
      flightDay: NONE,
      bidAtS: token.bidAtS,
      atS: token.bidAtS + 5,
      paidNanos: PAID,
      clickProbability: 0.25,
      propensity: 0.5,
      pairKey: writePairKey(USER),
    },
  ])
  const before = memory()
  t.equal(tell('bill', token, { priceCpmMicros: 1 }), 'duplicate')
  t.same(memory(), before)
})

/** What the bid was in its currency and in dollars, what the bill says; what is paid, and whether that is capped. */
const PRICES: readonly (readonly [about: string, number, number, number | undefined, number, 0 | 1])[] = [
  ['less than the bid', BID, BID, 1_234_567, 1_234_567, 0],
  ['the bid', BID, BID, BID, BID, 0],
  ['one more than the bid', BID, BID, BID + 1, BID, 1],
  ['ten times the bid', BID, BID, 10 * BID, BID, 1],
  ['nothing', BID, BID, 0, 0, 0],
  ['a price that cannot be read', BID, BID, undefined, BID, 0],
  ['euros', 2_000_000, 2_200_000, 1_000_000, 1_100_000, 0],
  ['euros, rounded up to a nano', 3_000_000, 3_000_001, 1_000_000, 1_000_001, 0],
  ['euros that cannot be read', 2_000_000, 2_200_000, undefined, 2_200_000, 0],
  ['yen, less than a nano', 300_000_000, 2_000_000, 1, 1, 0],
  ['more euros than were bid', 2_000_000, 2_200_000, 2_000_001, 2_200_000, 1],
  // Both are a nano more by the quotient of these two as a floating-point number.
  ['the bid in a currency with an odd rate', 1_051_493, 1_335_397, 1_051_493, 1_335_397, 0],
  ['a third of such a bid', 3_154_479, 4_006_191, 1_051_493, 1_335_397, 0],
]

t.test(
  'what is paid is in dollars by the rate of the bid, rounded up, and never above the bid',
  async (t) => {
    for (const [about, priceCpmMicros, usdCpmMicros, billed, paid, capped] of PRICES) {
      const { bid, tell, standing, telemetry } = opened()
      t.equal(
        tell('bill', bid({ priceCpmMicros, usdCpmMicros }), { priceCpmMicros: billed }),
        'booked',
        about,
      )
      t.same(standing(), { spentNanos: paid, heldNanos: 0 }, about)
      t.equal(telemetry.cappedPrices.values[0], capped, about)
    }
  },
)

t.test('a price above the bid is counted with the settlement, not with each try', async (t) => {
  const { bid, tell, store, telemetry } = opened()
  const token = bid()
  const dear = { priceCpmMicros: BID + 1 }
  store.isWritable = false
  t.equal(tell('bill', token, dear), 'not_booked')
  t.equal(telemetry.cappedPrices.values[0], 0)
  store.isWritable = true
  t.equal(tell('bill', token, dear), 'booked')
  t.equal(tell('bill', token, dear), 'duplicate')
  t.equal(telemetry.cappedPrices.values[0], 1)
})

t.test('a view bills where the exchange bills by it, and otherwise means nothing', async (t) => {
  const { bid, tell, standing, store } = opened()
  const token = bid()
  t.equal(tell('view', token, { priceCpmMicros: PAID }), 'booked')
  t.equal(tell('error', token, { errorCode: 303 }), 'booked')
  t.equal(tell('bill', token, { isBilling: false }), 'booked', 'a bill where the view bills')
  t.same([standing(), store.entries], [{ spentNanos: 0, heldNanos: BID }, []])
  t.equal(tell('view', token, { isBilling: true, priceCpmMicros: PAID }), 'booked')
  t.same(standing(), { spentNanos: PAID, heldNanos: 0 })
})

/** What a former process has left on hold, and what happens to a bid; how it is settled, and what is on hold then. */
const SETTLEMENTS: readonly {
  readonly about: string
  readonly heldBefore?: number
  readonly happens: (rooms: ReturnType<typeof opened>) => TokenRead
  readonly hold: keyof typeof SETTLED
  readonly heldNanos: number
}[] = [
  {
    about: 'a bid whose hold is there',
    happens: ({ bid }) => bid(),
    hold: 'inTime',
    heldNanos: 0,
  },
  {
    about: 'a bid whose hold has run out',
    happens: ({ bid, expire }) => {
      const token = bid()
      expire()
      return token
    },
    hold: 'late',
    heldNanos: 0,
  },
  {
    about: 'a bid that was lost before',
    happens: ({ bid, tell }) => {
      const token = bid()
      tell('loss', token)
      return token
    },
    hold: 'late',
    heldNanos: 0,
  },
  {
    about: 'a bid of another process',
    happens: ({ strangeBid }) => strangeBid(),
    hold: 'late',
    heldNanos: 0,
  },
  {
    about: 'a bid of a former process, which has left its price on hold with that of others',
    heldBefore: 3 * BID,
    happens: ({ strangeBid }) => strangeBid(),
    hold: 'carried',
    heldNanos: 2 * BID,
  },
]

t.test('what is owed is settled whether the bid is still held or not, and counted by that', async (t) => {
  for (const { about, heldBefore, happens, hold, heldNanos } of SETTLEMENTS) {
    const rooms = opened({ heldBefore })
    const token = happens(rooms)
    t.equal(rooms.tell('bill', token), 'booked', about)
    t.same(rooms.standing(), { spentNanos: PAID, heldNanos }, about)
    t.same(settlementsOf(rooms.telemetry), { [hold]: [1, PAID] }, about)
    t.equal(rooms.tell('bill', token), 'duplicate', about)
    t.same(rooms.standing(), { spentNanos: PAID, heldNanos }, about)
  }
})

t.test('a bill of a campaign that has left the catalog is settled', async (t) => {
  const { strangeBid, tell, standing, store, ledger } = opened()
  t.equal(ledger.find('campaign-of-old'), undefined)
  t.equal(tell('bill', strangeBid({ campaignId: 'campaign-of-old' })), 'booked')
  t.same(standing('campaign-of-old'), { spentNanos: PAID, heldNanos: 0 })
  t.same(standing(), { spentNanos: 0, heldNanos: 0 }, 'and nobody else pays for it')
  t.match(store.entries, [{ campaignId: 'campaign-of-old', paidNanos: PAID }])
})

t.test('a bid belongs to the day and the flight that it was made in', async (t) => {
  const { clock, ledger, bid, tell, store } = opened()
  const today = Date.UTC(2026, 0, 1) / 86_400_000
  const flights = [
    { startDay: today - 3, endDay: today, nanos: 1e9 },
    { startDay: today + 1, endDay: today + 9, nanos: 1e9 },
  ]
  ledger.setBudget({ ...UNLIMITED, flights }, clock.wallMs())
  clock.advance(86_400_000 - 5000)
  const token = bid()
  clock.advance(10_000)
  ledger.turnDays(clock.wallMs())
  t.equal(tell('bill', token), 'booked')
  t.match(store.entries, [{ day: today, flightDay: today - 3 }])
  t.match(ledger.standingOf(0), { day: today + 1, spentTodayNanos: 0, spentNanos: PAID })
})

/** Notices of one bid in their order; how they are booked, and whether the user is seen to have seen it. */
const SIGHTS: readonly (readonly [readonly NoticeKind[], readonly Booking[]])[] = [
  [['win'], ['booked']],
  [['bill'], ['booked']],
  [
    ['win', 'bill'],
    ['booked', 'booked'],
  ],
  [
    ['bill', 'win'],
    ['booked', 'booked'],
  ],
  [
    ['win', 'win', 'bill', 'win', 'bill'],
    ['booked', 'booked', 'booked', 'booked', 'duplicate'],
  ],
]

t.test('an impression of a user and a win are counted once over win and bill', async (t) => {
  for (const [kinds, bookings] of SIGHTS) {
    const { bid, tell, seen, memory, clock } = opened()
    const token = bid()
    t.equal(seen(), 1, 'it is reserved')
    t.same(
      kinds.map((kind) => tell(kind, token)),
      bookings,
      kinds.join(),
    )
    t.equal(seen(), 1, `${kinds.join()}: in the place of the reservation`)
    // Longer than a reservation lasts.
    clock.advance(100_000)
    t.equal(seen(), 1, `${kinds.join()}: for good`)
    t.match(memory().tally, { wins: 1, impressions: kinds.includes('bill') ? 1 : 0 }, kinds.join())
  }
})

t.test('a user of whom nothing may be known is not counted', async (t) => {
  const { bid, tell, seen, clock } = opened()
  const tokens = [bid({ pairKey: '' }), bid({ pairKey: '' }), bid({ pairKey: '' })]
  tell('win', tokens[0])
  tell('bill', tokens[1])
  tell('loss', tokens[2])
  t.equal(seen(), 3, 'the reservations that this test has made')
  clock.advance(100_000)
  t.equal(seen(), 0)
})

t.test('a win leaves the price on hold until the bill', async (t) => {
  const { bid, tell, standing, expire, landscape } = opened()
  const token = bid()
  t.equal(tell('win', token), 'booked')
  t.same(standing(), { spentNanos: 0, heldNanos: BID })
  expire()
  t.same(standing(), { spentNanos: 0, heldNanos: 0 }, 'or until it has run out')
  t.same(landscape.heard, [`won at ${BID}`], 'which is no loss')
})

t.test('a win or a loss of a bid that is not held here is counted and changes nothing', async (t) => {
  for (const kind of ['win', 'loss'] as const) {
    const { bid, strangeBid, tell, expire, memory, telemetry } = opened()
    const [expired, settled] = [bid(), bid()]
    tell('bill', settled)
    expire()
    const before = memory()
    for (const token of [expired, settled, strangeBid()]) t.equal(tell(kind, token), 'booked')
    t.equal(telemetry.unmatched.values[UNMATCHED[kind]], 3)
    const { counters: _, ...after } = memory()
    t.match(before, after, kind)
  }
})

t.test('a loss frees the price and the reservation', async (t) => {
  const { bid, tell, standing, seen } = opened()
  const [lost, other] = [bid(), bid()]
  t.equal(tell('loss', lost), 'booked')
  t.same([standing(), seen()], [{ spentNanos: 0, heldNanos: BID }, 1])
  t.equal(tell('loss', lost), 'booked')
  t.same([standing(), seen()], [{ spentNanos: 0, heldNanos: BID }, 1], 'once')
  t.equal(tell('loss', other), 'booked')
  t.same([standing(), seen()], [{ spentNanos: 0, heldNanos: 0 }, 0])
})

t.test(
  'a loss behind a win frees the price, and leaves alone what is reserved for another bid',
  async (t) => {
    const { bid, tell, standing, seen } = opened()
    const token = bid()
    bid()
    tell('win', token)
    t.equal(seen(), 2, 'an impression and a reservation')
    t.equal(tell('loss', token), 'booked')
    t.same([standing(), seen()], [{ spentNanos: 0, heldNanos: BID }, 2])
  },
)

t.test('a loss behind the bill takes nothing back', async (t) => {
  const { bid, tell, standing } = opened()
  const token = bid()
  tell('bill', token)
  t.equal(tell('loss', token), 'booked')
  t.same(standing(), { spentNanos: PAID, heldNanos: 0 })
})

/** Loss reason, price of the winner, the least that would have won; what the market learns of a bid of `BID`. */
const LOSSES: readonly (readonly [
  about: string,
  reason: number | undefined,
  price: number | undefined,
  minToWin: number | undefined,
  heard: readonly string[],
])[] = [
  ['no reason, no price', undefined, undefined, undefined, [`lost at ${BID}`]],
  ['below the floor', 100, undefined, undefined, [`lost at ${BID}`]],
  ['below the floor of a deal', 101, undefined, undefined, [`lost at ${BID}`]],
  ['outbid', 102, undefined, undefined, [`lost at ${BID}`]],
  ['outbid at a price', 102, 3_000_000, undefined, ['price 3000000']],
  ['no reason, a price', undefined, 3_000_000, undefined, ['price 3000000']],
  [
    'the least that would have won is nearer than what the winner paid',
    102,
    3_000_000,
    2_500_000,
    ['price 2500000'],
  ],
  ['a price as high as the bid', 102, BID, undefined, [`price ${BID}`]],
  ['a price below the bid: it did not decide', 102, BID - 1, undefined, []],
  ['a least price below the bid', 102, 3_000_000, BID - 1, []],
  ['won, says a loss', 0, 3_000_000, undefined, []],
  ['an internal error', 1, 3_000_000, undefined, []],
  ['the chance has expired', 2, undefined, undefined, []],
  ['lost to a deal', 103, 3_000_000, undefined, []],
  ['a creative that is refused', 200, undefined, undefined, []],
  ['a reason of the exchange itself', 1000, 3_000_000, undefined, []],
]

t.test('a loss teaches the price to win where price decided', async (t) => {
  for (const [about, lossReason, priceCpmMicros, minToWinCpmMicros, heard] of LOSSES) {
    const { bid, tell, landscape, standing } = opened()
    tell('loss', bid(), { lossReason, priceCpmMicros, minToWinCpmMicros })
    t.same(landscape.heard, heard, about)
    t.equal(standing().heldNanos, 0, about)
  }
})

/** By which notice, the least that would have won; what the market learns of a bid of `BID`. */
const WINS: readonly (readonly [NoticeKind, minToWin: number | undefined, heard: string])[] = [
  ['win', undefined, `won at ${BID}`],
  ['win', 1_250_000, 'price 1250000'],
  ['win', BID, `price ${BID}`],
  // Whoever won can have needed no more than the bid.
  ['win', BID + 1, `won at ${BID}`],
  ['bill', undefined, `won at ${BID}`],
  ['bill', 1_250_000, 'price 1250000'],
]

t.test(
  'a win teaches the price to win, or else that the bid was enough; a bill does where no win came',
  async (t) => {
    for (const [kind, minToWinCpmMicros, heard] of WINS) {
      const { bid, tell, landscape } = opened()
      const token = bid()
      for (const told of [kind, kind, 'bill'] as const) tell(told, token, { minToWinCpmMicros })
      t.same(landscape.heard, [heard], `${kind} ${minToWinCpmMicros}`)
    }
  },
)

t.test('prices to win are learnt in dollars', async (t) => {
  const terms = { priceCpmMicros: 2_000_000, usdCpmMicros: 2_200_000 }
  const { bid, tell, landscape } = opened()
  tell('win', bid(terms), { minToWinCpmMicros: 1_000_000 })
  tell('loss', bid(terms), { priceCpmMicros: 3_000_000 })
  tell('loss', bid(terms))
  t.same(landscape.heard, ['price 1100000', 'price 3300000', 'lost at 2200000'])
})

t.test('a bid of no segment, as in second price, teaches nothing', async (t) => {
  const { bid, tell, landscape, expire, memory } = opened()
  const [won, billed, lost] = [0, 0, 0, 0].map((segmentKey) => bid({ segmentKey }))
  tell('win', won, { minToWinCpmMicros: 1 })
  tell('bill', billed)
  tell('loss', lost)
  expire()
  t.same(landscape.heard, [])
  t.equal(memory().tally.wins, 2)
})

t.test('a hold that runs out teaches a loss, unless it was won', async (t) => {
  const { bid, tell, landscape, expire, standing } = opened()
  bid({ usdCpmMicros: 1_000_000 })
  tell('win', bid())
  tell('bill', bid({ usdCpmMicros: 3_000_000 }))
  tell('loss', bid({ usdCpmMicros: 4_000_000 }))
  landscape.heard.length = 0
  expire()
  t.same(landscape.heard, ['lost at 1000000'])
  t.same(standing(), { spentNanos: PAID, heldNanos: 0 })
})

t.test('what notices tell moves the chances of a real market the way they say', async (t) => {
  const chanceAfter = (kind: NoticeKind, more: Partial<Notice>) => {
    const { clock, bid, tell, landscape } = opened()
    const market = new Landscape({ clock })
    const segment = market.segmentOf(PLACE)
    // The spy keeps what it hears to itself; here the market itself listens.
    for (const method of ['observePrice', 'observeWin', 'observeLoss'] as const)
      landscape[method] = (_, price) => market[method](segment, price)
    const before = market.winProbability(segment, BID)
    for (let i = 0; i < 500; i++) tell(kind, bid(), more)
    for (let i = 0; i < 20; i++) market.refresh(Number.POSITIVE_INFINITY)
    return Math.sign(Math.round((market.winProbability(segment, BID) - before) * 100))
  }
  t.equal(chanceAfter('loss', { priceCpmMicros: 3_000_000 }), -1)
  t.equal(chanceAfter('win', { minToWinCpmMicros: 1_000_000 }), 1)
  t.equal(chanceAfter('loss', { lossReason: 200 }), 0)
})

t.test('a click and a conversion count once each, and stand beside the bill', async (t) => {
  const { bid, tell, memory, rates, campaign, clock, store } = opened()
  const token = bid()
  const [creative, stated] = [rates.creativeOf(campaign, 'creative-1'), 0.1]
  const means = (['bill', 'click', 'conversion'] as const).map((kind) => {
    t.equal(tell(kind, token), 'booked', kind)
    t.equal(tell(kind, token), 'duplicate', kind)
    rates.fade(clock.nowMs())
    return rates.mean(creative)
  })
  t.match(memory().tally, { impressions: 1, clicks: 1, conversions: 1 })
  t.same(
    store.entries.map(({ kind, bidId, paidNanos }) => [kind, bidId, paidNanos]),
    [
      [ENTRY_KIND.bill, token.bidId, PAID],
      [ENTRY_KIND.click, token.bidId, 0],
      [ENTRY_KIND.conversion, token.bidId, 0],
    ],
  )
  t.ok(means[0] < 1, 'a quarter of a click was expected, and none came')
  t.ok(means[1] > 1, 'one came')
  t.equal(means[2], means[1], 'a conversion is not another click')
  t.ok(rates.conversionRate(campaign, stated) > stated, 'one conversion of one click')
})

t.test('clicks and conversions are counted whoever made the bid, and without a bill', async (t) => {
  const { strangeBid, tell, memory, standing } = opened()
  const token = strangeBid()
  t.equal(tell('conversion', token), 'booked')
  t.equal(tell('click', token), 'booked')
  t.match(memory().tally, { impressions: 0, clicks: 1, conversions: 1 })
  t.same(standing(), { spentNanos: 0, heldNanos: 0 })
})

t.test(
  'what the store refuses or cannot write is not booked, changes nothing, and may come again',
  async (t) => {
    for (const kind of ['bill', 'click', 'conversion'] as const) {
      const { bid, tell, memory, store, disk } = opened()
      const token = bid()
      const before = memory()
      store.isWritable = false
      t.equal(tell(kind, token), 'not_booked', `${kind}: the write fails`)
      t.same(memory(), before)
      store.isWritable = true
      const { append } = disk
      disk.append = () => false
      t.equal(tell(kind, token), 'not_booked', `${kind}: there is no room`)
      t.same(memory(), before)
      disk.append = append
      t.equal(tell(kind, token), 'booked', kind)
      t.not(memory().entries, before.entries)
    }
  },
)

t.test('memory follows when the disk has it, and not before', async (t) => {
  const { bid, standing, memory, clerk, store, disk } = opened()
  const writes: (() => void)[] = []
  disk.append = (entry, done) => {
    writes.push(() => store.append(entry, done))
    return true
  }
  const bookings: Booking[] = []
  const take = (kind: NoticeKind, token: TokenRead) =>
    clerk.take(noticeOf(kind, token), (booking) => bookings.push(booking))
  const token = bid()
  const before = memory()
  take('bill', token)
  take('bill', token)
  t.same([memory(), bookings], [before, []])
  for (const write of writes) write()
  t.same(bookings, ['booked', 'duplicate'], 'two that were on their way together are one')
  t.same(standing(), { spentNanos: PAID, heldNanos: 0 })
})

t.test('a hold that runs out while its bill is on the way to the disk is settled late', async (t) => {
  const { bid, tell, standing, expire, store, disk, telemetry } = opened()
  let write = () => {}
  disk.append = (entry, done) => {
    write = () => store.append(entry, done)
    return true
  }
  t.equal(tell('bill', bid()), undefined)
  expire()
  t.same(standing(), { spentNanos: 0, heldNanos: 0 })
  write()
  t.same(standing(), { spentNanos: PAID, heldNanos: 0 })
  t.same(settlementsOf(telemetry), { late: [1, PAID] })
})

t.test('a bug behind a booking that is on the disk does not call it unbooked', async (t) => {
  const { bid, clerk, ledger } = opened()
  const token = bid()
  ledger.settle = () => {
    throw new Error('a broken invariant')
  }
  const bookings: Booking[] = []
  t.throws(() => clerk.take(noticeOf('bill', token), (booking) => bookings.push(booking)), /broken invariant/)
  t.same(bookings, ['booked'])
})

const seal = new Seal([{ id: 'k1', secret: Buffer.from('a secret') }])

/** A desk in front of the clerk: what it counts of a notice that comes with this token. */
function told(
  rooms: ReturnType<typeof opened>,
  kind: NoticeKind,
  token: NoticeToken,
  isPublic: boolean,
): string {
  const telemetry = new NoticeTelemetry(EXCHANGE_PROFILES.map(({ name }) => name))
  const reader = new NoticeReader({
    seal,
    exchanges: EXCHANGE_PROFILES,
    lifetimeS: 3600,
    priceKeys: new Map(),
  })
  const { clock, clerk } = rooms
  const desk = new NoticeDesk({ reader, landingOf: () => undefined, clerk, telemetry, clock })
  const { forExchange, forMarkup } = writeToken(seal, token)
  desk.receive(kind, `t=${isPublic ? forMarkup : forExchange}&p=1.5&r=0`, () => {})
  const slot = telemetry.notices.values.indexOf(1)
  return telemetry.notices.slots[slot].outcome
}

t.test(
  'the token that stands in markup cannot bill, win or lose; that of the exchange can do everything',
  async (t) => {
    for (const kind of NOTICE_KINDS) {
      const rooms = opened()
      const { bid, memory } = rooms
      const token = bid()
      const before = memory()
      const isOfExchange = ['win', 'bill', 'loss'].includes(kind)
      t.equal(told(rooms, kind, token, true), isOfExchange ? 'not_the_exchange' : 'accepted', kind)
      if (isOfExchange) t.same(memory(), before, `${kind}: nothing has changed`)
      t.equal(told(rooms, kind, bid(), false), 'accepted', kind)
    }
  },
)

t.test('what the exchange says is booked behind what markup said in vain', async (t) => {
  const rooms = opened()
  const token = rooms.bid()
  t.equal(told(rooms, 'bill', token, true), 'not_the_exchange')
  t.equal(told(rooms, 'bill', token, false), 'accepted')
  t.equal(told(rooms, 'bill', token, false), 'duplicate')
  t.same(rooms.standing(), { spentNanos: PAID, heldNanos: 0 })
})

t.test('where the markup bills, its token settles', async (t) => {
  const rooms = opened()
  const token = { ...rooms.bid(), exchangeName: 'pubmatic' }
  t.equal(told(rooms, 'view', token, true), 'accepted')
  t.same(rooms.standing(), { spentNanos: PAID, heldNanos: 0 })
})

t.test('a bid of a test settles nothing, whatever is told of it', async (t) => {
  for (const kind of NOTICE_KINDS) {
    const rooms = opened()
    const before = rooms.memory()
    const token = { ...rooms.strangeBid(), isTest: true }
    for (const isPublic of [false, true]) {
      const isRefused = isPublic && ['win', 'bill', 'loss'].includes(kind)
      t.equal(told(rooms, kind, token, isPublic), isRefused ? 'not_the_exchange' : 'test', kind)
    }
    t.same(rooms.memory(), before, kind)
  }
})

type Step =
  | { readonly what: 'bid'; readonly campaign: number; readonly nanos: number }
  | { readonly what: 'strange bid'; readonly campaign: number; readonly nanos: number }
  | { readonly what: 'win' | 'loss'; readonly of: number }
  | { readonly what: 'bill'; readonly of: number; readonly permille: number | undefined }
  | { readonly what: 'wait'; readonly seconds: number }
  | { readonly what: 'disk'; readonly isWritable: boolean }

const CAMPAIGNS = ['campaign-1', 'campaign-2', 'campaign-3']
const BUDGET = 40_000_000

const campaigns = fc.nat(CAMPAIGNS.length - 1)
const nanos = fc.integer({ min: 1, max: 9_999_999 })
const bids = fc.nat(40)
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('bid' as const), campaign: campaigns, nanos }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('strange bid' as const), campaign: campaigns, nanos }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constantFrom('win' as const, 'loss' as const), of: bids }) },
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('bill' as const),
      of: bids,
      permille: fc.option(fc.nat(1200), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('wait' as const), seconds: fc.nat(90) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('disk' as const), isWritable: fc.boolean() }) },
)

/** The books by the obvious way: a list of bids, each with what is held for it and what it has cost. */
class PlainBooks {
  readonly bids: {
    readonly token: TokenRead
    isHeld: boolean
    paid: number | undefined
  }[] = []
  isWritable = true

  bill(of: number, permille: number | undefined): void {
    const bid = this.bids[of]
    if (!this.isWritable || bid.paid !== undefined) return
    const { usdCpmMicros } = bid.token
    bid.paid = Math.min(
      usdCpmMicros,
      permille === undefined ? usdCpmMicros : billedAt(usdCpmMicros, permille),
    )
    bid.isHeld = false
  }

  expire(nowS: number): void {
    for (const bid of this.bids) if (nowS - bid.token.bidAtS > HOLD_LIFETIME_S) bid.isHeld = false
  }

  standingOf(campaignId: string): { spentNanos: number; heldNanos: number } {
    const own = this.bids.filter(({ token }) => token.campaignId === campaignId)
    return {
      spentNanos: own.reduce((sum, { paid = 0 }) => sum + paid, 0),
      heldNanos: own.reduce((sum, { isHeld, token }) => sum + (isHeld ? token.usdCpmMicros : 0), 0),
    }
  }
}

function billedAt(nanos: number, permille: number): number {
  return Math.floor((nanos * permille) / 1000)
}

t.test('books balance after any sequence of bids and notices', async () => {
  fc.assert(fc.property(fc.array(steps, { minLength: 20, maxLength: 150 }), checkBooks), { numRuns: 300 })
})

function checkBooks(sequence: readonly Step[]): void {
  const { clock, ledger, clerk, store, bid, strangeBid, tell, standing } = opened()
  const plain = new PlainBooks()
  for (const campaignId of CAMPAIGNS) {
    const flights = [{ startDay: 0, endDay: 99_999, nanos: BUDGET }]
    const budget = { campaignId, timeZone: 'UTC', totalNanos: 2 * BUDGET, dailyNanos: BUDGET, flights }
    ledger.setBudget(budget, clock.wallMs())
  }
  for (const step of sequence) {
    take(step)
    // Every second, as the treasury does.
    ledger.releaseExpired(clock.wallMs(), clerk.learnFromExpired)
    plain.expire(clock.wallMs() / 1000)
    for (const campaignId of CAMPAIGNS) checkCampaign(campaignId)
    checkAccounts()
  }

  function take(step: Step): void {
    if (step.what === 'wait') clock.advance(step.seconds * 1000)
    else if (step.what === 'disk') {
      store.isWritable = step.isWritable
      plain.isWritable = step.isWritable
    } else if (step.what === 'bid') {
      const campaignId = CAMPAIGNS[step.campaign]
      if (ledger.room(ledger.find(campaignId)!) < step.nanos) return
      const token = bid({ campaignId, usdCpmMicros: step.nanos })
      plain.bids.push({ token, isHeld: true, paid: undefined })
    } else if (step.what === 'strange bid') {
      const token = strangeBid({ campaignId: CAMPAIGNS[step.campaign], usdCpmMicros: step.nanos })
      plain.bids.push({ token, isHeld: false, paid: undefined })
    } else if (plain.bids.length > 0) notify(step, step.of % plain.bids.length)
  }

  function notify(step: Extract<Step, { readonly of: number }>, of: number): void {
    const { token } = plain.bids[of]
    if (step.what === 'bill') {
      const { permille } = step
      const priceCpmMicros = permille === undefined ? undefined : billedAt(token.usdCpmMicros, permille)
      tell('bill', token, { priceCpmMicros })
      plain.bill(of, permille)
    } else {
      tell(step.what, token)
      if (step.what === 'loss') plain.bids[of].isHeld = false
    }
  }

  function checkCampaign(campaignId: string): void {
    const expected = plain.standingOf(campaignId)
    const { spentTodayNanos } = ledger.standingOf(ledger.find(campaignId)!)
    const written = store.entries
      .filter((entry) => entry.campaignId === campaignId)
      .reduce((sum, { paidNanos }) => sum + paidNanos, 0)
    deepEqual(standing(campaignId), expected)
    // All of it is of one day, and a restart would know the same.
    deepEqual(
      { spentTodayNanos, written },
      { spentTodayNanos: expected.spentNanos, written: expected.spentNanos },
    )
  }

  function checkAccounts(): void {
    const { books } = ledger
    for (let account = 0; account < 32; account++) {
      const sum = books.available(account) + books.held(account) + books.spent(account)
      deepEqual(books.allotted(account), sum)
    }
  }
}

t.test('the event log is offered what was booked, once, with what was paid in dollars', async (t) => {
  const { bid, tell, strangeBid, expire, offered, clock, store } = opened()
  const [euros, lost, gone] = [bid({ priceCpmMicros: BID / 2 }), bid(), bid()]
  const atMs = clock.wallMs()
  for (let twice = 0; twice < 2; twice++) {
    tell('win', euros, { priceCpmMicros: BID / 4 })
    tell('bill', euros, { priceCpmMicros: BID / 4 })
    tell('click', euros)
    tell('conversion', euros)
    tell('error', euros)
    tell('loss', lost, { priceCpmMicros: BID * 3 })
  }
  const stranger = strangeBid()
  tell('loss', stranger)
  tell('win', stranger)
  tell('bill', stranger)
  tell('bill', strangeBid(), { isBilling: false })
  store.isWritable = false
  tell('bill', gone)
  tell('click', gone)
  store.isWritable = true
  expire()
  tell('loss', gone)
  tell('view', gone, { isBilling: true, priceCpmMicros: undefined })
  tell('view', euros)
  const [{ bidId }, late] = [euros, clock.wallMs()]
  t.same(offered, [
    { kind: 'win', atMs, bidId, usdCpmMicros: BID / 2 },
    { kind: 'bill', atMs, bidId, usdCpmMicros: BID / 2 },
    { kind: 'click', atMs, bidId, usdCpmMicros: undefined },
    { kind: 'conversion', atMs, bidId, usdCpmMicros: undefined },
    { kind: 'loss', atMs, bidId: lost.bidId, usdCpmMicros: BID * 3 },
    { kind: 'bill', atMs, bidId: stranger.bidId, usdCpmMicros: PAID },
    { kind: 'bill', atMs: late, bidId: gone.bidId, usdCpmMicros: BID },
    { kind: 'view', atMs: late, bidId, usdCpmMicros: undefined },
  ])
})
