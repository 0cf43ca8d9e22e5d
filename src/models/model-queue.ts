/**
 * The queue of a model, and what answers it: worker threads of its own, so that one that is slow or hangs is in nobody's
 * way, or connections to the remote that its manifest names. Cold: asked when a version comes.
 */
import type { Clock } from '../base/clock.ts'
import { WorkerPool } from '../inference/pool.ts'
import { ScoringQueue } from '../inference/queue.ts'
import { CALLS_MAX, RemotePool } from '../inference/remote.ts'
import type { Model } from './load.ts'

export type ModelQueue = {
  readonly queue: ScoringQueue
  /** Undefined where workers answer. */
  readonly remote: RemotePool | undefined
  /** Bids that wait are told that it failed; workers end when what they compute is done. */
  close(): Promise<void>
}

export type ModelQueueOptions = {
  readonly workers: number
  readonly rowsMax: number
  readonly clock: Clock
  readonly onFault: (fault: Error) => void
}

export function openQueue(model: Model, { workers, rowsMax, clock, onFault }: ModelQueueOptions): ModelQueue {
  const { runtime } = model.manifest
  const atOnce = runtime === undefined ? workers : CALLS_MAX
  const queue = new ScoringQueue({ model: model.spec, workers: atOnce, rowsMax, clock, onFault })
  if (runtime !== undefined) {
    const remote = new RemotePool({ remote: runtime, model: queue.workerModel, clock })
    queue.attach(remote)
    return { queue, remote, close: async () => queue.close() }
  }
  const pool = new WorkerPool({ workers, model: queue.workerModel, onError: onFault })
  queue.attach(pool)
  return {
    queue,
    remote: undefined,
    close: () => {
      queue.close()
      return pool.close()
    },
  }
}
