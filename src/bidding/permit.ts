/**
 * Whether a request may be bid on at all, before anything is looked for: do we have a seat, can the law's questions be
 * answered, is it a person who looks, does the chain of sellers hold, and is there a legal basis; and what else is
 * permitted.
 */
import { type RequestView, TEXT } from '../openrtb/request.ts'
import { permit, permitCause } from '../privacy/permissions.ts'
import { isDataCentre } from '../supply/addresses.ts'
import { isCrawler } from '../supply/agents.ts'
import { CHAIN, checkChain } from '../supply/chain.ts'
import { isSeatAccepted } from '../targeting/seats.ts'
import type { Exchange, Operator } from './operator.ts'
import { OUTCOME } from './outcomes.ts'
import type { BidTelemetry } from './telemetry.ts'

/** No outcome yet: the request may be bid on. */
export const PERMITTED = -1

/** Codes of the DSA's `dsarequired` from which a bid without its object is refused, and of `pubrender` 0: cannot. */
const DSA_ENFORCED = 2
const CANNOT_RENDER = 0

/** The outcome that refuses the request before its user is asked about, or `PERMITTED`. */
export function refusalOf(view: RequestView, { profile, seat }: Exchange, operator: Operator): number {
  const { tape, textStart, textEnd } = view
  if (!isSeatAccepted(tape, view.buyerSeats, view.blockedSeats, seat)) return OUTCOME.seat_not_ours
  if (profile.isSeatRequired && seat === undefined) return OUTCOME.seat_not_ours
  // Our markup does not show who pays: where the publisher cannot either, nobody would.
  if (view.dsaRequired >= DSA_ENFORCED && view.dsaPublisherRender === CANNOT_RENDER)
    return OUTCOME.dsa_not_ours
  const { supply } = operator
  if (isCrawler(tape.bytes, textStart[TEXT.userAgent], textEnd[TEXT.userAgent], supply))
    return OUTCOME.crawler
  if (isDataCentre(tape.bytes, textStart[TEXT.address], textEnd[TEXT.address], supply))
    return OUTCOME.data_centre
  const chain = checkChain(tape, view.source, view.ext, supply)
  if (chain === CHAIN.incomplete) return OUTCOME.supply_chain_incomplete
  if (chain === CHAIN.blocked) return OUTCOME.supply_chain_blocked
  return PERMITTED
}

/** Bits of `MAY`: what the law and the user permit. */
export function permitOf(view: RequestView, operator: Operator, telemetry: BidTelemetry): number {
  const { tape, textStart, textEnd } = view
  const country = { start: textStart[TEXT.country], end: textEnd[TEXT.country] }
  const may = permit(tape.bytes, view.signals, country, operator.consent)
  telemetry.privacyCauses.add(permitCause(may))
  return may
}

/**
 * Whether bids carry an object for the DSA. Ours says that the publisher shows it: where it cannot, and insists on none,
 * that would be wrong.
 */
export function isDsaAnswered({ hasDsa, dsaPublisherRender }: RequestView): boolean {
  return hasDsa && dsaPublisherRender !== CANNOT_RENDER
}
