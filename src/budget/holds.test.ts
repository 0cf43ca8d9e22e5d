import fc from 'fast-check'
import t from 'tap'
import { AssertionError } from '../base/assert.ts'
import { HOLD, Holds, type HoldTerms, NONE } from './holds.ts'
import '../testing/seed.ts'

const COUNT_MAX = 2 ** 14

/** Terms that tell each bid from the next in every column. */
const termsOf = (i: number, atS = 1000 + i): HoldTerms => ({
  campaign: i,
  nanos: 1e12 + i,
  atS,
  dayAccount: 3 * i,
  flightAccount: i % 2 === 0 ? NONE : 5 * i,
  segmentKey: 0xffff_0000 + (i % 0xffff),
})

const heldAt = (holds: Holds, place: number): HoldTerms => ({
  campaign: holds.campaign[place],
  nanos: holds.nanos[place],
  atS: holds.atS[place],
  dayAccount: holds.dayAccount[place],
  flightAccount: holds.flightAccount[place],
  segmentKey: holds.segmentKey[place],
})

const close = (holds: Holds, number: number) => {
  holds.state[holds.find(number)] = HOLD.closed
}

t.test('bids are numbered one by one, and their holds found by the number', async (t) => {
  const holds = new Holds(COUNT_MAX)
  t.same([holds.open(termsOf(0)), holds.open(termsOf(1)), holds.open(termsOf(2))], [0, 1, 2])
  t.same(heldAt(holds, holds.find(1)), termsOf(1))
  t.equal(holds.state[holds.find(1)], HOLD.open)
  t.equal(holds.count, 3)
})

t.test('a hold is not found once it is closed, nor where there never was one', async (t) => {
  const holds = new Holds(COUNT_MAX)
  for (let i = 0; i < 3; i++) holds.open(termsOf(i))
  close(holds, 1)
  for (const number of [1, 3, -1, NONE, Number.NaN, 2 ** 32, 2 ** 40 + 2, Number.POSITIVE_INFINITY]) {
    t.equal(holds.find(number), NONE, `${number}`)
  }
  t.not(holds.find(2), NONE)
})

t.test('a hold that was won is found, and runs out as any other', async (t) => {
  const holds = new Holds(COUNT_MAX)
  const place = holds.find(holds.open(termsOf(0)))
  holds.state[place] = HOLD.won
  t.equal(holds.find(0), place)
  t.equal(holds.oldestBefore(1001), place)
})

t.test('a ring that grows keeps all holds under their numbers, wherever it had come to', async (t) => {
  const holds = new Holds(COUNT_MAX)
  // First once around, so that the oldest hold does not lie at the beginning when the ring grows.
  const gone = 5000
  for (let i = 0; i < gone; i++) {
    close(holds, holds.open(termsOf(i)))
    holds.oldestBefore(0)
  }
  for (let i = gone; i < gone + COUNT_MAX; i++) holds.open(termsOf(i))
  close(holds, gone + 7)
  t.equal(holds.state.length, COUNT_MAX)
  t.equal(holds.find(gone - 1), NONE, 'the place of a number that has gone is another one')
  t.equal(holds.find(gone + 7), NONE)
  for (let i = gone; i < gone + COUNT_MAX; i++) {
    if (i === gone + 7) continue
    const place = holds.find(i)
    if (place === NONE || holds.nanos[place] !== termsOf(i).nanos) t.fail(`hold ${i} is lost`)
  }
  for (const i of [gone, gone + 4095, gone + 4096, gone + COUNT_MAX - 1]) {
    t.same(heldAt(holds, holds.find(i)), termsOf(i))
  }
})

t.test('a ring is full at its greatest count, and takes more when the oldest are gone', async (t) => {
  const holds = new Holds(COUNT_MAX)
  for (let i = 0; i < COUNT_MAX - 1; i++) holds.open(termsOf(i))
  t.notOk(holds.isFull)
  holds.open(termsOf(COUNT_MAX - 1))
  t.ok(holds.isFull)
  t.throws(() => holds.open(termsOf(0)), AssertionError)
  close(holds, 5)
  t.ok(holds.isFull, 'a place in the middle is not free before those in front of it')
  close(holds, 0)
  holds.oldestBefore(0)
  t.notOk(holds.isFull)
  t.equal(holds.open(termsOf(9)), COUNT_MAX)
  t.same(heldAt(holds, holds.find(COUNT_MAX)), termsOf(9))
  t.equal(holds.find(0), NONE)
  t.ok(holds.isFull)
})

t.test('the places of a ring are a power of two', async (t) => {
  for (const countMax of [0, 2048, 4095, 4097, 12_288]) {
    t.throws(() => new Holds(countMax), AssertionError, `${countMax}`)
  }
  t.doesNotThrow(() => new Holds(4096))
})

t.test('holds run out in the order of their bids, at their second and not before', async (t) => {
  const holds = new Holds(COUNT_MAX)
  for (const [i, atS] of [100, 100, 101, 103].entries()) holds.open(termsOf(i, atS))
  const expired = (beforeS: number) => {
    const campaigns: number[] = []
    for (;;) {
      const place = holds.oldestBefore(beforeS)
      if (place === NONE) return campaigns
      campaigns.push(holds.campaign[place])
      holds.state[place] = HOLD.closed
    }
  }
  t.same(expired(100), [], 'made in that second')
  t.same(expired(101), [0, 1])
  close(holds, 2)
  t.same(expired(103), [], 'the next is closed, the one behind it is young')
  t.equal(holds.count, 1)
  t.same(expired(104), [3])
  t.same(expired(104), [])
  t.equal(holds.count, 0)
})

/** Goal: any order of opening, closing and running out does what a list of all bids does. */
t.test('a ring does what a list of all bids does', async () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('open', 'close', 'expire'), fc.nat(6000)), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(steps, (steps) => {
      const holds = new Holds(COUNT_MAX)
      const list: { atS: number; isOpen: boolean }[] = []
      let nowS = 0
      for (const [step, size] of steps) {
        if (step === 'open') {
          for (let i = 0; i < size && !holds.isFull; i++) {
            if (holds.open(termsOf(list.length, nowS)) !== list.length) return false
            list.push({ atS: nowS, isOpen: true })
            if (i % 100 === 0) nowS++
          }
        } else if (step === 'close') {
          for (let number = size % 7; number < list.length; number += 7) {
            if ((holds.find(number) !== NONE) !== list[number].isOpen) return false
            if (list[number].isOpen) close(holds, number)
            list[number].isOpen = false
          }
        } else {
          const oldest = list.findIndex(({ isOpen }) => isOpen)
          const beforeS = nowS - (size % 50)
          const place = holds.oldestBefore(beforeS)
          const isRunOut = oldest >= 0 && list[oldest].atS < beforeS
          if (isRunOut !== (place !== NONE)) return false
          if (isRunOut && holds.campaign[place] !== oldest) return false
        }
      }
      return list.every(({ isOpen }, number) => isOpen === (holds.find(number) !== NONE))
    }),
    { numRuns: 50 },
  )
})
