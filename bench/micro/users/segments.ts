/**
 * Finding a user's segments among 10 million users, against a map of as many numbers as one can hold, and reading a
 * segment file of a million. The size of the table is in the name of its bench.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Prng } from '../../../src/base/prng.ts'
import { SegmentEntries } from '../../../src/users/segment-entries.ts'
import { readSegmentFile } from '../../../src/users/segment-file.ts'
import { SegmentSets } from '../../../src/users/segment-sets.ts'
import { SegmentTable } from '../../../src/users/segments.ts'
import { UserKeys } from '../../../src/users/user-key.ts'
import type { AsyncMicroBench, MicroBench } from '../measure.ts'

const isSmoke = process.argv.includes('--smoke')
const USERS = isSmoke ? 10_000 : 10_000_000
const LINES = isSmoke ? 1000 : 1_000_000
const SETS = 1000
const QUERIES = 1 << 16

const prng = new Prng(1)
const sets = new SegmentSets()
for (let set = 0; set < SETS; set++) sets.setOf(segmentsOf(set))

/** A set for each number: five segments of 200. */
function segmentsOf(set: number): string {
  return Array.from({ length: 5 }, (_, i) => `segment-${(set * (i + 1) * 7 + i) % 200}`).join()
}

/** Every other query is for a user of the table. */
const queries = new Uint32Array(2 * QUERIES)
const entries = new SegmentEntries()
const mapped = new Map<number, number>()
for (let user = 0; user < USERS; user++) {
  const hi = prng.uint32()
  const lo = prng.uint32()
  entries.add(hi, lo, user % SETS)
  mapped.set(lo, user % SETS)
  if (user < QUERIES) queries.set(user % 2 === 0 ? [hi, lo] : [lo, hi], 2 * user)
}
const { slots, userCount } = await entries.intoSlots(async () => {})
const table = new SegmentTable(slots, userCount, sets.compile())

function findAll(count: number): number {
  let found = 0
  for (let i = 0; i < count; i++) {
    const at = 2 * (i % Math.min(QUERIES, USERS))
    if (table.find(queries[at], queries[at + 1]) >= 0) found++
  }
  return found
}

function findMapped(count: number): number {
  let found = 0
  for (let i = 0; i < count; i++) {
    if (mapped.has(queries[2 * (i % Math.min(QUERIES, USERS)) + 1])) found++
  }
  return found
}

export const benches: MicroBench[] = [
  {
    name: `users: find one of ${USERS} users in ${(table.byteLength / 1e6).toFixed(1)} MB`,
    unit: 'user',
    count: 1 << 20,
    cases: [
      { name: 'slots of fingerprints', run: findAll },
      { name: 'a Map of half a key', run: findMapped },
    ],
  },
]

async function openFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'segments-'))
  const content = Array.from({ length: LINES }, (_, i) => `${randomUUID()}\t${segmentsOf(i % SETS)}\n`).join(
    '',
  )
  const plain = join(folder, 'segments.tsv')
  const packed = `${plain}.gz`
  writeFileSync(plain, content)
  writeFileSync(packed, gzipSync(content))
  const keys = new UserKeys(1)
  const read = async (file: string): Promise<number> => {
    const result = await readSegmentFile(file, keys)
    return 'faults' in result ? Number.NaN : result.table.userCount
  }
  return {
    cases: [
      { name: `plain, ${(content.length / 1e6).toFixed(1)} MB`, run: () => read(plain) },
      { name: 'packed', run: () => read(packed) },
    ],
    close: async () => rmSync(folder, { recursive: true }),
  }
}

export const asyncBenches: AsyncMicroBench[] = [
  { name: `users: read a file of ${LINES} users`, unit: 'file', count: 1, open: openFiles },
]
