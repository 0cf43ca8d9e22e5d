/**
 * The worker threads, each with a session of every model. A worker that dies is replaced by the pool, its task is
 * rejected. A running task is never aborted for being late: that would kill its worker; `replace` is for one that hangs.
 */
import { FixedQueue, Piscina } from 'piscina'
import type { Task, WorkerData, WorkerModel } from './worker.ts'

const WORKER_FILE = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

export class WorkerPool {
  readonly size: number
  readonly #pool: Piscina<Task, number>

  constructor(options: { workers: number; models: readonly WorkerModel[]; onError: (error: Error) => void }) {
    this.size = options.workers
    const workerData: WorkerData = { models: options.models }
    this.#pool = new Piscina({
      filename: WORKER_FILE.href,
      workerData,
      // Equal bounds: a pool that shrinks would load its models again on every gust of traffic.
      minThreads: options.workers,
      maxThreads: options.workers,
      // A queue of ours (`ScoringQueue`) stands before it; what waits here waits for a worker to be replaced.
      maxQueue: 2 * options.workers,
      taskQueue: new FixedQueue(),
      concurrentTasksPerWorker: 1,
      atomics: 'sync',
      recordTiming: false,
    })
    this.#pool.on('error', options.onError)
  }

  /** Scores a slab; resolves to the microseconds it took in the worker. */
  run(task: Task): Promise<number> {
    return this.#pool.run(task)
  }

  /** Ends a worker that hangs, by its thread's number; another takes its place. False when there is none. */
  replace(threadId: number): boolean {
    const thread = this.#pool.threads.find((worker) => worker.threadId === threadId)
    if (thread === undefined) return false
    void thread.terminate()
    return true
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}
