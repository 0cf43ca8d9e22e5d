import t from 'tap'
import { CAP_WINDOW_S_MAX, CAP_WINDOW_S_MIN, CAPS_MAX, compileCaps, NO_CAPS } from './caps.ts'

const DAY_S = 86_400

t.test('caps are compiled to pairs of impressions and seconds', async (t) => {
  const caps = compileCaps([
    { impressions: 3, windowS: DAY_S },
    { impressions: 1, windowS: 600 },
  ])
  t.same([...caps], [3, DAY_S, 1, 600])
  t.same(compileCaps([]), NO_CAPS)
})

t.test('of two caps on one window the stricter counts', async (t) => {
  for (const [first, second] of [
    [5, 2],
    [2, 5],
  ]) {
    const caps = compileCaps([
      { impressions: first, windowS: DAY_S },
      { impressions: second, windowS: DAY_S },
    ])
    t.same([...caps], [2, DAY_S])
  }
})

t.test('a cap that the table cannot keep is a bug of whoever let it through', async (t) => {
  const kept = [
    { impressions: 1, windowS: CAP_WINDOW_S_MIN },
    { impressions: 255, windowS: CAP_WINDOW_S_MAX },
  ]
  const broken = [
    { impressions: 0, windowS: DAY_S },
    { impressions: 256, windowS: DAY_S },
    { impressions: 1.5, windowS: DAY_S },
    { impressions: 1, windowS: CAP_WINDOW_S_MIN - 1 },
    { impressions: 1, windowS: CAP_WINDOW_S_MAX + 1 },
  ]
  for (const cap of kept) t.doesNotThrow(() => compileCaps([cap]))
  for (const cap of broken) t.throws(() => compileCaps([cap]), JSON.stringify(cap))
  const many = Array.from({ length: CAPS_MAX + 1 }, (_, i) => ({ impressions: 1, windowS: 60 + i }))
  t.throws(() => compileCaps(many))
})
