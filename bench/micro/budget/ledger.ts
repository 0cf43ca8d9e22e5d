/**
 * A bid's way through the ledger, by three budgets, with a hundred thousand bids in flight: against a Map of objects,
 * with numbers and with BigInt. The rejected ways know no days, flights or expiry: they do less.
 */
import { Prng } from '../../../src/base/prng.ts'
import { Calendar } from '../../../src/budget/calendar.ts'
import { Ledger } from '../../../src/budget/ledger.ts'
import type { MicroBench } from '../measure.ts'

const CAMPAIGNS = 1000
/** A power of two. */
const IN_FLIGHT = 1 << 17
const TICK_BIDS = 10_000
const WALL_MS = Date.UTC(2026, 0, 15, 12)
const DAY = Math.floor(WALL_MS / 86_400_000)
const BUDGET_NANOS = 5e15

const prng = new Prng(1)
const campaignOf = Int32Array.from({ length: IN_FLIGHT }, () => prng.below(CAMPAIGNS))
const nanosOf = Float64Array.from({ length: IN_FLIGHT }, () => 1e5 + prng.below(1e7))

/** What the bench asks of each way; `bid` is what `reserve` gave. */
type Way = {
  reserve(campaign: number, nanos: number): number
  settle(bid: number, campaign: number, nanos: number): void
  release(bid: number): void
  tick(): void
  spentNanos(campaign: number): number
}

function ringOfColumns(): Way {
  const ledger = new Ledger({
    calendar: new Calendar(),
    pasts: [],
    holdLifetimeS: 120,
    holdsMax: IN_FLIGHT * 2,
  })
  const flights = [{ startDay: DAY - 3, endDay: DAY + 3, nanos: BUDGET_NANOS }]
  const budget = { timeZone: 'UTC', totalNanos: BUDGET_NANOS, dailyNanos: BUDGET_NANOS, flights }
  for (let i = 0; i < CAMPAIGNS; i++) ledger.setBudget({ ...budget, campaignId: `${i}` }, WALL_MS)
  return {
    reserve: (campaign, nanos) => ledger.reserve(campaign, nanos, 1, WALL_MS),
    settle: (bidNumber, campaign, nanos) => {
      const period = { day: DAY, flightDay: DAY - 3 }
      ledger.settle({ bidNumber, campaign, ...period, bidNanos: nanos, paidNanos: nanos })
    },
    release: (bidNumber) => {
      ledger.release(bidNumber)
    },
    tick: () => ledger.releaseExpired(WALL_MS, () => {}),
    spentNanos: (campaign) => ledger.standingOf(campaign).spentNanos,
  }
}

/** Numbers of either kind: how they are made is all that differs. */
type Amount<N> = { readonly of: (nanos: number) => N; readonly add: (a: N, b: N) => N; readonly zero: N }
type Account<N> = { available: N; held: N; spent: N }

function mapOfObjects<N extends number | bigint>({ of, add, zero }: Amount<N>): Way {
  const negative = (nanos: number) => of(-nanos)
  const accounts: Account<N>[][] = Array.from({ length: CAMPAIGNS }, () =>
    Array.from({ length: 3 }, () => ({ available: of(BUDGET_NANOS), held: zero, spent: zero })),
  )
  const holds = new Map<number, { readonly nanos: number; readonly accounts: Account<N>[] }>()
  let next = 0
  return {
    reserve: (campaign, nanos) => {
      const own = accounts[campaign]
      if (own.some(({ available }) => available < nanos)) return -1
      for (const account of own) {
        account.available = add(account.available, negative(nanos))
        account.held = add(account.held, of(nanos))
      }
      holds.set(next, { nanos, accounts: own })
      return next++
    },
    settle: (bid, _campaign, nanos) => {
      for (const account of holds.get(bid)!.accounts) {
        account.held = add(account.held, negative(nanos))
        account.spent = add(account.spent, of(nanos))
      }
      holds.delete(bid)
    },
    release: (bid) => {
      const { nanos, accounts: own } = holds.get(bid)!
      for (const account of own) {
        account.held = add(account.held, negative(nanos))
        account.available = add(account.available, of(nanos))
      }
      holds.delete(bid)
    },
    tick: () => {},
    spentNanos: (campaign) => Number(accounts[campaign][0].spent),
  }
}

const WAYS: readonly (readonly [string, () => Way])[] = [
  ['a ring of columns', ringOfColumns],
  ['a Map of objects', () => mapOfObjects<number>({ of: (nanos) => nanos, add: (a, b) => a + b, zero: 0 })],
  ['a Map of objects, BigInt', () => mapOfObjects<bigint>({ of: BigInt, add: (a, b) => a + b, zero: 0n })],
]

/** Reserves a bid and ends the one that was made as many bids ago as are in flight. */
function cycle(way: Way, isEndOf: 'settle' | 'release'): (count: number) => number {
  const bids = new Int32Array(IN_FLIGHT)
  for (let i = 0; i < IN_FLIGHT; i++) bids[i] = way.reserve(campaignOf[i], nanosOf[i])
  let i = 0
  return (count) => {
    for (let bid = 0; bid < count; bid++) {
      if (isEndOf === 'settle') way.settle(bids[i], campaignOf[i], nanosOf[i])
      else way.release(bids[i])
      bids[i] = way.reserve(campaignOf[i], nanosOf[i])
      i = (i + 1) & (IN_FLIGHT - 1)
      if (i % TICK_BIDS === 0) way.tick()
    }
    return way.spentNanos(campaignOf[0])
  }
}

const benchOf = (name: string, isEndOf: 'settle' | 'release'): MicroBench => ({
  name: `budget: reserve and ${name}`,
  unit: 'bid',
  count: 200_000,
  cases: WAYS.map(([name, make]) => ({ name, run: cycle(make(), isEndOf) })),
})

export const benches: MicroBench[] = [benchOf('settle a bid', 'settle'), benchOf('release a bid', 'release')]
