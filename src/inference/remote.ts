/**
 * Scores batches by a server that speaks the Open Inference Protocol (Triton, KServe): what `WorkerPool` is for models of
 * our own, for one that a remote has. Called by a `ScoringQueue` on the bid path.
 *
 * Bounded: `size` calls at once, each until the deadline of its rows and no longer than `CALL_MS_MAX`; a batch that fails
 * is answered by the inline scorer, and when too many do, `Breaker` has batches fail without a call. Nothing is written
 * into the slab before the whole answer has been looked at.
 */
import type { Agent } from 'node:http'
import type { Clock } from '../base/clock.ts'
import { Breaker } from './breaker.ts'
import { type HttpAnswer, type HttpCall, httpCall, keptConnections } from './http-call.ts'
import { binaryRequest, jsonRequest, scoresIn, takesBinary } from './infer-message.ts'
import type { ScoringPool } from './queue.ts'
import { type Slab, slabOver } from './slab.ts'
import type { Task, WorkerModel } from './worker.ts'

/** Where a model is asked, in names that stand in a path as they are. Without a version the server chooses. */
export type Remote = { readonly url: string; readonly model: string; readonly version?: string }

export type RemoteCounts = {
  calls: number
  /** Calls that brought no scores. */
  failures: number
  /** Batches for which no call was made, because the breaker was open. */
  rejections: number
}

/** Calls at once. Few, so that what comes while they are out leaves together. */
export const CALLS_MAX = 4
/** For a first call that wakes the server up; less than what makes a queue think that a worker hangs. */
const CALL_MS_MAX = 1500
/** No remote is judged by less, however little time the bids of a batch have. */
const CALL_MS_MIN = 20
/** The queue is to find its bids late before their call is given up, and would be told of a failure instead. */
const GRACE_MS = 5
/** Of an answer: a score in JSON takes some 25 bytes, and servers add words of their own. */
const BYTES_MAX_FIXED = 65_536
const BYTES_MAX_ROW = 64

export class RemotePool implements ScoringPool {
  readonly size: number
  readonly counts: RemoteCounts = { calls: 0, failures: 0, rejections: 0 }
  readonly breaker: Breaker
  readonly #model: WorkerModel
  readonly #slabs: readonly Slab[]
  readonly #clock: Clock
  readonly #agent: Agent
  readonly #serverUrl: URL
  readonly #inferUrl: URL
  /** How it wants its tensors; not known before it was asked, and asked again behind an outage. */
  #takesBinary: boolean | undefined

  /** @param model the slabs that tasks name, as `ScoringQueue.workerModel` has them. */
  constructor(options: {
    remote: Remote
    model: WorkerModel
    clock: Clock
    callsMax?: number
    breaker?: Breaker
  }) {
    const { remote, model, clock, callsMax = CALLS_MAX, breaker = new Breaker() } = options
    const base = `${remote.url.replace(/\/+$/, '')}/v2`
    const version = remote.version === undefined ? '' : `/versions/${remote.version}`
    this.#serverUrl = new URL(base)
    this.#inferUrl = new URL(`${base}/models/${remote.model}${version}/infer`)
    this.#agent = keptConnections(this.#serverUrl, callsMax)
    this.size = callsMax
    this.breaker = breaker
    this.#clock = clock
    this.#model = model
    this.#slabs = model.slabs.map((buffer) => slabOver(buffer, model.model, model.rowsMax))
  }

  /** Rejects with a sentence where there are no scores, the same for the same cause. */
  async run(task: Task, deadlineMs: number): Promise<number> {
    const startMs = this.#clock.nowMs()
    // What has waited behind slow calls: the remote is not to be asked for what nobody wants.
    if (deadlineMs <= startMs) return this.#reject('was not asked: the time of the bids was up')
    const era = this.breaker.admit(startMs)
    if (era === undefined) {
      this.counts.rejections++
      return this.#reject('is not asked: it has failed too often')
    }
    this.counts.calls++
    const msMax = Math.min(Math.max(deadlineMs - startMs + GRACE_MS, CALL_MS_MIN), CALL_MS_MAX)
    const fault = await this.#score(task, startMs + msMax)
    const nowMs = this.#clock.nowMs()
    this.breaker.settle(era, fault !== undefined, nowMs)
    if (fault === undefined) return (nowMs - startMs) * 1000
    this.counts.failures++
    // Whoever answers again later may be another server.
    if (this.breaker.state === 'open') this.#takesBinary = undefined
    return this.#reject(fault)
  }

  /** No call hangs for longer than its time: there is nothing to replace. */
  replace(): boolean {
    return false
  }

  /** Why the slab has no scores; undefined when it has. */
  async #score({ slab: index, rowCount }: Task, untilMs: number): Promise<string | undefined> {
    const { model, rowsMax } = this.#model
    const slab = this.#slabs[index]
    if (this.#takesBinary === undefined) {
      const server = await this.#call({ url: this.#serverUrl, method: 'GET' }, untilMs, 0)
      if (typeof server === 'string') return server
      // One that has trouble says nothing of what it takes.
      if (server.status >= 500) return `answered ${server.status}`
      this.#takesBinary = takesBinary(server)
    }
    const request = (this.#takesBinary ? binaryRequest : jsonRequest)(model, slab, rowCount)
    const answer = await this.#call({ url: this.#inferUrl, method: 'POST', ...request }, untilMs, rowsMax)
    if (typeof answer === 'string') return answer
    const scores = scoresIn(answer, model.output, rowCount)
    if (typeof scores === 'string') return scores
    slab.scores.set(scores)
    return undefined
  }

  #call(
    call: Pick<HttpCall, 'url' | 'method' | 'headers' | 'body'>,
    untilMs: number,
    rows: number,
  ): Promise<HttpAnswer | string> {
    return httpCall({
      ...call,
      agent: this.#agent,
      msMax: untilMs - this.#clock.nowMs(),
      bytesMax: BYTES_MAX_FIXED + rows * BYTES_MAX_ROW,
    })
  }

  #reject(why: string): Promise<never> {
    return Promise.reject(new Error(`the remote ${this.#inferUrl.href.replace(/\/infer$/, '')} ${why}`))
  }
}
