/**
 * An open-loop load generator: requests are sent when the plan says so, whatever became of the earlier ones. Run it in
 * a process of its own, never in the target's: a shared loop measures itself.
 *
 *   pacer -> due, not sent yet (two counters) -> idle connections (first in, first out) -> target
 *
 * A request that is due waits until a connection is free, and its latency counts from the planned time, so a stall of
 * the target is felt by every request planned during it ("coordinated omission"). `rate: Infinity` is the closed loop:
 * every connection sends as soon as it has its answer. That finds the CPU a request costs, not its latency.
 *
 * Between requests the loop sleeps; a metronome wakes it when the next is due.
 */
import { Prng } from '../../src/base/prng.ts'
import { Connection, type Loss, type Owner, serialise, type Target } from './connection.ts'
import { Metronome } from './metronome.ts'
import { dueCount, plannedCount, plannedNs } from './pacer.ts'
import { type LoadReport, voidReason } from './report.ts'
import { Tally } from './tally.ts'

export type LoadOptions = Target & {
  readonly bodies: readonly Uint8Array[]
  /** Requests a second, or `Infinity` for the closed loop. */
  readonly rate: number
  readonly durationMs: number
  readonly connections: number
  /** Decides the order of the bodies. */
  readonly seed: number
  /** Bodies are sent as they are given, each once before any is sent again; for what counts once. */
  readonly isInOrder?: boolean
  /** A request without an answer for this long is an error; 1 s unless given. */
  readonly timeoutMs?: number
  /** A run whose own p99 lateness is above this is void; 1 ms unless given. */
  readonly latenessP99MaxUs?: number
}

const TIMEOUT_MS = 1000
const LATENESS_P99_MAX_US = 1000
const SWEEP_MS = 20
const REOPEN_MS = 50

