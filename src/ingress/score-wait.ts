/**
 * How long bids wait for scores beyond what the model takes to compute them: the queue before the workers, and what else
 * wants their cores. From what the bid path and the scoring queue count anyway.
 */
import type { QueueCounts } from '../inference/queue.ts'
import type { Histogram } from '../telemetry/instruments.ts'

/**
 * Gives a mean in milliseconds since its last call.
 * @param slot of the stage that waits, in the histogram; @param countsOf of the queue that bids use now.
 */
export function scoreWaitMeter(
  stages: Pick<Histogram, 'sums' | 'countOf'>,
  slot: number,
  countsOf: () => Pick<QueueCounts, 'workerMicros' | 'batches'>,
): () => number {
  const waits = new Grown()
  const runs = new Grown()
  return () => {
    const waitMicros = waits.mean(stages.sums[slot], stages.countOf(slot))
    const { workerMicros, batches } = countsOf()
    const runMicros = runs.mean(workerMicros, batches)
    return Math.max(0, waitMicros - runMicros) / 1000
  }
}

/** The mean of what was added to a sum and a count since the last call; 0 where nothing was. */
class Grown {
  #sum = 0
  #count = 0

  mean(sum: number, count: number): number {
    const mean = count > this.#count ? (sum - this.#sum) / (count - this.#count) : 0
    this.#sum = sum
    this.#count = count
    return mean
  }
}
