import t from 'tap'
import { fitOrtbC, lambdaFor, ortbBid } from './ortb.ts'

function sharesOf(c: number): Float64Array {
  return Float64Array.from({ length: 301 }, (_, bid) => bid / (c + bid))
}

t.test('c is found where the shares won are those of the curve', async (t) => {
  for (const c of [0.5, 7, 34, 250, 20_000]) {
    t.ok(Math.abs(fitOrtbC(sharesOf(c)) / c - 1) < 1e-6, `${c}: ${fitOrtbC(sharesOf(c))}`)
  }
})

t.test('no other c lies nearer to shares that are of no curve', async (t) => {
  const shares = Float64Array.from({ length: 101 }, (_, bid) => Math.min(1, (bid / 60) ** 2))
  const distance = (c: number) => shares.reduce((sum, share, bid) => sum + (bid / (c + bid) - share) ** 2, 0)
  const c = fitOrtbC(shares)
  for (let other = 0.5; other < 300; other += 0.5) t.ok(distance(other) >= distance(c) - 1e-12, `${other}`)
})

t.test('c stays finite where nothing or everything is won', async (t) => {
  t.ok(fitOrtbC(new Float64Array(301)) > 1e5)
  t.ok(fitOrtbC(new Float64Array(301).fill(1)) < 0.1)
})

t.test('bids follow the formula', async (t) => {
  // By hand: sqrt(4 / .5 * 6 + 16) - 4 = sqrt(64) - 4.
  t.equal(ortbBid({ c: 4, lambda: 0.5 }, 6), 4)
  t.equal(ortbBid({ c: 4, lambda: 0.5 }, 0), 0)
  t.equal(lambdaFor(4, 6, 4), 0.5, 'and lambda from a bid')
})

t.test('a budget of nothing is a lambda under which nothing is bid', async (t) => {
  const lambda = lambdaFor(34, 0.001, 0)
  t.equal(ortbBid({ c: 34, lambda }, 1), 0)
})
