/**
 * Seats, and what the bids of a response may not be to each other: ids and imps are taken once.
 */
import { type BidCase, type CheckOptions, isDynamicPod } from './bid-case.ts'
import { isFilledText, type JsonObject, listOf, objectOf, shown, textsOf } from './loose-json.ts'
import { isStructuredPod } from './pods.ts'
import type { Say } from './rules.ts'

export function checkSeat(request: JsonObject, seatbid: unknown, { house }: CheckOptions, say: Say): void {
  const { seat, bid } = objectOf(seatbid)
  if (seat !== undefined && !isFilledText(seat)) say('seat.type', '/seat', `is ${shown(seat)}`)
  if (seat === undefined && house?.seatRequired === true) say('house.seat', '/seat', 'there is none')
  const wanted: readonly unknown[] = textsOf(request.wseat)
  if (wanted.length > 0 && !wanted.includes(seat)) {
    say('seat.allowed', '/seat', `${shown(seat)} is not among ${wanted.join(', ')}`)
  }
  const blocked: readonly unknown[] = textsOf(request.bseat)
  if (blocked.includes(seat)) say('seat.allowed', '/seat', `${shown(seat)} is blocked`)
  if (listOf(bid).length === 0) say('seatbid.bids', '/bid', 'there is none')
}

export function checkBidIds(cases: readonly BidCase[]): void {
  const ids = new Set<string>()
  const taken = new Map<JsonObject, unknown[]>()
  for (const { bid, imp, slot, options, say } of cases) {
    if (!isFilledText(bid.id)) say('bid.id', '/id', `is ${shown(bid.id)}`)
    else if (ids.has(bid.id)) say('bid.id', '/id', `${bid.id} is the id of another bid`)
    else ids.add(bid.id)
    if (imp === undefined) {
      say('bid.impid', '/impid', `${shown(bid.impid)} is no imp of the request`)
      continue
    }
    const deals = taken.get(imp) ?? []
    taken.set(imp, [...deals, bid.dealid])
    const { bidsPerImpMax = Infinity } = options.house ?? {}
    const isForPod = [imp.video, imp.audio].map(objectOf).some(isDynamicPod)
    // However many bids fill a pod, they are one offer.
    if (!isForPod && deals.length >= bidsPerImpMax) {
      say('house.bids', '/impid', `${shown(bid.impid)} has ${bidsPerImpMax} bids already`)
    }
    // Slots of structured pods have a stricter rule.
    if (isForPod || (slot && isStructuredPod(slot.media))) continue
    if (deals.includes(bid.dealid)) {
      const on = bid.dealid === undefined ? 'an open bid' : `a bid on deal ${shown(bid.dealid)}`
      say('bid.once', '/impid', `${shown(bid.impid)} has ${on} already`)
    }
  }
}
