/**
 * Goal: every way a ticket can end, and that slabs are neither lost nor shared. Method: a pool that the test answers
 * for, and a clock that it moves.
 */
import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ManualClock } from '../testing/clock.ts'
import { type ScoringPool, ScoringQueue, type Ticket } from './queue.ts'
import { type ModelSpec, type Slab, slabOver } from './slab.ts'
import type { Task } from './worker.ts'

const MODEL: ModelSpec = {
  key: 'fake/1',
  file: '',
  inputs: [{ name: 'ids', type: 'int32', width: 2 }],
  output: 'p',
}
const ROWS_MAX = 8

type Run = { task: Task; deadlineMs: number; slab: Slab; answer(scores: number[]): void; fail(): void }

class FakePool implements ScoringPool {
  readonly size: number
  readonly runs: Run[] = []
  isStarted = true
  replacements = 0
  #slabs: readonly Slab[] = []

  constructor(size: number) {
    this.size = size
  }

  know(queue: ScoringQueue): void {
    this.#slabs = queue.workerModel.slabs.map((buffer) => slabOver(buffer, MODEL, ROWS_MAX))
  }

  run(task: Task, deadlineMs: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const slab = this.#slabs[task.slab]
    this.runs.push({
      task,
      deadlineMs,
      slab,
      answer: (scores) => {
        slab.scores.set(scores)
        resolve(50)
      },
      fail: () => reject(new Error('the worker died')),
    })
    return promise
  }

  replace(): boolean {
    if (this.isStarted) this.replacements++
    return this.isStarted
  }
}

function setUp(t: Test, workers = 1) {
  const clock = new ManualClock()
  const faults: string[] = []
  const queue = new ScoringQueue({
    model: MODEL,
    workers,
    rowsMax: ROWS_MAX,
    clock,
    stallMs: 20,
    onFault: (fault) => faults.push(fault.message),
  })
  const pool = new FakePool(workers)
  pool.know(queue)
  queue.attach(pool)
  t.teardown(() => queue.close())
  const open = (rowCount: number, msLeft = 1000) => queue.open(rowCount, clock.nowMs() + msLeft)
  return { clock, queue, pool, faults, open: (rows: number, msLeft?: number) => open(rows, msLeft) as Ticket }
}

