/**
 * `make soak`: the built bidder with 10,000 campaigns and their budgets under a steady open-loop rate for half an hour, a
 * tenth of it from an exchange that bills every bid it gets. Is its memory under the limit and flat, are files closed, is
 * every answer an answer?
 *
 * How flatness is judged stands in `flatness.ts`: resident memory, sampled every few seconds, after a warm-up of a sixth
 * of the time and at most five minutes, in which holds fill up (`--hold-s`), code is compiled and estimates are filled.
 * It is what the system counts, with garbage that is not collected yet in it. Latencies are told, not judged.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { LoadReport } from '../load/report.ts'
import { makeCatalog, writeCatalog } from '../traffic/catalogs.ts'
import { type Billed, Biller } from './biller.ts'
import { type Flatness, flatnessOf, medianOf } from './flatness.ts'
import { openLoop } from './load.ts'
import { startBidder, type Target, writeOperator } from './target.ts'

const HELP = `Usage: make soak ARGS="[--minutes N] [--rate N] [--campaigns N] [--json FILE] [--smoke]"

Runs the built bidder under a steady load and judges its memory. Exit 0: under the limit and flat, and every request
and bill answered; 1: not, or it could not run.

  --minutes N     how long (30)
  --rate N        requests a second; the bids of a tenth of them are billed (1000)
  --campaigns N   campaigns of the made catalog, each with a budget (10000)
  --json FILE     write the report there as well, with all samples
  --smoke         a few seconds, to see that it runs; memory is not judged
  --help          print this
`

const MB = 1e6
const RESIDENT_MAX_BYTES = 400 * MB
const FLAT_WITHIN = 0.02
const BILLED_SHARE = 0.1
const WARM_UP_SHARE = 1 / 6
const WARM_UP_S_MAX = 300
/** Connections come and go by a few. */
const OPEN_FILES_MORE_MAX = 8
/** Requests of the exchange that bills, apart from those of any minute. */
const BILLER_SEED = 1_000_003

type Options = {
  readonly minutes: number
  readonly rate: number
  readonly campaigns: number
  /** Seconds that the load generator runs for at a time: what is told as a minute. */
  readonly roundS: number
  readonly sampleMs: number
  readonly isMemoryJudged: boolean
  /** Rejects when the run is to end at once. */
  readonly stopped: Promise<never>
}

type Sample = {
  readonly atS: number
  readonly residentBytes: number
  readonly heapUsedBytes: number
  readonly openFiles: number
  readonly holds: number
}

type Round = Pick<
  LoadReport,
  'rateAchieved' | 'statuses' | 'errors' | 'unsent' | 'latencyUs' | 'voidReason'
> & {
  /** Medians of the round's samples. */
  readonly residentBytes: number
  readonly holds: number
  /** The least of them: near to what lives, as some samples come soon after a collection. */
  readonly heapUsedBytes: number
  readonly openFilesMost: number
}

export type SoakReport = {
  readonly machine: string
  readonly minutes: number
  readonly rate: number
  readonly campaigns: number
  readonly warmUpS: number
  readonly readyBytes: number
  readonly mostBytes: number
  readonly resident: Flatness | undefined
  readonly rounds: readonly Round[]
  readonly billed: Billed
  /** Why the bidder has not passed; empty when it has. */
  readonly faults: readonly string[]
  readonly samples: readonly Sample[]
}

