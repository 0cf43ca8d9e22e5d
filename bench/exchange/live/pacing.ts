/**
 * How far campaigns are from spending evenly: what was spent in a run beside what was due in it.
 *
 * The bidder paces by the real clock, so what is due is the part of the day that the run has taken, of what was left of
 * the daily budget when it began, as if traffic came evenly until the end of the campaign's day. Told of campaigns that
 * have bid, have a daily budget, and are paced evenly. A run that brings too little traffic leaves what is due unspent,
 * which is no fault of pacing; spending more is, once the pacer has had some minutes to find its measure.
 */
import { Calendar } from '../../../src/budget/calendar.ts'
import type { Campaign } from '../../../src/catalog/schema.ts'
import type { Books } from './books.ts'
import type { Figures } from './figures.ts'

export type PacingRow = {
  readonly campaign: string
  readonly dailyUsd: number
  /** Spent on this day before the run; null where the bidder's books were not asked, and then taken for nought. */
  readonly spentBeforeUsd: number | null
  readonly dueUsd: number
  readonly spentUsd: number
  /** (spent - due) / due. */
  readonly error: number
}

export function pacingOf(
  catalog: readonly Campaign[],
  { campaigns }: Pick<Figures, 'campaigns'>,
  run: { readonly startMs: number; readonly endMs: number; readonly before: Books | undefined },
): PacingRow[] {
  const calendar = new Calendar()
  const spentUsd = new Map(campaigns.map((campaign) => [campaign.id, campaign.spendUsd]))
  return catalog.flatMap(({ id, budget, pacing, timeZone = 'UTC' }) => {
    const dailyUsd = budget?.daily
    const spent = spentUsd.get(id)
    if (dailyUsd === undefined || spent === undefined || pacing === 'asap') return []
    const leftMs = calendar.dayOf(timeZone, run.startMs).endMs - run.startMs
    const spentBeforeUsd = run.before?.get(id)?.spend.today ?? null
    const dueUsd =
      (dailyUsd - (spentBeforeUsd ?? 0)) * Math.min(1, (run.endMs - run.startMs) / Math.max(1, leftMs))
    return [
      { campaign: id, dailyUsd, spentBeforeUsd, dueUsd, spentUsd: spent, error: (spent - dueUsd) / dueUsd },
    ]
  })
}
