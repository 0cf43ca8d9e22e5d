/**
 * What a search for the highest rate found, as a table and as a sentence.
 */
import type { Attempt, Goal, Search } from './find.ts'

export type FindReport = {
  readonly goal: Goal
  readonly result: Search
  readonly attempts: readonly Attempt[]
}

export const FIND_HEAD = [
  'rate',
  'phase',
  'sent/s',
  'p50 us',
  'p99 us',
  'p99.9 us',
  'bids %',
  'verdict',
] as const

export function findRows(attempts: readonly Attempt[]): (string | number)[][] {
  return attempts.map(({ rate, phase, verdict, reason, report }) => [
    rate,
    phase,
    Number(report.rateAchieved.toFixed(1)),
    ...[report.latencyUs.p50, report.latencyUs.p99, report.latencyUs.p999],
    report.answered === 0 ? '-' : Number(((100 * report.bids) / report.answered).toFixed(1)),
    reason === '' ? verdict : `${verdict}: ${reason}`,
  ])
}

export function findTable(report: FindReport): string {
  const rows = [[...FIND_HEAD], ...findRows(report.attempts)]
  const lines = rows.map((cells) =>
    cells.map((cell, i) => (i === cells.length - 1 ? `  ${cell}` : `${cell}`.padStart(10))).join(''),
  )
  return `${lines.join('\n')}\n\n${findSentence(report)}\n`
}

export function findSentence({ goal, result, attempts }: FindReport): string {
  const within = `${goal.quantile} within ${goal.limitUs / 1000} ms`
  const miss = attempts.findLast(({ verdict }) => verdict !== 'held')
  const why = miss === undefined ? '' : `; ${miss.rate} was ${miss.verdict}: ${miss.reason}`
  if (result.limit === 'generator') {
    const least = result.rate === 0 ? 'no rate was held' : `the target holds at least ${result.rate} a second`
    return `VOID: the generator, not the target, was the limit: ${least} (${within})${why}`
  }
  if (result.rate === 0) return `no rate was held, ${within}${why}`
  return `${result.rate} requests a second held, ${within}${why}`
}
