/**
 * Pricing the candidates of an imp: the best of them and the most that may be bid for it, goals in typed arrays against an
 * object for each ad; then a first-price bid by the win landscape, against a constant share of the value, which costs
 * nothing and knows nothing. In a dynamic pod every candidate is priced. The check is the mean price.
 */
import { Prng } from '../../../src/base/prng.ts'
import { FirstPrice } from '../../../src/pricing/first-price.ts'
import { Landscape } from '../../../src/pricing/landscape.ts'
import { limitCpmMicros, valueCpmMicros } from '../../../src/pricing/price.ts'
import type { MicroBench } from '../measure.ts'
import { ads } from '../setting.ts'

const CANDIDATES = 16
const CEILING = 5_000_000_000
const FLOOR_CPM_MICROS = 500_000
const TERMS = { floorCpmMicros: FLOOR_CPM_MICROS, auctionType: 1, isPriceFixed: false, isGuaranteed: false }
/** The share that was bid before there was a landscape. */
const BLIND_SHADE = 0.65
const PLACES = 256

const { goals } = ads
const objects = Array.from(goals.valueMicros, (valueMicros, ad) => ({
  isPerClick: goals.isPerClick[ad] === 1,
  valueMicros,
  ceilingCpmMicros: goals.ceilingCpmMicros[ad],
}))

const prng = new Prng(1)
const landscape = new Landscape({ clock: { nowMs: () => 0, wallMs: () => 0 } })
const segmentKeys = Uint32Array.from({ length: PLACES }, (_, place) => {
  const segment = landscape.segmentOf({ exchange: place & 3, shapeHash: 1, placeHash: place, hour: 12 })
  const middle = 0.7 * prng.normal()
  for (let i = 0; i < 100; i++)
    landscape.observePrice(segment, Math.round(1_000_000 * Math.exp(middle + 0.5 * prng.normal())))
  return landscape.keyOf(segment)
})
while (!landscape.refresh(Number.POSITIVE_INFINITY));
const firstPrice = new FirstPrice(landscape, prng)

type Pricing = (limitCpmMicros: number, i: number) => number

const byLandscape: Pricing = (limit, i) =>
  firstPrice.price(segmentKeys[i % PLACES], limit, FLOOR_CPM_MICROS, 1)
const byConstant: Pricing = (limit) => Math.max(Math.floor(limit * BLIND_SHADE), FLOOR_CPM_MICROS)

/** Values from the floor to 8 dollars, as candidates that reach it have. */
const limits = Float64Array.from({ length: 4096 }, () => FLOOR_CPM_MICROS + prng.below(7_500_000))

function meanPrice(count: number, price: Pricing): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += price(limits[i % limits.length], i)
  return sum / count
}

function meanLimit(count: number, value: (ad: number, probability: number) => number): number {
  let sum = 0
  for (let i = 0; i < count; i++) {
    let most = 0
    for (let j = 0; j < CANDIDATES; j++) {
      const ad = (i * 7 + j * 61) % objects.length
      const worth = value(ad, 0.001 + j / 1000)
      if (worth > most) most = worth
    }
    sum += limitCpmMicros(most, CEILING, TERMS)
  }
  return sum / count
}

function valueOfObject(ad: number, probability: number): number {
  const { isPerClick, valueMicros, ceilingCpmMicros } = objects[ad]
  return Math.min(isPerClick ? probability * valueMicros * 1000 : valueMicros, ceilingCpmMicros)
}

export const benches: MicroBench[] = [
  {
    name: `pricing: the best of ${CANDIDATES} candidates`,
    unit: 'imp',
    count: 50_000,
    cases: [
      { name: 'typed arrays', run: (count) => meanLimit(count, (ad, p) => valueCpmMicros(goals, ad, p)) },
      { name: 'an object an ad', run: (count) => meanLimit(count, valueOfObject) },
    ],
  },
  {
    name: 'pricing: a first-price bid',
    unit: 'bid',
    count: 200_000,
    cases: [
      { name: 'by the win landscape', run: (count) => meanPrice(count, byLandscape) },
      { name: 'a constant share', run: (count) => meanPrice(count, byConstant) },
    ],
  },
  {
    name: `pricing: ${CANDIDATES} candidates of a pod at first price`,
    unit: 'imp',
    count: 10_000,
    cases: [
      { name: 'by the win landscape', run: (count) => meanPrice(count * CANDIDATES, byLandscape) },
      { name: 'a constant share', run: (count) => meanPrice(count * CANDIDATES, byConstant) },
    ],
  },
]
