import t from 'tap'
import { BINS, BOUNDS } from './landscape-grid.ts'
import { massesOf, unseenChances } from './landscape-prior.ts'

t.test('chances in an unseen market rise from 0 to 1', async (t) => {
  const chances = unseenChances()
  t.equal(chances[0], 0)
  for (let i = 1; i < BINS; i++) t.ok(chances[i] > chances[i - 1] || chances[i] === 1, `bound ${i}`)
  t.equal(chances[BOUNDS.findIndex((bound) => bound > 20_000_000)], 1)
})

t.test('masses sum to one and rule no bin out, even where the chances do', async (t) => {
  const step = Float64Array.from({ length: 2 * BINS }, (_, i) => (i > BINS + 40 ? 1 : 0))
  const masses = new Float64Array(BINS)
  for (const [chances, offset] of [
    [unseenChances(), 0],
    [step, BINS],
  ] as const) {
    massesOf(chances, offset, masses)
    t.ok(masses.every((mass) => mass > 0))
    t.ok(Math.abs(masses.reduce((sum, mass) => sum + mass, 0) - 1) < 1e-12)
  }
  t.ok(masses[40] > 0.99, 'the step is in the bin below its bound')
})
