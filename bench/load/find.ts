/**
 * The highest rate that a target holds: bracket it by doubling, halve the bracket until its ends are 5 % apart, then hold
 * the lower end for twice as long. A rate is held when the wanted quantile is within its limit, nothing was lost and the
 * run is not void. A void try says nothing, so it is made once more before the generator is taken for the limit.
 */
import { type LoadReport, statusesText } from './report.ts'
import { lostCount } from './totals.ts'

export type Goal = {
  readonly quantile: Quantile
  readonly limitUs: number
  /** Share of the answers that must hold a bid: a target that sheds load answers fast. */
  readonly bidShareMin: number
}

export const QUANTILES = ['p50', 'p90', 'p99', 'p999'] as const
type Quantile = (typeof QUANTILES)[number]

const PHASES = ['bracket', 'bisect', 'confirm'] as const
export type Phase = (typeof PHASES)[number]
export type Verdict = 'held' | 'not held' | 'void'

export type Attempt = {
  readonly rate: number
  readonly phase: Phase
  readonly verdict: Verdict
  /** Why it was not held; empty when it was. */
  readonly reason: string
  readonly report: LoadReport
}

export type Search = {
  /** Requests a second; 0 when none was held. */
  readonly rate: number
  /** What the next higher rate failed on. */
  readonly limit: 'target' | 'generator'
}

const RESOLUTION = 1.05
const CONFIRM_STEP = 0.95
const CONFIRMS_MAX = 6
const RATE_MIN = 1

/** @param attempt holds a rate for a while; called with one rate after the other. */
export async function search(
  attempt: (rate: number, phase: Phase) => Promise<Verdict>,
  first: number,
): Promise<Search> {
  let held = 0
  let missed = Infinity
  let limit: Search['limit'] = 'target'
  const tryOut = async (rate: number, phase: Phase): Promise<boolean> => {
    let verdict = await attempt(rate, phase)
    if (verdict === 'void') verdict = await attempt(rate, phase)
    if (verdict === 'held') held = rate
    else {
      missed = rate
      limit = verdict === 'void' ? 'generator' : 'target'
    }
    return verdict === 'held'
  }

  let rate = first
  while (missed === Infinity) {
    await tryOut(rate, 'bracket')
    rate *= 2
  }
  while (held === 0 && missed > RATE_MIN) await tryOut(Math.max(RATE_MIN, Math.floor(missed / 2)), 'bracket')
  while (held > 0 && missed > RESOLUTION * held && missed - held > 1) {
    await tryOut(Math.round((held + missed) / 2), 'bisect')
  }
  for (let confirms = 0; held > 0 && confirms < CONFIRMS_MAX; confirms++) {
    if (await tryOut(held, 'confirm')) return { rate: held, limit }
    held = Math.floor(CONFIRM_STEP * held)
  }
  return { rate: 0, limit }
}

export function verdictOf(report: LoadReport, goal: Goal): { verdict: Verdict; reason: string } {
  if (report.voidReason !== null) return { verdict: 'void', reason: report.voidReason }
  const reason = missOf(report, goal)
  return { verdict: reason === '' ? 'held' : 'not held', reason }
}

function missOf(report: LoadReport, { quantile, limitUs, bidShareMin }: Goal): string {
  const { errors, unsent, statuses, latencyUs } = report
  const lost = lostCount(errors)
  if (lost > 0) return `${lost} requests were lost (${report.errorExamples[0]})`
  if (unsent > 0) return `${unsent} requests were never sent: no connection came free`
  if (Object.keys(statuses).some((status) => Number(status) >= 400))
    return `answers were ${statusesText(report)}`
  if (latencyUs[quantile] > limitUs) return `${quantile} ${latencyUs[quantile]} us`
  const bidShare = report.bids / report.answered
  if (bidShare < bidShareMin) return `${(100 * bidShare).toFixed(1)} % of the answers were bids`
  return ''
}
