/**
 * The slices of all threads as one run: what happened in each interval, and in all of them.
 */
import type { LossCause } from './connection.ts'
import { MicrosHistogram, type Percentiles } from './histogram.ts'
import { dueCount, type Plan } from './plan.ts'
import type { Slice } from './tally.ts'

const ERROR_EXAMPLES_MAX = 5
/** The percentile curve has that many points for each halving of the distance to 100 %. */
const CURVE_POINTS_PER_HALVING = 5

export type Counts = {
  readonly sent: number
  readonly answered: number
  /** Of the answers, those with a bid, and those with a 200 or 204 without one. */
  readonly bids: number
  readonly noBids: number
  readonly statuses: Readonly<Record<string, number>>
  /** What was lost; `closed` idle connections are no errors. */
  readonly errors: { readonly reset: number; readonly timeout: number; readonly protocol: number }
}

export type Interval = Counts & {
  /** When it began and how long it is, in seconds since the start of the plan. */
  readonly atS: number
  readonly seconds: number
  /** Requests; `null` in closed mode, which has no plan. */
  readonly planned: number | null
  /** Of the answers that came in it and the requests that were given up in it, from their planned times. */
  readonly latencyUs: Percentiles
}

/** Points of percentile curves: the share `quantiles[i]` of the requests does not exceed `latencyUs[i]`. */
export type Curve = {
  readonly quantiles: readonly number[]
  readonly latencyUs: readonly number[]
  readonly serviceUs: readonly number[]
}

export class Totals {
  readonly #plan: Plan | null
  readonly #intervalNs: number
  readonly #lanes: number
  readonly #slices: Slice[][] = []

  constructor(plan: Plan | null, intervalNs: number, lanes: number) {
    this.#plan = plan
    this.#intervalNs = intervalNs
    this.#lanes = lanes
  }

  add(slice: Slice): void {
    this.#slices[slice.interval] ??= []
    this.#slices[slice.interval].push(slice)
  }

  /** The interval if every thread has told of it. */
  complete(index: number): Interval | undefined {
    return this.#slices[index]?.length === this.#lanes ? this.#interval(index) : undefined
  }

  intervals(): Interval[] {
    return Array.from({ length: this.#slices.length }, (_, index) => this.#interval(index))
  }

  /** The run's counts and histograms. */
  sum() {
    const all = this.#slices.flat()
    const latency = merged(all.map((slice) => slice.latency))
    const service = merged(all.map((slice) => slice.service))
    return {
      ...countsOf(all),
      held: sumOf(all, 'held'),
      reconnects: sumOf(all, 'reconnects'),
      bodyBytes: sumOf(all, 'bodyBytes'),
      errorExamples: [...new Set(all.flatMap(({ errorExamples }) => errorExamples))].slice(
        0,
        ERROR_EXAMPLES_MAX,
      ),
      latencyUs: latency.percentiles(),
      curve: curveOf(latency, service),
      serviceUs: service.percentiles(),
      latenessUs: merged(all.map((slice) => slice.lateness)).percentiles(),
    }
  }

  #interval(index: number): Interval {
    const slices = this.#slices[index] ?? []
    const startNs = index * this.#intervalNs
    const endNs = startNs + this.#intervalNs
    const plan = this.#plan
    return {
      atS: startNs / 1e9,
      seconds: this.#intervalNs / 1e9,
      planned: plan === null ? null : dueCount(plan, endNs - 1) - dueCount(plan, startNs - 1),
      ...countsOf(slices),
      latencyUs: merged(slices.map(({ latency }) => latency)).percentiles(),
    }
  }
}

export function lostCount({ reset, timeout, protocol }: Counts['errors']): number {
  return reset + timeout + protocol
}

function countsOf(slices: readonly Slice[]): Counts {
  const statuses: Record<string, number> = {}
  for (const [status, count] of slices.flatMap((slice) => slice.statuses))
    statuses[status] = (statuses[status] ?? 0) + count
  const errors = (cause: LossCause) => slices.reduce((sum, slice) => sum + slice.errors[cause], 0)
  const bids = sumOf(slices, 'bids')
  return {
    sent: sumOf(slices, 'sent'),
    answered: sumOf(slices, 'answered'),
    bids,
    noBids: (statuses['200'] ?? 0) + (statuses['204'] ?? 0) - bids,
    statuses,
    errors: { reset: errors('reset'), timeout: errors('timeout'), protocol: errors('protocol') },
  }
}

type Count = 'sent' | 'answered' | 'bids' | 'held' | 'reconnects' | 'bodyBytes'

function sumOf(slices: readonly Slice[], count: Count): number {
  return slices.reduce((sum, slice) => sum + slice[count], 0)
}

function merged(parts: readonly Uint32Array[]): MicrosHistogram {
  const histogram = new MicrosHistogram()
  for (const part of parts) histogram.add(part)
  return histogram
}

/** Up to the quantile that one request alone exceeds. */
function curveOf(latency: MicrosHistogram, service: MicrosHistogram): Curve {
  const { count } = latency.percentiles()
  const quantiles: number[] = []
  for (let point = 0; count > 0; point++) {
    const beyond = 2 ** (-point / CURVE_POINTS_PER_HALVING)
    if (beyond * count < 1) break
    quantiles.push(1 - beyond)
  }
  const at = (histogram: MicrosHistogram) => quantiles.map((quantile) => histogram.at(100 * quantile))
  return { quantiles, latencyUs: at(latency), serviceUs: at(service) }
}
