/**
 * What sets the simulated exchanges apart: how they sell, who else buys there, and what they tell afterwards.
 * The names are trees, so that nobody takes the numbers for those of a company.
 */

export type ExchangeTraits = {
  readonly name: string
  /** Its part of all auctions, before it moves with the hour; the weights need not sum to one. */
  readonly weight: number
  /** UTC hour at which it has most to sell, compared with the others. */
  readonly peakHour: number
  /** The share of its auctions that are first price (`at` 1); the others are second price (`at` 2). */
  readonly firstPriceShare: number
  /** Other bidders in an auction, on average over the day; Poisson, so some auctions have none. */
  readonly competitorsMean: number
  /** The median of what a competitor for performance thinks a middling slot is worth. */
  readonly levelCpmMicros: number
  /** Share of its placements that have a floor. */
  readonly floorShare: number
  /** Whether notices of wins and losses carry the least price that would have won (`AUCTION_MIN_TO_WIN`). */
  readonly tellsMinToWin: boolean
}

export const EXCHANGES: readonly ExchangeTraits[] = [
  // Large, open, crowded: the one to learn from.
  {
    name: 'alder',
    weight: 0.45,
    peakHour: 20,
    firstPriceShare: 1,
    competitorsMean: 4.5,
    levelCpmMicros: 1_100_000,
    floorShare: 0.8,
    tellsMinToWin: true,
  },
  // Cheap, and says nothing but won or lost.
  {
    name: 'birch',
    weight: 0.25,
    peakHour: 14,
    firstPriceShare: 1,
    competitorsMean: 2.5,
    levelCpmMicros: 600_000,
    floorShare: 0.5,
    tellsMinToWin: false,
  },
  // The old kind: second price, many bidders.
  {
    name: 'cedar',
    weight: 0.2,
    peakHour: 9,
    firstPriceShare: 0,
    competitorsMean: 6,
    levelCpmMicros: 1_300_000,
    floorShare: 0.7,
    tellsMinToWin: false,
  },
  // Small and thin: dear where somebody wants it, else sold at its floor; changes its auction type as it likes.
  {
    name: 'dogwood',
    weight: 0.1,
    peakHour: 3,
    firstPriceShare: 0.5,
    competitorsMean: 1.1,
    levelCpmMicros: 1_800_000,
    floorShare: 1,
    tellsMinToWin: true,
  },
]
