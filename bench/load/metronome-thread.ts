/**
 * The thread of a metronome (`metronome.ts`): sleeps until the next request of its share of the plan is due, and beats. Beats
 * are at least `BEAT_NS_MIN` apart: one stands for all that came due since the last.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { BEATING, type MetronomeData, WAITING } from './metronome.ts'
import { shareDue, shareNs } from './plan.ts'

const BEAT_NS_MIN = 100_000

function beat({ cells, startNs, share }: MetronomeData): void {
  parentPort!.postMessage('up')
  Atomics.wait(cells, 0, WAITING)
  let nextNs = shareNs(share, 0)
  while (Atomics.load(cells, 0) === BEATING) {
    const elapsedNs = Number(process.hrtime.bigint() - startNs[0])
    if (elapsedNs < nextNs) {
      // Behind the last request it sleeps until it is stopped.
      Atomics.wait(cells, 0, BEATING, (nextNs - elapsedNs) / 1e6)
      continue
    }
    if (Atomics.exchange(cells, 1, 1) === 0) parentPort!.postMessage('beat')
    nextNs = Math.max(shareNs(share, shareDue(share, elapsedNs)), elapsedNs + BEAT_NS_MIN)
  }
}

beat(workerData)
