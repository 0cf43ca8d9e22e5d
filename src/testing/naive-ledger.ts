/**
 * The naive twin of the ledger: a list of bids and a list of payments, in BigInt. It keeps no account; what a campaign
 * may still hold is summed anew, from the first bid on, each time that it is asked for.
 */
import type { Calendar } from '../budget/calendar.ts'
import { NONE } from '../budget/holds.ts'
import { REFUSAL, SETTLED } from '../budget/ledger.ts'
import type { CampaignBudget, CampaignPast, Flight, Settlement } from '../budget/ledger-terms.ts'

type Period = { readonly day: number; readonly flightDay: number }
/** What a former process held is a bid too: one that has no number. */
type NaiveBid = Period & { readonly atS: number; heldNanos: bigint; isOpen: boolean }
type Payment = Period & { readonly nanos: bigint }

type NaiveCampaign = {
  readonly past: CampaignPast
  budget: CampaignBudget
  isPaused: boolean
  period: Period
  /** The first is what a former process held. */
  readonly bids: NaiveBid[]
  readonly payments: Payment[]
}

export type NaiveLedgerOptions = {
  readonly calendar: Calendar
  readonly holdLifetimeS: number
}

export class NaiveLedger {
  readonly #options: NaiveLedgerOptions
  readonly #campaigns: NaiveCampaign[] = []
  readonly #bids: { readonly campaign: number; readonly bid: NaiveBid }[] = []

  constructor(options: NaiveLedgerOptions) {
    this.#options = options
  }

  /** A campaign with a past and its first budget. */
  start(past: CampaignPast, budget: CampaignBudget, wallMs: number): number {
    const period = this.#periodOf(budget, wallMs)
    const { isPaused } = past
    const bids: NaiveBid[] = []
    const campaign = this.#campaigns.push({ past, budget, isPaused, period, bids, payments: [] }) - 1
    const room = this.room(campaign)
    const carried = room < 0n ? 0n : room < past.heldNanos ? room : BigInt(past.heldNanos)
    bids.push({ ...bidOf(period, 0, wallMs), heldNanos: carried })
    return campaign
  }

  setBudget(campaign: number, budget: CampaignBudget, wallMs: number): void {
    this.#campaigns[campaign].budget = budget
    this.#campaigns[campaign].period = this.#periodOf(budget, wallMs)
  }

  setPaused(campaign: number, isPaused: boolean): void {
    this.#campaigns[campaign].isPaused = isPaused
  }

  turnDays(wallMs: number): void {
    for (const campaign of this.#campaigns) campaign.period = this.#periodOf(campaign.budget, wallMs)
  }

  /** The tightest of the budgets, less what was paid and is held. */
  room(campaign: number): bigint {
    const { past, budget, period, bids, payments } = this.#campaigns[campaign]
    const { day, flightDay } = period
    const leftOf = (nanos: number, spentBefore: number, isIn: (period: Period) => boolean) => {
      const paid = payments.filter(isIn).map((payment) => payment.nanos)
      const held = bids.filter((bid) => bid.isOpen && isIn(bid)).map((bid) => bid.heldNanos)
      return [...paid, ...held].reduce((left, part) => left - part, BigInt(nanos) - BigInt(spentBefore))
    }
    const lefts = [
      leftOf(budget.totalNanos, past.spentNanos, () => true),
      leftOf(budget.dailyNanos, past.spentByDay.get(day) ?? 0, (other) => other.day === day),
    ]
    if (flightDay !== NONE) {
      const { nanos } = budget.flights.find(({ startDay }) => startDay === flightDay)!
      const before = past.spentByFlight.get(flightDay) ?? 0
      lefts.push(leftOf(nanos, before, (other) => other.flightDay === flightDay))
    }
    return lefts.sort((a, b) => (a < b ? -1 : 1))[0]
  }

  refusal(campaign: number, nanos: number): number {
    const { isPaused, budget, period } = this.#campaigns[campaign]
    if (isPaused) return REFUSAL.paused
    if (budget.flights.length > 0 && period.flightDay === NONE) return REFUSAL.notInFlight
    return this.room(campaign) < nanos ? REFUSAL.spent : REFUSAL.none
  }

  /** Returns the place in the list of all bids, or -1 - `REFUSAL`. */
  reserve(campaign: number, nanos: number, wallMs: number): number {
    const refusal = this.refusal(campaign, nanos)
    if (refusal !== REFUSAL.none) return -1 - refusal
    const bid = bidOf(this.#campaigns[campaign].period, nanos, wallMs)
    this.#campaigns[campaign].bids.push(bid)
    return this.#bids.push({ campaign, bid }) - 1
  }

  /** `bidNumber` is what `reserve` returned. */
  settle({ bidNumber, campaign, day, flightDay, bidNanos, paidNanos }: Settlement): number {
    const {
      payments,
      bids: [carried],
    } = this.#campaigns[campaign]
    payments.push({ day, flightDay, nanos: BigInt(paidNanos) })
    if (bidNumber !== NONE) {
      const { bid } = this.#bids[bidNumber]
      const isInTime = bid.isOpen
      bid.isOpen = false
      return isInTime ? SETTLED.inTime : SETTLED.late
    }
    const wanted = BigInt(bidNanos)
    const left = carried.isOpen ? carried.heldNanos : 0n
    carried.heldNanos -= wanted < left ? wanted : left
    return wanted <= left ? SETTLED.carried : SETTLED.late
  }

  release(bidNumber: number): boolean {
    const { bid } = this.#bids[bidNumber]
    const wasOpen = bid.isOpen
    bid.isOpen = false
    return wasOpen
  }

  releaseExpired(wallMs: number): void {
    const beforeS = Math.floor(wallMs / 1000) - this.#options.holdLifetimeS
    for (const { bids } of this.#campaigns) for (const bid of bids) if (bid.atS < beforeS) bid.isOpen = false
  }

  standingOf(campaign: number): { spentNanos: bigint; spentTodayNanos: bigint; heldNanos: bigint } {
    const { past, period, bids, payments } = this.#campaigns[campaign]
    const today = payments.filter(({ day }) => day === period.day)
    return {
      spentNanos: sumOf(payments) + BigInt(past.spentNanos),
      spentTodayNanos: sumOf(today) + BigInt(past.spentByDay.get(period.day) ?? 0),
      heldNanos: bids.reduce((sum, { isOpen, heldNanos }) => (isOpen ? sum + heldNanos : sum), 0n),
    }
  }

  #periodOf({ timeZone, flights }: CampaignBudget, wallMs: number): Period {
    const { day } = this.#options.calendar.dayOf(timeZone, wallMs)
    const flight: Flight | undefined = flights.find(
      ({ startDay, endDay }) => day >= startDay && day <= endDay,
    )
    return { day, flightDay: flight?.startDay ?? NONE }
  }
}

function bidOf(period: Period, nanos: number, wallMs: number): NaiveBid {
  return { ...period, atS: Math.floor(wallMs / 1000), heldNanos: BigInt(nanos), isOpen: true }
}

function sumOf(payments: readonly Payment[]): bigint {
  return payments.reduce((sum, { nanos }) => sum + nanos, 0n)
}
