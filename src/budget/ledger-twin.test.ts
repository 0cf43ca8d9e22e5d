/**
 * Goal: whatever happens, in whatever order, the ledger stands as the sum of all that happened, and no budget is passed
 * but by what was late and what was cut. Method: random steps are played to the ledger and to its naive twin, a list of
 * bids and payments; after each, all that the two tell of money is compared.
 */
import fc from 'fast-check'
import t from 'tap'
import { NaiveLedger } from '../testing/naive-ledger.ts'
import { ALLOTTED_MAX_NANOS } from './books.ts'
import { Calendar } from './calendar.ts'
import { NONE } from './holds.ts'
import { Ledger, REFUSAL, SETTLED } from './ledger.ts'
import type { CampaignBudget, CampaignPast, Flight } from './ledger-terms.ts'
import { NO_TALLY } from './tallies.ts'
import '../testing/seed.ts'

const LIFETIME_S = 120
const START_MS = Date.UTC(2026, 2, 28, 15)
const START_DAY = Math.floor(START_MS / 86_400_000)
const ZONES = ['UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Asia/Tokyo']
const CAMPAIGNS = 3
/** The unit of amounts: large, so that sums come near to the limit of exact integers. */
const UNIT = 1e12 + 1

type Period = { readonly day: number; readonly flightDay: number }
type Bid = {
  readonly campaign: number
  readonly period: Period
  /** For the ledger and for its twin. */
  readonly number: number
  readonly naive: number
  readonly nanos: number
  isBilled: boolean
}

const flightSets: readonly (readonly Flight[])[] = [
  [],
  [],
  [{ startDay: START_DAY, endDay: START_DAY + 1, nanos: 150 * UNIT }],
  [
    { startDay: START_DAY, endDay: START_DAY, nanos: 90 * UNIT },
    { startDay: START_DAY + 2, endDay: START_DAY + 5, nanos: 200 * UNIT },
  ],
]
const budgets = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  totalNanos: fc.constantFrom(ALLOTTED_MAX_NANOS, 400 * UNIT, 600 * UNIT, 900 * UNIT),
  dailyNanos: fc.constantFrom(ALLOTTED_MAX_NANOS, 100 * UNIT, 150 * UNIT, 200 * UNIT),
  flights: fc.constantFrom(...flightSets),
})
const campaigns = fc.nat(CAMPAIGNS - 1)
const nanos = fc.integer({ min: 1, max: 40 * UNIT })
const shares = fc.constantFrom(0, 0.3, 0.9, 1, 1, 1)
const pick = fc.nat(10_000)
const waits = fc.constantFrom(0, 500, 20_000, 121_000, 3_600_000, 30_000_000, 86_400_000, 180_000_000)

