/**
 * What campaigns may spend, hold and have spent. A bid reserves its price, a billable event settles it, a loss or time
 * releases it; each step is booked twice, in up to three accounts: of the campaign, of its day and of its flight.
 *
 * A bid belongs to the day and the flight that it was made in, by the campaign's own clock, and so does what is paid
 * for it later. Spend therefore passes no budget by more than
 *
 *   - what is billed after its hold has run out (`late`), and
 *   - after a crash: the bids since the last checkpoint that are billed, because their holds died with the process.
 *
 * The holds that a checkpoint knew of are carried over as one hold a campaign. Everything here is in memory and takes
 * well under a microsecond; what makes it durable is `store.ts`. The bid path calls `refusal`, `reserve` and `release`.
 */
import { Growing } from '../base/growing.ts'
import { ALLOTTED_MAX_NANOS, Books } from './books.ts'
import type { Calendar } from './calendar.ts'
import { HOLD, Holds, NONE } from './holds.ts'
import type { CampaignBudget, CampaignPast, Flight, Pace, Settlement } from './ledger-terms.ts'
import { NO_TALLY, Tallies } from './tallies.ts'

/** Why a campaign may not bid. */
export const REFUSAL = { none: 0, paused: 1, notInFlight: 2, spent: 3, full: 4 } as const

/** How a settlement found its bid: with its hold; among what a former process held; or too late for either. */
export const SETTLED = { inTime: 0, carried: 1, late: 2 } as const

export type LedgerOptions = {
  readonly calendar: Calendar
  readonly pasts: readonly CampaignPast[]
  readonly holdLifetimeS: number
  /** A power of two. */
  readonly holdsMax: number
}

const DAY_MS = 86_400_000

const NO_PAST: Omit<CampaignPast, 'campaignId'> = {
  isPaused: false,
  spentNanos: 0,
  spentByDay: new Map(),
  spentByFlight: new Map(),
  heldNanos: 0,
  tally: NO_TALLY,
}
const NO_BUDGET: Omit<CampaignBudget, 'campaignId'> = {
  timeZone: 'UTC',
  totalNanos: ALLOTTED_MAX_NANOS,
  dailyNanos: ALLOTTED_MAX_NANOS,
  flights: [],
}

export class Ledger {
  readonly books = new Books()
  readonly holds: Holds
  readonly tallies = new Tallies()
  readonly #calendar: Calendar
  readonly #holdLifetimeS: number
  readonly #pasts: ReadonlyMap<string, CampaignPast>
  readonly #campaigns = new Map<string, number>()
  readonly #budgets: CampaignBudget[] = []
  /** Accounts by campaign. */
  readonly #whole = new Growing(Int32Array)
  readonly #today = new Growing(Int32Array)
  readonly #flight = new Growing(Int32Array)
  readonly #day = new Growing(Int32Array)
  readonly #dayStartMs = new Growing(Float64Array)
  readonly #dayEndMs = new Growing(Float64Array)
  /** Prices of all bids of this process, by campaign. */
  readonly #bidNanos = new Growing(Float64Array)
  readonly #isPaused = new Growing(Uint8Array)
  readonly #isInFlight = new Growing(Uint8Array)
  /** Number of the hold that carries what a former process held. */
  readonly #carried = new Growing(Float64Array)
  /** By campaign and first day. */
  readonly #dayAccounts = new Map<string, number>()
  readonly #flightAccounts = new Map<string, number>()

  constructor({ calendar, pasts, holdLifetimeS, holdsMax }: LedgerOptions) {
    this.#calendar = calendar
    this.#holdLifetimeS = holdLifetimeS
    this.holds = new Holds(holdsMax)
    this.#pasts = new Map(pasts.map((past) => [past.campaignId, past]))
  }

  get campaignCount(): number {
    return this.#budgets.length
  }

  /** The campaign's index, which it keeps for the life of the process; one that is new has no budget yet. */
  campaignOf(campaignId: string, wallMs: number): number {
    return this.#campaigns.get(campaignId) ?? this.#open({ campaignId, ...NO_BUDGET }, wallMs)
  }

  /** The index of a campaign that is known. */
  find(campaignId: string): number | undefined {
    return this.#campaigns.get(campaignId)
  }

