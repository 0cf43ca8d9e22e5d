/**
 * Pricing the candidates of an imp: goals in typed arrays, against an object for each ad.
 */
import { priceCpmMicros, valueCpmMicros } from '../../../src/pricing/price.ts'
import type { MicroBench } from '../measure.ts'
import { ads } from '../setting.ts'

const CANDIDATES = 16
const CEILING = 5_000_000_000
const TERMS = { floorCpmMicros: 500_000, auctionType: 1, isPriceFixed: false, isGuaranteed: false }
const { goals } = ads
const objects = Array.from(goals.valueMicros, (valueMicros, ad) => ({
  isPerClick: goals.isPerClick[ad] === 1,
  valueMicros,
  ceilingCpmMicros: goals.ceilingCpmMicros[ad],
}))

function best(count: number, value: (ad: number, probability: number) => number): number {
  let check = 0
  for (let i = 0; i < count; i++) {
    let most = 0
    for (let j = 0; j < CANDIDATES; j++) {
      const ad = (i * 7 + j * 61) % objects.length
      const worth = value(ad, 0.001 + j / 1000)
      if (worth > most) most = worth
    }
    check += priceCpmMicros(most, CEILING, TERMS)
  }
  return check
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
      { name: 'typed arrays', run: (count) => best(count, (ad, p) => valueCpmMicros(goals, ad, p)) },
      { name: 'an object an ad', run: (count) => best(count, valueOfObject) },
    ],
  },
]
