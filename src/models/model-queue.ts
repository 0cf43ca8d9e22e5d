/**
 * The queue of a model, and what answers it: worker threads, which all models share that have a graph, or connections of
 * its own to the remote that its manifest names. Cold: asked when a version comes.
 */

import type { Clock } from '../base/clock.ts'
import { WorkerPool } from '../inference/pool.ts'
import { ScoringQueue } from '../inference/queue.ts'
import { CALLS_MAX, RemotePool } from '../inference/remote.ts'
import type { Model } from './load.ts'

export type ModelQueue = {
  readonly queue: ScoringQueue
  /** What is to be attached to the queue; undefined for a model that workers are to load. */
  readonly remote: RemotePool | undefined
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
  if (runtime === undefined) return { queue, remote: undefined }
  return { queue, remote: new RemotePool({ remote: runtime, model: queue.workerModel, clock }) }
}

/** A queue that nobody else uses, with a worker of its own where the model wants one. */
export function openAlone(
  model: Model,
  options: Omit<ModelQueueOptions, 'workers'>,
): { readonly queue: ScoringQueue; close(): Promise<void> } {
  const { queue, remote } = openQueue(model, { ...options, workers: 1 })
  if (remote !== undefined) {
    queue.attach(remote)
    return { queue, close: async () => queue.close() }
  }
  const pool = new WorkerPool({ workers: 1, models: [queue.workerModel], onError: options.onFault })
  queue.attach(pool)
  return {
    queue,
    close: () => {
      queue.close()
      return pool.close()
    },
  }
}
