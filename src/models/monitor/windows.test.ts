import t from 'tap'
import { Windows } from './windows.ts'

const MINUTE = 60_000

function counting() {
  let count = 0
  const windows = new Windows(10 * MINUTE, () => {
    const closed = count
    count = 0
    return closed
  })
  const add = (atMs: number) => {
    windows.turn(atMs)
    count++
  }
  return { windows, add }
}

t.test('a window begins with the first call, and holds what comes before its end', async (t) => {
  const { windows, add } = counting()
  for (const minute of [3, 4, 12.999]) add(minute * MINUTE)
  t.same(windows.closed, [])
  add(13 * MINUTE)
  t.same(windows.closed, [3])
  windows.turn(23 * MINUTE)
  t.same(windows.closed, [3, 1])
})

t.test('windows in which nothing happened are there, and the last three are kept', async (t) => {
  const { windows, add } = counting()
  add(0)
  add(25 * MINUTE)
  t.same(windows.closed, [1, 0])
  add(31 * MINUTE)
  add(41 * MINUTE)
  t.same(windows.closed, [0, 1, 1])
  add(41 * MINUTE + 365 * 24 * 60 * MINUTE)
  t.same(windows.closed, [0, 0, 0])
})

t.test('a clock that is set back makes a window longer', async (t) => {
  const { windows, add } = counting()
  add(20 * MINUTE)
  add(5 * MINUTE)
  t.same(windows.closed, [])
  windows.turn(30 * MINUTE)
  t.same(windows.closed, [2])
})
