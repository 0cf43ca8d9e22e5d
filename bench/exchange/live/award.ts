/**
 * Who gets an imp: the rules of sale, pure in what was drawn and what was bid.
 *
 * A bid on a deal that reaches its floor goes before the open auction; nobody else buys the deals, so the highest of
 * ours has it, at its bid where the deal is first price, at the deal's floor where it is second price or fixed. The open
 * auction has the highest of our open bids against the best of the others, and takes what `settle` says.
 *
 * Loss reasons are those of OpenRTB 3.0, "Loss Reason Codes".
 */
import { settle } from '../market.ts'
import type { LiveDeal, LiveSlot } from './live-market.ts'

export const LOSS = {
  won: 0,
  expired: 2,
  invalidResponse: 3,
  invalidDeal: 4,
  belowFloor: 100,
  belowDealFloor: 101,
  outbid: 102,
  lostToDeal: 103,
} as const
export type LossReason = (typeof LOSS)[keyof typeof LOSS]

/** @property dealId undefined in the open auction. */
export type Offer = { readonly bidCpmMicros: number; readonly dealId: string | undefined }

export type Award = {
  readonly lossReason: LossReason
  /** 0 unless it is won. */
  readonly paidCpmMicros: number
  /** What the exchange tells of the price that would have won; undefined where it tells nothing. */
  readonly minToWinCpmMicros: number | undefined
  /** The truth: the least that wins, had it been the only bid of ours; `Infinity` where no price does. */
  readonly priceToWinCpmMicros: number
}

const FIRST_PRICE_DEAL = 1

/**
 * What becomes of the bids on one imp, in their order.
 * @param refusal why all of them are out before anybody looks at their prices: too late, or broken.
 */
export function award(slot: LiveSlot, offers: readonly Offer[], refusal?: LossReason): Award[] {
  const standing = offers.map((offer) => refusal ?? faultOf(slot, offer))
  const winner = refusal === undefined ? winnerOf(slot, offers, standing) : undefined
  return offers.map((offer, index) => {
    if (standing[index] !== undefined) return lost(slot, offer, standing[index])
    if (index === winner) return won(slot, offer)
    const isPassedOver = offer.dealId === undefined && winner !== undefined && isOnDeal(offers[winner])
    return lost(slot, offer, isPassedOver ? LOSS.lostToDeal : LOSS.outbid)
  })
}

function faultOf(slot: LiveSlot, { bidCpmMicros, dealId }: Offer): LossReason | undefined {
  if (dealId === undefined) {
    if (slot.isPrivate) return LOSS.invalidDeal
    return bidCpmMicros < slot.floorCpmMicros ? LOSS.belowFloor : undefined
  }
  const deal = dealOf(slot, dealId)
  if (deal === undefined) return LOSS.invalidDeal
  return bidCpmMicros < deal.floorCpmMicros ? LOSS.belowDealFloor : undefined
}

/** The index of the offer that wins; of equals the first. */
function winnerOf(
  slot: LiveSlot,
  offers: readonly Offer[],
  standing: readonly (LossReason | undefined)[],
): number | undefined {
  const highest = (isIn: (offer: Offer) => boolean) =>
    offers.reduce<number | undefined>((best, offer, index) => {
      if (standing[index] !== undefined || !isIn(offer)) return best
      return best === undefined || offer.bidCpmMicros > offers[best].bidCpmMicros ? index : best
    }, undefined)
  const onDeal = highest(isOnDeal)
  if (onDeal !== undefined) return onDeal
  const open = highest((offer) => !isOnDeal(offer))
  return open !== undefined && settle(slot, offers[open].bidCpmMicros).isWon ? open : undefined
}

function won(slot: LiveSlot, { bidCpmMicros, dealId }: Offer): Award {
  const priceToWinCpmMicros = leastOf(slot, dealId)
  if (dealId === undefined) {
    const { paidCpmMicros, minToWinCpmMicros } = settle(slot, bidCpmMicros)
    return { lossReason: LOSS.won, paidCpmMicros, minToWinCpmMicros, priceToWinCpmMicros }
  }
  const { type, floorCpmMicros } = dealOf(slot, dealId)!
  return {
    lossReason: LOSS.won,
    paidCpmMicros: type === FIRST_PRICE_DEAL ? bidCpmMicros : floorCpmMicros,
    minToWinCpmMicros: slot.tellsMinToWin ? floorCpmMicros : undefined,
    priceToWinCpmMicros,
  }
}

/** What would have won is told where price decided (OpenRTB 2.6 section 4.4, `AUCTION_MIN_TO_WIN`). */
function lost(slot: LiveSlot, { dealId }: Offer, lossReason: LossReason): Award {
  const priceToWinCpmMicros = leastOf(slot, dealId)
  const isByPrice = lossReason >= LOSS.belowFloor && lossReason <= LOSS.outbid
  return {
    lossReason,
    paidCpmMicros: 0,
    minToWinCpmMicros: isByPrice && slot.tellsMinToWin ? priceToWinCpmMicros : undefined,
    priceToWinCpmMicros,
  }
}

function leastOf(slot: LiveSlot, dealId: string | undefined): number {
  if (dealId === undefined) return slot.isPrivate ? Infinity : slot.priceToWinCpmMicros
  return dealOf(slot, dealId)?.floorCpmMicros ?? Infinity
}

function dealOf(slot: LiveSlot, dealId: string): LiveDeal | undefined {
  return slot.deals.find(({ id }) => id === dealId)
}

function isOnDeal({ dealId }: Offer): boolean {
  return dealId !== undefined
}
