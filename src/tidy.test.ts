/**
 * Keeps the architecture: who may import whom, what a hot room may not do, and that every file is used.
 * Taste is left to the reader.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const SRC = fileURLToPath(new URL('.', import.meta.url))

/** The ring of each room. A room imports only from lower rings; files in `src/` itself are ring 6. */
const RING: Record<string, number> = {
  base: 0,
  openrtb: 1,
  telemetry: 1,
  privacy: 2,
  supply: 2,
  exchange: 2,
  targeting: 2,
  features: 2,
  inference: 2,
  pricing: 2,
  budget: 2,
  users: 2,
  events: 2,
  bidding: 3,
  notices: 3,
  catalog: 3,
  learning: 3,
  models: 3,
  ingress: 4,
  admin: 4,
  config: 5,
}
const ROOT_RING = 6

const HOT_ROOMS = [
  'openrtb',
  'privacy',
  'supply',
  'exchange',
  'targeting',
  'features',
  'inference',
  'pricing',
  'budget',
  'users',
  'events',
  'bidding',
  'notices',
  'ingress',
]
/** Files of hot rooms that run when the catalog or a model changes, at start, in a worker, behind the loop's back, or for a person. */
const COLD_FILES = new Set([
  'targeting/compile.ts',
  'targeting/rows.ts',
  'inference/worker.ts',
  'openrtb/response-check.ts',
  'budget/journal.ts',
  'budget/store.ts',
  'budget/store-worker.ts',
  'budget/journal-reading.ts',
  'users/segment-file.ts',
  'users/segment-entries.ts',
  'bidding/recall.ts',
  'events/event-writer.ts',
  'events/segments.ts',
  'events/segment-store.ts',
  'events/header.ts',
  'events/segment-cursor.ts',
  'events/bid-merge.ts',
  'events/feature-columns.ts',
  'events/impression-walk.ts',
  'events/impressions.ts',
  'events/plain-records.ts',
])

const ENTRY_FILES = new Set(['cli.ts', 'inference/worker.ts', 'budget/store-worker.ts'])

type Source = { path: string; room: string; text: string; imports: string[] }

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map(readSource)
const shipped = sources.filter(({ path, room }) => !isTestFile(path) && room !== 'testing')

t.test('a room imports only from lower rings', async (t) => {
  const wrong = shipped.flatMap(({ path, room, imports }) =>
    imports
      .map(roomOf)
      .filter((target) => target !== room && ringOf(target) >= ringOf(room))
      .map((target) => `${path} imports from ${target}`),
  )
  t.same(wrong, [])
})

t.test('every room has a ring', async (t) => {
  const rooms = new Set(shipped.map(({ room }) => room).filter((room) => room !== ''))
  t.same(
    [...rooms].filter((room) => RING[room] === undefined),
    [],
  )
})

t.test('testing is imported by tests alone', async (t) => {
  const wrong = shipped.filter(({ imports }) => imports.some((target) => roomOf(target) === 'testing'))
  t.same(
    wrong.map(({ path }) => path),
    [],
  )
})

const BANNED: readonly (readonly [string, RegExp, (path: string) => boolean])[] = [
  ['throws', /\bthrow\b/, () => false],
  ['awaits', /\bawait\b/, (path) => path === 'bidding/bid.ts' || path.startsWith('inference/')],
  ['reads ambient time', /\b(Date\.now|performance\.now|new Date)\b/, () => false],
  ['draws ambient randomness', /\bMath\.random\b|\brandomBytes\b|\bgetRandomValues\b/, () => false],
  ['reads the environment', /\bprocess\.env\b/, () => false],
  ['logs', /\bconsole\.|\bpino\b/, () => false],
]

for (const [what, pattern, isExempt] of BANNED) {
  t.test(`no file of a hot room ${what}`, async (t) => {
    const wrong = shipped
      .filter(({ path, room }) => HOT_ROOMS.includes(room) && !COLD_FILES.has(path) && !isExempt(path))
      .filter(({ text }) => pattern.test(withoutComments(text)))
    t.same(
      wrong.map(({ path }) => path),
      [],
    )
  })
}

t.test('the story of a bid awaits once', async (t) => {
  const bid = shipped.find(({ path }) => path === 'bidding/bid.ts')!
  t.equal(withoutComments(bid.text).match(/\bawait\b/g)?.length, 1)
})

t.test('a request body is never parsed to objects', async (t) => {
  const wrong = shipped
    .filter(({ path, room }) => (room === 'bidding' || room === 'ingress') && !COLD_FILES.has(path))
    .filter(({ text }) => /\bJSON\.parse\b/.test(withoutComments(text)))
  t.same(
    wrong.map(({ path }) => path),
    [],
  )
})

t.test('every file is used', async (t) => {
  const used = new Set(sources.flatMap(({ imports }) => imports))
  const wrong = sources
    .map(({ path }) => path)
    .filter((path) => !used.has(path) && !ENTRY_FILES.has(path) && !path.endsWith('.test.ts'))
  t.same(
    wrong.filter((path) => !isUsedOutside(path)),
    [],
  )
})

function readSource(path: string): Source {
  const text = readFileSync(join(SRC, path), 'utf8')
  const imports = Array.from(text.matchAll(/(?:from|import) '(\.[^']+)'/g), ([, target]) =>
    relative(SRC, resolve(SRC, dirname(path), target)),
  )
  return { path, room: roomOf(path), text, imports }
}

function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}

function ringOf(room: string): number {
  return room === '' ? ROOT_RING : (RING[room] ?? -1)
}

function isTestFile(path: string): boolean {
  return /\.(test|suite|soak)\.ts$/.test(path)
}

/** Whether the benches or the model's training import the file: they are part of the project too. */
function isUsedOutside(path: string): boolean {
  const bench = join(SRC, '..', 'bench')
  return readdirSync(bench, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .some((file) => readFileSync(join(bench, file), 'utf8').includes(`src/${path}'`))
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}
