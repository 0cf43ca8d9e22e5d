/**
 * The end-to-end run: the built bidder and the ceiling, each in a process of its own, under the same generated traffic
 * from a third one.
 *
 *   1. CPU a request: closed loop, in turns (A B B A), from the servers' own user and system time.
 *   2. The highest rate held: open loop, p99 within 10 ms of the planned send time, nothing lost.
 *   3. Latency at half of that rate.
 *
 * The load: requests as bench/traffic describes them, 1,000 active campaigns, the demo model.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadReport } from '../load/report.ts'
import { type Spread, spreadOf } from '../micro/measure.ts'
import { makeCatalog, writeCatalog } from '../traffic/catalogs.ts'
import { highestRate } from './highest-rate.ts'
import { closedLoop, openLoop } from './load.ts'
import { answerQuantiles, grown, type Metrics, type Quantiles } from './metrics.ts'
import { startBidder, startCeiling, type Target, writeOperator } from './target.ts'

const CAMPAIGNS = 1000
const STAGES = ['read', 'permit', 'match', 'rank', 'features', 'price', 'write'] as const

type Size = {
  readonly warmUpS: number
  readonly closedS: number
  readonly pairs: number
  readonly openS: number
  readonly steps: number
}
const SIZES: Record<'smoke' | 'full', Size> = {
  smoke: { warmUpS: 0.5, closedS: 0.5, pairs: 1, openS: 0.5, steps: 2 },
  full: { warmUpS: 5, closedS: 6, pairs: 3, openS: 5, steps: 7 },
}

export type EndToEndReport = {
  readonly machine: string
  readonly load: { campaigns: number; bidShare: number; rowsPerBid: number; bodyBytesMedian?: number }
  /** Microseconds of CPU a request, all threads of the server. */
  readonly cpuMicros: { readonly bidder: Spread; readonly ceiling: Spread }
  readonly requestsPerCpuSecond: { readonly bidder: number; readonly ceiling: number; readonly ratio: number }
  /** Where the bidder's microseconds go. */
  readonly stages: Readonly<Record<string, number>>
  readonly rateHeld: { readonly bidder: number; readonly ceiling: number; readonly ratio: number }
  /** At half of the bidder's rate held, microseconds from the planned send time. */
  readonly latencyAtHalf: {
    readonly rate: number
    readonly bidder: LoadReport['latencyUs']
    readonly ceiling: LoadReport['latencyUs']
    /** From a request's first byte at the bidder to its answer, by its own histogram: upper bounds of buckets. */
    readonly answer: Quantiles
  }
  readonly voidRuns: number
}

export async function runEndToEnd(sizeName: 'smoke' | 'full'): Promise<EndToEndReport> {
  const size = SIZES[sizeName]
  const folder = mkdtempSync(join(tmpdir(), 'peregrine-bench-'))
  writeCatalog(makeCatalog(1, { campaigns: CAMPAIGNS, hasBudgets: true }), folder)
  const targets: Target[] = []
  try {
    const flags = ['--operator', writeOperator(folder)]
    const bidder = await startBidder({ catalog: folder, flags })
    targets.push(bidder)
    const ceiling = await startCeiling()
    targets.push(ceiling)
    return await measureBoth(bidder, ceiling, size)
  } finally {
    for (const target of targets) await target.stop()
    rmSync(folder, { recursive: true })
  }
}

