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
import { Biller } from './biller.ts'
import { flatnessOf, medianOf } from './flatness.ts'
import { openLoop } from './load.ts'
import {
  answerFaults,
  FLAT_WITHIN,
  fileFaults,
  memoryFaults,
  type Round,
  roundLine,
  type Sample,
  type SoakReport,
  soakTable,
} from './soak-report.ts'
import { type BidderProcess, startBidder, type Target, writeOperator } from './target.ts'

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

const BILLED_SHARE = 0.1
const WARM_UP_SHARE = 1 / 6
const WARM_UP_S_MAX = 300
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

async function soak(bidder: BidderProcess, options: Options): Promise<SoakReport> {
  const { minutes, rate, campaigns, roundS } = options
  const readyBytes = bidder.residentBytes()
  const sampler = new Sampler(bidder, options.sampleMs)
  const biller = new Biller(bidder.port, rate * BILLED_SHARE, BILLER_SEED)
  const rounds: Round[] = []
  try {
    const roundCount = Math.max(1, Math.round((minutes * 60) / roundS))
    for (let i = 0; i < roundCount; i++) {
      const first = sampler.samples.length
      const load = openLoop(bidder, rate * (1 - BILLED_SHARE), roundS, { seed: i + 1 })
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
    minutes,
    rate,
    campaigns,
    warmUpS,
    readyMs: bidder.readyMs,
    readyBytes,
    mostBytes,
    resident,
    rounds,
    billed,
    faults,
    samples,
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
