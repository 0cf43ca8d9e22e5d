/** What is offered to the log stands on the disk, or is counted; whatever the disk does. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { ADS, bidOf, LOGGED, naiveRecords, openLog, segmentFiles } from '../testing/event-log.ts'
import { until } from '../testing/serving.ts'
import { EVENT_KINDS, HEADER_BYTES } from './layout.ts'
import { EVENT_SLOT } from './telemetry.ts'

const BUFFERS = 8

t.test('a bid is read as it was offered, by the first line of its file', async (t) => {
  const { log, directory } = openLog(t)
  for (const number of [0, 1, 2 ** 31])
    t.ok(log.offerBid(bidOf(log, number, { isByModel: number > 0, model: 'ctr/1' })))
  await log.flush()
  const [file] = segmentFiles(directory, 'bids')
  t.equal(readFileSync(file).indexOf('\n'), HEADER_BYTES - 1)
  const records = naiveRecords(file)
  t.same(
    records,
    [0, 1, 2 ** 31].map((number, i) => ({
      atMs: 1_767_225_600_000 + number,
      priceCpmMicros: 3e6 + number,
      usdCpmMicros: 2e6 + number,
      bidId: `abc123-${number.toString(36)}`,
      clickProbability: 0.25,
      propensity: 0.5,
      model: 'ctr/1',
      scorer: i === 0 ? 'inline' : 'model',
      country: number,
      campaign: number % 2 === 0 ? 0xffffffff : 77,
      tag: number + 1,
      floor: number / 4,
      length: number % 2 === 0 ? 15 : Number.NaN,
    })),
  )
  const header = JSON.parse(readFileSync(file, 'utf8').slice(0, HEADER_BYTES))
  t.match(header, { layoutVersion: 1, kind: 'bids', features: LOGGED.map(({ name }) => name) })
})

t.test('a notice is read as it was offered; a short id leaves nothing of a long one', async (t) => {
  const { log, directory } = openLog(t)
  const long = 'abcdefgabcdefg-abcdefghijk'
  // A flush ends a buffer: the memory of the first is used again.
  const ids = [...Array(BUFFERS).fill(long), 'a-1']
  for (const bidId of ids) {
    for (const kind of EVENT_KINDS) t.ok(log.offerNotice({ kind, atMs: 5, bidId, usdCpmMicros: 9 }))
    await log.flush()
  }
  log.offerNotice({ kind: 'click', atMs: 6, bidId: 'a-2', usdCpmMicros: undefined })
  await log.flush()
  t.same(naiveRecords(segmentFiles(directory, 'notices')[0]), [
    ...ids.flatMap((bidId) => EVENT_KINDS.map((kind) => ({ atMs: 5, usdCpmMicros: 9, bidId, kind }))),
    { atMs: 6, usdCpmMicros: Number.NaN, bidId: 'a-2', kind: 'click' },
  ])
})

t.test('what there is no room for is dropped and counted, and nothing else', async (t) => {
  const { log, directory } = openLog(t)
  const kept: string[] = []
  let dropped = 0
  // Nothing is written before this loop ends, so the ring fills up.
  for (let number = 0; number < 40_000; number++) {
    const bid = bidOf(log, number)
    if (log.offerBid(bid)) kept.push(bid.bidId)
    else dropped++
  }
  t.ok(dropped > 0 && kept.length > 10_000, `${kept.length} are kept, ${dropped} dropped`)
  t.equal(log.telemetry.dropped.values[EVENT_SLOT.bids], dropped)
  await log.flush()
  const written = segmentFiles(directory, 'bids').flatMap(naiveRecords)
  t.same(
    written.map(({ bidId }) => bidId),
    kept,
  )
  t.equal(log.telemetry.written.values[EVENT_SLOT.bids], kept.length)
  t.ok(log.offerBid(bidOf(log, 1)), 'then there is room again')
  t.equal(log.telemetry.dropped.values[EVENT_SLOT.notices], 0)
})

t.test('a bid whose features were overwritten while it waited is dropped', async (t) => {
  const { log, directory } = openLog(t)
  const [late, early] = [bidOf(log, 1), bidOf(log, 2)]
  const values = { hashes: new Uint32Array(5), numbers: new Float32Array(5) }
  for (let i = 0; i < 2 ** 14 - 1; i++) log.noteFeatures(values)
  t.notOk(log.offerBid(late))
  t.ok(log.offerBid(early))
  await log.flush()
  t.match(naiveRecords(segmentFiles(directory, 'bids')[0]), [{ country: 2, tag: 3 }])
})

t.test('segments end by size, and the oldest go, so that all stay below the bound', async (t) => {
  const bytesMax = 2 ** 20
  const { log, directory } = openLog(t, { bytesMax })
  log.offerNotice({ kind: 'bill', atMs: 0, bidId: 'abc123-0', usdCpmMicros: 1 })
  for (let number = 0; number < 40_000; number++) {
    if (number % 1000 === 0) {
      await log.flush()
      const files = [...segmentFiles(directory, 'bids'), ...segmentFiles(directory, 'notices')]
      const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
      t.ok(bytes <= bytesMax, `${bytes} bytes`)
    }
    log.offerBid(bidOf(log, number))
  }
  await log.flush()
  const files = segmentFiles(directory, 'bids')
  t.ok(files.length >= 4, 'there are several')
  const ids = files.flatMap(naiveRecords).map(({ bidId }) => bidId)
  const first = 40_000 - ids.length
  t.same(
    ids,
    Array.from({ length: ids.length }, (_, i) => `abc123-${(first + i).toString(36)}`),
  )
  t.equal(segmentFiles(directory, 'notices').length, 1, 'the newest of a kind never goes')
  const sizes = [...files, ...segmentFiles(directory, 'notices')].map((file) => statSync(file).size)
  t.equal(
    log.status().bytes,
    sizes.reduce((sum, size) => sum + size, 0),
  )
})

t.test('segments end by age, and when another version of the model has bid', async (t) => {
  const { log, directory, clock } = openLog(t)
  const offer = async (number: number, model: string) => {
    log.offerBid(bidOf(log, number, { model }))
    await log.flush()
  }
  await offer(0, 'ctr/1')
  await offer(1, 'ctr/1')
  t.equal(segmentFiles(directory, 'bids').length, 1)
  clock.advance(3_600_000)
  await offer(2, 'ctr/1')
  t.equal(segmentFiles(directory, 'bids').length, 2)
  await offer(3, 'ctr/2')
  await offer(4, 'ctr/1')
  const files = segmentFiles(directory, 'bids')
  t.equal(files.length, 3, 'the header of the third names both')
  t.same(
    files.flatMap(naiveRecords).map(({ model }) => model),
    ['ctr/1', 'ctr/1', 'ctr/1', 'ctr/2', 'ctr/1'],
  )
})

t.test(
  'a folder that cannot be written is told once, its records are dropped, and it is tried again',
  async (t) => {
    const { log, directory, clock, faults } = openLog(t)
    writeFileSync(directory, 'in the way')
    t.ok(log.offerBid(bidOf(log, 1)))
    await log.flush()
    t.notOk(log.offerBid(bidOf(log, 2)), 'while it lasts')
    t.notOk(log.offerNotice({ kind: 'bill', atMs: 1, bidId: 'a-1', usdCpmMicros: 1 }))
    t.same(
      faults.map(({ message }) => message),
      ['the event log cannot be written: EEXIST'],
    )
    t.same([...log.telemetry.dropped.values], [2, 1])
    t.equal(log.status().isWritable, false)
    rmSync(directory)
    clock.advance(5000)
    log.run()
    await until(() => log.status().isWritable)
    t.ok(log.offerBid(bidOf(log, 3)))
    await log.flush()
    t.match(segmentFiles(directory, 'bids').flatMap(naiveRecords), [{ country: 3 }])
    t.equal(faults.length, 1)
  },
)

t.test('a folder that is deleted is made again', async (t) => {
  const { log, directory } = openLog(t)
  log.offerBid(bidOf(log, 1))
  await log.flush()
  rmSync(directory, { recursive: true })
  log.offerBid(bidOf(log, 2))
  log.offerNotice({ kind: 'bill', atMs: 1, bidId: 'a-1', usdCpmMicros: 1 })
  await log.flush()
  t.match(segmentFiles(directory, 'bids').flatMap(naiveRecords), [{ country: 2 }])
  t.equal(readdirSync(directory).length, 2)
  t.same([...log.telemetry.dropped.values], [0, 0])
})

t.test('what earlier processes have left counts against the bound, other files do not', async (t) => {
  const { log, directory } = openLog(t, { bytesMax: 2 ** 20 })
  mkdirSync(directory)
  for (const start of [1, 2, 3]) writeFileSync(`${directory}/bids-${start}-0.seg`, Buffer.alloc(400_000))
  writeFileSync(`${directory}/notes.txt`, 'ours')
  log.run()
  await until(() => log.status().bytes > 0)
  t.same(readdirSync(directory).sort(), ['bids-2-0.seg', 'bids-3-0.seg', 'notes.txt'])
  t.match(log.status(), { bytes: 800_000, oldest: new Date(2) })
})

t.test('the share of requests is drawn by their hash', async (t) => {
  const { log } = openLog(t, { bidShare: 0.25 })
  const wanted = Array.from({ length: 4000 }, (_, hash) => log.isWanted(hash)).filter(Boolean).length
  t.ok(wanted > 900 && wanted < 1100, `${wanted} of 4000`)
  t.equal(openLog(t).log.isWanted(0xffffffff), true)
})

t.test('the last records are written at the end', async (t) => {
  const { log, directory } = openLog(t)
  log.offerBid(bidOf(log, 7, { ads: ADS }))
  await log.close()
  t.match(segmentFiles(directory, 'bids').flatMap(naiveRecords), [{ country: 7 }])
})
