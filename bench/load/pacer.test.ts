import t from 'tap'
import { Prng } from '../../src/base/prng.ts'
import { dueCount, plannedCount, plannedNs } from './pacer.ts'

const MS = 1e6
const S = 1e9

t.test('requests are due when their time has come', (t) => {
  const rows: [about: string, ratePerS: number, elapsedNs: number, due: number][] = [
    ['the first is due at once', 1, 0, 1],
    ['before the start nothing is', 1, -1, 0],
    ['long before it neither', 1, -5 * S, 0],
    ['the second not a nanosecond early', 1, S - 1, 1],
    ['the second on time', 1, S, 2],
    ['one in ten seconds', 0.1, 9.9 * S, 1],
    ['two after ten seconds', 0.1, 10 * S, 2],
    ['a rate that divides a second', 1000, 5 * MS, 6],
    ['just before the sixth', 1000, 5 * MS - 1, 5],
    ['a rate that does not: the second waits for 333,333,334 ns', 3, 333_333_333, 1],
    ['and is due then', 3, 333_333_334, 2],
    ['after a stall all that were missed are due', 20000, 250 * MS, 5001],
    ['a day at a high rate stays exact', 25000, 86400 * S, 25000 * 86400 + 1],
  ]
  for (const [about, ratePerS, elapsedNs, due] of rows) t.equal(dueCount(ratePerS, elapsedNs), due, about)
  t.end()
})

t.test('planned times and due counts agree to the nanosecond at odd rates', (t) => {
  const prng = new Prng(1)
  const wrong: unknown[] = []
  for (let i = 0; i < 20000; i++) {
    const ratePerS = 0.1 + prng.unit() * 30000
    const index = prng.below(i % 2 === 0 ? 1000 : ratePerS * 1e6)
    const at = plannedNs(ratePerS, index)
    if (dueCount(ratePerS, at) < index + 1 || dueCount(ratePerS, at - 1) > index)
      wrong.push({ ratePerS, index })
  }
  t.same(wrong, [])
  t.end()
})

t.test('a run plans what lies before its end', (t) => {
  t.equal(plannedCount(1000, 1 * S), 1000)
  t.equal(plannedCount(5000, 10 * S), 50000)
  t.equal(plannedCount(3, 1 * S), 3)
  t.equal(plannedCount(0.5, 1 * S), 1, 'the first is sent at once')
  t.equal(plannedCount(1000, 0), 0)
  t.end()
})
