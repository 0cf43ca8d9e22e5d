// Flat is what neither drifts nor climbs; noise and single wild points do not count.
import t from 'tap'
import { Prng } from '../../src/base/prng.ts'
import { flatnessOf, medianOf, type Point, theilSen } from './flatness.ts'

const WARM_UP_S = 300
const LIMIT = 0.02

/** Thirty minutes, a point every five seconds. */
function series(valueAt: (atS: number) => number): Point[] {
  return Array.from({ length: 360 }, (_, i) => ({ atS: 5 * i, value: valueAt(5 * i) }))
}

t.test('a series is flat when it neither drifts nor climbs beyond the limit', async (t) => {
  const prng = new Prng(1)
  const noise = () => 1 + 0.05 * (prng.unit() - 0.5)
  const cases: readonly (readonly [string, (atS: number) => number, boolean])[] = [
    ['constant', () => 300, true],
    ['noise', () => 300 * noise(), true],
    ['a warm-up that climbs', (atS) => (atS < WARM_UP_S ? 200 + atS / 3 : 300), true],
    ['a wild point in fifty', (atS) => (atS % 250 === 0 ? 900 : 300), true],
    ['3 % in noise', (atS) => 300 * (1 + (0.03 * Math.max(0, atS - WARM_UP_S)) / 1500) * noise(), false],
    ['1 % over the stretch', (atS) => 300 * (1 + (0.01 * Math.max(0, atS - WARM_UP_S)) / 1500), true],
    ['a step of 3 % that stays', (atS) => (atS < 1200 ? 300 : 309), false],
    ['what shrinks', (atS) => 300 - atS / 100, false],
  ]
  for (const [about, valueAt, isFlat] of cases) {
    const found = flatnessOf(series(valueAt), WARM_UP_S, LIMIT)
    t.equal(found?.isFlat, isFlat, `${about}: ${JSON.stringify(found)}`)
  }
})

t.test('too few points say nothing', async (t) => {
  t.equal(flatnessOf(series(() => 1).slice(0, 9), 0, LIMIT), undefined)
  t.ok(flatnessOf(series(() => 1).slice(0, 10), 0, LIMIT)?.isFlat)
})

t.test('the slope is that of the line, also of a long series, with outliers on it', async (t) => {
  const line = Array.from({ length: 5000 }, (_, i) => ({ atS: i, value: i % 10 === 3 ? 1e9 : 7 + 0.25 * i }))
  t.ok(Math.abs(theilSen(line) - 0.25) < 1e-9)
  t.equal(medianOf([3, 1, 2]), 2)
  t.equal(medianOf([4, 1, 2, 3]), 2.5)
})
