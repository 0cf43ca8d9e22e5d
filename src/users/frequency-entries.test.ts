// Where entries lie shows in what the table forgets, so the table is asked.
import t from 'tap'
import { mix32 } from '../base/hash.ts'
import { Prng } from '../base/prng.ts'
import { compileCaps } from './caps.ts'
import { FrequencyTable, HOLD_S } from './frequency.ts'
import { HOLD_STEP_S } from './frequency-entries.ts'

const DAY_S = 86_400
const NOW_S = 1_780_000_000
const pair = { hi: 0x89abcdef, lo: 0x01234567 }
const twoADay = compileCaps([{ impressions: 2, windowS: DAY_S }])

t.test('no pair is taken for an entry that was never used', async (t) => {
  // The second is a low half of zeros under this window.
  for (const odd of [
    { hi: 0, lo: 0 },
    { hi: 0, lo: mix32(DAY_S) },
  ]) {
    const table = new FrequencyTable(4)
    t.notOk(table.isCapped(odd, twoADay, NOW_S))
    for (let i = 0; i < 2; i++) table.count(odd, twoADay, NOW_S, NOW_S)
    table.count(pair, twoADay, NOW_S, NOW_S)
    t.ok(table.isCapped(odd, twoADay, NOW_S))
  }
})

t.test('where both places are full, the entry that would have ended first makes room', async (t) => {
  // Four entries: one place, which is both places of every pair.
  const table = new FrequencyTable(4)
  const pairs = Array.from({ length: 6 }, (_, i) => ({ hi: i, lo: i + 1 }))
  const once = compileCaps([{ impressions: 1, windowS: DAY_S }])
  const hours = [3, 1, 2, 4]
  hours.forEach((hour, i) => {
    table.count(pairs[i], once, NOW_S - hour * 10_800, NOW_S)
    // What was before that and is told of behind it changes nothing.
    table.count(pairs[i], once, NOW_S - 5 * 10_800, NOW_S)
  })
  t.equal(table.forcedEvictionCount, 0)
  table.count(pairs[4], once, NOW_S, NOW_S)
  t.equal(table.forcedEvictionCount, 1)
  t.same(
    pairs.map((one) => table.isCapped(one, once, NOW_S)),
    [true, true, true, false, true, false],
  )
  t.notOk(table.isCapped(pairs[4], twoADay, NOW_S), 'nothing is left of what was given up')
  const laterS = NOW_S + 2 * DAY_S
  table.count(pairs[5], once, laterS, laterS)
  t.equal(table.forcedEvictionCount, 1, 'what has ended is given up without loss')
})

t.test('what only reserves is not given up for nothing either', async (t) => {
  const table = new FrequencyTable(4)
  for (let i = 0; i < 4; i++) table.reserve({ hi: i, lo: i }, twoADay, NOW_S)
  table.reserve({ hi: 4, lo: 4 }, twoADay, NOW_S + HOLD_S - 1)
  t.equal(table.forcedEvictionCount, 1)
  table.reserve({ hi: 5, lo: 5 }, twoADay, NOW_S + HOLD_S + HOLD_STEP_S)
  t.equal(table.forcedEvictionCount, 1)
})

t.test('a table that is half full gives up next to nothing, and finds the rest again', async (t) => {
  const table = new FrequencyTable(60_000)
  t.equal(table.capacity, 65_536, 'rounded up to a power of two')
  const prng = new Prng(1)
  const caps = compileCaps([3600, DAY_S].map((windowS) => ({ impressions: 1, windowS })))
  const pairs = Array.from({ length: table.capacity / 4 }, () => ({ hi: prng.uint32(), lo: prng.uint32() }))
  for (const one of pairs) table.count(one, caps, NOW_S, NOW_S)
  t.ok(table.forcedEvictionCount < 5, `${table.forcedEvictionCount} of ${table.capacity / 2}`)
  const forgotten = pairs.filter((one) => !table.isCapped(one, caps, NOW_S))
  t.ok(forgotten.length <= table.forcedEvictionCount)
})
