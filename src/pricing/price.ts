/**
 * What to bid: numbers in, a price out. All amounts are CPM micros.
 *
 * The value of an impression is what the campaign's goal makes of the probability of a click: v for a CPM goal,
 * p * v * 1000 for a goal of v a click, never more than the campaign's ceiling. In a second-price auction the value is
 * the best bid. In a first-price auction what leaves most of it is bid, by the win landscape (`first-price.ts`).
 */

/** Goals of all ads, indexed by ad, as the catalog has them. */
export type Goals = {
  readonly isPerClick: Uint8Array
  /** Worth of a click, or of a thousand impressions; of a conversion where there is a conversion rate. */
  readonly valueMicros: Float64Array
  /** Conversions a click as the campaign states it; 0 where clicks or impressions are the goal. */
  readonly conversionRate: Float64Array
  /** The most that may be bid: the campaign's maximum, or its CPM goal when that is less. */
  readonly ceilingCpmMicros: Float64Array
}

/** No price: the value does not reach the floor. */
export const NO_PRICE = 0

/** OpenRTB 2.6 section 3.2.1: `at` 2 is second price plus; 1 is first price, and so is taken what an exchange invents. */
export const SECOND_PRICE = 2

/** What an auction asks of a price; all amounts in the currency of the bid. */
export type AuctionTerms = {
  readonly floorCpmMicros: number
  readonly auctionType: number
  /** The floor of a deal is its price (section 3.2.12, `at` 3). */
  readonly isPriceFixed: boolean
  /** A guaranteed deal (`guar`): whoever buys it must bid. */
  readonly isGuaranteed: boolean
}

export function valueCpmMicros(
  goals: Pick<Goals, 'isPerClick' | 'valueMicros' | 'ceilingCpmMicros'>,
  ad: number,
  clickProbability: number,
): number {
  const value = goals.valueMicros[ad]
  const wanted = goals.isPerClick[ad] === 1 ? clickProbability * value * 1000 : value
  return Math.min(wanted, goals.ceilingCpmMicros[ad])
}

/**
 * The most that may be bid for an impression of this value, an integer: a fixed price itself. `NO_PRICE` when the value
 * is below the floor.
 * @param ceilingCpmMicros the most that the campaign may bid, in the currency of the bid.
 */
export function limitCpmMicros(
  valueCpmMicros: number,
  ceilingCpmMicros: number,
  { floorCpmMicros, isPriceFixed, isGuaranteed }: AuctionTerms,
): number {
  // What is guaranteed is worth its price, whatever a model thinks; never more than the campaign's ceiling.
  const isOwed = isGuaranteed && floorCpmMicros <= ceilingCpmMicros
  const limit = Math.floor(isOwed ? Math.max(valueCpmMicros, floorCpmMicros) : valueCpmMicros)
  // Said this way round, so that a value that is no number has no price.
  if (!(limit >= floorCpmMicros && limit > 0)) return NO_PRICE
  return isPriceFixed ? floorCpmMicros : limit
}

/** Whether the bid is what is paid, so that less than the value should be bid. */
export function isFirstPrice({
  auctionType,
  isPriceFixed,
}: Pick<AuctionTerms, 'auctionType' | 'isPriceFixed'>): boolean {
  return !isPriceFixed && auctionType !== SECOND_PRICE
}
