/** Valid pairs of native. */
import { answering, asking, native, type Pair, put, type Valid } from './sample-pairs.ts'

export const VALID_NATIVE: readonly Valid[] = [
  ['native', native, () => {}],
  ['a native request that is an object', native, spelled((request) => ({ request }))],
  ['a native request in request_native', native, spelled((request) => ({ request_native: request }))],
  ['a native request without a field of its own', native, spelled((request) => request)],
  [
    'a native request in the wrapper of 1.0',
    native,
    (pair) => {
      spelled((request) => ({ request: JSON.stringify({ native: request }) }))(pair)
      wrapped(pair)
    },
  ],
  [
    'a native request that nobody can read',
    native,
    (pair) => {
      put(pair.imp.native, { request: 'a placeholder' })
      wrapped(pair)
    },
  ],
  ['no native request', native, ({ imp }) => put(imp, { native: { ver: '1.2' } })],
  ['a wrapper that the exchange wants', native, wrapped, { house: { nativeWrapper: 'always' } }],
  [
    'no wrapper where the exchange wants none',
    native,
    spelled((request) => ({ request: { native: request } })),
    {
      house: { nativeWrapper: 'never' },
    },
  ],
  [
    'a native answer that is an object',
    native,
    ({ bid }) => {
      put(bid, { adm_native: JSON.parse(bid.adm as string) })
      delete bid.adm
    },
  ],
  [
    'the required assets alone',
    native,
    answering((answer) => answer.assets.splice(4, 1) && answer.assets.splice(2, 1)),
  ],
  ['asset ids written as text', native, asking((request) => (request.assets[0].id = '1'))],
  ['an asset of any kind', native, asking((request) => delete request.assets[0].title)],
  ['a title of any length', native, asking((request) => delete request.assets[0].title.len)],
  [
    'an image of any size',
    native,
    asking((request) =>
      put(request, {
        assets: [...request.assets.slice(0, 1), { id: 2, img: {} }, ...request.assets.slice(2)],
      }),
    ),
  ],
  [
    'an image of exactly one size',
    native,
    asking((request) => put(request.assets[1], { img: { w: 600, h: '314' } })),
  ],
  [
    'trackers as of old',
    native,
    answering((answer) => {
      delete answer.eventtrackers
      put(answer, { imptrackers: ['https://shop.example/i'], jstracker: '<script></script>' })
    }),
  ],
  [
    'trackers in the spelling of the sample',
    native,
    asking((request) => {
      request.eventrackers = request.eventtrackers
      delete request.eventtrackers
    }),
  ],
  [
    'a privacy notice',
    native,
    (pair) => {
      asking((request) => put(request, { privacy: 1 }))(pair)
      answering((answer) => put(answer, { privacy: 'https://shop.example/privacy' }))(pair)
    },
  ],
  [
    'assets behind a URL',
    native,
    (pair) => {
      asking((request) => put(request, { aurlsupport: 1 }))(pair)
      answering((answer) => put(answer, { assets: undefined, assetsurl: 'https://shop.example/assets' }))(
        pair,
      )
    },
  ],
  [
    'a film behind a wrapper',
    native,
    answering((answer) => {
      put(answer.assets[4].video, { vasttag: '<VAST version="3.0"><Ad><Wrapper/></Ad></VAST>' })
    }),
  ],
  [
    'an image of the least size',
    native,
    answering((answer) => put(answer.assets[1].img, { w: 300, h: 200 })),
  ],
  [
    'a film of exactly one length',
    native,
    asking((request) => put(request.assets[4].video, { minduration: 15, maxduration: 15 })),
  ],
]

/** Puts the native request where `place` says, and nothing else beside it. */
export function spelled(place: (request: object) => object): (pair: Pair) => void {
  return ({ imp }) => put(imp, { native: place(JSON.parse(imp.native.request)) })
}

export function wrapped({ bid }: Pair): void {
  put(bid, { adm: `{"native":${bid.adm}}` })
}
