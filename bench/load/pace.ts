/**
 * The pace of a run from the command line: which flags give which plan. A mistake is one sentence that names the flag.
 */
import { readFileSync } from 'node:fs'
import type { Closed } from './load.ts'
import { constantPlan, type Plan, ratePlan, type Stretch, timesPlan } from './plan.ts'

export const PACE_USAGE = `  --rate N             requests a second, all the time (1000)
  --steps LIST         rates one after the other: 1000,2000,4000, each for an equal part of the duration,
                       or RATE:SECONDS each, such as 1000:10,4000:5, instead of a duration
  --ramp FROM:TO       the rate goes evenly from one to the other
  --rate N --spike PEAK
                       the rate jumps to PEAK and back; --spike-at S seconds after the start (a third of the
                       duration), --spike-for S seconds (a third of it)
  --timestamps FILE    requests at recorded times: a line each, in seconds with decimals, ascending; the first is
                       the start, so both 0.25 and 1767225600.25 will do
  --speed X            of recorded times: 2 plays them twice as fast (1)
  --closed             no plan: every connection sends as soon as it has its answer
  --duration S         seconds (10)
`

export const paceFlags = {
  rate: { type: 'string' },
  steps: { type: 'string' },
  ramp: { type: 'string' },
  spike: { type: 'string' },
  'spike-at': { type: 'string' },
  'spike-for': { type: 'string' },
  timestamps: { type: 'string' },
  speed: { type: 'string' },
  closed: { type: 'boolean' },
  duration: { type: 'string' },
} as const

type Flag = keyof typeof paceFlags
export type PaceValues = { readonly [flag in Flag]?: flag extends 'closed' ? boolean : string }

export const RATE_DEFAULT = '1000'
const DURATION_DEFAULT = '10'

/** Flags that a way of pacing takes beside its own; the first that is given decides. */
const WAYS: readonly (readonly [way: Flag, others: readonly Flag[]])[] = [
  ['closed', ['duration']],
  ['timestamps', ['speed']],
  ['steps', ['duration']],
  ['ramp', ['duration']],
  ['spike', ['rate', 'spike-at', 'spike-for', 'duration']],
  ['rate', ['duration']],
]

/** Throws an error for people. */
export function paceOf(values: PaceValues): Plan | Closed {
  const [way, others] = WAYS.find(([flag]) => values[flag]) ?? ['rate', ['duration']]
  for (const flag of Object.keys(paceFlags) as Flag[]) {
    if (values[flag] && flag !== way && !others.includes(flag))
      throw new Error(`--${way} and --${flag} exclude each other: leave one out`)
  }
  switch (way) {
    case 'closed':
      return { kind: 'closed', durationNs: 1e9 * durationOf(values) }
    case 'timestamps':
      return timesPlan(recordedTimes(values.timestamps!, numberOf('--speed', values.speed ?? '1', 0.001)))
    case 'steps':
      return ratePlan(stepsOf(values))
    case 'ramp':
      return ratePlan([rampOf(values)])
    case 'spike':
      return ratePlan(spikeOf(values))
    default:
      return constantPlan(rateOf('--rate', values.rate ?? RATE_DEFAULT), durationOf(values))
  }
}

export function numberOf(flag: string, text: string, least: number): number {
  const number = Number(text)
  if (text.trim() === '' || !(number >= least && number < Infinity)) {
    throw new Error(`${flag} must be a number of at least ${least}, not ${text}`)
  }
  return number
}

function durationOf({ duration = DURATION_DEFAULT }: PaceValues): number {
  return secondsOf('--duration', duration)
}

function secondsOf(flag: string, text: string): number {
  return numberOf(flag, text, 0.001)
}

function rateOf(flag: string, text: string): number {
  return numberOf(flag, text, 0.001)
}

function stepsOf(values: PaceValues): Stretch[] {
  const steps = values.steps!.split(',').map((step) => step.split(':'))
  const isTimed = steps[0].length === 2
  if (steps.some(({ length }) => length !== (isTimed ? 2 : 1)))
    throw new Error(
      `--steps must be rates (1000,2000) or RATE:SECONDS each (1000:10,2000:5), not ${values.steps}`,
    )
  if (isTimed && values.duration)
    throw new Error('--steps with seconds and --duration exclude each other: leave one out')
  const share = isTimed ? 0 : durationOf(values) / steps.length
  return steps.map(([rate, seconds]) => {
    const each = numberOf('--steps', rate, 0)
    return { from: each, to: each, seconds: isTimed ? secondsOf('--steps', seconds) : share }
  })
}

function rampOf(values: PaceValues): Stretch {
  const ends = values.ramp!.split(':')
  if (ends.length !== 2) throw new Error(`--ramp must be two rates, such as 1000:8000, not ${values.ramp}`)
  const [from, to] = ends.map((end) => numberOf('--ramp', end, 0))
  return { from, to, seconds: durationOf(values) }
}

function spikeOf(values: PaceValues): Stretch[] {
  const duration = durationOf(values)
  const base = rateOf('--rate', values.rate ?? RATE_DEFAULT)
  const peak = rateOf('--spike', values.spike!)
  const at = secondsOf('--spike-at', values['spike-at'] ?? `${duration / 3}`)
  const long = secondsOf('--spike-for', values['spike-for'] ?? `${duration / 3}`)
  const rest = duration - at - long
  // A third and a third may add up to a hair more than two.
  if (rest < -1e-9) throw new Error(`--spike-at and --spike-for go beyond the duration of ${duration} s`)
  const stretches = [
    { from: base, to: base, seconds: at },
    { from: peak, to: peak, seconds: long },
    { from: base, to: base, seconds: rest },
  ]
  return stretches.filter(({ seconds }) => seconds > 1e-9)
}

function recordedTimes(file: string, speed: number): number[] {
  const times: number[] = []
  const lines = readFileSync(file, 'utf8').split('\n')
  for (let i = 0; i < lines.length; i++) {
    const text = lines[i].trim()
    if (text === '') continue
    const time = Number(text) / speed
    if (!Number.isFinite(time)) throw new Error(`${file}:${i + 1}: ${text} is not a number of seconds`)
    if (time < times[times.length - 1])
      throw new Error(`${file}:${i + 1}: ${text} is earlier than the line before it; sort the file`)
    times.push(time)
  }
  if (times.length === 0) throw new Error(`${file} holds no time: give one a line, in seconds`)
  return times
}
