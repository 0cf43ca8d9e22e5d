/**
 * A run of the load generator: threads with a sending loop each (`lane.ts`) share a plan and its connections, and what they
 * counted is merged here. Run it in a process of its own, never in the target's: they would take each other's time.
 */
import { Worker } from 'node:worker_threads'
import type { Target } from './connection.ts'
import type { LaneEnd, LaneOptions } from './lane.ts'
import type { LaneMessage } from './lane-thread.ts'
import { countOfShare, describePlan, meanRate, type Plan } from './plan.ts'
import { type LoadReport, voidReason } from './report.ts'
import { type RequestBody, requestsOf } from './requests.ts'
import type { Slice } from './tally.ts'
import { type Interval, Totals } from './totals.ts'

export type LoadOptions = Target & {
  readonly requests: readonly RequestBody[]
  /** `application/json` unless told. */
  readonly contentType?: string
  readonly pace: Plan | Closed
  readonly connections: number
  /** Sending threads; 1 unless given. Requests are dealt out to them in turn. */
  readonly threads?: number
  /** Decides the order of the requests. */
  readonly seed: number
  /** Requests are sent as they are given, each once before any is sent again; for what counts once. */
  readonly isInOrder?: boolean
  /** A request without an answer for this long is an error; 1 s unless given. */
  readonly timeoutMs?: number
  /** A run whose own p99 lateness is above this is void; 1 ms unless given. */
  readonly latenessP99MaxUs?: number
  /** A run in which a sending thread used more of a core than this is void; 0.95 unless given. */
  readonly cpuShareMax?: number
}

/** No plan: every connection sends as soon as it has its answer. */
export type Closed = { readonly kind: 'closed'; readonly durationNs: number }

const TIMEOUT_MS = 1000
const LATENESS_P99_MAX_US = 1000
const CPU_SHARE_MAX = 0.95
/** The start lies that far ahead, so that every thread knows of it when it comes. */
const START_LEAD_NS = 10_000_000n
const INTERVALS_MIN = 20
const INTERVALS_MAX = 600

const THREAD_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './lane-thread.ts' : './lane-thread.js',
  import.meta.url,
)

/**
 * Rejects when the options make no sense or the target cannot be reached; whatever happens later is in the report.
 * @param onInterval called with each interval when it is over; they come in order.
 */
export async function runLoad(
  options: LoadOptions,
  onInterval: (interval: Interval) => void = () => {},
): Promise<LoadReport> {
  check(options)
  const { pace } = options
  const plan = pace.kind === 'closed' ? null : pace
  const intervalNs = intervalOf(pace.durationNs)
  const lanes = lanesOf(options, plan, intervalNs).map((laneOptions) => new LaneThread(laneOptions))
  try {
    await Promise.all(lanes.map(({ opened }) => opened))
    const totals = new Totals(plan, intervalNs, lanes.length)
    const cpuAtStart = process.cpuUsage()
    const startNs = process.hrtime.bigint() + (plan === null ? 0n : START_LEAD_NS)
    let told = 0
    const onSlice = (slice: Slice) => {
      totals.add(slice)
      for (let next = totals.complete(told); next !== undefined; next = totals.complete(told)) {
        onInterval(next)
        told++
      }
    }
    const ends = await Promise.all(lanes.map((lane) => lane.run(startNs, onSlice)))
    return reportOf(options, totals, ends, process.cpuUsage(cpuAtStart))
  } finally {
    await Promise.all(lanes.map((lane) => lane.stop()))
  }
}

function check({ requests, pace, connections, threads = 1 }: LoadOptions): void {
  if (requests.length === 0) throw new Error('there is no request to send: give at least one')
  if (!(pace.durationNs > 0 && pace.durationNs < Infinity)) {
    throw new Error(`the duration must be above 0, not ${pace.durationNs / 1e9} s`)
  }
  if (!Number.isInteger(threads) || threads < 1) {
    throw new Error(`the threads must be a whole number above 0, not ${threads}`)
  }
  if (!Number.isInteger(connections) || connections < threads) {
    throw new Error(`the connections must be a whole number and at least one a thread, not ${connections}`)
  }
}