async function measureBoth(bidder: Target, ceiling: Target, size: Size): Promise<EndToEndReport> {
  note('warming up')
  for (const target of [bidder, ceiling]) await closedLoop(target, size.warmUpS)

  note('CPU a request, in turns')
  const cpu: Record<string, number[]> = { [bidder.name]: [], [ceiling.name]: [] }
  const before = await bidder.metrics()
  let bidderRequests = 0
  for (let pair = 0; pair < size.pairs; pair++) {
    for (const target of [bidder, ceiling, ceiling, bidder]) {
      const startS = target.cpuSeconds()
      const { answered } = await closedLoop(target, size.closedS)
      cpu[target.name].push(((target.cpuSeconds() - startS) * 1e6) / answered)
      if (target === bidder) bidderRequests += answered
    }
  }
  const stages = stageMicros(before, await bidder.metrics(), bidderRequests)
  const cpuMicros = { bidder: spreadOf(cpu[bidder.name]), ceiling: spreadOf(cpu[ceiling.name]) }

  note('the highest rate held')
  const search = { seconds: size.openS, steps: size.steps, note }
  const { rate: rateOfCeiling, voidRuns: voidOfCeiling } = await highestRate(ceiling, search)
  const { rate: rateOfBidder, voidRuns: voidOfBidder } = await highestRate(bidder, search)
  const half = Math.round(rateOfBidder / 2)
  note(`latency at half of it, ${half} requests a second`)
  const beforeHalf = await bidder.metrics()
  const latency = await openLoop(bidder, half, size.openS * 2)
  const answer = answerQuantiles(beforeHalf, await bidder.metrics())
  const latencyOfCeiling = await openLoop(ceiling, half, size.openS * 2)
  return {
    machine: `${cpus().length} x ${cpus()[0].model}, Node ${process.versions.node}`,
    load: stages.load,
    cpuMicros,
    requestsPerCpuSecond: {
      bidder: 1e6 / cpuMicros.bidder.median,
      ceiling: 1e6 / cpuMicros.ceiling.median,
      ratio: cpuMicros.ceiling.median / cpuMicros.bidder.median,
    },
    stages: { ...stages.micros, other: cpuMicros.bidder.median - sumOf(stages.micros) },
    rateHeld: { bidder: rateOfBidder, ceiling: rateOfCeiling, ratio: rateOfBidder / rateOfCeiling },
    latencyAtHalf: { rate: half, bidder: latency.latencyUs, ceiling: latencyOfCeiling.latencyUs, answer },
    voidRuns: voidOfCeiling + voidOfBidder,
  }
}

/** Time of each stage a request; the worker's is what it spent in the model. The loop's stages do nothing but compute. */
function stageMicros(before: Metrics, after: Metrics, requests: number) {
  const since = (name: string) => grown(before, after, name)
  const micros: Record<string, number> = {}
  // Some requests are timed; all of those have been read.
  const timed = since('peregrine_stage_duration_seconds_count{stage="read"}')
  for (const stage of STAGES) {
    micros[stage] = (since(`peregrine_stage_duration_seconds_sum{stage="${stage}"}`) * 1e6) / timed
  }
  micros.model = (since('peregrine_inference_worker_seconds_total{model="ctr/1"}') * 1e6) / requests
  const bids = since('peregrine_bid_requests_total{exchange="default",outcome="bid"}')
  const load = {
    campaigns: CAMPAIGNS,
    bidShare: bids / requests,
    rowsPerBid: since('peregrine_scored_rows_total') / bids,
  }
  return { micros, load }
}

function sumOf(micros: Readonly<Record<string, number>>): number {
  return Object.values(micros).reduce((total, value) => total + value, 0)
}

function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function endToEndTable(report: EndToEndReport): string {
  const { load, cpuMicros, requestsPerCpuSecond: requests, rateHeld, latencyAtHalf } = report
  const n = (value: number, digits = 0) =>
    value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits })
  const spread = ({ median, least, most }: Spread) => `${n(median, 1)} (${n(least, 1)}-${n(most, 1)})`
  const percentiles = ({ p50, p99, p999 }: LoadReport['latencyUs']) => `${n(p50)} / ${n(p99)} / ${n(p999)}`
  return [
    `end to end on ${report.machine}`,
    `  load                             ${n(load.campaigns)} campaigns, ${n(load.bidShare * 100, 1)} % bids, ${n(load.rowsPerBid, 1)} rows a bid`,
    `  CPU us a request                 peregrine ${spread(cpuMicros.bidder)}, bare handler ${spread(cpuMicros.ceiling)}`,
    `  requests a server CPU-second     peregrine ${n(requests.bidder)}, bare handler ${n(requests.ceiling)}, ratio ${n(requests.ratio, 3)}`,
    `  CPU us by stage                  ${Object.entries(report.stages)
      .map(([stage, micros]) => `${stage} ${n(micros, 1)}`)
      .join(', ')}`,
    `  highest rate held, p99 <= 10 ms  peregrine ${n(rateHeld.bidder)}/s, bare handler ${n(rateHeld.ceiling)}/s, ratio ${n(rateHeld.ratio, 3)}${report.voidRuns > 0 ? `, ${report.voidRuns} runs void` : ''}`,
    `  p50/p99/p99.9 us at ${n(latencyAtHalf.rate)}/s     peregrine ${percentiles(latencyAtHalf.bidder)}, bare handler ${percentiles(latencyAtHalf.ceiling)}`,
    `  of it from first byte to answer  ${n(latencyAtHalf.answer.p50)} / ${n(latencyAtHalf.answer.p99)} / ${n(latencyAtHalf.answer.p999)}`,
  ].join('\n')
}
