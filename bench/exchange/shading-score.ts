/** What one strategy bid and kept, apart by exchange and part of the run, so that any of them can be summed. */

export type Tally = {
  /** Auctions whose floor the value reached. */
  auctions: number
  bids: number
  wins: number
  /** Of bid over value. */
  bidShares: number
  /** Of value less price, where it was won. */
  surplusCpmMicros: number
}

export type Kept = {
  /** Of the oracle's surplus. */
  readonly share: number
  readonly winRate: number
  /** The mean of bid over value, of all bids. */
  readonly meanShade: number
}

export type Bidding = {
  readonly valueCpmMicros: number
  readonly priceToWinCpmMicros: number
  /** 0 for none. */
  readonly bidCpmMicros: number
}

export type IsCounted = (exchange: number, part: number) => boolean

export class Score {
  readonly #byExchange: readonly (readonly Tally[])[]

  constructor({ exchanges, parts }: { exchanges: number; parts: number }) {
    this.#byExchange = Array.from({ length: exchanges }, () => Array.from({ length: parts }, newTally))
  }

  add({ exchange, part }: { exchange: number; part: number }, bidding: Bidding): void {
    const { valueCpmMicros, priceToWinCpmMicros, bidCpmMicros } = bidding
    const tally = this.#byExchange[exchange][part]
    tally.auctions++
    if (bidCpmMicros === 0) return
    tally.bids++
    tally.bidShares += bidCpmMicros / valueCpmMicros
    if (bidCpmMicros < priceToWinCpmMicros) return
    tally.wins++
    tally.surplusCpmMicros += valueCpmMicros - bidCpmMicros
  }

  sum(isCounted: IsCounted): Tally {
    const counted = this.#byExchange.flatMap((parts, exchange) =>
      parts.filter((_, part) => isCounted(exchange, part)),
    )
    return counted.reduce(sumOf, newTally())
  }
}

export function keptOf({ auctions, bids, wins, bidShares, surplusCpmMicros }: Tally, oracle: Tally): Kept {
  return {
    share: surplusCpmMicros / oracle.surplusCpmMicros,
    winRate: wins / auctions,
    meanShade: bidShares / bids,
  }
}

function newTally(): Tally {
  return { auctions: 0, bids: 0, wins: 0, bidShares: 0, surplusCpmMicros: 0 }
}

function sumOf(a: Tally, b: Tally): Tally {
  return {
    auctions: a.auctions + b.auctions,
    bids: a.bids + b.bids,
    wins: a.wins + b.wins,
    bidShares: a.bidShares + b.bidShares,
    surplusCpmMicros: a.surplusCpmMicros + b.surplusCpmMicros,
  }
}
