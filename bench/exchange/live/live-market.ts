/**
 * The market behind real bid requests: what is asked, who else bids on each imp, and the dice of those who will see the
 * ad. An auction follows from the seed and its number alone, whatever was asked, answered or drawn before it.
 *
 *   request   as generated traffic has it, with the auction type of the market                ../../traffic/requests.ts
 *   others    by the traits of one exchange, around what the slot is worth to most:            ../competition.ts
 *             level * quality of publisher and slot (log-normal, sigma 0.6) * shape * user (log-normal, sigma 0.4)
 *   deals     on a tenth of the imps, where there are any to offer
 *   dice      whether there is a click or a conversion, and when notices come                  ../delays.ts
 *
 * The hour is that of a whole run: traffic of minutes, whatever the delays are compressed to. Some 80 us an auction.
 */
import { hashPair, hashText } from '../../../src/base/hash.ts'
import { microsOfDecimal } from '../../../src/base/money.ts'
import { Prng } from '../../../src/base/prng.ts'
import { chance, round, uuid } from '../../traffic/draw.ts'
import { makeRequest } from '../../traffic/requests.ts'
import type { RequestFacts } from '../../truth/request-facts.ts'
import { highestBid } from '../competition.ts'
import { clickDelayMs, conversionDelayMs, noticeDelayMs } from '../delays.ts'
import { type Auction, FIRST_PRICE, priceToWin, SECOND_PRICE, USER_SIGMA } from '../market.ts'
import { PRICE_SIGMA, SHAPES } from '../placements.ts'
import type { ExchangeTraits } from '../traits.ts'

export type LiveMarketOptions = {
  readonly seed: number
  readonly traits: ExchangeTraits
  /** Of every auction; by the traits where it is undefined. */
  readonly auctionType: Auction['auctionType'] | undefined
  /** UTC. */
  readonly hour: number
  /** Ids of deals to offer. */
  readonly deals: readonly string[]
  /** Milliseconds that a request gives, instead of what generated traffic gives. */
  readonly tmaxMs: number | undefined
}

/** A generated request as far as it is looked at here. */
export type LiveRequest = RequestFacts & {
  readonly id: string
  readonly imp: readonly LiveImp[]
  readonly device: { readonly devicetype: number }
  readonly at: Auction['auctionType']
  readonly tmax: number
}

export type LiveImp = {
  readonly id: string
  readonly banner?: { readonly w: number; readonly h: number; readonly pos?: number }
  readonly video?: { readonly pos?: number }
  readonly instl: number
  readonly tagid: string
  readonly bidfloor: number
  readonly pmp?: { readonly private_auction: number; readonly deals: readonly WireDeal[] }
}

type WireDeal = { readonly id: string; readonly bidfloor: number; readonly at: number }

export type LiveAuction = {
  /** From 0 on. */
  readonly number: number
  readonly request: LiveRequest
  /** The imps of the request, in its order. */
  readonly slots: readonly LiveSlot[]
}

/** What `settle` takes, and what else is to be known of an imp. */
export type LiveSlot = Pick<Auction, 'auctionType' | 'tellsMinToWin' | 'priceToWinCpmMicros'> & {
  readonly floorCpmMicros: number
  readonly deals: readonly LiveDeal[]
  /** Whether only deals are sold. */
  readonly isPrivate: boolean
  readonly dice: Dice
}

export type LiveDeal = {
  readonly id: string
  readonly floorCpmMicros: number
  /** OpenRTB 2.6 section 3.2.12; 3 is a fixed price. */
  readonly type: number
}

/** Uniform numbers in [0, 1), and simulated milliseconds. */
export type Dice = {
  readonly click: number
  readonly conversion: number
  /** Behind the auction: when the ad is shown and billed, or its loss told. */
  readonly noticeMs: number
  /** Behind the view. */
  readonly clickMs: number
  /** Behind the click. */
  readonly conversionMs: number
}

const DEAL_SHARE = 0.1
/** Each as likely: first price, second price, a fixed price. */
const DEAL_TYPES = [1, 2, 3]
/** Generated films have floors of 1.30, banners of 0.45. */
const FILM_PRICE_FACTOR = 2.9

export class LiveMarket {
  readonly #options: LiveMarketOptions
  readonly #qualities = new Map<string, number>()

  constructor(options: LiveMarketOptions) {
    this.#options = options
  }

