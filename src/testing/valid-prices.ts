/** Valid pairs: prices, floors and deals. */
import { banner, onDeal, put, RATES, seated, type Valid } from './sample-pairs.ts'

export const VALID_PRICES: readonly Valid[] = [
  ['a price at the floor', banner, ({ bid }) => put(bid, { price: 0.5 })],
  ['the highest price', banner, ({ bid }) => put(bid, { price: 5000 })],
  ['the lowest price', banner, ({ imp, bid }) => put(imp, { bidfloor: 0 }) && put(bid, { price: 0.00001 })],
  ['a floor written as text', banner, ({ imp }) => put(imp, { bidfloor: '1.25' })],
  ['a floor of nothing in any currency', banner, ({ imp }) => put(imp, { bidfloor: 0, bidfloorcur: 'EUR' })],
  [
    'a floor in another currency',
    banner,
    ({ imp }) => put(imp, { bidfloor: 200, bidfloorcur: 'JPY' }),
    { rates: RATES },
  ],
  [
    'a millionth below a floor in another currency',
    banner,
    ({ imp, bid }) => put(imp, { bidfloor: 0.999999, bidfloorcur: 'EUR' }) && put(bid, { price: 1.249998 }),
    { rates: RATES },
  ],
  [
    'many yen',
    banner,
    ({ request, response, imp, bid }) => {
      put(request, { cur: ['JPY'] })
      put(response, { cur: 'JPY' })
      put(imp, { bidfloor: 30 })
      put(bid, { price: 8000 })
    },
    { rates: RATES },
  ],
  ['a deal', banner, (pair) => onDeal(pair, 'deal-1')],
  [
    'a deal of its own floor',
    banner,
    (pair) => onDeal(pair, 'deal-1', { bidfloor: 0.1 }) && put(pair.bid, { price: 0.1 }),
  ],
  [
    'a deal below the floor of the imp',
    banner,
    (pair) => onDeal(pair, 'deal-1') && put(pair.bid, { price: 0.1 }),
  ],
  [
    'a deal in USD where the imp has euros',
    banner,
    (pair) => onDeal(pair, 'deal-1', { bidfloor: 1 }) && put(pair.imp, { bidfloorcur: 'EUR' }),
  ],
  ['a deal of a fixed price', banner, (pair) => onDeal(pair, 'deal-1', { at: '3', bidfloor: '1.25' })],
  [
    'a deal of a fixed price in another currency',
    banner,
    (pair) => onDeal(pair, 'deal-1', { at: 3, bidfloor: 1, bidfloorcur: 'EUR' }),
    { rates: RATES },
  ],
  ['a deal of a fixed price that nobody tells', banner, (pair) => onDeal(pair, 'deal-1', { at: 3 })],
  [
    'a deal for our seat and our advertiser',
    banner,
    (pair) => {
      onDeal(pair, 'deal-1', { wseat: 's', wadomain: ['WWW.shop.example', 'other.example'] })
      seated(pair.request, pair.response, {})
    },
  ],
  [
    'a deal beside the imps',
    banner,
    (pair) => {
      put(pair.request, { pmp: { deals: [{ id: 'deal-1' }] } })
      put(pair.bid, { dealid: 'deal-1' })
    },
  ],
  ['a guaranteed deal', banner, (pair) => onDeal(pair, 'deal-1', { guar: 1 })],
  [
    'a guaranteed deal of nobody knows whom',
    banner,
    ({ imp }) => put(imp, { pmp: { deals: [{ id: 'deal-1', guar: 1 }] } }),
  ],
  [
    'a guaranteed deal of another seat',
    banner,
    ({ imp }) => put(imp, { pmp: { deals: [{ id: 'deal-1', guar: 1, wseat: ['other'] }] } }),
  ],
]
