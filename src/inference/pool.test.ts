/**
 * Real ONNX models in real workers.
 */
import type { Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import { writeSlowModel, writeSumModel } from '../testing/onnx-models.ts'
import { WorkerPool } from './pool.ts'
import { ScoringQueue } from './queue.ts'
import type { ModelSpec } from './slab.ts'

/** Wide enough for the product to take seconds, narrow enough for its memory. */
const SLOW_WIDTH = 3000

function serve(t: Test, model: ModelSpec, options: { workers: number; stallMs?: number }) {
  const faults: string[] = []
  const queue = new ScoringQueue({
    model,
    rowsMax: 64,
    clock: systemClock,
    onFault: ({ message }) => faults.push(message),
    ...options,
  })
  const pool = new WorkerPool({
    ...options,
    model: queue.workerModel,
    onError: ({ message }) => faults.push(message),
  })
  queue.attach(pool)
  t.teardown(async () => {
    queue.close()
    await pool.close()
  })
  const score = async (rows: number[][], msLeft = 30_000) => {
    const ticket = queue.open(rows.length, systemClock.nowMs() + msLeft)!
    ticket.slab.inputs[0].set(rows.flat(), ticket.firstRow * rows[0].length)
    const outcome = await ticket.outcome
    return {
      outcome,
      scores: Array.from(ticket.slab.scores.subarray(ticket.firstRow, ticket.firstRow + rows.length)),
    }
  }
  return { queue, score, faults }
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit))

t.test('two workers score many concurrent requests, each with its own rows', async (t) => {
  const { queue, score } = serve(t, writeSumModel(t.testdir()), { workers: 2 })
  const requests = Array.from({ length: 200 }, (_, i) =>
    Array.from({ length: 1 + (i % 5) }, (_, j) => [i, j]),
  )
  for (let round = 0; round < 3; round++) {
    const answers = []
    for (const rows of requests) {
      answers.push(score(rows))
      // Some turns take several requests, some one.
      if (answers.length % 7 === 0) await answers.at(-1)
    }
    const found = await Promise.all(answers)
    found.forEach(({ outcome, scores }, i) => {
      const wanted = requests[i].map(([a, b]) => sigmoid((a + b) / 10))
      const isRight = outcome === 'scored' && scores.every((score, j) => Math.abs(score - wanted[j]) < 1e-6)
      if (!isRight) t.fail(`request ${i}: ${outcome} ${scores}, wanted ${wanted}`)
    })
  }
  t.equal(queue.counts.rows, 3 * requests.flat().length)
  t.ok(queue.counts.workerMicros > 0)
})

t.test(
  'a batch in a worker that computes for seconds is late, the worker is replaced, and scoring goes on',
  async (t) => {
    const { queue, score } = serve(t, writeSlowModel(t.testdir()), { workers: 1, stallMs: 200 })
    t.equal((await score([[1]])).outcome, 'scored')
    t.equal((await score([[SLOW_WIDTH]], 20)).outcome, 'late')
    // Until a new worker has taken over, requests are late or failed; each of them is answered.
    let attempts = 0
    let outcome = 'late'
    while (outcome !== 'scored' && attempts++ < 200) outcome = (await score([[1]], 50)).outcome
    t.equal(outcome, 'scored')
    t.ok(queue.counts.replacements >= 1)
  },
)

t.test('a worker that dies is replaced, and meanwhile every request has its answer', async (t) => {
  const threads: Worker[] = []
  const keep = (thread: Worker) => threads.push(thread)
  process.on('worker', keep)
  t.teardown(() => process.off('worker', keep))
  const { score } = serve(t, writeSumModel(t.testdir()), { workers: 1 })
  t.equal((await score([[1, 2]])).outcome, 'scored')
  t.equal(threads.length, 1)
  const death = threads[0].terminate()
  const outcomes: string[] = []
  while (outcomes.at(-1) !== 'scored') outcomes.push((await score([[3, 4]], 50)).outcome)
  await death
  t.equal(threads.length, 2, 'another thread has taken its place')
})

t.test('a model that cannot be loaded fails each batch with the reason', async (t) => {
  const spec = { ...writeSumModel(t.testdir()), file: '/nowhere/model.onnx' }
  const { score, faults } = serve(t, spec, { workers: 1 })
  t.equal((await score([[1, 2]])).outcome, 'failed')
  t.match(faults[0], /sum\/1.*\/nowhere\/model\.onnx/s)
})