/** Nanoseconds: a second where that makes neither few intervals nor thousands. */
function intervalOf(durationNs: number): number {
  const seconds = durationNs / 1e9
  if (seconds > INTERVALS_MAX) return 1e9 * Math.ceil(seconds / INTERVALS_MAX)
  return 1e9 * Math.min(1, Math.max(0.1, Math.ceil((10 * seconds) / INTERVALS_MIN) / 10))
}

function lanesOf(options: LoadOptions, plan: Plan | null, intervalNs: number): LaneOptions[] {
  const { host, port, requests, contentType = 'application/json', pace, connections, seed } = options
  const { threads: lanes = 1, isInOrder = false, timeoutMs = TIMEOUT_MS } = options
  const target = { host, port }
  const shared = { requests: requestsOf(target, contentType, requests), durationNs: pace.durationNs }
  return Array.from({ length: lanes }, (_, lane) => ({
    ...{ ...shared, target, plan, lane, lanes, seed, isInOrder, timeoutMs, intervalNs },
    connections: countOfShare({ lane, lanes }, connections),
  }))
}

class LaneThread {
  readonly #worker: Worker
  readonly #opened = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<LaneEnd>()
  #onSlice: (slice: Slice) => void = () => {}

  constructor(options: LaneOptions) {
    // Without the loaders that the process may have been started with, such as a test runner's.
    this.#worker = new Worker(THREAD_FILE, { workerData: options, execArgv: [] })
    this.#worker.on('message', (message: LaneMessage) => this.#take(message))
    this.#worker.on('error', (error) => this.#fail(error))
    // Nobody listens to the end of a thread that another one's failure stops.
    this.#ended.promise.catch(() => {})
  }

  get opened(): Promise<void> {
    return this.#opened.promise
  }

  run(startNs: bigint, onSlice: (slice: Slice) => void): Promise<LaneEnd> {
    this.#onSlice = onSlice
    this.#worker.postMessage(startNs)
    return this.#ended.promise
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #take(message: LaneMessage): void {
    if (message.kind === 'open') this.#opened.resolve()
    else if (message.kind === 'refused') this.#fail(new Error(message.reason))
    else if (message.kind === 'slice') this.#onSlice(message.slice)
    else this.#ended.resolve(message.end)
  }

  #fail(error: unknown): void {
    this.#opened.reject(error)
    this.#ended.reject(error)
  }
}

function reportOf(
  options: LoadOptions,
  totals: Totals,
  ends: readonly LaneEnd[],
  { user, system }: NodeJS.CpuUsage,
): LoadReport {
  const { pace, seed, connections, threads = 1 } = options
  const limits = {
    latenessP99MaxUs: options.latenessP99MaxUs ?? LATENESS_P99_MAX_US,
    cpuShareMax: options.cpuShareMax ?? CPU_SHARE_MAX,
  }
  const most = (key: 'elapsedNs' | 'overtimeNs' | 'cpuShare') => Math.max(...ends.map((end) => end[key]))
  // Sends that end behind the plan stretch the time they took; by less than lateness may be, it is no news.
  const overtimeNs = most('overtimeNs') > limits.latenessP99MaxUs * 1e3 ? most('overtimeNs') : 0
  const planned = ends.reduce((sum, end) => sum + end.planned, 0)
  const { latenessUs, ...counted } = totals.sum()
  const report = {
    mode: pace.kind === 'closed' ? 'closed' : 'open',
    plan:
      pace.kind === 'closed' ? `as fast as answers come for ${pace.durationNs / 1e9} s` : describePlan(pace),
    seed,
    connections,
    threads,
    seconds: most('elapsedNs') / 1e9,
    planned,
    unsent: planned - counted.sent,
    ratePlanned: pace.kind === 'closed' ? null : meanRate(pace),
    rateAchieved: counted.sent / ((pace.durationNs + overtimeNs) / 1e9),
    ...counted,
    timeline: totals.intervals(),
    generator: {
      latenessUs,
      cpuShare: most('cpuShare'),
      cores: (user + system) / 1e6 / (most('elapsedNs') / 1e9),
    },
  } as const
  return { ...report, voidReason: voidReason(report, limits) }
}
