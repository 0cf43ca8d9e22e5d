/**
 * The worker threads of a model, each with a session of its own. A worker that dies is replaced by Piscina, its task is
 * rejected.
 *
 * A worker that hangs is left alone: ending a thread while ONNX Runtime computes on it ends the process. `replace`
 * starts a new crew instead; the old one is disbanded when its last run has come back.
 */
import { FixedQueue, Piscina } from 'piscina'
import type { Task, WorkerModel } from './worker.ts'

const WORKER_FILE = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

export type WorkerPoolOptions = {
  readonly workers: number
  readonly model: WorkerModel
  readonly onError: (error: Error) => void
}

export class WorkerPool {
  readonly size: number
  readonly #options: WorkerPoolOptions
  #crew: Crew
  readonly #retired = new Set<Promise<void>>()

  constructor(options: WorkerPoolOptions) {
    this.size = options.workers
    this.#options = options
    this.#crew = new Crew(options)
  }

  /** Scores a slab; resolves to the microseconds it took in the worker. */
  run(task: Task): Promise<number> {
    return this.#crew.run(task)
  }

  /** Lets new workers take over from ones that hang. False while the workers there are have not all started. */
  replace(): boolean {
    if (!this.#crew.isStarted) return false
    this.#takeOver(new Crew(this.#options))
    return true
  }

  #takeOver(crew: Crew): void {
    const closed = this.#crew.close().finally(() => this.#retired.delete(closed))
    this.#retired.add(closed)
    this.#crew = crew
  }

  /** Waits for what the workers compute, hung or not, and ends them. */
  async close(): Promise<void> {
    await Promise.all([this.#crew.close(), ...this.#retired])
  }
}

/** One generation of workers. */
class Crew {
  isStarted = false
  readonly #pool: Piscina<Task, number>
  #running = 0
  #idle: PromiseWithResolvers<void> | undefined

  constructor({ workers, model, onError }: WorkerPoolOptions) {
    this.#pool = new Piscina({
      filename: WORKER_FILE.href,
      workerData: model,
      // Equal bounds: a pool that shrinks would load its model again on every gust of traffic.
      minThreads: workers,
      maxThreads: workers,
      // A queue of ours (`ScoringQueue`) stands before it; what waits here waits for a worker to start.
      maxQueue: 2 * workers,
      taskQueue: new FixedQueue(),
      concurrentTasksPerWorker: 1,
      atomics: 'sync',
      recordTiming: false,
    })
    this.#pool.on('error', onError)
    const pings = Array.from({ length: workers }, () => this.run(PING))
    void Promise.allSettled(pings).then(() => {
      this.isStarted = true
    })
  }

  async run(task: Task): Promise<number> {
    this.#running++
    try {
      return await this.#pool.run(task)
    } finally {
      this.#running--
      if (this.#running === 0) this.#idle?.resolve()
    }
  }

  /** Ends the threads once nothing runs on them. */
  async close(): Promise<void> {
    if (this.#running > 0) {
      this.#idle = Promise.withResolvers()
      await this.#idle.promise
    }
    await this.#pool.destroy()
  }
}

/** A task that any worker answers as soon as it has started. */
const PING: Task = { slab: 0, rowCount: 0 }
