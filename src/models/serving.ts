/**
 * The versions of a model that can be scored: the live one, and the one before it, to which it takes no time to go back.
 * A version goes live when new workers have loaded it and it has answered its golden rows there; until then, and while it
 * does so, the live one answers, and no request knows of it. One that a remote has needs no worker, only its golden rows.
 *
 *   promote: new workers (with the new one as well) -> golden rows -> new is live, live is previous
 *   rollBack: live and previous change places
 */
import type { Clock } from '../base/clock.ts'
import { WorkerPool } from '../inference/pool.ts'
import type { ScoringPool } from '../inference/queue.ts'
import type { WorkerModel } from '../inference/worker.ts'
import { goldenFaults } from './golden.ts'
import type { Model } from './load.ts'
import { type ModelQueue, openQueue } from './model-queue.ts'

/** A version that can be scored: in the workers, or by its remote. Its key is `name/version`. */
export type Served = ModelQueue & { readonly key: string; readonly model: Model }

export type ServingOptions = {
  readonly first: Model
  readonly workers: number
  readonly rowsMax: number
  readonly clock: Clock
  readonly onFault: (fault: Error) => void
  /** Told of the version that bids are to use from now on. */
  readonly onLive: (served: Served) => void
}

export class Serving {
  readonly #options: ServingOptions
  readonly #pool: WorkerPool
  #live: Served
  #previous: Served | undefined
  #isChanging = false
  /** How often another version went live. */
  swaps = 0

  /** The first version is live at once; `goldenFaults` of it are for the caller to ask. */
  constructor(options: ServingOptions) {
    this.#options = options
    this.#live = this.#served(options.first)
    const { workers, onFault } = options
    this.#pool = new WorkerPool({ workers, models: workerModels(this.all), onError: onFault })
    this.#live.queue.attach(this.#poolOf(this.#live))
  }

  get live(): Served {
    return this.#live
  }

  get previous(): Served | undefined {
    return this.#previous
  }

  /** All that can be scored. */
  get all(): readonly Served[] {
    return this.#previous === undefined ? [this.#live] : [this.#live, this.#previous]
  }

  /** Why the version did not go live; nothing when it did. */
  async promote(model: Model): Promise<readonly string[]> {
    if (model.spec.key === this.#live.key) return []
    if (model.spec.key === this.#previous?.key) return this.rollBack()
    if (this.#isChanging) return ['another version is on its way; try again when it is live']
    this.#isChanging = true
    const next = this.#served(model)
    try {
      if (next.remote === undefined) await this.#pool.load(workerModels([...this.all, next]))
      next.queue.attach(this.#poolOf(next))
      const faults = await goldenFaults(model, next.queue, this.#options.clock.nowMs())
      if (faults.length > 0) {
        next.queue.close()
        return faults
      }
      this.#previous?.queue.close()
      this.#goLive(next)
      return []
    } finally {
      this.#isChanging = false
    }
  }

  /** Goes back to the version before; says why not where there is none. */
  rollBack(): readonly string[] {
    if (this.#previous === undefined) return ['there is no version before the live one']
    if (this.#isChanging) return ['another version is on its way; try again when it is live']
    this.#goLive(this.#previous)
    return []
  }

  async close(): Promise<void> {
    for (const { queue } of this.all) queue.close()
    await this.#pool.close()
  }

  #goLive(next: Served): void {
    this.#previous = this.#live
    this.#live = next
    this.swaps++
    this.#options.onLive(next)
  }

  #served(model: Model): Served {
    return { key: model.spec.key, model, ...openQueue(model, this.#options) }
  }

  /** What answers for a version. */
  #poolOf({ remote }: Served): ScoringPool {
    return remote ?? this.#pool
  }
}

/** What the workers are to load: the versions that no remote has. */
function workerModels(served: readonly Served[]): WorkerModel[] {
  return served.filter(({ remote }) => remote === undefined).map(({ queue }) => queue.workerModel)
}
