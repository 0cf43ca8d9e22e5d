import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { NaiveFrequency } from '../testing/naive-frequency.ts'
import { compileCaps, type FrequencyCap, NO_CAPS } from './caps.ts'
import { FrequencyTable, HOLD_S, STEPS } from './frequency.ts'
import { HOLD_STEP_S } from './frequency-entries.ts'
import type { PairKey } from './pair-key.ts'
import '../testing/seed.ts'

const DAY_S = 86_400
const NOW_S = 1_780_000_000
const pair: PairKey = { hi: 0x89abcdef, lo: 0x01234567 }
const other: PairKey = { hi: 0x89abcdef, lo: 0x01234568 }
const twoADay = compileCaps([{ impressions: 2, windowS: DAY_S }])

t.test('a cap holds from its last impression on, for its pair alone', async (t) => {
  const table = new FrequencyTable(64)
  t.notOk(table.isCapped(pair, twoADay, NOW_S))
  table.count(pair, twoADay, NOW_S, NOW_S)
  t.notOk(table.isCapped(pair, twoADay, NOW_S))
  table.count(pair, twoADay, NOW_S, NOW_S)
  t.ok(table.isCapped(pair, twoADay, NOW_S))
  t.notOk(table.isCapped(other, twoADay, NOW_S))
})

t.test('a cap holds for all of its window, and for an eighth of it more at most', async (t) => {
  const table = new FrequencyTable(64)
  for (const atS of [NOW_S, NOW_S + 10]) table.count(pair, twoADay, atS, atS)
  t.ok(table.isCapped(pair, twoADay, NOW_S + DAY_S - 1))
  t.notOk(table.isCapped(pair, twoADay, NOW_S + DAY_S + DAY_S / STEPS + 10))
})

t.test('each cap of a campaign holds by itself', async (t) => {
  const caps = compileCaps([
    { impressions: 1, windowS: 600 },
    { impressions: 2, windowS: DAY_S },
  ])
  const table = new FrequencyTable(64)
  table.count(pair, caps, NOW_S, NOW_S)
  t.ok(table.isCapped(pair, caps, NOW_S + 599), 'the short window')
  t.notOk(table.isCapped(pair, caps, NOW_S + 700))
  table.count(pair, caps, NOW_S + 700, NOW_S + 700)
  t.ok(table.isCapped(pair, caps, NOW_S + 2000), 'the long window')
})

t.test('a campaign without caps is never capped and takes no entry', async (t) => {
  const table = new FrequencyTable(1)
  for (let i = 0; i < 10; i++) table.count({ hi: i, lo: i }, NO_CAPS, NOW_S, NOW_S)
  t.notOk(table.isCapped(pair, NO_CAPS, NOW_S))
  t.equal(table.forcedEvictionCount, 0)
})

t.test('a reservation counts until it is released, turned into an impression or old', async (t) => {
  const once = compileCaps([{ impressions: 1, windowS: 120 }])
  const lost = new FrequencyTable(64)
  lost.reserve(pair, once, NOW_S)
  t.ok(lost.isCapped(pair, once, NOW_S + HOLD_S - 1))
  lost.release(pair, once, NOW_S + 5)
  t.notOk(lost.isCapped(pair, once, NOW_S + 5))

  const won = new FrequencyTable(64)
  won.reserve(pair, twoADay, NOW_S)
  won.count(pair, twoADay, NOW_S + 5, NOW_S + 5)
  t.notOk(won.isCapped(pair, twoADay, NOW_S + 5), 'one impression, not two')

  const unanswered = new FrequencyTable(64)
  unanswered.reserve(pair, once, NOW_S)
  t.notOk(unanswered.isCapped(pair, once, NOW_S + HOLD_S + HOLD_STEP_S))
})

t.test('the oldest reservation is released first', async (t) => {
  const table = new FrequencyTable(64)
  const once = compileCaps([{ impressions: 1, windowS: DAY_S }])
  for (const atS of [NOW_S, NOW_S + 45]) table.reserve(pair, once, atS)
  table.release(pair, once, NOW_S + 50)
  t.ok(table.isCapped(pair, once, NOW_S + 45 + HOLD_S - 1))
})

t.test('a release without a reservation takes nothing away', async (t) => {
  const table = new FrequencyTable(64)
  table.release(pair, twoADay, NOW_S)
  for (let i = 0; i < 2; i++) table.count(pair, twoADay, NOW_S, NOW_S)
  table.release(pair, twoADay, NOW_S)
  t.ok(table.isCapped(pair, twoADay, NOW_S))
})

t.test('an impression that is told of late counts from when it was', async (t) => {
  const table = new FrequencyTable(64)
  const once = compileCaps([{ impressions: 1, windowS: DAY_S }])
  table.count(pair, once, NOW_S - DAY_S / 2, NOW_S)
  t.ok(table.isCapped(pair, once, NOW_S + DAY_S / 2 - 1))
  t.notOk(table.isCapped(pair, once, NOW_S + DAY_S / 2 + DAY_S / STEPS))
})

