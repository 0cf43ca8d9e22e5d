/** Pairs that break one rule each: the envelope, prices and deals. */
import { BID, type Broken, banner, inEuros, onDeal, put, RATES, seated } from './sample-pairs.ts'

const ENVELOPE: readonly Broken[] = [
  [
    'id.equal',
    '/id',
    'no id on either side',
    banner,
    ({ request, response }) => {
      delete request.id
      delete response.id
    },
  ],
  [
    'id.equal',
    '/id',
    'of a no-bid',
    banner,
    ({ response }) => put(response, { id: 'x', seatbid: [], nbr: 0 }),
  ],
  ['seatbid.filled', '/seatbid', 'null', banner, ({ response }) => put(response, { seatbid: null })],
  ['nbr.known', '/nbr', 'of a bid', banner, ({ response }) => put(response, { nbr: '1' })],
  ...[18, 499, -1, 1.5, '2', null].map(
    (nbr): Broken => [
      'nbr.known',
      '/nbr',
      `${nbr}`,
      banner,
      ({ response }) => put(response, { seatbid: [], nbr }),
    ],
  ),
  ['field.type', '/bidid', 'a number', banner, ({ response }) => put(response, { bidid: 1 })],
  ['field.type', '/ext', 'of a no-bid', banner, ({ response }) => put(response, { seatbid: [], ext: [] })],
  [
    'field.type',
    '/seatbid/0/group',
    'a boolean',
    banner,
    ({ response }) => put(response.seatbid[0], { group: true }),
  ],
  ['field.type', `${BID}/h`, 'text', banner, ({ bid }) => put(bid, { h: '250' })],
  ['field.type', `${BID}/attr`, 'one for a list', banner, ({ bid }) => put(bid, { attr: 3 })],
  ['field.type', `${BID}/cid`, 'null', banner, ({ bid }) => put(bid, { cid: null })],
  ['field.type', `${BID}/exp`, 'nothing', banner, ({ bid }) => put(bid, { exp: 0 })],
  [
    'exp.short',
    `${BID}/exp`,
    'a second',
    banner,
    ({ imp, bid }) => put(imp, { exp: 60 }) && put(bid, { exp: 61 }),
  ],
  [
    'bid.once',
    '/seatbid/0/bid/1/impid',
    'two on a deal',
    banner,
    (pair) => {
      onDeal(pair, 'deal-1')
      pair.response.seatbid[0].bid.push({ ...pair.bid, id: 'b-9' })
    },
  ],
]

const PRICES: readonly Broken[] = [
  [
    'price.cap',
    `${BID}/price`,
    'in another currency',
    banner,
    (pair) => {
      inEuros(pair)
      put(pair.bid, { price: 4000.01 })
    },
    { rates: RATES },
  ],
  [
    'price.floor',
    `${BID}/price`,
    'in another currency, with a rate',
    banner,
    ({ imp }) => put(imp, { bidfloor: 201, bidfloorcur: 'JPY' }),
    { rates: RATES },
  ],
  [
    'price.floor',
    `${BID}/price`,
    'two millionths below',
    banner,
    ({ imp, bid }) => {
      put(imp, { bidfloor: 0.8, bidfloorcur: 'EUR' })
      put(bid, { price: 0.999998 })
    },
    { rates: RATES },
  ],
  [
    'price.floor',
    `${BID}/price`,
    'a currency without a rate',
    banner,
    ({ imp }) => put(imp, { bidfloorcur: 'GBP' }),
    { rates: RATES },
  ],
  ['price.floor', `${BID}/price`, 'of the deal', banner, (pair) => onDeal(pair, 'deal-1', { bidfloor: 1.3 })],
  [
    'price.floor',
    `${BID}/price`,
    'of the deal, in USD by default',
    banner,
    (pair) => {
      inEuros(pair)
      onDeal(pair, 'deal-1', { bidfloor: 0.1 })
    },
  ],
  ['price.fixed', `${BID}/price`, 'more', banner, (pair) => onDeal(pair, 'deal-1', { at: 3, bidfloor: 1.2 })],
  [
    'price.fixed',
    `${BID}/price`,
    'less',
    banner,
    (pair) => onDeal(pair, 'deal-1', { at: '3', bidfloor: 1.3 }),
  ],
  [
    'price.fixed',
    `${BID}/price`,
    'in another currency',
    banner,
    (pair) => onDeal(pair, 'deal-1', { at: 3, bidfloor: 1, bidfloorcur: 'EUR' }),
  ],
  [
    'price.fixed',
    `${BID}/price`,
    'in another currency, with a rate',
    banner,
    (pair) => {
      onDeal(pair, 'deal-1', { at: 3, bidfloor: 0.99, bidfloorcur: 'EUR' })
    },
    { rates: RATES },
  ],
  [
    'deal.offered',
    `${BID}/dealid`,
    'one without an id',
    banner,
    ({ imp, bid }) => {
      put(imp, { pmp: { deals: [{}] } })
      put(bid, { dealid: 'deal-1' })
    },
  ],
  [
    'deal.seat',
    `${BID}/dealid`,
    'without a seat',
    banner,
    (pair) => onDeal(pair, 'deal-1', { wseat: ['s'] }),
  ],
  [
    'deal.seat',
    `${BID}/dealid`,
    'of another seat',
    banner,
    (pair) => {
      onDeal(pair, 'deal-1', { wseat: ['S'] })
      seated(pair.request, pair.response, {})
    },
  ],
  [
    'deal.advertiser',
    `${BID}/adomain/1`,
    'one of two',
    banner,
    (pair) => {
      onDeal(pair, 'deal-1', { wadomain: ['shop.example'] })
      put(pair.bid, { adomain: ['shop.example', 'a.shop.example'] })
    },
  ],
  [
    'deal.guaranteed',
    `${BID}/dealid`,
    'an open bid',
    banner,
    (pair) => {
      put(pair.imp, { pmp: { deals: [{ id: 'd', guar: true, wseat: ['s'] }] } })
      seated(pair.request, pair.response, {})
    },
  ],
  [
    'deal.guaranteed',
    `${BID}/dealid`,
    'another deal',
    banner,
    (pair) => {
      onDeal(pair, 'deal-1')
      pair.imp.pmp.deals.push({ id: 'd', guar: '1', wseat: 's' })
      seated(pair.request, pair.response, {})
    },
  ],
]

export const BROKEN_PRICES: readonly Broken[] = [...ENVELOPE, ...PRICES]
