/**
 * The bidder of the simulated days: ledger, forecast and pacer as they run in the process, around a plain choice. Of
 * the campaigns that want an auction the one that pays most bids; at first price a constant share of its value.
 */
import { mix32 } from '../../src/base/hash.ts'
import { Prng } from '../../src/base/prng.ts'
import { Calendar } from '../../src/budget/calendar.ts'
import { Forecast } from '../../src/budget/forecast.ts'
import { Ledger, REFUSAL } from '../../src/budget/ledger.ts'
import type { CampaignPast } from '../../src/budget/ledger-terms.ts'
import { Pacer } from '../../src/budget/pacer.ts'
import type { PaceState } from '../../src/budget/pacer-account.ts'
import { isPassed } from '../../src/budget/throttle.ts'
import { NOTICE_MS_MAX } from './delays.ts'
import { type Auction, FIRST_PRICE, type Market } from './market.ts'
import { type PacedCampaign, valueCpmMicros } from './paced-campaign.ts'

/** What a restart finds again: what was written every now and then, and the books, which are always written. */
export type Saved = {
  readonly house: Float32Array
  readonly curves: readonly Float32Array[]
  readonly paces: readonly (PaceState | undefined)[]
  readonly heldNanos: readonly number[]
}

export type PacedBid = { readonly campaign: number; readonly number: number; readonly priceCpmMicros: number }

const SECOND_MS = 1000
const NO_SEGMENT = -1
const HOLDS_MAX = 2 ** 20
/** Losses of exchanges that tell nothing are known when every win would be. */
const HOLD_LIFETIME_S = NOTICE_MS_MAX / SECOND_MS
const FIRST_PRICE_SHARE = 0.65

export class PacedBidder {
  readonly ledger: Ledger
  readonly forecast = new Forecast()
  readonly pacer = new Pacer(this.forecast)
  readonly #market: Market
  readonly #campaigns: readonly PacedCampaign[]
  readonly #prng: Prng

  constructor(options: {
    market: Market
    campaigns: readonly PacedCampaign[]
    wallMs: number
    seed: number
    pasts: readonly CampaignPast[]
    saved: Saved | undefined
  }) {
    const { campaigns, wallMs, pasts } = options
    this.#market = options.market
    this.#campaigns = campaigns
    this.#prng = new Prng(options.seed)
    const calendar = new Calendar()
    this.ledger = new Ledger({ calendar, pasts, holdLifetimeS: HOLD_LIFETIME_S, holdsMax: HOLDS_MAX })
    for (const campaign of campaigns) this.#open(campaign, wallMs)
    if (options.saved !== undefined) this.#restore(options.saved)
  }

  /** One second of the control path. */
  second(wallMs: number): void {
    const { ledger, forecast, pacer } = this
    ledger.turnDays(wallMs)
    ledger.releaseExpired(wallMs, () => {})
    forecast.turn(wallMs)
    for (let campaign = 0; campaign < this.#campaigns.length; campaign++) {
      forecast.watch(campaign, SECOND_MS)
      const standing = ledger.paceOf(campaign)
      if (standing !== undefined) pacer.tick(campaign, wallMs, standing)
    }
  }

  bid(auction: Auction): PacedBid | undefined {
    let best = -1
    let priceCpmMicros = 0
    for (const [campaign, wants] of this.#campaigns.entries()) {
      if (!wants.exchanges.includes(auction.exchangeIndex)) continue
      this.forecast.opportunities[campaign]++
      const price = this.#priceOf(campaign, wants, auction)
      if (price < auction.floorCpmMicros || price <= priceCpmMicros) continue
      if (this.ledger.refusal(campaign, price) !== REFUSAL.none) continue
      best = campaign
      priceCpmMicros = price
    }
    if (best === -1) return undefined
    const number = this.ledger.reserve(best, priceCpmMicros, NO_SEGMENT, auction.atMs)
    return number < 0 ? undefined : { campaign: best, number, priceCpmMicros }
  }

  save(): Saved {
    const each = <T>(of: (campaign: number) => T): T[] => this.#campaigns.map((_, campaign) => of(campaign))
    return {
      house: this.forecast.saveHouse(),
      curves: each((campaign) => this.forecast.save(campaign)),
      paces: each((campaign) => this.pacer.stateOf(campaign)),
      heldNanos: each((campaign) => this.ledger.standingOf(campaign).heldNanos),
    }
  }

  #priceOf(campaign: number, wants: PacedCampaign, auction: Auction): number {
    const { valueFactor, passShare } = this.pacer
    if (!isPassed(mix32(auction.number + 1), campaign, passShare[campaign])) return 0
    const value = valueFactor[campaign] * valueCpmMicros(wants, this.#market, auction, campaign, this.#prng)
    return Math.floor(auction.auctionType === FIRST_PRICE ? FIRST_PRICE_SHARE * value : value)
  }

  #open({ name, mode, dailyNanos }: PacedCampaign, wallMs: number): void {
    const budget = { campaignId: name, timeZone: 'UTC', totalNanos: 1e15, dailyNanos, flights: [] }
    const campaign = this.ledger.setBudget(budget, wallMs)
    this.pacer.setMode(campaign, mode)
  }

  #restore({ house, curves, paces }: Saved): void {
    this.forecast.restoreHouse(house)
    for (const [campaign, curve] of curves.entries()) this.forecast.restore(campaign, curve)
    for (const [campaign, pace] of paces.entries()) if (pace !== undefined) this.pacer.restore(campaign, pace)
  }
}
