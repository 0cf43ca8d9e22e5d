/**
 * More load than the bidder can take. The highest rate that it holds is found with its overload control switched off;
 * then shares and multiples of that rate are driven with it on, in the open loop, and behind each the time until bids
 * get all work again, seen by probes at a low rate.
 *
 * The load: requests as bench/traffic describes them, with a `tmax` from 80 ms, 1,000 active campaigns, the demo model.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeCatalog, writeCatalog } from '../traffic/catalogs.ts'
import { makeBodies } from '../traffic/requests.ts'
import { highestRate } from './highest-rate.ts'
import { closedLoop, openLoop } from './load.ts'
import { answerQuantiles, grown, type Metrics } from './metrics.ts'
import { startBidder, type Target, writeOperator } from './target.ts'

const CAMPAIGNS = 1000
const LOADS = [0.8, 1, 1.5, 2, 3]
const LEVELS = ['full', 'fewer', 'inline', 'refusing'] as const
const TMAX_LEAST_MS = 80
const PROBE_MS = 20
const RECOVERY_MS_MAX = 10_000

type Size = {
  readonly warmUpS: number
  readonly searchS: number
  readonly steps: number
  readonly seconds: number
  /** Instead of a search; in a short time it would find anything. */
  readonly rate?: number
}
const SIZES: Record<'smoke' | 'full', Size> = {
  smoke: { warmUpS: 0.5, searchS: 0.5, steps: 1, seconds: 0.5, rate: 1000 },
  full: { warmUpS: 5, searchS: 5, steps: 7, seconds: 10 },
}

export type OverloadStep = {
  /** A multiple of the highest rate held. */
  readonly load: number
  readonly ratePlanned: number
  readonly rateAchieved: number
  readonly statuses: Readonly<Record<string, number>>
  readonly bidsPerS: number
  readonly bidsOfPeak: number
  /** From the planned send time, of all answers, the step up included. */
  readonly p99Ms: number
  /** From when the bidder has seen a request to its answer, of those that it let in. */
  readonly p99InsideMs: number
  readonly lostConnections: number
  /** Shares of the requests, by the work that they got. */
  readonly levels: Readonly<Record<(typeof LEVELS)[number], number>>
  /** From the end of the load to the first probe with all work; null beyond 10 s. */
  readonly recoveryMs: number | null
  readonly voidReason: string | null
}

export type OverloadReport = {
  readonly machine: string
  readonly rateHeld: number
  /** Bids a second at that rate, without overload control. */
  readonly peakBidsPerS: number
  readonly steps: readonly OverloadStep[]
}

