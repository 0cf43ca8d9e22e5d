import fc from 'fast-check'
import t from 'tap'
import { type Phase, search, type Verdict, verdictOf } from './find.ts'
import type { LoadReport } from './report.ts'

/** A target that holds every rate up to its limit, or a generator that does. */
function holding(most: number, beyond: Verdict = 'not held') {
  const tried: [rate: number, phase: Phase][] = []
  const attempt = async (rate: number, phase: Phase): Promise<Verdict> => {
    tried.push([rate, phase])
    return rate <= most ? 'held' : beyond
  }
  return { attempt, tried }
}

t.test('it finds the highest rate within 5 %, wherever it begins, in few tries', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200_000 }),
      fc.integer({ min: 1, max: 50_000 }),
      async (most, first) => {
        const { attempt, tried } = holding(most)
        const { rate, limit } = await search(attempt, first)
        const [lastRate, lastPhase] = tried.at(-1)!
        const isClose = rate <= most && most <= 1.05 * rate + 1
        return (
          isClose && limit === 'target' && lastRate === rate && lastPhase === 'confirm' && tried.length < 32
        )
      },
    ),
    { numRuns: 500, seed: 1 },
  )
  t.pass()
})

t.test('where nothing is held it says so', async (t) => {
  const { attempt, tried } = holding(0)
  t.same(await search(attempt, 1000), { rate: 0, limit: 'target' })
  t.equal(tried.at(-1)![0], 1, 'one a second is the last tried')
})

t.test('where tries beyond a rate are void the generator is the limit, and each is made twice', async (t) => {
  const { attempt, tried } = holding(3000, 'void')
  const { rate, limit } = await search(attempt, 1000)
  t.equal(limit, 'generator')
  t.ok(rate > 2850 && rate <= 3000)
  t.equal(tried.filter(([each]) => each === 4000).length, 2)
})

t.test('a try that is void by chance is made again and does not count', async (t) => {
  const { attempt } = holding(3000)
  let tries = 0
  const moody = async (rate: number, phase: Phase): Promise<Verdict> =>
    tries++ % 2 === 0 ? 'void' : attempt(rate, phase)
  const { rate, limit } = await search(moody, 1000)
  t.equal(limit, 'target')
  t.ok(rate > 2850 && rate <= 3000)
})

t.test('a rate that is not held for longer is lowered until one is', async (t) => {
  const most = (phase: Phase) => (phase === 'confirm' ? 2700 : 3000)
  const { rate, limit } = await search(
    async (each, phase) => (each <= most(phase) ? 'held' : 'not held'),
    1000,
  )
  t.equal(limit, 'target')
  t.ok(rate > 2500 && rate <= 2700, `${rate}`)
  const never = async (each: number, phase: Phase) =>
    phase !== 'confirm' && each <= 3000 ? 'held' : 'not held'
  t.equal((await search(never, 1)).rate, 0)
})

const good = {
  answered: 1000,
  bids: 600,
  unsent: 0,
  statuses: { 200: 600, 204: 400 },
  errors: { reset: 0, timeout: 0, protocol: 0 },
  errorExamples: ['reset: ECONNRESET'],
  latencyUs: { p50: 1, p90: 2, p99: 10_000, p999: 20_000 },
  voidReason: null,
} as unknown as LoadReport

t.test('a rate is held when the quantile is within its limit and nothing is lost', async (t) => {
  const goal = { quantile: 'p99', limitUs: 10_000, bidShareMin: 0.6 } as const
  const rows: [change: Partial<LoadReport>, verdict: Verdict, reason: RegExp][] = [
    [{}, 'held', /^$/],
    [{ latencyUs: { ...good.latencyUs, p99: 10_001 } }, 'not held', /p99 10001 us/],
    [
      { errors: { reset: 1, timeout: 0, protocol: 0 } },
      'not held',
      /1 requests were lost .reset: ECONNRESET/,
    ],
    [{ unsent: 3 }, 'not held', /3 requests were never sent/],
    [{ statuses: { 200: 999, 503: 1 } }, 'not held', /answers were 200 x 999, 503 x 1/],
    [{ bids: 599 }, 'not held', /59.9 % of the answers were bids/],
    [{ voidReason: 'the generator woke late', unsent: 3 }, 'void', /woke late/],
  ]
  for (const [change, verdict, reason] of rows) {
    const found = verdictOf({ ...good, ...change }, goal)
    t.equal(found.verdict, verdict)
    t.match(found.reason, reason)
  }
})
