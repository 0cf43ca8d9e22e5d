import t from 'tap'
import { ALLOTTED_MAX_NANOS } from './books.ts'
import { Calendar } from './calendar.ts'
import { NONE } from './holds.ts'
import { Ledger, REFUSAL, SETTLED } from './ledger.ts'
import type { CampaignBudget, CampaignPast, Flight, Settlement } from './ledger-terms.ts'
import { NO_TALLY } from './tallies.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOON_MS = Date.UTC(2026, 0, 15, 12)
const TODAY = Math.floor(NOON_MS / DAY_MS)
const LIFETIME_S = 120
const HOLDS_MAX = 4096

const budgetOf = (budget: Partial<CampaignBudget> = {}): CampaignBudget => ({
  campaignId: 'shoes',
  timeZone: 'UTC',
  totalNanos: ALLOTTED_MAX_NANOS,
  dailyNanos: ALLOTTED_MAX_NANOS,
  flights: [],
  ...budget,
})

const pastOf = (past: Partial<CampaignPast> = {}): CampaignPast => ({
  campaignId: 'shoes',
  isPaused: false,
  spentNanos: 0,
  spentByDay: new Map(),
  spentByFlight: new Map(),
  heldNanos: 0,
  tally: NO_TALLY,
  ...past,
})

const flightOf = (startDay: number, endDay: number, nanos = ALLOTTED_MAX_NANOS): Flight => ({
  startDay,
  endDay,
  nanos,
})

function ledgerOf(...pasts: CampaignPast[]): Ledger {
  return new Ledger({ calendar: new Calendar(), pasts, holdLifetimeS: LIFETIME_S, holdsMax: HOLDS_MAX })
}

/** A ledger with one campaign, at noon; what is settled was bid at noon unless it is told otherwise. */
function started(budget: Partial<CampaignBudget> = {}, past: Partial<CampaignPast> = {}) {
  const ledger = ledgerOf(pastOf(past))
  const campaign = ledger.setBudget(budgetOf(budget), NOON_MS)
  const reserve = (nanos: number, wallMs = NOON_MS) => ledger.reserve(campaign, nanos, 0, wallMs)
  const settle = (settlement: Partial<Settlement>) =>
    ledger.settle({
      bidNumber: NONE,
      campaign,
      bidNanos: settlement.paidNanos ?? 0,
      paidNanos: 0,
      ...ledger.periodOf(campaign, NOON_MS),
      ...settlement,
    })
  const refusal = (nanos: number) => ledger.refusal(campaign, nanos)
  const standing = () => {
    const { heldNanos, spentNanos, spentTodayNanos } = ledger.standingOf(campaign)
    return [heldNanos, spentNanos, spentTodayNanos]
  }
  return { ledger, campaign, reserve, settle, refusal, standing }
}

const refused = (refusal: number) => -1 - refusal

t.test('a bid holds its price, a bill settles it, what was not paid is free again', async (t) => {
  const { ledger, campaign, reserve, settle, standing } = started({ totalNanos: 100 })
  const bidNumber = reserve(60)
  t.same(standing(), [60, 0, 0])
  t.equal(ledger.room(campaign), 40)
  t.equal(settle({ bidNumber, bidNanos: 60, paidNanos: 45 }), SETTLED.inTime)
  t.same(standing(), [0, 45, 45])
  t.equal(ledger.room(campaign), 55)
})

t.test('a loss frees what was held, once', async (t) => {
  const { ledger, reserve, standing } = started()
  const bidNumber = reserve(60)
  t.equal(ledger.release(bidNumber), true)
  t.same(standing(), [0, 0, 0])
  t.equal(ledger.release(bidNumber), false)
  for (const none of [NONE, bidNumber + 1]) t.equal(ledger.release(none), false)
  t.same(standing(), [0, 0, 0])
})

t.test('a bid that was settled is not released, one that was released is settled late', async (t) => {
  const { ledger, reserve, settle, standing } = started()
  const [settled, released] = [reserve(60), reserve(60)]
  settle({ bidNumber: settled, paidNanos: 60 })
  t.equal(ledger.release(settled), false)
  ledger.release(released)
  t.equal(settle({ bidNumber: released, paidNanos: 60 }), SETTLED.late)
  t.same(standing(), [0, 120, 120])
})

