/** Valid pairs: sizes, markup, the DSA and house rules. */
import { banner, dynamicPod, put, seated, underDsa, type Valid } from './sample-pairs.ts'

const HTML = `<!DOCTYPE html><html><head><style>a > b {}</style><body class=x data-y='"'>
  <!-- <b> --><ul><li>One<li>Two</ul><p>A &amp; B & C<br/><img src=https://cdn.shop.example/a.jpg alt>
  <svg><path d="M0 0"/></svg><textarea><b></textarea><IFRAME src="https://shop.example/?a=1&b=2"></iframe>`

const MARKUP: readonly Valid[] = [
  [
    'the flat size beside half a format and half a shape',
    banner,
    ({ imp }) => put(imp, { banner: { w: 300, h: 250, format: [{ w: 320 }, { wratio: 1 }] } }),
  ],
  [
    'a range of one size',
    banner,
    ({ imp }) => put(imp, { banner: { wmin: 300, wmax: 300, hmin: 250, hmax: 250 } }),
  ],
  [
    'a range beyond the preferred height',
    banner,
    ({ imp }) => put(imp, { banner: { w: 320, h: 200, wmin: 300, hmax: 250 } }),
  ],
  [
    'the flat size without formats',
    banner,
    ({ imp }) => put(imp, { banner: { w: '300', h: 250.0, format: [{}] } }),
  ],
  ['a shape', banner, ({ imp }) => put(imp.banner, { format: [{ wratio: 6, hratio: '5', wmin: 300 }] })],
  [
    'a shape of rounded pixels',
    banner,
    ({ imp, bid }) => {
      put(imp.banner, { format: [{ wratio: 16, hratio: 9 }] })
      put(bid, { w: 301, h: 169 })
    },
  ],
  [
    'a shape without a size',
    banner,
    ({ imp, bid }) => {
      put(imp.banner, { format: [{ wratio: 16, hratio: 9, wmin: 100 }] })
      delete bid.w
      delete bid.h
      put(bid, { wratio: 32, hratio: 18 })
    },
  ],
  [
    'a range of sizes',
    banner,
    ({ imp }) => put(imp, { banner: { wmin: 250, wmax: '320', hmin: 200, hmax: 250 } }),
  ],
  [
    'a range up to the preferred size',
    banner,
    ({ imp }) => put(imp, { banner: { w: 320, h: 250, wmin: 300 } }),
  ],
  [
    'a range of other sizes than the preferred one',
    banner,
    ({ imp }) => put(imp, { banner: { w: 300, h: 250, wmin: 310 } }),
  ],
  [
    'an interstitial within the screen',
    banner,
    ({ request, imp }) => {
      put(imp, { banner: {}, instl: true })
      put(request, { device: { w: 300, h: 250 } })
    },
  ],
  [
    'an interstitial on any screen',
    banner,
    ({ request, imp }) => {
      put(imp, { banner: { pos: 7 }, instl: 1 })
      delete request.device
    },
  ],
  ['a type that is not blocked', banner, ({ imp }) => put(imp.banner, { btype: [1, 3, 4] })],
  ['HTML of all kinds', banner, ({ bid }) => put(bid, { adm: HTML })],
  [
    'macros of the specification',
    banner,
    ({ bid }) => {
      const all = [
        'ID',
        'BID_ID',
        'IMP_ID',
        'SEAT_ID',
        'AD_ID',
        'PRICE:B64',
        'CURRENCY',
        'MBR',
        'LOSS',
        'MIN_TO_WIN',
      ]
      const url = `https://shop.example/n?${all.map((name) => `\${AUCTION_${name}}`).join('&')}`
      put(bid, {
        nurl: url,
        burl: `${url}\${AUCTION_IMP_TS}`,
        lurl: url,
        iurl: 'https://cdn.shop.example/a.jpg',
      })
      put(bid, { adm: `${bid.adm}<img src="${url}&amp;\${GDPR}\${GDPR_CONSENT_755}\${US_PRIVACY}">` })
    },
  ],
  [
    'values of a script',
    banner,
    ({ bid }) => {
      put(bid, { adm: `${bid.adm}<script>const a = \`\${b}\${}\`; if (a < 1 && {}) {}</script>` })
    },
  ],
  [
    'markup that nurl serves',
    banner,
    ({ bid }) => {
      delete bid.adm
      put(bid, { nurl: 'https://shop.example/markup' })
    },
  ],
  [
    'DSA, shown by us',
    banner,
    (pair) => underDsa(pair, {}, { transparency: [{ domain: 'a.example', dsaparams: [1] }] }),
  ],
  ['DSA with the longest name', banner, (pair) => underDsa(pair, {}, { behalf: 'ü'.repeat(100) })],
  ['DSA, shown by the publisher', banner, (pair) => underDsa(pair, { pubrender: 2 }, { adrender: 0 })],
  ['DSA that is not required', banner, (pair) => underDsa(pair, { dsarequired: 1 }, undefined)],
]

const HOUSES: readonly Valid[] = [
  [
    'a house that is content',
    banner,
    ({ request, response, bid }) => {
      seated(request, response, {})
      put(bid, { burl: 'https://shop.example/b?p=%%PRICE%%&c=%%CACHE%%' })
    },
    {
      house: {
        seatRequired: true,
        answerBytesMax: 4096,
        bidsPerImpMax: 1,
        isMarkupSent: true,
        priceMacroRequired: '%%PRICE%%',
        macros: ['%%CACHE%%'],
      },
    },
  ],
  ['two bids where a house takes two', dynamicPod, () => {}, { house: { bidsPerImpMax: 2 } }],
  [
    'no markup where a house takes none',
    banner,
    ({ bid }) => delete bid.adm,
    { house: { isMarkupSent: false } },
  ],
]

export const VALID_MARKUP: readonly Valid[] = [...MARKUP, ...HOUSES]
