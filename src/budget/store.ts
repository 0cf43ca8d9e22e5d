/**
 * The journal as the loop sees it: hands work to the worker thread and tells when it is on the disk.
 *
 * Group commit: one piece of work is out at a time, and the entries that come meanwhile leave together behind it, so
 * that a commit costs one entry or a thousand the same wait. Commits keep a distance: an entry that comes alone leaves at
 * once, in a storm of them many share one. The queue is bounded; when it is full, or the disk does not take what is written, the caller is told so and nobody is promised anything.
 *
 * A worker that dies fails what it had and is started again, by the next tick. What it may have written all the same
 * counts as new when it is tried again.
 */
import { Worker } from 'node:worker_threads'
import type { Retention } from './journal.ts'
import { type CheckpointRow, type Entry, isLarge, type Loaded, type Memory } from './journal-rows.ts'
import type { Done, Opened, StoreWorkerData, Work } from './store-worker.ts'

const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './store-worker.ts' : './store-worker.js',
  import.meta.url,
)

/** What became of an entry. */
export const APPENDED = { new: 0, known: 1, failed: 2 } as const

export type StoreOptions = {
  readonly directory: string
  readonly retention: Retention
  readonly nowS: number
  readonly onFault: (fault: Error) => void
  /** From the start of one commit to that of the next, in milliseconds; 0 unless given. */
  readonly commitGapMs?: number
}

type Waiting = { readonly entry: Entry; readonly done: (result: number) => void }
type Job = { readonly work: Work; readonly done: (answer: Done) => void }

/** Entries that wait: a second's worth of the most notices that the port takes. */
const WAITING_MAX = 20_000
/** Entries of one commit: some ten milliseconds of work, so that a tick need not wait longer. */
const BATCH_MAX = 512
const JOBS_MAX = 64

/** Opens the store; rejects with a sentence when it cannot be used. */
export async function openStore(
  options: StoreOptions,
): Promise<{ readonly store: Store; readonly loaded: Loaded }> {
  const { worker, loaded } = await openWorker(options)
  return { store: new Store(options, worker), loaded }
}

/** A worker that has the files open. */
function openWorker({
  directory,
  retention,
  nowS,
}: StoreOptions): Promise<{ worker: Worker; loaded: Loaded }> {
  const workerData: StoreWorkerData = { directory, retention, nowS }
  const worker = new Worker(WORKER_FILE, { workerData })
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', ({ fault, loaded }: Opened) => {
      worker.removeListener('error', reject)
      if (loaded !== undefined) resolve({ worker, loaded })
      else worker.terminate().then(() => reject(new Error(fault)))
    })
  })
}

export class Store {
  readonly #options: StoreOptions
  #isWritable = true
  /** Undefined from the end of one worker to the start of the next. */
  #worker: Worker | undefined
  #opening: Promise<void> | undefined
  #waiting: Waiting[] = []
  #jobs: Job[] = []
  /** What the worker has in hand. */
  #current: Job | undefined
  /** When the last commit of entries began, on the monotonic clock. */
  #committedMs = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #isClosing = false
  /** Entries that a worker had in hand when it ended: they may be on the disk though nobody was told. */
  readonly #unsure = new Set<string>()

  constructor(options: StoreOptions, worker: Worker) {
    this.#options = options
    this.#adopt(worker)
  }

  /** False from a write that failed to the next that did not. */
  get isWritable(): boolean {
    return this.#isWritable && this.#worker !== undefined
  }

  get waitingCount(): number {
    return this.#waiting.length
  }

