/**
 * What learns prices from auctions of the market, as a bidder in the process would: the win landscape with its pricing,
 * and one log-normal for all auctions that is told the same. They see of an auction what a request says, and of its price
 * what the exchange tells of the landscape's bid. It is told at once; in the process it takes seconds to minutes.
 *
 * The landscape is refreshed in slices of 2 ms of the simulated clock, of which each row takes its usual 4 us. In the
 * process there is a slice a second. Here one in two minutes has to do: a second has but one auction or two.
 */
import type { Clock } from '../../src/base/clock.ts'
import type { Prng } from '../../src/base/prng.ts'
import { FirstPrice } from '../../src/pricing/first-price.ts'
import { Landscape } from '../../src/pricing/landscape.ts'
import { fitCensoredLogNormal, type LogNormal, type Told } from '../../src/pricing/log-normal.ts'
import { shadeLogNormal } from '../../src/pricing/shade-log-normal.ts'
import { type Auction, settle } from './market.ts'

/** What a request says of an auction. */
export type Offer = {
  readonly exchange: number
  readonly shapeHash: number
  readonly placeHash: number
  /** UTC. */
  readonly hour: number
  /** At least 1: no lower price can be bid. */
  readonly floorCpmMicros: number
}

const SLICE_EVERY_MS = 120_000
const SLICE_MS = 2
/** The landscape looks at the clock twice a row. */
const GLANCE_MS = 0.002
/** So much more has to be told before the log-normal is fitted anew. */
const FIT_GROWTH = 1.1
const FIRST_FIT = 100

export class LandscapeBidder {
  readonly #clock = new PassingClock()
  readonly #landscape = new Landscape({ clock: this.#clock })
  readonly #pricing: FirstPrice
  #sliceAtMs = 0

  constructor(prng: Prng) {
    this.#pricing = new FirstPrice(this.#landscape, prng)
  }

  /** Called at each auction, bid on or not. */
  turn(atMs: number): void {
    if (atMs < this.#sliceAtMs) return
    this.#sliceAtMs = atMs + SLICE_EVERY_MS
    this.#clock.set(atMs)
    this.#landscape.refresh(atMs + SLICE_MS)
  }

  /** @param valueCpmMicros an integer, not below the floor. */
  bid(offer: Offer, valueCpmMicros: number): number {
    const key = this.#landscape.keyOf(this.#landscape.segmentOf(offer))
    return this.#pricing.price(key, valueCpmMicros, offer.floorCpmMicros, 1)
  }

  learn(offer: Offer, { kind, price }: Told): void {
    const segment = this.#landscape.segmentOf(offer)
    if (kind === 'exact') this.#landscape.observePrice(segment, price)
    else if (kind === 'atMost') this.#landscape.observeWin(segment, price)
    else this.#landscape.observeLoss(segment, price)
  }
}

export class LogNormalBidder {
  readonly #told: Told[] = []
  #market: LogNormal = { mu: Math.log(1_000_000), sigma: 1 }
  #fitAt = FIRST_FIT

  bid({ floorCpmMicros }: Offer, valueCpmMicros: number): number {
    return Math.round(shadeLogNormal(this.#market, valueCpmMicros, floorCpmMicros))
  }

  learn(told: Told): void {
    this.#told.push(told)
    if (this.#told.length < this.#fitAt) return
    this.#market = fitCensoredLogNormal(this.#told, this.#market)
    this.#fitAt *= FIT_GROWTH
  }
}

export function offerOf({ exchangeIndex, shapeHash, placement, hour, floorCpmMicros }: Auction): Offer {
  return {
    exchange: exchangeIndex,
    shapeHash,
    placeHash: placement.hash,
    hour,
    floorCpmMicros: Math.max(1, floorCpmMicros),
  }
}

/** What is known of the price to win after a bid. One that is the floor says only that nobody else reached it. */
export function toldOf(auction: Auction, bidCpmMicros: number): Told {
  const { isWon, minToWinCpmMicros: price } = settle(auction, bidCpmMicros)
  if (price === undefined) return { kind: isWon ? 'atMost' : 'above', price: bidCpmMicros }
  return { kind: price > offerOf(auction).floorCpmMicros ? 'exact' : 'atMost', price }
}

/** Stands still between auctions, but that looking at it takes time, as the work in between would. */
class PassingClock implements Clock {
  #nowMs = 0

  readonly nowMs = (): number => {
    this.#nowMs += GLANCE_MS
    return this.#nowMs
  }

  readonly wallMs = (): number => this.#nowMs

  set(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
  }
}
