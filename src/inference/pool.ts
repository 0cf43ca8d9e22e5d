/**
 * The worker threads, each with a session of every model; none before there is a model. A worker that dies is replaced by
 * Piscina, its task is rejected.
 *
 * A worker that hangs is left alone: ending a thread while ONNX Runtime computes on it ends the process. `replace`
 * starts a new crew instead; the old one is disbanded when its last run has come back. So it is with new models: they are
 * loaded by new workers while the old ones go on, and no worker outlives the models that it was started with.
 */
import { FixedQueue, Piscina } from 'piscina'
import type { Task, WorkerData, WorkerModel } from './worker.ts'

const WORKER_FILE = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

export type WorkerPoolOptions = {
  readonly workers: number
  readonly models: readonly WorkerModel[]
  readonly onError: (error: Error) => void
}

export class WorkerPool {
  readonly size: number
  #options: WorkerPoolOptions
  #crew: Crew | undefined
  readonly #retired = new Set<Promise<void>>()

  constructor(options: WorkerPoolOptions) {
    this.size = options.workers
    this.#options = options
    if (options.models.length > 0) this.#crew = new Crew(options)
  }

  /** Scores a slab; resolves to the microseconds it took in the worker. */
  run(task: Task): Promise<number> {
    return this.#crew?.run(task) ?? Promise.reject(new Error(`model ${task.model} is not loaded`))
  }

  /** Lets new workers take over from ones that hang. False while the workers there are have not all started. */
  replace(): boolean {
    if (!this.#crew?.isStarted) return false
    this.#takeOver(new Crew(this.#options))
    return true
  }

  /** Lets new workers with these models take over once all have started; what is in work ends where it is. */
  async load(models: readonly WorkerModel[]): Promise<void> {
    this.#options = { ...this.#options, models }
    const crew = new Crew(this.#options)
    await crew.started
    this.#takeOver(crew)
  }

  #takeOver(crew: Crew): void {
    const before = this.#crew
    this.#crew = crew
    if (before === undefined) return
    const closed = before.close().finally(() => this.#retired.delete(closed))
    this.#retired.add(closed)
  }

  /** Waits for what the workers compute, hung or not, and ends them. */
  async close(): Promise<void> {
    await Promise.all([this.#crew?.close(), ...this.#retired])
  }
}

/** One generation of workers. */
class Crew {
  isStarted = false
  readonly started: Promise<void>
  readonly #pool: Piscina<Task, number>
  #running = 0
  #idle: PromiseWithResolvers<void> | undefined

  constructor({ workers, models, onError }: WorkerPoolOptions) {
    const workerData: WorkerData = { models }
    this.#pool = new Piscina({
      filename: WORKER_FILE.href,
      workerData,
      // Equal bounds: a pool that shrinks would load its models again on every gust of traffic.
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
    this.started = Promise.allSettled(pings).then(() => {
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
const PING: Task = { model: '', slab: 0, rowCount: 0 }
