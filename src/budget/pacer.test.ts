// Method: an account in a world of one formula, so that what the pacer ought to find is known. How it does on auctions,
// with notices that come late, is shown in bench/exchange/paced-days.test.ts.
import t from 'tap'
import { Forecast } from './forecast.ts'
import { Pacer } from './pacer.ts'
import type { PaceStanding } from './pacer-account.ts'

const DAY_MS = 86_400_000
const BUDGET = 1e9

/** A budget, and what is spent of it: a cost each second that falls with the price bid, or with the requests let pass. */
class World {
  readonly forecast = new Forecast()
  readonly pacer = new Pacer(this.forecast)
  spentNanos = 0
  bidNanos = 0
  wallMs = 0
  /** Budgets that a day's supply would use up at full value. */
  supply = 10
  isClosed = false

  standing(): PaceStanding {
    const { spentNanos, bidNanos } = this
    const availableNanos = BUDGET - (spentNanos % BUDGET)
    const periodStartMs = Math.floor(this.wallMs / DAY_MS) * DAY_MS
    return {
      periodStartMs,
      periodEndMs: periodStartMs + DAY_MS,
      availableNanos,
      heldNanos: 0,
      spentNanos,
      bidNanos,
    }
  }

  run(hours: number): void {
    for (let second = 0; second < hours * 3600; second++) {
      this.wallMs += 1000
      if (!this.isClosed) this.forecast.opportunities[0]++
      const { valueFactor, passShare } = this.pacer
      const full = this.isClosed ? 0 : (this.supply * BUDGET) / 86_400
      // Half of what is bid is won; lower prices win less often, and less of them.
      const bid = full * passShare[0] * valueFactor[0] ** 2
      this.bidNanos += 2 * bid
      this.spentNanos += bid
      this.pacer.tick(0, this.wallMs, this.standing())
    }
  }
}

t.test('an account that is not paced bids its value on everything', async (t) => {
  const { pacer } = new World()
  pacer.setMode(2, 'none')
  t.same([...pacer.valueFactor.subarray(0, 3)], [1, 1, 1])
  t.same([...pacer.passShare.subarray(0, 3)], [1, 1, 1])
  t.equal(pacer.stateOf(2), undefined)
})

t.test('a paced account starts low', async (t) => {
  const { pacer } = new World()
  pacer.setMode(0, 'dual')
  pacer.setMode(1, 'throttle')
  t.same([...pacer.valueFactor.subarray(0, 2)], [0.25, 1])
  t.same([...pacer.passShare.subarray(0, 2)], [1, 0.1])
})

t.test('the factor becomes what spends the budget over the day', async (t) => {
  for (const supply of [2, 10, 100]) {
    const dual = new World()
    dual.supply = supply
    dual.pacer.setMode(0, 'dual')
    dual.run(3)
    const factor = dual.pacer.valueFactor[0]
    t.ok(Math.abs(factor * Math.sqrt(supply) - 1) < 0.06, `price: ${factor} at a supply of ${supply}`)
    const throttle = new World()
    throttle.supply = supply
    throttle.pacer.setMode(0, 'throttle')
    throttle.run(3)
    const share = throttle.pacer.passShare[0]
    t.ok(Math.abs(share * supply - 1) < 0.1, `share: ${share} at a supply of ${supply}`)
    for (const { spentNanos } of [dual, throttle]) {
      t.ok(Math.abs(spentNanos / BUDGET - 3 / 24) < 0.01, `${spentNanos / BUDGET} in an eighth of the day`)
    }
  }
})

t.test('what is left when the day ends is spent by then', async (t) => {
  const world = new World()
  world.pacer.setMode(0, 'dual')
  world.run(23.76)
  t.ok(world.spentNanos > 0.995 * BUDGET, `${world.spentNanos / BUDGET} where the plan ends`)
  world.run(0.23)
  t.ok(world.spentNanos > 0.999 * BUDGET && world.spentNanos <= BUDGET, `${world.spentNanos / BUDGET}`)
})

t.test('a budget beyond the supply goes without restraint, never above the value', async (t) => {
  for (const mode of ['dual', 'throttle'] as const) {
    const world = new World()
    world.supply = 0.5
    world.pacer.setMode(0, mode)
    world.run(1)
    t.same([world.pacer.valueFactor[0], world.pacer.passShare[0]], [1, 1], mode)
  }
})