/** Each row: one budget of 100, the others without end. */
const BUDGETS: readonly (readonly [string, Partial<CampaignBudget>])[] = [
  ['total', { totalNanos: 100 }],
  ['daily', { dailyNanos: 100 }],
  ['flight', { flights: [flightOf(TODAY, TODAY + 5, 100)] }],
]

for (const [name, budget] of BUDGETS) {
  t.test(`the ${name} budget stops a campaign by itself`, async (t) => {
    const { reserve, settle, refusal } = started(budget)
    t.equal(refusal(101), REFUSAL.spent, 'one nano too much')
    t.equal(refusal(100), REFUSAL.none, 'all of it')
    const bidNumber = reserve(70)
    t.equal(reserve(31), refused(REFUSAL.spent), 'what is held counts')
    settle({ bidNumber, bidNanos: 70, paidNanos: 60 })
    t.equal(refusal(41), REFUSAL.spent, 'what is spent counts')
    reserve(40)
    t.equal(refusal(1), REFUSAL.spent)
  })

  t.test(`a process starts from what the one before had spent of the ${name} budget`, async (t) => {
    const { refusal } = started(budget, {
      spentNanos: 30,
      spentByDay: new Map([[TODAY, 30]]),
      spentByFlight: new Map([[TODAY, 30]]),
    })
    t.same([refusal(70), refusal(71)], [REFUSAL.none, REFUSAL.spent])
  })
}

t.test('days and flights other than the present do not count', async (t) => {
  const { ledger, campaign } = started(
    { dailyNanos: 100, flights: [flightOf(TODAY - 3, TODAY - 1, 50), flightOf(TODAY, TODAY, 80)] },
    {
      spentNanos: 150,
      spentByDay: new Map([[TODAY - 1, 90]]),
      spentByFlight: new Map([[TODAY - 3, 50]]),
    },
  )
  t.equal(ledger.room(campaign), 80)
})

t.test('a campaign without budgets spends until its nanos could no longer be counted', async (t) => {
  const { reserve, settle, refusal, standing } = started({}, { spentNanos: ALLOTTED_MAX_NANOS - 1000 })
  t.equal(refusal(1001), REFUSAL.spent)
  const bidNumber = reserve(1000)
  settle({ bidNumber, bidNanos: 1000, paidNanos: 999 })
  t.same([refusal(1), refusal(2)], [REFUSAL.none, REFUSAL.spent])
  t.same(standing(), [0, ALLOTTED_MAX_NANOS - 1, 999])
})

t.test('a hundred thousand odd prices add up to the nano under a budget of millions', async (t) => {
  const totalNanos = 8_999_999 * 1e9
  const { ledger, campaign, reserve, settle, standing } = started({ totalNanos })
  let paidNanos = 0
  for (let i = 0; i < 100_000; i++) {
    const bidNumber = reserve(12_345_679 + i)
    settle({ bidNumber, bidNanos: 12_345_679 + i, paidNanos: 12_345_678 })
    paidNanos += 12_345_678
  }
  t.same(standing(), [0, paidNanos, paidNanos])
  t.equal(ledger.room(campaign), totalNanos - paidNanos)
})

t.test('a bid is refused when there is no room for another hold, until some have run out', async (t) => {
  const { ledger, campaign, reserve } = started()
  for (let i = 0; i < HOLDS_MAX; i++) reserve(1)
  t.equal(reserve(1), refused(REFUSAL.full))
  t.equal(ledger.standingOf(campaign).heldNanos, HOLDS_MAX, 'and holds nothing')
  ledger.release(0)
  ledger.releaseExpired(NOON_MS, () => {})
  t.equal(reserve(1), HOLDS_MAX)
})

t.test('holds run out after their lifetime, oldest first, each told of while it stands', async (t) => {
  const { ledger, campaign, reserve } = started()
  reserve(10)
  reserve(20, NOON_MS + 1000)
  const told = (wallMs: number) => {
    const nanos: number[] = []
    ledger.releaseExpired(wallMs, (place) => {
      t.ok(ledger.standingOf(campaign).heldNanos >= ledger.holds.nanos[place], 'still held')
      nanos.push(ledger.holds.nanos[place])
    })
    return nanos
  }
  t.same(told(NOON_MS + LIFETIME_S * 1000 + 999), [])
  t.same(told(NOON_MS + LIFETIME_S * 1000 + 1000), [10])
  t.equal(ledger.standingOf(campaign).heldNanos, 20)
  t.same(told(NOON_MS + DAY_MS), [20])
  t.same(told(NOON_MS + DAY_MS), [])
})

