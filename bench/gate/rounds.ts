/**
 * The measuring: round after round, each with fresh processes of both sides. Two processes of one build differ by
 * several percent for as long as they live (by what was compiled when, and by where it lies), so a round is one pair however
 * long it takes, and many short rounds tell more than a long one.
 *
 *   start both -> warm both up -> closed loop A B B A A B -> open loop, rate by rate -> memory -> stop both
 *
 * Who is first changes from round to round. The CPU of a side in a round is its least: what else the machine does only
 * adds to it.
 */
import { highestRate } from '../end-to-end/highest-rate.ts'
import { openLoop } from '../end-to-end/load.ts'
import type { LoadReport } from '../load/report.ts'
import { emptySeries, type MeasureKey, type Series } from './measures.ts'
import { type Cost, Side, type SideName, type SideOptions } from './side.ts'
import type { Work } from './work.ts'

export type Form = {
  /** As many as are planned, and as many as there are when a measure is void behind them. */
  readonly rounds: number
  readonly roundsMost: number
  /** Runs of this length until so many requests are answered, which on a quiet machine is one. */
  readonly warmUpS: number
  readonly warmUpRequests: number
  /** Closed-loop runs of a side, and the length of each. */
  readonly closedRuns: number
  readonly closedS: number
  /** Without it the open loop takes its rates from the base's closed loop. */
  readonly search?: { readonly seconds: number; readonly steps: number }
  readonly openRuns: number
  readonly openS: number
  readonly shares: readonly Share[]
}

export type Share = {
  /** Of the rate that the base holds. */
  readonly share: number
  readonly p99: MeasureKey
  readonly p999: MeasureKey
}

export const FORMS = {
  short: {
    rounds: 6,
    roundsMost: 9,
    warmUpS: 1.5,
    warmUpRequests: 8000,
    closedRuns: 3,
    closedS: 0.5,
    openRuns: 1,
    openS: 0.7,
    shares: [{ share: 0.5, p99: 'p99Half', p999: 'p999Half' }],
  },
  full: {
    rounds: 9,
    roundsMost: 12,
    warmUpS: 3,
    warmUpRequests: 20_000,
    closedRuns: 4,
    closedS: 1,
    search: { seconds: 1.5, steps: 5 },
    openRuns: 2,
    openS: 2,
    shares: [
      { share: 0.5, p99: 'p99Half', p999: 'p999Half' },
      { share: 0.8, p99: 'p99Most', p999: 'p999Most' },
    ],
  },
} as const satisfies Record<string, Form>

export type FormName = keyof typeof FORMS

export type Setting = {
  readonly form: Form
  readonly sides: Readonly<Record<SideName, SideOptions>>
  /** A file of requests. */
  readonly requests: string
}

type Both<T> = Record<SideName, T>

const WARM_UP_RUNS_MAX = 4

/** A slow moment must not leave one side with code that is not compiled yet. */
export async function warmUp(side: Side, { form, requests }: Setting): Promise<void> {
  let answered = 0
  for (let run = 0; run < WARM_UP_RUNS_MAX && answered < form.warmUpRequests; run++) {
    answered += (await side.cost(form.warmUpS, requests)).load.answered
  }
}

/** Rounds as they are asked for, into one series. */
export class Rounds {
  readonly series: Series = emptySeries()
  /** Open-loop runs in which the generator was the limit; they are not in the series. */
  voidRuns = 0
  count = 0
  readonly #setting: Setting
  /** The base's, from the first round on. */
  #rate = 0
  readonly #loads: Both<LoadReport[]> = { base: [], candidate: [] }

  constructor(setting: Setting) {
    this.#setting = setting
  }

