import t from 'tap'
import { Written } from './written.ts'

const PACE = { mode: 'dual', mu: 2, ageS: 100, costRatio: 0.5 } as const
const STANDING = { heldNanos: 1000, bids: 3, wins: 1, pace: PACE }
const NOW_MS = 1_000_000

t.test('a campaign is due until it was written, each by itself', async (t) => {
  const written = new Written()
  t.equal(written.heldNanos(7), 0)
  t.equal(written.isDue(7, STANDING, NOW_MS), true)
  written.note(7, STANDING, NOW_MS)
  t.equal(written.isDue(7, STANDING, NOW_MS), false)
  t.equal(written.heldNanos(7), 1000)
  for (const other of [0, 6, 8, 500]) {
    t.equal(written.isDue(other, { ...STANDING, heldNanos: 0 }, NOW_MS), true, `${other}`)
    t.equal(written.heldNanos(other), 0)
  }
  written.note(500, STANDING, NOW_MS)
  t.equal(written.isDue(7, STANDING, NOW_MS), false, 'also when there are more of them')
})

/** Each row: what has changed, after how long, and whether that is written anew. */
const CHANGES: readonly (readonly [string, Partial<typeof STANDING> | { pace: unknown }, number, boolean])[] =
  [
    ['nothing', {}, 60_000, false],
    ['what is held', { heldNanos: 1001 }, 1000, true],
    ['bids, just now', { bids: 4 }, 9999, false],
    ['bids, for a while', { bids: 4 }, 10_000, true],
    ['wins, for a while', { wins: 2 }, 10_000, true],
    ['less than a twentieth of the multiplier', { pace: { ...PACE, mu: 2.09 } }, 1000, false],
    ['more of the multiplier', { pace: { ...PACE, mu: 2.11 } }, 1000, true],
    ['less of it', { pace: { ...PACE, mu: 1.89 } }, 1000, true],
    ['the age', { pace: { ...PACE, ageS: 106 } }, 1000, true],
    ['the ratio of costs', { pace: { ...PACE, costRatio: 0.4 } }, 1000, true],
    ['the mode alone', { pace: { ...PACE, mode: 'throttle' } }, 1000, true],
    ['that it is paced', { pace: undefined }, 1000, true],
  ]

for (const [what, change, afterMs, isDue] of CHANGES) {
  t.test(`${what} is ${isDue ? '' : 'not '}written anew`, async (t) => {
    const written = new Written()
    written.note(0, STANDING, NOW_MS)
    t.equal(written.isDue(0, { ...STANDING, ...change } as typeof STANDING, NOW_MS + afterMs), isDue)
  })
}
