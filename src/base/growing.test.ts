import t from 'tap'
import { Growing } from './growing.ts'

t.test('an array keeps what was pushed, however often it has grown', async (t) => {
  const column = new Growing(Float64Array, 2)
  const indexes = Array.from({ length: 1000 }, (_, i) => i)
  t.same(
    indexes.map((i) => column.push(i / 2)),
    indexes,
    'push tells the index',
  )
  t.equal(column.length, 1000)
  t.equal(column.values.length, 1024, 'it doubles, and no more')
  t.same(
    indexes.map((i) => column.at(i)),
    indexes.map((i) => i / 2),
  )
})

t.test('an array grows when it is full, and not before', async (t) => {
  const column = new Growing(Int32Array, 4)
  const before = column.values
  for (let i = 0; i < 4; i++) column.push(i)
  t.equal(column.values, before)
  column.push(4)
  t.not(column.values, before)
  t.same([...column.values.subarray(0, column.length)], [0, 1, 2, 3, 4])
})

t.test('what is written to the values is there after they have grown', async (t) => {
  const column = new Growing(Uint8Array, 1)
  column.push(1)
  column.values[0] = 7
  column.push(2)
  t.same([column.at(0), column.at(1)], [7, 2])
  t.type(column.values, Uint8Array)
})
