/**
 * Days of a bidder with budgets, on simulated auctions, with notices that come late and restarts. Deterministic.
 *
 * Wins are told by every exchange, losses by those that also tell the price; elsewhere a hold runs out. A restart takes
 * `DOWN_MS`, in which auctions pass by and notices wait; what the process knew is gone but for what was saved every
 * `SAVE_MS`, and the books. About 3 us an auction.
 */
import { Prng } from '../../src/base/prng.ts'
import type { CampaignPast } from '../../src/budget/ledger-terms.ts'
import { NO_TALLY } from '../../src/budget/tallies.ts'
import { DAY_MS } from './arrivals.ts'
import { NOTICE_MS_MAX, noticeDelayMs } from './delays.ts'
import { type Auction, type Market, settle } from './market.ts'
import { PacedBidder, type Saved } from './paced-bidder.ts'
import type { PacedCampaign } from './paced-campaign.ts'

export type PacedDay = {
  readonly campaign: string
  /** From 0 on. */
  readonly day: number
  readonly dailyNanos: number
  spentNanos: number
  wins: number
  clicks: number
  /** Auctions that the campaign could have bid on. */
  traffic: number
  /** At the end of each eighth of the day: what was spent, of the budget, and how much of the traffic had come. */
  readonly spentUpTo: number[]
  readonly trafficUpTo: number[]
}

export type PacedDaysOptions = {
  readonly market: Market
  readonly campaigns: readonly PacedCampaign[]
  /** A midnight of UTC: that from which the market's auctions come. */
  readonly startMs: number
  readonly days: number
  readonly seed: number
  /** When the process dies, in order. */
  readonly restartsMs: readonly number[]
}

type Notice = {
  readonly bid: { readonly campaign: number; readonly number: number; readonly priceCpmMicros: number }
  readonly auction: Auction
  /** The process that made the bid. */
  readonly run: number
  readonly isWon: boolean
  readonly paidNanos: number
}

export const EIGHTHS = 8
const EIGHTH_MS = DAY_MS / EIGHTHS
const SECOND_MS = 1000
const SAVE_MS = 10_000
const DOWN_MS = 40_000
const NONE = -1

export function runPacedDays(options: PacedDaysOptions): readonly PacedDay[] {
  const world = new World(options)
  const endMs = options.startMs + options.days * DAY_MS
  for (;;) {
    const auction = options.market.next()
    if (auction.atMs >= endMs) break
    world.advance(auction.atMs)
    world.offer(auction)
  }
  world.advance(endMs + NOTICE_MS_MAX + SECOND_MS)
  return world.report()
}

class World {
  readonly #options: PacedDaysOptions
  readonly #prng: Prng
  readonly #days: PacedDay[][]
  /** By the second in which they come. */
  readonly #notices = new Map<number, Notice[]>()
  readonly #restartsMs: number[]
  #bidder: PacedBidder
  #saved: Saved
  #run = 0
  #nextMs: number
  #noticesUpToS: number
  #upAgainMs = 0

  constructor(options: PacedDaysOptions) {
    const { campaigns, days, startMs } = options
    this.#options = options
    this.#prng = new Prng(options.seed)
    this.#restartsMs = [...options.restartsMs]
    this.#days = Array.from({ length: days }, (_, day) => campaigns.map((campaign) => newDay(campaign, day)))
    this.#bidder = this.#startBidder(startMs, [], undefined)
    this.#saved = this.#bidder.save()
    this.#nextMs = startMs
    this.#noticesUpToS = startMs / SECOND_MS
  }

