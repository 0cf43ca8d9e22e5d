/**
 * Whether both sides did the same work: figures of a side that loses requests, or that bids on fewer of them, are no
 * cheaper for it. Pure.
 */
export type Work = {
  /** Requests that were answered, over all runs that are counted. */
  readonly answered: number
  readonly bids: number
  /** Answers that were neither 200 nor 204, and requests that got none. */
  readonly lost: number
}

export type WorkResult = { readonly verdict: 'pass' | 'warn' | 'fail'; readonly text: string }

/** A machine that stands still for a second costs either side some requests. */
const LOST_SHARE_MAX = 0.001
/** Which requests a run reaches differs, and what budgets and frequencies have left. */
const BID_SHARE_DIFFERENCE_MAX = 0.02

export function compareWork(base: Work, candidate: Work): WorkResult {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  const bidShare = ({ bids, answered }: Work) => bids / Math.max(answered, 1)
  const lostShare = ({ lost, answered }: Work) => lost / Math.max(answered + lost, 1)
  const text = `${percent(bidShare(candidate))} bids and ${candidate.lost} lost of ${candidate.answered + candidate.lost}, the base ${percent(bidShare(base))} and ${base.lost} of ${base.answered + base.lost}`
  const isLosing = lostShare(candidate) > Math.max(LOST_SHARE_MAX, 2 * lostShare(base))
  if (isLosing) return { verdict: 'fail', text }
  const isOther = Math.abs(bidShare(candidate) - bidShare(base)) > BID_SHARE_DIFFERENCE_MAX
  return { verdict: isOther ? 'warn' : 'pass', text }
}
