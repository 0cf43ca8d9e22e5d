/**
 * The queue is tested with a worker that answers when it is told, the rest with a real thread and a real disk.
 */
import { execFileSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { type CheckpointRow, ENTRY_KIND, type Entry } from './journal-rows.ts'
import { APPENDED, openStore, Store, type StoreOptions } from './store.ts'
import type { Done, Work } from './store-worker.ts'

const DAY_S = 86_400
const NOW_S = 20_000 * DAY_S + 43_200
const WAITING_MAX = 20_000
const BATCH_MAX = 512
const JOBS_MAX = 64

const billOf = (bidId: string, pairKey = ''): Entry => ({
  kind: ENTRY_KIND.bill,
  bidId,
  campaignId: 'shoes',
  creativeId: 'red',
  day: 20_000,
  flightDay: -1,
  bidAtS: NOW_S,
  atS: NOW_S,
  paidNanos: 1000,
  clickProbability: 0.5,
  propensity: 1,
  pairKey,
})
const rowOf = (bids: number): CheckpointRow => ({ campaign: 'shoes', heldNanos: 5, bids, wins: 1, pace: '' })

/** Takes work and keeps it until it is told to answer. */
class FakeWorker extends EventEmitter {
  readonly works: Work[] = []

  postMessage(work: Work): void {
    this.works.push(work)
  }

  answer(answer: Partial<Done> = {}): void {
    const work = this.works.at(-1)!
    const result = work.kind === 'append' ? new Uint8Array(work.entries.length).fill(1) : undefined
    this.emit('message', { fault: '', result, ...answer } satisfies Done)
  }

  /** What each piece of work was, entries by their number. */
  get log(): string[] {
    return this.works.map((work) => (work.kind === 'append' ? `append ${work.entries.length}` : work.kind))
  }
}

function fakeStore(commitGapMs?: number) {
  const worker = new FakeWorker()
  const faults: string[] = []
  const onFault = ({ message }: Error) => faults.push(message)
  const retention = { billedS: DAY_S, actedS: DAY_S }
  const options: StoreOptions = { directory: '', retention, nowS: NOW_S, onFault, commitGapMs }
  const store = new Store(options, worker as unknown as Worker)
  const told: string[] = []
  const append = (bidId: string) => store.append(billOf(bidId), (result) => told.push(`${bidId} ${result}`))
  const checkpoint = () => store.checkpoint([], [], (isDone) => told.push(`checkpoint ${isDone}`))
  return { store, worker, faults, told, append, checkpoint }
}

t.test('entries that come while one is written leave together behind it', async (t) => {
  const { worker, append, store, told } = fakeStore()
  append('first')
  t.same(worker.log, ['append 1'], 'the first waits for nobody')
  for (let i = 0; i < 1000; i++) append(`${i}`)
  t.equal(worker.works.length, 1, 'one piece of work is out at a time')
  t.equal(store.waitingCount, 1000)
  worker.answer()
  worker.answer()
  t.same(worker.log, ['append 1', `append ${BATCH_MAX}`, `append ${1000 - BATCH_MAX}`])
  t.equal(told.length, 1 + BATCH_MAX)
  worker.answer()
  t.same(
    told,
    ['first', ...Array.from({ length: 1000 }, (_, i) => `${i}`)].map((id) => `${id} ${APPENDED.new}`),
  )
  t.equal(worker.works.length, 3, 'then there is nothing to do')
})

t.test('commits keep their distance, and what comes meanwhile leaves together', async (t) => {
  const { worker, append, checkpoint } = fakeStore(20)
  const startMs = performance.now()
  append('first')
  t.same(worker.log, ['append 1'], 'an entry that comes alone leaves at once')
  worker.answer()
  append('a')
  append('b')
  t.equal(worker.works.length, 1)
  checkpoint()
  t.same(worker.log, ['append 1', 'checkpoint'], 'other work need not wait for it')
  worker.answer()
  await until(() => worker.works.length === 3)
  t.ok(performance.now() - startMs >= 19, 'to the precision of timers')
  t.same(worker.log.at(-1), 'append 2')
  worker.answer()
  for (let i = 0; i < BATCH_MAX; i++) append(`${i}`)
  t.same(worker.log.at(-1), `append ${BATCH_MAX}`, 'a full batch waits for nothing')
})

t.test('close does not wait for the distance of commits, and leaves nothing behind', async (t) => {
  const { worker, append, store, told } = fakeStore(60_000)
  append('first')
  worker.answer()
  append('a')
  t.equal(worker.works.length, 1)
  const closed = store.close()
  await turn()
  t.same(worker.log.at(-1), 'append 1')
  worker.answer()
  t.same([told.at(-1), worker.log.at(-1)], [`a ${APPENDED.new}`, 'close'])
  worker.emit('exit', 0)
  await closed
})

t.test('each entry is told what became of it', async (t) => {
  const { worker, append, told } = fakeStore()
  append('a')
  append('b')
  append('c')
  worker.answer({ result: Uint8Array.of(0) })
  worker.answer({ result: Uint8Array.of(1, 0) })
  t.same(told, [`a ${APPENDED.known}`, `b ${APPENDED.new}`, `c ${APPENDED.known}`])
})

t.test('entries go before other work, and other work in its order', async (t) => {
  const { worker, store, append, checkpoint, told } = fakeStore()
  append('a')
  checkpoint()
  store.setPaused('shoes', true, (isDone) => told.push(`pause ${isDone}`))
  store.forget(NOW_S)
  append('b')
  for (let i = 0; i < 5; i++) worker.answer()
  t.same(worker.log, ['append 1', 'append 1', 'checkpoint', 'pause', 'forget'])
  t.same(told, ['a 0', 'b 0', 'checkpoint true', 'pause true'])
})

t.test('an entry of a callback waits for the work that went before it', async (t) => {
  const { worker, store, append, told } = fakeStore()
  store.append(billOf('a'), () => append('c'))
  append('b')
  worker.answer()
  t.same(worker.log, ['append 1', 'append 1'])
  worker.answer()
  worker.answer()
  t.same(told, ['b 0', 'c 0'])
})

t.test('a queue that is full takes no entry, and tells it at once', async (t) => {
  const { worker, append, store, told } = fakeStore()
  append('out')
  for (let i = 0; i < WAITING_MAX; i++) if (!append(`${i}`)) t.fail(`entry ${i} finds room`)
  t.equal(append('over'), false)
  t.equal(store.waitingCount, WAITING_MAX)
  worker.answer()
  t.equal(append('after'), true, 'until a batch has left')
  while (store.waitingCount > 0) worker.answer()
  worker.answer()
  t.equal(told.length, WAITING_MAX + 2)
  t.notOk(told.some((line) => line.startsWith('over')))
})

t.test('other work that finds no room is told that it was not done', async (t) => {
  const { checkpoint, append, told } = fakeStore()
  append('a')
  for (let i = 0; i < JOBS_MAX; i++) checkpoint()
  t.same(told, [])
  checkpoint()
  t.same(told, ['checkpoint false'])
})

t.test(
  'a write that fails is told to all of its batch, and nothing is writable until one does not',
  async (t) => {
    const { worker, store, append, checkpoint, told, faults } = fakeStore()
    append('a')
    append('b')
    append('c')
    worker.answer()
    t.ok(store.isWritable)
    worker.answer({ fault: 'disk full', result: undefined })
    t.same(told, [`a ${APPENDED.new}`, `b ${APPENDED.failed}`, `c ${APPENDED.failed}`])
    t.same(faults, ['the ledger cannot be written: disk full'])
    t.notOk(store.isWritable)
    checkpoint()
    worker.answer({ fault: 'disk full', result: undefined })
    t.equal(told.at(-1), 'checkpoint false')
    t.notOk(store.isWritable)
    t.ok(append('d'), 'entries are tried all the same')
    worker.answer()
    t.equal(told.at(-1), `d ${APPENDED.new}`)
    t.ok(store.isWritable)
  },
)

t.test('a callback that throws is reported, and the others are told', async (t) => {
  const { worker, store, append, checkpoint, told, faults } = fakeStore()
  const bug = (what: string) => () => {
    throw new Error(`a bug in ${what}`)
  }
  append('a')
  store.append(billOf('b'), bug('an entry'))
  append('c')
  store.checkpoint([], [], bug('a checkpoint'))
  checkpoint()
  for (let i = 0; i < 4; i++) worker.answer()
  t.same(told, ['a 0', 'c 0', 'checkpoint true'])
  t.same(faults, ['a bug in an entry', 'a bug in a checkpoint'])
  t.ok(store.isWritable)
})

t.test('a worker that ends fails all that waits, and takes no more', async (t) => {
  const { worker, store, append, checkpoint, told, faults } = fakeStore()
  const wanted = ['a', 'b', 'c'].map((id) => `${id} ${APPENDED.failed}`)
  append('a')
  store.checkpoint([], [], () => {
    throw new Error('a bug')
  })
  checkpoint()
  append('b')
  append('c')
  worker.emit('error', new Error('out of memory'))
  worker.emit('exit', 1)
  t.same(faults, ['out of memory', 'a bug'])
  t.same([...told].sort(), [...wanted, 'checkpoint false'])
  t.notOk(store.isWritable)
  t.equal(append('d'), false)
  checkpoint()
  t.equal(told.at(-1), 'checkpoint false')
  t.equal(store.waitingCount, 0)
  await store.close()
})

t.test('close comes behind all that waits, however much that is', async (t) => {
  const { worker, store, append, checkpoint } = fakeStore()
  append('a')
  for (let i = 0; i < JOBS_MAX; i++) checkpoint()
  append('b')
  const closed = store.close()
  await turn()
  for (let i = 0; i < JOBS_MAX + 2; i++) worker.answer()
  t.same(worker.log.slice(-2), ['checkpoint', 'close'])
  worker.answer()
  worker.emit('exit', 0)
  await closed
  t.equal(append('c'), false)
})

// From here on with a real thread and a real disk.

type RealStore = Awaited<ReturnType<typeof realStore>>

async function realStore(directory: string) {
  const faults: string[] = []
  const onFault = ({ message }: Error) => faults.push(message)
  const retention = { billedS: DAY_S, actedS: DAY_S }
  const { store, loaded } = await openStore({ directory, retention, nowS: NOW_S, onFault })
  return { store, loaded, faults }
}

const append = ({ store }: Pick<RealStore, 'store'>, entry: Entry) =>
  new Promise<number>((resolve, reject) => {
    if (!store.append(entry, resolve)) reject(new Error('no room'))
  })

const checkpoint = ({ store }: Pick<RealStore, 'store'>, rows: CheckpointRow[] = []) =>
  new Promise<boolean>((resolve) => store.checkpoint(rows, [], resolve))

/** Waits for what another thread is about to do; the test's own time limit ends it. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await turn()
}

t.test('what was written is there for the next process', async (t) => {
  const directory = join(t.testdir(), 'made', 'when', 'missing')
  const first = await realStore(directory)
  t.equal(first.loaded.campaigns.length, 0)
  t.equal(await append(first, billOf('a')), APPENDED.new)
  t.equal(await append(first, billOf('a')), APPENDED.known)
  t.equal(await checkpoint(first, [rowOf(7)]), true)
  await new Promise((resolve) => first.store.setPaused('boots', true, resolve))
  await first.store.close()
  t.notOk(first.store.isWritable)

  const second = await realStore(directory)
  t.match(second.loaded.campaigns, [
    { id: 'boots', isPaused: 1 },
    { id: 'shoes', spentNanos: 1000, impressions: 1 },
  ])
  t.match(second.loaded.checkpoints, [rowOf(7)])
  t.equal(await append(second, billOf('a')), APPENDED.known)
  await second.store.close()
  t.same([...first.faults, ...second.faults], [])
})

t.test(
  'a large memory is handed over instead of copied, a small one is not, and both come back',
  async (t) => {
    const directory = t.testdir()
    const first = await realStore(directory)
    const large = { name: 'large', bytes: new Uint8Array(100_000).fill(7) }
    const small = { name: 'small', bytes: new Uint8Array(100).fill(8) }
    const isDone = new Promise((resolve) => first.store.checkpoint([], [large, small], resolve))
    t.same([large.bytes.length, small.bytes.length], [0, 100])
    t.equal(await isDone, true)
    await first.store.close()
    const second = await realStore(directory)
    t.same(
      second.loaded.memories.map(({ name, bytes }) => [name, bytes.length, bytes[0], bytes.at(-1)]),
      [
        ['large', 100_000, 7, 7],
        ['small', 100, 8, 8],
      ],
    )
    await second.store.close()
    t.same(first.faults, [])
  },
)

t.test('close writes what waits', async (t) => {
  const directory = t.testdir()
  const first = await realStore(directory)
  const results = Array.from({ length: 2000 }, (_, i) => append(first, billOf(`${i}`)))
  const last = checkpoint(first, [rowOf(9)])
  await first.store.close()
  t.ok((await Promise.all(results)).every((result) => result === APPENDED.new))
  t.equal(await last, true)
  const second = await realStore(directory)
  t.match(second.loaded.campaigns, [{ spentNanos: 2_000_000, impressions: 2000 }])
  t.match(second.loaded.checkpoints, [rowOf(9)])
  await second.store.close()
})

t.test('forget reaches the disk', async (t) => {
  const directory = t.testdir()
  const first = await realStore(directory)
  await append(first, billOf('a', 'who'))
  first.store.forget(NOW_S + 3 * DAY_S)
  await first.store.close()
  const second = await realStore(directory)
  t.same(second.loaded.sights, [])
  t.match(second.loaded.campaigns, [{ spentNanos: 1000 }])
  await second.store.close()
})

t.test('a folder belongs to one store at a time', async (t) => {
  const directory = t.testdir()
  const first = await realStore(directory)
  await t.rejects(realStore(directory), {
    message: `${directory}: in use by another process; give each process a folder of its own with --data`,
  })
  t.equal(await append(first, billOf('a')), APPENDED.new, 'the first is none the worse')
  await first.store.close()
  const second = await realStore(directory)
  await second.store.close()
})

t.test('a folder that cannot be used is refused with its name', async (t) => {
  const file = join(t.testdir({ file: 'text' }), 'file')
  await t.rejects(realStore(file), { message: new RegExp(`^${file}: EEXIST`) })
  const directory = t.testdir({ 'ledger.db': 'not a database, but long enough to be taken for a broken one' })
  await t.rejects(realStore(directory), { message: /file is not a database/ })
})

/** A store whose thread the test has in hand. */
async function storeWithThread(t: Test) {
  const directory = t.testdir()
  const retention = { billedS: DAY_S, actedS: DAY_S }
  const worker = new Worker(new URL('./store-worker.ts', import.meta.url), {
    workerData: { directory, retention, nowS: NOW_S },
  })
  await once(worker, 'message')
  const faults: string[] = []
  const onFault = ({ message }: Error) => faults.push(message)
  const store = new Store({ directory, retention, nowS: NOW_S, onFault }, worker)
  return { directory, worker, store, faults }
}

t.test('a thread that dies fails what it had, and is started again where it stood', async (t) => {
  const { worker, store } = await storeWithThread(t)
  await append({ store }, billOf('a'))
  const results = Array.from({ length: 1000 }, (_, i) => append({ store }, billOf(`${i}`)))
  await worker.terminate()
  const told = await Promise.all(results)
  t.ok(told.filter((result) => result === APPENDED.failed).length >= 1000 - BATCH_MAX)
  t.notOk(store.isWritable)
  t.notOk(store.append(billOf('b'), () => {}))

  store.revive(NOW_S)
  store.revive(NOW_S)
  await until(() => store.isWritable)
  store.revive(NOW_S)
  t.equal(await append({ store }, billOf('a')), APPENDED.known)
  t.equal(await append({ store }, billOf('b')), APPENDED.new)
  await store.close()
})

t.test('what a thread wrote as it died counts as new when it is tried again, and once', async (t) => {
  const directory = t.testdir()
  // Written by whoever dies before it says so.
  const first = await realStore(directory)
  t.equal(await append(first, billOf('a')), APPENDED.new)
  await first.store.close()
  const dying = new FakeWorker()
  const faults: string[] = []
  const onFault = ({ message }: Error) => faults.push(message)
  const retention = { billedS: DAY_S, actedS: DAY_S }
  const store = new Store({ directory, retention, nowS: NOW_S, onFault }, dying as unknown as Worker)
  const failed = append({ store }, billOf('a'))
  dying.emit('exit', 1)
  t.equal(await failed, APPENDED.failed, 'nobody was promised anything')

  store.revive(NOW_S)
  await until(() => store.isWritable)
  t.equal(await append({ store }, billOf('a')), APPENDED.new, 'memory has not booked it yet')
  t.equal(await append({ store }, billOf('a')), APPENDED.known)
  await store.close()
})

t.test('a thread that cannot be started again is reported, and tried again', async (t) => {
  const { directory, worker, store, faults } = await storeWithThread(t)
  await worker.terminate()
  const other = await realStore(directory)
  store.revive(NOW_S)
  await until(() => faults.length > 0)
  t.match(faults, [/in use by another process/])
  await other.store.close()
  await until(() => {
    store.revive(NOW_S)
    return store.isWritable
  })
  t.equal(await append({ store }, billOf('a')), APPENDED.new)
  await store.close()
})

t.test('a store that is closed while its thread starts leaves none behind', async (t) => {
  const { directory, worker, store } = await storeWithThread(t)
  await worker.terminate()
  store.revive(NOW_S)
  await store.close()
  t.notOk(store.isWritable)
  await (await realStore(directory)).store.close()
})

/** Runs a test on a disk of two megabytes, where it can be mounted. */
async function onSmallDisk(t: Test, test: (directory: string) => Promise<void>): Promise<void> {
  const directory = join(t.testdir({ disk: {} }), 'disk')
  const skip = mountSmallDisk(directory)
  if (skip !== '') return void t.pass('a full disk', { skip })
  try {
    await test(directory)
  } finally {
    execFileSync('umount', ['--lazy', directory])
  }
}

/** Gives the reason where there is no such disk. */
function mountSmallDisk(directory: string): string {
  if (process.getuid?.() !== 0) return 'only root mounts a small disk'
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory], { stdio: 'pipe' })
    return ''
  } catch (cause) {
    // Where tests run as root and in earnest, what is not tested is a fault.
    if (process.env.CI === 'true') throw cause
    return 'this machine does not let root mount a small disk'
  }
}

