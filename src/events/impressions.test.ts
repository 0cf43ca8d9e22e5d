/** What a trainer reads: bids that were billed, joined with their clicks, in order of time; from whole logs and broken ones. */
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { bidOf, LOGGED, openLog, segmentFiles } from '../testing/event-log.ts'
import type { EventLog } from './event-log.ts'
import { countImpressions, type ImpressionChunk, type ReadOptions, readImpressions } from './impressions.ts'
import { bidLayout, type EventKind, HEADER_BYTES, type LoggedFeature, noticeLayout } from './layout.ts'

const START_MS = 1_767_225_600_000

async function read(directory: string, options: Partial<ReadOptions> = {}): Promise<ImpressionChunk[]> {
  const chunks: ImpressionChunk[] = []
  for await (const chunk of readImpressions(directory, { features: LOGGED, ...options })) chunks.push(chunk)
  return chunks
}

/** The rows of all chunks; `country` is the number of a bid by `bidOf`. */
async function rowsIn(directory: string, options: Partial<ReadOptions> = {}) {
  return (await read(directory, options)).flatMap((chunk) =>
    Array.from({ length: chunk.count }, (_, row) => ({
      number: chunk.hashes[row * LOGGED.length],
      atMs: chunk.atMs[row],
      click: chunk.clicks[row],
      conversion: chunk.conversions[row],
      weight: chunk.weights[row],
    })),
  )
}

function tell(log: EventLog, number: number, ...kinds: EventKind[]): void {
  for (const kind of kinds) {
    const { bidId } = bidOf(log, number)
    log.offerNotice({ kind, atMs: START_MS, bidId, usdCpmMicros: undefined })
  }
}

/** Some bids in one log: each third is billed, each thirtieth clicked. */
async function somebodysLog(t: Test, { count = 9000 } = {}): Promise<string> {
  const { log, directory } = openLog(t)
  for (let number = 0; number < count; number++) {
    log.offerBid(bidOf(log, number))
    if (number % 3 === 0) tell(log, number, 'win', 'bill')
    else tell(log, number, 'loss')
    if (number % 30 === 0) tell(log, number, 'click')
    if (number % 1000 === 0) await log.flush()
  }
  await log.close()
  return directory
}

t.test('impressions are the bids that were billed, with what became of them, however late', async (t) => {
  const { log, directory } = openLog(t)
  for (let number = 0; number < 8; number++) log.offerBid(bidOf(log, number))
  tell(log, 1, 'win', 'loss', 'view')
  tell(log, 2, 'bill', 'view')
  tell(log, 4, 'click', 'bill', 'bill')
  tell(log, 5, 'click', 'conversion')
  await log.flush()
  log.offerBid(bidOf(log, 9, { bidId: 'abc124-4' }))
  log.offerBid(bidOf(log, 10, { bidId: 'abc12-34' }))
  tell(log, 7, 'bill', 'conversion', 'click', 'click')
  await log.close()
  t.same(await rowsIn(directory), [
    { number: 2, atMs: START_MS + 2, click: 0, conversion: 0, weight: 1 },
    { number: 4, atMs: START_MS + 4, click: 1, conversion: 0, weight: 1 },
    { number: 7, atMs: START_MS + 7, click: 1, conversion: 1, weight: 1 },
  ])
  const [{ hashes, numbers }] = await read(directory)
  t.same([...hashes].slice(0, 5), [2, 0, 0xffffffff, 3, 0])
  t.match([...numbers].slice(0, 5), [Number.NaN, 0.5, Number.NaN, Number.NaN, 15])
  t.same(await countImpressions(directory), {
    impressions: 3,
    clicks: 2,
    conversions: 1,
    rows: 3,
    firstMs: START_MS + 2,
    lastMs: START_MS + 7,
  })
})

t.test('a long log comes in chunks, and tells how far it is', async (t) => {
  const directory = await somebodysLog(t, { count: 15_000 })
  const progress: [number, number][] = []
  const onProgress = (...told: [number, number]) => progress.push(told)
  const chunks = await read(directory, { onProgress })
  t.same(
    chunks.map(({ count }) => count),
    [4096, 904],
  )
  for (const { count, hashes, clicks } of chunks) {
    t.equal(hashes.length, count * LOGGED.length)
    t.equal(clicks.length, count)
  }
  t.equal(progress.at(-1)![0], progress.at(-1)![1])
})

t.test('bids of several processes come in order of time, and each joins its own notices', async (t) => {
  const { log, directory } = openLog(t)
  const other = openLog(t, { directory })
  for (let number = 0; number < 5000; number++) {
    const isOurs = (number * 7) % 11 < 5
    const bidId = isOurs ? `us-${number}` : `them-${number.toString(36)}`
    const one = isOurs ? log : other.log
    if (number < 4000 || isOurs) one.offerBid(bidOf(one, number, { bidId }))
    one.offerNotice({ kind: 'bill', atMs: START_MS, bidId, usdCpmMicros: 1 })
    if (number % 500 === 0) await Promise.all([log.flush(), other.log.flush()])
  }
  await Promise.all([log.close(), other.log.close()])
  const numbers = (await rowsIn(directory)).map(({ number }) => number)
  const due = Array.from({ length: 5000 }, (_, number) => number).filter(
    (number) => number < 4000 || (number * 7) % 11 < 5,
  )
  t.same(numbers, due)
})

