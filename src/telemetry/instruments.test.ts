import t from 'tap'
import { Counter, Histogram, MICROS_BOUNDS, Observed } from './instruments.ts'

const LAST = MICROS_BOUNDS.length - 1

/** The bucket that a value falls into, alone. */
function bucketOf(micros: number): number {
  const histogram = new Histogram({ name: 'h', about: '' })
  histogram.record(0, micros)
  const hits = histogram.counts.filter((count) => count !== 0)
  if (hits.length !== 1 || hits[0] !== 1) throw new Error(`${micros} is counted as ${hits}`)
  return histogram.counts.indexOf(1)
}

t.test('bounds rise from a microsecond to a second, each there once', async (t) => {
  t.equal(MICROS_BOUNDS[0], 1)
  t.equal(MICROS_BOUNDS[LAST], 1e6)
  for (let i = 1; i <= LAST; i++) {
    t.ok(MICROS_BOUNDS[i] > MICROS_BOUNDS[i - 1], `${MICROS_BOUNDS[i]}`)
    if (i > 6) t.ok(MICROS_BOUNDS[i] / MICROS_BOUNDS[i - 1] < 1.45, `${MICROS_BOUNDS[i]} is not far above`)
  }
})

t.test('a value at a bound falls into its bucket, one above it into the next', async (t) => {
  // On both sides of the end of the table by which whole microseconds are looked up.
  for (const [bucket, bound] of MICROS_BOUNDS.entries()) {
    t.equal(bucketOf(bound), bucket, `at ${bound}`)
    t.equal(bucketOf(bound - 0.25), bucket, `a quarter below ${bound}`)
    t.equal(bucketOf(bound + 0.25), bucket + 1, `a quarter above ${bound}`)
  }
  for (const micros of [2046, 2047, 2048, 2049]) {
    t.equal(bucketOf(micros), MICROS_BOUNDS.indexOf(2683), `${micros}`)
  }
})

t.test('nothing and less than nothing fall into the first bucket', async (t) => {
  for (const micros of [0, -0.5, -3, -1e9]) t.equal(bucketOf(micros), 0)
})

t.test('what is beyond the last bound falls behind it', async (t) => {
  for (const micros of [1e6 + 1, 1e9, Number.POSITIVE_INFINITY]) t.equal(bucketOf(micros), LAST + 1)
})

t.test('slots of a histogram are apart', async (t) => {
  const histogram = new Histogram({ name: 'h', about: '', slots: [{ a: '1' }, { a: '2' }, { a: '3' }] })
  histogram.record(1, 2e6)
  histogram.record(1, 1e6)
  histogram.record(2, 1)
  t.same([...histogram.sums], [0, 3e6, 1])
  const counts = (slot: number) =>
    histogram.counts.subarray(slot * histogram.bucketCount, (slot + 1) * histogram.bucketCount)
  t.ok(counts(0).every((count) => count === 0))
  t.equal(counts(1)[LAST + 1], 1)
  t.equal(counts(1)[LAST], 1)
  t.equal(counts(2)[0], 1)
})

t.test('slots of a counter are apart and grow by what is added', async (t) => {
  const counter = new Counter({ name: 'c', about: '', slots: [{ a: '1' }, { a: '2' }] })
  counter.add(1)
  counter.add(1, 41)
  t.same([...counter.values], [0, 42])
  t.same(new Counter({ name: 'c', about: '' }).slots, [{}], 'one slot without labels by default')
})

t.test('an observed value is a gauge without a unit unless told otherwise', async (t) => {
  const observed = new Observed({ name: 'o', about: '', observe: () => [] })
  t.equal(observed.isCumulative, false)
  t.equal(observed.unit, '')
})
