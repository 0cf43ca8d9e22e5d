/**
 * What a run of the exchange came to, pure in what was held and called. Sums are taken in the order of the auctions, so
 * that they do not depend on the order of answers. Money is in US dollars, prices in dollars a thousand.
 *
 * Surplus is what the impressions that were won are truly worth, less what was paid. The oracle is the best response to
 * each auction with the ad that was bid: it pays exactly the price to win wherever that is neither above the true value of
 * that ad nor above the maximum of its campaign. It knows prices and click probabilities. It does not know
 * clicks, budgets and pacing, other ads that might have been better, or imps that were not bid on.
 */
import { NOTICE_KINDS, type NoticeKind } from '../../../src/exchange/notice-urls.ts'
import { LOSS } from './award.ts'
import type { CallCounts } from './caller.ts'
import type { JudgedBid } from './judge.ts'
import type { Held, Run } from './run.ts'

export type Figures = {
  readonly auctions: AuctionFigures
  readonly all: BidFigures
  /** Those that bid, by what they spent. */
  readonly campaigns: readonly (BidFigures & { readonly id: string })[]
  /** The run in parts of as many auctions each. */
  readonly parts: readonly (BidFigures & { readonly untilAuction: number })[]
  readonly notices: Readonly<Record<NoticeKind, CallCounts>>
  readonly elapsedMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

export type AuctionFigures = {
  readonly held: number
  readonly imps: number
  /** With at least one bid, in time or not. */
  readonly bidOn: number
  /** Answered behind tmax. */
  readonly late: number
  readonly unanswered: number
  /** Refused whole, because something in the answer breaks a rule. */
  readonly broken: number
  readonly statuses: Readonly<Record<string, number>>
}

export type BidFigures = {
  readonly bids: number
  readonly onDeals: number
  readonly wins: number
  /** Of all bids. */
  readonly winRate: number | null
  readonly lost: Readonly<Record<string, number>>
  readonly meanBidCpm: number | null
  readonly meanPaidCpm: number | null
  readonly spendUsd: number
  /** In nanos, as the ledger counts. */
  readonly spendNanos: number
  readonly clicks: number
  readonly conversions: number
  /** Those whose landing page was given an id to tell them with. */
  readonly conversionsTold: number
  readonly trueValueUsd: number
  readonly surplusUsd: number
  readonly oracleSurplusUsd: number
  readonly surplusShare: number | null
  readonly calibration: Calibration
}

/** Clicks that the bidder expected over what they are held against; above 1 it promises too much. */
export type Calibration = {
  /** Impressions that were won: what the bidder, the truth and the dice say of their clicks. Null where its tokens say nothing. */
  readonly expectedClicks: number | null
  readonly trueClicks: number
  readonly expectedOverTrue: number | null
  readonly expectedOverClicks: number | null
  /** Of all bids: without what winning selects. */
  readonly expectedOverTrueOfBids: number | null
}

const PARTS = 40
const NANOS_A_DOLLAR = 1e9
const MICROS_A_DOLLAR = 1e6

export function figuresOf({ held: sparse, calls }: Pick<Run, 'held' | 'calls'>): Figures {
  // Those that were on their way when a run ended early are missing.
  const held = sparse.filter((auction) => auction !== undefined)
  const campaigns = new Map<string, Sums>()
  const parts = Array.from({ length: Math.min(PARTS, held.length) }, newSums)
  const all = newSums()
  held.forEach(({ bids }, index) => {
    const best = bestOfImps(bids)
    const part = parts[Math.floor((index * parts.length) / held.length)]
    for (const bid of bids) {
      const own = campaigns.get(bid.campaign) ?? newSums()
      campaigns.set(bid.campaign, own)
      const isBest = best.get(bid.impIndex) === bid
      add(all, bid, isBest)
      add(part, bid, isBest)
      // By itself a campaign is held against what it could have kept if it had been alone.
      add(own, bid, true)
    }
  })
  return {
    auctions: auctionFigures(held),
    all: bidFigures(all),
    campaigns: [...campaigns]
      .map(([id, sums]) => ({ id, ...bidFigures(sums) }))
      .sort((a, b) => b.spendNanos - a.spendNanos || (a.id < b.id ? -1 : 1)),
    parts: parts.map((sums, part) => ({
      untilAuction: Math.round(((part + 1) * held.length) / parts.length),
      ...bidFigures(sums),
    })),
    notices: Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, { ...calls[kind] }])) as Figures['notices'],
    elapsedMs: percentilesOf(held.filter(({ status }) => status !== 0).map(({ elapsedMs }) => elapsedMs)),
  }
}

