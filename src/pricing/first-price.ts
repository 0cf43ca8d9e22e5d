/**
 * The bid in a first-price auction: shaded by the win landscape, in whatever currency; now and then astray of that, so
 * that the market is heard of. Some 370 ns, no allocation.
 */
import type { Prng } from '../base/prng.ts'
import type { Landscape } from './landscape.ts'
import { shade } from './shade.ts'
import { exploredPrice, priceChance } from './shade-explore.ts'

export class FirstPrice {
  readonly #landscape: Landscape
  readonly #prng: Prng
  readonly #range = { floorCpmMicros: 0, valueCpmMicros: 0 }
  /** The chance that the price of the last call was bid, of all that could have been. */
  propensity = 0

  constructor(landscape: Landscape, prng: Prng) {
    this.#landscape = landscape
    this.#prng = prng
  }

  /**
   * An integer from the floor to the limit, which is not below it.
   * @param segmentKey of the auction's segment; @param unitsPerUsd what one US dollar is in the currency of the bid.
   */
  price(segmentKey: number, limitCpmMicros: number, floorCpmMicros: number, unitsPerUsd: number): number {
    const range = this.#range
    range.valueCpmMicros = Math.floor(limitCpmMicros / unitsPerUsd)
    range.floorCpmMicros = Math.max(1, Math.ceil(floorCpmMicros / unitsPerUsd))
    this.propensity = 1
    // Less than a micro between the two.
    if (range.valueCpmMicros < range.floorCpmMicros) return limitCpmMicros
    const segment = this.#landscape.segmentOfKey(segmentKey)
    const best = shade(this.#landscape, segment, range.valueCpmMicros, range.floorCpmMicros)
    const price = exploredPrice(best, range, this.#prng)
    this.propensity = priceChance(price, best, range)
    if (unitsPerUsd === 1) return price
    return Math.max(Math.min(Math.ceil(price * unitsPerUsd), limitCpmMicros), floorCpmMicros)
  }
}
