import t from 'tap'
import { oneAtATime } from './one-at-a-time.ts'

t.test('calls during a run make one more, and never two at once', async (t) => {
  let [running, most, runs] = [0, 0, 0]
  const gates: PromiseWithResolvers<void>[] = []
  const call = oneAtATime(async () => {
    runs++
    most = Math.max(most, ++running)
    const gate = Promise.withResolvers<void>()
    gates.push(gate)
    await gate.promise
    running--
  })
  const first = call()
  void call()
  void call()
  t.equal(runs, 1)
  gates[0].resolve()
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(runs, 2, 'once more for both')
  gates[1].resolve()
  await first
  t.equal(runs, 2)
  const later = call()
  t.equal(runs, 3, 'and again when it is called again')
  gates[2].resolve()
  await later
  t.equal(most, 1)
})
