/**
 * One sending loop of the load generator, in a thread of its own (`lane-thread.ts`). It sends its share of the plan, whatever
 * became of the earlier requests:
 *
 *   plan -> due, not sent yet (two counters) -> idle connections (first in, first out) -> target
 *
 * A request that is due waits until a connection is free, and its latency counts from the planned time, so a stall of
 * the target is felt by every request planned during it ("coordinated omission"). Without a plan every connection sends
 * as soon as it has its answer: the closed loop finds the CPU a request costs, not its latency.
 *
 * Between requests the loop sleeps; a metronome wakes it when the next is due.
 */
import { hashPair } from '../../src/base/hash.ts'
import { Connection, type Loss, type Owner, type Target } from './connection.ts'
import { Metronome } from './metronome.ts'
import { countOfShare, type Plan, type Share, shareDue, shareNs } from './plan.ts'
import { type Requests, requestAt } from './requests.ts'
import { type Slice, Tally } from './tally.ts'

export type LaneOptions = {
  readonly target: Target
  /** Which of the threads this one is, and how many there are: it sends request `lane + i * lanes`. */
  readonly lane: number
  readonly lanes: number
  readonly requests: Requests
  /** `null` for the closed loop. */
  readonly plan: Plan | null
  readonly durationNs: number
  readonly connections: number
  readonly seed: number
  readonly isInOrder: boolean
  readonly timeoutMs: number
  readonly intervalNs: number
}

/** What is known at the end of a lane. */
export type LaneEnd = {
  readonly planned: number
  readonly elapsedNs: number
  /** How long behind its plan the last request was sent. */
  readonly overtimeNs: number
  /** CPU time of this thread over wall time. */
  readonly cpuShare: number
}

export type LaneListener = {
  /** An interval is over; every one of them is told. */
  onSlice(slice: Slice): void
  onEnd(end: LaneEnd): void
}

const SWEEP_MS = 20
const REOPEN_MS = 50

export class Lane implements Owner {
  readonly #options: LaneOptions
  readonly #listener: LaneListener
  readonly #share: Share | null
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
  #interval = 0
  #lastSentNs = 0
  #metronome: Metronome | undefined
  #sweep: NodeJS.Timeout | undefined
  #isFinished = false
  #cpuAtStart = process.threadCpuUsage()

  constructor(options: LaneOptions, listener: LaneListener) {
    const { plan, timeoutMs } = options
    this.#options = options
    this.#listener = listener
    this.#share = plan === null ? null : { ...options, plan }
    this.#timeoutNs = timeoutMs * 1e6
    this.#planned = plan === null ? 0 : countOfShare(options, plan.count)
  }

