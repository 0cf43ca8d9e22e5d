// `rates.json` of a catalog: read whole, or refused with its place.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ManualClock } from '../testing/clock.ts'
import { formatFault } from './fault.ts'
import { loadCatalog } from './load.ts'
import { loadRates } from './rates.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 12)
const TABLE = { base: 'EUR', date: '2026-01-05', rates: { USD: 1.17, JPY: 184.2 } }

/** Text stays as it is, anything else becomes JSON, `undefined` is no file. */
function directoryOf(t: Test, content: unknown): string {
  const directory = t.testdir({ advertisers: {}, campaigns: {}, creatives: {} })
  const text = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content)
  if (content !== undefined) writeFileSync(join(directory, 'rates.json'), text)
  return directory
}

async function faultsOf(t: Test, content: unknown): Promise<string[]> {
  const loaded = await loadRates(directoryOf(t, content), NOW_MS)
  return 'faults' in loaded ? loaded.faults.map(formatFault) : []
}

t.test('a table is read as it stands, and none is none', async (t) => {
  t.strictSame(await loadRates(directoryOf(t, TABLE), NOW_MS), { rates: TABLE })
  t.strictSame(await loadRates(directoryOf(t, undefined), NOW_MS), { rates: undefined })
  t.strictSame(await faultsOf(t, `\ufeff${JSON.stringify(TABLE)}\n`), [], 'behind a byte order mark')
  t.strictSame(await faultsOf(t, { ...TABLE, rates: { USD: 1.17 } }), [])
  t.strictSame(
    await faultsOf(t, { base: 'USD', date: '2026-01-06', rates: {} }),
    [],
    'where the day has begun',
  )
})

/** Each row: what is in the file, and its faults. */
const FAULTS: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['nothing', '', ['is not JSON at line 1, column 1: the file is empty']],
  ['no JSON', '{"base":}', ['is not JSON at line 1, column 9: unexpected }']],
  [
    'more than one object',
    '{}{}',
    ['is not JSON at line 1, column 3: unexpected {; several objects in one file belong in an array'],
  ],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), ['is not UTF-8; save it in that encoding']],
  ['no object', 5, ['must be an object, not 5']],
  ['null', null, ['must be an object, not null']],
  ['an empty array', [], ['must be one object, not an array']],
  ['an array of tables', [TABLE, TABLE], ['must be one object, not an array']],
  ['an empty object', {}, ['missing fields "base", "date", "rates"']],
  [
    'an unknown field',
    { ...TABLE, source: 'x' },
    ['/source: unknown field "source"; known here: base, date, rates'],
  ],
  [
    'a currency in small letters',
    { ...TABLE, rates: { USD: 1, jpy: 1 } },
    ['/rates/jpy: unknown field "jpy"; known here: names that match ^[A-Z]{3}$'],
  ],
  ['a rate of nothing', { ...TABLE, rates: { USD: 0 } }, ['/rates/USD: must be > 0']],
  ['a rate as text', { ...TABLE, rates: { USD: '1' } }, ['/rates/USD: must be a number, not "1"']],
  [
    'a rate beyond all numbers',
    JSON.stringify(TABLE).replace('1.17', '1e999'),
    ['/rates/USD: must be a number, not Infinity'],
  ],
  [
    'several faults',
    { ...TABLE, date: 5, x: 1 },
    ['/x: unknown field "x"; known here: base, date, rates', '/date: must be a string, not 5'],
  ],
  ['nesting without end', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, ['nests more than 32 deep']],
  // What a schema cannot say.
  ['no such day', { ...TABLE, date: '2026-02-30' }, ['date: "2026-02-30" is no day; write it as 2026-01-05']],
  [
    'a day to come',
    { ...TABLE, date: '2026-01-07' },
    ['date: 2026-01-07 is yet to come; give the day of the rates'],
  ],
  [
    'what is no currency',
    { ...TABLE, rates: { USD: 1, QQQ: 2 } },
    ['rates.QQQ: "QQQ" is no currency; use its ISO 4217 code in capitals, such as EUR'],
  ],
  [
    'no dollar',
    { ...TABLE, rates: { JPY: 184 } },
    ['rates.USD: is missing; give the dollars for one EUR, or a table with the base USD'],
  ],
]

t.test('each fault is told at the file and its field', async (t) => {
  for (const [about, content, faults] of FAULTS) {
    const wanted = faults.map((fault) => `rates.json${fault.startsWith('/') ? ' ' : ': '}${fault}`)
    t.strictSame(await faultsOf(t, content), wanted, about)
  }
})

t.test('a folder in its place is told too', async (t) => {
  const directory = directoryOf(t, undefined)
  mkdirSync(join(directory, 'rates.json'))
  const loaded = await loadRates(directory, NOW_MS)
  t.match('faults' in loaded && loaded.faults.map(formatFault), [/^rates\.json: cannot be read: /])
})

t.test('a catalog has the rates beside its folders, and is refused with them', async (t) => {
  const clock = new ManualClock(NOW_MS)
  const whole = await loadCatalog(directoryOf(t, TABLE), clock)
  t.strictSame('catalog' in whole && whole.catalog.rates, TABLE)
  const bare = await loadCatalog(directoryOf(t, undefined), clock)
  t.ok('catalog' in bare && bare.catalog.rates === undefined)
  const directory = directoryOf(t, { ...TABLE, date: '2027-01-01' })
  writeFileSync(join(directory, 'campaigns/c.json'), '5')
  const broken = await loadCatalog(directory, clock)
  t.strictSame('faults' in broken && broken.faults.map(formatFault), [
    'campaigns/c.json: must be an object, not 5',
    'rates.json: date: 2027-01-01 is yet to come; give the day of the rates',
  ])
})