t.test('what is billed after its hold has run out is late, and spends all the same', async (t) => {
  const { ledger, campaign, reserve, settle, standing } = started({ totalNanos: 100 })
  const bidNumber = reserve(80)
  ledger.releaseExpired(NOON_MS + HOUR_MS, () => {})
  reserve(100)
  t.equal(settle({ bidNumber, bidNanos: 80, paidNanos: 80 }), SETTLED.late)
  t.same(standing(), [100, 80, 80])
  t.equal(ledger.room(campaign), -80, 'past the budget by what was late')
})

/** Each row: a zone, and an instant on which a day begins there. */
const MIDNIGHTS: readonly (readonly [about: string, zone: string, midnight: string])[] = [
  ['UTC', 'UTC', '2026-03-02T00:00Z'],
  ['west', 'America/Los_Angeles', '2026-07-01T07:00Z'],
  ['a half hour', 'Asia/Kolkata', '2026-07-01T18:30Z'],
  ['the day on which summer begins', 'Europe/Berlin', '2026-03-28T23:00Z'],
  ['the day after: an hour earlier', 'Europe/Berlin', '2026-03-29T22:00Z'],
  ['the day after summer has ended: an hour later', 'Europe/Berlin', '2026-10-25T23:00Z'],
  ['a day without a midnight', 'America/Santiago', '2025-09-07T04:00Z'],
]

for (const turn of ['turnDays', 'reserve'] as const) {
  t.test(`daily budgets begin anew at local midnight, by ${turn}`, async (t) => {
    for (const [about, timeZone, midnight] of MIDNIGHTS) {
      const midnightMs = Date.parse(midnight)
      const ledger = ledgerOf()
      const campaign = ledger.setBudget(budgetOf({ timeZone, dailyNanos: 100 }), midnightMs - HOUR_MS)
      const bidAt = (wallMs: number) => {
        if (turn === 'turnDays') ledger.turnDays(wallMs)
        return ledger.reserve(campaign, 100, 0, wallMs)
      }
      t.ok(bidAt(midnightMs - HOUR_MS) >= 0, about)
      const { day } = ledger.standingOf(campaign)
      t.equal(bidAt(midnightMs - 1), refused(REFUSAL.spent), `${about}: a millisecond before`)
      t.ok(bidAt(midnightMs) >= 0, `${about}: at midnight`)
      t.equal(ledger.standingOf(campaign).day, day + 1, about)
      t.equal(ledger.standingOf(campaign).heldNanos, 200, `${about}: holds last over midnight`)
    }
  })
}

t.test('days turn for the campaigns whose midnight has come, and for no others', async (t) => {
  const ledger = ledgerOf()
  const zones = ['UTC', 'Europe/Berlin', 'Asia/Tokyo']
  const atMs = Date.UTC(2026, 0, 15, 22, 59)
  const campaigns = zones.map((timeZone) =>
    ledger.setBudget(budgetOf({ campaignId: timeZone, timeZone }), atMs),
  )
  const days = () => campaigns.map((campaign) => ledger.standingOf(campaign).day - TODAY)
  t.same(days(), [0, 0, 1])
  ledger.turnDays(atMs + 60_000)
  t.same(days(), [0, 1, 1])
})

t.test('a bid belongs to its own day: billed after midnight it spends that of yesterday', async (t) => {
  const { ledger, campaign, reserve, settle, standing } = started({ dailyNanos: 100 })
  const [bidNumber, other] = [reserve(60), reserve(40)]
  ledger.turnDays(NOON_MS + DAY_MS)
  t.equal(ledger.room(campaign), 100, 'what is held for yesterday is not held for today')
  t.equal(settle({ bidNumber, bidNanos: 60, paidNanos: 50 }), SETTLED.inTime)
  ledger.release(other)
  t.same(standing(), [0, 50, 0])
  t.equal(settle({ paidNanos: 30 }), SETTLED.late, 'and so does one without a hold')
  t.same(standing(), [0, 80, 0])
})

