/**
 * A market of auctions as a bidder sees it, with the truth that a bidder does not see: what would have won, and who
 * would have clicked. In process, endless, the same for the same options; what is bid changes nothing in it.
 *
 * An auction is drawn in this order; the files named say from which distributions.
 *
 *   time        inhomogeneous Poisson, two humps a day, noise                                  arrivals.ts
 *   exchange    by weight, which moves by exp(0.3 cos) around the exchange's peak hour         traits.ts
 *   placement   Zipf within the exchange; its quality log-normal; its shapes                   placements.ts
 *   user        skewed: half of the traffic is from a quarter of the users; a user's worth to all buyers is log-normal
 *               (sigma 0.4)
 *   floor       the placement's, and on every fourth auction moved with the user's worth by up to a fifth, so
 *               that floors go with bids within a placement too
 *   others      Poisson in number, a mixture of log-normal, ladder and Pareto                   competition.ts
 *   clicks      logistic in placement, shape, hour and creative                                clicks.ts
 *
 * About 1.5 us an auction.
 */
import { hashText } from '../../src/base/hash.ts'
import { Prng } from '../../src/base/prng.ts'
import { draw, type Lot, lotOf } from '../traffic/draw.ts'
import { Arrivals } from './arrivals.ts'
import { ClickTruth } from './clicks.ts'
import { highestBid } from './competition.ts'
import { makePlacements, type Placement, SHAPES } from './placements.ts'
import { EXCHANGES, type ExchangeTraits } from './traits.ts'

export const FIRST_PRICE = 1
export const SECOND_PRICE = 2

export type Auction = {
  /** From 0 on. */
  readonly number: number
  /** Wall time, whole milliseconds since the epoch. */
  readonly atMs: number
  /** UTC. */
  readonly hour: number
  readonly exchangeIndex: number
  /** A bidder sees its domain or hash; its qualities are the truth's. */
  readonly placement: Placement
  readonly shapeIndex: number
  readonly shapeHash: number
  readonly userIndex: number
  readonly floorCpmMicros: number
  readonly auctionType: typeof FIRST_PRICE | typeof SECOND_PRICE
  readonly tellsMinToWin: boolean
  /** The truth: the least bid that wins. At least the floor and at least 1. */
  readonly priceToWinCpmMicros: number
}

export type Settlement = {
  readonly isWon: boolean
  /** 0 when it is lost. */
  readonly paidCpmMicros: number
  /** What the exchange tells of the price that would have won; undefined when it tells nothing. */
  readonly minToWinCpmMicros: number | undefined
}

export type MarketOptions = {
  readonly seed: number
  readonly exchanges?: readonly ExchangeTraits[]
  readonly startMs?: number
  readonly auctionsPerDay?: number
  readonly swing?: number
  readonly placementsPerExchange?: number
  readonly users?: number
}

const HOUR_MS = 3_600_000
const HOURS = 24
const START_MS = Date.UTC(2026, 0, 5)
const EXCHANGE_TIDE = 0.3
export const USER_SIGMA = 0.4
const MOVED_FLOOR_SHARE = 0.25
const MOVED_FLOOR_SPAN = 0.2
const FLOOR_STEP_CPM_MICROS = 10_000

export class Market {
  readonly exchanges: readonly ExchangeTraits[]
  readonly #prng: Prng
  readonly #arrivals: Arrivals
  readonly #clicks: ClickTruth
  /** By hour: the exchanges by their weight. */
  readonly #exchangesByHour: readonly Lot<number>[]
  readonly #placements: readonly Lot<Placement>[]
  readonly #userWorth: Float64Array
  #number = 0

