/**
 * From rows in a slab to scores through a worker: 16 requests in one batch, against a hop of the pool for each of
 * them. Real model, real worker; the time includes the wait.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { systemClock } from '../../../src/base/clock.ts'
import { WorkerPool } from '../../../src/inference/pool.ts'
import { ScoringQueue } from '../../../src/inference/queue.ts'
import type { AsyncMicroBench } from '../measure.ts'
import { model } from '../setting.ts'

const REQUESTS = 16
const ROWS = 12

const fault = (error: Error) => {
  throw error
}

async function start() {
  const queue = new ScoringQueue({
    model: model.spec,
    workers: 1,
    rowsMax: 1024,
    clock: systemClock,
    onFault: fault,
  })
  const pool = new WorkerPool({ workers: 1, model: queue.workerModel, onError: fault })
  queue.attach(pool)
  const open = () => queue.open(ROWS, systemClock.nowMs() + 10_000)!
  await open().outcome
  const together = async () => {
    const tickets = Array.from({ length: REQUESTS }, open)
    await Promise.all(tickets.map(({ outcome }) => outcome))
    return tickets[0].slab.scores[0]
  }
  const apart = async () => {
    let sum = 0
    for (let request = 0; request < REQUESTS; request++) {
      const ticket = open()
      await ticket.outcome
      sum += ticket.slab.scores[0]
    }
    return sum / REQUESTS
  }
  const close = async () => {
    await turn()
    queue.close()
    await pool.close()
  }
  return { together, apart, close }
}

export const asyncBenches: AsyncMicroBench[] = [
  {
    name: `inference: score ${REQUESTS} requests of ${ROWS} rows`,
    unit: 'set',
    count: 300,
    open: async () => {
      const { together, apart, close } = await start()
      return {
        cases: [
          { name: 'in one batch', run: together },
          { name: 'a hop for each', run: apart },
        ],
        close,
      }
    },
  },
]