  budgetOf(campaign: number): CampaignBudget {
    return this.#budgets[campaign]
  }

  /** Gives a campaign the budgets of the catalog; what it has spent and holds is not touched. */
  setBudget(budget: CampaignBudget, wallMs: number): number {
    const known = this.#campaigns.get(budget.campaignId)
    const campaign = known ?? this.#open(budget, wallMs)
    if (known !== undefined) {
      this.#budgets[campaign] = budget
      this.books.allot(this.#whole.at(campaign), budget.totalNanos)
      this.#turnDay(campaign, wallMs)
    }
    this.#carry(campaign, wallMs)
    return campaign
  }

  setPaused(campaign: number, isPaused: boolean): void {
    this.#isPaused.values[campaign] = isPaused ? 1 : 0
  }

  isPaused(campaign: number): boolean {
    return this.#isPaused.values[campaign] === 1
  }

  /** Opens a new day for the campaigns whose midnight has come. Called every second. */
  turnDays(wallMs: number): void {
    const ends = this.#dayEndMs.values
    for (let campaign = 0; campaign < this.#budgets.length; campaign++)
      if (wallMs >= ends[campaign]) this.#turnDay(campaign, wallMs)
  }

  /** `REFUSAL.none` when the campaign may bid this much. */
  refusal(campaign: number, nanos: number): number {
    if (this.#isPaused.values[campaign] === 1) return REFUSAL.paused
    if (this.#isInFlight.values[campaign] === 0) return REFUSAL.notInFlight
    return this.room(campaign) < nanos ? REFUSAL.spent : REFUSAL.none
  }

  /** What the campaign may still put on hold by all of its budgets; below 0 when it is overdrawn. */
  room(campaign: number): number {
    const { books } = this
    const flight = this.#flight.values[campaign]
    const room = Math.min(
      books.available(this.#whole.values[campaign]),
      books.available(this.#today.values[campaign]),
    )
    return flight === NONE ? room : Math.min(room, books.available(flight))
  }

  /**
   * Holds the price of a bid. Returns the number of the bid, or -1 - `REFUSAL` when it may not be made.
   * @param segmentKey of the win landscape, kept for whoever learns from the end of the hold.
   */
  reserve(campaign: number, nanos: number, segmentKey: number, wallMs: number): number {
    // Seconds of the old day may follow its midnight before `turnDays` is called.
    if (wallMs >= this.#dayEndMs.values[campaign]) this.#turnDay(campaign, wallMs)
    const refusal = this.refusal(campaign, nanos)
    if (refusal !== REFUSAL.none) return -1 - refusal
    if (this.holds.isFull) return -1 - REFUSAL.full
    this.#bidNanos.values[campaign] += nanos
    return this.#hold(campaign, nanos, segmentKey, wallMs)
  }

  /** Books what a bid has cost. Never refuses: what is owed is owed. */
  settle({ bidNumber, campaign, day, flightDay, bidNanos, paidNanos }: Settlement): number {
    const { holds } = this
    const place = holds.find(bidNumber)
    if (place !== NONE) {
      this.#settle(
        campaign,
        holds.dayAccount[place],
        holds.flightAccount[place],
        holds.nanos[place],
        paidNanos,
      )
      holds.state[place] = HOLD.closed
      return SETTLED.inTime
    }
    // What a former process held is not for bids of this one.
    const carried = bidNumber === NONE ? holds.find(this.#carried.values[campaign]) : NONE
    const heldNanos = carried === NONE ? 0 : Math.min(bidNanos, holds.nanos[carried])
    if (heldNanos > 0) {
      this.#releaseAt(carried, heldNanos)
      holds.nanos[carried] -= heldNanos
    }
    this.#settle(
      campaign,
      this.#dayAccountOf(campaign, day),
      this.#flightAccountOf(campaign, flightDay),
      0,
      paidNanos,
    )
    return heldNanos === bidNanos ? SETTLED.carried : SETTLED.late
  }

  /** Frees what is held for a bid. False when it is no longer held. */
  release(bidNumber: number): boolean {
    const place = this.holds.find(bidNumber)
    if (place === NONE) return false
    this.#close(place)
    return true
  }

  /** Frees the holds that have run out; each is told with its place before. */
  releaseExpired(wallMs: number, onExpired: (place: number) => void): void {
    const beforeS = Math.floor(wallMs / 1000) - this.#holdLifetimeS
    for (;;) {
      const place = this.holds.oldestBefore(beforeS)
      if (place === NONE) return
      onExpired(place)
      this.#close(place)
    }
  }

  /** Money of a campaign, nanos. */
  standingOf(campaign: number): {
    readonly spentNanos: number
    readonly spentTodayNanos: number
    readonly heldNanos: number
    readonly day: number
  } {
    const { books } = this
    const whole = this.#whole.at(campaign)
    return {
      spentNanos: books.spent(whole),
      spentTodayNanos: books.spent(this.#today.at(campaign)),
      heldNanos: books.held(whole),
      day: this.#day.at(campaign),
    }
  }

  /** The day of the campaign's calendar and the first day of the flight that an instant lies in. */
  periodOf(campaign: number, wallMs: number): { readonly day: number; readonly flightDay: number } {
    const { timeZone, flights } = this.#budgets[campaign]
    const { day } = this.#calendar.dayOf(timeZone, wallMs)
    return { day, flightDay: flightAt(flights, day)?.startDay ?? NONE }
  }

  /**
   * The budget that a campaign's spend is to be spread over: that of its day, or else of its flight. Undefined where
   * there is none, or it has no end.
   */
  paceOf(campaign: number): Pace | undefined {
    const { books } = this
    const { dailyNanos, totalNanos, flights } = this.#budgets[campaign]
    const today = this.#day.at(campaign)
    const flight = flightAt(flights, today)
    const hasDaily = dailyNanos < ALLOTTED_MAX_NANOS
    if (!hasDaily && (flight === undefined || Math.min(totalNanos, flight.nanos) === ALLOTTED_MAX_NANOS))
      return undefined
    const dayStartMs = this.#dayStartMs.at(campaign)
    const dayEndMs = this.#dayEndMs.at(campaign)
    return {
      periodStartMs: hasDaily ? dayStartMs : dayStartMs - (today - flight!.startDay) * DAY_MS,
      periodEndMs: hasDaily ? dayEndMs : dayEndMs + (flight!.endDay - today) * DAY_MS,
      availableNanos: this.room(campaign),
      heldNanos: books.held(hasDaily ? this.#today.at(campaign) : this.#flight.at(campaign)),
      spentNanos: books.spent(this.#whole.at(campaign)),
      bidNanos: this.#bidNanos.at(campaign),
    }
  }

  /** When the campaign's present day ends. */
  dayEndMs(campaign: number): number {
    return this.#dayEndMs.at(campaign)
  }

  #open(budget: CampaignBudget, wallMs: number): number {
    const { campaignId } = budget
    const campaign = this.#budgets.length
    const past = this.#pastOf(campaignId)
    this.#campaigns.set(campaignId, campaign)
    this.#budgets.push(budget)
    this.#whole.push(this.books.open(budget.totalNanos, past.spentNanos))
    for (const column of [this.#today, this.#flight, this.#day, this.#carried]) column.push(NONE)
    for (const column of [this.#dayStartMs, this.#dayEndMs, this.#bidNanos]) column.push(0)
    this.tallies.push(past.tally)
    this.#isPaused.push(past.isPaused ? 1 : 0)
    this.#isInFlight.push(1)
    this.#turnDay(campaign, wallMs)
    return campaign
  }

  #pastOf(campaignId: string): Omit<CampaignPast, 'campaignId'> {
    return this.#pasts.get(campaignId) ?? NO_PAST
  }

  #turnDay(campaign: number, wallMs: number): void {
    const { campaignId, timeZone, dailyNanos, flights } = this.#budgets[campaign]
    const { day, startMs, endMs } = this.#calendar.dayOf(timeZone, wallMs)
    this.#dayStartMs.values[campaign] = startMs
    this.#dayEndMs.values[campaign] = endMs
    this.#day.values[campaign] = day
    this.#today.values[campaign] = this.#openDay(campaign, day, dailyNanos)
    this.#closeDay(campaign, day - 2)
    const flight = flightAt(flights, day)
    this.#isInFlight.values[campaign] = flights.length === 0 || flight !== undefined ? 1 : 0
    const { spentByFlight } = this.#pastOf(campaignId)
    this.#flight.values[campaign] =
      flight === undefined ? NONE : this.#openPeriod(this.#flightAccounts, campaign, flight, spentByFlight)
  }

  #openDay(campaign: number, startDay: number, nanos: number): number {
    const { spentByDay } = this.#pastOf(this.#budgets[campaign].campaignId)
    return this.#openPeriod(this.#dayAccounts, campaign, { startDay, nanos }, spentByDay)
  }

  /** The account of a day or a flight, with this budget; a new one has spent what the disk knew. */
  #openPeriod(
    accounts: Map<string, number>,
    campaign: number,
    { startDay, nanos }: Omit<Flight, 'endDay'>,
    spentBefore: ReadonlyMap<number, number>,
  ): number {
    const key = periodKey(campaign, startDay)
    const known = accounts.get(key)
    if (known !== undefined) {
      this.books.allot(known, nanos)
      return known
    }
    const account = this.books.open(nanos, spentBefore.get(startDay) ?? 0)
    accounts.set(key, account)
    return account
  }

  /** Holds are short: only a clock that jumps leaves some in an account of the day before yesterday. */
  #closeDay(campaign: number, day: number): void {
    const key = periodKey(campaign, day)
    const account = this.#dayAccounts.get(key)
    if (account === undefined || this.books.held(account) > 0) return
    this.books.close(account)
    this.#dayAccounts.delete(key)
  }

  /** Not before its first budget has come: only then are its day and its flight known. */
  #carry(campaign: number, wallMs: number): void {
    const { heldNanos } = this.#pastOf(this.#budgets[campaign].campaignId)
    // What was written down may be more than was held: no more than the budgets leave could have been.
    const nanos = Math.min(heldNanos, this.room(campaign))
    if (nanos > 0 && this.#carried.at(campaign) === NONE && !this.holds.isFull)
      this.#carried.values[campaign] = this.#hold(campaign, nanos, 0, wallMs)
  }

  #hold(campaign: number, nanos: number, segmentKey: number, wallMs: number): number {
    const dayAccount = this.#today.values[campaign]
    const flightAccount = this.#flight.values[campaign]
    this.books.hold(this.#whole.values[campaign], nanos)
    this.books.hold(dayAccount, nanos)
    if (flightAccount !== NONE) this.books.hold(flightAccount, nanos)
    const atS = Math.floor(wallMs / 1000)
    return this.holds.open({ campaign, nanos, atS, dayAccount, flightAccount, segmentKey })
  }

  #settle(campaign: number, day: number, flight: number, heldNanos: number, paidNanos: number): void {
    this.books.settle(this.#whole.values[campaign], heldNanos, paidNanos)
    if (day !== NONE) this.books.settle(day, heldNanos, paidNanos)
    if (flight !== NONE) this.books.settle(flight, heldNanos, paidNanos)
  }

  #close(place: number): void {
    this.#releaseAt(place, this.holds.nanos[place])
    this.holds.state[place] = HOLD.closed
  }

  #releaseAt(place: number, nanos: number): void {
    const { campaign, dayAccount, flightAccount } = this.holds
    this.books.release(this.#whole.values[campaign[place]], nanos)
    this.books.release(dayAccount[place], nanos)
    if (flightAccount[place] !== NONE) this.books.release(flightAccount[place], nanos)
  }

  /** `NONE` for days before yesterday: they have no budget left to keep, and the disk knows them. */
  #dayAccountOf(campaign: number, day: number): number {
    if (day < this.#day.values[campaign] - 1) return NONE
    return this.#openDay(campaign, day, this.#budgets[campaign].dailyNanos)
  }

  #flightAccountOf(campaign: number, flightDay: number): number {
    return this.#flightAccounts.get(periodKey(campaign, flightDay)) ?? NONE
  }
}

function flightAt(flights: readonly Flight[], day: number): Flight | undefined {
  return flights.find(({ startDay, endDay }) => day >= startDay && day <= endDay)
}

function periodKey(campaign: number, startDay: number): string {
  return `${campaign} ${startDay}`
}
