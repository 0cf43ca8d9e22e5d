import t from 'tap'
import { Prng } from '../base/prng.ts'
import { psi, psiNoise } from './psi.ts'

/** Each row: what it is about, expected shares, counts, the index worked out by hand. */
const CASES: readonly (readonly [string, number[], number[], number])[] = [
  ['nothing has moved', [0.5, 0.3, 0.2], [50, 30, 20], 0],
  ['a tenth has moved', [0.5, 0.5], [60, 40], 0.1 * Math.log(1.2) - 0.1 * Math.log(0.8)],
  [
    'a cell that was empty is held at 1e-4',
    [1, 0],
    [90, 10],
    -0.1 * Math.log(0.9) + (0.1 - 1e-4) * Math.log(0.1 / 1e-4),
  ],
  [
    'a cell that has become empty, likewise',
    [0.9, 0.1],
    [100, 0],
    0.1 * Math.log(1 / 0.9) + (1e-4 - 0.1) * Math.log(1e-4 / 0.1),
  ],
]

for (const [about, expected, counts, due] of CASES) {
  t.test(about, async (t) => {
    const rows = counts.reduce((sum, count) => sum + count, 0)
    t.ok(Math.abs(psi(expected, counts, rows) - due) < 1e-12)
  })
}

t.test('without rows the index is not known', async (t) => {
  t.ok(Number.isNaN(psi([0.5, 0.5], [0, 0], 0)))
})

t.test('of rows that have not moved the index is on average its noise', async (t) => {
  const prng = new Prng(11)
  const cells = 20
  const expected = new Array<number>(cells).fill(1 / cells)
  for (const rows of [1000, 5000]) {
    const trials = 200
    let sum = 0
    for (let trial = 0; trial < trials; trial++) {
      const counts = new Uint32Array(cells)
      for (let row = 0; row < rows; row++) counts[prng.below(cells)]++
      sum += psi(expected, counts, rows)
    }
    const noise = psiNoise(cells, rows, Number.POSITIVE_INFINITY)
    t.ok(Math.abs(sum / trials / noise - 1) < 0.15, `${rows} rows`)
  }
})
