import fc from 'fast-check'
import t from 'tap'
import {
  constantPlan,
  countOfShare,
  describePlan,
  dueCount,
  meanRate,
  type Plan,
  plannedNs,
  ratePlan,
  shareDue,
  shareNs,
  timesPlan,
} from './plan.ts'

const MS = 1e6
const S = 1e9

t.test('requests are due when their time has come', (t) => {
  const day = 86400
  const rows: [about: string, plan: Plan, elapsedNs: number, due: number][] = [
    ['the first is due at once', constantPlan(1, 9), 0, 1],
    ['before the start nothing is', constantPlan(1, 9), -1, 0],
    ['long before it neither', constantPlan(1, 9), -5 * S, 0],
    ['the second not a nanosecond early', constantPlan(1, 9), S - 1, 1],
    ['the second on time', constantPlan(1, 9), S, 2],
    ['one in ten seconds', constantPlan(0.1, 99), 9.9 * S, 1],
    ['two after ten seconds', constantPlan(0.1, 99), 10 * S, 2],
    ['a rate that divides a second', constantPlan(1000, 9), 5 * MS, 6],
    ['just before the sixth', constantPlan(1000, 9), 5 * MS - 1, 5],
    ['a rate that does not: the second waits for 333,333,334 ns', constantPlan(3, 9), 333_333_333, 1],
    ['and is due then', constantPlan(3, 9), 333_333_334, 2],
    ['after a stall all that were missed are due', constantPlan(20000, 9), 250 * MS, 5001],
    ['a day at a high rate stays exact', constantPlan(25000, 2 * day), day * S, 25000 * day + 1],
    ['nothing is added behind the end', constantPlan(1000, 9), 100 * S, 9000],
    [
      'a ramp from nothing: half of the rate in half of the time is a quarter',
      ramp(0, 1000, 10),
      5 * S,
      1251,
    ],
    ['a ramp to nothing: three quarters', ramp(1000, 0, 10), 5 * S, 3751],
    ['a step', steps([1000, 1], [4000, 1]), 1.5 * S, 3001],
    ['a pause', steps([1000, 1], [0, 5], [1000, 1]), 5 * S, 1000],
    ['and what comes behind it', steps([1000, 1], [0, 5], [1000, 1]), 6 * S, 1001],
    ['a pause at the start', steps([0, 2], [1000, 1]), 2 * S, 1],
    ['recorded times', timesPlan([7, 7.5, 7.5, 9]), 0.5 * S, 3],
    ['the last of them', timesPlan([7, 7.5, 7.5, 9]), 2 * S, 4],
  ]
  for (const [about, plan, elapsedNs, due] of rows) t.equal(dueCount(plan, elapsedNs), due, about)
  t.equal(dueCount(steps([0, 2], [1000, 1]), 2 * S - 1), 0)
  t.end()
})

t.test('a plan holds what lies before its end', (t) => {
  const rows: [plan: Plan, count: number, meanRate: number][] = [
    [constantPlan(1000, 1), 1000, 1000],
    [constantPlan(3, 1), 3, 3],
    [constantPlan(0.5, 1), 1, 0.5],
    [constantPlan(0.1, 30), 3, 0.1],
    [ramp(1000, 8000, 60), 270_000, 4500],
    [steps([1000, 10], [2000, 10], [4000, 10]), 70_000, 7000 / 3],
    [timesPlan([1, 2, 3]), 3, 1.5],
  ]
  for (const [plan, count, rate] of rows) {
    t.equal(plan.count, count, describePlan(plan))
    t.ok(Math.abs(meanRate(plan) - rate) < 1e-6 * rate, `${meanRate(plan)} a second`)
  }
  t.throws(() => steps([0, 5]), /holds no request/)
  t.end()
})

t.test('a plan tells what it is', (t) => {
  t.equal(describePlan(constantPlan(5000, 10)), '5000 a second for 10 s')
  t.equal(describePlan(ramp(1000, 8000, 60)), '1000 to 8000 a second for 60 s')
  t.equal(describePlan(steps([1, 2], [3, 4])), '1 a second for 2 s, then 3 a second for 4 s')
  t.equal(describePlan(timesPlan([1, 2, 3])), '3 recorded times in 2 s')
  t.end()
})

