import t from 'tap'
import { Prng } from '../../src/base/prng.ts'
import { between, chance, draw, hex, logNormal, lotOf, sample, sampleLot, uuid, zipfOf } from './draw.ts'

const COUNT = 20000

function countsOf<T>(make: () => T): Map<T, number> {
  const counts = new Map<T, number>()
  for (let i = 0; i < COUNT; i++) {
    const value = make()
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return counts
}

t.test('a lot is drawn in proportion to its weights', (t) => {
  const prng = new Prng(1)
  const counts = countsOf(() =>
    draw(
      prng,
      lotOf([
        ['a', 1],
        ['b', 3],
        ['never', 0],
        ['c', 6],
      ]),
    ),
  )
  t.ok(Math.abs(counts.get('a')! / COUNT - 0.1) < 0.01)
  t.ok(Math.abs(counts.get('b')! / COUNT - 0.3) < 0.01)
  t.ok(Math.abs(counts.get('c')! / COUNT - 0.6) < 0.01)
  t.equal(counts.get('never'), undefined)
  t.throws(() => lotOf([]), /something to draw/)
  t.end()
})

t.test('rank r of a Zipf lot weighs r to the minus exponent', (t) => {
  const prng = new Prng(2)
  const counts = countsOf(() => draw(prng, zipfOf([1, 2, 3, 4], 1)))
  t.ok(Math.abs(counts.get(1)! / counts.get(4)! - 4) < 0.4)
  t.ok(Math.abs(counts.get(1)! / counts.get(2)! - 2) < 0.2)
  t.end()
})

t.test('bounds are reached and not passed', (t) => {
  const prng = new Prng(3)
  t.same([...countsOf(() => between(prng, [2, 5])).keys()].sort(), [2, 3, 4, 5])
  const shape = { median: 3, sigma: 1, bounds: [1, 9] } as const
  const values = Array.from({ length: COUNT }, () => logNormal(prng, shape)).sort((a, b) => a - b)
  t.equal(values[0], 1)
  t.equal(values[COUNT - 1], 9)
  t.ok(Math.abs(values[COUNT / 2] - 3) < 0.1, 'the median is the stated one')
  t.ok(Math.abs(countsOf(() => chance(prng, 0.25)).get(true)! / COUNT - 0.25) < 0.01)
  t.end()
})

t.test('samples have no repetition and never more than there is', (t) => {
  const prng = new Prng(4)
  const list = ['a', 'b', 'c', 'd']
  const lot = zipfOf(list, 2)
  for (let count = 0; count <= 6; count++) {
    for (const taken of [sample(prng, list, count), sampleLot(prng, lot, count)]) {
      t.equal(taken.length, Math.min(count, 4))
      t.equal(new Set(taken).size, taken.length)
    }
  }
  t.same(list, ['a', 'b', 'c', 'd'], 'the list is left as it was')
  t.end()
})

t.test('identifiers have their form', (t) => {
  const prng = new Prng(5)
  for (const length of [1, 8, 20]) t.match(hex(prng, length), new RegExp(`^[0-9a-f]{${length}}$`))
  t.match(uuid(prng), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.not(uuid(prng), uuid(prng))
  t.equal(countsOf(() => hex(prng, 1)).size, 16, 'every digit may come first')
  t.end()
})
