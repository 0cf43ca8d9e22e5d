import t from 'tap'
import { Pace } from './pace.ts'

t.test('a slice is used up after its time and renewed by a rest', async (t) => {
  let nowMs = 100
  const pace = new Pace({ nowMs: () => nowMs, wallMs: () => 0 }, 2)
  nowMs = 101.9
  t.equal(pace.isDue(), false, 'just before')
  nowMs = 102
  t.equal(pace.isDue(), true, 'at the end')
  await pace.rest()
  t.equal(pace.isDue(), false, 'after a rest')
})

t.test('a rest lets the loop turn', async (t) => {
  let hasTurned = false
  setImmediate(() => {
    hasTurned = true
  })
  await new Pace().rest()
  t.equal(hasTurned, true)
})