/** Rejects when the options make no sense or the target cannot be reached; whatever happens later is in the report. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  check(options)
  const run = new Run(options)
  await run.open()
  return await run.start()
}

function check({ bodies, rate, durationMs, connections }: LoadOptions): void {
  if (bodies.length === 0) throw new Error('there is no request to send: give at least one body')
  if (!(rate > 0)) throw new Error(`the rate must be a number above 0, not ${rate}`)
  if (!(durationMs > 0 && durationMs < Infinity)) {
    throw new Error(`the duration must be above 0, not ${durationMs} ms`)
  }
  if (!Number.isInteger(connections) || connections < 1) {
    throw new Error(`the connections must be a whole number above 0, not ${connections}`)
  }
}

class Run implements Owner {
  readonly #options: LoadOptions
  readonly #requests: readonly Buffer[]
  readonly #prng: Prng
  readonly #isOpenLoop: boolean
  readonly #durationNs: number
  readonly #timeoutNs: number
  /** In the open loop the plan; in the closed loop as many as were sent. */
  #planned: number
  readonly #connections = new Set<Connection>()
  readonly #idle: Connection[] = []
  readonly #tally = new Tally()
  /** Requests 0 to #due - 1 are due, 0 to #tally.sent - 1 are sent: what lies between waits for a connection. */
  #due = 0
  #isStarted = false
  #startMs = 0
  #lastSentNs = 0
  #metronome: Metronome | undefined
  #sweep: NodeJS.Timeout | undefined
  #isFinished = false
  #cpuAtStart = process.cpuUsage()
  #finish: (report: LoadReport) => void = () => {}

  constructor(options: LoadOptions) {
    this.#options = options
    this.#requests = options.bodies.map((body) => serialise(options, body))
    this.#prng = new Prng(options.seed)
    this.#isOpenLoop = options.rate !== Infinity
    this.#durationNs = options.durationMs * 1e6
    this.#timeoutNs = (options.timeoutMs ?? TIMEOUT_MS) * 1e6
    this.#planned = this.#isOpenLoop ? plannedCount(options.rate, this.#durationNs) : 0
  }

  async open(): Promise<void> {
    const { host, port, connections, rate } = this.#options
    const opened = await Promise.allSettled(
      Array.from({ length: connections }, () => Connection.open(this.#options, this)),
    )
    for (const result of opened) if (result.status === 'fulfilled') this.#take(result.value)
    const refused = opened.find((result) => result.status === 'rejected')
    if (refused === undefined) {
      if (this.#isOpenLoop) this.#metronome = await Metronome.open(rate)
      return
    }
    for (const connection of this.#connections) connection.close()
    const cause = (refused.reason as NodeJS.ErrnoException).code ?? refused.reason
    throw new Error(`cannot connect to ${host}:${port} (${cause}): is the target running there?`)
  }

  start(): Promise<LoadReport> {
    return new Promise((resolve) => {
      this.#finish = resolve
      this.#isStarted = true
      this.#sweep = setInterval(() => this.#giveUpLate(), SWEEP_MS)
      this.#cpuAtStart = process.cpuUsage()
      this.#startMs = performance.now()
      if (this.#metronome !== undefined) this.#metronome.start(this.#turn)
      else while (this.#idle.length > 0) this.#sendNow(this.#idle.shift()!)
    })
  }

  /** One beat: see what has come due and send what can be sent. The rest is sent as connections come free. */
  readonly #turn = (): void => {
    if (this.#isFinished) return
    const nowNs = this.#nowNs()
    const due = Math.min(this.#planned, dueCount(this.#options.rate, nowNs))
    for (; this.#due < due; this.#due++) {
      this.#tally.countLateness(nowNs - plannedNs(this.#options.rate, this.#due))
      if (this.#idle.length <= this.#due - this.#tally.sent) this.#tally.held++
    }
    while (this.#tally.sent < this.#due && this.#idle.length > 0) this.#sendNext(this.#idle.shift()!)
    if (this.#due === this.#planned) this.#metronome?.stop()
  }

  #sendNext(connection: Connection): void {
    const planned = plannedNs(this.#options.rate, this.#tally.sent)
    this.#send(connection, planned, this.#nowNs())
  }

  #sendNow(connection: Connection): void {
    const nowNs = this.#nowNs()
    this.#planned++
    this.#send(connection, nowNs, nowNs)
  }

  #send(connection: Connection, planned: number, nowNs: number): void {
    this.#tally.sent++
    this.#lastSentNs = nowNs
    const count = this.#requests.length
    const index = this.#options.isInOrder ? (this.#tally.sent - 1) % count : this.#prng.below(count)
    connection.send(this.#requests[index], planned, nowNs)
  }

  onAnswer(connection: Connection): void {
    if (this.#isFinished) return
    const nowNs = this.#nowNs()
    this.#tally.countAnswer(connection, nowNs)
    if (connection.isOpen) this.#use(connection, nowNs)
    this.#finishIfOver(nowNs)
  }

  /** A free connection serves who has waited longest, or waits itself. */
  #use(connection: Connection, nowNs: number): void {
    if (this.#isOver(nowNs)) this.#idle.push(connection)
    else if (!this.#isOpenLoop) this.#sendNow(connection)
    else if (this.#tally.sent < this.#due) this.#sendNext(connection)
    else this.#idle.push(connection)
  }

  /** Nothing is sent any more: a closed loop ends with its time, an open one may still serve those who wait. */
  #isOver(nowNs: number): boolean {
    return nowNs > this.#durationNs + (this.#isOpenLoop ? this.#timeoutNs : 0)
  }

  onLost(connection: Connection, loss: Loss): void {
    if (this.#isFinished) return
    this.#connections.delete(connection)
    const place = this.#idle.indexOf(connection)
    if (place >= 0) this.#idle.splice(place, 1)
    const nowNs = this.#nowNs()
    if (loss.wasBusy) this.#tally.countError(connection, loss, nowNs)
    void this.#reopen()
    this.#finishIfOver(nowNs)
  }

  async #reopen(): Promise<void> {
    this.#tally.reconnects++
    while (!this.#isFinished) {
      try {
        const connection = await Connection.open(this.#options, this)
        if (this.#isFinished) connection.close()
        else this.#take(connection)
        return
      } catch (error) {
        this.#tally.keepExample(`reconnect: ${(error as Error).message}`)
        await new Promise((resolve) => setTimeout(resolve, REOPEN_MS))
      }
    }
  }

  #take(connection: Connection): void {
    this.#connections.add(connection)
    if (this.#isStarted) this.#use(connection, this.#nowNs())
    else this.#idle.push(connection)
  }

  #giveUpLate(): void {
    const nowNs = this.#nowNs()
    for (const connection of this.#connections) {
      if (connection.isBusy && nowNs - connection.sentNs > this.#timeoutNs) {
        connection.abandon(`no answer within ${this.#timeoutNs / 1e6} ms`)
      }
    }
    this.#finishIfOver(nowNs)
  }

  /** What is on its way is always waited for; its own timeout bounds that. */
  #finishIfOver(nowNs: number): void {
    if (!this.#isStarted || this.#isFinished || nowNs < this.#durationNs) return
    const isQueueOver = this.#tally.sent === this.#planned || this.#isOver(nowNs)
    if (isQueueOver && this.#tally.inFlight === 0) this.#end(nowNs)
  }

  #end(nowNs: number): void {
    this.#isFinished = true
    clearInterval(this.#sweep)
    this.#metronome?.stop()
    for (const connection of this.#connections) connection.close()
    for (let index = this.#tally.sent; index < this.#planned; index++) {
      this.#tally.countGivenUp(nowNs - plannedNs(this.#options.rate, index))
    }
    this.#finish(this.#report(nowNs))
  }

  #report(nowNs: number): LoadReport {
    const { rate, seed, connections, latenessP99MaxUs } = this.#options
    const { user, system } = process.cpuUsage(this.#cpuAtStart)
    const cpuShare = ((user + system) * 1e3) / nowNs
    const latenessLimitUs = latenessP99MaxUs ?? LATENESS_P99_MAX_US
    // Sends that end behind the plan stretch the time they took; by less than lateness may be, it is no news.
    const overtimeNs = this.#lastSentNs + (this.#isOpenLoop ? 1e9 / rate : 0) - this.#durationNs
    const sendingS = (this.#durationNs + (overtimeNs > latenessLimitUs * 1e3 ? overtimeNs : 0)) / 1e9
    const { latenessUs, ...counted } = this.#tally.report()
    const report = {
      mode: this.#isOpenLoop ? 'open' : 'closed',
      seed,
      connections,
      seconds: nowNs / 1e9,
      planned: this.#planned,
      unsent: this.#planned - counted.sent,
      ratePlanned: this.#isOpenLoop ? rate : null,
      rateAchieved: counted.sent / sendingS,
      ...counted,
      generator: { latenessUs, cpuShare },
    } as const
    return { ...report, voidReason: voidReason(report, latenessLimitUs) }
  }

  #nowNs(): number {
    return (performance.now() - this.#startMs) * 1e6
  }
}