/** @param rate as it was given, taken for the highest rate held. */
export async function runOverload(sizeName: 'smoke' | 'full', rate?: string): Promise<OverloadReport> {
  const size = rate === undefined ? SIZES[sizeName] : { ...SIZES[sizeName], rate: rateOf(rate) }
  const folder = mkdtempSync(join(tmpdir(), 'peregrine-overload-'))
  writeCatalog(makeCatalog(1, { campaigns: CAMPAIGNS, hasBudgets: true }), folder)
  const flags = ['--operator', writeOperator(folder)]
  try {
    const { rateHeld, peakBidsPerS } = await using(await startBidder({ catalog: folder, flags }), (rigid) =>
      findPeak(rigid, size),
    )
    const bending = await startBidder({ catalog: folder, flags, isBending: true })
    const steps = await using(bending, (bidder) => driveAll(bidder, size, rateHeld, peakBidsPerS))
    const machine = `${cpus().length} x ${cpus()[0].model}, Node ${process.versions.node}`
    return { machine, rateHeld, peakBidsPerS, steps }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function rateOf(text: string): number {
  const rate = Number(text)
  if (rate >= 1 && Number.isFinite(rate)) return Math.round(rate)
  throw new Error(`--rate must be requests a second of at least 1, not ${text}`)
}

async function using<T>(target: Target, use: (target: Target) => Promise<T>): Promise<T> {
  try {
    return await use(target)
  } finally {
    await target.stop()
  }
}

async function findPeak(rigid: Target, { warmUpS, searchS, steps, seconds, rate }: Size) {
  note('warming up')
  await closedLoop(rigid, warmUpS)
  note('the highest rate held')
  const rateHeld = rate ?? (await highestRate(rigid, { seconds: searchS, steps, note })).rate
  if (rateHeld === 0) {
    throw new Error('no rate is held on this machine now: run it with nothing else running, or say --rate')
  }
  const before = await rigid.metrics()
  await openLoop(rigid, rateHeld, seconds)
  return { rateHeld, peakBidsPerS: bidsSince(before, await rigid.metrics()) / seconds }
}

async function driveAll(bidder: Target, size: Size, rateHeld: number, peakBidsPerS: number) {
  // At a rate, not in a closed loop: that would be an overload.
  await openLoop(bidder, Math.ceil(rateHeld / 2), size.warmUpS)
  const steps: OverloadStep[] = []
  for (const load of LOADS) {
    note(`${load} of it`)
    steps.push(await drive(bidder, size.seconds, load, { rateHeld, peakBidsPerS }))
  }
  return steps
}

async function drive(
  bidder: Target,
  seconds: number,
  load: number,
  { rateHeld, peakBidsPerS }: { rateHeld: number; peakBidsPerS: number },
): Promise<OverloadStep> {
  const before = await bidder.metrics()
  const ratePlanned = Math.round(load * rateHeld)
  const report = await openLoop(bidder, ratePlanned, seconds)
  const after = await bidder.metrics()
  const recoveryMs = await recovery(bidder)
  const bidsPerS = bidsSince(before, after) / report.seconds
  const counts = LEVELS.map((level) => grown(before, after, levelMetric(level)))
  const total = counts.reduce((sum, count) => sum + count, 0)
  return {
    load,
    ratePlanned,
    rateAchieved: report.rateAchieved,
    statuses: report.statuses,
    bidsPerS,
    bidsOfPeak: bidsPerS / peakBidsPerS,
    p99Ms: report.latencyUs.p99 / 1000,
    p99InsideMs: answerQuantiles(before, after).p99 / 1000,
    lostConnections:
      report.reconnects + Object.values(report.errors).reduce((sum, count) => sum + count, report.unsent),
    levels: Object.fromEntries(
      LEVELS.map((level, i) => [level, counts[i] / total]),
    ) as OverloadStep['levels'],
    recoveryMs,
    voidReason: report.voidReason,
  }
}

/** Milliseconds until a probe gets all work. */
async function recovery(bidder: Target): Promise<number | null> {
  const [body] = makeBodies(1, 1)
  const sinceMs = performance.now()
  const full = async () => (await bidder.metrics()).get(levelMetric('full')) ?? 0
  for (let seen = await full(); ; ) {
    const response = await fetch(`http://127.0.0.1:${bidder.port}/openrtb2/bid`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body),
    })
    await response.arrayBuffer()
    const now = await full()
    const tookMs = performance.now() - sinceMs
    if (now > seen) return tookMs
    if (tookMs > RECOVERY_MS_MAX) return null
    seen = now
    await sleep(PROBE_MS)
  }
}

const levelMetric = (level: string) => `peregrine_brownout_requests_total{level="${level}"}`
const bidsSince = (before: Metrics, after: Metrics) =>
  grown(before, after, 'peregrine_bid_requests_total{exchange="default",outcome="bid"}')

function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function overloadTable({ machine, rateHeld, peakBidsPerS, steps }: OverloadReport): string {
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`
  const rows = steps.map((step) => [
    `${step.load}x`,
    `${Math.round(step.rateAchieved)} of ${step.ratePlanned}/s`,
    Object.entries(step.statuses)
      .map((pair) => pair.join(' x '))
      .join(', '),
    `${Math.round(step.bidsPerS)} (${percent(step.bidsOfPeak)})`,
    `${step.p99Ms.toFixed(1)} ms, ${step.p99InsideMs.toFixed(1)} inside`,
    `${step.lostConnections}`,
    LEVELS.map((level) => percent(step.levels[level])).join(' / '),
    step.recoveryMs === null
      ? `over ${RECOVERY_MS_MAX / 1000} s`
      : `${(step.recoveryMs / 1000).toFixed(2)} s`,
  ])
  const head = ['load', 'achieved', 'statuses', 'bids/s (of the peak)', 'p99', 'lost', LEVELS.join(' / ')]
  const table = [[...head, 'all work back'], ...rows]
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)))
  const lines = table.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd())
  const voids = steps.filter(({ voidReason }) => voidReason !== null)
  return [
    `overload on ${machine}`,
    `  highest rate held ${rateHeld}/s with ${Math.round(peakBidsPerS)} bids/s; the least tmax is ${TMAX_LEAST_MS} ms`,
    ...lines,
    ...voids.map(({ load, voidReason }) => `  ${load}x says little of the bidder: ${voidReason}`),
  ].join('\n')
}
