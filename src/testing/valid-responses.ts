/**
 * Pairs that break no rule: one of each format with one thing changed that a rule might wrongly take offence at.
 */
import { banner, inEuros, type Pair, put, seated, type Valid, video } from './sample-pairs.ts'
import { VALID_FILM } from './valid-film.ts'
import { VALID_MARKUP } from './valid-markup.ts'
import { VALID_NATIVE } from './valid-native.ts'
import { VALID_PRICES } from './valid-prices.ts'

const ENVELOPE: readonly Valid[] = [
  ['a banner', banner, () => {}],
  ['no currency is USD', banner, ({ response }) => delete response.cur],
  ['a currency that the request allows', banner, inEuros],
  ['one currency where a list is due', banner, ({ request }) => put(request, { cur: 'USD' })],
  [
    'ids written as numbers',
    banner,
    ({ request, imp, response }) => {
      put(request, { id: 17 })
      put(imp, { id: 1 })
      put(response, { id: '17' })
    },
  ],
  ['the first of two imps of one id', banner, ({ request }) => request.imp.push({ id: '1', native: {} })],
  ['a single imp where a list is due', banner, ({ request, imp }) => put(request, { imp })],
  [
    'fields of the right types',
    banner,
    ({ response, bid }) => {
      put(response, { customdata: 'x', ext: {} })
      put(response.seatbid[0], { group: 0, ext: {} })
      put(bid, { tactic: 't', cattax: 1, exp: 60, qagmediarating: 1, bundle: 'com.example', ext: {} })
    },
  ],
  ['a no-bid of nothing', banner, (pair) => noBid(pair, {})],
  ['a no-bid without seats', banner, (pair) => noBid(pair, { id: 'auction-1', seatbid: [] })],
  ['a no-bid with a reason', banner, (pair) => noBid(pair, { id: 'auction-1', seatbid: [], nbr: 17 })],
  ['a no-bid of a reason alone', banner, (pair) => noBid(pair, { id: 'auction-1', nbr: 500 })],
  [
    'a seat that is wanted',
    banner,
    ({ request, response }) => seated(request, response, { wseat: ['s', 'other'] }),
  ],
  [
    'a seat that is not blocked',
    banner,
    ({ request, response }) => seated(request, response, { bseat: ['other'] }),
  ],
  [
    'two bids for two imps',
    banner,
    ({ request, imp, response, bid }) => {
      request.imp.push({ ...imp, id: '2' })
      response.seatbid.push({ seat: 's', bid: [{ ...bid, id: 'b-9', impid: '2' }] })
    },
  ],
  [
    'an open bid and one for each of two deals',
    banner,
    ({ imp, response, bid }) => {
      put(imp, { pmp: { deals: [{ id: 'deal-1' }, { id: 2 }] } })
      response.seatbid[0].bid.push(
        { ...bid, id: 'b-8', dealid: 'deal-1' },
        { ...bid, id: 'b-9', dealid: '2' },
      )
    },
  ],
  [
    'no more patience than the imp has',
    banner,
    ({ imp, bid }) => put(imp, { exp: '60' }) && put(bid, { exp: 60 }),
  ],
]

const CREATIVES: readonly Valid[] = [
  ['a creative id of 128 bytes', banner, ({ bid }) => put(bid, { crid: 'é'.repeat(64) })],
  ['a neighbour of a blocked domain', banner, ({ bid }) => put(bid, { adomain: ['unblocked.example'] })],
  ['a sibling of a blocked category', banner, ({ bid }) => put(bid, { cat: ['IAB7-3', 'IAB7', 'IAB2'] })],
  ['other taxonomies without a block', video, ({ bid }) => put(bid, { cattax: 7 })],
  [
    'a category that only starts like a blocked one',
    banner,
    ({ request }) => put(request, { bcat: ['IAB2'] }),
  ],
  ['the default taxonomy, named', banner, ({ request }) => put(request, { cattax: 1 })],
  ['the same taxonomy', banner, ({ request, bid }) => put(request, { cattax: 2 }) && put(bid, { cattax: 2 })],
  [
    'a taxonomy beside the list',
    banner,
    ({ request, bid }) => put(request, { ext: { cattax: '2' } }) && put(bid, { cattax: 2 }),
  ],
  [
    'an allowed category and a part of one',
    banner,
    ({ request, bid }) => {
      put(request, { bcat: null, acat: ['IAB22', 'IAB2'] })
      put(bid, { cat: ['IAB22', 'IAB2-3'] })
    },
  ],
  [
    'an app that is not blocked',
    banner,
    ({ request, bid }) => put(request, { bapp: ['a.b'] }) && put(bid, { bundle: 'a.b.c' }),
  ],
  [
    'an allowed language',
    banner,
    ({ request, bid }) => put(request, { wlang: ['DE', 'en'] }) && put(bid, { language: 'de' }),
  ],
  [
    'no language',
    banner,
    ({ request, bid }) => put(request, { wlang: ['de'] }) && put(bid, { language: 'xx' }),
  ],
  [
    'a country of an allowed language',
    banner,
    ({ request, bid }) => put(request, { wlangb: ['en', 'zh-Hant'] }) && put(bid, { langb: 'en-GB' }),
  ],
  [
    'a language by its tag',
    banner,
    ({ request, bid }) => put(request, { wlang: ['en'] }) && put(bid, { langb: 'en-GB' }),
  ],
  [
    'APIs that the slot lists',
    banner,
    ({ imp, bid }) => {
      put(imp.banner, { api: [5, '7', 6] })
      put(bid, { apis: [5, 7], api: 6, adm: `<script src="https://cdn.shop.example/mraid.js"></script>` })
    },
  ],
]

export const VALID: readonly Valid[] = [
  ...ENVELOPE,
  ...CREATIVES,
  ...VALID_PRICES,
  ...VALID_MARKUP,
  ...VALID_FILM,
  ...VALID_NATIVE,
]

function noBid({ response }: Pair, fields: object): void {
  for (const name of Object.keys(response)) delete response[name]
  put(response, fields)
}
