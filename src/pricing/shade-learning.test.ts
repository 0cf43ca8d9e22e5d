// A bidder that starts without knowledge, bids what `shade` says and is told what the seller tells; it is scored on the last
// third of the auctions. The oracle knows each price to win and pays just that; the informed bidder knows the distribution
// that it is drawn from, which is the best that can be done without knowing the draw.
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { ManualClock } from '../testing/clock.ts'
import '../testing/seed.ts'
import { type MarketAuction, ShadingMarket } from '../testing/shading-market.ts'
import { Landscape } from './landscape.ts'
import { fitCensoredLogNormal, type LogNormal, type Told } from './log-normal.ts'
import { shade } from './shade.ts'
import { exploredPrice } from './shade-explore.ts'
import { shadeLogNormal } from './shade-log-normal.ts'

const AUCTIONS = 150_000
const SCORED_FROM = 100_000
const REFRESHED_EVERY = 3000
const BLIND_SHARE = 0.65

type Surplus = Record<'oracle' | 'learned' | 'informed' | 'logNormal' | 'blind' | 'unshaded', number>

/** What is told of an auction after a bid, in the words of the log-normal fit. */
function toldOf({ isPriceTold, priceToWin, floor }: MarketAuction, bid: number): Told {
  if (isPriceTold && priceToWin > floor) return { kind: 'exact', price: priceToWin }
  if (isPriceTold) return { kind: 'atMost', price: Math.max(floor, 1) }
  return { kind: bid >= priceToWin ? 'atMost' : 'above', price: bid }
}

function learn(landscape: Landscape, segment: number, { kind, price }: Told): void {
  if (kind === 'exact') landscape.observePrice(segment, price)
  else if (kind === 'atMost') landscape.observeWin(segment, price)
  else landscape.observeLoss(segment, price)
}

function score(surplus: Surplus, auction: MarketAuction, learned: number, contextFree: LogNormal): void {
  const { value, floor, priceToWin, truth } = auction
  const add = (who: keyof Surplus, bid: number): void => {
    if (bid >= priceToWin && bid <= value) surplus[who] += value - bid
  }
  add('oracle', priceToWin)
  add('learned', learned)
  add('informed', shadeLogNormal(truth, value, floor))
  add('logNormal', shadeLogNormal(contextFree, value, floor))
  add('blind', Math.max(BLIND_SHARE * value, floor))
  add('unshaded', value)
}

function run(seed: number): Surplus {
  const market = new ShadingMarket(new Prng(seed))
  const prng = new Prng(seed + 1)
  const landscape = new Landscape({ clock: new ManualClock() })
  const surplus = { oracle: 0, learned: 0, informed: 0, logNormal: 0, blind: 0, unshaded: 0 }
  const told: Told[] = []
  let contextFree: LogNormal = { mu: Math.log(1e6), sigma: 1 }
  for (let i = 0; i < AUCTIONS; i++) {
    const auction = market.auction()
    const { place, value, floor } = auction
    const segment = landscape.segmentOf(place)
    const best = shade(landscape, segment, value, floor)
    const range = { floorCpmMicros: Math.max(floor, 1), valueCpmMicros: value }
    const bid = best === 0 ? 0 : exploredPrice(best, range, prng)
    if (i >= SCORED_FROM) score(surplus, auction, bid, contextFree)
    if (bid > 0) {
      const each = toldOf(auction, bid)
      learn(landscape, segment, each)
      if (i < SCORED_FROM) told.push(each)
    }
    if (i === SCORED_FROM - 1) contextFree = fitCensoredLogNormal(told, contextFree)
    if (i % REFRESHED_EVERY === 0) while (!landscape.refresh(Number.POSITIVE_INFINITY));
  }
  return surplus
}

t.test('shading learns to keep two thirds of what could be kept', async (t) => {
  for (const seed of [11, 12]) {
    const { oracle, ...others } = run(seed)
    const share = (who: Exclude<keyof Surplus, 'oracle'>) => others[who] / oracle
    const shares = Object.entries(others).map(
      ([who, kept]) => `${who} ${((100 * kept) / oracle).toFixed(1)} %`,
    )
    t.comment(`of the oracle's surplus: ${shares.join(', ')}`)
    t.ok(share('learned') >= 0.65, 'of the surplus of the oracle')
    t.ok(share('learned') >= 0.9 * share('informed'), 'and nine tenths of what the informed bidder keeps')
    t.ok(share('learned') > share('logNormal') + 0.05, 'more than one log-normal for all')
    t.equal(others.unshaded, 0, 'a bid of the value keeps nothing')
  }
})