t.test('a bill of days ago counts for the whole campaign alone', async (t) => {
  const { ledger, settle, standing } = started({ dailyNanos: 100 })
  ledger.turnDays(NOON_MS + 2 * DAY_MS)
  settle({ paidNanos: 30 })
  t.same(standing(), [0, 30, 0])
})

t.test('a hold that outlives two midnights is settled all the same', async (t) => {
  const { ledger, reserve, settle, standing } = started({ dailyNanos: 100 })
  const bidNumber = reserve(60)
  for (let day = 1; day < 5; day++) ledger.turnDays(NOON_MS + day * DAY_MS)
  t.equal(settle({ bidNumber, bidNanos: 60, paidNanos: 60 }), SETTLED.inTime)
  t.same(standing(), [0, 60, 0])
})

t.test('accounts of days that have gone are used again', async (t) => {
  const { ledger, reserve, settle, campaign } = started({ dailyNanos: 100 })
  const accounts = new Set<number>()
  for (let day = 0; day < 50; day++) {
    const wallMs = NOON_MS + day * DAY_MS
    ledger.turnDays(wallMs)
    const bidNumber = reserve(100, wallMs)
    accounts.add(ledger.holds.dayAccount[ledger.holds.find(bidNumber)])
    settle({ bidNumber, bidNanos: 100, paidNanos: 100, ...ledger.periodOf(campaign, wallMs) })
    t.equal(ledger.standingOf(campaign).spentTodayNanos, 100)
  }
  t.ok(accounts.size <= 3, `${accounts.size} accounts`)
})

t.test('a campaign bids in its flights, each with its own budget, and not between them', async (t) => {
  const flights = [flightOf(TODAY + 1, TODAY + 2, 100), flightOf(TODAY + 4, TODAY + 4, 50)]
  const { ledger, campaign, reserve, settle } = started({ flights })
  const at = (days: number) => {
    ledger.turnDays(NOON_MS + days * DAY_MS)
    return [ledger.refusal(campaign, 50), ledger.refusal(campaign, 51)]
  }
  const { none, notInFlight, spent } = REFUSAL
  t.same(at(0), [notInFlight, notInFlight], 'before')
  t.same(at(1), [none, none], 'the first day')
  const wallMs = NOON_MS + DAY_MS
  settle({
    bidNumber: reserve(50, wallMs),
    bidNanos: 50,
    paidNanos: 50,
    ...ledger.periodOf(campaign, wallMs),
  })
  t.same(at(2), [none, spent], 'the last day: less what the first has spent')
  t.same(at(3), [notInFlight, notInFlight], 'between')
  t.same(at(4), [none, spent], 'the second flight')
  t.same(at(5), [notInFlight, notInFlight], 'behind')
})

t.test('a flight begins and ends at local midnight', async (t) => {
  const ledger = ledgerOf()
  const timeZone = 'America/Los_Angeles'
  const beginMs = Date.parse('2026-01-15T08:00Z')
  const flights = [flightOf(TODAY, TODAY)]
  const campaign = ledger.setBudget(budgetOf({ timeZone, flights }), beginMs - 1)
  t.equal(ledger.reserve(campaign, 1, 0, beginMs - 1), refused(REFUSAL.notInFlight))
  t.ok(ledger.reserve(campaign, 1, 0, beginMs) >= 0)
  t.ok(ledger.reserve(campaign, 1, 0, beginMs + DAY_MS - 1) >= 0)
  t.equal(ledger.reserve(campaign, 1, 0, beginMs + DAY_MS), refused(REFUSAL.notInFlight))
})

t.test('a bid of a flight spends of that flight, also when the next one runs', async (t) => {
  const flights = [flightOf(TODAY, TODAY, 100), flightOf(TODAY + 1, TODAY + 1, 100)]
  const { ledger, campaign, reserve, settle } = started({ flights })
  const bidNumber = reserve(100)
  ledger.turnDays(NOON_MS + DAY_MS)
  settle({ bidNumber, bidNanos: 100, paidNanos: 100 })
  settle({ paidNanos: 100 })
  t.equal(ledger.room(campaign), 100)
})

