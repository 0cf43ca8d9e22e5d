/**
 * What a notice means: books it, and lets learn from it whoever can.
 *
 * | notice | booked | learnt |
 * |---|---|---|
 * | billing (`isBilling`) | settles the bid, on the disk before it is acknowledged | an impression |
 * | win | counts the user's impression; the hold stays until the bill | the price to win |
 * | loss | releases the hold | the price to win, where price decided |
 * | click, conversion | once each, on the disk | the creative's rate, the campaign's rate |
 * | others | counted alone | |
 *
 * A bill is never above the bid, whatever it says, and at the bid where its price cannot be read: what is owed may be
 * less, and is not more. Duplicates are known by the journal's keys. What learns does so from the bids of this process,
 * whose holds it finds; money is booked whoever made the bid.
 *
 * The event log is offered what was booked and is no duplicate. Only for a view, which nobody books, is that not known.
 */
import type { Clock } from '../base/clock.ts'
import { HOLD, NONE } from '../budget/holds.ts'
import { ENTRY_KIND, type Entry } from '../budget/journal-rows.ts'
import type { Ledger } from '../budget/ledger.ts'
import { APPENDED, type Store } from '../budget/store.ts'
import type { NoticeEvents } from '../events/event-log.ts'
import type { EventKind } from '../events/layout.ts'
import type { Landscape } from '../pricing/landscape.ts'
import type { ResponseRates } from '../pricing/response-rates.ts'
import type { Caps } from '../users/caps.ts'
import type { FrequencyTable } from '../users/frequency.ts'
import { readPairKey } from '../users/pair-key-text.ts'
import type { Booking } from './desk.ts'
import type { Notice } from './read.ts'
import { type ClerkTelemetry, UNMATCHED } from './telemetry.ts'

export type ClerkOptions = {
  readonly ledger: Ledger
  readonly store: Pick<Store, 'append'>
  readonly landscape: Landscape
  readonly rates: ResponseRates
  readonly frequency: FrequencyTable
  /** Frequency caps of a campaign of the ledger. */
  readonly capsOf: (campaign: number) => Caps
  /** Number of a bid of this process by its id, else `NONE`. */
  readonly numberOf: (bidId: string) => number
  readonly telemetry: ClerkTelemetry
  readonly events: NoticeEvents
  readonly clock: Clock
}

/** OpenRTB 3.0, "Loss Reason Codes": below the floor or that of a deal, outbid; or none given. */
const LOST_BY_PRICE = [undefined, 100, 101, 102]

export class NoticeClerk {
  readonly #options: ClerkOptions
  readonly #pair = { hi: 0, lo: 0 }

  constructor(options: ClerkOptions) {
    this.#options = options
  }

  take(notice: Notice, done: (booking: Booking) => void): void {
    if (notice.isBilling) this.#bill(notice, done)
    else if (notice.kind === 'click') this.#click(notice, done)
    else if (notice.kind === 'conversion') this.#convert(notice, done)
    else {
      if (notice.kind === 'win') this.#win(notice)
      else if (notice.kind === 'loss') this.#lose(notice)
      else if (notice.kind === 'view') this.#offer(notice, 'view', usdOf(notice, notice.priceCpmMicros))
      done('booked')
    }
  }

  /** For a hold that ran out: without a word from anybody it was not bought, as far as prices go. */
  readonly learnFromExpired = (place: number): void => {
    const { holds } = this.#options.ledger
    if (holds.state[place] === HOLD.open) this.#observeLoss(place, undefined)
  }

