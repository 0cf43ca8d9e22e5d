import t from 'tap'
import { loopMeter } from './loop-meter.ts'

t.test('a loop that computes is busier than one that waits', async (t) => {
  const meter = loopMeter()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const waiting = meter()
  const untilMs = performance.now() + 50
  while (performance.now() < untilMs);
  const computing = meter()
  t.ok(waiting >= 0 && waiting < computing && computing <= 1, `${waiting} and ${computing}`)
})
