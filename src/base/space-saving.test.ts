import t from 'tap'
import { Prng } from './prng.ts'
import { SpaceSaving } from './space-saving.ts'

t.test('while there is room the weights are exact', async (t) => {
  const keys = new SpaceSaving<string>(3)
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) keys.add(key)
  const heaviest = keys.ranking().map((place) => [keys.keyAt(place), keys.certainAt(place)])
  t.same(heaviest, [
    ['a', 3],
    ['b', 2],
    ['c', 1],
  ])
  t.equal(keys.find('d'), undefined)
})

t.test('of ten thousand keys those that are heavy are kept, and no weight is too high', async (t) => {
  const prng = new Prng(7)
  const capacity = 64
  const keys = new SpaceSaving<number>(capacity)
  const truth = new Map<number, number>()
  let total = 0
  for (let i = 0; i < 50_000; i++) {
    // Small numbers are frequent, and thousands are seen a few times.
    const key = Math.floor(10_000 * prng.unit() ** 8)
    const weight = 1 + prng.below(3)
    keys.add(key, weight)
    truth.set(key, (truth.get(key) ?? 0) + weight)
    total += weight
  }
  t.equal(keys.size, capacity)
  for (const [key, weight] of truth) {
    const place = keys.find(key)
    if (weight > total / capacity) t.not(place, undefined, `${key} is kept`)
    if (place !== undefined) t.ok(keys.certainAt(place) <= weight, `${key} has what it brought`)
  }
})
