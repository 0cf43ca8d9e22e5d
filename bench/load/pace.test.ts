import { join } from 'node:path'
import t from 'tap'
import { type PaceValues, paceOf } from './pace.ts'
import { describePlan, type Plan, plannedNs } from './plan.ts'

t.test('flags give the plan that they describe', async (t) => {
  const rows: [values: PaceValues, plan: string][] = [
    [{}, '1000 a second for 10 s'],
    [{ rate: '5000', duration: '60' }, '5000 a second for 60 s'],
    [{ rate: '0.5' }, '0.5 a second for 10 s'],
    [{ steps: '1000,2000,0,4000', duration: '8' }, steps('1000 2000 0 4000', 2)],
    [{ steps: '1000:10,4000:5' }, '1000 a second for 10 s, then 4000 a second for 5 s'],
    [{ ramp: '0:8000', duration: '60' }, '0 to 8000 a second for 60 s'],
    [{ ramp: '8000:0' }, '8000 to 0 a second for 10 s'],
    [{ rate: '100', spike: '900', duration: '9' }, steps('100 900 100', 3)],
    [
      { spike: '9000', 'spike-at': '2', 'spike-for': '8' },
      '1000 a second for 2 s, then 9000 a second for 8 s',
    ],
  ]
  for (const [values, plan] of rows) t.equal(describePlan(paceOf(values) as Plan), plan)
  t.same(paceOf({ closed: true, duration: '2' }), { kind: 'closed', durationNs: 2e9 })
})

t.test('recorded times begin with the first and can be played faster', async (t) => {
  const folder = t.testdir({
    epoch: '1767225600.25\n1767225600.5\n\n1767225601.25\n',
    relative: '0\r\n3\r\n',
  })
  const epoch = paceOf({ timestamps: join(folder, 'epoch') }) as Plan
  t.same(
    [0, 1, 2, 3].map((index) => plannedNs(epoch, index)),
    [0, 250e6, 1e9, Infinity],
  )
  const fast = paceOf({ timestamps: join(folder, 'relative'), speed: '2' }) as Plan
  t.equal(plannedNs(fast, 1), 1.5e9)
})

t.test('flags that make no plan are refused with what to do', async (t) => {
  const folder = t.testdir({ unsorted: '1\n3\n2\n', words: '1\nnoon\n', empty: '\n' })
  const rows: [values: PaceValues, message: RegExp][] = [
    [{ rate: 'fast' }, /--rate must be a number of at least 0.001, not fast/],
    [{ rate: '0' }, /--rate must be/],
    [{ duration: '-1' }, /--duration must be/],
    [{ closed: true, rate: '5' }, /--closed and --rate exclude each other: leave one out/],
    [{ ramp: '1:2', steps: '1,2' }, /--steps and --ramp exclude each other/],
    [{ 'spike-at': '3' }, /--rate and --spike-at exclude each other/],
    [{ timestamps: 'x', duration: '3' }, /--timestamps and --duration exclude each other/],
    [{ speed: '3' }, /--rate and --speed exclude/],
    [{ steps: '1000,2000:5' }, /--steps must be rates .* or RATE:SECONDS each .* not 1000,2000:5/],
    [{ steps: '1000:' }, /--steps must be a number/],
    [{ steps: '1000,,2000' }, /--steps must be a number/],
    [{ steps: '1000:5', duration: '5' }, /--steps with seconds and --duration exclude each other/],
    [{ steps: '0,0' }, /holds no request/],
    [{ ramp: '1000' }, /--ramp must be two rates, such as 1000:8000, not 1000/],
    [{ ramp: '1000:-1' }, /--ramp must be/],
    [{ spike: '9000', 'spike-at': '8', 'spike-for': '3' }, /go beyond the duration of 10 s/],
    [
      { timestamps: join(folder, 'unsorted') },
      /unsorted:3: 2 is earlier than the line before it; sort the file/,
    ],
    [{ timestamps: join(folder, 'words') }, /words:2: noon is not a number of seconds/],
    [{ timestamps: join(folder, 'empty') }, /empty holds no time: give one a line/],
    [{ timestamps: join(folder, 'gone') }, /ENOENT/],
  ]
  for (const [values, message] of rows) t.throws(() => paceOf(values), message, JSON.stringify(values))
})

function steps(rates: string, seconds: number): string {
  return rates
    .split(' ')
    .map((rate) => `${rate} a second for ${seconds} s`)
    .join(', then ')
}
