/**
 * An auction from its answer to its end, pure in what was drawn and what was answered: whether the answer keeps the
 * rules, who wins, who will click. A broken answer loses whole, as does a late one, and both are told so.
 */
import { microsOfDecimal } from '../../../src/base/money.ts'
import { NOTICE_FIELD } from '../../../src/exchange/notice-urls.ts'
import { readUnsealed } from '../../../src/exchange/token.ts'
import { checkResponseText, type HouseRules, type Violation } from '../../../src/openrtb/response-check.ts'
import { CLICK_ID_MACRO } from '../../../src/openrtb/template.ts'
import { clickProbabilityOf, type KnownAd, type KnownAds, valueCpmMicrosOf } from './ads.ts'
import { type Award, award, LOSS } from './award.ts'
import type { LiveAuction, LiveSlot } from './live-market.ts'

/** What came of a bid request; `status` is 0 where nothing came. */
export type Answer = { readonly status: number; readonly text: string; readonly elapsedMs: number }

/** A bid as it is written, as far as an exchange has to look. */
export type WireBid = {
  readonly impid: string
  readonly price: number
  readonly cid: string
  readonly crid: string
  readonly dealid?: string
  readonly adm?: string
  readonly nurl?: string
  readonly burl?: string
  readonly lurl?: string
}

/** All that is known of a bid, the truth included. */
export type JudgedBid = {
  readonly impIndex: number
  readonly campaign: string
  readonly creative: string
  readonly isOnDeal: boolean
  readonly bidCpmMicros: number
  readonly award: Award
  /** The truth, if it is shown here. */
  readonly clickProbability: number
  /** What the bidder took it for, as its token says; undefined where it says nothing that can be read. */
  readonly toldClickProbability: number | undefined
  /** True worth of the impression, CPM micros with a fraction. */
  readonly valueCpmMicros: number
  readonly maxCpmMicros: number
  /** False unless it is won. */
  readonly isClicked: boolean
  readonly isConverted: boolean
  /** Whether the landing page is given an id to tell it with. */
  readonly isConversionTold: boolean
}

export type Judgement = {
  readonly violations: readonly Violation[]
  readonly isLate: boolean
  readonly bids: readonly { readonly wire: WireBid; readonly ad: KnownAd; readonly judged: JudgedBid }[]
}

export type Truth = {
  readonly ads: KnownAds
  readonly hour: number
  /** What the bidder's profile of this exchange insists on, beside the specification. */
  readonly house: HouseRules | undefined
}

/** A bid on what is no ad of the catalog: nothing is known of it, so that nothing can be said. */
export class UnknownAd extends Error {
  override name = 'UnknownAd'
}

const NOTHING: Judgement = { violations: [], isLate: false, bids: [] }

/** Throws `UnknownAd`. */
export function judge(auction: LiveAuction, { status, text, elapsedMs }: Answer, truth: Truth): Judgement {
  const isLate = elapsedMs > auction.request.tmax
  if (status !== 200) return { ...NOTHING, isLate }
  const violations = checkResponseText(auction.request, text, { house: truth.house })
  const wires = bidsIn(text).flatMap((wire) => {
    const impIndex = auction.request.imp.findIndex(({ id }) => id === wire.impid)
    const ad = truth.ads.find(wire.cid, wire.crid)
    if (violations.length === 0 && ad === undefined) throw unknownAd(wire)
    return impIndex < 0 || ad === undefined ? [] : [{ wire, ad, impIndex }]
  })
  const refusal = isLate ? LOSS.expired : violations.length > 0 ? LOSS.invalidResponse : undefined
  const bids = auction.slots.flatMap((slot, impIndex) => {
    const mine = wires.filter((bid) => bid.impIndex === impIndex)
    const offers = mine.map(({ wire: { price, dealid } }) => ({
      bidCpmMicros: microsOfDecimal(price),
      dealId: dealid,
    }))
    return award(slot, offers, refusal).map((awarded, index) => {
      const { wire, ad } = mine[index]
      const clickProbability = clickProbabilityOf(ad, auction.request, impIndex, truth.hour)
      const { bidCpmMicros } = offers[index]
      const facts = { impIndex, ad, award: awarded, bidCpmMicros, clickProbability }
      return { wire, ad, judged: judgedOf(wire, slot, facts) }
    })
  })
  return { violations, isLate, bids }
}

function judgedOf(
  wire: WireBid,
  { dice }: LiveSlot,
  facts: Pick<JudgedBid, 'impIndex' | 'award' | 'bidCpmMicros' | 'clickProbability'> & { ad: KnownAd },
): JudgedBid {
  const { ad, clickProbability, ...bid } = facts
  const isClicked = bid.award.lossReason === LOSS.won && dice.click < clickProbability
  const isConverted = isClicked && dice.conversion < ad.conversionProbability
  return {
    ...bid,
    clickProbability,
    campaign: wire.cid,
    creative: wire.crid,
    isOnDeal: wire.dealid !== undefined,
    toldClickProbability: toldIn(wire),
    valueCpmMicros: valueCpmMicrosOf(ad, clickProbability),
    maxCpmMicros: ad.maxCpmMicros,
    isClicked,
    isConverted,
    isConversionTold: isConverted && ad.landing.includes(CLICK_ID_MACRO),
  }
}

function unknownAd({ cid, crid }: WireBid): UnknownAd {
  return new UnknownAd(
    `there is a bid of campaign ${cid} with creative ${crid}, which is no ad of the catalog: give --catalog the folder that the bidder serves`,
  )
}

/** The bids of an answer that have what it takes to be looked at; what is wrong with the others, the check has said. */
function bidsIn(text: string): WireBid[] {
  let answer: { seatbid?: { bid?: WireBid[] }[] }
  try {
    answer = JSON.parse(text)
  } catch {
    return []
  }
  const seats = Array.isArray(answer?.seatbid) ? answer.seatbid : []
  return seats
    .flatMap((seat) => (Array.isArray(seat?.bid) ? seat.bid : []))
    .filter((bid) => typeof bid?.price === 'number' && Number.isSafeInteger(Math.round(bid.price * 1e6)))
}

function toldIn({ burl, nurl, lurl }: WireBid): number | undefined {
  const url = burl ?? nurl ?? lurl
  const token = url === undefined ? undefined : new RegExp(`[?&]${NOTICE_FIELD.token}=([^&]+)`).exec(url)?.[1]
  return token === undefined ? undefined : readUnsealed(token)?.clickProbability
}
