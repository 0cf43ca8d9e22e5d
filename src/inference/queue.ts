/**
 * Batches the rows of one model by loop turn. Called from the bid path.
 *
 *   open -> [filling] -(end of the turn)-> [ready] -(a worker is free)-> [in flight] -(its answer)-> [free]
 *
 * The rows of all requests of one turn of the event loop leave together; while all workers are busy the next batch
 * fills. No timer delays a batch. A ticket whose deadline passes is settled as `late`, its rows are left where they
 * are and their scores dropped: the batch itself is never aborted. A batch that hangs is given up, and new workers take over.
 *
 * Bounded: there are `workers + 2` slabs of `rowsMax` rows, and when all are taken `open` says so.
 */
import type { Clock } from '../base/clock.ts'
import { type ModelSpec, newSlabBuffer, type Slab, slabOver } from './slab.ts'
import type { Task, WorkerModel } from './worker.ts'

/** `scored`: the scores are in the ticket's rows. Otherwise they are not, and the caller has another scorer. */
export type ScoreOutcome = 'scored' | 'late' | 'failed'

export type QueueCounts = {
  /** Requests whose rows were taken. */
  tickets: number
  batches: number
  rows: number
  /** Sum of the workers' own time in microseconds. */
  workerMicros: number
  lateTickets: number
  failedTickets: number
  failedBatches: number
  /** Batches with a score that is no probability. */
  invalidBatches: number
  fullRefusals: number
  /** Crews of workers started because a worker hung. */
  replacements: number
}

/** What a queue asks of its workers; `WorkerPool` does it, and `RemotePool` over connections instead of threads. */
export type ScoringPool = {
  readonly size: number
  /** Resolves to the microseconds it took. @param deadlineMs when the last of the rows is of no more use. */
  run(task: Task, deadlineMs: number): Promise<number>
  replace(): boolean
}

/** How long a worker may be silent before it is taken to hang. */
const STALL_MS = 2000

export class ScoringQueue {
  readonly counts: QueueCounts = {
    tickets: 0,
    batches: 0,
    rows: 0,
    workerMicros: 0,
    lateTickets: 0,
    failedTickets: 0,
    failedBatches: 0,
    invalidBatches: 0,
    fullRefusals: 0,
    replacements: 0,
  }
  readonly rowsMax: number
  readonly #model: ModelSpec
  readonly #clock: Clock
  readonly #onFault: (fault: Error) => void
  readonly #batches: readonly Batch[]
  readonly #free: Batch[]
  readonly #ready: Batch[] = []
  readonly #stallMs: number
  #pool: ScoringPool | undefined
  #filling: Batch | undefined
  #inFlight = 0
  #isTurnEndAwaited = false
  #isClosed = false
  #sweep: NodeJS.Timeout | undefined
  #sweepMs = Number.POSITIVE_INFINITY

