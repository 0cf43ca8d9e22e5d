import fc from 'fast-check'
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { BACKTEST_BOUNDS, BIDDER_BOUNDS, DualPacer, dualStep } from './dual.ts'
import '../testing/seed.ts'

const FREE = { muMin: 1e-9, muMax: 1e9 }

t.test('one step moves mu by how far the cost is off the target', async (t) => {
  const base = { mu: 2, target: 10, scale: 10, gain: 0.1 }
  const rows: [about: string, cost: number, mu: number][] = [
    ['on target', 10, 2],
    ['nothing was spent', 0, 2 * Math.exp(-0.1)],
    ['twice the target', 20, 2 * Math.exp(0.1)],
    ['far too much: a step has an end', 1e6, 2 * Math.exp(0.3)],
  ]
  for (const [about, cost, mu] of rows) {
    t.ok(Math.abs(dualStep({ ...base, cost }, FREE) - mu) < 1e-12, about)
  }
})

t.test('mu stays within its bounds, and stands still when there is nothing to spend', async (t) => {
  const step = { mu: 1, target: 10, cost: 0, scale: 10, gain: 0.1 }
  t.equal(dualStep(step, BIDDER_BOUNDS), 1, 'a bidder never bids above the value')
  t.ok(dualStep(step, BACKTEST_BOUNDS) < 1, 'a backtest may')
  t.equal(dualStep({ ...step, mu: 200, cost: 30 }, BIDDER_BOUNDS), 200)
  t.equal(dualStep({ ...step, mu: 3, scale: 0 }, BIDDER_BOUNDS), 3)
  t.equal(dualStep({ ...step, mu: 3, scale: 0, target: 0 }, BIDDER_BOUNDS), 3)
})

t.test('ln mu grows by what was spent beyond the targets, whatever the order', async () => {
  const costs = fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 1, maxLength: 100 })
  fc.assert(
    fc.property(costs, fc.double({ min: 0, max: 10, noNaN: true }), (costs, target) => {
      let mu = 1.5
      for (const cost of costs) mu = dualStep({ mu, target, cost, scale: 10, gain: 0.05 }, FREE)
      const beyond = costs.reduce((sum, cost) => sum + cost, 0) - target * costs.length
      return Math.abs(Math.log(mu / 1.5) - (0.05 / 10) * beyond) < 1e-9
    }),
  )
})

t.test('an auction at a time, the budget is spent at the multiplier that the market asks for', async (t) => {
  // Values and prices are uniform in [0, 1], second price: at mu an auction costs E[(V / mu)^2] / 2 = 1 / (6 mu^2), so
  // a budget of a 24th an auction asks for mu = 2.
  const auctions = 50_000
  const pacer = new DualPacer({ budget: auctions / 24, auctions, price: 0.25 })
  const prng = new Prng(1)
  let [spent, sum] = [0, 0]
  for (let i = 0; i < auctions; i++) {
    const bid = prng.unit() / pacer.mu
    const price = prng.unit()
    const cost = bid > price ? price : 0
    pacer.observe(cost)
    spent += cost
    if (i >= auctions / 2) sum += pacer.mu
  }
  const share = spent / (auctions / 24)
  t.ok(share > 0.99 && share < 1.005, `spent ${share}`)
  const mean = sum / (auctions / 2)
  t.ok(Math.abs(mean - 2) < 0.1, `mu is ${mean}`)
})

t.test(
  'a budget that supply cannot use up goes with the lowest mu, one that is gone with the highest',
  async (t) => {
    const rich = new DualPacer({ budget: 1e6, auctions: 1000, price: 1 })
    for (let i = 0; i < 1000; i++) rich.observe(0)
    t.equal(rich.mu, BACKTEST_BOUNDS.muMin)
    const poor = new DualPacer({ budget: 1, auctions: 1000, price: 1, bounds: BIDDER_BOUNDS })
    for (let i = 0; i < 1000; i++) poor.observe(1)
    t.equal(poor.mu, BIDDER_BOUNDS.muMax)
  },
)
