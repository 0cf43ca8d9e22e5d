import fc from 'fast-check'
import t from 'tap'
import { MicrosHistogram } from './histogram.ts'

t.test('percentiles are those of what was recorded', async (t) => {
  const histogram = new MicrosHistogram()
  t.same(histogram.percentiles(), { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 })
  for (let us = 1; us <= 1000; us++) histogram.recordNs(us * 1000)
  t.same(histogram.percentiles(), {
    count: 1000,
    mean: 501,
    p50: 500,
    p90: 900,
    p99: 990,
    p999: 999,
    max: 1000,
  })
  histogram.recordNs(3600e9)
  t.equal(histogram.percentiles().max, 60_000_000, 'more than a minute is a minute')
})

t.test('what threads recorded in parts is, put together, what one would have recorded', async (t) => {
  const us = fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 60_000_000 }))
  fc.assert(
    fc.property(fc.array(us, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (values, parts) => {
      const whole = new MicrosHistogram()
      const part = new MicrosHistogram()
      const sum = new MicrosHistogram()
      for (const [i, value] of values.entries()) {
        whole.recordNs(value * 1000)
        part.recordNs(value * 1000)
        if (i % parts === 0) sum.add(part.take())
      }
      sum.add(part.take())
      t.same(sum.percentiles(), whole.percentiles())
      return part.percentiles().count === 0 && whole.at(100) === Math.max(0, ...values)
    }),
    { numRuns: 100, seed: 1 },
  )
})