const rate = fc.oneof(fc.double({ min: 0.01, max: 30_000, noNaN: true }), fc.integer({ min: 0, max: 20_000 }))
const stretch = fc.record({
  from: rate,
  to: rate,
  seconds: fc.oneof(
    fc.double({ min: 0.001, max: 100, noNaN: true }),
    fc.integer({ min: 1, max: 60 }),
    // Weeks, where a nanosecond is less than the numbers can tell of the requests before it.
    fc.integer({ min: 1e6, max: 2e6 }),
  ),
})
const flat = stretch.map(({ from, seconds }) => ({ from, to: from, seconds }))
const anyPlan = fc.oneof(
  fc
    .array(fc.oneof(stretch, flat), { minLength: 1, maxLength: 4 })
    .filter((stretches) => stretches.some(({ from, to }) => from + to > 0))
    .map((stretches) => ratePlan(stretches)),
  fc
    .array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 50 })
    .map((times) => timesPlan(times.sort((a, b) => a - b))),
)
const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })

t.test('planned times and due counts of any plan agree to the nanosecond', async (t) => {
  fc.assert(
    fc.property(anyPlan, share, share, (plan, place, moment) => {
      const index = Math.floor(place * plan.count)
      const at = plannedNs(plan, index)
      if (!Number.isInteger(at) || at < 0 || at >= plan.durationNs) return false
      if (dueCount(plan, at) <= index || dueCount(plan, at - 1) > index) return false
      if (plannedNs(plan, index + 1) < at || plannedNs(plan, plan.count) !== Infinity) return false
      const elapsedNs = Math.floor(moment * plan.durationNs)
      const due = dueCount(plan, elapsedNs)
      return plannedNs(plan, due) > elapsedNs && (due === 0 || plannedNs(plan, due - 1) <= elapsedNs)
    }),
    { numRuns: 2000, seed: 1 },
  )
  t.pass()
})

t.test('the rates add up to the requests: at no time more than one is missing or too many', async (t) => {
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 4 }), share, (stretches, moment) => {
      if (stretches.every(({ from, to }) => from + to === 0)) return true
      const plan = ratePlan(stretches)
      const elapsedNs = Math.floor(moment * plan.durationNs)
      let leftS = elapsedNs / 1e9
      let want = 0
      for (const { from, to, seconds } of stretches) {
        const into = Math.min(seconds, leftS)
        want += from * into + (((to - from) / seconds) * into ** 2) / 2
        leftS -= into
      }
      return Math.abs(dueCount(plan, elapsedNs) - want) < 1.001
    }),
    { numRuns: 2000, seed: 2 },
  )
  t.pass()
})

t.test('the shares of a plan are the plan', async (t) => {
  fc.assert(
    fc.property(anyPlan, fc.integer({ min: 1, max: 9 }), share, (plan, lanes, moment) => {
      const elapsedNs = Math.floor(moment * plan.durationNs)
      const shares = Array.from({ length: lanes }, (_, lane) => ({ plan, lane, lanes }))
      const sum = (of: (one: (typeof shares)[number]) => number) =>
        shares.reduce((total, one) => total + of(one), 0)
      if (sum((one) => countOfShare(one, plan.count)) !== plan.count) return false
      if (sum((one) => shareDue(one, elapsedNs)) !== dueCount(plan, elapsedNs)) return false
      return shares.every((one) => {
        const due = shareDue(one, elapsedNs)
        return shareNs(one, due) > elapsedNs && (due === 0 || shareNs(one, due - 1) <= elapsedNs)
      })
    }),
    { numRuns: 500, seed: 3 },
  )
  t.pass()
})

function ramp(from: number, to: number, seconds: number): Plan {
  return ratePlan([{ from, to, seconds }])
}

function steps(...list: [rate: number, seconds: number][]): Plan {
  return ratePlan(list.map(([each, seconds]) => ({ from: each, to: each, seconds })))
}