t.test('the period of a bid is told by the calendar of its campaign', async (t) => {
  const flights = [flightOf(TODAY - 2, TODAY, 100)]
  const { ledger, campaign } = started({ timeZone: 'Asia/Tokyo', flights })
  t.same(ledger.periodOf(campaign, NOON_MS), { day: TODAY, flightDay: TODAY - 2 })
  t.same(ledger.periodOf(campaign, Date.parse('2026-01-15T15:00Z')), { day: TODAY + 1, flightDay: NONE })
})

/** Each row: budgets before and after, and the room that is left when 40 are held and 30 spent. */
const EDITS: readonly (readonly [string, Partial<CampaignBudget>, Partial<CampaignBudget>, number])[] = [
  ['total up', { totalNanos: 100 }, { totalNanos: 150 }, 80],
  ['total down', { totalNanos: 100 }, { totalNanos: 80 }, 10],
  ['total below what is held and spent', { totalNanos: 100 }, { totalNanos: 20 }, -50],
  ['total taken away', { totalNanos: 100 }, {}, ALLOTTED_MAX_NANOS - 70],
  ['daily up', { dailyNanos: 100 }, { dailyNanos: 150 }, 80],
  ['daily below what is held and spent', { dailyNanos: 100 }, { dailyNanos: 20 }, -50],
  ['daily given', {}, { dailyNanos: 90 }, 20],
  ['flight up', { flights: [flightOf(TODAY, TODAY, 100)] }, { flights: [flightOf(TODAY, TODAY, 150)] }, 80],
  ['flight down', { flights: [flightOf(TODAY, TODAY, 100)] }, { flights: [flightOf(TODAY, TODAY, 60)] }, -10],
  [
    'flight longer',
    { flights: [flightOf(TODAY, TODAY, 100)] },
    { flights: [flightOf(TODAY, TODAY + 9, 100)] },
    30,
  ],
  ['flight taken away', { flights: [flightOf(TODAY, TODAY, 100)] }, {}, ALLOTTED_MAX_NANOS - 70],
]

t.test('a budget that is edited counts at once; what is held and spent stays', async (t) => {
  for (const [about, before, after, room] of EDITS) {
    const { ledger, campaign, reserve, settle, standing, refusal } = started(before)
    settle({ bidNumber: reserve(30), bidNanos: 30, paidNanos: 30 })
    const bidNumber = reserve(40)
    t.equal(ledger.setBudget(budgetOf(after), NOON_MS), campaign)
    t.equal(ledger.room(campaign), room, about)
    t.same(standing(), [40, 30, 30], about)
    t.equal(refusal(Math.max(room, 0) + 1), REFUSAL.spent, about)
    t.equal(settle({ bidNumber, bidNanos: 40, paidNanos: 35 }), SETTLED.inTime, about)
    t.equal(ledger.room(campaign), room + 5, about)
  }
})

t.test('a flight that is taken away and given back has spent what it had', async (t) => {
  const flights = [flightOf(TODAY, TODAY, 100)]
  const { ledger, campaign, reserve, settle } = started({ flights })
  settle({ bidNumber: reserve(70), bidNanos: 70, paidNanos: 70 })
  ledger.setBudget(budgetOf({ flights: [flightOf(TODAY + 5, TODAY + 5)] }), NOON_MS)
  t.equal(ledger.refusal(campaign, 1), REFUSAL.notInFlight)
  ledger.setBudget(budgetOf({ flights }), NOON_MS)
  t.equal(ledger.room(campaign), 30)
})

/** Goal: neither a zone that is edited nor a clock that is set back gives a day its budget twice. */
t.test('a day that comes again has spent what it had', async (t) => {
  const spendDay = ({ reserve, settle, ledger, campaign }: ReturnType<typeof started>, wallMs: number) =>
    settle({
      bidNumber: reserve(100, wallMs),
      bidNanos: 100,
      paidNanos: 100,
      ...ledger.periodOf(campaign, wallMs),
    })
  const early = Date.UTC(2026, 0, 16, 3)
  const zoned = started({ dailyNanos: 100 })
  spendDay(zoned, NOON_MS)
  spendDay(zoned, early)
  // In Los Angeles it is still the day before.
  zoned.ledger.setBudget(budgetOf({ dailyNanos: 120, timeZone: 'America/Los_Angeles' }), early)
  t.equal(zoned.ledger.room(zoned.campaign), 20, 'yesterday again')
  zoned.ledger.turnDays(early + 6 * HOUR_MS)
  t.equal(zoned.ledger.room(zoned.campaign), 20, 'today again, with the budget of today')

  const back = started({ dailyNanos: 100 })
  spendDay(back, NOON_MS)
  back.ledger.turnDays(NOON_MS + 12 * HOUR_MS)
  back.ledger.setBudget(budgetOf({ dailyNanos: 100 }), NOON_MS + 12 * HOUR_MS - 2000)
  t.equal(back.ledger.room(back.campaign), 0, 'a clock that is set back')
})

