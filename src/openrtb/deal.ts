/**
 * A deal of an imp (OpenRTB 2.6 section 3.2.12). An imp may list hundreds; only those that somebody buys are read.
 */
import { KEY } from './keys.ts'
import { NONE, type Tape } from './tape.ts'
import { currencyAt, textList, USD } from './values.ts'

/** `at` of a deal whose floor is its price. */
export const FIXED_PRICE = 3

export class DealView {
  /** Token of `id`. */
  id = NONE
  floorMicros = 0
  /** Not inherited from the imp: USD when absent. */
  floorCurrency = USD
  floorPerSecondMicros = 0
  /** Token of `durfloors`, or `NONE`. */
  durationFloors = NONE
  /** Overrides that of the request; 0 when absent. */
  auctionType = 0
  isGuaranteed = false
  /** Tokens of the lists of buyer seats and of advertiser domains that may bid, or `NONE`. */
  seats = NONE
  advertisers = NONE

  read(tape: Tape, deal: number): void {
    this.id = NONE
    this.floorMicros = 0
    this.floorCurrency = USD
    this.floorPerSecondMicros = 0
    this.durationFloors = NONE
    this.auctionType = 0
    this.isGuaranteed = false
    this.seats = NONE
    this.advertisers = NONE
    const end = tape.next(deal)
    for (let token = deal + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.id:
          this.id = tape.isScalarText(token) ? token : NONE
          break
        case KEY.bidfloor:
          this.floorMicros = tape.floorMicros(token)
          break
        case KEY.bidfloorcur:
          this.floorCurrency = currencyAt(tape, token, USD)
          break
        case KEY.mincpmpersec:
          this.floorPerSecondMicros = tape.floorMicros(token)
          break
        case KEY.durfloors:
          this.durationFloors = tape.filledArrayOrNone(token)
          break
        case KEY.at:
          this.auctionType = tape.integer(token, 0)
          break
        case KEY.guar:
          this.isGuaranteed = tape.flag(token)
          break
        case KEY.wseat:
          this.seats = textList(tape, token)
          break
        case KEY.wadomain:
          this.advertisers = textList(tape, token)
          break
      }
    }
  }
}

/** The token of a deal's id, or `NONE`. */
export function dealIdOf(tape: Tape, deal: number): number {
  if (tape.objectOrNone(deal) === NONE) return NONE
  const end = tape.next(deal)
  let id = NONE
  for (let token = deal + 1; token < end; token = tape.next(token)) {
    if (tape.key(token) === KEY.id) id = tape.isScalarText(token) ? token : NONE
  }
  return id
}
