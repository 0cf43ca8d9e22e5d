/**
 * Admission with meters that say what they are told, and its own timer: what it measures, and what others read of it.
 */
import t from 'tap'
import { testAdmission } from '../testing/admission.ts'
import { type AdmissionOptions, REFUSED } from './admission.ts'
import { until } from './open-port.suite.ts'

const NAMES = ['calm', 'greedy']

function admissionOf(t: Parameters<typeof testAdmission>[0], options: Partial<AdmissionOptions>) {
  const steps: string[] = []
  const admission = testAdmission(t, NAMES, {
    queueMsTarget: 5,
    onLess: (level) => steps.push(level),
    ...options,
  })
  const observed = (name: string) => {
    const instrument = admission.telemetry.instruments.find((one) => one.name === name)
    return instrument !== undefined && 'observe' in instrument ? instrument.observe() : []
  }
  return { admission, steps, observed }
}

t.test('bids get less work step by step while scores are waited for, and all of it back', async (t) => {
  let waitMs = 50
  const { admission, steps, observed } = admissionOf(t, { scoreWaitMs: () => waitMs })
  for (let i = 0; i < 1000; i++) admission.admit(1)
  await until(() => admission.level === 2)
  t.same(steps, ['fewer', 'inline'])
  t.same(observed('peregrine_brownout_level'), [{ labels: {}, value: 2 }])
  t.same(observed('peregrine_queueing_delay_seconds')[1], { labels: { queue: 'scores' }, value: 0.05 })
  t.not(admission.admit(0), REFUSED)
  t.same([...admission.telemetry.requests.values], [1000, 0, 1, 0])
  waitMs = 0
  await until(() => admission.level === 0)
  t.match(admission.status(), {
    level: 'full',
    exchanges: { calm: { offeredPerS: Number, admittedShare: 1 }, greedy: { admittedShare: 1 } },
  })
})

t.test('a loop that bids keep busy refuses, but none of who sends little', async (t) => {
  const { admission, observed } = admissionOf(t, { utilisation: () => 1 })
  let calmRefusals = 0
  const traffic = setInterval(() => {
    for (let i = 0; i < 100; i++) admission.admit(1)
    if (admission.admit(0) === REFUSED) calmRefusals++
    admission.countWork(1000)
  }, 1)
  t.teardown(() => clearInterval(traffic))
  await until(() => admission.level === 3 && admission.status().exchanges.greedy.admittedShare < 0.5)
  t.equal(calmRefusals, 0)
  t.equal(admission.status().exchanges.calm.admittedShare, 1)
  t.match(observed('peregrine_admitted_share'), [
    { labels: { exchange: 'calm' }, value: 1 },
    { labels: { exchange: 'greedy' } },
  ])
  t.ok(admission.telemetry.requests.values[3] > 0)
  clearInterval(traffic)
  await until(() => admission.level === 0)
  t.not(admission.admit(1), REFUSED)
})

t.test('a target of 0 measures and never does anything about it', async (t) => {
  let samples = 0
  const { admission, steps } = admissionOf(t, {
    queueMsTarget: 0,
    scoreWaitMs: () => {
      samples++
      return 1000
    },
  })
  await until(() => samples > 20)
  t.same([admission.level, steps], [0, []])
})

t.test('requests of a turn have all waited since its first one', async (t) => {
  let nowMs = 100
  const clock = { nowMs: () => nowMs++, wallMs: () => 0 }
  const { admission } = admissionOf(t, { queueMsTarget: 0, clock })
  const first = admission.admit(0)
  t.same([admission.admit(0), admission.admit(1)], [first, first])
  await new Promise((resolve) => setImmediate(resolve))
  t.ok(admission.admit(0) > first)
})

t.test('the limit of requests in work holds whatever was measured', async (t) => {
  const { admission } = admissionOf(t, { inFlightMax: 2 })
  admission.load.inFlight = 2
  t.equal(admission.admit(0), REFUSED)
  admission.load.inFlight = 1
  t.not(admission.admit(0), REFUSED)
  t.same([...admission.telemetry.requests.values], [1, 0, 0, 1])
})
