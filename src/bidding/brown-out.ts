/**
 * How much work a bid is worth now. `ingress` measures and decides it; `bid.ts` reads it before its await. Each level
 * costs less than the one before it:
 *
 *   full      the best of each lot go to the model
 *   fewer     fewer of them do
 *   inline    none do: the inline scorer that ranked them has the last word, and no batch is waited for
 *   refusing  like inline, for as many as can be served; the others get 204 at the port and never come here
 */
import { SHORTLIST_MAX } from './shortlist.ts'

export const LEVEL_NAMES = ['full', 'fewer', 'inline', 'refusing'] as const

/** `LEVEL.full` is the index of `full` in `LEVEL_NAMES`. */
export const LEVEL = { full: 0, fewer: 1, inline: 2, refusing: 3 } as const

/** The fact that the bid path reads; whoever measures changes it. */
export type BrownOut = { readonly level: number }

const CANDIDATES_FEWER = 4

/** Ads of a lot that are kept for scoring. */
export function candidatesMaxAt(level: number): number {
  return level === LEVEL.full ? SHORTLIST_MAX : CANDIDATES_FEWER
}