  /** Calls back when the entry is on the disk, or will not be. False when there is no room: nothing is called then. */
  append(entry: Entry, done: (result: number) => void): boolean {
    if (this.#worker === undefined || this.#waiting.length >= WAITING_MAX) return false
    this.#waiting.push({ entry, done })
    this.#next()
    return true
  }

  /** @param done told whether it was written. */
  checkpoint(
    rows: readonly CheckpointRow[],
    memories: readonly Memory[],
    done: (isDone: boolean) => void,
  ): void {
    this.#enqueue({ kind: 'checkpoint', rows, memories }, done)
  }

  setPaused(campaign: string, isPaused: boolean, done: (isDone: boolean) => void): void {
    this.#enqueue({ kind: 'pause', campaign, isPaused }, done)
  }

  /** Drops what has expired. */
  forget(nowS: number): void {
    this.#enqueue({ kind: 'forget', nowS }, () => {})
  }

  /** Starts the worker again if it has ended. */
  revive(nowS: number): void {
    if (this.#worker !== undefined || this.#opening !== undefined) return
    this.#opening = openWorker({ ...this.#options, nowS })
      .then(({ worker }) => this.#adopt(worker), this.#options.onFault)
      .finally(() => {
        this.#opening = undefined
      })
  }

  /** Writes what waits, and closes the files. */
  async close(): Promise<void> {
    await this.#opening
    const worker = this.#worker
    if (worker === undefined) return
    this.#isClosing = true
    clearTimeout(this.#timer)
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    this.#jobs.push({ work: { kind: 'close' }, done: () => {} })
    this.#next()
    await ended
  }

  #adopt(worker: Worker): void {
    this.#worker = worker
    worker.on('message', (answer: Done) => this.#finish(answer))
    worker.on('error', this.#options.onFault)
    worker.on('exit', () => {
      this.#worker = undefined
      this.#fail()
    })
  }

  #enqueue(work: Work, done: (isDone: boolean) => void): void {
    if (this.#worker === undefined || this.#jobs.length >= JOBS_MAX) {
      done(false)
      return
    }
    this.#jobs.push({ work, done: ({ fault }) => this.#tell(done, fault === '') })
    this.#next()
  }

  #finish(answer: Done): void {
    const job = this.#current!
    this.#current = undefined
    if (answer.fault !== '') this.#options.onFault(new Error(`the ledger cannot be written: ${answer.fault}`))
    this.#isWritable = answer.fault === ''
    this.#next()
    job.done(answer)
  }

  /** Nothing that waits for a worker that has ended will be written. */
  #fail(): void {
    const work = this.#current?.work
    if (work?.kind === 'append') for (const entry of work.entries) this.#unsure.add(nameOf(entry))
    const jobs = [...(this.#current === undefined ? [] : [this.#current]), ...this.#jobs]
    while (this.#waiting.length > 0) jobs.push(this.#batch())
    this.#current = undefined
    this.#jobs = []
    for (const { done } of jobs) done({ fault: 'the worker has ended', result: undefined })
  }

  /** Entries go before other work, which may wait a commit. */
  #next(): void {
    if (this.#current !== undefined || this.#worker === undefined) return
    const job = this.#isBatchDue() ? this.#batch() : this.#jobs.shift()
    if (job === undefined) return
    this.#current = job
    this.#worker.postMessage(job.work, largeBuffersOf(job.work))
  }

  /** Whether entries wait and the last commit is long enough ago; if it is not, they are looked at again when it is. */
  #isBatchDue(): boolean {
    if (this.#waiting.length === 0) return false
    if (this.#isClosing) return true
    const gapMs = this.#committedMs + (this.#options.commitGapMs ?? 0) - performance.now()
    if (gapMs <= 0 || this.#waiting.length >= BATCH_MAX) return true
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#next()
    }, gapMs)
    return false
  }

  #batch(): Job {
    const batch = this.#waiting.slice(0, BATCH_MAX)
    this.#waiting = this.#waiting.slice(BATCH_MAX)
    this.#committedMs = performance.now()
    return {
      work: { kind: 'append', entries: batch.map(({ entry }) => entry) },
      done: ({ result }) => {
        batch.forEach(({ entry, done }, i) => {
          const isKnown = result?.[i] === 0 && !this.#unsure.delete(nameOf(entry))
          const added = isKnown ? APPENDED.known : APPENDED.new
          this.#tell(done, result === undefined ? APPENDED.failed : added)
        })
      },
    }
  }

  /** A bug of one caller is not another's. */
  #tell<Result>(done: (result: Result) => void, result: Result): void {
    try {
      done(result)
    } catch (bug) {
      this.#options.onFault(bug as Error)
    }
  }
}

function nameOf({ kind, bidId }: Entry): string {
  return `${kind} ${bidId}`
}

/** What is handed over instead of being copied, twice. The sender is done with it. */
function largeBuffersOf(work: Work): ArrayBuffer[] {
  if (work.kind !== 'checkpoint') return []
  return work.memories.filter(isLarge).map(({ bytes }) => bytes.buffer as ArrayBuffer)
}
