/**
 * Who clicks, as a formula that a model can be held against:
 *
 *   logit p = -5.7 + placement + shape + evening + creative + creative with shape
 *
 * A creative's own part is normal with sigma 0.35, its part with a shape with sigma 0.25; both follow from its number.
 * Whether one impression is clicked follows from the auction and the creative alone, not from the order of questions:
 * two strategies that win the same auction get the same click.
 */
import { hashPair } from '../../src/base/hash.ts'
import { Prng } from '../../src/base/prng.ts'
import { SHAPES } from './placements.ts'

export type Impression = {
  readonly placementClickLogit: number
  readonly shapeIndex: number
  /** UTC. */
  readonly hour: number
}

const BASE_LOGIT = -5.7
const CREATIVE_SIGMA = 0.35
const TASTE_SIGMA = 0.25
const EVENING_LOGIT = 0.25

export class ClickTruth {
  readonly #seed: number
  /** By creative: its logit on each shape. */
  readonly #logits = new Map<number, Float64Array>()

  constructor(seed: number) {
    this.#seed = seed
  }

  probability({ placementClickLogit, shapeIndex, hour }: Impression, creative: number): number {
    const evening = EVENING_LOGIT * Math.cos(((hour - 20) / 12) * Math.PI)
    const logit = BASE_LOGIT + placementClickLogit + evening + this.#creativeLogits(creative)[shapeIndex]
    return 1 / (1 + Math.exp(-logit))
  }

  isClicked(auctionNumber: number, creative: number, probability: number): boolean {
    const draw = hashPair(hashPair(this.#seed, auctionNumber + 1), creative + 1)
    return draw < probability * 2 ** 32
  }

  #creativeLogits(creative: number): Float64Array {
    const known = this.#logits.get(creative)
    if (known !== undefined) return known
    const prng = new Prng(hashPair(this.#seed, creative + 1))
    const own = CREATIVE_SIGMA * prng.normal()
    const logits = Float64Array.from(SHAPES, (shape) => shape.clickLogit + own + TASTE_SIGMA * prng.normal())
    this.#logits.set(creative, logits)
    return logits
  }
}