function auctionFigures(held: readonly Held[]): AuctionFigures {
  const statuses: Record<string, number> = {}
  for (const { status } of held) if (status !== 0) statuses[status] = (statuses[status] ?? 0) + 1
  const count = (isIn: (auction: Held) => boolean) => held.filter(isIn).length
  return {
    held: held.length,
    imps: held.reduce((sum, { imps }) => sum + imps, 0),
    bidOn: count(({ bids }) => bids.length > 0),
    late: count(({ isLate, status }) => isLate && status !== 0),
    unanswered: count(({ status }) => status === 0),
    broken: count(({ isBroken }) => isBroken),
    statuses,
  }
}

type Sums = {
  bids: number
  onDeals: number
  wins: number
  lost: Record<string, number>
  bidNanos: number
  paidNanos: number
  clicks: number
  conversions: number
  conversionsTold: number
  valueNanos: number
  oracleNanos: number
  trueClicks: number
  toldClicks: number
  trueClicksOfBids: number
  toldClicksOfBids: number
}

function newSums(): Sums {
  return {
    bids: 0,
    onDeals: 0,
    wins: 0,
    lost: {},
    bidNanos: 0,
    paidNanos: 0,
    clicks: 0,
    conversions: 0,
    conversionsTold: 0,
    valueNanos: 0,
    oracleNanos: 0,
    trueClicks: 0,
    toldClicks: 0,
    trueClicksOfBids: 0,
    toldClicksOfBids: 0,
  }
}

const LOSS_NAMES = Object.fromEntries(Object.entries(LOSS).map(([name, code]) => [code, name]))

function add(sums: Sums, bid: JudgedBid, isOracles: boolean): void {
  const { award, clickProbability, toldClickProbability = Number.NaN } = bid
  sums.bids++
  sums.bidNanos += bid.bidCpmMicros
  sums.trueClicksOfBids += clickProbability
  sums.toldClicksOfBids += toldClickProbability
  if (bid.isOnDeal) sums.onDeals++
  if (isOracles) sums.oracleNanos += oracleNanosOf(bid)
  if (award.lossReason !== LOSS.won) {
    const name = LOSS_NAMES[award.lossReason]
    sums.lost[name] = (sums.lost[name] ?? 0) + 1
    return
  }
  sums.wins++
  sums.paidNanos += award.paidCpmMicros
  sums.valueNanos += bid.valueCpmMicros
  sums.trueClicks += clickProbability
  sums.toldClicks += toldClickProbability
  if (bid.isClicked) sums.clicks++
  if (bid.isConverted) sums.conversions++
  if (bid.isConversionTold) sums.conversionsTold++
}

/** What the oracle keeps of it. A CPM micro is a nano of the currency an impression. */
function oracleNanosOf({ valueCpmMicros, maxCpmMicros, award }: JudgedBid): number {
  const { priceToWinCpmMicros } = award
  return priceToWinCpmMicros <= maxCpmMicros ? Math.max(0, valueCpmMicros - priceToWinCpmMicros) : 0
}

/** An imp is sold once: of several bids on it, the one with which the oracle keeps most. */
function bestOfImps(bids: readonly JudgedBid[]): ReadonlyMap<number, JudgedBid> {
  const best = new Map<number, JudgedBid>()
  for (const bid of bids) {
    const other = best.get(bid.impIndex)
    if (other === undefined || oracleNanosOf(bid) > oracleNanosOf(other)) best.set(bid.impIndex, bid)
  }
  return best
}

function bidFigures(sums: Sums): BidFigures {
  const { bids, onDeals, wins, lost, clicks, conversions, paidNanos, valueNanos, oracleNanos } = sums
  return {
    bids,
    onDeals,
    wins,
    winRate: ratio(wins, bids),
    lost,
    meanBidCpm: ratio(sums.bidNanos / MICROS_A_DOLLAR, bids),
    meanPaidCpm: ratio(paidNanos / MICROS_A_DOLLAR, wins),
    spendUsd: paidNanos / NANOS_A_DOLLAR,
    spendNanos: paidNanos,
    clicks,
    conversions,
    conversionsTold: sums.conversionsTold,
    trueValueUsd: valueNanos / NANOS_A_DOLLAR,
    surplusUsd: (valueNanos - paidNanos) / NANOS_A_DOLLAR,
    oracleSurplusUsd: oracleNanos / NANOS_A_DOLLAR,
    surplusShare: ratio(valueNanos - paidNanos, oracleNanos),
    calibration: {
      expectedClicks: Number.isNaN(sums.toldClicks) ? null : sums.toldClicks,
      trueClicks: sums.trueClicks,
      expectedOverTrue: ratio(sums.toldClicks, sums.trueClicks),
      expectedOverClicks: ratio(sums.toldClicks, clicks),
      expectedOverTrueOfBids: ratio(sums.toldClicksOfBids, sums.trueClicksOfBids),
    },
  }
}

/** Null, as JSON has it, where there is nothing to divide by or the dividend is not known. */
function ratio(part: number, whole: number): number | null {
  return whole === 0 || Number.isNaN(part) ? null : part / whole
}

function percentilesOf(values: readonly number[]): Figures['elapsedMs'] {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) =>
    sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