  /** Rejects when a connection cannot be made. */
  async open(): Promise<void> {
    const { target, connections } = this.#options
    const opened = await Promise.allSettled(
      Array.from({ length: connections }, () => Connection.open(target, this)),
    )
    for (const result of opened) if (result.status === 'fulfilled') this.#take(result.value)
    const refused = opened.find((result) => result.status === 'rejected')
    if (refused === undefined) {
      if (this.#share !== null) this.#metronome = await Metronome.open(this.#share)
      return
    }
    for (const connection of this.#connections) connection.close()
    const cause = (refused.reason as NodeJS.ErrnoException).code ?? refused.reason
    throw new Error(
      `cannot connect to ${target.host}:${target.port} (${cause}): is the target running there?`,
    )
  }

  /** @param startNs of the plan, `process.hrtime`: the same for all threads. */
  start(startNs: bigint): void {
    this.#isStarted = true
    this.#sweep = setInterval(() => this.#giveUpLate(), SWEEP_MS)
    this.#cpuAtStart = process.threadCpuUsage()
    this.#startMs = performance.now() + Number(startNs - process.hrtime.bigint()) / 1e6
    if (this.#metronome !== undefined) this.#metronome.start(startNs, this.#turn)
    else while (this.#idle.length > 0) this.#sendNow(this.#idle.shift()!)
  }

  /** One beat: see what has come due and send what can be sent. The rest is sent as connections come free. */
  readonly #turn = (): void => {
    if (this.#isFinished) return
    const nowNs = this.#nowNs()
    this.#roll(nowNs)
    const due = shareDue(this.#share!, nowNs)
    for (; this.#due < due; this.#due++) {
      const isHeld = this.#idle.length <= this.#due - this.#tally.sent
      this.#tally.countDue(nowNs - shareNs(this.#share!, this.#due), isHeld)
    }
    while (this.#tally.sent < this.#due && this.#idle.length > 0) this.#sendNext(this.#idle.shift()!)
    if (this.#due === this.#planned) this.#metronome?.stop()
  }

  #sendNext(connection: Connection): void {
    const planned = shareNs(this.#share!, this.#tally.sent)
    this.#send(connection, planned, this.#nowNs())
  }

  #sendNow(connection: Connection): void {
    const nowNs = this.#nowNs()
    this.#planned++
    this.#send(connection, nowNs, nowNs)
  }

  /** Which request comes when depends on the seed and its place in the plan alone, not on the number of threads. */
  #send(connection: Connection, planned: number, nowNs: number): void {
    const { requests, seed, isInOrder, lane, lanes } = this.#options
    const place = lane + this.#tally.sent * lanes
    const index = (isInOrder ? place : hashPair(seed, place)) % requests.count
    this.#tally.countSent()
    this.#lastSentNs = nowNs
    connection.send(requestAt(requests, index), planned, nowNs)
  }

  onAnswer(connection: Connection): void {
    if (this.#isFinished) return
    const nowNs = this.#nowNs()
    this.#roll(nowNs)
    this.#tally.countAnswer(connection, nowNs)
    if (connection.isOpen) this.#use(connection, nowNs)
    this.#finishIfOver(nowNs)
  }

  /** A free connection serves who has waited longest, or waits itself. */
  #use(connection: Connection, nowNs: number): void {
    if (this.#isOver(nowNs)) this.#idle.push(connection)
    else if (this.#share === null) this.#sendNow(connection)
    else if (this.#tally.sent < this.#due) this.#sendNext(connection)
    else this.#idle.push(connection)
  }

  /** Nothing is sent any more: a closed loop ends with its time, an open one may still serve those who wait. */
  #isOver(nowNs: number): boolean {
    return nowNs > this.#options.durationNs + (this.#share === null ? 0 : this.#timeoutNs)
  }

  onLost(connection: Connection, loss: Loss): void {
    if (this.#isFinished) return
    this.#connections.delete(connection)
    const place = this.#idle.indexOf(connection)
    if (place >= 0) this.#idle.splice(place, 1)
    const nowNs = this.#nowNs()
    this.#roll(nowNs)
    if (loss.wasBusy) this.#tally.countError(connection, loss, nowNs)
    void this.#reopen()
    this.#finishIfOver(nowNs)
  }

  async #reopen(): Promise<void> {
    this.#tally.countReconnect()
    while (!this.#isFinished) {
      try {
        const connection = await Connection.open(this.#options.target, this)
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
    // Lost while the others were being opened: another is on its way.
    if (!connection.isOpen) return
    this.#connections.add(connection)
    if (this.#isStarted) this.#use(connection, this.#nowNs())
    else this.#idle.push(connection)
  }

  #giveUpLate(): void {
    const nowNs = this.#nowNs()
    this.#roll(nowNs)
    for (const connection of this.#connections) {
      if (connection.isBusy && nowNs - connection.sentNs > this.#timeoutNs) {
        connection.abandon(`no answer within ${this.#timeoutNs / 1e6} ms`)
      }
    }
    this.#finishIfOver(nowNs)
  }

  /** Before anything is counted: what is counted now may belong to a later interval. */
  #roll(nowNs: number): void {
    if (!this.#isStarted) return
    while (nowNs >= (this.#interval + 1) * this.#options.intervalNs) {
      this.#listener.onSlice(this.#tally.take(this.#interval++))
    }
  }

  /** What is on its way is always waited for; its own timeout bounds that. */
  #finishIfOver(nowNs: number): void {
    if (!this.#isStarted || this.#isFinished || nowNs < this.#options.durationNs) return
    const isQueueOver = this.#tally.sent === this.#planned || this.#isOver(nowNs)
    if (isQueueOver && this.#tally.inFlight === 0) this.#end(nowNs)
  }

  #end(nowNs: number): void {
    this.#isFinished = true
    clearInterval(this.#sweep)
    this.#metronome?.stop()
    for (const connection of this.#connections) connection.close()
    for (let index = this.#tally.sent; index < this.#planned; index++) {
      this.#tally.countGivenUp(nowNs - shareNs(this.#share!, index))
    }
    this.#listener.onSlice(this.#tally.take(this.#interval))
    this.#listener.onEnd(this.#result(nowNs))
  }

  #result(nowNs: number): LaneEnd {
    const { user, system } = process.threadCpuUsage(this.#cpuAtStart)
    const lastPlannedNs =
      this.#share === null
        ? this.#options.durationNs
        : this.#planned === 0
          ? 0
          : shareNs(this.#share, this.#planned - 1)
    return {
      planned: this.#planned,
      elapsedNs: nowNs,
      overtimeNs: Math.max(0, this.#lastSentNs - lastPlannedNs),
      cpuShare: ((user + system) * 1e3) / nowNs,
    }
  }

  #nowNs(): number {
    return (performance.now() - this.#startMs) * 1e6
  }
}
