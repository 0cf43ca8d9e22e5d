/**
 * The worker thread that writes the journal: takes one piece of work at a time and answers it in the same order. A
 * piece that fails leaves the journal as it was; the answer is the reason, and the next piece is tried all the same.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { Journal, type Retention } from './journal.ts'
import { type CheckpointRow, type Entry, isLarge, type Loaded, type Memory } from './journal-rows.ts'

export type StoreWorkerData = {
  readonly directory: string
  readonly retention: Retention
  readonly nowS: number
}

export type Work =
  | { readonly kind: 'append'; readonly entries: readonly Entry[] }
  | {
      readonly kind: 'checkpoint'
      readonly rows: readonly CheckpointRow[]
      readonly memories: readonly Memory[]
    }
  | { readonly kind: 'pause'; readonly campaign: string; readonly isPaused: boolean }
  | { readonly kind: 'forget'; readonly nowS: number }
  | { readonly kind: 'close' }

/** The first message: what is on the disk, or why it cannot be used. */
export type Opened = { readonly fault: string; readonly loaded: Loaded | undefined }
/** `fault` is '' when the work is done. */
export type Done = { readonly fault: string; readonly result: Uint8Array | undefined }

const { directory, retention, nowS } = workerData as StoreWorkerData
const port = parentPort!
const lock = open()

function open(): DatabaseSync | undefined {
  try {
    mkdirSync(directory, { recursive: true })
    const lock = lockOf(directory)
    const journal = new Journal(join(directory, 'ledger.db'), retention)
    port.on('message', (work: Work) => port.postMessage(done(journal, work)))
    port.postMessage({ fault: '', loaded: journal.load(nowS) } satisfies Opened)
    return lock
  } catch (cause) {
    port.postMessage({
      fault: `${directory}: ${(cause as Error).message}`,
      loaded: undefined,
    } satisfies Opened)
    return undefined
  }
}

/** A lock that the system frees when the process ends, however it ends. */
function lockOf(directory: string): DatabaseSync {
  const lock = new DatabaseSync(join(directory, 'lock.db'))
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch {
    throw new Error('in use by another process; give each process a folder of its own with --data')
  }
  return lock
}

function done(journal: Journal, work: Work): Done {
  try {
    return { fault: '', result: perform(journal, work) }
  } catch (cause) {
    return { fault: (cause as Error).message, result: undefined }
  }
}

function perform(journal: Journal, work: Work): Uint8Array | undefined {
  switch (work.kind) {
    case 'append':
      return journal.append(work.entries)
    case 'checkpoint':
      journal.checkpoint(work.rows, work.memories)
      // Given back now: megabytes would lie here until the next collection, which may be far.
      for (const { bytes } of work.memories.filter(isLarge)) (bytes.buffer as ArrayBuffer).transfer(0)
      return undefined
    case 'pause':
      journal.setPaused(work.campaign, work.isPaused)
      return undefined
    case 'forget':
      journal.forget(work.nowS)
      return undefined
    case 'close':
      journal.close()
      lock?.close()
      port.close()
      return undefined
  }
}