t.test('a campaign that is paused makes no bid, and settles those that it made', async (t) => {
  const { ledger, campaign, reserve, settle, refusal, standing } = started()
  const bidNumber = reserve(60)
  ledger.setPaused(campaign, true)
  t.ok(ledger.isPaused(campaign))
  t.equal(refusal(1), REFUSAL.paused)
  t.equal(reserve(1), refused(REFUSAL.paused))
  t.equal(settle({ bidNumber, bidNanos: 60, paidNanos: 60 }), SETTLED.inTime)
  ledger.setBudget(budgetOf(), NOON_MS)
  t.ok(ledger.isPaused(campaign), 'a new catalog does not resume it')
  ledger.setPaused(campaign, false)
  t.ok(reserve(1) >= 0)
  t.same(standing(), [1, 60, 60])
})

t.test('a campaign that was paused is paused after a restart', async (t) => {
  t.equal(started({}, { isPaused: true }).refusal(1), REFUSAL.paused)
})

const CARRIED = { spentNanos: 20, spentByDay: new Map([[TODAY, 20]]), heldNanos: 50 }

/** As a process starts: all campaigns of the disk first, then the catalog. */
function restarted(budget: Partial<CampaignBudget>, wallMs: number) {
  const ledger = ledgerOf(pastOf(CARRIED))
  ledger.campaignOf('shoes', wallMs)
  const campaign = ledger.setBudget(budgetOf(budget), wallMs)
  return { ledger, campaign }
}

/** Each row: budgets, the instant of the start, and the room that is left: what is held counts, and today's 20. */
const RESTARTS: readonly (readonly [string, Partial<CampaignBudget>, string, number])[] = [
  ['total', { totalNanos: 100 }, '2026-01-15T12:00Z', 30],
  ['daily', { dailyNanos: 100 }, '2026-01-15T12:00Z', 30],
  ['flight', { flights: [flightOf(TODAY, TODAY, 100)] }, '2026-01-15T12:00Z', 50],
  ['tomorrow by UTC', { dailyNanos: 100, timeZone: 'America/Los_Angeles' }, '2026-01-16T02:00Z', 30],
  ['still today by UTC', { dailyNanos: 100, timeZone: 'Asia/Tokyo' }, '2026-01-15T20:00Z', 50],
]

t.test('what a former process held is held again, once, in each of the budgets', async (t) => {
  for (const [about, budget, start, room] of RESTARTS) {
    const { ledger, campaign } = restarted(budget, Date.parse(start))
    t.equal(ledger.room(campaign), room, about)
    ledger.setBudget(budgetOf(budget), Date.parse(start))
    t.equal(ledger.standingOf(campaign).heldNanos, 50, about)
  }
})

t.test('bills of a former process are settled from what it held, as long as that lasts', async (t) => {
  const { ledger, campaign, settle, standing } = started({ totalNanos: 100 }, CARRIED)
  t.same(standing(), [50, 20, 20])
  t.equal(settle({ bidNanos: 30, paidNanos: 25 }), SETTLED.carried)
  t.same(standing(), [20, 45, 45])
  t.equal(ledger.room(campaign), 35)
  t.equal(settle({ bidNanos: 30, paidNanos: 30 }), SETTLED.late, 'more than is left: what there is')
  t.same(standing(), [0, 75, 75])
  t.equal(settle({ bidNanos: 1, paidNanos: 1 }), SETTLED.late)
  t.equal(ledger.room(campaign), 24)
})

