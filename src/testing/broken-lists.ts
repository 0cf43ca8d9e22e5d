/** Pairs that break one rule each: lists of the request, sizes and kinds of banners. */
import { BID, type Broken, banner, put } from './sample-pairs.ts'

const LISTS: readonly Broken[] = [
  [
    'adomain.blocked',
    `${BID}/adomain/0`,
    'by the imp',
    banner,
    ({ imp }) => put(imp, { badv: 'shop.example' }),
  ],
  ['cat.blocked', `${BID}/cat/0`, 'by the imp', banner, ({ imp }) => put(imp, { bcat: ['IAB22'] })],
  [
    'cat.taxonomy',
    `${BID}/cattax`,
    'theirs, beside the list',
    banner,
    ({ request }) => put(request, { ext: { cattax: 7 } }),
  ],
  [
    'cat.taxonomy',
    `${BID}/cattax`,
    'of what is allowed',
    banner,
    ({ request }) => put(request, { bcat: [], acat: ['1'], cattax: 2 }),
  ],
  [
    'cat.allowed',
    `${BID}/cat/1`,
    'one of two',
    banner,
    ({ request, bid }) => {
      put(request, { acat: ['IAB22'] })
      put(bid, { cat: ['IAB22-1', 'IAB2'] })
    },
  ],
  [
    'bundle.blocked',
    `${BID}/bundle`,
    'a number',
    banner,
    ({ request, bid }) => put(request, { bapp: [886445756] }) && put(bid, { bundle: '886445756' }),
  ],
  [
    'language.allowed',
    `${BID}/language`,
    'another',
    banner,
    ({ request, bid }) => put(request, { wlang: ['de'] }) && put(bid, { language: 'en' }),
  ],
  ['language.allowed', `${BID}/language`, 'untold', banner, ({ request }) => put(request, { wlang: ['de'] })],
  [
    'language.allowed',
    `${BID}/langb`,
    'another script',
    banner,
    ({ request, bid }) => put(request, { wlangb: ['zh-Hant'] }) && put(bid, { langb: 'zh' }),
  ],
  [
    'api.offered',
    `${BID}/apis/1`,
    'one of two',
    banner,
    ({ imp, bid }) => put(imp.banner, { api: [5] }) && put(bid, { apis: [5, 3] }),
  ],
  ['api.offered', `${BID}/api`, 'where none are listed', banner, ({ bid }) => put(bid, { api: 7 })],
  [
    'api.markup',
    `${BID}/adm`,
    'MRAID',
    banner,
    ({ imp, bid }) => {
      put(imp.banner, { api: [1, 7] })
      put(bid, { adm: '<script src="https://cdn.shop.example/mraid.js"></script>' })
    },
  ],
]

const SIZES: readonly Broken[] = [
  [
    'banner.size',
    `${BID}/w`,
    'none for a shape',
    banner,
    ({ imp, bid }) => {
      put(imp.banner, { format: [{ wratio: 6, hratio: 5 }] })
      put(bid, { w: undefined, h: undefined })
    },
  ],
  [
    'banner.size',
    `${BID}/w`,
    'half of one for a range',
    banner,
    ({ imp, bid }) => {
      put(imp, { banner: { wmax: 320 } })
      delete bid.h
    },
  ],
  [
    'banner.size',
    `${BID}/w`,
    'of another shape',
    banner,
    ({ imp }) => put(imp.banner, { format: [{ wratio: 16, hratio: 9 }] }),
  ],
  [
    'banner.size',
    `${BID}/w`,
    'of the shape, too narrow',
    banner,
    ({ imp }) => put(imp.banner, { format: [{ wratio: 6, hratio: 5, wmin: 301 }] }),
  ],
  [
    'banner.size',
    `${BID}/w`,
    'another shape, told so',
    banner,
    ({ imp, bid }) => {
      put(imp.banner, { format: [{ wratio: 6, hratio: 5 }] })
      put(bid, { wratio: 5, hratio: 6 })
    },
  ],
  ...[{ wmin: 301 }, { wmax: 299 }, { hmin: '251' }, { hmax: 249 }, { w: 299, h: 250, wmin: 100 }].map(
    (banner_): Broken => [
      'banner.size',
      `${BID}/w`,
      `outside of ${JSON.stringify(banner_)}`,
      banner,
      ({ imp }) => put(imp, { banner: banner_ }),
    ],
  ),
  [
    'banner.size',
    `${BID}/w`,
    'larger than the screen',
    banner,
    ({ request, imp }) => {
      put(imp, { banner: {}, instl: 1 })
      put(request, { device: { w: 299, h: 480 } })
    },
  ],
  ...(
    [
      [1, '<a href="https://shop.example/">Save</a>'],
      [2, '<a href="https://shop.example/"><img src="https://cdn.shop.example/a.jpg"></a>'],
      [3, '<img src="https://cdn.shop.example/a.jpg"><script>1</script>'],
      [4, '<iframe src="https://shop.example/"></iframe><script>1</script>'],
    ] as const
  ).map(
    ([type, adm]): Broken => [
      'banner.type',
      `${BID}/adm`,
      `${type}`,
      banner,
      ({ imp, bid }) => put(imp.banner, { btype: [`${type}`] }) && put(bid, { adm }),
    ],
  ),
]

export const BROKEN_LISTS: readonly Broken[] = [...LISTS, ...SIZES]
