import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { Journal } from './journal.ts'
import { billedIn, bookFaultsOf } from './journal-reading.ts'
import { ENTRY_KIND, type Entry, type Loaded } from './journal-rows.ts'
import '../testing/seed.ts'

const DAY_S = 86_400
const NOW_S = 20_000 * DAY_S + 43_200
const RETENTION = { billedS: 2 * DAY_S, actedS: 10 * DAY_S }

const billOf = (bidId: string, entry: Partial<Entry> = {}): Entry => ({
  kind: ENTRY_KIND.bill,
  bidId,
  campaignId: 'shoes',
  creativeId: 'red',
  day: 20_000,
  flightDay: -1,
  bidAtS: NOW_S,
  atS: NOW_S + 1,
  paidNanos: 1000,
  clickProbability: 0.25,
  propensity: 1,
  pairKey: '',
  ...entry,
})

const actOf = (kind: number, bidId: string, entry: Partial<Entry> = {}): Entry => ({
  ...billOf(bidId, entry),
  kind,
  paidNanos: 0,
})

/** What stands in a file, beside whoever writes it. */
function lookAt<T>(file: string, read: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file, { readOnly: true })
  const seen = read(database)
  database.close()
  return seen
}

/** A journal in a folder of the test, and what it takes to look at it or to open it again. */
function journalIn(t: Test) {
  const file = join(t.testdir(), 'ledger.db')
  let journal = new Journal(file, RETENTION)
  t.teardown(() => journal.close())
  const query = (sql: string) =>
    lookAt(file, (database) =>
      database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row })),
    )
  const faults = () => lookAt(file, bookFaultsOf)
  const billed = () => lookAt(file, billedIn)
  const reopen = () => {
    journal.close()
    journal = new Journal(file, RETENTION)
    return journal
  }
  return { file, journal, query, reopen, faults, billed }
}

/** Rows as they are written; SQLite gives objects without a prototype. */
const plain = <Row extends object>(rows: readonly Row[]) => rows.map((row) => ({ ...row }))

t.test('an entry counts once: in a batch, in the next, and after the journal is opened again', async (t) => {
  const { journal, reopen, billed } = journalIn(t)
  const [first, second, third] = ['a', 'b', 'c'].map((bidId) => billOf(bidId))
  t.same([...journal.append([first, second, first])], [1, 1, 0])
  t.same([...journal.append([second, third])], [0, 1])
  const reopened = reopen()
  t.same([...reopened.append([first, second, third, billOf('d')])], [0, 0, 0, 1])
  t.same(billed(), { bids: 4, paidNanos: 4000 })
  t.match(plain(reopened.load(NOW_S).campaigns), [{ spentNanos: 4000, impressions: 4 }])
  t.same([...reopened.append([])], [])
})

t.test('a duplicate adds nothing, whatever it says', async (t) => {
  const { journal } = journalIn(t)
  journal.append([billOf('a')])
  const before = journal.load(NOW_S)
  const other = { campaignId: 'boots', creativeId: 'blue', day: 20_001, paidNanos: 5000, pairKey: 'x' }
  t.same([...journal.append([billOf('a', other)])], [0])
  t.same(journal.load(NOW_S), before)
})

t.test('a bill, a click and a conversion of one bid are three things', async (t) => {
  const { journal } = journalIn(t)
  const kinds = Object.values(ENTRY_KIND)
  t.same([...journal.append(kinds.map((kind) => actOf(kind, 'a')))], [1, 1, 1])
  t.same([...journal.append(kinds.map((kind) => actOf(kind, 'a')))], [0, 0, 0])
  t.match(plain(journal.load(NOW_S).campaigns), [{ impressions: 1, clicks: 1, conversions: 1 }])
  t.match(plain(journal.load(NOW_S).ads), [{ impressions: 1, expectedClicks: 0.25, clicks: 1 }])
})

t.test('clicks and conversions spend nothing', async (t) => {
  const { journal, billed } = journalIn(t)
  journal.append([
    { ...actOf(ENTRY_KIND.click, 'a'), paidNanos: 77 },
    { ...actOf(ENTRY_KIND.conversion, 'a'), paidNanos: 77 },
  ])
  t.match(plain(journal.load(NOW_S).campaigns), [{ spentNanos: 0 }])
  t.same(billed(), { bids: 0, paidNanos: 0 })
  t.same(journal.load(NOW_S).days, [])
})

