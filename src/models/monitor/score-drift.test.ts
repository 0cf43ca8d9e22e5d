import t from 'tap'
import { Prng } from '../../base/prng.ts'
import { psi } from '../../features/psi.ts'
import { ManualClock } from '../../testing/clock.ts'
import { ScoreDrift } from './score-drift.ts'

const WINDOW = 600_000
const REFERENCE = { rows: 100_000, edges: [0.01, 0.02, 0.04], shares: [0.4, 0.3, 0.2, 0.1] }

function driftOf(reference?: typeof REFERENCE) {
  const clock = new ManualClock()
  const drift = new ScoreDrift({ reference })
  const prng = new Prng(4)
  /** Notes so many scores about a mean, and lets the window end. */
  const window = (count: number, mean: number): number[] => {
    const scores = Array.from({ length: count }, () => -mean * Math.log(1 - prng.unit()))
    for (const score of scores) drift.note(score, clock.wallMs())
    clock.advance(WINDOW)
    return scores
  }
  return { window, state: () => drift.scores(clock.wallMs()) }
}

t.test('scores are held against the bins of the manifest', async (t) => {
  const { window, state } = driftOf(REFERENCE)
  t.same(state(), { reference: 'manifest', windows: [] })
  window(1000, 0.5)
  const scores = window(2000, 0.02)
  const { windows } = state()
  const counts = [0, 0, 0, 0]
  for (const score of scores) counts[REFERENCE.edges.filter((edge) => edge < score).length]++
  t.equal(windows.length, 2)
  t.equal(windows[1].rows, 2000)
  t.ok(Math.abs(windows[1].psi - psi(REFERENCE.shares, counts, 2000)) < 1e-12)
  t.ok(Math.abs(windows[1].mean - scores.reduce((sum, score) => sum + score, 0) / 2000) < 1e-12)
})

t.test('a manifest that is silent leaves it to the first window with enough rows', async (t) => {
  const { window, state } = driftOf()
  window(4999, 0.5)
  t.equal(state().reference, null)
  window(5000, 0.02)
  t.same(
    state().windows.map(({ rows, psi }) => [rows, psi]),
    [
      [4999, Number.NaN],
      [5000, Number.NaN],
    ],
  )
  t.equal(state().reference, 'first window')
  window(5000, 0.02)
  const still = state().windows.at(-1)!
  t.ok(still.psi - still.noise < 0.01, 'the same scores again have not moved')
  window(5000, 0.04)
  const moved = state().windows.at(-1)!
  t.ok(moved.psi - moved.noise > 0.2, 'scores of twice the size have')
  t.equal(state().reference, 'first window')
})