const STEPS = {
  bid: fc.record({ do: fc.constant('bid' as const), campaign: campaigns, nanos }),
  bill: fc.record({ do: fc.constant('bill' as const), pick, share: shares }),
  lose: fc.record({ do: fc.constant('lose' as const), pick }),
  wait: fc.record({ do: fc.constant('wait' as const), ms: waits }),
  carried: fc.record({ do: fc.constant('carried' as const), campaign: campaigns, nanos, share: shares }),
  edit: fc.record({ do: fc.constant('edit' as const), campaign: campaigns, budget: budgets }),
  pause: fc.record({ do: fc.constant('pause' as const), campaign: campaigns, isPaused: fc.boolean() }),
}
const step = fc.oneof(
  { weight: 8, arbitrary: STEPS.bid },
  { weight: 4, arbitrary: STEPS.bill },
  { weight: 2, arbitrary: STEPS.lose },
  { weight: 2, arbitrary: STEPS.wait },
  STEPS.carried,
  STEPS.edit,
  STEPS.pause,
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** A past that is within the budgets, so that whatever passes them has come later. */
const pasts = fc.record({
  isPaused: fc.constantFrom(false, false, false, true),
  spentNanos: fc.constantFrom(0, 40 * UNIT),
  heldNanos: fc.constantFrom(0, 0, 50 * UNIT),
})

/** The ledger and its twin, moved together. */
class Pair {
  readonly #ledger: Ledger
  readonly #naive: NaiveLedger
  readonly #bids: Bid[] = []
  /** What has happened to bids and bills. */
  readonly met = new Set<string>()
  readonly #starts: readonly Period[]
  #wallMs = START_MS

  constructor(pasts: readonly CampaignPast[], firstBudgets: readonly CampaignBudget[]) {
    const calendar = new Calendar()
    this.#ledger = new Ledger({ calendar, pasts, holdLifetimeS: LIFETIME_S, holdsMax: 4096 })
    this.#naive = new NaiveLedger({ calendar, holdLifetimeS: LIFETIME_S })
    for (const past of pasts) this.#ledger.campaignOf(past.campaignId, START_MS)
    this.#starts = firstBudgets.map((budget, i) => {
      this.#naive.start(pasts[i], budget, START_MS)
      return this.#ledger.periodOf(this.#ledger.setBudget(budget, START_MS), START_MS)
    })
  }

  /** Throws where the two differ, or where the step passes a budget by more than it may. */
  play(step: Step): void {
    const before = this.#rooms()
    const lateNanos = this.#do(step)
    // Another budget, day or flight: its room is another one.
    if (step.do !== 'edit' && step.do !== 'wait') {
      for (const [campaign, room] of this.#rooms().entries()) {
        const allowed = Math.min(before[campaign], 0) - lateNanos
        if (room < allowed) throw new Error(`${step.do} leaves a room of ${room}, below ${allowed}`)
      }
    }
    this.#compare()
  }

  /** Returns what was paid late. */
  #do(step: Step): number {
    switch (step.do) {
      case 'bid':
        this.#bid(step.campaign, step.nanos)
        return 0
      case 'bill':
        return this.#bill(this.#pick(step.pick), step.share)
      case 'carried':
        return this.#settle(step.campaign, this.#starts[step.campaign], step.nanos, step.share)
      case 'lose':
        this.#lose(this.#pick(step.pick))
        return 0
      case 'wait':
        this.#wait(step.ms)
        return 0
      case 'edit':
        this.#edit(step.campaign, { ...step.budget, campaignId: `${step.campaign}` })
        return 0
      case 'pause':
        this.#ledger.setPaused(step.campaign, step.isPaused)
        this.#naive.setPaused(step.campaign, step.isPaused)
        return 0
    }
  }

  #rooms(): number[] {
    return Array.from({ length: CAMPAIGNS }, (_, campaign) => this.#ledger.room(campaign))
  }

  #compare(): void {
    for (let campaign = 0; campaign < CAMPAIGNS; campaign++) {
      const { spentNanos, spentTodayNanos, heldNanos } = this.#ledger.standingOf(campaign)
      const naive = this.#naive.standingOf(campaign)
      same('room', BigInt(this.#ledger.room(campaign)), this.#naive.room(campaign))
      same('spent', BigInt(spentNanos), naive.spentNanos)
      same('spent today', BigInt(spentTodayNanos), naive.spentTodayNanos)
      same('held', BigInt(heldNanos), naive.heldNanos)
      for (const nanos of [1, 30 * UNIT])
        same('refusal', this.#ledger.refusal(campaign, nanos), this.#naive.refusal(campaign, nanos))
    }
  }

  #bid(campaign: number, nanos: number): void {
    const period = this.#ledger.periodOf(campaign, this.#wallMs)
    const number = this.#ledger.reserve(campaign, nanos, 0, this.#wallMs)
    const naive = this.#naive.reserve(campaign, nanos, this.#wallMs)
    same('whether a bid is made', Math.min(number, 0), Math.min(naive, 0))
    this.met.add(`bid: ${number < 0 ? -1 - number : REFUSAL.none}`)
    if (number >= 0) this.#bids.push({ campaign, period, number, naive, nanos, isBilled: false })
  }

  /** The journal lets a bill pass once; a loss may come before it or behind, and twice. */
  #bill(bid: Bid | undefined, share: number): number {
    if (bid === undefined || bid.isBilled) return 0
    bid.isBilled = true
    return this.#settle(bid.campaign, bid.period, bid.nanos, share, bid)
  }

  #settle(campaign: number, period: Period, bidNanos: number, share: number, bid?: Bid): number {
    const paidNanos = Math.round(bidNanos * share)
    const settlement = { campaign, ...period, bidNanos, paidNanos }
    const settled = this.#ledger.settle({ ...settlement, bidNumber: bid?.number ?? NONE })
    const naive = this.#naive.settle({ ...settlement, bidNumber: bid?.naive ?? NONE })
    same('how a bill is settled', settled, naive)
    this.met.add(`settled: ${settled}`)
    return settled === SETTLED.late ? paidNanos : 0
  }

  #lose(bid: Bid | undefined): void {
    if (bid !== undefined) same('released', this.#ledger.release(bid.number), this.#naive.release(bid.naive))
  }

  #wait(ms: number): void {
    this.#wallMs += ms
    this.#ledger.turnDays(this.#wallMs)
    this.#naive.turnDays(this.#wallMs)
    this.#ledger.releaseExpired(this.#wallMs, () => {})
    this.#naive.releaseExpired(this.#wallMs)
  }

  #edit(campaign: number, budget: CampaignBudget): void {
    this.#ledger.setBudget(budget, this.#wallMs)
    this.#naive.setBudget(campaign, budget, this.#wallMs)
  }

  #pick(pick: number): Bid | undefined {
    return this.#bids[pick % this.#bids.length]
  }
}

function same(what: string, actual: unknown, wanted: unknown): void {
  if (actual !== wanted) throw new Error(`${what}: ${actual}, but the twin says ${wanted}`)
}

const pairOf = (
  pasts: readonly Omit<CampaignPast, 'campaignId' | 'spentByDay' | 'spentByFlight' | 'tally'>[],
  budgets: readonly Omit<CampaignBudget, 'campaignId'>[],
) =>
  new Pair(
    pasts.map((past, i) => ({
      ...past,
      campaignId: `${i}`,
      spentByDay: new Map([[START_DAY, past.spentNanos]]),
      spentByFlight: new Map([[START_DAY, past.spentNanos / 2]]),
      tally: NO_TALLY,
    })),
    budgets.map((budget, i) => ({ ...budget, campaignId: `${i}` })),
  )

t.test('the ledger stands as the sum of all bids and payments, after any steps', async (t) => {
  const met = new Map<string, number>()
  const each = { minLength: CAMPAIGNS, maxLength: CAMPAIGNS }
  const steps = fc.array(step, { minLength: 1, maxLength: 150, size: 'max' })
  fc.assert(
    fc.property(fc.array(pasts, each), fc.array(budgets, each), steps, (pasts, budgets, steps) => {
      const pair = pairOf(pasts, budgets)
      for (const step of steps) pair.play(step)
      for (const what of pair.met) met.set(what, (met.get(what) ?? 0) + 1)
    }),
    { numRuns: 200 },
  )
  // The steps are of use only where all of this happens in many of them.
  const { paused, notInFlight, spent } = REFUSAL
  const bids = [0, paused, notInFlight, spent].map((refusal) => `bid: ${refusal}`)
  for (const what of [...bids, ...Object.values(SETTLED).map((settled) => `settled: ${settled}`)]) {
    t.ok((met.get(what) ?? 0) >= 20, `${what}, in ${met.get(what) ?? 0} of the runs`)
  }
})