t.test('a bid is known by the day it was made on: dupes of midnight go to the same table', async (t) => {
  const { journal, query } = journalIn(t)
  const midnightS = 20_001 * DAY_S
  journal.append([billOf('late', { bidAtS: midnightS - 1, atS: midnightS + 5 })])
  journal.append([billOf('early', { bidAtS: midnightS })])
  t.same(query('select bidId from billed_20000'), [{ bidId: 'late' }])
  t.same(query('select bidId from billed_20001'), [{ bidId: 'early' }])
})

/** Goal: the sums are what the rows add up to. Method: random entries, added up here in BigInt. */
t.test('sums by campaign, day, flight and ad are those of the entries that count', async (t) => {
  const entries = fc.array(
    fc.record({
      kind: fc.constantFrom(0, 0, 0, 1, 2),
      bidId: fc.nat(60).map((id) => `bid ${id}`),
      campaignId: fc.constantFrom('shoes', 'boots', "o'hat; drop table day"),
      creativeId: fc.constantFrom('red', 'blue'),
      day: fc.constantFrom(19_999, 20_000),
      flightDay: fc.constantFrom(-1, 19_990),
      // Amounts whose sums come near the largest exact number.
      paidNanos: fc.oneof(fc.nat(10), fc.nat(1e14)),
      // Halves add up exactly, in any order.
      clickProbability: fc.constantFrom(0, 0.5, 0.125),
    }),
    { maxLength: 80, size: 'max' },
  )
  const folder = t.testdir()
  let run = 0
  fc.assert(
    fc.property(entries, fc.integer({ min: 1, max: 20 }), (partial, batch) => {
      const file = join(folder, `${run++}.db`)
      const journal = new Journal(file, RETENTION)
      const all = partial.map((entry) => billOf(entry.bidId, entry))
      for (let i = 0; i < all.length; i += batch) journal.append(all.slice(i, i + batch))
      const loaded = journal.load(NOW_S)
      const [found, { bids }] = lookAt(file, (database) => [bookFaultsOf(database), billedIn(database)])
      journal.close()
      t.same(found, [])
      const counted = uniqueOf(all)
      t.equal(bids, counted.filter(({ kind }) => kind === ENTRY_KIND.bill).length)
      t.same(sumsOf(loaded), sumsOfEntries(counted))
    }),
    { numRuns: 20 },
  )
})

function uniqueOf(entries: readonly Entry[]): Entry[] {
  const known = new Set<string>()
  return entries.filter(({ kind, bidId }) => known.size < known.add(`${kind} ${bidId}`).size)
}

type Sums = Record<string, bigint | number>

function sumsOf({ campaigns, days, flights, ads }: Loaded): Sums {
  const sums: Sums = {}
  for (const { id, spentNanos, impressions, clicks, conversions } of campaigns) {
    sums[id] = BigInt(spentNanos)
    Object.assign(sums, { [`${id} imp`]: impressions, [`${id} click`]: clicks, [`${id} conv`]: conversions })
  }
  for (const { campaign, key, spentNanos } of days) sums[`${campaign} day ${key}`] = BigInt(spentNanos)
  for (const { campaign, key, spentNanos } of flights) sums[`${campaign} flight ${key}`] = BigInt(spentNanos)
  for (const { campaign, creative, impressions, expectedClicks, clicks } of ads) {
    const ad = `${campaign} ad ${creative}`
    Object.assign(sums, {
      [`${ad} imp`]: impressions,
      [`${ad} expected`]: expectedClicks,
      [`${ad} click`]: clicks,
    })
  }
  return sums
}

function sumsOfEntries(entries: readonly Entry[]): Sums {
  const sums: Sums = {}
  const add = (name: string, count: number) => {
    sums[name] = ((sums[name] ?? 0) as number) + count
  }
  const pay = (name: string, nanos: number) => {
    sums[name] = ((sums[name] ?? 0n) as bigint) + BigInt(nanos)
  }
  for (const { kind, campaignId: id, creativeId, day, flightDay, paidNanos, clickProbability } of entries) {
    const isBill = kind === ENTRY_KIND.bill
    pay(id, isBill ? paidNanos : 0)
    add(`${id} imp`, isBill ? 1 : 0)
    add(`${id} click`, kind === ENTRY_KIND.click ? 1 : 0)
    add(`${id} conv`, kind === ENTRY_KIND.conversion ? 1 : 0)
    if (isBill) pay(`${id} day ${day}`, paidNanos)
    if (isBill && flightDay >= 0) pay(`${id} flight ${flightDay}`, paidNanos)
    if (kind === ENTRY_KIND.conversion) continue
    add(`${id} ad ${creativeId} imp`, isBill ? 1 : 0)
    add(`${id} ad ${creativeId} expected`, isBill ? clickProbability : 0)
    add(`${id} ad ${creativeId} click`, isBill ? 0 : 1)
  }
  return sums
}

