/**
 * What is sold: placements, each of one exchange's publishers, with a quality that all buyers see, a floor and the
 * shapes of its slots.
 *
 *   price quality   log-normal, sigma 0.6, median 1: what the market pays there compared with a middling place
 *   click quality   normal, sigma 0.45, in the logit of a click; correlated by 0.5 with the logarithm of the former
 *   floor           none on some; else what the seller guesses of the price quality (log-normal, sigma 0.35), in
 *                   steps of five cents
 *   traffic         Zipf with exponent 0.9 within an exchange
 */
import { hashText } from '../../src/base/hash.ts'
import type { Prng } from '../../src/base/prng.ts'
import { type Lot, lotOf, sampleLot, zipfOf } from '../traffic/draw.ts'
import type { ExchangeTraits } from './traits.ts'

export type Placement = {
  /** Dense over all exchanges. */
  readonly index: number
  readonly domain: string
  /** `hashText` of the domain. */
  readonly hash: number
  readonly priceQuality: number
  readonly clickLogit: number
  /** The seller's usual floor; 0 for none. */
  readonly floorCpmMicros: number
  readonly shapes: Lot<number>
}

export type Shape = {
  readonly name: string
  readonly hash: number
  /** Its part of all slots. */
  readonly weight: number
  /** What buyers pay for it compared with the first. */
  readonly priceFactor: number
  readonly clickLogit: number
}

export const SHAPES: readonly Shape[] = [
  shapeOf('300x250', { weight: 0.38, priceFactor: 1, clickLogit: 0 }),
  shapeOf('728x90', { weight: 0.17, priceFactor: 0.7, clickLogit: -0.3 }),
  shapeOf('320x50', { weight: 0.25, priceFactor: 0.5, clickLogit: 0.25 }),
  shapeOf('160x600', { weight: 0.08, priceFactor: 0.8, clickLogit: -0.45 }),
  shapeOf('300x600', { weight: 0.07, priceFactor: 1.5, clickLogit: 0.15 }),
  shapeOf('970x250', { weight: 0.05, priceFactor: 1.9, clickLogit: 0.3 }),
]

const SHAPE_LOT = lotOf(SHAPES.map(({ weight }, index) => [index, weight] as const))

export const PRICE_SIGMA = 0.6
const CLICK_SIGMA = 0.45
const CORRELATION = 0.5
const TRAFFIC_EXPONENT = 0.9
const SHAPES_PER_PLACEMENT = 2
/** What a seller asks for, as a part of what one competitor is likely to pay. */
const FLOOR_SHARE_OF_LEVEL = 0.55
const FLOOR_GUESS_SIGMA = 0.35
const FLOOR_STEP_CPM_MICROS = 50_000

/** The placements of one exchange, to be drawn by their traffic. */
export function makePlacements(
  prng: Prng,
  traits: ExchangeTraits,
  { count, firstIndex }: { count: number; firstIndex: number },
): Lot<Placement> {
  const placements = Array.from({ length: count }, (_, rank) =>
    makePlacement(prng, traits, { index: firstIndex + rank, domain: `${traits.name}-${rank}.example` }),
  )
  return zipfOf(placements, TRAFFIC_EXPONENT)
}

function makePlacement(
  prng: Prng,
  traits: ExchangeTraits,
  { index, domain }: { index: number; domain: string },
): Placement {
  const quality = prng.normal()
  const own = prng.normal()
  const guess = Math.exp(PRICE_SIGMA * quality + FLOOR_GUESS_SIGMA * prng.normal())
  const steps = Math.round((traits.levelCpmMicros * FLOOR_SHARE_OF_LEVEL * guess) / FLOOR_STEP_CPM_MICROS)
  const hasFloor = prng.unit() < traits.floorShare
  return {
    index,
    domain,
    hash: hashText(domain),
    priceQuality: Math.exp(PRICE_SIGMA * quality),
    clickLogit: CLICK_SIGMA * (CORRELATION * quality + Math.sqrt(1 - CORRELATION ** 2) * own),
    floorCpmMicros: hasFloor ? Math.max(1, steps) * FLOOR_STEP_CPM_MICROS : 0,
    shapes: lotOf(sampleLot(prng, SHAPE_LOT, SHAPES_PER_PLACEMENT).map((at) => [at, SHAPES[at].weight])),
  }
}

function shapeOf(name: string, traits: Pick<Shape, 'weight' | 'priceFactor' | 'clickLogit'>): Shape {
  return { name, hash: hashText(name), ...traits }
}
