import { build } from 'hdr-histogram-js'
import t from 'tap'
import { type LoadReport, percentilesOf, tableOf, voidReason } from './report.ts'

const none = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }

/** A run of 1,000 a second for 10 s in which all went well. */
const good: Omit<LoadReport, 'voidReason'> = {
  mode: 'open',
  seed: 1,
  connections: 64,
  seconds: 10,
  planned: 10000,
  sent: 10000,
  answered: 10000,
  unsent: 0,
  held: 0,
  ratePlanned: 1000,
  rateAchieved: 1000,
  statuses: { 200: 6000, 204: 4000 },
  bodyBytes: 6000000,
  errors: { reset: 0, timeout: 0, protocol: 0 },
  errorExamples: [],
  reconnects: 0,
  latencyUs: { count: 10000, mean: 210, p50: 200, p90: 300, p99: 900, p999: 1500, max: 2000 },
  serviceUs: { count: 10000, mean: 200, p50: 190, p90: 290, p99: 890, p999: 1400, max: 1900 },
  generator: { latenessUs: { ...none, count: 10000, p99: 20 }, cpuShare: 0.2 },
}

const lateness = (p99: number) => ({ generator: { ...good.generator, latenessUs: { ...none, p99 } } })
const busy = (cpuShare: number) => ({ generator: { ...good.generator, cpuShare } })

t.test('a run is void when the generator was the limit', (t) => {
  const rows: [about: string, change: Partial<LoadReport>, reason: RegExp | null][] = [
    ['all went well', {}, null],
    ['lateness at its limit', lateness(1000), null],
    ['lateness above it', lateness(1001), /woke late: p99 1001 us, limit 1000 us/],
    ['99.9 % of the plan is enough', { rateAchieved: 999 }, null],
    ['less, and the target was never waited for', { rateAchieved: 998.9 }, /too slowly: 998.9 of 1000/],
    ['less, and connections were waited for: the target is slow', { rateAchieved: 900, held: 10 }, null],
    [
      'less, and the generator had no CPU left',
      { rateAchieved: 900, held: 500, ...busy(0.91) },
      /no CPU left/,
    ],
    ['a busy generator that keeps to its plan is fine', busy(0.99), null],
    ['nothing was answered', { answered: 0 }, /nothing was answered/],
    ['a closed loop has no plan to miss', { ratePlanned: null, rateAchieved: 5, ...lateness(9999) }, null],
    ['but it needs answers', { ratePlanned: null, answered: 0 }, /nothing was answered/],
  ]
  for (const [about, change, reason] of rows) {
    const found = voidReason({ ...good, ...change }, 1000)
    if (reason === null) t.equal(found, null, about)
    else t.match(found, reason, about)
  }
  t.end()
})

t.test('percentiles are those of the histogram', (t) => {
  const histogram = build({
    bitBucketSize: 32,
    highestTrackableValue: 1e6,
    numberOfSignificantValueDigits: 3,
  })
  t.same(percentilesOf(histogram), none, 'an empty one is all zeros')
  for (let value = 1; value <= 1000; value++) histogram.recordValue(value)
  t.same(percentilesOf(histogram), {
    count: 1000,
    mean: 501,
    p50: 500,
    p90: 900,
    p99: 990,
    p999: 999,
    max: 1000,
  })
  t.end()
})

t.test('the table shows what was found, and that a run is void', (t) => {
  const table = tableOf({ ...good, errorExamples: ['reset: ECONNRESET'], voidReason: null })
  for (const text of ['10000 of 10000', '200 x 6000, 204 x 4000', 'reset: ECONNRESET', 'CPU 20.0 %'])
    t.match(table, text)
  t.match(table, /^latency +210 +200 +300 +900 +1500 +2000$/m)
  t.notMatch(table, /VOID/)
  t.match(tableOf({ ...good, voidReason: 'too slow' }), /\nVOID: too slow\n$/)
  t.match(tableOf({ ...good, ratePlanned: null, voidReason: null }), /as fast as answers come/)
  t.end()
})