t.test('what is carried runs out as other holds do', async (t) => {
  const { ledger, settle, standing } = started({}, CARRIED)
  settle({ bidNanos: 10, paidNanos: 10 })
  ledger.releaseExpired(NOON_MS + LIFETIME_S * 1000, () => {})
  t.same(standing(), [40, 30, 30])
  ledger.releaseExpired(NOON_MS + (LIFETIME_S + 1) * 1000, () => {})
  t.same(standing(), [0, 30, 30])
  t.equal(settle({ bidNanos: 10, paidNanos: 10 }), SETTLED.late)
  ledger.setBudget(budgetOf(), NOON_MS + HOUR_MS)
  t.same(standing(), [0, 40, 40], 'and is not carried a second time')
})

t.test('a bill of yesterday that was carried spends yesterday, and frees today', async (t) => {
  const { ledger, campaign, settle, standing } = started({ dailyNanos: 100 }, CARRIED)
  t.equal(ledger.room(campaign), 30)
  t.equal(settle({ bidNanos: 50, paidNanos: 50, day: TODAY - 1 }), SETTLED.carried)
  t.same(standing(), [0, 70, 20])
  t.equal(ledger.room(campaign), 80)
})

t.test('a campaign that the catalog does not know is owed for, and found again', async (t) => {
  const ledger = ledgerOf(pastOf({ campaignId: 'boots', spentNanos: 10, spentByDay: new Map([[TODAY, 10]]) }))
  t.equal(ledger.find('boots'), undefined)
  const boots = ledger.campaignOf('boots', NOON_MS)
  const hats = ledger.campaignOf('hats', NOON_MS)
  t.same([ledger.find('boots'), ledger.find('hats'), ledger.campaignCount], [boots, hats, 2])
  t.equal(ledger.campaignOf('boots', NOON_MS + DAY_MS), boots)
  const period = ledger.periodOf(boots, NOON_MS)
  ledger.settle({ bidNumber: NONE, campaign: boots, ...period, bidNanos: 30, paidNanos: 30 })
  t.equal(ledger.standingOf(boots).spentNanos, 40)
  t.equal(ledger.standingOf(hats).spentNanos, 0)
  ledger.setBudget(budgetOf({ campaignId: 'boots', totalNanos: 100 }), NOON_MS)
  t.equal(ledger.room(boots), 60, 'its budget, when it comes, knows of it')
  t.equal(ledger.budgetOf(boots).totalNanos, 100)
})

t.test('counts go on where they stood', async (t) => {
  const tally = { bids: 9, wins: 5, impressions: 4, clicks: 1, conversions: 0 }
  const { ledger, campaign } = started({}, { tally })
  ledger.tallies.add('bids', campaign)
  t.same(ledger.tallies.of(campaign), { ...tally, bids: 10 })
})

/** Each row: budgets, and the period in days from today that spend is to be spread over. */
const PACES: readonly (readonly [string, Partial<CampaignBudget>, readonly [number, number] | undefined])[] =
  [
    ['no budget', {}, undefined],
    ['a total without an end', { totalNanos: 1000 }, undefined],
    ['a flight without a budget', { flights: [flightOf(TODAY, TODAY + 1)] }, undefined],
    ['a day', { dailyNanos: 1000 }, [0, 1]],
    ['a flight', { flights: [flightOf(TODAY - 1, TODAY + 3, 1000)] }, [-1, 4]],
    ['a total until the flight ends', { totalNanos: 1000, flights: [flightOf(TODAY, TODAY + 1)] }, [0, 2]],
    ['a day of a flight', { dailyNanos: 1000, flights: [flightOf(TODAY - 1, TODAY + 3, 1000)] }, [0, 1]],
    ['outside of flights', { flights: [flightOf(TODAY + 1, TODAY + 3, 1000)] }, undefined],
  ]

t.test('spend is paced over the day, or else over the flight', async (t) => {
  for (const [about, budget, period] of PACES) {
    const { ledger, campaign, reserve, settle } = started(budget)
    if (period !== undefined) {
      settle({ bidNumber: reserve(100), bidNanos: 100, paidNanos: 80 })
      reserve(30)
    }
    const pace = ledger.paceOf(campaign)
    const [start, end] = period ?? []
    const wanted = period && {
      periodStartMs: (TODAY + start!) * DAY_MS,
      periodEndMs: (TODAY + end!) * DAY_MS,
      availableNanos: 890,
      heldNanos: 30,
      spentNanos: 80,
      bidNanos: 130,
    }
    t.same(pace, wanted, about)
  }
})