t.test(
  'bills are forgotten when their tokens have expired, by whole days, and nothing else is',
  async (t) => {
    const { journal, query, faults } = journalIn(t)
    const days = [19_996, 19_997, 19_998, 19_999, 20_000]
    for (const day of days) {
      journal.append([billOf(`bill ${day}`, { bidAtS: day * DAY_S + DAY_S - 1, day })])
      journal.append([actOf(ENTRY_KIND.click, `click ${day}`, { bidAtS: day * DAY_S, day })])
    }
    const tables = (kind: string) =>
      query(`select name from sqlite_master where name glob '${kind}_*' order by name`).map(
        ({ name }) => name,
      )
    const sums = journal.load(0)
    // Two days are kept: the last bid of 19,997 has expired with the first second of 20,000.
    journal.forget(20_000 * DAY_S - 1)
    t.same(tables('billed'), ['billed_19997', 'billed_19998', 'billed_19999', 'billed_20000'])
    journal.forget(20_000 * DAY_S)
    t.same(tables('billed'), ['billed_19998', 'billed_19999', 'billed_20000'])
    t.equal(tables('acted').length, days.length, 'clicks are kept for longer')
    journal.forget(20_008 * DAY_S)
    t.same([tables('billed'), tables('acted')], [[], ['acted_19998', 'acted_19999', 'acted_20000']])
    t.same(journal.load(0), sums, 'sums stay')
    t.same(faults(), [])
  },
)

t.test('a day that was forgotten takes entries again', async (t) => {
  const { journal, billed } = journalIn(t)
  journal.append([billOf('a')])
  journal.forget(NOW_S + 4 * DAY_S)
  t.same([...journal.append([billOf('b')])], [1])
  t.same(billed(), { bids: 1, paidNanos: 1000 })
})

t.test('all that was written is given back after the journal is opened again', async (t) => {
  const { journal, reopen } = journalIn(t)
  journal.append([
    billOf('a', { flightDay: 19_990, pairKey: 'second', atS: NOW_S + 9 }),
    billOf('b', { pairKey: 'first', atS: NOW_S + 3 }),
    billOf('c', { campaignId: 'boots', paidNanos: 2 ** 52 + 1 }),
  ])
  journal.setPaused('boots', true)
  journal.setPaused('hats', true)
  const pace = '{"multiplier":1.5}'
  const row = { campaign: 'shoes', heldNanos: 2 ** 52 + 1, bids: 9, wins: 4, pace }
  journal.checkpoint([row, { ...row, campaign: 'boots' }], [{ name: 'market', bytes: Buffer.from('abc') }])
  journal.checkpoint([{ ...row, heldNanos: 5 }], [{ name: 'empty', bytes: new Uint8Array(0) }])
  const counts = { clicks: 0, conversions: 0 }
  const wanted = {
    campaigns: [
      { id: 'boots', isPaused: 1, spentNanos: 2 ** 52 + 1, impressions: 1, ...counts },
      { id: 'hats', isPaused: 1, spentNanos: 0, impressions: 0, ...counts },
      { id: 'shoes', isPaused: 0, spentNanos: 2000, impressions: 2, ...counts },
    ],
    days: [
      { campaign: 'boots', key: 20_000, spentNanos: 2 ** 52 + 1 },
      { campaign: 'shoes', key: 20_000, spentNanos: 2000 },
    ],
    flights: [{ campaign: 'shoes', key: 19_990, spentNanos: 1000 }],
    ads: [
      { campaign: 'boots', creative: 'red', impressions: 1, expectedClicks: 0.25, clicks: 0 },
      { campaign: 'shoes', creative: 'red', impressions: 2, expectedClicks: 0.5, clicks: 0 },
    ],
    checkpoints: [
      { ...row, campaign: 'boots' },
      { ...row, heldNanos: 5 },
    ],
    memories: [
      { name: 'empty', bytes: new Uint8Array(0) },
      { name: 'market', bytes: new Uint8Array(Buffer.from('abc')) },
    ],
    sights: [
      { pairKey: 'first', campaign: 'shoes', atS: NOW_S + 3 },
      { pairKey: 'second', campaign: 'shoes', atS: NOW_S + 9 },
    ],
  }
  const loaded: Record<string, readonly object[]> = reopen().load(NOW_S)
  for (const [name, rows] of Object.entries(loaded)) {
    t.same(plain(rows), wanted[name as keyof Loaded], name)
  }
})

