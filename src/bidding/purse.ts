/**
 * What the bid path asks about money and users: may this ad be shown to this user, what is bid for it at first price,
 * and is its price on hold. It keeps nothing; the rooms that do are behind it.
 *
 * A request marked as a test is priced as any other and holds nothing: it never spends.
 */
import type { Prng } from '../base/prng.ts'
import type { Forecast } from '../budget/forecast.ts'
import { NONE } from '../budget/holds.ts'
import type { Ledger } from '../budget/ledger.ts'
import type { Store } from '../budget/store.ts'
import type { RequestView } from '../openrtb/request.ts'
import { UserId } from '../openrtb/user-id.ts'
import { FirstPrice } from '../pricing/first-price.ts'
import type { Landscape } from '../pricing/landscape.ts'
import type { AuctionPlace } from '../pricing/landscape-ladder.ts'
import type { ResponseRates } from '../pricing/response-rates.ts'
import type { FrequencyTable } from '../users/frequency.ts'
import { type PairKey, pairKeyOf } from '../users/pair-key.ts'
import { readPairKey, writePairKey } from '../users/pair-key-text.ts'
import type { UserKey, UserKeys } from '../users/user-key.ts'
import { BidIds } from './bid-ids.ts'
import type { AdAccounts } from './snapshot.ts'

export type PurseOptions = {
  readonly ledger: Ledger
  readonly store: Pick<Store, 'isWritable'>
  readonly landscape: Landscape
  readonly rates: ResponseRates
  readonly forecast: Forecast
  readonly frequency: FrequencyTable
  readonly userKeys: UserKeys
  readonly prng: Prng
}

/** A bid that wants its price on hold. */
export type Claim = {
  readonly ad: number
  /** In US dollars. */
  readonly usdNanos: number
  readonly floorNanos: number
  readonly segmentKey: number
  readonly wallMs: number
  readonly isTest: boolean
}

/** A bid that was reserved. */
export type Unsent = { readonly ad: number; readonly bidNumber: number; readonly pairKey: string }

export class Purse {
  readonly ids: BidIds
  readonly firstPrice: FirstPrice
  /** Number of the bid that was reserved last, `NONE` for a test. */
  bidNumber = NONE
  readonly #options: PurseOptions
  readonly #userId = new UserId()
  readonly #pair: PairKey = { hi: 0, lo: 0 }

  constructor(options: PurseOptions) {
    this.#options = options
    this.ids = new BidIds(options.prng)
    this.firstPrice = new FirstPrice(options.landscape, options.prng)
  }

  /** False while the ledger cannot be written: what cannot be settled must not be spent. */
  get isOpen(): boolean {
    return this.#options.store.isWritable
  }

  /** The key of the request's user, where it names one. Only for requests whose permit allows ids. */
  userOf(view: RequestView, exchangeHash: number): UserKey | undefined {
    if (!this.#userId.read(view)) return undefined
    const user = { hi: 0, lo: 0 }
    this.#options.userKeys.keyOf(this.#userId, view.tape.bytes, exchangeHash, user)
    return user
  }

  /** Requests that campaigns could bid on, by campaign: whoever finds one adds to it, for the forecast of traffic. */
  get opportunities(): Float64Array {
    return this.#options.forecast.opportunities
  }

  /** Whether the user has seen the campaign as often as it may be seen. */
  isCapped(
    { caps, campaignHashes }: AdAccounts,
    ad: number,
    user: UserKey | undefined,
    nowS: number,
  ): boolean {
    const { length } = caps[ad]
    if (length === 0 || user === undefined) return false
    pairKeyOf(user.hi, user.lo, campaignHashes[ad], this.#pair)
    return this.#options.frequency.isCapped(this.#pair, caps[ad], nowS)
  }

  /** Keeps a bid in mind until it is won or lost. Returns what its notices will need of it, '' for nothing. */
  noteShown(
    { caps, campaignHashes }: AdAccounts,
    ad: number,
    user: UserKey | undefined,
    nowS: number,
  ): string {
    if (caps[ad].length === 0 || user === undefined) return ''
    pairKeyOf(user.hi, user.lo, campaignHashes[ad], this.#pair)
    this.#options.frequency.reserve(this.#pair, caps[ad], nowS)
    return writePairKey(this.#pair)
  }

  segmentKeyOf(place: AuctionPlace): number {
    const { landscape } = this.#options
    return landscape.keyOf(landscape.segmentOf(place))
  }

  /** What a creative's probabilities may have to be multiplied by, drawn from all that it could be. */
  drawMultiplier(creative: number): number {
    const { rates, prng } = this.#options
    return rates.draw(creative, prng)
  }

  /** Whether the price is on hold; `bidNumber` is the bid's then. */
  reserve({ campaigns }: AdAccounts, claim: Claim): boolean {
    const { ad, usdNanos, floorNanos, segmentKey, wallMs, isTest } = claim
    const { ledger } = this.#options
    const campaign = campaigns[ad]
    if (isTest) {
      this.bidNumber = NONE
      return ledger.refusal(campaign, usdNanos) === 0
    }
    this.bidNumber = ledger.reserve(campaign, usdNanos, segmentKey, wallMs)
    if (this.bidNumber < 0) return false
    ledger.holds.noteFloor(this.bidNumber, floorNanos)
    ledger.tallies.add('bids', campaign)
    return true
  }

  /** For a bid that was reserved, and kept in mind, and is not sent. */
  release({ caps }: AdAccounts, { ad, bidNumber, pairKey }: Unsent, nowS: number): void {
    if (bidNumber !== NONE) this.#options.ledger.release(bidNumber)
    if (readPairKey(pairKey, this.#pair)) this.#options.frequency.release(this.#pair, caps[ad], nowS)
  }
}
