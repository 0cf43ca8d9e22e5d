/**
 * Asking and counting frequency in a table of a million entries, half of them in use, against lists of times in a Map.
 */
import { Prng } from '../../../src/base/prng.ts'
import { NaiveFrequency } from '../../../src/testing/naive-frequency.ts'
import { compileCaps } from '../../../src/users/caps.ts'
import { FrequencyTable } from '../../../src/users/frequency.ts'
import type { MicroBench } from '../measure.ts'

const PAIRS = 1 << 18
const START_S = 1_780_000_000
const capList = [
  { impressions: 3, windowS: 86_400 },
  { impressions: 10, windowS: 604_800 },
]
const caps = compileCaps(capList)
const prng = new Prng(1)
const pairs = Array.from({ length: PAIRS }, () => ({ hi: prng.uint32(), lo: prng.uint32() }))
const strangers = Array.from({ length: PAIRS }, () => ({ hi: prng.uint32(), lo: prng.uint32() }))
const names = pairs.map(({ hi, lo }) => `${hi} ${lo}`)

const table = new FrequencyTable()
const lists = new NaiveFrequency(capList)
for (const [i, pair] of pairs.entries()) {
  table.count(pair, caps, START_S, START_S)
  lists.count(names[i], START_S, START_S)
}

function ask(asked: typeof pairs): (count: number) => number {
  return (count) => {
    let capped = 0
    for (let i = 0; i < count; i++) if (table.isCapped(asked[i % PAIRS], caps, START_S + 60)) capped++
    return capped
  }
}

function askLists(count: number): number {
  let capped = 0
  for (let i = 0; i < count; i++) if (lists.isCapped(names[i % PAIRS], START_S + 60)) capped++
  return capped
}

function bidAndLose(count: number): number {
  for (let i = 0; i < count; i++) {
    table.reserve(pairs[i % PAIRS], caps, START_S + 60)
    table.release(pairs[i % PAIRS], caps, START_S + 61)
  }
  return table.forcedEvictionCount
}

export const benches: MicroBench[] = [
  {
    name: 'users: is a pair capped, by two caps',
    unit: 'pair',
    count: PAIRS,
    cases: [
      { name: 'the table', run: ask(pairs) },
      { name: 'the table, of pairs that were never seen', run: ask(strangers) },
      { name: 'lists of times', run: askLists },
    ],
  },
  {
    name: 'users: reserve and release a pair, by two caps',
    unit: 'pair',
    count: PAIRS,
    cases: [{ name: 'the table', run: bidAndLose }],
  },
]
