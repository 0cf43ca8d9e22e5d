import t from 'tap'
import { Prng } from '../base/prng.ts'
import { BUCKETS, bucketOf } from './assignment.ts'

const UNITS = 200_000

function draw(seed: number): readonly (readonly [number, number])[] {
  const prng = new Prng(seed)
  return Array.from({ length: UNITS }, () => [prng.uint32(), prng.uint32()] as const)
}

t.test('units are spread evenly, also ones that differ in a few bits', async (t) => {
  const near = Array.from({ length: UNITS }, (_, i) => [7, i] as const)
  const far = Array.from({ length: UNITS }, (_, i) => [i, 0] as const)
  for (const units of [draw(1), near, far]) {
    const counts = new Float64Array(10)
    for (const [hi, lo] of units) counts[Math.floor((bucketOf(hi, lo, 42) / BUCKETS) * 10)]++
    // Chi squared with 9 degrees of freedom is below 33.7 in 9,999 of 10,000 fair draws.
    const expected = UNITS / 10
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    t.ok(chi < 33.7, `chi squared ${chi}`)
  }
})

t.test('a bucket is one of them, and the same each time', async (t) => {
  for (const [hi, lo] of draw(2).slice(0, 1000)) {
    const bucket = bucketOf(hi, lo, 5)
    t.ok(Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS)
    t.equal(bucketOf(hi, lo, 5), bucket)
  }
})

t.test('two salts have nothing to do with each other', async (t) => {
  const both = draw(3).filter(([hi, lo]) => bucketOf(hi, lo, 1) < 1000 && bucketOf(hi, lo, 2) < 1000)
  // One in a hundred; five standard deviations are 222.
  t.ok(Math.abs(both.length - UNITS / 100) < 222, `${both.length}`)
})
