/**
 * Drift of features against its definition: the same rows counted by maps and binned by comparing, on random rows, through
 * windows that a clock which stands still until it is told opens and closes.
 */
import t from 'tap'
import { hashPair, mix32 } from '../../base/hash.ts'
import { Prng } from '../../base/prng.ts'
import { F, FEATURES, type FeatureName } from '../../features/catalogue.ts'
import type { Column } from '../../features/plan.ts'
import type { Reference } from '../../features/reference.ts'
import { ReferenceBuilder } from '../../features/reference-builder.ts'
import type { Rows } from '../../features/row.ts'
import { UnseenCounts } from '../../features/unseen.ts'
import { ManualClock } from '../../testing/clock.ts'
import { randomRows } from '../../testing/random-rows.ts'
import { FeatureDrift } from './feature-drift.ts'

const INLINE: Column[] = [
  { feature: 'os', buckets: 256, seed: 3 },
  { feature: 'creative', buckets: 256, seed: 4, offset: 256 },
  { feature: 'os*creative', buckets: 512, seed: 5, offset: 512 },
]
const COLUMNS: Column[] = [
  ...INLINE,
  { feature: 'domain', buckets: 8 },
  { feature: 'hour', buckets: 8 },
  { feature: 'floor_cpm' },
  { feature: 'ad_duration' },
]
const prng = new Prng(9)
/** A third of the weights are exactly nought. */
const TABLE = Float32Array.from({ length: 1024 }, () => (prng.below(3) === 0 ? 0 : prng.unit() - 0.5))

function referenceOf(rows: Rows & { count: number }): Reference {
  const builder = new ReferenceBuilder({ columns: COLUMNS, seed: 1 })
  builder.add(rows)
  return { ...builder.build(), unseen: { os: 0.25 } }
}

function driftOf(reference: Reference | undefined) {
  const clock = new ManualClock()
  const drift = new FeatureDrift({
    columns: COLUMNS,
    inline: { columns: INLINE, table: TABLE },
    reference,
    windowMs: 60_000,
  })
  /** Notes rows as if each were that of an imp, whose values stand first, and of an ad of its own. */
  const note = (rows: Rows & { count: number }) => {
    for (let row = 0; row < rows.count; row++) {
      const [from, to] = [row * FEATURES.length, (row + 1) * FEATURES.length]
      const vector = { hashes: rows.hashes.slice(from, to), numbers: rows.numbers.slice(from, to) }
      FEATURES.forEach(({ side }, feature) => {
        if (side === 'ad') vector.hashes[feature] = vector.numbers[feature] = 99
      })
      drift.note(vector, rows, row, clock.wallMs())
    }
  }
  const lastOf = (name: string) =>
    drift
      .features(clock.wallMs())
      .find(({ feature }) => feature === name)!
      .windows.at(-1)!
  return { clock, drift, note, lastOf }
}

/** The values of a feature, row by row. */
function valuesOf(rows: Rows & { count: number }, name: FeatureName): number[] {
  const values = FEATURES[F[name]].kind === 'text' ? rows.hashes : rows.numbers
  return Array.from({ length: rows.count }, (_, row) => values[row * FEATURES.length + F[name]])
}

const shareOf = (values: readonly number[], is: (value: number) => boolean) =>
  values.filter(is).length / values.length

function naivePsi(expected: readonly number[], found: readonly number[]): number {
  return expected.reduce((sum, share, i) => {
    const [is, was] = [Math.max(found[i], 1e-4), Math.max(share, 1e-4)]
    return sum + (is - was) * Math.log(is / was)
  }, 0)
}

function naiveTextPsi(values: readonly number[], reference: Reference, name: FeatureName): number {
  const { hashes, shares, other, missing } = reference.texts[name]
  const found = hashes.map((hash) => shareOf(values, (value) => value === hash))
  const isOther = (value: number) => value !== 0 && !hashes.includes(value)
  return naivePsi(
    [...shares, other, missing],
    [...found, shareOf(values, isOther), shareOf(values, (value) => value === 0)],
  )
}

function naiveNumberPsi(values: readonly number[], reference: Reference, name: FeatureName): number {
  const { edges, shares, missing } = reference.numbers[name]
  const found = shares.map((_, bin) =>
    shareOf(
      values,
      (value) =>
        value > Math.fround(edges[bin - 1] ?? Number.NEGATIVE_INFINITY) &&
        value <= Math.fround(edges[bin] ?? Number.POSITIVE_INFINITY),
    ),
  )
  return naivePsi([...shares, missing], [...found, shareOf(values, Number.isNaN)])
}

const isNear = (found: number, due: number) => Math.abs(found - due) < 1e-9

for (const [about, skew] of [
  ['as they were', 4],
  ['that have moved', 2],
] as const) {
  t.test(`rows ${about} give the figures of the definition`, async (t) => {
    const reference = referenceOf(randomRows(new Prng(1), 5000))
    const { clock, note, lastOf } = driftOf(reference)
    const rows = randomRows(new Prng(2), 3000, skew)
    note(rows)
    clock.advance(60_000)
    for (const name of ['os', 'domain', 'creative'] as const) {
      const found = lastOf(name)
      t.equal(found.rows, 3000)
      t.ok(isNear(found.psi, naiveTextPsi(valuesOf(rows, name), reference, name)), `psi of ${name}`)
      t.equal(found.psi - found.noise > 0.2, skew === 2, `${name} alarms: ${found.psi}`)
      t.equal(
        found.missing,
        shareOf(valuesOf(rows, name), (value) => value === 0),
      )
      t.ok(Number.isNaN(found.outOfRange))
    }
    for (const name of ['floor_cpm', 'ad_duration'] as const) {
      const found = lastOf(name)
      const { least, most } = reference.numbers[name]
      t.ok(isNear(found.psi, naiveNumberPsi(valuesOf(rows, name), reference, name)), `psi of ${name}`)
      t.equal(found.missing, shareOf(valuesOf(rows, name), Number.isNaN))
      const isOutside = (value: number) => value < Math.fround(least) || value > Math.fround(most)
      t.equal(found.outOfRange, shareOf(valuesOf(rows, name), isOutside))
      t.ok(Number.isNaN(found.unseen))
    }
  })
}