  #bill(notice: Notice, done: (booking: Booking) => void): void {
    const { usdCpmMicros } = notice.token
    const paidNanos = Math.min(usdOf(notice, notice.priceCpmMicros) ?? usdCpmMicros, usdCpmMicros)
    const entry = this.#entryOf(notice, ENTRY_KIND.bill, paidNanos)
    this.#append(entry, done, () => this.#settle(notice, entry))
  }

  #settle(notice: Notice, entry: Entry): void {
    const { ledger, rates, telemetry } = this.#options
    const { token } = notice
    const campaign = this.#campaignOf(token.campaignId)
    const place = this.#placeOf(notice)
    const state = place === NONE ? HOLD.closed : ledger.holds.state[place]
    if (state !== HOLD.won) this.#see(notice, campaign)
    if (state === HOLD.open) this.#observeWin(notice, campaign, place)
    const settled = ledger.settle({
      bidNumber: this.#options.numberOf(token.bidId),
      campaign,
      day: entry.day,
      flightDay: entry.flightDay,
      bidNanos: token.usdCpmMicros,
      paidNanos: entry.paidNanos,
    })
    telemetry.settlements.add(settled)
    telemetry.settledNanos.add(settled, entry.paidNanos)
    // In the currency of the bid, in which nothing was rounded.
    if (notice.priceCpmMicros !== undefined && notice.priceCpmMicros > token.priceCpmMicros)
      telemetry.cappedPrices.add(0)
    ledger.tallies.add('impressions', campaign)
    rates.addImpression(rates.creativeOf(campaign, token.creativeId), token.clickProbability)
    this.#offer(notice, 'bill', entry.paidNanos)
  }

  #win(notice: Notice): void {
    const { ledger, telemetry } = this.#options
    const place = this.#placeOf(notice)
    if (place === NONE) {
      telemetry.unmatched.add(UNMATCHED.win)
      return
    }
    if (ledger.holds.state[place] === HOLD.won) return
    const campaign = ledger.holds.campaign[place]
    this.#observeWin(notice, campaign, place)
    this.#see(notice, campaign)
    ledger.holds.state[place] = HOLD.won
    this.#offer(notice, 'win', usdOf(notice, notice.priceCpmMicros))
  }

  #lose(notice: Notice): void {
    const { ledger, frequency, telemetry, clock } = this.#options
    const place = this.#placeOf(notice)
    if (place === NONE) {
      telemetry.unmatched.add(UNMATCHED.loss)
      return
    }
    // A win has said what there is to learn, and has turned the reservation of the user into an impression.
    if (ledger.holds.state[place] === HOLD.open) {
      if (LOST_BY_PRICE.includes(notice.lossReason)) this.#observeLoss(place, priceToWinOf(notice))
      if (readPairKey(notice.token.pairKey, this.#pair))
        frequency.release(this.#pair, this.#options.capsOf(ledger.holds.campaign[place]), nowS(clock))
      this.#offer(notice, 'loss', priceToWinOf(notice))
    }
    ledger.release(this.#options.numberOf(notice.token.bidId))
  }

  #click(notice: Notice, done: (booking: Booking) => void): void {
    const { ledger, rates } = this.#options
    this.#append(this.#entryOf(notice, ENTRY_KIND.click, 0), done, () => {
      const campaign = this.#campaignOf(notice.token.campaignId)
      ledger.tallies.add('clicks', campaign)
      rates.addClick(rates.creativeOf(campaign, notice.token.creativeId))
      this.#offer(notice, 'click')
    })
  }

  #convert(notice: Notice, done: (booking: Booking) => void): void {
    const { ledger, rates } = this.#options
    this.#append(this.#entryOf(notice, ENTRY_KIND.conversion, 0), done, () => {
      const campaign = this.#campaignOf(notice.token.campaignId)
      ledger.tallies.add('conversions', campaign)
      rates.addConversion(campaign)
      this.#offer(notice, 'conversion')
    })
  }

  #offer({ token }: Notice, kind: EventKind, usdCpmMicros?: number): void {
    const { events, clock } = this.#options
    events.offerNotice({ kind, atMs: clock.wallMs(), bidId: token.bidId, usdCpmMicros })
  }

  /** Puts an entry on the disk, and then, if it is new, into memory; in this order, or a crash would forget it. */
  #append(entry: Entry, done: (booking: Booking) => void, book: () => void): void {
    const isTaken = this.#options.store.append(entry, (result) => {
      try {
        if (result === APPENDED.new) book()
      } finally {
        done(result === APPENDED.failed ? 'not_booked' : result === APPENDED.known ? 'duplicate' : 'booked')
      }
    })
    if (!isTaken) done('not_booked')
  }

  #entryOf({ token }: Notice, kind: number, paidNanos: number): Entry {
    const { ledger, clock } = this.#options
    const { bidId, bidAtS, campaignId, creativeId, clickProbability, propensity, pairKey } = token
    const { day, flightDay } = ledger.periodOf(this.#campaignOf(campaignId), bidAtS * 1000)
    return {
      kind,
      bidId,
      campaignId,
      creativeId,
      day,
      flightDay,
      bidAtS,
      atS: nowS(clock),
      paidNanos,
      clickProbability,
      propensity,
      pairKey,
    }
  }

  /** Counts an impression of the user, where that may be. */
  #see({ token }: Notice, campaign: number): void {
    const { frequency, capsOf, clock } = this.#options
    if (!readPairKey(token.pairKey, this.#pair)) return
    frequency.count(this.#pair, capsOf(campaign), nowS(clock), nowS(clock))
  }

  #observeWin(notice: Notice, campaign: number, place: number): void {
    const { landscape, ledger } = this.#options
    const { holds, tallies } = ledger
    tallies.add('wins', campaign)
    if (holds.segmentKey[place] === 0) return
    const segment = landscape.segmentOfKey(holds.segmentKey[place])
    const priceToWin = usdOf(notice, notice.minToWinCpmMicros)
    const bid = holds.nanos[place]
    if (priceToWin === undefined || priceToWin > bid) landscape.observeWin(segment, bid)
    else if (priceToWin > holds.floorNanos[place]) landscape.observePrice(segment, priceToWin)
    // Nobody else has reached the floor.
    else landscape.observeWin(segment, holds.floorNanos[place])
  }

  /** @param priceToWin what would have won, where it is told. */
  #observeLoss(place: number, priceToWin: number | undefined): void {
    const { landscape, ledger } = this.#options
    const { segmentKey, nanos } = ledger.holds
    if (segmentKey[place] === 0) return
    const segment = landscape.segmentOfKey(segmentKey[place])
    // A price under the bid did not decide.
    if (priceToWin === undefined) landscape.observeLoss(segment, nanos[place])
    else if (priceToWin >= nanos[place]) landscape.observePrice(segment, priceToWin)
  }

  #placeOf({ token }: Notice): number {
    return this.#options.ledger.holds.find(this.#options.numberOf(token.bidId))
  }

  /** One that has left the catalog is still owed for. */
  #campaignOf(campaignId: string): number {
    return this.#options.ledger.campaignOf(campaignId, this.#options.clock.wallMs())
  }
}

/** CPM micros of the bid's currency in US dollars, rounded up, at the rate that the bid was made with. */
function usdOf({ token }: Notice, cpmMicros: number | undefined): number | undefined {
  if (cpmMicros === undefined) return undefined
  // The product first: it is a whole number, so that what comes out even is not rounded up.
  return Math.ceil((cpmMicros * token.usdCpmMicros) / token.priceCpmMicros)
}

/** What would have won by the notice of a loss; some say 0 for what they do not tell. */
function priceToWinOf(notice: Notice): number | undefined {
  return usdOf(notice, notice.minToWinCpmMicros ?? (notice.priceCpmMicros || undefined))
}

function nowS(clock: Clock): number {
  return Math.floor(clock.wallMs() / 1000)
}
