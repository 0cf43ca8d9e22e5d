/**
 * From what was measured to a verdict: pure, the same figures give the same verdict.
 *
 * A ratio is how many times worse the candidate is than the base in one round, whichever direction is worse. What is
 * judged is the median of the ratios with its interval by the sign test: the range that is left when as many of the least
 * and of the most are taken away as chance alone leaves on one side of the true median in no more than one of fifty cases.
 * That asks nothing of the noise but that rounds do not depend on each other. Of six rounds it is the whole range, of nine
 * all but the two ends; fewer than six have none, and then nothing fails.
 *
 *          1       warn       fail       warn = (1 + fail) / 2
 *   fail   |        |  [-------|-*---]   the median above fail, the whole interval above warn
 *   void   |      [-|----------|-*---]   the median above fail, and the interval does not support it
 *   void [-|--*-----|----------|--]      the interval holds both no change and fail
 *   warn   |   [----|-*------] |         the median above warn, the whole interval above 1
 *   pass [-|--*--]  |          |         none of these
 */
import { type Spread, spreadOf } from '../micro/measure.ts'
import type { Measure, Pair } from './measures.ts'

export type Verdict = 'pass' | 'warn' | 'fail' | 'void' | 'told' | 'not measured'

export type Ratio = { readonly median: number; readonly low: number; readonly high: number }

export type Result = {
  readonly measure: Measure
  readonly verdict: Verdict
  readonly rounds: number
  /** Undefined where nothing was measured. */
  readonly base?: Spread
  readonly candidate?: Spread
  readonly ratio?: Ratio
}

/** The chance that the interval misses, on each side. */
const TAIL = 0.02

/** @param isJudged false tells the figures and judges nothing. */
export function judge(measure: Measure, pairs: readonly Pair[], isJudged: boolean): Result {
  const rounds = pairs.length
  if (rounds === 0) return { measure, rounds, verdict: isJudged ? 'void' : 'not measured' }
  const ratio = ratioOf(pairs.map((pair) => worseRatio(measure, pair)))
  return {
    measure,
    rounds,
    base: spreadOf(pairs.map(({ base }) => base)),
    candidate: spreadOf(pairs.map(({ candidate }) => candidate)),
    ratio,
    verdict: isJudged ? verdictOf(ratio, measure.failRatio) : 'told',
  }
}

function worseRatio({ isWorse }: Measure, { base, candidate }: Pair): number {
  return isWorse === 'more' ? candidate / base : base / candidate
}

export function warnRatio(failRatio: number): number {
  return (1 + failRatio) / 2
}

function verdictOf({ median, low, high }: Ratio, failRatio: number): Verdict {
  const warn = warnRatio(failRatio)
  if (median > failRatio) return low > warn ? 'fail' : 'void'
  if (low <= 1 && high >= failRatio) return 'void'
  return median > warn && low > 1 ? 'warn' : 'pass'
}

function ratioOf(ratios: readonly number[]): Ratio {
  const sorted = [...ratios].sort((a, b) => a - b)
  const last = sorted.length - 1
  const median = Math.sqrt(sorted[last >> 1] * sorted[(last + 1) >> 1])
  const cut = cutOf(sorted.length)
  return cut < 0 ? { median, low: 0, high: Infinity } : { median, low: sorted[cut], high: sorted[last - cut] }
}

/** How many to take away at each end; negative where there are too few for any interval. */
function cutOf(count: number): number {
  // The chance that no more than `cut` of `count` lie under the median, which each does with a chance of a half.
  let cut = -1
  let chance = 0
  let combinations = 1
  for (;;) {
    chance += combinations / 2 ** count
    if (chance > TAIL) return cut
    cut++
    combinations *= (count - cut) / (cut + 1)
  }
}

/** Of the whole: what is worst decides. */
export function overall(results: readonly Result[]): 'pass' | 'warn' | 'fail' | 'void' {
  const has = (verdict: Verdict) => results.some((result) => result.verdict === verdict)
  if (has('fail')) return 'fail'
  if (has('void')) return 'void'
  return has('warn') ? 'warn' : 'pass'
}
