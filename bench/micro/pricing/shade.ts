/**
 * Shading: the exact maximum bin by bin from the value down, against the ways that were rejected; and what a candidate
 * costs with all that the landscape does for it.
 *
 * The best bound alone is the best bid to within a bin; all bins takes no shortcut. Golden sections on a log-normal is the
 * usual way and assumes a shape. The check is the mean price.
 */
import { Prng } from '../../../src/base/prng.ts'
import { Landscape } from '../../../src/pricing/landscape.ts'
import { BINS, BOUNDS, binOf, TOP_BIN } from '../../../src/pricing/landscape-grid.ts'
import { valueCpmMicros } from '../../../src/pricing/price.ts'
import { shade } from '../../../src/pricing/shade.ts'
import { exploredPrice, priceChance } from '../../../src/pricing/shade-explore.ts'
import { shadeLogNormal } from '../../../src/pricing/shade-log-normal.ts'
import type { MicroBench } from '../measure.ts'
import { ads } from '../setting.ts'

const PLACES = 1024
const AUCTIONS = 4096
const DOLLAR = 1_000_000
const SIGMA = 0.5

const prng = new Prng(1)
const landscape = new Landscape({ clock: { nowMs: () => 0, wallMs: () => 0 } })
const middles = Array.from({ length: PLACES }, () => Math.log(DOLLAR) + 0.7 * prng.normal())
const places = middles.map((_, place) => ({ exchange: place & 3, shapeHash: 1, placeHash: place, hour: 12 }))
for (const [place, mu] of middles.entries()) {
  const segment = landscape.segmentOf(places[place])
  for (let i = 0; i < 200; i++)
    landscape.observePrice(segment, Math.round(Math.exp(mu + SIGMA * prng.normal())))
}
while (!landscape.refresh(Number.POSITIVE_INFINITY));

const auctions = Array.from({ length: AUCTIONS }, () => {
  const place = prng.below(PLACES)
  const value = Math.round(Math.exp(Math.log(2 * DOLLAR) + 0.7 * prng.normal()))
  const floor = prng.unit() < 0.5 ? 0 : Math.round(0.4 * value * prng.unit())
  return {
    place: places[place],
    segment: landscape.segmentOf(places[place]),
    market: { mu: middles[place], sigma: SIGMA },
    value,
    floor,
  }
})
type Auction = (typeof auctions)[number]

function meanPrice(count: number, price: (auction: Auction, i: number) => number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += price(auctions[i % AUCTIONS], i)
  return sum / count
}

function bestBound({ segment, value, floor }: Auction): number {
  const at = landscape.chancesAt(segment)
  let best = floor
  let most = (value - floor) * landscape.winProbability(segment, floor)
  for (let bound = binOf(floor) + 1; bound < BINS && BOUNDS[bound] <= value; bound++) {
    const surplus = (value - BOUNDS[bound]) * landscape.chances[at + bound]
    if (surplus <= most) continue
    most = surplus
    best = BOUNDS[bound]
  }
  return best
}

function everyBin({ segment, value, floor }: Auction): number {
  const at = landscape.chancesAt(segment)
  let best = floor
  let most = 0
  const lastBin = Math.min(binOf(value), TOP_BIN - 1)
  for (let bin = binOf(floor); bin <= lastBin; bin++) {
    const chance = landscape.chances[at + bin]
    const slope = (landscape.chances[at + bin + 1] - chance) / (BOUNDS[bin + 1] - BOUNDS[bin])
    const low = Math.max(BOUNDS[bin], floor)
    const high = Math.min(BOUNDS[bin + 1], value)
    const peak = slope > 0 ? Math.round((value + BOUNDS[bin] - chance / slope) / 2) : low
    const price = Math.max(low, Math.min(peak, high))
    const surplus = (value - price) * (chance + slope * (price - BOUNDS[bin]))
    if (surplus <= most) continue
    most = surplus
    best = price
  }
  return best
}

function wholeCandidate({ place, value, floor }: Auction, i: number): number {
  const worth = Math.max(value, valueCpmMicros(ads.goals, i % ads.goals.valueMicros.length, 0))
  const range = { floorCpmMicros: Math.max(floor, 1), valueCpmMicros: worth }
  const best = shade(landscape, landscape.segmentOf(place), worth, floor)
  const price = exploredPrice(best, range, prng)
  return price + priceChance(price, best, range)
}

export const benches: MicroBench[] = [
  {
    name: 'pricing: the best first-price bid',
    unit: 'candidate',
    count: 100_000,
    cases: [
      {
        name: 'exact, bin by bin from the value down',
        run: (count) =>
          meanPrice(count, ({ segment, value, floor }) => shade(landscape, segment, value, floor)),
      },
      { name: 'exact, every bin', run: (count) => meanPrice(count, everyBin) },
      { name: 'the best bound', run: (count) => meanPrice(count, bestBound) },
      {
        name: 'golden sections on the true log-normal',
        run: (count) => meanPrice(count, ({ market, value, floor }) => shadeLogNormal(market, value, floor)),
      },
    ],
  },
  {
    name: 'pricing: value, segment, shading, exploration and its chance',
    unit: 'candidate',
    count: 100_000,
    cases: [{ name: 'all of it', run: (count) => meanPrice(count, wholeCandidate) }],
  },
]