t.test('a sudden plenty is braked until mu has followed', async (t) => {
  const world = new World()
  world.supply = 2
  world.pacer.setMode(0, 'dual')
  world.run(2)
  const before = world.spentNanos
  world.supply = 2000
  world.run(0.25)
  const times = (world.spentNanos - before) / BUDGET / (0.25 / 24)
  t.ok(times < 4, `${times} times what was due in a quarter of an hour`)
  world.run(1)
  t.equal(world.pacer.passShare[0], 1, 'mu has followed')
})

t.test('an hour without opportunities teaches nothing', async (t) => {
  const world = new World()
  world.pacer.setMode(0, 'dual')
  world.run(3)
  const { mu } = world.pacer.stateOf(0)!
  world.isClosed = true
  world.run(1)
  t.ok(world.pacer.stateOf(0)!.mu > mu * 0.35, 'five minutes of it at most')
})

t.test('a budget that is gone lets nothing pass, and the next day begins', async (t) => {
  const { pacer } = new World()
  pacer.setMode(0, 'throttle')
  const gone = { periodStartMs: 0, periodEndMs: DAY_MS, availableNanos: -5, heldNanos: 0 }
  const next = { periodStartMs: 0, periodEndMs: DAY_MS, availableNanos: BUDGET, heldNanos: 0 }
  for (let second = 1; second < 60; second++) {
    pacer.tick(0, second * 1000, { ...gone, spentNanos: BUDGET, bidNanos: second * 1e6 })
  }
  t.equal(pacer.passShare[0], 0)
  for (let second = 60; second < 180; second++) {
    pacer.tick(0, second * 1000, { ...next, spentNanos: BUDGET, bidNanos: 59e6 })
  }
  t.ok(pacer.passShare[0] > 0.05, `${pacer.passShare[0]}`)
})

t.test('what was saved goes on at once after a restart', async (t) => {
  const world = new World()
  world.supply = 100
  world.pacer.setMode(0, 'dual')
  world.run(3)
  const state = JSON.parse(JSON.stringify(world.pacer.stateOf(0)!))
  const again = new World()
  Object.assign(again, { supply: 100, wallMs: world.wallMs, spentNanos: world.spentNanos })
  again.pacer.setMode(0, 'dual')
  again.pacer.restore(0, state)
  t.equal(again.pacer.valueFactor[0], world.pacer.valueFactor[0])
  again.run(0.1)
  const times = (again.spentNanos - world.spentNanos) / BUDGET / (0.1 / 24)
  t.ok(Math.abs(times - 1) < 0.05, `${times} times what was due in the first minutes`)
})

t.test('the state of another mode is not taken', async (t) => {
  const { pacer } = new World()
  pacer.setMode(0, 'throttle')
  pacer.restore(0, { mode: 'dual', mu: 50, ageS: 1000, costRatio: 0.5 })
  t.equal(pacer.passShare[0], 0.1)
  pacer.setMode(0, 'none')
  pacer.restore(0, { mode: 'dual', mu: 50, ageS: 1000, costRatio: 0.5 })
  t.equal(pacer.valueFactor[0], 1)
})

t.test('the same mode again changes nothing, another one starts anew', async (t) => {
  const world = new World()
  world.pacer.setMode(0, 'dual')
  world.run(1)
  const factor = world.pacer.valueFactor[0]
  world.pacer.setMode(0, 'dual')
  t.equal(world.pacer.valueFactor[0], factor)
  world.pacer.setMode(0, 'none')
  t.equal(world.pacer.valueFactor[0], 1)
  world.pacer.setMode(0, 'dual')
  t.equal(world.pacer.valueFactor[0], 0.25)
})

t.test('a clock that jumps moves mu by some seconds at most', async (t) => {
  const world = new World()
  world.pacer.setMode(0, 'dual')
  world.run(1)
  const { mu } = world.pacer.stateOf(0)!
  const standing = world.standing()
  world.forecast.opportunities[0]++
  world.pacer.tick(0, world.wallMs - 5_000_000, standing)
  t.equal(world.pacer.stateOf(0)!.mu, mu, 'back')
  world.forecast.opportunities[0]++
  world.pacer.tick(0, world.wallMs + 5_000_000, standing)
  t.ok(Math.abs(Math.log(world.pacer.stateOf(0)!.mu / mu)) < 0.05, 'ahead')
})

t.test('accounts are added in any number, and those there keep their pace', async (t) => {
  const world = new World()
  world.pacer.setMode(0, 'dual')
  world.run(1)
  const factor = world.pacer.valueFactor[0]
  world.pacer.setMode(5000, 'throttle')
  t.equal(world.pacer.valueFactor[0], factor)
  t.same([world.pacer.valueFactor[4999], world.pacer.passShare[5000]], [1, 0.1])
  t.equal(world.forecast.shareBetween(5000, 0, DAY_MS), 1)
})
