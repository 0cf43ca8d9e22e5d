import fc from 'fast-check'
import t from 'tap'
import { hashText } from '../base/hash.ts'
import { Prng } from '../base/prng.ts'
import { SegmentEntries } from './segment-entries.ts'
import { SegmentSets } from './segment-sets.ts'
import { NO_SET, SegmentTable } from './segments.ts'
import '../testing/seed.ts'

type Entry = readonly [hi: number, lo: number, set: number]

const turn = async () => {}

async function tableOf(list: readonly Entry[], sets = new SegmentSets()): Promise<SegmentTable> {
  const entries = new SegmentEntries()
  for (const [hi, lo, set] of list) entries.add(hi, lo, set)
  const { slots, userCount } = await entries.intoSlots(turn)
  return new SegmentTable(slots, userCount, sets.compile())
}

t.test('a user has the segments of the file, and nobody else has', async (t) => {
  const sets = new SegmentSets()
  const both = sets.setOf('sport,news') as number
  const one = sets.setOf('sport') as number
  const table = await tableOf(
    [
      [1, 2, both],
      [3, 4, one],
    ],
    sets,
  )
  t.same([...table.segmentsOf(table.find(3, 4))], [hashText('sport')])
  t.same(new Set(table.segmentsOf(table.find(1, 2))), new Set([hashText('sport'), hashText('news')]))
  t.equal(table.find(1, 4), one, 'the high half only says where to look')
  t.equal(table.find(1, 5), NO_SET)
  t.same(table.names, ['sport', 'news'])
})

t.test('an empty file knows nobody', async (t) => {
  const table = await tableOf([])
  t.equal(table.find(0, 0), NO_SET)
  t.equal(table.find(0xffffffff, 0xffffffff), NO_SET)
  t.equal(table.userCount, 0)
})

t.test('the table agrees with a map, at both ends of it too', async () => {
  const word = fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 1, 0xfffffffe, 0xffffffff))
  // Low halves that differ: those that agree may be taken for each other.
  const users = fc.uniqueArray(fc.tuple(word, fc.nat(0xffffffff)), {
    selector: ([, lo]) => lo,
    minLength: 1,
    maxLength: 400,
  })
  await fc.assert(
    fc.asyncProperty(
      users,
      fc.array(fc.tuple(fc.nat(), fc.nat(9)), { maxLength: 400 }),
      async (all, list) => {
        const known = all.slice(0, 1 + all.length / 2)
        const entries = list.map(([user, set]): Entry => {
          const [hi, lo] = known[user % known.length]
          return [hi, lo, set]
        })
        const setByLo = new Map(entries.map(([, lo, set]) => [lo, set]))
        const table = await tableOf(entries)
        return (
          table.userCount === setByLo.size &&
          all.every(([hi, lo]) => table.find(hi, lo) === (setByLo.get(lo) ?? NO_SET))
        )
      },
    ),
  )
})

t.test('100,000 users are found in 8 bytes and a sixth each, and strangers are not', async (t) => {
  const USERS = 100_000
  const prng = new Prng(7)
  const all = Array.from({ length: 2 * USERS }, (_, i): Entry => [prng.uint32(), prng.uint32(), i % 1000])
  const users = all.slice(0, USERS)
  const table = await tableOf(users)
  t.equal(table.userCount, USERS)
  t.equal(users.filter(([hi, lo, set]) => table.find(hi, lo) !== set).length, 0)
  t.equal(all.slice(USERS).filter(([hi, lo]) => table.find(hi, lo) !== NO_SET).length, 0)
  t.ok(table.byteLength < 9.5 * USERS, `${table.byteLength} bytes`)
})
