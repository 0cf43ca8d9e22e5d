import t from 'tap'
import { Histogram } from '../telemetry/instruments.ts'
import { scoreWaitMeter } from './score-wait.ts'

t.test(
  'a wait for scores is what was waited, without what the model took, since the last time',
  async (t) => {
    const stages = new Histogram({ name: 'stages', about: '', slots: [{}, {}] })
    const counts = { workerMicros: 0, batches: 0 }
    const meter = scoreWaitMeter(stages, 1, () => counts)
    t.equal(meter(), 0, 'nothing yet')
    stages.record(0, 9e6)
    stages.record(1, 8000)
    stages.record(1, 6000)
    counts.workerMicros += 2000
    counts.batches += 1
    t.equal(meter(), 5)
    t.equal(meter(), 0, 'nothing since')
    stages.record(1, 1000)
    counts.workerMicros += 3000
    counts.batches += 1
    t.equal(meter(), 0, 'never negative: a batch may have been another one')
  },
)