  async next(): Promise<void> {
    const order: readonly SideName[] = this.count % 2 === 0 ? ['base', 'candidate'] : ['candidate', 'base']
    const started: Partial<Both<Side>> = {}
    try {
      for (const name of order) started[name] = await Side.start(this.#setting.sides[name])
      const sides = started as Both<Side>
      const inOrder = order.map((name) => sides[name])
      for (const side of inOrder) await warmUp(side, this.#setting)
      await this.#costs(inOrder)
      await this.#rates(inOrder)
      for (const share of this.#setting.form.shares) await this.#latencies(inOrder, share)
      await this.#memory(sides)
      this.#put('startUp', { base: sides.base.bidder.readyMs, candidate: sides.candidate.bidder.readyMs })
      this.count++
    } finally {
      for (const side of Object.values(started)) await side.stop()
    }
  }

  /** Of a side, in all rounds. */
  work(name: SideName): Work {
    const loads = this.#loads[name]
    const statuses = (status: string) => sum(loads.map((load) => load.statuses[status] ?? 0))
    const answered = sum(loads.map((load) => load.answered))
    const unanswered = sum(loads.flatMap(({ errors }) => Object.values(errors)))
    const bids = statuses('200')
    return { answered, bids, lost: answered - bids - statuses('204') + unanswered }
  }

  async #costs(order: readonly Side[]): Promise<void> {
    const { closedRuns, closedS } = this.#setting.form
    const costs: Both<Cost[]> = { base: [], candidate: [] }
    for (const side of alternate(order, closedRuns)) {
      const cost = await side.cost(closedS, this.#setting.requests)
      costs[side.name].push(cost)
      this.#loads[side.name].push(cost.load)
    }
    this.#put(
      'cpu',
      both(costs, (of) => Math.min(...of.map((cost) => cost.cpuMicrosPerRequest))),
    )
    const answered = (of: readonly Cost[]) => sum(of.map(({ load }) => load.answered))
    this.#put(
      'allocations',
      both(costs, (of) => sum(of.map((cost) => cost.allocatedBytes)) / answered(of)),
    )
    if (this.#rate === 0 && this.#setting.form.search === undefined) {
      this.#rate = Math.max(...costs.base.map(({ load }) => load.rateAchieved))
    }
  }

  async #rates(order: readonly Side[]): Promise<void> {
    const { form, requests } = this.#setting
    if (form.search === undefined) return
    const held: Both<number> = { base: 0, candidate: 0 }
    for (const side of order) {
      const { rate, voidRuns } = await highestRate(side.bidder, { ...form.search, sent: { requests } })
      held[side.name] = rate
      this.voidRuns += voidRuns
    }
    if (this.#rate === 0) this.#rate = held.base
    if (held.base > 0 && held.candidate > 0) this.#put('rateHeld', held)
  }

  async #latencies(order: readonly Side[], { share, p99, p999 }: Share): Promise<void> {
    const { openRuns, openS } = this.#setting.form
    // Nothing was held in the first round.
    if (this.#rate === 0) return
    const reports: Both<LoadReport[]> = { base: [], candidate: [] }
    for (const side of alternate(order, openRuns)) {
      const rate = Math.round(this.#rate * share)
      const report = await openLoop(side.bidder, rate, openS, { requests: this.#setting.requests })
      this.#loads[side.name].push(report)
      if (report.voidReason === null) reports[side.name].push(report)
      else this.voidRuns++
    }
    if (reports.base.length === 0 || reports.candidate.length === 0) return
    this.#put(
      p99,
      both(reports, (of) => Math.min(...of.map(({ latencyUs }) => latencyUs.p99))),
    )
    this.#put(
      p999,
      both(reports, (of) => Math.min(...of.map(({ latencyUs }) => latencyUs.p999))),
    )
  }

  async #memory(sides: Both<Side>): Promise<void> {
    const base = await sides.base.memory()
    const candidate = await sides.candidate.memory()
    this.#put('heap', { base: base.heapBytes / 1e6, candidate: candidate.heapBytes / 1e6 })
    this.#put('resident', { base: base.residentBytes / 1e6, candidate: candidate.residentBytes / 1e6 })
  }

  #put(key: MeasureKey, pair: Both<number>): void {
    this.series[key].push(pair)
  }
}

/** A B, B A, A B and so on. */
function alternate(order: readonly Side[], runs: number): Side[] {
  return Array.from({ length: runs }, (_, run) => (run % 2 === 0 ? order : order.toReversed())).flat()
}

function both<T>(of: Both<T>, value: (of: T) => number): Both<number> {
  return { base: value(of.base), candidate: value(of.candidate) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
