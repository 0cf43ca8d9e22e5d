/**
 * The control and the shares with a queue behind them, in simulated time: see `simulated-loop.suite.ts`. Peers keep to
 * their rates, over few connections, which hide the queue, and over as many as they like, which show it.
 */
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { LEVEL } from '../bidding/brown-out.ts'
import { CAPACITY_PER_S, SimulatedLoop } from './simulated-loop.suite.ts'

const WAYS = [
  ['few connections', 64],
  ['many connections', 2000],
  ['a connection a request', Number.POSITIVE_INFINITY],
] as const

const loopOf = (connections: number, exchangeCount = 1) =>
  new SimulatedLoop(new Prng(7), exchangeCount, connections)
const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
const p99Of = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length * 0.99)]

for (const [what, connections] of WAYS) {
  t.test(`${what}: up to 0.8 of what it can, every bid gets all work`, async (t) => {
    const loop = loopOf(connections)
    for (const load of [0.5, 0.8]) {
      const { levels, refusals } = loop.run([load * CAPACITY_PER_S], 10_000)
      t.same([[...levels], refusals], [[LEVEL.full], [0]])
    }
  })

  for (const load of [1, 1.5, 2]) {
    t.test(`${what}: at ${load} of what it can, as many bids as ever`, async (t) => {
      const loop = loopOf(connections)
      loop.run([0.5 * CAPACITY_PER_S], 1000)
      const { bids, latenciesMs } = loop.run([load * CAPACITY_PER_S], 5000)
      t.ok(bids[0] / 5 > 0.9 * CAPACITY_PER_S, `${bids[0] / 5} a second`)
      const p99 = p99Of(latenciesMs)
      t.ok(p99 < 100, `p99 ${p99} ms, the step included`)
      const settled = p99Of(loop.run([load * CAPACITY_PER_S], 5000).latenciesMs)
      t.ok(settled < 10, `p99 ${settled} ms, when it has settled`)
    })
  }

  t.test(`${what}: at four times what it can it goes on, and refuses the rest`, async (t) => {
    const loop = loopOf(connections)
    loop.run([4 * CAPACITY_PER_S], 2000)
    const { bids, latenciesMs } = loop.run([4 * CAPACITY_PER_S], 5000)
    t.ok(bids[0] / 5 > 0.4 * CAPACITY_PER_S, `${bids[0] / 5} a second beside three times as many refusals`)
    t.ok(p99Of(latenciesMs) < 10)
  })

  t.test(`${what}: all work is back within two seconds of any overload, and nobody is refused`, async (t) => {
    for (const load of [1.2, 2, 4]) {
      const loop = loopOf(connections)
      loop.run([load * CAPACITY_PER_S], 5000)
      loop.run([0.1 * CAPACITY_PER_S], 1980)
      const { levels, refusals } = loop.run([0.1 * CAPACITY_PER_S], 1000)
      t.same([[...levels], refusals], [[LEVEL.full], [0]], `behind ${load}`)
    }
  })
}

t.test('a pause of 20 ms refuses nobody, however often it comes', async (t) => {
  const loop = loopOf(64)
  for (let i = 0; i < 20; i++) {
    const { refusals } = loop.run([0.7 * CAPACITY_PER_S], 450)
    t.same(refusals, [0])
    loop.pause(20)
  }
  t.equal(loop.control.level, LEVEL.full)
})

t.test('a load that stays too high is not tried with all work again and again', async (t) => {
  const loop = loopOf(64)
  let raised = 0
  let before: number = LEVEL.full
  for (let i = 0; i < 6000; i++) {
    loop.run([1.3 * CAPACITY_PER_S], 10)
    if (loop.control.level < before) raised++
    before = loop.control.level
  }
  t.ok(raised <= 12, `${raised} times in a minute`)
})

t.test('an exchange that doubles its traffic costs the others no bid', async (t) => {
  for (const greedy of [1.2, 2.4]) {
    const loop = loopOf(2000, 3)
    const rates = [0.1, 0.25, greedy].map((share) => share * CAPACITY_PER_S)
    loop.run(rates, 2000)
    const { bids, refusals } = loop.run(rates, 5000)
    t.same(refusals.slice(0, 2), [0, 0], 'below their share nobody is refused')
    t.ok(refusals[2] > 0)
    t.ok(sumOf(bids) / 5 > 0.8 * CAPACITY_PER_S)
  }
})