t.test('a journal that is new has nothing', async (t) => {
  const { journal, faults } = journalIn(t)
  for (const [name, rows] of Object.entries(journal.load(NOW_S))) t.same(rows, [], name)
  t.same(faults(), [])
})

t.test('sights that are too old to be kept are not given back', async (t) => {
  const { journal } = journalIn(t)
  journal.append([billOf('a', { pairKey: 'old' })])
  t.equal(journal.load(NOW_S + 2 * DAY_S).sights.length, 1)
  t.equal(journal.load(NOW_S + 3 * DAY_S).sights.length, 0)
})

t.test('an operator resumes what was paused', async (t) => {
  const { journal } = journalIn(t)
  journal.append([billOf('a')])
  for (const isPaused of [true, true, false]) {
    journal.setPaused('shoes', isPaused)
    t.match(plain(journal.load(NOW_S).campaigns), [{ isPaused: Number(isPaused), spentNanos: 1000 }])
  }
})

/** Each row: how the books were cooked, and what is found. */
const COOKED: readonly (readonly [string, RegExp | undefined])[] = [
  ['update campaign set spentNanos = 1', /^shoes: has spent 1 nanos, and 2000 by its (days|bills)$/],
  ['update day set spentNanos = spentNanos - 1', /^shoes: has spent 2000 nanos, and 1998 by its days$/],
  ['delete from day', /^shoes: has spent 2000 nanos, and 0 by its days$/],
  ['delete from billed_20000', /^shoes: has spent 2000 nanos, and 0 by its bills$/],
  ['update billed_20000 set paidNanos = 1', /^shoes: has spent 2000 nanos, and 2 by its bills$/],
  ['update campaign set forgottenNanos = 5', /^shoes: has spent 2000 nanos, and 2005 by its bills$/],
  ['update campaign set impressions = 7', undefined],
]

t.test('books that were cooked are found', async (t) => {
  for (const [sql, fault] of COOKED) {
    await t.test(sql, async (t) => {
      const { file, journal, faults } = journalIn(t)
      journal.append([
        billOf('a'),
        billOf('b', { day: 20_001, flightDay: 19_990 }),
        billOf('c', { campaignId: 'boots' }),
      ])
      t.same(faults(), [])
      const cook = new DatabaseSync(file)
      cook.exec(`${sql} where ${sql.includes('campaign set') ? 'id' : 'campaign'} = 'shoes'`)
      cook.close()
      const found = faults()
      t.equal(found.length > 0, fault !== undefined)
      if (fault !== undefined) t.match(found[0], fault)
    })
  }
})

t.test('a journal of a newer program is refused, and left as it is', async (t) => {
  const { file, journal } = journalIn(t)
  journal.append([billOf('a')])
  const newer = new DatabaseSync(file)
  newer.exec('pragma user_version = 2')
  t.throws(
    () => new Journal(file, RETENTION),
    /ledger\.db is of a newer version \(2\) than this program knows \(1\)/,
  )
  t.match(newer.prepare('pragma user_version').get(), { user_version: 2 })
  newer.close()
})

/** Entries that SQLite does not take: the statement fails behind the one that marks the bid as billed. */
const UNBOUND = billOf('bad', { creativeId: {} as string })

t.test('a batch that fails half-way leaves nothing', async (t) => {
  const { journal, billed } = journalIn(t)
  journal.append([billOf('a')])
  const before = journal.load(NOW_S)
  t.throws(() => journal.append([billOf('b'), actOf(ENTRY_KIND.click, 'a'), UNBOUND]))
  t.same(journal.load(NOW_S), before)
  t.same(billed(), { bids: 1, paidNanos: 1000 })
  t.same([...journal.append([billOf('b'), actOf(ENTRY_KIND.click, 'a')])], [1, 1], 'all of it is new yet')
})

t.test('a table that was made in a batch that failed is made again', async (t) => {
  const { journal, faults } = journalIn(t)
  t.throws(() => journal.append([billOf('a'), actOf(ENTRY_KIND.click, 'a'), UNBOUND]))
  t.same([...journal.append([billOf('a'), actOf(ENTRY_KIND.click, 'a')])], [1, 1])
  t.same(faults(), [])
})

t.test('a checkpoint that fails leaves the one before', async (t) => {
  const { journal } = journalIn(t)
  const row = { campaign: 'shoes', heldNanos: 1, bids: 1, wins: 1, pace: '' }
  journal.checkpoint([row], [])
  const bad = [{ name: 'market', bytes: {} as Uint8Array }]
  t.throws(() => journal.checkpoint([{ ...row, heldNanos: 2 }], bad))
  t.same(plain(journal.load(NOW_S).checkpoints), [row])
})
