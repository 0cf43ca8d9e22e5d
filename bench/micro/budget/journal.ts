/**
 * Bills onto the disk: what an entry costs by how many share a commit, and how long they wait for their store's thread.
 * `synchronous = normal` is rejected: it is faster because a power cut may take back what was acknowledged.
 *
 * The files lie in the system's folder for temporary ones (`TMPDIR`): where that is memory, a commit waits for nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Journal } from '../../../src/budget/journal.ts'
import { ENTRY_KIND, type Entry } from '../../../src/budget/journal-rows.ts'
import { openStore } from '../../../src/budget/store.ts'
import type { AsyncMicroBench, MicroBench } from '../measure.ts'

const NOW_S = 1_780_000_000
const CAMPAIGNS = 100
const retention = { billedS: 172_800, actedS: 172_800 }

const directory = mkdtempSync(join(tmpdir(), 'journal-'))
process.on('exit', () => rmSync(directory, { recursive: true }))

let entryCount = 0
/** No two have the same bid. */
function nextEntry(): Entry {
  const i = entryCount++
  return {
    kind: ENTRY_KIND.bill,
    bidId: `${(Math.imul(i, 0x9e3779b1) >>> 0).toString(36)}-${i}`,
    campaignId: `campaign ${i % CAMPAIGNS}`,
    creativeId: `creative ${i % 7}`,
    day: 20_601,
    flightDay: 20_600,
    bidAtS: NOW_S,
    atS: NOW_S,
    paidNanos: 1_234_567,
    clickProbability: 0.01,
    propensity: 1,
    pairKey: '0123456789abcdef',
  }
}
const nextEntries = (length: number) => Array.from({ length }, nextEntry)

function journalOf(synchronous: 'full' | 'normal'): Journal {
  const { exec } = DatabaseSync.prototype
  // The journal offers no other way.
  DatabaseSync.prototype.exec = function (sql) {
    exec.call(this, sql.replace('synchronous = full', `synchronous = ${synchronous}`))
  }
  const journal = new Journal(join(directory, `${synchronous}.db`), retention)
  DatabaseSync.prototype.exec = exec
  return journal
}

/** Books this many at a time; gives how many of the last were new. */
function book(journal: Journal, commitEntries: number): (count: number) => number {
  return (count) => {
    let newCount = 0
    for (let booked = 0; booked < count; booked += commitEntries)
      newCount = journal.append(nextEntries(Math.min(commitEntries, count - booked)))[0]
    return newCount
  }
}

const full = journalOf('full')
const normal = journalOf('normal')

export const benches: MicroBench[] = [
  {
    name: 'budget: book a bill',
    unit: 'entry',
    count: 256,
    cases: [
      { name: '256 a commit', run: book(full, 256) },
      { name: '32 a commit', run: book(full, 32) },
      { name: 'a commit for each', run: book(full, 1) },
      { name: '256 a commit, not synchronous', run: book(normal, 256) },
      { name: '32 a commit, not synchronous', run: book(normal, 32) },
      { name: 'a commit for each, not synchronous', run: book(normal, 1) },
    ],
  },
]

async function openCases(): ReturnType<AsyncMicroBench['open']> {
  const onFault = (fault: Error) => {
    throw fault
  }
  const { store } = await openStore({ directory: join(directory, 'store'), retention, nowS: NOW_S, onFault })
  const append = (entry: Entry) => new Promise<number>((resolve) => store.append(entry, resolve))
  const together = async (length: number) => {
    const results = await Promise.all(nextEntries(length).map(append))
    return results.length
  }
  const apart = async (length: number) => {
    for (const entry of nextEntries(length)) await append(entry)
    return length
  }
  return {
    cases: [
      { name: '1 entry', run: () => together(1) },
      { name: '32 entries, which share two commits', run: () => together(32) },
      { name: '256 entries, which share two commits', run: () => together(256) },
      { name: '32 entries, a commit for each', run: () => apart(32) },
    ],
    close: () => store.close(),
  }
}

export const asyncBenches: AsyncMicroBench[] = [
  { name: 'budget: wait until all entries are on the disk', unit: 'set', count: 10, open: openCases },
]
