/**
 * When each request of a run is planned, as arithmetic: no clock inside, plain data, so that every thread computes the same.
 *
 * A plan is either a row of stretches, in each of which the rate goes evenly from one value to another (constant, steps,
 * ramp and spike are all that), or a list of recorded times. With A(t) the requests that the rates add up to until t,
 * request n is planned for the first whole nanosecond at which A(t) >= n, or for the end of the pause in which that is.
 * `dueCount` and `plannedNs` agree exactly: `dueCount` counts the n whose `plannedNs` has come. Numbers stay whole below
 * 2^53 ns, which is 104 days.
 */
import { assert } from '../../src/base/assert.ts'

export type Stretch = {
  readonly seconds: number
  /** Requests a second at its start and at its end; 0 is a pause. */
  readonly from: number
  readonly to: number
}

type PlacedStretch = Stretch & {
  readonly startNs: number
  /** Requests that the stretches before it and this one add up to, not whole. */
  readonly before: number
  readonly until: number
}

type RatePlan = {
  readonly kind: 'rates'
  readonly stretches: readonly PlacedStretch[]
  readonly durationNs: number
  /** Requests planned before its end. */
  readonly count: number
}

type TimesPlan = {
  readonly kind: 'times'
  readonly timesNs: Float64Array
  readonly durationNs: number
  readonly count: number
}

export type Plan = RatePlan | TimesPlan

/** The part of a plan that one of several threads sends: its request i is request `lane + i * lanes` of the plan. */
export type Share = { readonly plan: Plan; readonly lane: number; readonly lanes: number }

/** Throws when it would hold no request. */
export function ratePlan(stretches: readonly Stretch[]): Plan {
  const placed: PlacedStretch[] = []
  let startNs = 0
  let before = 0
  for (const { seconds, from, to } of stretches) {
    const until = before + ((from + to) / 2) * seconds
    placed.push({ seconds, from, to, startNs, before, until })
    startNs += seconds * 1e9
    before = until
  }
  const plan = { kind: 'rates', stretches: placed, durationNs: startNs, count: Math.ceil(before) } as const
  // The sum may have rounded across a whole number; the times have the last word.
  let { count } = plan
  while (count > 0 && plannedNs(plan, count - 1) >= startNs) count--
  if (count === 0) throw new Error('the plan holds no request: its rates are 0')
  return { ...plan, count }
}

export function constantPlan(rate: number, seconds: number): Plan {
  return ratePlan([{ seconds, from: rate, to: rate }])
}

/** @param times of the requests in seconds, ascending; the first is the start. */
export function timesPlan(times: readonly number[]): Plan {
  assert(times.length > 0, 'a plan holds a request')
  // Shared, since every thread holds a plan.
  const timesNs = new Float64Array(new SharedArrayBuffer(8 * times.length))
  for (let i = 0; i < times.length; i++) timesNs[i] = Math.round((times[i] - times[0]) * 1e9)
  return { kind: 'times', timesNs, durationNs: timesNs[times.length - 1] + 1, count: times.length }
}

/** When request `index` is to be sent, in nanoseconds since the start; `Infinity` for one that is not planned. */
export function plannedNs(plan: Plan, index: number): number {
  if (index >= plan.count) return Infinity
  if (plan.kind === 'times') return plan.timesNs[index]
  const stretch = plan.stretches.find(({ until }) => index < until) ?? plan.stretches.at(-1)!
  return Math.ceil(stretch.startNs + 1e9 * secondsInto(stretch, index - stretch.before))
}

/** How many requests are to have been sent `elapsedNs` after the start. */
export function dueCount(plan: Plan, elapsedNs: number): number {
  if (elapsedNs < 0) return 0
  if (elapsedNs >= plan.durationNs) return plan.count
  if (plan.kind === 'times') return countUntil(plan.timesNs, elapsedNs)
  let count = countAtLeast(plan, elapsedNs)
  while (plannedNs(plan, count) <= elapsedNs) count++
  return count
}

/** How many of the plan's first `count` requests belong to a share of it. */
export function countOfShare({ lane, lanes }: Omit<Share, 'plan'>, count: number): number {
  return Math.max(0, Math.ceil((count - lane) / lanes))
}

/** `plannedNs` of a share. */
export function shareNs({ plan, lane, lanes }: Share, index: number): number {
  return plannedNs(plan, lane + index * lanes)
}

/** `dueCount` of a share. */
export function shareDue(share: Share, elapsedNs: number): number {
  return countOfShare(share, dueCount(share.plan, elapsedNs))
}

/** Requests a second over the whole of it. */
export function meanRate(plan: Plan): number {
  const requests = plan.kind === 'times' ? plan.count : plan.stretches.at(-1)!.until
  return (requests * 1e9) / plan.durationNs
}

export function describePlan(plan: Plan): string {
  if (plan.kind === 'times') return `${plan.count} recorded times in ${round(plan.durationNs / 1e9)} s`
  return plan.stretches
    .map(
      ({ seconds, from, to }) =>
        `${from === to ? '' : `${round(from)} to `}${round(to)} a second for ${round(seconds)} s`,
    )
    .join(', then ')
}

/**
 * Seconds until a stretch has planned so many requests: from + t * slope / 2 = requests / t, in the form that neither
 * cancels nor divides by a slope of 0. Rounding is far below the distance of two requests, so times ascend.
 */
function secondsInto({ seconds, from, to }: Stretch, requests: number): number {
  if (requests === 0) return 0
  if (from === to) return requests / from
  const slope = (to - from) / seconds
  const root = Math.sqrt(Math.max(0, from * from + 2 * slope * requests))
  return Math.min(seconds, (2 * requests) / (from + root))
}

/** A(t) in whole requests: one less than are due, or as many where it was rounded up to a whole one. */
function countAtLeast({ stretches }: RatePlan, elapsedNs: number): number {
  const stretch = stretches.findLast(({ startNs }) => startNs <= elapsedNs)!
  const { seconds, from, to, startNs, before, until } = stretch
  const into = Math.min(seconds, (elapsedNs - startNs) / 1e9)
  return Math.floor(Math.min(until, before + into * (from + ((to - from) / seconds) * (into / 2))))
}

/** How many of ascending numbers are at most `limit`. */
function countUntil(numbers: Float64Array, limit: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (numbers[middle] <= limit) low = middle + 1
    else high = middle
  }
  return low
}

function round(value: number): number {
  return Number(value.toFixed(3))
}