export async function runSoak(options: Options): Promise<SoakReport> {
  const folder = mkdtempSync(join(tmpdir(), 'peregrine-soak-'))
  try {
    writeCatalog(makeCatalog(1, { campaigns: options.campaigns, hasBudgets: true }), folder)
    const bidder = await startBidder({ catalog: folder, flags: ['--operator', writeOperator(folder)] })
    try {
      return await soak(bidder, options)
    } finally {
      await bidder.stop()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function soak(bidder: Target, options: Options): Promise<SoakReport> {
  const { minutes, rate, campaigns, roundS } = options
  const readyBytes = bidder.residentBytes()
  const sampler = new Sampler(bidder, options.sampleMs)
  const biller = new Biller(bidder.port, rate * BILLED_SHARE, BILLER_SEED)
  const rounds: Round[] = []
  try {
    const roundCount = Math.max(1, Math.round((minutes * 60) / roundS))
    for (let i = 0; i < roundCount; i++) {
      const first = sampler.samples.length
      const load = openLoop(bidder, rate * (1 - BILLED_SHARE), roundS, i + 1)
      const report = await Promise.race([load, options.stopped])
      rounds.push(roundOf(report, sampler.samples.slice(first)))
      process.stderr.write(`${roundLine(i, rounds[i])}\n`)
    }
  } finally {
    sampler.stop()
    await biller.stop()
  }
  const { samples } = sampler
  const { billed } = biller
  const warmUpS = Math.min(WARM_UP_SHARE * minutes * 60, WARM_UP_S_MAX)
  const points = samples.map(({ atS, residentBytes }) => ({ atS, value: residentBytes }))
  const resident = flatnessOf(points, warmUpS, FLAT_WITHIN)
  const mostBytes = Math.max(...samples.map(({ residentBytes }) => residentBytes))
  const faults = [
    ...(options.isMemoryJudged ? memoryFaults(resident, mostBytes) : []),
    ...fileFaults(rounds.slice(Math.floor(warmUpS / roundS))),
    ...answerFaults(rounds, billed),
  ]
  return {
    machine: `${cpus().length} x ${cpus()[0].model}, Node ${process.versions.node}`,
    ...{
      minutes,
      rate,
      campaigns,
      warmUpS,
      readyBytes,
      mostBytes,
      resident,
      rounds,
      billed,
      faults,
      samples,
    },
  }
}

/** Looks at the bidder at steady times; a scrape that is late delays the next one. */
class Sampler {
  readonly samples: Sample[] = []
  readonly #timer: NodeJS.Timeout
  #isBusy = false

  constructor(bidder: Target, everyMs: number) {
    const startMs = performance.now()
    this.#timer = setInterval(async () => {
      if (this.#isBusy) return
      this.#isBusy = true
      const metrics = await bidder.metrics().catch(() => new Map<string, number>())
      this.#isBusy = false
      if (metrics.size === 0) return
      this.samples.push({
        atS: (performance.now() - startMs) / 1000,
        residentBytes: metrics.get('process_resident_memory_bytes')!,
        heapUsedBytes: metrics.get('nodejs_heap_size_used_bytes')!,
        openFiles: bidder.openFiles(),
        holds: metrics.get('peregrine_holds')!,
      })
    }, everyMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

function roundOf(report: LoadReport, samples: readonly Sample[]): Round {
  const { rateAchieved, statuses, errors, unsent, latencyUs, voidReason } = report
  return {
    ...{ rateAchieved, statuses, errors, unsent, latencyUs, voidReason },
    residentBytes: medianOf(samples.map(({ residentBytes }) => residentBytes)),
    holds: medianOf(samples.map(({ holds }) => holds)),
    heapUsedBytes: Math.min(...samples.map(({ heapUsedBytes }) => heapUsedBytes)),
    openFilesMost: Math.max(...samples.map(({ openFiles }) => openFiles)),
  }
}

function memoryFaults(resident: Flatness | undefined, mostBytes: number): string[] {
  const faults: string[] = []
  if (mostBytes > RESIDENT_MAX_BYTES)
    faults.push(`memory reached ${megabytes(mostBytes)}, the limit is ${megabytes(RESIDENT_MAX_BYTES)}`)
  if (resident === undefined) faults.push('too few samples to tell whether memory is flat: let it run longer')
  else if (!resident.isFlat)
    faults.push(
      `memory is not flat: ${flatnessText(resident)}; the limit is ${percent(FLAT_WITHIN)} either way`,
    )
  return faults
}

function fileFaults(rounds: readonly Round[]): string[] {
  const first = rounds[0].openFilesMost
  const last = rounds[rounds.length - 1].openFilesMost
  return last <= first + OPEN_FILES_MORE_MAX ? [] : [`open files went from ${first} to ${last}`]
}

function answerFaults(rounds: readonly Round[], billed: Billed): string[] {
  const faults: string[] = []
  const strange = rounds.reduce((sum, { statuses }) => {
    const answered = Object.entries(statuses).filter(([status]) => status !== '200' && status !== '204')
    return sum + answered.reduce((count, [, some]) => count + some, 0)
  }, 0)
  if (strange > 0) faults.push(`${strange} answers with another status than 200 and 204`)
  const broken = rounds.reduce((sum, { errors }) => sum + errors.reset + errors.timeout + errors.protocol, 0)
  if (broken > 0) faults.push(`${broken} requests without an answer`)
  const { failed, refused, bids, acknowledged } = billed
  if (failed + refused > 0) faults.push(`${failed + refused} bids or bills failed of the exchange that bills`)
  else if (acknowledged !== bids) faults.push(`${acknowledged} bills acknowledged of ${bids}`)
  if (bids === 0) faults.push('nothing was billed: no bid came back')
  return faults
}

function roundLine(i: number, round: Round): string {
  const { rateAchieved, latencyUs, residentBytes, heapUsedBytes, openFilesMost, holds, voidReason } = round
  const ms = (us: number) => (us / 1000).toFixed(1).padStart(8)
  return [
    `${i + 1}`.padStart(6),
    rateAchieved.toFixed(0).padStart(8),
    ms(latencyUs.p50),
    ms(latencyUs.p99),
    ms(latencyUs.p999),
    megabytes(residentBytes).padStart(11),
    megabytes(heapUsedBytes).padStart(11),
    `${openFilesMost}`.padStart(6),
    `${holds}`.padStart(9),
    voidReason === null ? '' : '  void',
  ].join('')
}

const HEAD = 'minute  rate/s  p50 ms  p99 ms  p99.9 ms   resident heap least files    holds'

export function soakTable(report: SoakReport): string {
  const {
    machine,
    minutes,
    rate,
    campaigns,
    warmUpS,
    readyBytes,
    mostBytes,
    resident,
    rounds,
    billed,
    faults,
  } = report
  return [
    `soak on ${machine}: ${campaigns} campaigns, ${rate} requests a second for ${minutes} minutes`,
    HEAD,
    ...rounds.map((round, i) => roundLine(i, round)),
    `memory    ${megabytes(readyBytes)} when ready, ${megabytes(mostBytes)} at most; limit ${megabytes(RESIDENT_MAX_BYTES)}`,
    `flatness  after ${Math.round(warmUpS)} s: ${resident === undefined ? 'too few samples' : flatnessText(resident)}; limit ${percent(FLAT_WITHIN)} either way`,
    `bills     ${billed.acknowledged} acknowledged of ${billed.bids} bids; ${billed.sent} requests, ${billed.unsent} not sent`,
    faults.length === 0 ? 'passed' : `FAILED\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
  ].join('\n')
}

function flatnessText({ first, last, drift, slope }: Flatness): string {
  return `first fifth ${megabytes(first)}, last ${megabytes(last)}, drift ${percent(drift)}, slope over the stretch ${percent(slope)}`
}

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      rate: { type: 'string', default: '1000' },
      campaigns: { type: 'string', default: '10000' },
      json: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const minutes = positive('--minutes', values.minutes)
  const rate = positive('--rate', values.rate)
  const campaigns = positive('--campaigns', values.campaigns)
  const size = values.smoke
    ? { minutes: 0.1, rate: 200, campaigns: 200, roundS: 2, sampleMs: 250, isMemoryJudged: false }
    : { minutes, rate, campaigns, roundS: 60, sampleMs: 5000, isMemoryJudged: true }
  const report = await runSoak({ ...size, stopped: signalled() })
  console.log(soakTable(report))
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  return report.faults.length === 0 ? 0 : 1
}

/** Rejects on SIGINT and SIGTERM, so that the bidder is stopped and its folders are removed. */
function signalled(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => reject(new Error(`stopped by ${signal} before its end`)))
  // Nobody waits for it while the bidder starts.
  promise.catch(() => {})
  return promise
}

function positive(flag: string, text: string): number {
  const number = Number(text)
  if (!(number > 0 && number < Infinity)) throw new Error(`${flag} must be a number above 0, not ${text}`)
  return number
}

if (import.meta.main) {
  process.exitCode = await main().catch((cause: Error) => {
    process.stderr.write(`soak: ${cause.message}\n`)
    return 1
  })
}
