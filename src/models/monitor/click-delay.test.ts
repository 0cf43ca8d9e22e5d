import t from 'tap'
import { Prng } from '../../base/prng.ts'
import { ClickDelay } from './click-delay.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.UTC(2026, 0, 1)

/** Delays of a mean, exponentially distributed, a minute apart. */
function learn(delay: ClickDelay, count: number, meanMs: number, fromMs = START): void {
  const prng = new Prng(6)
  for (let i = 0; i < count; i++) {
    const atMs = fromMs + i * MINUTE
    delay.add({ bidAtMs: atMs + meanMs * Math.log(1 - prng.unit()), atMs })
  }
}

t.test('before a hundred clicks the delay is a guess', async (t) => {
  const delay = new ClickDelay()
  learn(delay, 99, 10 * HOUR)
  t.notOk(delay.isLearned)
  t.equal(delay.matureMs, 30 * MINUTE)
  t.ok(Math.abs(delay.completeness(30 * MINUTE) - 0.95) < 1e-12)
  t.equal(delay.completeness(0), 0)
})

t.test('clicks tell when 95 in 100 have come, and how many have by any age', async (t) => {
  const delay = new ClickDelay()
  learn(delay, 2000, MINUTE)
  t.ok(delay.isLearned)
  const due = -Math.log(0.05) * MINUTE
  t.ok(Math.abs(delay.matureMs / due - 1) < 0.2, `${delay.matureMs} ms`)
  for (const ageMs of [20_000, 45_000, MINUTE, 3 * MINUTE]) {
    const share = 1 - Math.exp(-ageMs / MINUTE)
    t.ok(Math.abs(delay.completeness(ageMs) - share) < 0.03, `at ${ageMs} ms`)
  }
})

t.test('what is learnt fades: a month later other delays count', async (t) => {
  const delay = new ClickDelay()
  learn(delay, 2000, 2 * HOUR)
  t.ok(delay.matureMs > 4 * HOUR)
  learn(delay, 500, MINUTE, START + 30 * 24 * HOUR)
  t.ok(delay.matureMs < 5 * MINUTE)
})

t.test('delays beyond a day, and clocks that disagree, stay within the histogram', async (t) => {
  const delay = new ClickDelay()
  for (let i = 0; i < 200; i++) delay.add({ bidAtMs: START - 1000 * HOUR, atMs: START })
  t.ok(delay.matureMs >= 24 * HOUR && delay.matureMs < 30 * HOUR)
  t.equal(delay.completeness(1000 * HOUR), 1)
  const skewed = new ClickDelay()
  for (let i = 0; i < 200; i++) skewed.add({ bidAtMs: START + HOUR, atMs: START })
  t.equal(skewed.matureMs, 1000)
})
