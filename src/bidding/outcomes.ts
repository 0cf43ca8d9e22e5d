/**
 * Every way a bid request can end, banded by the stage that ended it. Each request is counted under exactly one.
 *
 * `nbr` is the no-bid reason that an exchange would be told (OpenRTB 3.0 list "No-Bid Reason Codes"). `status` is the
 * HTTP status: 204 is the no-bid of OpenRTB 2.6 section 2.1, 400 is for what is no bid request at all.
 */
export type Outcome = {
  readonly code: number
  readonly name: string
  readonly status: 200 | 204 | 400
  readonly nbr: number
}

const outcome = (code: number, name: string, status: Outcome['status'], nbr: number): Outcome => ({
  code,
  name,
  status,
  nbr,
})

export const OUTCOMES = [
  outcome(0, 'bid', 200, 0),
  outcome(101, 'wrong_content_type', 400, 2),
  outcome(102, 'body_too_large', 400, 2),
  outcome(103, 'body_cut_short', 400, 2),
  outcome(104, 'overloaded', 204, 1),
  outcome(105, 'body_not_gzip', 400, 2),
  outcome(106, 'body_inflates_too_large', 400, 2),
  outcome(201, 'not_json', 400, 2),
  outcome(202, 'no_request_object', 400, 2),
  outcome(203, 'no_request_id', 400, 2),
  outcome(204, 'no_imp', 400, 2),
  outcome(205, 'too_many_imps', 204, 2),
  outcome(301, 'currency_not_ours', 204, 0),
  outcome(302, 'seat_not_ours', 204, 0),
  outcome(303, 'dsa_not_ours', 204, 0),
  outcome(304, 'crawler', 204, 3),
  outcome(305, 'data_centre', 204, 5),
  outcome(306, 'supply_chain_incomplete', 204, 16),
  outcome(307, 'supply_chain_blocked', 204, 17),
  outcome(308, 'no_legal_basis', 204, 0),
  outcome(309, 'no_candidate', 204, 0),
  /** The disk does not take what settlements write. */
  outcome(310, 'ledger_not_writable', 204, 1),
  outcome(401, 'no_time_to_score', 204, 15),
  outcome(501, 'below_floor', 204, 0),
  /** Campaigns that would bid are paused, paced, out of money or out of impressions for this user. */
  outcome(502, 'held_back', 204, 0),
  outcome(601, 'too_late_to_answer', 204, 15),
  outcome(602, 'aborted', 204, 0),
  outcome(603, 'answer_too_large', 204, 0),
  outcome(901, 'bug', 204, 1),
] as const satisfies readonly Outcome[]

export type OutcomeName = (typeof OUTCOMES)[number]['name']

/** `OUTCOME.bid` is the index of the outcome `bid` in `OUTCOMES`. */
export const OUTCOME = Object.fromEntries(OUTCOMES.map(({ name }, index) => [name, index])) as Record<
  OutcomeName,
  number
>
