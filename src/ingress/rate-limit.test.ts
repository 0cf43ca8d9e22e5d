/**
 * A limit by the clock, on a clock that the test turns.
 */
import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { RateLimit } from './rate-limit.ts'

const admitted = (limit: RateLimit, count: number, nowMs: number) =>
  Array.from({ length: count }, () => limit.admits(nowMs)).filter(Boolean).length

t.test("a burst gets one second's worth, and no more", async (t) => {
  t.equal(admitted(new RateLimit(10, 5000), 50, 5000), 10)
})

t.test('what was used comes back as time goes by', async (t) => {
  const limit = new RateLimit(10, 0)
  admitted(limit, 10, 0)
  t.equal(limit.admits(99), false)
  t.equal(limit.admits(100), true)
  t.equal(limit.admits(100), false)
  t.equal(admitted(limit, 50, 600), 5)
})

t.test("a long silence earns one second's burst", async (t) => {
  const limit = new RateLimit(10, 0)
  t.equal(admitted(limit, 50, 3_600_000), 10)
})

t.test('no second gets more than twice its share, whenever the calls come', async () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 300, size: 'max' }), (gapsMs) => {
      const limit = new RateLimit(20, 0)
      const passed: number[] = []
      let nowMs = 0
      for (const gap of gapsMs) {
        nowMs += gap
        if (limit.admits(nowMs)) passed.push(nowMs)
      }
      return passed.every((from) => passed.filter((at) => at >= from && at < from + 1000).length <= 40)
    }),
  )
})
