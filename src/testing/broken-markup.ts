/** Pairs that break one rule each: markup, notices and macros, the DSA, house rules. */
import { BID, type Broken, banner, onDeal, put, underDsa } from './sample-pairs.ts'

const MARKUP: readonly Broken[] = [
  ...[
    '<a href="https://shop.example/">',
    '<a href="https://shop.example/"></b></a>',
    '<a href="https://shop.example/" title="say "hello""></a>',
    '<a href="https://shop.example/></a>',
    '<a href="https://shop.example/" href="https://other.example/"></a>',
    '<b>a < b</b><img src="https://cdn.shop.example/a.jpg">',
    '<!-- https://shop.example/ ',
    '<script src="https://shop.example/a.js">',
    '<img src="https://cdn.shop.example/a.jpg"></div>',
  ].map((adm): Broken => ['adm.html', `${BID}/adm`, adm, banner, ({ bid }) => put(bid, { adm })]),
  ...['http://shop.example/', '//shop.example/', 'https://', 'https://shop.example/a b', ''].map(
    (url): Broken => ['notice.https', `${BID}/burl`, url, banner, ({ bid }) => put(bid, { burl: url })],
  ),
  ['notice.https', `${BID}/nurl`, 'of a win', banner, ({ bid }) => put(bid, { nurl: 'shop.example' })],
  ['notice.https', `${BID}/lurl`, 'of a loss', banner, ({ bid }) => put(bid, { lurl: 'ftp://shop.example' })],
  ['notice.https', `${BID}/iurl`, 'of a sample', banner, ({ bid }) => put(bid, { iurl: 'a.jpg' })],
  ...[
    `\${AUCTION_COST}`,
    `\${auction_price}`,
    '${AUCTION_PRICE',
    '{AUCTION_PRICE}',
    '$AUCTION_PRICE',
    '%24%7BAUCTION_PRICE%7D',
    `\${AUCTION_PRICE:}`,
  ].flatMap((macro): Broken[] => [
    [
      'macro.known',
      `${BID}/burl`,
      macro,
      banner,
      ({ bid }) => put(bid, { burl: `https://shop.example/${macro}` }),
    ],
    [
      'macro.known',
      `${BID}/adm`,
      macro,
      banner,
      ({ bid }) => put(bid, { adm: `${bid.adm}<!-- ${macro} -->` }),
    ],
  ]),
  ...[`\${CREATIVE_CODE}`, '%%CACHEBUSTER%%', '{{ad.id}}', '{winning_price}', '[CACHEBUSTING]'].flatMap(
    (macro): Broken[] => [
      [
        'macro.foreign',
        `${BID}/lurl`,
        macro,
        banner,
        ({ bid }) => put(bid, { lurl: `https://shop.example/?${macro}` }),
      ],
      [
        'macro.foreign',
        `${BID}/adm`,
        macro,
        banner,
        ({ bid }) => put(bid, { adm: `${bid.adm}<!-- ${macro} -->` }),
      ],
    ],
  ),
  [
    'macro.foreign',
    `${BID}/nurl`,
    'of a script',
    banner,
    ({ bid }) => put(bid, { nurl: `https://shop.example/\${price}` }),
  ],
]

const DSA: readonly Broken[] = [
  ['dsa.present', `${BID}/ext/dsa`, 'required', banner, (pair) => underDsa(pair, {}, undefined)],
  [
    'dsa.present',
    `${BID}/ext/dsa`,
    'required of a large platform',
    banner,
    (pair) => underDsa(pair, { dsarequired: '3' }, undefined),
  ],
  [
    'dsa.present',
    `${BID}/ext/dsa`,
    'required as of old',
    banner,
    (pair) => underDsa(pair, { dsarequired: undefined, required: 2 }, undefined),
  ],
  [
    'dsa.present',
    `${BID}/ext/dsa`,
    'required beside ext',
    banner,
    ({ request }) => put(request, { regs: { dsa: { dsarequired: 2 } } }),
  ],
  ['dsa.form', `${BID}/ext/dsa`, 'text', banner, ({ bid }) => put(bid, { ext: { dsa: 'Shop' } })],
  [
    'dsa.form',
    `${BID}/ext/dsa/paid`,
    'nobody pays',
    banner,
    (pair) => underDsa(pair, {}, { paid: undefined }),
  ],
  [
    'dsa.form',
    `${BID}/ext/dsa/behalf`,
    'too long',
    banner,
    (pair) => underDsa(pair, {}, { behalf: 'ü'.repeat(101) }),
  ],
  [
    'dsa.form',
    `${BID}/ext/dsa/adrender`,
    'unknown',
    banner,
    (pair) => underDsa(pair, { pubrender: 1 }, { adrender: 2 }),
  ],
  [
    'dsa.form',
    `${BID}/ext/dsa/transparency`,
    'no list',
    banner,
    (pair) => underDsa(pair, {}, { transparency: {} }),
  ],
  [
    'dsa.form',
    `${BID}/ext/dsa/transparency/0`,
    'no domain',
    banner,
    (pair) => underDsa(pair, {}, { transparency: [{ dsaparams: [1] }] }),
  ],
  [
    'dsa.form',
    `${BID}/ext/dsa/transparency/0`,
    'parameters of old',
    banner,
    (pair) => underDsa(pair, {}, { transparency: [{ domain: 'a.example', params: [1] }] }),
  ],
  [
    'dsa.render',
    `${BID}/ext/dsa/adrender`,
    'by nobody',
    banner,
    (pair) => underDsa(pair, {}, { adrender: 0 }),
  ],
  [
    'dsa.render',
    `${BID}/ext/dsa/adrender`,
    'by nobody, untold',
    banner,
    (pair) => underDsa(pair, {}, { adrender: undefined }),
  ],
  [
    'dsa.render',
    `${BID}/ext/dsa/adrender`,
    'by both',
    banner,
    (pair) => underDsa(pair, { pubrender: 2 }, {}),
  ],
]

const HOUSES: readonly Broken[] = [
  ['house.seat', '/seatbid/0/seat', 'none', banner, () => {}, { house: { seatRequired: true } }],
  ['house.bytes', '', 'too long', banner, () => {}, { house: { answerBytesMax: 300 } }],
  [
    'house.bids',
    '/seatbid/0/bid/1/impid',
    'one too many',
    banner,
    (pair) => {
      onDeal(pair, 'deal-1')
      put(pair.imp.pmp, { private_auction: 0 })
      pair.response.seatbid[0].bid.push({ ...pair.bid, id: 'b-9', dealid: undefined })
    },
    { house: { bidsPerImpMax: 1 } },
  ],
  ['house.markup', `${BID}/adm`, 'where none is taken', banner, () => {}, { house: { isMarkupSent: false } }],
  [
    'house.markup',
    `${BID}/adm`,
    'only behind nurl',
    banner,
    ({ bid }) => {
      delete bid.adm
      put(bid, { nurl: 'https://shop.example/markup' })
    },
    { house: { isMarkupSent: true } },
  ],
  [
    'house.price_macro',
    `${BID}/adm`,
    'only in nurl',
    banner,
    ({ bid }) => {
      put(bid, { nurl: `https://shop.example/\${AUCTION_PRICE}` })
    },
    { house: { priceMacroRequired: `\${AUCTION_PRICE}` } },
  ],
]

export const BROKEN_MARKUP: readonly Broken[] = [...MARKUP, ...DSA, ...HOUSES]