  constructor(options: {
    model: ModelSpec
    workers: number
    rowsMax: number
    clock: Clock
    onFault: (fault: Error) => void
    stallMs?: number
  }) {
    this.#model = options.model
    this.#clock = options.clock
    this.#onFault = options.onFault
    this.rowsMax = options.rowsMax
    this.#stallMs = options.stallMs ?? STALL_MS
    this.#batches = Array.from({ length: options.workers + 2 }, (_, index) => {
      const buffer = newSlabBuffer(options.model, options.rowsMax)
      return new Batch(index, slabOver(buffer, options.model, options.rowsMax))
    })
    this.#free = [...this.#batches]
  }

  /** What the workers must know to serve this queue. */
  get workerModel(): WorkerModel {
    return { model: this.#model, rowsMax: this.rowsMax, slabs: this.#batches.map(({ slab }) => slab.buffer) }
  }

  /** Connects the pool, whose workers were started with `workerModel`. */
  attach(pool: ScoringPool): void {
    this.#pool = pool
  }

  /**
   * Takes rows of the filling batch until `deadlineMs` of the monotonic clock. The caller writes all of them before
   * it gives way to the event loop. Undefined when every slab is taken.
   */
  open(rowCount: number, deadlineMs: number): Ticket | undefined {
    if (this.#filling !== undefined && this.#filling.rowCount + rowCount > this.rowsMax) {
      this.#ready.push(this.#filling)
      this.#filling = undefined
    }
    if (rowCount <= this.rowsMax) this.#filling ??= this.#free.pop()
    const batch = this.#filling
    if (batch === undefined) {
      this.counts.fullRefusals++
      return undefined
    }
    const ticket = new Ticket(batch.slab, batch.rowCount, deadlineMs)
    batch.rowCount += rowCount
    batch.deadlineMs = Math.max(batch.deadlineMs, deadlineMs)
    batch.tickets.push(ticket)
    this.counts.tickets++
    if (!this.#isTurnEndAwaited) {
      this.#isTurnEndAwaited = true
      setImmediate(this.#endTurn)
    }
    this.#sweepBy(deadlineMs)
    return ticket
  }

  readonly #endTurn = (): void => {
    this.#isTurnEndAwaited = false
    this.#dispatch()
  }

  #dispatch(): void {
    const pool = this.#pool!
    while (!this.#isClosed && this.#inFlight < pool.size) {
      const batch = this.#ready.shift() ?? this.#filling
      if (batch === undefined) return
      if (batch === this.#filling) this.#filling = undefined
      this.#inFlight++
      batch.dispatchedMs = this.#clock.nowMs()
      this.counts.batches++
      this.counts.rows += batch.rowCount
      const task = { slab: batch.index, rowCount: batch.rowCount }
      pool.run(task, batch.deadlineMs).then(
        (micros) => {
          this.counts.workerMicros += micros
          this.#finish(batch, this.#areProbabilities(batch) ? 'scored' : 'failed')
        },
        (fault: Error) => {
          this.counts.failedBatches++
          this.#onFault(fault)
          this.#finish(batch, 'failed')
        },
      )
    }
  }

  #areProbabilities(batch: Batch): boolean {
    const { scores } = batch.slab
    for (let row = 0; row < batch.rowCount; row++) {
      if (scores[row] >= 0 && scores[row] <= 1) continue
      this.counts.invalidBatches++
      this.#onFault(new Error(`model ${this.#model.key} gave ${scores[row]}, which is no probability`))
      return false
    }
    return true
  }

  #finish(batch: Batch, outcome: ScoreOutcome): void {
    if (!batch.isAbandoned) this.#inFlight--
    for (const ticket of batch.tickets) {
      if (ticket.settle(outcome) && outcome === 'failed') this.counts.failedTickets++
    }
    // Settling queued each bid's continuation as a microtask. Only behind the last of them may the slab be reused,
    // and microtasks run in the order in which they were queued.
    queueMicrotask(() => {
      batch.clear()
      this.#free.push(batch)
      this.#dispatch()
    })
  }

  /** Makes sure that the sweep runs at this time or before. */
  #sweepBy(atMs: number): void {
    if (atMs >= this.#sweepMs) return
    clearTimeout(this.#sweep)
    this.#sweepMs = atMs
    this.#sweep = setTimeout(this.#sweepNow, Math.max(1, atMs - this.#clock.nowMs()))
  }

  /** Settles the tickets whose time is up, replaces workers that hang, and sets the time of the next sweep. */
  readonly #sweepNow = (): void => {
    const nowMs = this.#clock.nowMs()
    let nextMs = Number.POSITIVE_INFINITY
    this.#sweepMs = nextMs
    for (const batch of this.#batches) {
      for (const ticket of batch.tickets) {
        if (ticket.isSettled) continue
        if (ticket.deadlineMs > nowMs) nextMs = Math.min(nextMs, ticket.deadlineMs)
        else if (ticket.settle('late')) this.counts.lateTickets++
      }
      if (batch.dispatchedMs === 0) continue
      const stalledMs = batch.dispatchedMs + this.#stallMs
      if (stalledMs > nowMs) nextMs = Math.min(nextMs, stalledMs)
      else this.#abandon(batch)
    }
    if (nextMs !== Number.POSITIVE_INFINITY) this.#sweepBy(nextMs)
  }

  /** Fails a batch whose worker hangs. Its slab comes back only with its answer: until then the worker may write. */
  #abandon(batch: Batch): void {
    if (!this.#pool!.replace()) {
      batch.dispatchedMs = this.#clock.nowMs()
      return
    }
    this.counts.replacements++
    batch.dispatchedMs = 0
    batch.isAbandoned = true
    this.#inFlight--
    for (const ticket of batch.tickets) if (ticket.settle('failed')) this.counts.failedTickets++
    this.#onFault(new Error(`model ${this.#model.key}: a worker gave no answer for ${this.#stallMs} ms`))
    this.#dispatch()
  }

  /** Nothing more is handed to the workers. Who waits is told that it failed: nobody would sweep a batch that hangs. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#sweep)
    for (const { tickets } of this.#batches) for (const ticket of tickets) ticket.settle('failed')
  }
}

/** One request's rows in a batch. */
export class Ticket {
  readonly slab: Slab
  readonly firstRow: number
  readonly deadlineMs: number
  readonly outcome: Promise<ScoreOutcome>
  isSettled = false
  #resolve!: (outcome: ScoreOutcome) => void

  constructor(slab: Slab, firstRow: number, deadlineMs: number) {
    this.slab = slab
    this.firstRow = firstRow
    this.deadlineMs = deadlineMs
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** False when it was settled before. */
  settle(outcome: ScoreOutcome): boolean {
    if (this.isSettled) return false
    this.isSettled = true
    this.#resolve(outcome)
    return true
  }
}

class Batch {
  readonly index: number
  readonly slab: Slab
  readonly tickets: Ticket[] = []
  rowCount = 0
  /** The latest of its tickets'. */
  deadlineMs = 0
  /** 0 while it is not in flight. */
  dispatchedMs = 0
  isAbandoned = false

  constructor(index: number, slab: Slab) {
    this.index = index
    this.slab = slab
  }

  clear(): void {
    this.tickets.length = 0
    this.rowCount = 0
    this.deadlineMs = 0
    this.dispatchedMs = 0
    this.isAbandoned = false
  }
}
