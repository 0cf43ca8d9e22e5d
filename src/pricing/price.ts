/**
 * What to bid: numbers in, a price out. All amounts are CPM micros.
 *
 * The value of an impression is what the campaign's goal makes of the probability of a click: v for a CPM goal,
 * p * v * 1000 for a CPC goal of v a click, never more than the campaign's ceiling. In a second-price auction the
 * value is the best bid. In a first-price auction the bid is shaded by a constant until a win landscape is known.
 */

/** Goals of all ads, indexed by ad. */
export type Goals = {
  readonly isPerClick: Uint8Array
  /** Worth of a click, or of a thousand impressions. */
  readonly valueMicros: Float64Array
  /** The most that may be bid: the campaign's maximum, or its CPM goal when that is less. */
  readonly ceilingCpmMicros: Float64Array
}

/** No price: the value does not reach the floor. */
export const NO_PRICE = 0

/** OpenRTB 2.6 section 3.2.1: `at` 2 is second price plus; 1 is first price, and so is taken what an exchange invents. */
const SECOND_PRICE = 2

/**
 * Share of the value that is bid at first price without any knowledge of the market: the usual start of a shading
 * ladder, kept within [0.3, 1] by whatever replaces it.
 */
export const BLIND_SHADE = 0.65

/** What an auction asks of a price; all amounts in the currency of the bid. */
export type AuctionTerms = {
  readonly floorCpmMicros: number
  readonly auctionType: number
  /** The floor of a deal is its price (section 3.2.12, `at` 3). */
  readonly isPriceFixed: boolean
  /** A guaranteed deal (`guar`): whoever buys it must bid. */
  readonly isGuaranteed: boolean
}

export function valueCpmMicros(goals: Goals, ad: number, clickProbability: number): number {
  const value = goals.valueMicros[ad]
  const wanted = goals.isPerClick[ad] === 1 ? clickProbability * value * 1000 : value
  return Math.min(wanted, goals.ceilingCpmMicros[ad])
}

/**
 * The bid for an impression of this value, an integer; `NO_PRICE` when the value is below the floor.
 * @param ceilingCpmMicros the most that the campaign may bid, in the currency of the bid.
 */
export function priceCpmMicros(
  valueCpmMicros: number,
  ceilingCpmMicros: number,
  { floorCpmMicros, auctionType, isPriceFixed, isGuaranteed }: AuctionTerms,
): number {
  // What is guaranteed is worth its price, whatever a model thinks; never more than the campaign's ceiling.
  const isOwed = isGuaranteed && floorCpmMicros <= ceilingCpmMicros
  const value = Math.floor(isOwed ? Math.max(valueCpmMicros, floorCpmMicros) : valueCpmMicros)
  // Said this way round, so that a value that is no number has no price.
  if (!(value >= floorCpmMicros && value > 0)) return NO_PRICE
  if (isPriceFixed) return floorCpmMicros
  if (auctionType === SECOND_PRICE) return value
  return Math.max(Math.floor(value * BLIND_SHADE), floorCpmMicros, 1)
}
