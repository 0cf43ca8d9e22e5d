/**
 * Requests, and what any reader must say of them: the fields that are told, and nothing about the others.
 */
import type { ImpFacts, RequestFacts } from './naive-request.ts'
import { bannerRequest, videoRequest } from './sample-requests.ts'

export type Expected = Partial<Omit<RequestFacts, 'imps' | 'texts'>> & {
  texts?: Partial<RequestFacts['texts']>
  /** Of the first imp. */
  imp?: Partial<ImpFacts>
  impIds?: string[]
}
type Case = [about: string, body: object | string, expected: Expected]

const IMP = { id: '1' }
const withImp = (imp: object) => ({ id: 'a', imp: [{ ...IMP, ...imp }] })
const withSite = (site: unknown) => ({ id: 'a', imp: [IMP], site })
const withDevice = (device: unknown) => ({ id: 'a', imp: [IMP], device })
const withBanner = (banner: object) => withImp({ banner })
const withVideo = (video: object) => withImp({ video })

export const READ_CASES: Case[] = [
  [
    'a banner on a site',
    bannerRequest(),
    {
      id: 'auction-1',
      auctionType: 1,
      isTest: false,
      tmaxMs: 120,
      inventory: 'site',
      deviceType: 2,
      connectionType: 2,
      currencies: ['USD'],
      buyerSeats: [],
      blockedCategories: ['IAB25', 'IAB7-39'],
      blockedAdvertisers: ['blocked.example', 'other.example'],
      categories: ['IAB12'],
      texts: {
        domain: 'news.example',
        bundle: '',
        publisher: 'pub-7',
        country: 'USA',
        region: 'CA',
        os: 'Windows',
        language: 'en',
      },
      imp: {
        id: '1',
        floorCpmMicros: 500_000,
        isFloorInUsd: true,
        isPrivateAuction: false,
        isInterstitial: false,
        position: 1,
        hasBanner: true,
        sizes: ['300x250', '320x50'],
        hasVideo: false,
        tag: 'top',
      },
    },
  ],
  [
    'a video in an app',
    videoRequest(),
    {
      id: 'auction-2 "é"',
      auctionType: 2,
      inventory: 'app',
      texts: { bundle: 'com.example.game', domain: 'game.example', publisher: 'pub-8', os: 'Android' },
      imp: {
        id: 'v/1',
        hasBanner: false,
        hasVideo: true,
        videoWidth: 640,
        videoHeight: 360,
        durationMinS: 5,
        durationMaxS: 30,
        mimes: ['video/mp4', 'video/webm'],
        vastProtocol: 7,
        position: 7,
        floorCpmMicros: 2_000_000,
      },
    },
  ],
  [
    'nothing but ids',
    { id: 'a', imp: [IMP] },
    {
      auctionType: 2,
      isTest: false,
      tmaxMs: 0,
      inventory: 'unknown',
      currencies: [],
      categoryTaxonomy: 1,
      texts: { domain: '', country: '' },
      imp: {
        floorCpmMicros: 0,
        isFloorInUsd: true,
        sizes: [],
        hasBanner: false,
        hasVideo: false,
        vastProtocol: 0,
        tag: '',
      },
    },
  ],
  ['ids written as numbers', { id: 2966741889, imp: [{ id: 7 }] }, { id: '2966741889', impIds: ['7'] }],
  [
    'ids with escapes and beyond ASCII',
    '{"id":"\\u00e9\\"\\/é","imp":[{"id":"\\\\"}]}',
    { id: 'é"/é', impIds: ['\\'] },
  ],
  [
    'names with escapes',
    '{"\\u0069d":"a","im\\u0070":[{"id":"1","bidf\\u006coor":2}]}',
    { imp: { floorCpmMicros: 2e6 } },
  ],

  // Imps.
  ['imps without id', { id: 'a', imp: [{}, { id: null }, { id: '' }, IMP, { id: true }] }, { impIds: ['1'] }],
  ['imps that are no objects', { id: 'a', imp: [null, 1, 'x', [], IMP] }, { impIds: ['1'] }],
  ['imps that are all of no use', { id: 'a', imp: [null, {}] }, { impIds: [] }],
  [
    'an imp id twice',
    { id: 'a', imp: [{ id: '1', tagid: 'x' }, IMP, { id: '2' }, { id: '2' }] },
    { impIds: ['1', '2'], imp: { tag: 'x' } },
  ],
  ['an imp id twice, once as a number', { id: 'a', imp: [IMP, { id: 1 }] }, { impIds: ['1'] }],
  [
    '64 imps',
    { id: 'a', imp: Array.from({ length: 64 }, (_, id) => ({ id })) },
    { impIds: Array.from({ length: 64 }, (_, id) => `${id}`) },
  ],
  ['ids that differ in their case', { id: 'a', imp: [{ id: 'a' }, { id: 'A' }] }, { impIds: ['a', 'A'] }],

  // Coercions.
  [
    'a flag as a boolean',
    { ...withImp({ instl: true, pmp: { private_auction: true } }), test: true },
    { isTest: true, imp: { isInterstitial: true, isPrivateAuction: true } },
  ],
  [
    'a flag as text',
    { ...withImp({ instl: '1', pmp: { private_auction: '1' } }), test: '1' },
    { isTest: true, imp: { isInterstitial: true, isPrivateAuction: true } },
  ],
  [
    'a flag that is 2',
    { ...withImp({ instl: 2 }), test: 'true' },
    { isTest: false, imp: { isInterstitial: false } },
  ],
  ['floats for integers', { id: 'a', at: 1.0, tmax: 95.7, imp: [IMP] }, { auctionType: 1, tmaxMs: 95 }],
  [
    'numbers as text',
    { ...withImp({ bidfloor: '0.75', banner: { w: '728', h: '90' } }), at: '1', tmax: '80' },
    { auctionType: 1, tmaxMs: 80, imp: { floorCpmMicros: 750_000, sizes: ['728x90'] } },
  ],
  [
    'empty texts for numbers',
    { ...withDevice({ devicetype: '', connectiontype: ' ' }), at: '', tmax: ' ' },
    { auctionType: 2, tmaxMs: 0, deviceType: 0, connectionType: 0 },
  ],
  ['the taxonomy of blocked categories', { id: 'a', cattax: '6', imp: [IMP] }, { categoryTaxonomy: 6 }],
  ['a negative tmax', { id: 'a', tmax: -5, imp: [IMP] }, { tmaxMs: 0 }],
  ['a tmax beyond 32 bits', { id: 'a', tmax: 1e12, imp: [IMP] }, { tmaxMs: 0 }],
  ['an auction type of the exchange', { id: 'a', at: 500, imp: [IMP] }, { auctionType: 500 }],
  [
    'nulls everywhere',
    {
      id: 'a',
      at: null,
      tmax: null,
      test: null,
      cur: null,
      wseat: null,
      bcat: null,
      badv: null,
      site: null,
      app: null,
      device: null,
      imp: [
        {
          id: '1',
          banner: null,
          video: null,
          pmp: null,
          bidfloor: null,
          bidfloorcur: null,
          instl: null,
          tagid: null,
        },
      ],
    },
    {
      auctionType: 2,
      inventory: 'unknown',
      currencies: [],
      imp: { hasBanner: false, hasVideo: false, isFloorInUsd: true, floorCpmMicros: 0, tag: '' },
    },
  ],
  [
    'objects where lists are due',
    { id: 'a', cur: {}, wseat: 'x', bcat: 1, badv: true, imp: [IMP] },
    { currencies: [], buyerSeats: [], blockedCategories: [], blockedAdvertisers: [] },
  ],
  [
    'lists where objects are due',
    { id: 'a', site: [], app: [], device: [], imp: [{ id: '1', banner: [], video: [], pmp: [1] }] },
    { inventory: 'unknown', imp: { hasBanner: false, hasVideo: false } },
  ],
  [
    'texts where objects are due',
    { id: 'a', site: 'x', device: 'y', source: 'z', imp: [IMP] },
    { inventory: 'unknown' },
  ],
  ['empty lists', { id: 'a', cur: [], wseat: [], imp: [IMP] }, { currencies: [], buyerSeats: [] }],
  [
    'lists with other things in them',
    { id: 'a', bcat: ['IAB1', 2, null, ['IAB3']], imp: [IMP] },
    { blockedCategories: ['IAB1', null, null, null] },
  ],
  [
    'lists with escapes',
    '{"id":"a","bcat":["\\u0049AB1"],"badv":["x\\u002eexample"],"cur":["\\u0055SD"],"imp":[{"id":"1","video":{"mimes":["video\\/mp4"]}}]}',
    {
      blockedCategories: ['IAB1'],
      blockedAdvertisers: ['x.example'],
      currencies: ['USD'],
      imp: { mimes: ['video/mp4'] },
    },
  ],

  // A name that repeats counts as last written, whatever came before.
  [
    'repeated values',
    '{"id":"a","at":1,"at":2,"tmax":1,"tmax":9,"test":1,"test":0,"id":"b","imp":[{"id":"1"}]}',
    { id: 'b', auctionType: 2, tmaxMs: 9, isTest: false },
  ],
  [
    'repeated values, the last of another type',
    '{"id":"a","at":1,"at":null,"cur":["USD"],"cur":1,"imp":[{"id":"1","tagid":"x","tagid":[],"bidfloor":2,"bidfloor":{},"bidfloorcur":"EUR","bidfloorcur":null}]}',
    { auctionType: 2, currencies: [], imp: { tag: '', floorCpmMicros: 0, isFloorInUsd: true } },
  ],
  [
    'repeated objects',
    '{"id":"a","site":{"domain":"a.example","cat":["IAB1"]},"site":{"page":"b.example"},"imp":[{"id":"1"}]}',
    { texts: { domain: 'b.example' }, categories: [] },
  ],
  [
    'a repeated object, the last of another type',
    '{"id":"a","app":{"bundle":"a"},"app":null,"site":{},"imp":[{"id":"1","banner":{"w":1,"h":1},"banner":0}]}',
    { inventory: 'site', imp: { hasBanner: false } },
  ],
  [
    'repeated texts, the last of another type',
    '{"id":"a","device":{"os":"a","os":null,"language":"en","language":"","geo":{"country":"USA","country":{}}},"site":{"domain":"a","domain":null,"publisher":{"id":"p","id":[]}},"imp":[{"id":"1"}]}',
    { texts: { os: '', language: '', country: '', domain: '', publisher: '' } },
  ],
  ['repeated imps', '{"id":"a","imp":[{"id":"1"}],"imp":[{"id":"2"}]}', { impIds: ['2'] }],

  // Places.
  [
    'site and app both',
    { id: 'a', site: { domain: 's' }, app: { bundle: 'b' }, imp: [IMP] },
    { inventory: 'app', texts: { bundle: 'b', domain: '' } },
  ],
  [
    'an empty app',
    { id: 'a', site: { domain: 's' }, app: {}, imp: [IMP] },
    { inventory: 'app', texts: { domain: '' } },
  ],
  ['a screen', { id: 'a', dooh: {}, imp: [IMP] }, { inventory: 'dooh' }],
  [
    'a bundle that is a number',
    { id: 'a', app: { bundle: 886445756 }, imp: [IMP] },
    { texts: { bundle: '886445756' } },
  ],
  ['a domain with www', withSite({ domain: 'WWW.a.example' }), { texts: { domain: 'a.example' } }],
  ['a domain that is www alone', withSite({ domain: 'www.' }), { texts: { domain: 'www.' } }],
  [
    'a domain that starts like www',
    withSite({ domain: 'wwwa.example' }),
    { texts: { domain: 'wwwa.example' } },
  ],
  [
    'an app domain with www',
    { id: 'a', app: { domain: 'www.a' }, imp: [IMP] },
    { texts: { domain: 'www.a' } },
  ],
  ['a domain before a page', withSite({ domain: 'a', page: 'https://b' }), { texts: { domain: 'a' } }],
  [
    'an empty domain and a page',
    withSite({ domain: '', page: 'https://b.example/c' }),
    { texts: { domain: 'b.example' } },
  ],
  ...(
    [
      ['https://www.a.example/b?c=d', 'a.example'],
      ['http://a.example:8080/', 'a.example'],
      ['http://a.example?b', 'a.example'],
      ['https://a.example#b', 'a.example'],
      ['//a.example/b', 'a.example'],
      ['a.example', 'a.example'],
      ['a.example/b', 'a.example'],
      ['a.b//c', 'a.b'],
      ['abcde://a', 'a'],
      ['abcdef://a', 'abcdef'],
      ['a.example/?u=https://b', 'a.example'],
      ['https://', ''],
      ['', ''],
      ['https://ü.example/', 'ü.example'],
    ] as const
  ).map(([page, domain]): Case => [`the page ${page}`, withSite({ page }), { texts: { domain } }]),
  [
    'a page with escaped slashes',
    '{"id":"a","site":{"page":"https:\\/\\/www.a.example\\/b"},"imp":[{"id":"1"}]}',
    { texts: { domain: 'a.example' } },
  ],
  ['a page that is no text', withSite({ page: 7 }), { texts: { domain: '' } }],
  [
    'texts with escapes',
    '{"id":"a","device":{"os":"\\u0069OS","geo":{"country":"US\\u0041"}},"imp":[{"id":"1","tagid":"a\\/b","bidfloorcur":"\\u0055SD"}]}',
    { texts: { os: 'iOS', country: 'USA' }, imp: { tag: 'a/b', isFloorInUsd: true } },
  ],
  [
    'a country of the user alone',
    { id: 'a', user: { geo: { country: 'USA' } }, imp: [IMP] },
    { texts: { country: '' } },
  ],

  // Floors.
  [
    'a floor of more than six decimals',
    withImp({ bidfloor: 0.4567891234 }),
    { imp: { floorCpmMicros: 456_790 } },
  ],
  ['a negative floor', withImp({ bidfloor: -1 }), { imp: { floorCpmMicros: 0 } }],
  [
    'a floor that shuts the slot',
    withImp({ bidfloor: 1e11 }),
    { imp: { floorCpmMicros: Number.MAX_SAFE_INTEGER } },
  ],
  ['a floor in dollars', withImp({ bidfloorcur: 'USD' }), { imp: { isFloorInUsd: true } }],
  ['a floor in another currency', withImp({ bidfloorcur: 'EUR' }), { imp: { isFloorInUsd: false } }],
  ['a floor in an empty currency', withImp({ bidfloorcur: '' }), { imp: { isFloorInUsd: true } }],
  ['a floor in small letters', withImp({ bidfloorcur: 'usd' }), { imp: { isFloorInUsd: false } }],

  // Banners.
  [
    'formats before the flat size',
    withBanner({ w: 1, h: 2, format: [{ w: 3, h: 4 }] }),
    { imp: { sizes: ['3x4'] } },
  ],
  [
    'formats without a size',
    withBanner({ w: 1, h: 2, format: [{}, { wratio: 16, hratio: 9 }, null] }),
    { imp: { sizes: ['1x2'] } },
  ],
  ['a banner without a size', withBanner({}), { imp: { hasBanner: true, sizes: [] } }],
  ['half a size', withBanner({ w: 300 }), { imp: { sizes: [] } }],
  [
    'sizes out of range',
    withBanner({
      format: [
        { w: 32768, h: 1 },
        { w: 1, h: 65536 },
        { w: -1, h: 1 },
        { w: 32767, h: 65535 },
      ],
    }),
    { imp: { sizes: ['32767x65535'] } },
  ],
  [
    'more sizes than are kept',
    withBanner({ format: Array.from({ length: 40 }, (_, i) => ({ w: i + 1, h: 1 })) }),
    { imp: { sizes: Array.from({ length: 32 }, (_, i) => `${i + 1}x1`) } },
  ],

  // Videos.
  [
    'a video without protocols',
    withVideo({}),
    { imp: { hasVideo: true, vastProtocol: 3, mimes: [], durationMaxS: 0 } },
  ],
  [
    'lengths that alone are allowed',
    withVideo({ rqddurs: [15, '30', 7.5, null] }),
    { imp: { requiredDurations: [15, 30, 7.5, null] } },
  ],
  ['an empty list of protocols', withVideo({ protocols: [] }), { imp: { vastProtocol: 3 } }],
  ['a protocol that is no list', withVideo({ protocols: 7 }), { imp: { vastProtocol: 3 } }],
  ['wrappers alone', withVideo({ protocols: [5, 6, 8] }), { imp: { vastProtocol: 0 } }],
  ['protocols as text', withVideo({ protocols: ['2', 'x', '7'] }), { imp: { vastProtocol: 7 } }],
  ['protocols in any order', withVideo({ protocols: [13, 2, 11, 99] }), { imp: { vastProtocol: 13 } }],
  [
    'positions of banner and video',
    withImp({ banner: { pos: 3 }, video: { pos: 7 } }),
    { imp: { position: 3 } },
  ],
  [
    'the position of a video beside a banner of none',
    withImp({ banner: { pos: null }, video: { pos: 7 } }),
    { imp: { position: 7 } },
  ],
]
