/** Pairs of native that break one rule each. */
import { answering, asking, BID, type Broken, native, put } from './sample-pairs.ts'
import { spelled, wrapped } from './valid-native.ts'

const ADM = `${BID}/adm`

/** Where a request stands that is no text. */
const SPELLINGS: readonly [about: string, place: (request: object) => object][] = [
  ['of an object', (request) => ({ request })],
  ['of request_native', (request) => ({ request: null, request_native: request })],
  ['of imp.native itself', (request) => request],
]

export const BROKEN_NATIVE: readonly Broken[] = [
  [
    'native.json',
    ADM,
    'HTML',
    native,
    ({ bid }) => put(bid, { adm: '<a href="https://shop.example/"></a>' }),
  ],
  ['native.json', ADM, 'a list', native, ({ bid }) => put(bid, { adm: '["https://shop.example/"]' })],
  [
    'native.json',
    `${BID}/adm_native`,
    'text where an object is due',
    native,
    ({ bid }) => {
      put(bid, { adm_native: bid.adm })
      delete bid.adm
    },
  ],
  ['native.wrapper', ADM, 'where the request has none', native, wrapped],
  [
    'native.wrapper',
    ADM,
    'none where the request has one',
    native,
    asking((request) => {
      put(request, { native: { ...request } })
    }),
  ],
  [
    'native.wrapper',
    ADM,
    'none where the exchange wants one',
    native,
    () => {},
    { house: { nativeWrapper: 'always' } },
  ],
  [
    'native.wrapper',
    ADM,
    'where the exchange wants none',
    native,
    (pair) => {
      asking((request) => put(request, { native: { ...request } }))(pair)
      wrapped(pair)
    },
    { house: { nativeWrapper: 'never' } },
  ],
  ['native.required', ADM, 'by a number', native, answering((answer) => answer.assets.shift())],
  ...SPELLINGS.map(
    ([about, place]): Broken => [
      'native.required',
      ADM,
      about,
      native,
      (pair) => {
        spelled(place)(pair)
        answering((answer) => answer.assets.shift())(pair)
      },
    ],
  ),
  ['native.required', ADM, 'by text', native, answering((answer) => answer.assets.splice(3, 1))],
  ['native.required', ADM, 'no assets', native, answering((answer) => delete answer.assets)],
  ['native.id', ADM, 'not asked for', native, answering((answer) => put(answer.assets[2], { id: 6 }))],
  ['native.id', ADM, 'none', native, answering((answer) => delete answer.assets[2].id)],
  ['native.id', ADM, 'twice', native, answering((answer) => answer.assets.push(answer.assets[2]))],
  [
    'native.kind',
    ADM,
    'nothing',
    native,
    answering((answer) => answer.assets.push({ id: 3 }) && answer.assets.splice(2, 1)),
  ],
  ['native.kind', ADM, 'two', native, answering((answer) => put(answer.assets[2], { data: { value: 'x' } }))],
  [
    'native.kind',
    ADM,
    'another',
    native,
    answering((answer) => answer.assets.splice(2, 1, { id: 3, title: { text: 'x' } })),
  ],
  [
    'native.kind',
    ADM,
    'text',
    native,
    answering((answer) => put(answer.assets[2], { img: 'https://shop.example/a.png' })),
  ],
  [
    'native.title',
    ADM,
    'too long',
    native,
    answering((answer) => put(answer.assets[0].title, { text: 'ü'.repeat(26) })),
  ],
  ['native.title', ADM, 'empty', native, answering((answer) => put(answer.assets[0].title, { text: '' }))],
  ['native.image', ADM, 'too small', native, answering((answer) => put(answer.assets[1].img, { w: 299 }))],
  ['native.image', ADM, 'too low', native, answering((answer) => put(answer.assets[1].img, { h: 199 }))],
  ['native.image', ADM, 'not exact', native, answering((answer) => put(answer.assets[2].img, { w: 51 }))],
  ['native.image', ADM, 'of no size', native, answering((answer) => delete answer.assets[2].img.h)],
  [
    'native.image',
    ADM,
    'of another type',
    native,
    answering((answer) => put(answer.assets[1].img, { type: 1 })),
  ],
  [
    'native.image',
    ADM,
    'from nowhere',
    native,
    answering((answer) => put(answer.assets[1].img, { url: 'a.jpg' })),
  ],
  ['native.video', ADM, 'no VAST', native, film('<MP4/>')],
  ['native.video', ADM, 'no XML', native, film('<VAST>')],
  ['native.video', ADM, 'nothing', native, film('')],
  ['native.video', ADM, 'another version', native, filmed('version="3.0"', 'version="2.0"')],
  ['native.video', ADM, 'too short', native, filmed('00:00:15', '00:00:04')],
  ['native.video', ADM, 'too long', native, filmed('00:00:15', '00:00:31')],
  ['native.video', ADM, 'of another type', native, filmed('video/mp4', 'video/webm')],
  ['native.data', ADM, 'a number', native, answering((answer) => put(answer.assets[3].data, { value: 5 }))],
  [
    'native.data',
    ADM,
    'too long',
    native,
    answering((answer) => put(answer.assets[3].data, { value: 'x'.repeat(26) })),
  ],
  [
    'native.data',
    ADM,
    'of another type',
    native,
    answering((answer) => put(answer.assets[3].data, { type: 2 })),
  ],
  ['native.link', ADM, 'none', native, answering((answer) => delete answer.link)],
  ['native.link', ADM, 'without a URL', native, answering((answer) => put(answer.link, { url: '/shop' }))],
  [
    'native.link',
    ADM,
    'of an asset without a URL',
    native,
    answering((answer) => put(answer.assets[0], { link: {} })),
  ],
  [
    'native.link',
    ADM,
    'clicks counted nowhere',
    native,
    answering((answer) => put(answer.link, { clicktrackers: [''] })),
  ],
  [
    'native.trackers',
    ADM,
    'of an event that is not offered',
    native,
    answering((answer) => put(answer.eventtrackers[0], { event: 2 })),
  ],
  [
    'native.trackers',
    ADM,
    'by a method that is not offered',
    native,
    asking((request) => put(request.eventtrackers[0], { methods: [2] })),
  ],
  [
    'native.trackers',
    ADM,
    'where none are offered',
    native,
    asking((request) => delete request.eventtrackers),
  ],
  [
    'native.trackers',
    ADM,
    'without a URL',
    native,
    answering((answer) => delete answer.eventtrackers[0].url),
  ],
  [
    'native.trackers',
    ADM,
    'of old, without a URL',
    native,
    answering((answer) => put(answer, { imptrackers: [7] })),
  ],
  ['native.trackers', ADM, 'of old, a list', native, answering((answer) => put(answer, { jstracker: [] }))],
  [
    'native.trackers',
    ADM,
    'a script without a URL',
    native,
    answering((answer) => answer.eventtrackers.push({ event: 1, method: 2 })),
  ],
  ['native.privacy', ADM, 'none', native, asking((request) => put(request, { privacy: true }))],
  [
    'native.url',
    ADM,
    'assets',
    native,
    answering((answer) => put(answer, { assetsurl: 'https://shop.example/a' })),
  ],
  [
    'native.url',
    ADM,
    'dynamic',
    native,
    answering((answer) => put(answer, { dcourl: 'https://shop.example/d' })),
  ],
]

function film(vasttag: string): Broken[4] {
  return answering((answer) => put(answer.assets[4].video, { vasttag }))
}

function filmed(part: string, by: string): Broken[4] {
  return answering(({ assets }) =>
    put(assets[4].video, { vasttag: assets[4].video.vasttag.replace(part, by) }),
  )
}
