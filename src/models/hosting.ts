/**
 * A version that is loaded: its queue, and workers of its own, so that one that is slow or hangs is in nobody's way. It
 * serves when it has answered its golden rows there; until then, and while it does so, no request knows of it.
 */
import type { Clock } from '../base/clock.ts'
import { WorkerPool } from '../inference/pool.ts'
import { ScoringQueue } from '../inference/queue.ts'
import { goldenFaults } from './golden.ts'
import type { Model } from './load.ts'
import { Scores } from './scores.ts'

export type HostingOptions = {
  readonly workers: number
  readonly rowsMax: number
  readonly clock: Clock
  readonly onFault: (fault: Error) => void
}

export class Served {
  /** `name/version`. */
  readonly key: string
  readonly model: Model
  readonly queue: ScoringQueue
  /** Those that bids were made with. */
  readonly scores = new Scores()
  readonly #pool: WorkerPool
  readonly #clock: Clock

  /** Its workers begin to load it. */
  constructor(model: Model, { workers, rowsMax, clock, onFault }: HostingOptions) {
    this.key = model.spec.key
    this.model = model
    this.queue = new ScoringQueue({ model: model.spec, workers, rowsMax, clock, onFault })
    this.#pool = new WorkerPool({ workers, models: [this.queue.workerModel], onError: onFault })
    this.queue.attach(this.#pool)
    this.#clock = clock
  }

  /** Why it must not serve; waits for its workers. */
  goldenFaults(): Promise<string[]> {
    return goldenFaults(this.model, this.queue, this.#clock.nowMs())
  }

  /** Requests that wait for it are answered by others; its workers end when what they compute is done. */
  close(): Promise<void> {
    this.queue.close()
    return this.#pool.close()
  }
}
