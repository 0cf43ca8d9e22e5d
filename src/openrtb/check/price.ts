/**
 * What a bid may cost: the price itself, and the floor that it is held against (implementation guide, section 7.11).
 */
import { type BidCase, type CheckOptions, isFilm } from './bid-case.ts'
import { isFilledText, type JsonObject, limitOf, numberOf, objectsOf, shown } from './loose-json.ts'

type Money = { readonly amount: number; readonly currency: string }

const PRICE_MAX_USD = 5000
const AT_FIXED = 3
/** Of a currency unit, and of the floor where it is larger: what converting and rounding may lose. */
const TOLERANCE = 1e-6

export function checkPrice(bidCase: BidCase): void {
  const { bid, currency, options, say } = bidCase
  const { price } = bid
  if (typeof price !== 'number' || !Number.isFinite(price) || price <= 0) {
    say('price.positive', '/price', `is ${shown(price)}`)
    return
  }
  const dollars = converted({ amount: price, currency }, 'USD', options)
  if (dollars !== undefined && dollars > PRICE_MAX_USD) {
    say('price.cap', '/price', `${price} ${currency} is above ${PRICE_MAX_USD} USD`)
  }
  if (Math.round(price * 1e6) / 1e6 !== price) say('price.decimals', '/price', `${price} has more than six`)
  checkFloor(bidCase, price)
}

function checkFloor(bidCase: BidCase, price: number): void {
  const { bid, deal, currency, options, say } = bidCase
  // A deal that is not there is another fault, and nobody knows its floor.
  if (bid.dealid !== undefined && deal === undefined) return
  const isFixed = deal !== undefined && numberOf(deal.at) === AT_FIXED && limitOf(deal.bidfloor) > 0
  const floor = isFixed ? flatFloor(deal) : floorOf(bidCase)
  if (floor.amount <= 0) return
  const rule = isFixed ? 'price.fixed' : 'price.floor'
  const ours = converted(floor, currency, options)
  if (ours === undefined) {
    const theirs = `${floor.amount} ${floor.currency}`
    say(rule, '/price', `${price} ${currency} cannot be held against ${theirs} without a rate`)
    return
  }
  const slack = floor.currency === currency ? ours * 1e-12 : TOLERANCE * Math.max(1, ours)
  // Rounded up, and then up again, a converted price may be a micro above.
  if (isFixed && Math.abs(price - ours) > 2 * slack) {
    say(rule, '/price', `${price} ${currency} is not the price of the deal, ${ours}`)
  } else if (price < ours - slack) say(rule, '/price', `${price} ${currency} is below the floor of ${ours}`)
}

/** The floor that counts: that of the deal when bidding on it, that of the length, that of the imp. */
function floorOf({ deal, imp, slot, bid }: BidCase): Money {
  const durationS = isFilm(slot) ? limitOf(bid.dur) : 0
  if (deal !== undefined) return lengthFloor(deal, durationS, currencyOfFloor(deal)) ?? flatFloor(deal)
  if (imp === undefined) return { amount: 0, currency: 'USD' }
  // Section 3.2.4: the floors of video and audio are in the currency of their imp.
  const byLength = slot && lengthFloor(slot.media, durationS, currencyOfFloor(imp))
  return byLength ?? flatFloor(imp)
}

function flatFloor(holder: JsonObject): Money {
  return { amount: limitOf(holder.bidfloor), currency: currencyOfFloor(holder) }
}

/** Undefined where there is no such floor or no length. Of ranges that overlap the highest floor counts. */
function lengthFloor(
  { mincpmpersec, durfloors }: JsonObject,
  durationS: number,
  currency: string,
): Money | undefined {
  if (durationS === 0) return undefined
  if (limitOf(mincpmpersec) > 0) return { amount: limitOf(mincpmpersec) * durationS, currency }
  const floors = objectsOf(durfloors)
    .filter(
      ({ mindur, maxdur }) => durationS >= limitOf(mindur) && durationS <= (limitOf(maxdur) || Infinity),
    )
    .map(({ bidfloor }) => limitOf(bidfloor))
  return floors.length === 0 ? undefined : { amount: Math.max(...floors), currency }
}

/** Section 3.2.12: a deal does not inherit the currency of its imp. */
function currencyOfFloor({ bidfloorcur }: JsonObject): string {
  return isFilledText(bidfloorcur) ? bidfloorcur : 'USD'
}

/** Undefined without rates for both currencies. */
function converted({ amount, currency }: Money, to: string, { rates }: CheckOptions): number | undefined {
  if (currency === to) return amount
  const perDollar = (code: string) => (code === 'USD' ? 1 : limitOf(rates?.get(code)))
  const [from, into] = [perDollar(currency), perDollar(to)]
  return from > 0 && into > 0 ? (amount / from) * into : undefined
}
