/**
 * A version that is loaded. It serves when it has answered its golden rows where it will answer bids; until then, and while
 * it does so, no request knows of it.
 */

import type { ScoringQueue } from '../../inference/queue.ts'
import type { RemotePool } from '../../inference/remote.ts'
import { goldenFaults } from '../golden.ts'
import type { Model } from '../load.ts'
import { type ModelQueueOptions, openQueue } from '../model-queue.ts'
import { Scores } from './scores.ts'

export class Served {
  /** `name/version`. */
  readonly key: string
  readonly model: Model
  readonly queue: ScoringQueue
  /** What scores it, where that is a server elsewhere. */
  readonly remote: RemotePool | undefined
  /** Those that bids were made with. */
  readonly scores = new Scores()
  readonly close: () => Promise<void>
  readonly #clock: ModelQueueOptions['clock']

  /** Its workers begin to load it. */
  constructor(model: Model, options: ModelQueueOptions) {
    const { queue, remote, close } = openQueue(model, options)
    this.key = model.spec.key
    this.model = model
    this.queue = queue
    this.remote = remote
    this.close = close
    this.#clock = options.clock
  }

  /** Why it must not serve; waits for its workers. */
  goldenFaults(): Promise<string[]> {
    return goldenFaults(this.model, this.queue, this.#clock.nowMs())
  }
}