  draw(number: number): LiveAuction {
    const { traits, deals, tmaxMs } = this.#options
    const asking = this.#stream('request', number)
    const made = makeRequest(asking, uuid(asking)) as LiveRequest
    const prices = this.#stream('prices', number)
    const isFirstPrice = this.#isFirstPrice(prices, traits)
    const userWorth = Math.exp(USER_SIGMA * prices.normal())
    const selling = this.#stream('deals', number)
    const imps = deals.length === 0 ? made.imp : made.imp.map((imp) => withDeals(selling, imp, deals))
    const request: LiveRequest = {
      ...made,
      imp: imps,
      at: isFirstPrice ? FIRST_PRICE : SECOND_PRICE,
      tmax: tmaxMs ?? made.tmax,
    }
    const people = this.#stream('people', number)
    return {
      number,
      request,
      slots: imps.map((imp) => this.#slotOf(imp, { request, prices, userWorth, people })),
    }
  }

  #slotOf(
    imp: LiveImp,
    drawn: { request: LiveRequest; prices: Prng; userWorth: number; people: Prng },
  ): LiveSlot {
    const { traits, hour } = this.#options
    const auctionType = drawn.request.at
    const floorCpmMicros = microsOfDecimal(imp.bidfloor)
    const highest = highestBid(drawn.prices, {
      traits,
      worthCpmMicros:
        traits.levelCpmMicros * this.#qualityOf(imp.tagid) * shapeFactorOf(imp) * drawn.userWorth,
      floorCpmMicros,
      isFirstPrice: auctionType === FIRST_PRICE,
      hour,
    })
    return {
      auctionType,
      tellsMinToWin: traits.tellsMinToWin,
      priceToWinCpmMicros: priceToWin(highest, floorCpmMicros),
      floorCpmMicros,
      deals: (imp.pmp?.deals ?? []).map(({ id, bidfloor, at }) => ({
        id,
        floorCpmMicros: microsOfDecimal(bidfloor),
        type: at,
      })),
      isPrivate: imp.pmp?.private_auction === 1,
      dice: castDice(drawn.people, traits),
    }
  }

  #isFirstPrice(prng: Prng, traits: ExchangeTraits): boolean {
    const isByTraits = prng.unit() < traits.firstPriceShare
    const { auctionType } = this.#options
    return auctionType === undefined ? isByTraits : auctionType === FIRST_PRICE
  }

  /** Of a publisher's slot, by its name. */
  #qualityOf(tag: string): number {
    const known = this.#qualities.get(tag)
    if (known !== undefined) return known
    const quality = Math.exp(PRICE_SIGMA * this.#stream('quality', hashText(tag)).normal())
    this.#qualities.set(tag, quality)
    return quality
  }

  /** Each use of each number has a sequence of its own. */
  #stream(use: string, number: number): Prng {
    return new Prng(hashPair(hashPair(this.#options.seed + 1, hashText(use)), number + 1))
  }
}

function castDice(prng: Prng, { tellsMinToWin }: ExchangeTraits): Dice {
  return {
    click: prng.unit(),
    conversion: prng.unit(),
    noticeMs: noticeDelayMs(prng, !tellsMinToWin),
    clickMs: clickDelayMs(prng),
    conversionMs: conversionDelayMs(prng),
  }
}

function withDeals(prng: Prng, imp: LiveImp, ids: readonly string[]): LiveImp {
  if (!chance(prng, DEAL_SHARE)) return imp
  const offered = ids.map((id) => ({
    id,
    bidfloor: round(imp.bidfloor * (1.2 + prng.unit()), 2),
    bidfloorcur: 'USD',
    at: prng.pick(DEAL_TYPES),
  }))
  return { ...imp, pmp: { private_auction: 0, ...imp.pmp, deals: [...(imp.pmp?.deals ?? []), ...offered] } }
}

/** What buyers pay for the shape of an imp: a banner's by its first size, or by that of the market that is next in area. */
function shapeFactorOf({ banner }: LiveImp): number {
  if (banner === undefined) return FILM_PRICE_FACTOR
  const area = banner.w * banner.h
  const off = SHAPES.map(({ name }) => Math.abs(Math.log(areaOf(name) / area)))
  return SHAPES[off.indexOf(Math.min(...off))].priceFactor
}

function areaOf(shape: string): number {
  const [width, height] = shape.split('x').map(Number)
  return width * height
}
