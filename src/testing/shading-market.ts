/**
 * A small first-price market for tests of shading, with a known truth: the best competing bid is log-normal, and its middle
 * and spread depend on exchange, shape, place, hour and floor in ways that no rung of the landscape mirrors.
 *
 * Competitors' bids below the floor are not let in, so the price to win is the floor where there is nobody above it. What
 * the seller tells differs by exchange: the price to win, or nothing but won and lost.
 */
import type { Prng } from '../base/prng.ts'
import type { AuctionPlace } from '../pricing/landscape-ladder.ts'
import type { LogNormal } from '../pricing/log-normal.ts'

export type MarketAuction = {
  readonly place: AuctionPlace
  /** Amounts are CPM micros. */
  readonly floor: number
  /** What the impression is worth to us. */
  readonly value: number
  readonly priceToWin: number
  readonly isPriceTold: boolean
  /** The competition that the price to win was drawn from. */
  readonly truth: LogNormal
}

const EXCHANGES = 4
const SHAPES = 5
const PLACES = 60
const FLOORS_CPM_MICROS = [0, 100_000, 300_000, 1_000_000]
/** Spread of a single auction's competition, once everything about it is known. */
const SIGMA_LEAST = 0.15
const SIGMA_MOST = 0.35

export class ShadingMarket {
  readonly #prng: Prng
  readonly #exchanges: readonly number[]
  readonly #shapes: readonly number[]
  readonly #places: readonly number[]
  readonly #sigmas: readonly number[]
  readonly #floors: readonly number[]

  constructor(prng: Prng) {
    const shifts = (count: number, sigma: number) =>
      Array.from({ length: count }, () => sigma * prng.normal())
    this.#prng = prng
    this.#exchanges = shifts(EXCHANGES, 0.4)
    this.#shapes = shifts(SHAPES, 0.5)
    this.#places = shifts(PLACES, 0.6)
    this.#sigmas = Array.from(
      { length: PLACES },
      () => SIGMA_LEAST + (SIGMA_MOST - SIGMA_LEAST) * prng.unit(),
    )
    this.#floors = Array.from({ length: PLACES }, () => prng.pick(FLOORS_CPM_MICROS))
  }

  auction(): MarketAuction {
    const prng = this.#prng
    const exchange = prng.below(EXCHANGES)
    const shape = prng.below(SHAPES)
    // Few places have most of the traffic.
    const site = Math.floor(PLACES * prng.unit() ** 2)
    const hour = prng.below(24)
    const floor = prng.unit() < 0.7 ? this.#floors[site] : prng.pick(FLOORS_CPM_MICROS)
    const truth = {
      mu:
        Math.log(800_000) +
        this.#exchanges[exchange] +
        this.#shapes[shape] +
        this.#places[site] +
        0.25 * Math.sin((2 * Math.PI * hour) / 24) +
        // Sellers who ask for more have more to sell.
        0.15 * Math.log1p(floor / 300_000),
      sigma: this.#sigmas[site],
    }
    const rival = Math.round(Math.exp(truth.mu + truth.sigma * prng.normal()))
    return {
      place: { exchange, shapeHash: shape + 1, placeHash: site + 1, hour },
      floor,
      value: Math.round(Math.exp(Math.log(1_600_000) + 0.8 * prng.normal())),
      priceToWin: Math.max(rival, floor, 1),
      isPriceTold: exchange % 2 === 0,
      truth,
    }
  }
}
