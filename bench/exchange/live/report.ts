/**
 * The whole report of a run, as `--json` prints it: what was asked for, what came of it, and which rules were broken.
 */
import type { BookReport } from './books.ts'
import type { Figures } from './figures.ts'
import type { PacingRow } from './pacing.ts'
import type { BrokenRule, Run } from './run.ts'

export type Settings = {
  readonly url: string
  readonly catalog: string
  readonly auctions: number
  readonly seed: number
  readonly market: string
  /** The price of every auction; null where it is as the market sells. */
  readonly auction: 'first' | 'second' | null
  readonly hour: number
  readonly deals: readonly string[]
  readonly tmaxMs: number | null
  readonly rate: number
  readonly connections: number
  readonly speed: number
}

export type ExchangeReport = {
  readonly settings: Settings
  /** Of the wall, until the last auction was held. */
  readonly seconds: number
  /** p99 of how late the exchange itself was; the times of answers have it in them. */
  readonly ownDelayMs: number
  /** Why it ended before all was held and told, or null. */
  readonly endedEarly: string | null
  readonly figures: Figures
  readonly pacing: readonly PacingRow[]
  /** Null without an admin port. */
  readonly books: BookReport | null
  /** A sentence each; a run without any is in order. */
  readonly broken: readonly string[]
}

export function reportOf(
  settings: Settings,
  run: Run,
  known: Pick<ExchangeReport, 'figures' | 'pacing' | 'books'>,
): ExchangeReport {
  return {
    settings,
    seconds: (run.endMs - run.startMs) / 1000,
    ownDelayMs: run.ownDelayMs,
    endedEarly: run.endedEarly ?? null,
    ...known,
    // A bidder that is gone has not broken these rules.
    broken: run.endedEarly === undefined ? brokenRules(run, known) : [...run.broken.values()].map(ruleText),
  }
}

function brokenRules(run: Run, { figures, books }: Pick<ExchangeReport, 'figures' | 'books'>): string[] {
  const statuses = Object.entries(figures.auctions.statuses).filter(
    ([status]) => !['200', '204'].includes(status),
  )
  const notices = Object.entries(figures.notices).filter(
    ([, { called, acknowledged }]) => acknowledged < called,
  )
  const refusals = run.refusals.size === 0 ? '' : ` (${[...run.refusals].slice(0, 5).join('; ')})`
  return [
    ...[...run.broken.values()].map(ruleText),
    ...statuses.map(([status, count]) => `bid requests answered with ${status}: ${count}`),
    ...notices.map(
      ([kind, { called, acknowledged }]) =>
        `${called - acknowledged} of ${called} notices of the kind ${kind} not acknowledged${refusals}`,
    ),
    ...(books?.disagreements ?? []).map(
      ({ campaign, what, bidder, exchange }) =>
        `${what} of ${campaign}: ${bidder} by the bidder's books, ${exchange} by the exchange's`,
    ),
  ]
}

function ruleText({ count, example }: BrokenRule): string {
  const { rule, path, message, auction } = example
  return `${rule}, ${count} times, first in auction ${auction}${path === '' ? '' : ` at ${path}`}: ${message}`
}
