/**
 * Deals: whether a bid may be on one, must be, and who may buy it (sections 3.2.11 and 3.2.12).
 */
import { type BidCase, dealsOf, idOf } from './bid-case.ts'
import { foldedDomain } from './creative.ts'
import {
  allShown,
  isFilledText,
  isSet,
  type JsonObject,
  listOf,
  objectOf,
  shown,
  textsOf,
} from './loose-json.ts'

export function checkDeal(bidCase: BidCase): void {
  const { request, bid, imp, deal, say } = bidCase
  if (imp === undefined) return
  if (bid.dealid === undefined) {
    if (isSet(objectOf(imp.pmp).private_auction)) say('deal.required', '/dealid', 'the auction is private')
  } else if (!isFilledText(bid.dealid) || deal === undefined) {
    const offered = allShown(dealsOf(request, imp).map(idOf), 'none')
    say('deal.offered', '/dealid', `${shown(bid.dealid)} is not among ${offered}`)
  } else checkBuyer(deal, bidCase)
}

function checkBuyer(deal: JsonObject, { bid, seat, say }: BidCase): void {
  if (!mayBuy(deal, seat)) {
    say('deal.seat', '/dealid', `seat ${shown(seat)} is not among ${textsOf(deal.wseat).join(', ')}`)
  }
  const allowed = textsOf(deal.wadomain).map(foldedDomain)
  if (allowed.length === 0) return
  listOf(bid.adomain).forEach((domain, index) => {
    if (!isFilledText(domain) || allowed.includes(foldedDomain(domain))) return
    say('deal.advertiser', `/adomain/${index}`, `${domain} is not among ${allowed.join(', ')}`)
  })
}

/** An imp with a guaranteed deal of ours that gets bids, but none on it. Only the first bid of an imp is told. */
export function checkGuaranteed(cases: readonly BidCase[]): void {
  const imps = new Set(cases.map(({ imp }) => imp).filter((imp) => imp !== undefined))
  for (const imp of imps) {
    const bids = cases.filter((bidCase) => bidCase.imp === imp)
    const { request, say } = bids[0]
    const missed = dealsOf(request, imp)
      .filter(
        (deal) =>
          idOf(deal) !== undefined && isSet(deal.guar) && bids.some(({ seat }) => isMeantFor(deal, seat)),
      )
      .find((deal) => !bids.some(({ bid }) => bid.dealid === idOf(deal)))
    if (missed !== undefined) say('deal.guaranteed', '/dealid', `no bid is on deal ${idOf(missed)}`)
  }
}

/** Whose a deal is, is agreed elsewhere; only its list of seats tells. */
function isMeantFor(deal: JsonObject, seat: unknown): boolean {
  const seats: readonly unknown[] = textsOf(deal.wseat)
  return seats.includes(seat)
}

function mayBuy(deal: JsonObject, seat: unknown): boolean {
  const seats: readonly unknown[] = textsOf(deal.wseat)
  return seats.length === 0 || seats.includes(seat)
}
