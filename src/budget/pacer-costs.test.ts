import t from 'tap'
import { CostEstimate, FIRST_RATIO } from './pacer-costs.ts'

/** A bid of 100 each second, of which `ratio` is paid `delayS` later. */
function run(
  costs: CostEstimate,
  { ratio, delayS, seconds }: { ratio: number; delayS: number; seconds: number },
) {
  for (let second = 0; second < seconds; second++) {
    const paidNanos = second >= delayS ? 100 * ratio : 0
    costs.observe({ seconds: 1, bidNanos: 100, paidNanos })
  }
}

t.test('what a bid costs is learnt from what was paid, however late it is told', async (t) => {
  for (const delayS of [0, 30, 120]) {
    for (const ratio of [0.05, 0.25, 0.9]) {
      const costs = new CostEstimate(FIRST_RATIO)
      run(costs, { ratio, delayS, seconds: 7200 })
      t.ok(Math.abs(costs.ratio / ratio - 1) < 0.05, `${ratio} after ${delayS} s: ${costs.ratio}`)
    }
  }
})

t.test('at first the ratio is what it is told', async (t) => {
  const costs = new CostEstimate(0.4)
  t.equal(costs.ratio, 0.4)
  run(costs, { ratio: 0.4, delayS: 60, seconds: 30 })
  t.ok(costs.ratio > 0.36, `${costs.ratio}: no notice yet does not mean no cost`)
})

t.test('what is in flight is what the last bids will cost, never more than is held', async (t) => {
  const costs = new CostEstimate(0.25)
  run(costs, { ratio: 0.25, delayS: 45, seconds: 7200 })
  const wanted = 45 * 25
  const inFlight = costs.inFlightNanos(1e9)
  t.ok(Math.abs(inFlight / wanted - 1) < 0.1, `${inFlight}, wanted ${wanted}`)
  t.equal(costs.inFlightNanos(70), 70)
  t.equal(costs.inFlightNanos(0), 0)
})

t.test('a week without bids leaves the ratio as it was', async (t) => {
  const costs = new CostEstimate(FIRST_RATIO)
  run(costs, { ratio: 0.6, delayS: 10, seconds: 7200 })
  const pause = () => costs.observe({ seconds: 10, bidNanos: 0, paidNanos: 0 })
  for (let i = 0; i < 100; i++) pause()
  const { ratio } = costs
  for (let i = 0; i < 60_480; i++) pause()
  t.equal(costs.ratio, ratio)
  t.ok(Math.abs(ratio - 0.6) < 0.03, `${ratio}`)
})