t.test('rows of one turn leave in one batch, in the order in which they came', async (t) => {
  const { pool, open } = setUp(t)
  const tickets = [open(3), open(1), open(2)]
  t.same(
    tickets.map(({ firstRow }) => firstRow),
    [0, 3, 4],
  )
  t.equal(pool.runs.length, 0, 'nothing leaves before the turn ends')
  await turn()
  t.same(
    pool.runs.map(({ task }) => task.rowCount),
    [6],
  )
  pool.runs[0].answer([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
  t.same(await Promise.all(tickets.map(({ outcome }) => outcome)), ['scored', 'scored', 'scored'])
})

t.test('the pool is told when the last of a batch is of no more use', async (t) => {
  const { clock, pool, open } = setUp(t)
  for (const [msLeft, msLeftMost] of [
    [900, 1000],
    [20, 30],
    [2, 3],
  ]) {
    open(1, msLeftMost)
    open(1, msLeft)
    await turn()
    t.equal(pool.runs.at(-1)?.deadlineMs, clock.nowMs() + msLeftMost)
    pool.runs.at(-1)?.answer([0.5, 0.5])
    await turn()
  }
})

t.test('while the worker is busy the next batch fills, and leaves when the answer comes', async (t) => {
  const { pool, open } = setUp(t)
  open(1)
  await turn()
  open(2)
  await turn()
  open(3)
  await turn()
  t.equal(pool.runs.length, 1)
  pool.runs[0].answer([0.5])
  await turn()
  t.same(
    pool.runs.map(({ task }) => task.rowCount),
    [1, 5],
  )
})

t.test('with two workers two batches are in flight', async (t) => {
  const { pool, open } = setUp(t, 2)
  open(1)
  await turn()
  open(2)
  await turn()
  t.equal(pool.runs.length, 2)
  t.not(pool.runs[0].task.slab, pool.runs[1].task.slab)
})

t.test('a request that does not fit the filling batch starts the next', async (t) => {
  const { pool, open } = setUp(t)
  open(ROWS_MAX - 1)
  t.equal(open(2).firstRow, 0)
  await turn()
  t.same(
    pool.runs.map(({ task }) => task.rowCount),
    [ROWS_MAX - 1],
  )
  pool.runs[0].answer(Array(ROWS_MAX).fill(0.5))
  await turn()
  t.same(
    pool.runs.map(({ task }) => task.rowCount),
    [ROWS_MAX - 1, 2],
  )
})

t.test('open refuses when every slab is taken, and takes again when one is free', async (t) => {
  const { queue, pool, open } = setUp(t)
  for (let slab = 0; slab < 3; slab++) open(ROWS_MAX)
  await turn()
  t.equal(open(1), undefined)
  t.equal(queue.counts.fullRefusals, 1)
  pool.runs[0].answer(Array(ROWS_MAX).fill(0.5))
  await turn()
  t.ok(open(1))
})

t.test('open refuses a request that no batch can hold', async (t) => {
  const { pool, open } = setUp(t)
  t.equal(open(ROWS_MAX + 1), undefined)
  await turn()
  t.equal(pool.runs.length, 0, 'and leaves no empty batch behind')
  t.ok(open(ROWS_MAX))
})

t.test('a ticket whose deadline passes is late, and its answer is dropped when it comes', async (t) => {
  const { clock, queue, pool, open } = setUp(t)
  const late = open(1, 2)
  const patient = open(1, 1000)
  await turn()
  clock.advance(3)
  t.equal(await late.outcome, 'late')
  t.equal(patient.isSettled, false, 'the batch itself goes on')
  pool.runs[0].answer([0.1, 0.2])
  t.equal(await patient.outcome, 'scored')
  t.equal(queue.counts.lateTickets, 1)
})

t.test('a batch whose worker dies fails all its tickets, and the next one is scored', async (t) => {
  const { queue, pool, faults, open } = setUp(t)
  const ticket = open(1)
  await turn()
  pool.runs[0].fail()
  t.equal(await ticket.outcome, 'failed')
  t.same(faults, ['the worker died'])
  t.match(queue.counts, { failedBatches: 1, failedTickets: 1 })
  const next = open(1)
  await turn()
  pool.runs[1].answer([0.5])
  t.equal(await next.outcome, 'scored')
})

for (const score of [Number.NaN, 2, -0.1, Number.POSITIVE_INFINITY]) {
  t.test(`a score of ${score} fails the batch: it is no probability`, async (t) => {
    const { queue, pool, faults, open } = setUp(t)
    const ticket = open(2)
    await turn()
    pool.runs[0].answer([0.5, score])
    t.equal(await ticket.outcome, 'failed')
    t.equal(queue.counts.invalidBatches, 1)
    t.match(faults[0], /no probability/)
  })
}

t.test('scores of 0 and 1 are probabilities', async (t) => {
  const { pool, open } = setUp(t)
  const ticket = open(2)
  await turn()
  pool.runs[0].answer([0, 1])
  t.equal(await ticket.outcome, 'scored')
})

t.test(
  'a batch that hangs is failed, new workers take over, and its slab comes back with its answer',
  async (t) => {
    const { clock, queue, pool, faults, open } = setUp(t)
    const hung = open(1)
    await turn()
    clock.advance(30)
    const next = open(1)
    // The sweep for this ticket finds the first batch silent for too long.
    t.equal(await sweptBy(open, clock), 'late')
    t.equal(await hung.outcome, 'failed')
    t.equal(pool.replacements, 1)
    t.equal(queue.counts.replacements, 1)
    t.match(faults[0], /no answer for 20 ms/)
    t.equal(pool.runs.length, 2, 'what waited goes to the new workers')
    open(ROWS_MAX)
    t.equal(open(1), undefined, 'the slab that may still be written to is not given out')
    pool.runs[1].answer([0.5, 0.5])
    t.equal(await next.outcome, 'scored')
    pool.runs[0].answer([0.9])
    await turn()
    pool.runs[2].answer(Array(ROWS_MAX).fill(0.5))
    await turn()
    for (let slab = 0; slab < 3; slab++) t.ok(open(ROWS_MAX), 'all three slabs are there again')
  },
)

t.test('a batch that was answered is not taken for one that hangs', async (t) => {
  const { clock, pool, faults, open } = setUp(t)
  // Two batches, so that the sweep finds one that has not been used again.
  const answered = [open(ROWS_MAX), open(ROWS_MAX)]
  await turn()
  for (const run of [0, 1]) {
    pool.runs[run].answer(Array(ROWS_MAX).fill(0.5))
    await turn()
  }
  t.same(await Promise.all(answered.map(({ outcome }) => outcome)), ['scored', 'scored'])
  clock.advance(30)
  t.equal(await sweptBy(open, clock), 'late')
  t.equal(pool.replacements, 0)
  t.same(faults, [])
})

t.test('workers that have not started are waited for, not replaced', async (t) => {
  const { clock, pool, open } = setUp(t)
  pool.isStarted = false
  const first = open(1)
  await turn()
  clock.advance(30)
  t.equal(await sweptBy(open, clock), 'late')
  t.equal(first.isSettled, false)
  pool.runs[0].answer([0.5])
  t.equal(await first.outcome, 'scored')
})

/** Makes the queue look at its batches: by a ticket whose time is up. */
async function sweptBy(open: (rowCount: number, msLeft: number) => Ticket, clock: ManualClock) {
  const ticket = open(1, 1)
  clock.advance(2)
  return ticket.outcome
}

t.test('a slab is not reused before the bids that await it have read their scores', async (t) => {
  const { pool, open } = setUp(t)
  const read: number[] = []
  const bid = async () => {
    const ticket = open(1)
    ticket.slab.inputs[0][2 * ticket.firstRow] = 9
    await ticket.outcome
    read.push(ticket.slab.scores[ticket.firstRow], ticket.slab.inputs[0][2 * ticket.firstRow])
    // A bid of the same microtask run takes rows at once: they must be others.
    const next = open(1)
    next.slab.inputs[0][2 * next.firstRow] = 1
  }
  const bids = [bid(), bid()]
  await turn()
  pool.runs[0].answer([0.25, 0.75])
  await Promise.all(bids)
  t.same(read, [0.25, 9, 0.75, 9])
})
