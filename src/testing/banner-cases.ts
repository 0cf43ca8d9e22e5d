/**
 * Banner slots, and what any reader of requests must say of them.
 */
import type { BannerFacts } from './naive-imp.ts'
import { type Expected, NO_BANNER, type RequestCase, withImp } from './request-case.ts'

const withBanner = (banner: object) => withImp({ banner })
const banner = (banner: Partial<BannerFacts>): Expected => ({ imp: { banner } })

export const BANNER_CASES: RequestCase[] = [
  [
    'formats before the flat size',
    withBanner({ w: 1, h: 2, format: [{ w: 3, h: 4 }] }),
    banner({ sizes: ['3x4'] }),
  ],
  [
    'formats that say nothing',
    withBanner({ w: 1, h: 2, format: [{}, null, { wratio: 16 }, { wratio: -1, hratio: 9 }, { w: 5 }] }),
    banner({ sizes: ['1x2'], ratios: [] }),
  ],
  ['a banner without a size', withBanner({}), banner({ ...NO_BANNER, isThere: true })],
  ['half a size', withBanner({ w: 300 }), banner({ sizes: [] })],
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
    banner({ sizes: ['32767x65535'] }),
  ],
  [
    'more sizes than are kept',
    withBanner({ format: Array.from({ length: 40 }, (_, i) => ({ w: i + 1, h: 1 })) }),
    banner({ sizes: Array.from({ length: 32 }, (_, i) => `${i + 1}x1`) }),
  ],
  [
    'flexible sizes',
    withBanner({
      w: 1,
      h: 2,
      format: [
        { wratio: 16, hratio: 9, wmin: 300 },
        { wratio: '4', hratio: 3, wmin: -1 },
      ],
    }),
    banner({ sizes: [], ratios: ['16:9 from 300', '4:3 from 0'] }),
  ],
  [
    'a format of both kinds',
    withBanner({ format: [{ w: 320, h: 50, wratio: 32, hratio: 5 }] }),
    banner({ sizes: ['320x50'], ratios: ['32:5 from 0'] }),
  ],
  [
    'more flexible sizes than are kept',
    withBanner({ format: Array.from({ length: 9 }, (_, i) => ({ wratio: i + 1, hratio: 1 })) }),
    banner({ ratios: Array.from({ length: 8 }, (_, i) => `${i + 1}:1 from 0`) }),
  ],
  [
    'a range of sizes',
    withBanner({ w: 320, h: 50, wmin: 300, wmax: '728', hmin: 50, hmax: 90 }),
    banner({ sizes: ['320x50'], range: [300, 728, 50, 90] }),
  ],
  [
    'a range of less than nothing',
    withBanner({ wmin: -1, wmax: -1, hmin: -1, hmax: -1 }),
    banner({ range: [] }),
  ],
  [
    'a range of widths, the height as it is',
    withBanner({ w: 700, h: 90, wmin: 250, wmax: 800 }),
    banner({ sizes: ['700x90'], range: [250, 800, 0, 90] }),
  ],
  ['a range of heights alone', withBanner({ hmax: 90 }), banner({ range: [0, 0, 0, 90] })],
  [
    'a range behind formats, which win',
    withBanner({ format: [{ w: 728, h: 90 }], wmax: 320, hmax: 480 }),
    banner({ sizes: ['728x90'], range: [] }),
  ],
  [
    'what the content of a banner may be',
    withBanner({
      btype: [1, '3'],
      battr: [1, 6, 31, 32, 500, -1, null],
      api: [5, 3],
      mimes: ['image/gif', 7],
    }),
    banner({
      blockedTypes: [1, 3],
      blockedAttributes: [0, 1, 6, 31],
      apis: [3, 5],
      mimes: ['image/gif', null],
    }),
  ],
  [
    'codes that are no lists',
    withBanner({ btype: 4, battr: '8', api: {} }),
    banner({ blockedTypes: [4], blockedAttributes: [8], apis: [] }),
  ],
  [
    'repeated codes and formats',
    '{"id":"a","imp":[{"id":"1","banner":{"battr":[1],"battr":[2],"format":[{"w":1,"h":1}],"format":null,"w":2,"h":2}}]}',
    banner({ blockedAttributes: [2], sizes: ['2x2'] }),
  ],
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
