import t from 'tap'
import { ManualClock } from '../testing/clock.ts'
import { BidTelemetry, STAGE } from './telemetry.ts'

t.test('the stages of one request in sixteen are timed', async (t) => {
  const clock = new ManualClock()
  const telemetry = new BidTelemetry(['default'])
  for (let request = 0; request < 33; request++) {
    const laps = telemetry.startLaps(clock)
    clock.advance(1)
    laps?.end(STAGE.read)
    clock.advance(2)
    laps?.end(STAGE.permit)
  }
  t.same([...telemetry.stageMicros.sums.subarray(STAGE.read, STAGE.permit + 1)], [3000, 6000])
})
