/**
 * Every way a notice can end, banded by what is at fault: nothing, the caller, time, the catalog, the ledger. Each notice
 * is counted under exactly one.
 *
 * `status` is the HTTP status. What was ours is answered well even when it is of no use any more: an exchange repeats a
 * notice that failed, and counts the failures against us. 400 is for what nobody who holds a URL of ours would send.
 */
export type NoticeOutcome = {
  readonly code: number
  readonly name: string
  readonly status: 204 | 400 | 404 | 503
}

const outcome = (code: number, name: string, status: NoticeOutcome['status']): NoticeOutcome => ({
  code,
  name,
  status,
})

export const NOTICE_OUTCOMES = [
  /** A click that wants to be led on gets 302 instead, also when it is expired or its exchange gone. */
  outcome(0, 'accepted', 204),
  /** Accepted, of a price that was to be told and cannot be read. */
  outcome(1, 'price_unreadable', 204),
  /** The exchange has rendered the ad to look at it: no impression. */
  outcome(2, 'audit', 204),
  /** Of a bid on a request that said it was a test. */
  outcome(3, 'test', 204),
  /** Booked before. */
  outcome(4, 'duplicate', 204),
  outcome(101, 'malformed', 400),
  outcome(102, 'forged', 400),
  /** What only the exchange may say, by somebody who has the token that stands in markup. */
  outcome(103, 'not_the_exchange', 400),
  outcome(201, 'expired', 204),
  /** Of an exchange that has been taken out since the bid. */
  outcome(202, 'exchange_gone', 204),
  /** A click on a creative that has been taken out since the bid. */
  outcome(301, 'landing_gone', 404),
  /** The ledger did not take it: whoever called may try again. */
  outcome(401, 'not_booked', 503),
] as const satisfies readonly NoticeOutcome[]

export type NoticeOutcomeName = (typeof NOTICE_OUTCOMES)[number]['name']

/** `NOTICE_OUTCOME.forged` is the index of the outcome `forged` in `NOTICE_OUTCOMES`. */
export const NOTICE_OUTCOME = Object.fromEntries(
  NOTICE_OUTCOMES.map(({ name }, index) => [name, index]),
) as Record<NoticeOutcomeName, number>
