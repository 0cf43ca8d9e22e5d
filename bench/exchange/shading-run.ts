/**
 * A day of first-price auctions of the market, bid on by several strategies beside each other, and what each keeps: the
 * value less the price, summed over what it wins. The oracle pays just the price to win whenever that is at most the
 * value, so all are measured by it.
 *
 * Values are those of a CPC bidder whose click predictions are the truth: the probability times a value a click. What
 * has to be learned is the market. Deterministic; about 25 us an auction, most of it the landscape's refreshes.
 */
import { hashText } from '../../src/base/hash.ts'
import { Prng } from '../../src/base/prng.ts'
import { type Auction, FIRST_PRICE, Market } from './market.ts'
import { LandscapeBidder, LogNormalBidder, type Offer, offerOf, toldOf } from './shading-learner.ts'
import { type IsCounted, type Kept, keptOf, Score } from './shading-score.ts'
import { EXCHANGES } from './traits.ts'

export const STRATEGIES = ['oracle', 'landscape', 'logNormal', 'constant', 'unshaded'] as const
export type Strategy = (typeof STRATEGIES)[number]

export type StrategyReport = Kept & {
  /** By name; those that sell at first price. */
  readonly exchanges: Readonly<Record<string, Kept>>
  /** The share in each tenth of the day, the warm-up too. */
  readonly shareByTenth: readonly number[]
}

export type ShadingReport = Readonly<Record<Strategy, StrategyReport>>

export type ShadingOptions = {
  readonly seed: number
  /** At first price. */
  readonly auctions: number
  readonly clickValueMicros?: number
}

/** Tenths of the day in which it is learned and not counted. */
export const WARM_UP_TENTHS = 4
/** What the large CPC campaign of the paced days pays. */
export const CLICK_VALUE_MICROS = 1_000_000
const TENTHS = 10
/** Each auction is for one of so many, which are clicked at rates of their own. */
const CREATIVES = 8
const CONSTANT_SHARE = 0.65

type Bidders = { readonly landscape: LandscapeBidder; readonly logNormal: LogNormalBidder }
type Scores = Readonly<Record<Strategy, Score>>

export function runShading(options: ShadingOptions): ShadingReport {
  const { seed, auctions, clickValueMicros = CLICK_VALUE_MICROS } = options
  const market = new Market({ seed, auctionsPerDay: auctions / firstPriceShare() })
  const creatives = new Prng(seed ^ hashText('creatives'))
  const bidders = {
    landscape: new LandscapeBidder(new Prng(seed ^ hashText('straying'))),
    logNormal: new LogNormalBidder(),
  }
  const scores = eachStrategy(() => new Score({ exchanges: EXCHANGES.length, parts: TENTHS }))
  for (let number = 0; number < auctions; number++) {
    const auction = nextAtFirstPrice(market)
    const clickProbability = market.clickProbability(auction, creatives.below(CREATIVES))
    const valueCpmMicros = Math.floor(clickProbability * clickValueMicros * 1000)
    bidders.landscape.turn(auction.atMs)
    const part = Math.floor((number / auctions) * TENTHS)
    bidOn(auction, { part, valueCpmMicros, bidders, scores })
  }
  return eachStrategy((who) => reportOf(scores[who], scores.oracle))
}

function firstPriceShare(): number {
  const weight = EXCHANGES.reduce((sum, traits) => sum + traits.weight, 0)
  return EXCHANGES.reduce((sum, traits) => sum + traits.weight * traits.firstPriceShare, 0) / weight
}

function nextAtFirstPrice(market: Market): Auction {
  for (;;) {
    const auction = market.next()
    if (auction.auctionType === FIRST_PRICE) return auction
  }
}

function bidOn(
  auction: Auction,
  {
    part,
    valueCpmMicros,
    bidders,
    scores,
  }: { part: number; valueCpmMicros: number; bidders: Bidders; scores: Scores },
): void {
  const { exchangeIndex: exchange, priceToWinCpmMicros } = auction
  const offer = offerOf(auction)
  if (valueCpmMicros < offer.floorCpmMicros) return
  const bids = {
    ...bidsOf(offer, valueCpmMicros, bidders),
    oracle: priceToWinCpmMicros <= valueCpmMicros ? priceToWinCpmMicros : 0,
  }
  for (const who of STRATEGIES) {
    scores[who].add({ exchange, part }, { valueCpmMicros, priceToWinCpmMicros, bidCpmMicros: bids[who] })
  }
  const told = toldOf(auction, bids.landscape)
  bidders.landscape.learn(offer, told)
  bidders.logNormal.learn(told)
}

/** All that is bid without knowing the price to win. */
function bidsOf(
  offer: Offer,
  valueCpmMicros: number,
  { landscape, logNormal }: Bidders,
): Record<Exclude<Strategy, 'oracle'>, number> {
  return {
    landscape: landscape.bid(offer, valueCpmMicros),
    logNormal: logNormal.bid(offer, valueCpmMicros),
    constant: Math.max(Math.round(CONSTANT_SHARE * valueCpmMicros), offer.floorCpmMicros),
    unshaded: valueCpmMicros,
  }
}

function reportOf(score: Score, oracle: Score): StrategyReport {
  const kept = (isCounted: IsCounted): Kept => keptOf(score.sum(isCounted), oracle.sum(isCounted))
  const sellers = EXCHANGES.flatMap(({ name, firstPriceShare }, index) =>
    firstPriceShare > 0 ? [{ name, index }] : [],
  )
  return {
    ...kept((_, part) => part >= WARM_UP_TENTHS),
    exchanges: Object.fromEntries(
      sellers.map(({ name, index }) => [
        name,
        kept((exchange, part) => exchange === index && part >= WARM_UP_TENTHS),
      ]),
    ),
    shareByTenth: Array.from({ length: TENTHS }, (_, tenth) => kept((_, part) => part === tenth).share),
  }
}

function eachStrategy<T>(of: (who: Strategy) => T): Record<Strategy, T> {
  return Object.fromEntries(STRATEGIES.map((who) => [who, of(who)])) as Record<Strategy, T>
}
