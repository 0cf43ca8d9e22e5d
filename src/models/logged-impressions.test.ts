/**
 * The scripts of python/ learn from an event log, too: segments written here by what their first line says, and by nothing
 * else of the program.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { systemClock } from '../base/clock.ts'
import { hashText } from '../base/hash.ts'
import { Prng } from '../base/prng.ts'
import { runPython, skipWithout } from '../testing/python.ts'
import { loadModel } from './load.ts'
import { tryModel } from './trial.ts'

const skip = skipWithout('sklearn')

const HEADER_BYTES = 8192
const START_MS = Date.UTC(2026, 0, 1)

type Field = { name: string; type: '<f8' | '<f4' | '<u4' | '|u1' | '|S28'; offset: number }
type Log = Readonly<Record<string, number | string>>[]

/** @param cut bytes that are missing at the end. */
function segment(fields: readonly Field[], recordBytes: number, records: Log, cut = 0): Buffer {
  const header = { log: 'peregrine events', layoutVersion: 1, recordBytes, fields, names: { kind: KINDS } }
  const bytes = Buffer.alloc(HEADER_BYTES + records.length * recordBytes)
  bytes.write(`${JSON.stringify(header).padEnd(HEADER_BYTES - 1)}\n`)
  for (const [row, record] of records.entries()) {
    for (const { name, type, offset } of fields) {
      const at = HEADER_BYTES + row * recordBytes + offset
      if (type === '|S28') bytes.write(record[name] as string, at)
      else NUMBER[type](bytes, record[name] as number, at)
    }
  }
  return bytes.subarray(0, bytes.length - cut)
}

const NUMBER = {
  '<f8': (bytes: Buffer, value: number, at: number) => bytes.writeDoubleLE(value, at),
  '<f4': (bytes: Buffer, value: number, at: number) => bytes.writeFloatLE(value, at),
  '<u4': (bytes: Buffer, value: number, at: number) => bytes.writeUInt32LE(value, at),
  '|u1': (bytes: Buffer, value: number, at: number) => bytes.writeUInt8(value, at),
}

const KINDS = ['win', 'bill', 'click']
const TEXTS = ['os', 'country', 'device', 'hour', 'category', 'advertiser']
const NUMBERS = ['floor_cpm', 'slot_width', 'ad_duration']
const BID_FIELDS: Field[] = [
  { name: 'atMs', type: '<f8', offset: 0 },
  { name: 'bidId', type: '|S28', offset: 8 },
  ...TEXTS.map((name, at): Field => ({ name, type: '<u4', offset: 36 + 4 * at })),
  ...NUMBERS.map((name, at): Field => ({ name, type: '<f4', offset: 60 + 4 * at })),
]
const BID_BYTES = 72
const NOTICE_FIELDS: Field[] = [
  { name: 'bidId', type: '|S28', offset: 0 },
  { name: 'kind', type: '|u1', offset: 28 },
]

const prng = new Prng(5)
const textHash = (...texts: string[]) => hashText(prng.pick(texts))

/** Bids on iOS are clicked more often; every fifth is not billed. */
const bids = Array.from({ length: 3000 }, (_, at) => ({
  atMs: START_MS + at,
  bidId: `a-${at.toString(36)}`,
  os: textHash('iOS', 'Android', ''),
  country: textHash('USA', 'DEU'),
  device: textHash('0', '1'),
  hour: textHash('9', '21'),
  category: textHash('IAB1', 'IAB2', 'IAB3'),
  advertiser: textHash('shoes', 'bank'),
  floor_cpm: prng.below(4) === 0 ? Number.NaN : prng.unit() * 3,
  slot_width: prng.pick([300, 320]),
  ad_duration: prng.pick([0, 15]),
}))
const billed = bids.filter((_, at) => at % 5 > 0)
const clicked = bids.filter(({ os }) => prng.unit() < (os === hashText('iOS') ? 0.2 : 0.05))
const notices = [
  ...bids.map(({ bidId }) => ({ bidId, kind: KINDS.indexOf('win') })),
  ...clicked.map(({ bidId }) => ({ bidId, kind: KINDS.indexOf('click') })),
  ...billed.map(({ bidId }) => ({ bidId, kind: KINDS.indexOf('bill') })),
]

/** Two segments of bids, the later one first, and with a feature more; the last notice of all is cut off. */
function writeLog(folder: string): string {
  const events = join(folder, 'events')
  mkdirSync(events)
  const more = [...BID_FIELDS, { name: 'deal', type: '<u4', offset: BID_BYTES } as const]
  const later = bids.slice(1000).map((bid) => ({ ...bid, deal: 1 }))
  writeFileSync(join(events, 'bids-1-0.seg'), segment(more, BID_BYTES + 8, later))
  writeFileSync(join(events, 'bids-2-0.seg'), segment(BID_FIELDS, BID_BYTES, bids.slice(0, 1000)))
  writeFileSync(join(events, 'notices-1-0.seg'), segment(NOTICE_FIELDS, 29, [...notices, notices[0]], 5))
  return events
}

const READ = `
import json, sys; sys.path.insert(0, 'python')
import event_log
rows, clicks = event_log.read(sys.argv[1])
print(json.dumps([row['bidId'].decode() for row in rows]))
print(json.dumps([row['bidId'].decode() for row in rows[clicks == 1]]))
print(rows.dtype.names)
`

t.test('an impression is a bid that was billed, and clicks find it', { skip }, async (t) => {
  const { stdout, stderr } = runPython('-c', READ, writeLog(t.testdir({})))
  if (stdout === '') return t.fail(stderr)
  const [impressions, clicks, names] = stdout.split('\n')
  const idsOf = (these: readonly { bidId: string }[]) => these.map(({ bidId }) => bidId)
  t.same(JSON.parse(impressions), idsOf(billed))
  t.same(JSON.parse(clicks), idsOf(billed.filter((bid) => clicked.includes(bid))))
  t.notMatch(names, 'deal')
})

t.test(
  'a version that learnt from an event log is served, and its model knows what was in it',
  { skip },
  async (t) => {
    const folder = t.testdir({})
    const flags = ['--events', writeLog(folder), '--out', folder, '--version', 'logged']
    const { status, stderr } = runPython('python/train_sklearn.py', ...flags)
    if (status !== 0) return t.fail(stderr)
    const loaded = await loadModel(join(folder, 'ctr', 'logged'))
    if ('faults' in loaded) return t.fail(loaded.faults.join('\n'))
    const { model } = loaded
    const { faults } = await tryModel(model, { rowsMax: 64, batchMsMax: 5000, clock: systemClock })
    t.same(faults, [])
    t.same(model.manifest.training, {
      ...model.manifest.training,
      window: '2026-01-01/2026-01-01',
      rows: billed.length * 0.8,
    })
    t.ok(model.manifest.quality.auc > 0.55, `auc ${model.manifest.quality.auc}`)
  },
)

t.test('a folder without a log is told', { skip }, async (t) => {
  const folder = t.testdir({})
  const { status, stderr } = runPython('python/train_sklearn.py', '--events', folder, '--out', folder)
  t.equal(status, 1)
  t.match(stderr, /^\S+ has no bids-\*\.seg; name the events folder of a bidder that keeps a log\n$/)
})