t.test(
  'an impression that has left the window is not counted, and one of the future is one of now',
  async (t) => {
    const once = compileCaps([{ impressions: 1, windowS: DAY_S }])
    const table = new FrequencyTable(64)
    table.count(pair, once, NOW_S - 2 * DAY_S, NOW_S)
    t.notOk(table.isCapped(pair, once, NOW_S))
    table.count(pair, once, NOW_S + 2 * DAY_S, NOW_S)
    t.ok(table.isCapped(pair, once, NOW_S + DAY_S - 1))
    t.notOk(table.isCapped(pair, once, NOW_S + 2 * DAY_S))
  },
)

t.test('a clock that is set back loses no impression', async (t) => {
  const table = new FrequencyTable(64)
  table.count(pair, twoADay, NOW_S, NOW_S)
  table.count(pair, twoADay, NOW_S - DAY_S / 2, NOW_S - DAY_S / 2)
  for (const atS of [NOW_S - DAY_S / 2, NOW_S]) t.ok(table.isCapped(pair, twoADay, atS))
})

t.test('the largest cap is kept, and more impressions than it do not wrap to none', async (t) => {
  const table = new FrequencyTable(64)
  const caps = compileCaps([{ impressions: 255, windowS: DAY_S }])
  for (let i = 0; i < 254; i++) table.count(pair, caps, NOW_S, NOW_S)
  t.notOk(table.isCapped(pair, caps, NOW_S))
  for (let i = 0; i < 300; i++) table.count(pair, caps, NOW_S, NOW_S)
  t.ok(table.isCapped(pair, caps, NOW_S))
})

/** What happens to a pair, so many seconds after what came before. */
const step = fc.record({
  what: fc.constantFrom('bid', 'bid', 'win', 'loss', 'count', 'lateCount'),
  pair: fc.nat(2),
  afterS: fc.oneof(fc.nat(3), fc.nat(40), fc.nat(700)),
  agoS: fc.nat(1200),
})
const capLists = fc.array(
  fc.record({
    impressions: fc.integer({ min: 1, max: 5 }),
    windowS: fc.constantFrom(60, 61, 100, 599, 3600),
  }),
  { minLength: 1, maxLength: 4 },
)

t.test(
  'a table is as strict as true windows, and at most one step and half a reservation stricter',
  async (t) => {
    const seen = { capped: 0, free: 0 }
    fc.assert(
      fc.property(capLists, fc.array(step, { minLength: 40, maxLength: 120 }), (list, steps) => {
        const books = openBooks(list)
        let nowS = NOW_S
        for (const { what, pair, afterS, agoS } of steps) {
          nowS += afterS
          books[what](pair, nowS, nowS - agoS)
          for (let one = 0; one < 3; one++) seen[books.isCapped(one, nowS) ? 'capped' : 'free']++
        }
      }),
      { numRuns: 400 },
    )
    t.ok(seen.capped > 5000 && seen.free > 5000, JSON.stringify(seen))
  },
)

/** The table between two twins: one that counts no more than it must, one that counts all it may. */
function openBooks(list: readonly FrequencyCap[]) {
  const caps = compileCaps(list)
  const table = new FrequencyTable(1024)
  const least = new NaiveFrequency(list)
  const most = new NaiveFrequency(list, { windowScale: 1 + 1 / STEPS, holdS: HOLD_S + HOLD_STEP_S })
  const pairs = Array.from({ length: 3 }, (_, i) => ({ hi: i, lo: 7 }))
  const count = (pair: number, nowS: number, atS: number) => {
    table.count(pairs[pair], caps, atS, nowS)
    for (const twin of [least, most]) twin.count(`${pair}`, atS, nowS)
  }
  const isCapped = (pair: number, nowS: number): boolean => {
    const verdict = table.isCapped(pairs[pair], caps, nowS)
    if (least.isCapped(`${pair}`, nowS)) assert.ok(verdict, `pair ${pair} is capped`)
    if (!most.isCapped(`${pair}`, nowS)) assert.ok(!verdict, `pair ${pair} is not capped`)
    return verdict
  }
  return {
    isCapped,
    bid(pair: number, nowS: number) {
      if (isCapped(pair, nowS)) return
      table.reserve(pairs[pair], caps, nowS)
      for (const twin of [least, most]) twin.reserve(`${pair}`, nowS)
    },
    win: (pair: number, nowS: number) => count(pair, nowS, nowS),
    loss(pair: number, nowS: number) {
      table.release(pairs[pair], caps, nowS)
      for (const twin of [least, most]) twin.release(`${pair}`, nowS)
    },
    count(pair: number, nowS: number) {
      if (!isCapped(pair, nowS)) count(pair, nowS, nowS)
    },
    lateCount: count,
  }
}

t.test('of impressions that are counted at once no window ever has more than its cap', async () => {
  fc.assert(
    fc.property(capLists, fc.array(fc.nat(200), { minLength: 50, maxLength: 300 }), (list, gaps) => {
      const caps = compileCaps(list)
      const table = new FrequencyTable(64)
      const shown: number[] = []
      let nowS = NOW_S
      for (const gap of gaps) {
        nowS += gap
        if (table.isCapped(pair, caps, nowS)) continue
        table.count(pair, caps, nowS, nowS)
        shown.push(nowS)
      }
      return list.every(({ impressions, windowS }) =>
        shown.every((atS, i) => i < impressions || atS - shown[i - impressions] >= windowS),
      )
    }),
    { numRuns: 500 },
  )
})