  advance(toMs: number): void {
    for (; this.#nextMs <= toMs; this.#nextMs += SECOND_MS) this.#second(this.#nextMs)
  }

  offer(auction: Auction): void {
    const today = this.#days[this.#dayAt(auction.atMs)]
    for (const [index, { exchanges }] of this.#options.campaigns.entries()) {
      if (exchanges.includes(auction.exchangeIndex)) today[index].traffic++
    }
    if (auction.atMs < this.#upAgainMs) return
    const bid = this.#bidder.bid(auction)
    if (bid === undefined) return
    const { isWon, paidCpmMicros: paidNanos } = settle(auction, bid.priceCpmMicros)
    const delayMs = noticeDelayMs(this.#prng, !auction.tellsMinToWin)
    if (!isWon && !auction.tellsMinToWin) return
    const second = Math.ceil((auction.atMs + delayMs) / SECOND_MS)
    const notices = this.#notices.get(second) ?? []
    notices.push({ bid, auction, run: this.#run, isWon, paidNanos })
    this.#notices.set(second, notices)
  }

  report(): readonly PacedDay[] {
    return this.#days.flat().map((day) => ({
      ...day,
      trafficUpTo: day.trafficUpTo.map((count) => count / day.traffic),
    }))
  }

  #second(wallMs: number): void {
    if (this.#restartsMs.length > 0 && wallMs >= this.#restartsMs[0]) this.#die(wallMs)
    if (wallMs < this.#upAgainMs) return
    while (this.#noticesUpToS < wallMs / SECOND_MS) this.#deliver(++this.#noticesUpToS)
    this.#bidder.second(wallMs)
    if (wallMs % SAVE_MS === 0) this.#saved = this.#bidder.save()
    if (wallMs % EIGHTH_MS === 0 && wallMs > this.#options.startMs) this.#endEighth(wallMs)
  }

  #deliver(second: number): void {
    for (const notice of this.#notices.get(second) ?? []) {
      if (notice.isWon) this.#book(notice)
      else if (notice.run === this.#run) this.#bidder.ledger.release(notice.bid.number)
    }
    this.#notices.delete(second)
  }

  #book({ bid, auction, run, paidNanos }: Notice): void {
    const { campaign } = bid
    this.#bidder.ledger.settle({
      bidNumber: run === this.#run ? bid.number : NONE,
      campaign,
      day: Math.floor(auction.atMs / DAY_MS),
      flightDay: NONE,
      bidNanos: bid.priceCpmMicros,
      paidNanos,
    })
    const day = this.#days[this.#dayAt(auction.atMs)][campaign]
    day.spentNanos += paidNanos
    day.wins++
    if (this.#options.market.isClicked(auction, campaign)) day.clicks++
  }

  #endEighth(wallMs: number): void {
    for (const day of this.#days[this.#dayAt(wallMs - 1)] ?? []) {
      day.spentUpTo.push(day.spentNanos / day.dailyNanos)
      day.trafficUpTo.push(day.traffic)
    }
  }

  #die(wallMs: number): void {
    this.#restartsMs.shift()
    this.#upAgainMs = wallMs + DOWN_MS
    const pasts = this.#options.campaigns.map(({ name }, campaign): CampaignPast => {
      const { spentNanos, spentTodayNanos, day } = this.#bidder.ledger.standingOf(campaign)
      return {
        campaignId: name,
        isPaused: false,
        spentNanos,
        spentByDay: new Map([[day, spentTodayNanos]]),
        spentByFlight: new Map(),
        heldNanos: this.#saved.heldNanos[campaign],
        tally: NO_TALLY,
      }
    })
    this.#run++
    this.#bidder = this.#startBidder(this.#upAgainMs, pasts, this.#saved)
  }

  #startBidder(wallMs: number, pasts: readonly CampaignPast[], saved: Saved | undefined): PacedBidder {
    const { market, campaigns, seed } = this.#options
    return new PacedBidder({ market, campaigns, wallMs, seed: seed + this.#run, pasts, saved })
  }

  #dayAt(wallMs: number): number {
    return Math.floor((wallMs - this.#options.startMs) / DAY_MS)
  }
}

function newDay({ name, dailyNanos }: PacedCampaign, day: number): PacedDay {
  const counts = { spentNanos: 0, wins: 0, clicks: 0, traffic: 0 }
  return { campaign: name, day, dailyNanos, ...counts, spentUpTo: [], trafficUpTo: [] }
}