t.test('a full disk loses nothing that was acknowledged, and is used again when there is room', (t) =>
  onSmallDisk(t, async (directory) => {
    const first = await realStore(directory)
    t.equal(await append(first, billOf('before')), APPENDED.new)
    const filler = join(directory, 'filler')
    t.throws(() => writeFileSync(filler, Buffer.alloc(4 << 20)), { code: 'ENOSPC' })

    const large = 'x'.repeat(100_000)
    t.equal(await append(first, billOf('full', large)), APPENDED.failed)
    t.notOk(first.store.isWritable)
    t.match(first.faults, [/^the ledger cannot be written: /])
    for (let i = 0; i < 3; i++) {
      t.equal(await checkpoint(first), false, 'also one that has nothing to say')
      t.notOk(first.store.isWritable)
    }
    t.equal(await append(first, billOf('small')), APPENDED.failed)

    rmSync(filler)
    t.equal(await checkpoint(first), true)
    t.ok(first.store.isWritable)
    for (const bidId of ['full', 'small']) {
      t.equal(await append(first, billOf(bidId, large)), APPENDED.new, 'what had failed is new yet')
    }
    t.equal(await append(first, billOf('before')), APPENDED.known)
    await first.store.close()
    const second = await realStore(directory)
    t.match(second.loaded.campaigns, [{ spentNanos: 3000, impressions: 3 }])
    await second.store.close()
  }),
)