t.test(
  'impressions without a click are sampled by bid id and seed, and weigh what they stand for',
  async (t) => {
    const directory = await somebodysLog(t)
    const all = await rowsIn(directory)
    const sampled = await rowsIn(directory, { negativeShare: 0.25, seed: 1 })
    t.same(
      sampled.filter(({ click }) => click === 1),
      all.filter(({ click }) => click === 1),
      'all clicks, at their own weight',
    )
    const negatives = sampled.filter(({ click }) => click === 0)
    const share = negatives.length / all.filter(({ click }) => click === 0).length
    t.ok(share > 0.2 && share < 0.3, `a share of ${share}`)
    t.ok(negatives.every(({ weight }) => weight === 4))
    t.same(await rowsIn(directory, { negativeShare: 0.25, seed: 1 }), sampled, 'the same again')
    const { rows, impressions } = await countImpressions(directory, { negativeShare: 0.25, seed: 1 })
    t.same([rows, impressions], [sampled.length, all.length])
    const otherwise = await rowsIn(directory, { negativeShare: 0.25, seed: 2 })
    t.notSame(otherwise, sampled, 'another seed')
  },
)

t.test('only the bids of a time are read, with all that became of them', async (t) => {
  const directory = await somebodysLog(t)
  const times = { fromMs: START_MS + 3000, toMs: START_MS + 3010 }
  const rows = await rowsIn(directory, times)
  t.same(
    rows.map(({ number, click }) => [number, click]),
    [
      [3000, 1],
      [3003, 0],
      [3006, 0],
      [3009, 0],
    ],
  )
  t.match(await countImpressions(directory, times), { impressions: 4, firstMs: START_MS + 3000 })
})

t.test('a record that a crash has cut off is passed over, and so is a header', async (t) => {
  const directory = await somebodysLog(t, { count: 300 })
  const whole = await rowsIn(directory)
  for (const kind of ['bids', 'notices'] as const) {
    const [file] = segmentFiles(directory, kind)
    // The first record, which is one of a click, once more, but for its last byte.
    const { recordBytes } = kind === 'bids' ? bidLayout(LOGGED) : noticeLayout
    appendFileSync(file, readFileSync(file).subarray(HEADER_BYTES, HEADER_BYTES + recordBytes - 1))
    writeFileSync(join(directory, `${kind}-9999999999999-0.seg`), readFileSync(file).subarray(0, 5000))
    writeFileSync(join(directory, `${kind}-9999999999999-1.seg`), '')
  }
  t.same(await rowsIn(directory), whole)
  const [bids] = segmentFiles(directory, 'bids')
  truncateSync(bids, HEADER_BYTES + 298 * bidLayout(LOGGED).recordBytes - 1)
  t.same(await rowsIn(directory), whole.slice(0, -1))
})

t.test('a segment of an older catalogue is read by name; what it has not is not known', async (t) => {
  const older = LOGGED.filter(({ name }) => name !== 'tag' && name !== 'length')
  const { log, directory } = openLog(t, { features: older })
  const hashes = Uint32Array.of(11, 0, 0)
  const numbers = Float32Array.of(0, 0.5, 0)
  const ads = { hashes: Uint32Array.of(0, 0, 33), numbers: new Float32Array(3) }
  log.offerBid(bidOf(log, 1, { note: log.noteFeatures({ hashes, numbers }), ads, ad: 0 }))
  tell(log, 1, 'bill')
  await log.close()
  const newer: LoggedFeature[] = [{ name: 'os', side: 'request', kind: 'text' }, ...LOGGED]
  const [chunk] = await read(directory, { features: newer })
  t.same([...chunk.hashes], [0, 11, 0, 33, 0, 0])
  t.match([...chunk.numbers].slice(2, 3), [0.5])
  t.ok(Number.isNaN(chunk.numbers[5]))
})

t.test('what cannot be read is a sentence with the file and what to do', async (t) => {
  const directory = await somebodysLog(t, { count: 30 })
  const [bids] = segmentFiles(directory, 'bids')
  const refusalOf = async (change: (bytes: Buffer) => string | Buffer, features = LOGGED) => {
    const folder = join(t.testdirName, 'broken')
    mkdirSync(folder, { recursive: true })
    for (const kind of ['bids', 'notices'] as const) {
      const [file] = segmentFiles(directory, kind)
      copyFileSync(file, join(folder, file.slice(directory.length + 1)))
    }
    const file = join(folder, bids.slice(directory.length + 1))
    writeFileSync(file, change(readFileSync(bids)))
    return read(folder, { features }).then(
      () => 'nothing',
      ({ name, message }: Error) => `${name} ${message.replace(folder, '')}`,
    )
  }
  const withHeader = (from: string, to: string) => (bytes: Buffer) => {
    const header = bytes.toString('utf8', 0, HEADER_BYTES).replace(from, to)
    return Buffer.concat([
      Buffer.from(header.padEnd(HEADER_BYTES).slice(0, HEADER_BYTES)),
      bytes.subarray(HEADER_BYTES),
    ])
  }
  t.match(
    await refusalOf(() => Buffer.alloc(9000)),
    /^SegmentFault \/bids-\d+-0\.seg: no segment of an event log; move it out of the folder$/,
  )
  t.match(
    await refusalOf(withHeader('"layoutVersion":1', '"layoutVersion":2')),
    /^SegmentFault \/bids-.*: its layout is of version 2, this program reads 1; move it away, or/,
  )
  t.match(
    await refusalOf((bytes) => bytes, LOGGED.slice(1)),
    /^SegmentFault \/bids-.*: its bids have "country" as a text, which the feature catalogue has no longer; move the/,
  )
  t.match(
    await refusalOf((bytes) => bytes, [{ ...LOGGED[0], kind: 'number' }, ...LOGGED.slice(1)]),
    /"country" as a text/,
  )
  t.equal(await refusalOf((bytes) => bytes), 'nothing')
  await t.rejects(read(join(directory, 'none')), { message: /none: there is no event log; name the folder/ })
})
