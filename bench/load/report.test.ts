import t from 'tap'
import { type LoadReport, tableOf, voidReason } from './report.ts'

const none = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }

/** A run of 1,000 a second for 10 s in which all went well. */
const good: Omit<LoadReport, 'voidReason'> = {
  mode: 'open',
  plan: '1000 a second for 10 s',
  seed: 1,
  connections: 64,
  threads: 1,
  seconds: 10,
  planned: 10000,
  sent: 10000,
  answered: 10000,
  unsent: 0,
  held: 0,
  ratePlanned: 1000,
  rateAchieved: 1000,
  statuses: { 200: 6000, 204: 4000 },
  bids: 6000,
  noBids: 4000,
  bodyBytes: 6000000,
  errors: { reset: 0, timeout: 0, protocol: 0 },
  errorExamples: [],
  reconnects: 0,
  latencyUs: { count: 10000, mean: 210, p50: 200, p90: 300, p99: 900, p999: 1500, max: 2000 },
  curve: { quantiles: [], latencyUs: [], serviceUs: [] },
  timeline: [],
  serviceUs: { count: 10000, mean: 200, p50: 190, p90: 290, p99: 890, p999: 1400, max: 1900 },
  generator: { latenessUs: { ...none, count: 10000, p99: 20 }, cpuShare: 0.2, cores: 0.25 },
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
    ['CPU at its limit', busy(0.95), null],
    [
      'CPU above it, even where the plan was kept',
      busy(0.96),
      /no CPU left: .* 96.0 % of a core, limit 95.0 %/,
    ],
    ['nothing was answered', { answered: 0 }, /nothing was answered/],
    ['a closed loop has no plan to miss', { ratePlanned: null, rateAchieved: 5, ...lateness(9999) }, null],
    ['but it needs answers', { ratePlanned: null, answered: 0 }, /nothing was answered/],
  ]
  for (const [about, change, reason] of rows) {
    const found = voidReason({ ...good, ...change }, { latenessP99MaxUs: 1000, cpuShareMax: 0.95 })
    if (reason === null) t.equal(found, null, about)
    else t.match(found, reason, about)
  }
  t.end()
})

t.test('the table shows what was found, and that a run is void', (t) => {
  const table = tableOf({ ...good, errorExamples: ['reset: ECONNRESET'], voidReason: null })
  for (const text of [
    '10000 of 10000',
    '200 x 6000, 204 x 4000',
    'reset: ECONNRESET',
    'CPU 20.0 %',
    '6000 answers with a bid',
  ])
    t.match(table, text)
  t.match(table, /^latency +210 +200 +300 +900 +1500 +2000$/m)
  t.notMatch(table, /VOID/)
  t.match(tableOf({ ...good, voidReason: 'too slow' }), /\nVOID: too slow\n$/)
  t.match(tableOf({ ...good, plan: 'as fast as answers come', voidReason: null }), /as fast as answers come/)
  t.end()
})
