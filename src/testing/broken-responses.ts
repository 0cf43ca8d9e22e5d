/**
 * Pairs of a request and a response that break one rule each: the rule, its place, and what is changed in a valid pair.
 */
import { BROKEN_FILM } from './broken-film.ts'
import { BROKEN_LISTS } from './broken-lists.ts'
import { BROKEN_MARKUP } from './broken-markup.ts'
import { BROKEN_NATIVE } from './broken-native.ts'
import { BROKEN_PODS } from './broken-pods.ts'
import { BROKEN_PRICES } from './broken-prices.ts'
import { BID, type Broken, banner, inEuros, onDeal, type Pair, put, seated, video } from './sample-pairs.ts'

export const BROKEN: readonly Broken[] = [
  ['id.equal', '/id', 'another id', banner, ({ response }) => put(response, { id: 'auction-2' })],
  ['id.equal', '/id', 'no id', banner, ({ response }) => delete response.id],
  [
    'id.equal',
    '/id',
    'a number',
    banner,
    ({ request, response }) => put(request, { id: 1 }) && put(response, { id: 1 }),
  ],
  [
    'cur.valid',
    '/cur',
    'no code',
    banner,
    ({ request, response }) => {
      put(request, { cur: ['usd'] })
      put(response, { cur: 'usd' })
      put(request.imp[0], { bidfloor: 0 })
    },
  ],
  [
    'cur.allowed',
    '/cur',
    'not listed',
    banner,
    ({ request, imp }) => put(request, { cur: ['EUR'] }) && put(imp, { bidfloor: 0 }),
  ],
  [
    'cur.allowed',
    '/cur',
    'not listed, and absent',
    banner,
    ({ request, response }) => {
      put(request, { cur: ['EUR'] })
      delete response.cur
    },
  ],
  [
    'cur.allowed',
    '/cur',
    'no list',
    banner,
    (pair) => {
      inEuros(pair)
      delete pair.request.cur
    },
  ],
  ['seatbid.filled', '/seatbid', 'absent', banner, ({ response }) => put(response, { seatbid: undefined })],
  ['seatbid.bids', '/seatbid/1/bid', 'empty', banner, ({ response }) => response.seatbid.push({ bid: [] })],
  [
    'seat.type',
    '/seatbid/0/seat',
    'a number',
    banner,
    ({ response }) => put(response.seatbid[0], { seat: 7 }),
  ],
  ['seat.type', '/seatbid/0/seat', 'empty', banner, ({ response }) => put(response.seatbid[0], { seat: '' })],
  [
    'seat.allowed',
    '/seatbid/0/seat',
    'not wanted',
    banner,
    ({ request, response }) => seated(request, response, { wseat: ['S'] }),
  ],
  [
    'seat.allowed',
    '/seatbid/0/seat',
    'none where one is wanted',
    banner,
    ({ request }) => put(request, { wseat: ['S'] }),
  ],
  [
    'seat.allowed',
    '/seatbid/0/seat',
    'blocked',
    banner,
    ({ request, response }) => seated(request, response, { bseat: ['s'] }),
  ],
  ['bid.id', `${BID}/id`, 'empty', banner, ({ bid }) => put(bid, { id: '' })],
  ['bid.id', `${BID}/id`, 'absent', banner, ({ bid }) => delete bid.id],
  [
    'bid.id',
    '/seatbid/1/bid/0/id',
    'in two seats',
    banner,
    ({ request, imp, response, bid }) => {
      request.imp.push({ ...imp, id: '2' })
      response.seatbid.push({ bid: [{ ...bid, impid: '2' }] })
    },
  ],
  ['bid.impid', `${BID}/impid`, 'not in the request', banner, ({ bid }) => put(bid, { impid: '01' })],
  [
    'bid.impid',
    `${BID}/impid`,
    'a number',
    banner,
    ({ imp, bid }) => put(imp, { id: 1 }) && put(bid, { impid: 1 }),
  ],
  [
    'bid.once',
    '/seatbid/0/bid/1/impid',
    'two bids',
    banner,
    ({ response, bid }) => {
      response.seatbid[0].bid.push({ ...bid, id: 'b-9' })
    },
  ],
  ['price.positive', `${BID}/price`, 'nothing', banner, ({ bid }) => put(bid, { price: 0 })],
  ['price.positive', `${BID}/price`, 'less than nothing', banner, ({ bid }) => put(bid, { price: -1 })],
  ['price.positive', `${BID}/price`, 'a text', banner, ({ bid }) => put(bid, { price: '1.25' })],
  ['price.positive', `${BID}/price`, 'no number', banner, ({ bid }) => put(bid, { price: Number.NaN })],
  ['price.positive', `${BID}/price`, 'no end', banner, ({ bid }) => put(bid, { price: Infinity })],
  ['price.cap', `${BID}/price`, 'a micro more', banner, ({ bid }) => put(bid, { price: 5000.000001 })],
  ['price.decimals', `${BID}/price`, 'seven', banner, ({ bid }) => put(bid, { price: 1.2345678 })],
  ['price.floor', `${BID}/price`, 'a micro less', banner, ({ bid }) => put(bid, { price: 0.499999 })],
  [
    'price.floor',
    `${BID}/price`,
    'a floor written as text',
    banner,
    ({ imp }) => put(imp, { bidfloor: '1.3' }),
  ],
  ['price.floor', `${BID}/price`, 'another currency', banner, ({ imp }) => put(imp, { bidfloorcur: 'EUR' })],
  [
    'price.floor',
    `${BID}/price`,
    'USD by default',
    banner,
    (pair) => {
      inEuros(pair)
      delete pair.imp.bidfloorcur
    },
  ],
  [
    'number.exponent',
    `${BID}/ext/a~1b`,
    'far inside',
    banner,
    ({ bid }) => put(bid, { ext: { 'a/b': 1e-7 } }),
  ],
  [
    'deal.required',
    `${BID}/dealid`,
    'an open bid',
    banner,
    ({ imp }) => put(imp, { pmp: { private_auction: true } }),
  ],
  ['deal.offered', `${BID}/dealid`, 'of nobody', banner, (pair) => onDeal(pair, 'deal-2')],
  [
    'deal.offered',
    `${BID}/dealid`,
    'where there are none',
    banner,
    ({ bid }) => put(bid, { dealid: 'deal-1' }),
  ],
  ['deal.offered', `${BID}/dealid`, 'empty', banner, ({ bid }) => put(bid, { dealid: '' })],
  ['crid.present', `${BID}/crid`, 'empty', banner, ({ bid }) => put(bid, { crid: '' })],
  ['crid.present', `${BID}/crid`, 'absent', banner, ({ bid }) => delete bid.crid],
  [
    'crid.length',
    `${BID}/crid`,
    '129 bytes in 128 characters',
    banner,
    ({ bid }) => put(bid, { crid: `é${'e'.repeat(127)}` }),
  ],
  ['adomain.present', `${BID}/adomain`, 'empty', banner, ({ bid }) => put(bid, { adomain: [] })],
  ['adomain.present', `${BID}/adomain`, 'a text', banner, ({ bid }) => put(bid, { adomain: 'shop.example' })],
  ...[
    'https://shop.example',
    'www.shop.example',
    'Shop.example',
    'shop.example/',
    'localhost',
    '',
    'a b.example',
    7,
  ].map(
    (domain): Broken => [
      'adomain.bare',
      `${BID}/adomain/0`,
      `${domain}`,
      banner,
      ({ bid }: Pair) => put(bid, { adomain: [domain] }),
    ],
  ),
  [
    'adomain.blocked',
    `${BID}/adomain/1`,
    'itself',
    banner,
    ({ bid }) => put(bid, { adomain: ['a.example', 'other.example'] }),
  ],
  [
    'adomain.blocked',
    `${BID}/adomain/0`,
    'a part',
    banner,
    ({ bid }) => put(bid, { adomain: ['shop.blocked.example'] }),
  ],
  [
    'adomain.blocked',
    `${BID}/adomain/0`,
    'spelled otherwise',
    banner,
    ({ request }) => put(request, { badv: ['WWW.Shop.Example'] }),
  ],
  ['cat.present', `${BID}/cat`, 'empty', banner, ({ bid }) => put(bid, { cat: [] })],
  ['cat.present', `${BID}/cat`, 'absent', banner, ({ bid }) => delete bid.cat],
  ['cat.present', `${BID}/cat`, 'no text', banner, ({ bid }) => put(bid, { cat: [22] })],
  ['cat.blocked', `${BID}/cat/0`, 'itself', banner, ({ bid }) => put(bid, { cat: ['IAB7-39', 'IAB2'] })],
  [
    'cat.blocked',
    `${BID}/cat/1`,
    'the child of a parent',
    banner,
    ({ bid }) => put(bid, { cat: ['IAB2', 'IAB25-3'] }),
  ],
  [
    'cat.taxonomy',
    `${BID}/cattax`,
    'theirs is another',
    banner,
    ({ request }) => put(request, { cattax: 6 }),
  ],
  ['cat.taxonomy', `${BID}/cattax`, 'ours is another', banner, ({ bid }) => put(bid, { cattax: 6 })],
  ['attr.blocked', `${BID}/attr/1`, 'one of two', banner, ({ bid }) => put(bid, { attr: [3, 13] })],
  [
    'attr.blocked',
    `${BID}/attr/0`,
    'of the video',
    video,
    ({ imp, bid }) => put(imp.video, { battr: ['16'] }) && put(bid, { attr: [16] }),
  ],
  ['mtype.offered', `${BID}/mtype`, 'absent', banner, ({ bid }) => delete bid.mtype],
  ['mtype.offered', `${BID}/mtype`, 'not offered', banner, ({ bid }) => put(bid, { mtype: 2 })],
  [
    'mtype.offered',
    `${BID}/mtype`,
    'null',
    banner,
    ({ imp, bid }) => put(imp, { video: null }) && put(bid, { mtype: 2 }),
  ],
  ['mtype.offered', `${BID}/mtype`, 'no type', banner, ({ bid }) => put(bid, { mtype: 5 })],
  ['adm.present', `${BID}/adm`, 'empty', banner, ({ bid }) => put(bid, { adm: '' })],
  ['adm.present', `${BID}/adm`, 'absent', banner, ({ bid }) => delete bid.adm],
  [
    'adm.secure',
    `${BID}/adm`,
    'http',
    banner,
    ({ bid }) => put(bid, { adm: `${bid.adm}<img src="http://x.example">` }),
  ],
  [
    'adm.secure',
    `${BID}/adm`,
    'http, encoded',
    banner,
    ({ bid }) => put(bid, { adm: `${bid.adm}<img src="?u=HTTP%3a//x">` }),
  ],
  ['adm.secure', `${BID}/adm`, 'no https', banner, ({ bid }) => put(bid, { adm: '<b>Save</b>' })],
  ['banner.size', `${BID}/w`, 'none of the formats', banner, ({ bid }) => put(bid, { w: 320, h: 250 })],
  [
    'banner.size',
    `${BID}/w`,
    'the flat size beside formats',
    banner,
    ({ imp, bid }) => put(imp.banner, { w: 1, h: 1 }) && put(bid, { w: 1, h: 1 }),
  ],
  ['banner.size', `${BID}/w`, 'absent', banner, ({ bid }) => delete bid.h],
  ['banner.size', `${BID}/w`, 'nothing is allowed', banner, ({ imp }) => put(imp, { banner: {} })],
  ...BROKEN_PRICES,
  ...BROKEN_LISTS,
  ...BROKEN_MARKUP,
  ...BROKEN_FILM,
  ...BROKEN_PODS,
  ...BROKEN_NATIVE,
]
