import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { FairShare, fairMost } from './fair-share.ts'

/** Each row: rates, limit, and the rate up to which everybody is served. */
const DIVIDED: readonly (readonly [string, number[], number, number])[] = [
  ['enough for all', [1, 2, 3], 6, Number.POSITIVE_INFINITY],
  ['no limit', [1, 2, 3], Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ['nobody', [0, 0], 1, Number.POSITIVE_INFINITY],
  ['equal parts', [4, 4], 2, 1],
  ['what one leaves goes to the others', [1, 8, 9], 9, 4],
  ['in steps', [1, 2, 9, 9], 11, 4],
  ['nothing for anybody', [1, 2], 0, 0],
]

for (const [what, rates, limit, most] of DIVIDED) {
  t.test(`${what}: up to ${most}`, async (t) => {
    t.equal(fairMost(Float64Array.from(rates), limit), most)
  })
}

t.test('all of the limit is used, and nobody gets less than another who asks for more', async (t) => {
  const rate = fc.double({ min: 0, max: 1e5, noNaN: true })
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(rate, { minLength: 1, maxLength: 12 }), rate, (rates, limit) => {
        const most = fairMost(Float64Array.from(rates), limit)
        const served = rates.reduce((sum, one) => sum + Math.min(one, most), 0)
        const offered = rates.reduce((sum, one) => sum + one, 0)
        return Math.abs(served - Math.min(limit, offered)) <= 1e-6 * (1 + offered)
      }),
    ),
  )
})

/** Three exchanges that send so many in each of so many windows; gives how many of each were let in. */
function letIn(counts: readonly number[], limitPerMs: number, windows: number): number[] {
  const fair = new FairShare(counts.length)
  const admitted = counts.map(() => 0)
  for (let window = 0; window < windows + 50; window++) {
    for (let i = 0; i < Math.max(...counts); i++) {
      counts.forEach((count, exchange) => {
        if (i < count && fair.admits(exchange) && window >= 50) admitted[exchange]++
      })
    }
    fair.count(20)
    fair.divide(limitPerMs)
  }
  return admitted
}

t.test('an exchange that doubles its traffic takes nothing from the others', async (t) => {
  for (const greedy of [200, 400, 800]) {
    const [small, middle, large] = letIn([20, 60, greedy], 9, 100)
    t.same([small, middle], [2000, 6000], 'who sends less than a share is never refused')
    t.ok(Math.abs(large - 10_000) <= 2, `and who sends ${greedy} gets the rest, ${large}`)
  }
})

t.test('two exchanges above their share get the same, whatever they send', async (t) => {
  const [small, middle, large] = letIn([20, 120, 960], 9, 100)
  t.equal(small, 2000)
  t.ok(Math.abs(middle - 8000) <= 2)
  t.ok(Math.abs(large - 8000) <= 2)
})

t.test('a share is kept to the request', async (t) => {
  const fair = new FairShare(1)
  for (let i = 0; i < 100; i++) fair.admits(0)
  const offered = fair.count(1)
  fair.divide(offered * 0.4)
  const row = Array.from({ length: 20 }, () => (fair.admits(0) ? 'x' : '.')).join('')
  t.equal(row, '..x.x..x.x..x.x..x.x')
})

t.test('an exchange that was silent is let in from its first request', async (t) => {
  const fair = new FairShare(2)
  for (let i = 0; i < 1000; i++) fair.admits(0)
  fair.count(20)
  fair.divide(1)
  t.equal(fair.shares[1], 1)
  t.equal(fair.admits(1), true)
})