t.test('values beyond those of the training window are counted', async (t) => {
  const { clock, note, lastOf } = driftOf(referenceOf(randomRows(new Prng(1), 5000)))
  const rows = randomRows(new Prng(2), 100)
  for (let row = 0; row < 25; row++) rows.numbers[row * FEATURES.length + F.ad_duration] = row < 10 ? -1 : 21
  note(rows)
  clock.advance(60_000)
  t.equal(lastOf('ad_duration').outOfRange, 0.25)
})

t.test('columns without a weight are counted, a cross under its own name', async (t) => {
  const { clock, note, lastOf, drift } = driftOf(undefined)
  const rows = randomRows(new Prng(3), 2000)
  note(rows)
  clock.advance(60_000)
  const [os, creative] = [valuesOf(rows, 'os'), valuesOf(rows, 'creative')]
  const isUnseen = (hash: number, { buckets = 1, seed = 0, offset = 0 }: Column) =>
    TABLE[offset + (mix32(hash ^ seed) % buckets)] === 0
  t.equal(
    lastOf('os').unseen,
    shareOf(os, (hash) => isUnseen(hash, INLINE[0])),
  )
  t.equal(
    lastOf('creative').unseen,
    shareOf(creative, (hash) => isUnseen(hash, INLINE[1])),
  )
  const pairs = os.map((hash, row) => hashPair(hash, creative[row]))
  t.equal(
    lastOf('os*creative').unseen,
    shareOf(pairs, (hash) => isUnseen(hash, INLINE[2])),
  )
  const logged = new UnseenCounts(INLINE, TABLE)
  for (let row = 0; row < rows.count; row++) logged.note(rows, row)
  t.same(
    logged.shares(rows.count),
    Object.fromEntries(INLINE.map(({ feature }) => [feature, lastOf(feature).unseen])),
    'rows of a log give the same shares',
  )
  const { missing, psi } = lastOf('os*creative')
  t.same([missing, psi], [Number.NaN, Number.NaN])
  const names = ['domain', 'os', 'hour', 'creative', 'floor_cpm', 'ad_duration', 'os*creative']
  t.same(
    drift.features(clock.wallMs()).map(({ feature }) => feature),
    names,
  )
})

t.test('without a reference what is missing is counted all the same, and nothing is compared', async (t) => {
  const { clock, note, lastOf } = driftOf(undefined)
  const rows = randomRows(new Prng(3), 500)
  note(rows)
  clock.advance(60_000)
  t.equal(
    lastOf('os').missing,
    shareOf(valuesOf(rows, 'os'), (hash) => hash === 0),
  )
  t.same(
    [lastOf('os').psi, lastOf('floor_cpm').psi, lastOf('floor_cpm').outOfRange],
    Array(3).fill(Number.NaN),
  )
})

t.test('the hour is not compared with that of weeks', async (t) => {
  const { clock, note, lastOf } = driftOf(referenceOf(randomRows(new Prng(1), 500)))
  note(randomRows(new Prng(3), 500))
  clock.advance(60_000)
  t.ok(Number.isNaN(lastOf('hour').psi))
  t.ok(lastOf('domain').psi >= 0)
})

t.test('a window has what came in it alone, and says what is usual', async (t) => {
  const reference = referenceOf(randomRows(new Prng(1), 500))
  const { clock, drift, note, lastOf } = driftOf(reference)
  note(randomRows(new Prng(3), 30))
  clock.advance(59_999)
  note(randomRows(new Prng(4), 12))
  t.same(drift.features(clock.wallMs())[0].windows, [])
  clock.advance(1)
  const next = randomRows(new Prng(5), 7)
  note(next)
  t.equal(lastOf('os').rows, 42)
  clock.advance(60_000)
  const os = valuesOf(next, 'os')
  const isUnseen = (hash: number) => TABLE[mix32(hash ^ 3) % 256] === 0
  t.match(lastOf('os'), {
    rows: 7,
    missing: shareOf(os, (hash) => hash === 0),
    unseen: shareOf(os, isUnseen),
  })
  t.ok(isNear(lastOf('os').psi, naiveTextPsi(os, reference, 'os')))
  const floors = valuesOf(next, 'floor_cpm')
  t.ok(isNear(lastOf('floor_cpm').psi, naiveNumberPsi(floors, reference, 'floor_cpm')))
  clock.advance(60_000)
  t.equal(lastOf('os').rows, 0)
  const watched = drift.features(clock.wallMs()).find(({ feature }) => feature === 'os')!
  t.same(watched.usual, { missing: reference.texts.os.missing, unseen: 0.25 })
})

t.test('a million values take no more room than one', async (t) => {
  const { clock, note, lastOf } = driftOf(referenceOf(randomRows(new Prng(1), 500)))
  const rows = randomRows(new Prng(3), 2000)
  const draws = new Prng(4)
  for (let at = 0; at < rows.hashes.length; at++) rows.hashes[at] = draws.uint32()
  note(rows)
  clock.advance(60_000)
  t.equal(lastOf('domain').missing, 0)
  t.ok(lastOf('domain').psi > 5)
})
