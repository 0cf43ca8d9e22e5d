import fc from 'fast-check'
import t from 'tap'
import { AssertionError } from '../base/assert.ts'
import { ALLOTTED_MAX_NANOS, Books } from './books.ts'
import { NONE } from './holds.ts'
import '../testing/seed.ts'

const columnsOf = (books: Books, account: number) => ({
  allotted: books.allotted(account),
  available: books.available(account),
  held: books.held(account),
  spent: books.spent(account),
})

type Move = (books: Books, account: number) => void
const HOLD_30: Move = (books, account) => books.hold(account, 30)

/** Each row: moves of an account with a budget of 100, and how it stands then. */
const MOVES: readonly (readonly [
  about: string,
  moves: readonly Move[],
  available: number,
  held: number,
  spent: number,
])[] = [
  ['nothing yet', [], 100, 0, 0],
  ['a hold', [HOLD_30], 70, 30, 0],
  ['two holds', [HOLD_30, HOLD_30], 40, 60, 0],
  ['a hold released', [HOLD_30, (b, a) => b.release(a, 30)], 100, 0, 0],
  ['a part of a hold released', [HOLD_30, (b, a) => b.release(a, 10)], 80, 20, 0],
  ['a hold paid in full', [HOLD_30, (b, a) => b.settle(a, 30, 30)], 70, 0, 30],
  ['a hold paid in part: the rest is available', [HOLD_30, (b, a) => b.settle(a, 30, 12)], 88, 0, 12],
  ['a hold for nothing', [HOLD_30, (b, a) => b.settle(a, 30, 0)], 100, 0, 0],
  ['paid without a hold', [(b, a) => b.settle(a, 0, 25)], 75, 0, 25],
  ['paid beyond the budget', [(b, a) => b.settle(a, 0, 130)], -30, 0, 130],
  ['a higher budget', [HOLD_30, (b, a) => b.allot(a, 150)], 120, 30, 0],
  ['a lower budget', [HOLD_30, (b, a) => b.allot(a, 40)], 10, 30, 0],
  ['a budget below what is held', [HOLD_30, (b, a) => b.allot(a, 20)], -10, 30, 0],
  ['all of it held', [(b, a) => b.hold(a, 100)], 0, 100, 0],
]

t.test('a move takes from one column what it adds to another', async (t) => {
  for (const [about, moves, available, held, spent] of MOVES) {
    const books = new Books()
    const account = books.open(100, 0)
    for (const move of moves) move(books, account)
    const { allotted, ...rest } = columnsOf(books, account)
    t.same(rest, { available, held, spent }, about)
    t.equal(allotted, available + held + spent, about)
  }
})

t.test('an account opens with what was spent before, also more than its budget', async (t) => {
  const books = new Books()
  t.same(columnsOf(books, books.open(100, 40)), { allotted: 100, available: 60, held: 0, spent: 40 })
  t.same(columnsOf(books, books.open(100, 140)), { allotted: 100, available: -40, held: 0, spent: 140 })
})

/** Each row: a move that no correct caller makes, after a hold of 30. */
const WRONG_MOVES: readonly (readonly [string, Move])[] = [
  ['release more than is held', (b, a) => b.release(a, 31)],
  ['settle more than is held', (b, a) => b.settle(a, 31, 5)],
  ['hold less than nothing', (b, a) => b.hold(a, -31)],
  ['hold what is no number', (b, a) => b.hold(a, Number.NaN)],
  ['pay what is no number', (b, a) => b.settle(a, 0, Number.NaN)],
  ['close what holds something', (b, a) => b.close(a)],
  ['use the account that is none', (b) => b.hold(NONE, 5)],
]

t.test('a wrong move is found at once', async (t) => {
  for (const [about, move] of WRONG_MOVES) {
    const books = new Books()
    const account = books.open(100, 0)
    books.hold(account, 30)
    t.throws(() => move(books, account), AssertionError, about)
  }
})

t.test('a closed account is used again, and remembers nothing', async (t) => {
  const books = new Books()
  const [first, second] = [books.open(100, 0), books.open(200, 0)]
  books.settle(first, 0, 60)
  books.close(first)
  t.equal(books.open(50, 5), first)
  t.same(columnsOf(books, first), { allotted: 50, available: 45, held: 0, spent: 5 })
  t.same(columnsOf(books, second), { allotted: 200, available: 200, held: 0, spent: 0 })
  t.not(books.open(1, 0), first, 'but once')
})

t.test('amounts are exact to the nano up to nine million dollars', async (t) => {
  const books = new Books()
  const account = books.open(ALLOTTED_MAX_NANOS, 0)
  books.hold(account, ALLOTTED_MAX_NANOS - 1)
  books.settle(account, ALLOTTED_MAX_NANOS - 1, ALLOTTED_MAX_NANOS - 2)
  t.equal(books.available(account), 2)
  books.hold(account, 1)
  t.same(columnsOf(books, account), {
    allotted: ALLOTTED_MAX_NANOS,
    available: 1,
    held: 1,
    spent: ALLOTTED_MAX_NANOS - 2,
  })
})

/** Goal: no order of moves loses a nano, in any of many accounts, while they grow and are used again. */
t.test('what accounts have in all is what was allotted to them, after any moves', async () => {
  const amounts = fc.oneof(fc.nat(100), fc.nat(1e15))
  const moves = fc.array(fc.tuple(fc.nat(5), fc.nat(200), amounts, amounts), { maxLength: 300 })
  fc.assert(
    fc.property(moves, (moves) => {
      const books = new Books()
      const model = new Map<number, { allotted: bigint; held: bigint; spent: bigint }>()
      for (const [kind, pick, a, b] of moves) {
        const [account, was] = [...model][pick % model.size] ?? [-1, undefined]
        if (kind === 0 || was === undefined) {
          const opened = books.open(a, b)
          if (model.has(opened)) return false
          model.set(opened, { allotted: BigInt(a), held: 0n, spent: BigInt(b) })
        } else if (kind === 1) {
          books.allot(account, a)
          was.allotted = BigInt(a)
        } else if (kind === 2 && Number(was.held) + a < 4e15) {
          books.hold(account, a)
          was.held += BigInt(a)
        } else if (kind === 3 && Number(was.spent) + b < 4e15) {
          const held = Math.min(a, Number(was.held))
          books.settle(account, held, b)
          was.held -= BigInt(held)
          was.spent += BigInt(b)
        } else if (kind === 4) {
          const held = Math.min(a, Number(was.held))
          books.release(account, held)
          was.held -= BigInt(held)
        } else if (kind === 5 && was.held === 0n) {
          books.close(account)
          model.delete(account)
        }
      }
      return [...model].every(
        ([account, { allotted, held, spent }]) =>
          BigInt(books.allotted(account)) === allotted &&
          BigInt(books.held(account)) === held &&
          BigInt(books.spent(account)) === spent &&
          BigInt(books.available(account)) === allotted - held - spent,
      )
    }),
  )
})