  constructor(options: MarketOptions) {
    const { seed, startMs = START_MS, auctionsPerDay = 300_000, swing = 2 } = options
    const { placementsPerExchange = 60, users = 20_000 } = options
    this.exchanges = options.exchanges ?? EXCHANGES
    // Each part draws from its own sequence, so that a change of one leaves the others as they were.
    const scenery = new Prng(seed ^ hashText('scenery'))
    this.#prng = new Prng(seed ^ hashText('auctions'))
    this.#arrivals = new Arrivals(new Prng(seed ^ hashText('arrivals')), {
      startMs,
      perDay: auctionsPerDay,
      swing,
    })
    this.#clicks = new ClickTruth(seed ^ hashText('clicks'))
    this.#exchangesByHour = Array.from({ length: HOURS }, (_, hour) => exchangeLot(this.exchanges, hour))
    this.#placements = this.exchanges.map((traits, exchange) =>
      makePlacements(scenery, traits, {
        count: placementsPerExchange,
        firstIndex: exchange * placementsPerExchange,
      }),
    )
    this.#userWorth = Float64Array.from({ length: users }, () => Math.exp(USER_SIGMA * scenery.normal()))
  }

  next(): Auction {
    const prng = this.#prng
    const atMs = Math.floor(this.#arrivals.next())
    const hourOfDay = (atMs / HOUR_MS) % HOURS
    const hour = Math.floor(hourOfDay)
    const exchangeIndex = draw(prng, this.#exchangesByHour[hour])
    const traits = this.exchanges[exchangeIndex]
    const placement = draw(prng, this.#placements[exchangeIndex])
    const shapeIndex = draw(prng, placement.shapes)
    const userIndex = Math.floor(this.#userWorth.length * prng.unit() ** 2)
    const userWorth = this.#userWorth[userIndex]
    const isFirstPrice = prng.unit() < traits.firstPriceShare
    const floorCpmMicros = movedFloor(prng, placement.floorCpmMicros, userWorth)
    const worthCpmMicros =
      traits.levelCpmMicros * placement.priceQuality * SHAPES[shapeIndex].priceFactor * userWorth
    const highest = highestBid(prng, {
      traits,
      worthCpmMicros,
      floorCpmMicros,
      isFirstPrice,
      hour: hourOfDay,
    })
    return {
      number: this.#number++,
      atMs,
      hour,
      exchangeIndex,
      placement,
      shapeIndex,
      shapeHash: SHAPES[shapeIndex].hash,
      userIndex,
      floorCpmMicros,
      auctionType: isFirstPrice ? FIRST_PRICE : SECOND_PRICE,
      tellsMinToWin: traits.tellsMinToWin,
      priceToWinCpmMicros: priceToWin(highest, floorCpmMicros),
    }
  }

  clickProbability(auction: Auction, creative: number): number {
    const { placement, shapeIndex, hour } = auction
    return this.#clicks.probability({ placementClickLogit: placement.clickLogit, shapeIndex, hour }, creative)
  }

  /** Whether the impression of this auction would be clicked, with this creative in it. */
  isClicked(auction: Auction, creative: number): boolean {
    return this.#clicks.isClicked(auction.number, creative, this.clickProbability(auction, creative))
  }
}

/** The least bid that wins: a competitor's bid has to be passed, a floor to be met. */
export function priceToWin(highestCpmMicros: number, floorCpmMicros: number): number {
  return Math.max(highestCpmMicros + 1, floorCpmMicros)
}

/** What becomes of a bid. At second price the winner pays what it took to win. */
export function settle(
  auction: Pick<Auction, 'priceToWinCpmMicros' | 'auctionType' | 'tellsMinToWin'>,
  bidCpmMicros: number,
): Settlement {
  const isWon = bidCpmMicros >= auction.priceToWinCpmMicros
  const price = auction.auctionType === FIRST_PRICE ? bidCpmMicros : auction.priceToWinCpmMicros
  return {
    isWon,
    paidCpmMicros: isWon ? price : 0,
    minToWinCpmMicros: auction.tellsMinToWin ? auction.priceToWinCpmMicros : undefined,
  }
}

function exchangeLot(exchanges: readonly ExchangeTraits[], hour: number): Lot<number> {
  return lotOf(
    exchanges.map(({ weight, peakHour }, index) => {
      const tide = Math.exp(EXCHANGE_TIDE * Math.cos(((hour + 0.5 - peakHour) / 12) * Math.PI))
      return [index, weight * tide] as const
    }),
  )
}

function movedFloor(prng: Prng, floorCpmMicros: number, userWorth: number): number {
  const isMoved = prng.unit() < MOVED_FLOOR_SHARE
  if (!isMoved || floorCpmMicros === 0) return floorCpmMicros
  const factor = Math.min(1 + MOVED_FLOOR_SPAN, Math.max(1 - MOVED_FLOOR_SPAN, userWorth))
  const steps = Math.round((floorCpmMicros * factor) / FLOOR_STEP_CPM_MICROS)
  return steps * FLOOR_STEP_CPM_MICROS
}
