import t from 'tap'
import { Prng } from '../base/prng.ts'
import { randomRows } from '../testing/random-rows.ts'
import { F, FEATURES } from './catalogue.ts'
import { NumberSample } from './number-sample.ts'
import { ReferenceBuilder } from './reference-builder.ts'

const COLUMNS = [
  { feature: 'os', buckets: 8 },
  { feature: 'domain*creative', buckets: 8 },
  { feature: 'floor_cpm' },
  { feature: 'ad_duration' },
]

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
const isNear = (found: number, due: number, within: number) => Math.abs(found - due) <= within

t.test('a reference has the features of the columns, a cross by its halves', async (t) => {
  const builder = new ReferenceBuilder({ columns: COLUMNS, seed: 1 })
  builder.add(randomRows(new Prng(1), 100))
  const { rows, texts, numbers, scores } = builder.build()
  t.equal(rows, 100)
  t.same(Object.keys(texts), ['domain', 'os', 'creative'])
  t.same(Object.keys(numbers), ['floor_cpm', 'ad_duration'])
  t.equal(scores, undefined)
})

t.test('texts are counted as by a map, their fifty most frequent values by themselves', async (t) => {
  const chunks = [1, 2, 3].map((seed) => randomRows(new Prng(seed), 2000))
  const builder = new ReferenceBuilder({ columns: COLUMNS, seed: 1 })
  const counts = new Map<number, number>()
  for (const chunk of chunks) {
    builder.add(chunk)
    for (let row = 0; row < chunk.count; row++) {
      const hash = chunk.hashes[row * FEATURES.length + F.os]
      counts.set(hash, (counts.get(hash) ?? 0) + 1)
    }
  }
  const { os } = builder.build().texts
  t.equal(os.hashes.length, 50)
  os.hashes.forEach((hash, i) => {
    t.ok(isNear(os.shares[i], counts.get(hash)! / 6000, 1e-6), `value ${i}`)
  })
  const others = [...counts].filter(([hash]) => hash !== 0 && !os.hashes.includes(hash))
  t.ok(others.every(([, count]) => count <= counts.get(os.hashes[49])!))
  t.ok(isNear(os.missing, counts.get(0)! / 6000, 1e-6))
  t.ok(isNear(sumOf([...os.shares, os.other, os.missing]), 1, 1e-4))
})

t.test('bins of numbers are equal in mass, and what is not known stands beside them', async (t) => {
  const builder = new ReferenceBuilder({ columns: COLUMNS, seed: 1 })
  const rows = randomRows(new Prng(5), 30_000)
  builder.add(rows)
  const floors = rows.numbers.filter((value, at) => at % FEATURES.length === F.floor_cpm && value >= 0)
  const { floor_cpm: found } = builder.build().numbers
  t.equal(found.edges.length, 9)
  t.ok(isNear(found.missing, 1 - floors.length / 30_000, 1e-6))
  t.equal(Math.fround(found.least), Math.min(...floors))
  t.equal(Math.fround(found.most), Math.max(...floors))
  for (const [bin, share] of found.shares.entries())
    t.ok(isNear(share, (1 - found.missing) / 10, 0.001), `bin ${bin}`)
  t.ok(isNear(sumOf([...found.shares, found.missing]), 1, 1e-4))
})

t.test('a row counts for as many impressions as it stands for', async (t) => {
  const { hashes, numbers } = randomRows(new Prng(5), 4)
  for (let row = 0; row < 4; row++) {
    hashes[row * FEATURES.length + F.os] = row === 0 ? 7 : 8
    numbers[row * FEATURES.length + F.floor_cpm] = row
  }
  const weights = Float32Array.of(7, 1, 1, 1)
  const builder = new ReferenceBuilder({ columns: COLUMNS, seed: 1 })
  builder.add({ count: 4, hashes, numbers, weights })
  builder.addScores([0.5, 0.1, 0.2, 0.3], weights)
  const { texts, numbers: counted, scores } = builder.build()
  t.same(
    [texts.os.hashes, texts.os.shares],
    [
      [7, 8],
      [0.7, 0.3],
    ],
  )
  t.same(
    [counted.floor_cpm.edges, counted.floor_cpm.shares],
    [
      [0, 1, 2],
      [0.7, 0.1, 0.1, 0.1],
    ],
  )
  t.same(scores, { rows: 4, edges: [0.1, 0.2, 0.3], shares: [0.1, 0.1, 0.1, 0.7] })
})

t.test('a number that is never known has a reference that says so', async (t) => {
  const rows = randomRows(new Prng(5), 10)
  rows.numbers.fill(Number.NaN)
  const builder = new ReferenceBuilder({ columns: COLUMNS, seed: 1 })
  builder.add(rows)
  t.same(builder.build().numbers.ad_duration, { least: 0, most: 0, edges: [], shares: [0], missing: 1 })
})

/** Each row: what it is about, values, edges, shares. */
const BINS: readonly (readonly [string, number[], number[], number[]])[] = [
  ['one value is one bin', [3, 3, 3, 3], [], [1]],
  ['two values part at the lower one', [1, 1, 1, 2], [1], [0.75, 0.25]],
  [
    'a value that fills several bins is one, and the rest is parted as before',
    [1, 1, 1, 1, 1, 2, 3, 4, 5, 6],
    [1, 2, 3, 4, 5],
    [0.5, 0.1, 0.1, 0.1, 0.1, 0.1],
  ],
  [
    'twenty values are two a bin',
    Array.from({ length: 20 }, (_, i) => 19 - i),
    [1, 3, 5, 7, 9, 11, 13, 15, 17],
    new Array<number>(10).fill(0.1),
  ],
]

for (const [about, values, edges, shares] of BINS) {
  t.test(about, async (t) => {
    const sample = new NumberSample(100, new Prng(1))
    for (const value of values) sample.add(value)
    const found = sample.bins()
    t.same(found.edges, edges)
    t.same(
      found.shares.map((share) => Math.round(share * 1e6) / 1e6),
      shares,
    )
  })
}

t.test('of more rows than a sample holds each is as likely to be in it', async (t) => {
  const sample = new NumberSample(1000, new Prng(3))
  for (let i = 0; i < 100_000; i++) sample.add(i)
  const { edges } = sample.bins()
  edges.forEach((edge, i) => {
    t.ok(isNear(edge, 10_000 * (i + 1), 5000), `edge ${i}`)
  })
  t.equal(sample.rows, 100_000)
  t.equal(sample.most, 99_999)
})
