import t from 'tap'
import type { PlainBanner, PlainFilm } from '../testing/naive-formats.ts'
import type { PlainRequest } from '../testing/naive-targeting.ts'
import {
  ad,
  audio,
  imp,
  lotsOf,
  native,
  request,
  testCases,
  video,
  wrapper,
} from '../testing/targeting-trial.ts'

const withBanner = (banner: PlainBanner, device = {}): Partial<PlainRequest> => ({
  imp: [imp({ banner })],
  device,
})
/** A slot that the banner of 300 by 250 fits. */
const fitting = (banner: PlainBanner) => withBanner({ w: 300, h: 250, ...banner })

testCases(t, 'banner sizes', [
  ['takes', 'the flat size', {}, withBanner({ w: 300, h: 250 })],
  [
    'takes',
    'one of several formats',
    {},
    withBanner({
      format: [
        { w: 1, h: 1 },
        { w: 300, h: 250 },
      ],
    }),
  ],
  ['leaves', 'a size that is no format', {}, withBanner({ format: [{ w: 728, h: 90 }] })],
  ['leaves', 'the flat size beside formats', {}, withBanner({ format: [{ w: 728, h: 90 }], w: 300, h: 250 })],
  ['takes', 'a ratio', {}, withBanner({ format: [{ wratio: 6, hratio: 5 }] })],
  [
    'takes',
    'a ratio from its least width on',
    {},
    withBanner({ format: [{ wratio: 6, hratio: 5, wmin: 300 }] }),
  ],
  [
    'leaves',
    'a ratio below its least width',
    {},
    withBanner({ format: [{ wratio: 6, hratio: 5, wmin: 301 }] }),
  ],
  ['leaves', 'another ratio', {}, withBanner({ format: [{ wratio: 16, hratio: 9 }] })],
  ['takes', 'a range', {}, withBanner({ wmin: 300, wmax: 320, hmin: 200, hmax: 250 })],
  ['takes', 'a range without lower limits', {}, withBanner({ wmax: 300, hmax: 250 })],
  ['leaves', 'a size too wide for the range', {}, withBanner({ wmax: 299, hmax: 250 })],
  ['leaves', 'a size too high for the range', {}, withBanner({ wmax: 300, hmax: 249 })],
  ['leaves', 'a size too narrow for the range', {}, withBanner({ wmin: 301, wmax: 400, hmax: 250 })],
  ['leaves', 'a size too low for the range', {}, withBanner({ wmax: 400, hmin: 251, hmax: 400 })],
  ['takes', 'a range around another preferred size', {}, withBanner({ w: 320, h: 250, wmin: 300 })],
  ['leaves', 'a size above the preferred one', {}, withBanner({ w: 320, h: 200, wmin: 300 })],
  ['leaves', 'a range beside formats', {}, withBanner({ format: [{ w: 1, h: 1 }], wmax: 400, hmax: 400 })],
  ['leaves', 'a slot without sizes', {}, withBanner({}, { w: 1080, h: 1920 })],
])

const onScreen = (banner: PlainBanner, device: { w?: number; h?: number }): Partial<PlainRequest> => ({
  imp: [imp({ banner, instl: 1 })],
  device,
})

testCases(t, 'interstitials', [
  ['takes', 'what the screen has room for', {}, onScreen({}, { w: 300, h: 250 })],
  ['leaves', 'what is too wide for the screen', {}, onScreen({}, { w: 299, h: 800 })],
  ['leaves', 'what is too high for the screen', {}, onScreen({}, { w: 800, h: 249 })],
  ['leaves', 'a screen that nobody knows', {}, onScreen({}, {})],
  ['leaves', 'another than the size that is given', {}, onScreen({ w: 320, h: 480 }, { w: 1080, h: 1920 })],
  [
    'leaves',
    'a size that no ad has',
    {},
    onScreen({ format: [{ w: 320, h: 99_999 }] }, { w: 1080, h: 1920 }),
  ],
  ['leaves', 'a flat size that no ad has', {}, onScreen({ w: 320, h: 99_999 }, { w: 1080, h: 1920 })],
  [
    'leaves',
    'what is out of the range that is given',
    {},
    onScreen({ wmax: 200, hmax: 200 }, { w: 1080, h: 1920 }),
  ],
])

testCases(t, 'content', [
  ['takes', 'other types of markup blocked', {}, fitting({ btype: [1, 3, 4] })],
  ['leaves', 'its type of markup blocked', {}, fitting({ btype: [2] })],
  ['leaves', 'a blocked attribute', { attributes: [1, 6] }, fitting({ battr: [6] })],
  ['takes', 'other attributes blocked', { attributes: [1, 6] }, fitting({ battr: [2, 600] })],
  ['takes', 'the framework that it needs', { apis: [7] }, fitting({ api: [5, 7] })],
  ['leaves', 'a slot with one of the frameworks that it needs', { apis: [5, 7] }, fitting({ api: [5] })],
  ['leaves', 'a slot that lists no frameworks', { apis: [7] }, fitting({})],
  ['takes', 'the type of its image', {}, fitting({ mimes: ['image/PNG'] })],
  ['takes', 'HTML', {}, fitting({ mimes: ['text/html'] })],
  ['leaves', 'other types', {}, fitting({ mimes: ['image/gif', 'image/png-x'] })],
  ['takes', 'an empty list of types', {}, fitting({ mimes: [] })],
  ['leaves', 'a slot for films', {}, { imp: [imp({ video: {} })] }],
])

const film = { creative: video }
const play = (player: PlainFilm): Partial<PlainRequest> => ({ imp: [imp({ video: player })] })

testCases(t, 'film lengths', [
  ['takes', 'any length', film, play({})],
  ['takes', 'the longest', film, play({ minduration: 15, maxduration: 15 })],
  ['leaves', 'a film that is too long', film, play({ maxduration: 14 })],
  ['leaves', 'a film that is too short', film, play({ minduration: 16 })],
  ['takes', 'a film in the extension', film, play({ maxduration: 10, maxextended: 5 })],
  ['leaves', 'a film beyond the extension', film, play({ maxduration: 10, maxextended: 4 })],
  ['takes', 'an extension without end', film, play({ maxduration: 10, maxextended: -1 })],
  ['takes', 'a required length, whatever the range', film, play({ rqddurs: [10, 15], maxduration: 5 })],
  ['leaves', 'other than the required lengths', film, play({ rqddurs: [10, 20], maxduration: 30 })],
  ['takes', 'a pod that is as long', film, play({ poddur: 15 })],
  ['leaves', 'a pod that is shorter', film, play({ poddur: 14 })],
])

testCases(t, 'players', [
  ['takes', 'a player that says nothing', film, play({})],
  ['takes', 'a player of one VAST that is ours', film, play({ protocols: [1, 9, 3] })],
  ['leaves', 'a player of wrappers', film, play({ protocols: [5, 6] })],
  ['takes', 'a wrapper for a player of wrappers', { creative: wrapper }, play({ protocols: [6] })],
  ['leaves', 'a wrapper for a player of inline films', { creative: wrapper }, play({ protocols: [2, 3] })],
  ['leaves', 'a player of VAST 1', film, play({ protocols: [1, 4] })],
  ['takes', 'a player of OpenRTB 2.0', film, play({ protocol: 3 })],
  ['leaves', 'overlays', film, play({ linearity: 2 })],
  ['takes', 'linear films', film, play({ linearity: 1 })],
  [
    'leaves',
    'a player that skips, with a button of its own',
    { ...film, attributes: [16] },
    play({ skip: 1 }),
  ],
  ['takes', 'a player that does not skip', { ...film, attributes: [16] }, play({ skip: 0 })],
  ['leaves', 'a button that is blocked', { ...film, attributes: [16] }, play({ skip: 0, battr: [16] })],
  ['leaves', 'a player without its framework', { ...film, apis: [7] }, play({ api: [1] })],
  ['leaves', 'a slot for audio', film, { imp: [imp({ audio: {} })] }],
  ['takes', 'a slot for audio, with audio', { creative: audio }, { imp: [imp({ audio: {} })] }],
  ['leaves', 'a slot for video, with audio', { creative: audio }, play({})],
])

const slot = (native: object): Partial<PlainRequest> => ({ imp: [imp({ native: { ...native } })] })
const asks = (...assets: object[]) => ({ request: JSON.stringify({ assets }) })
const title = { id: 1, required: 1, title: { len: 25 } }

testCases(t, 'native slots', [
  ['takes', 'what it can fill', { creative: native() }, slot(asks(title))],
  [
    'leaves',
    'a slot that requires what it has not',
    { creative: native() },
    slot(asks(title, { id: 2, required: 1, data: { type: 2 } })),
  ],
  ['leaves', 'a slot that cannot be read', { creative: native() }, slot({ request: 'none' })],
  [
    'leaves',
    'a blocked attribute',
    { creative: native(), attributes: [1] },
    slot({ ...asks(title), battr: [1] }),
  ],
  ['leaves', 'a slot without its framework', { creative: native(), apis: [7] }, slot(asks(title))],
  ['leaves', 'a slot for banners', { creative: native() }, {}],
])

t.test('a catalog of native ads alone finds no ad that is not there', async (t) => {
  t.same(await lotsOf(t, [ad({ creative: native() })], request(slot(asks(title)))), [
    { imp: '1', deal: '', ads: [0] },
  ])
})

t.test('an imp that takes several formats finds ads of all', async (t) => {
  const ads = [{ creative: native() }, { creative: video }, {}, { creative: audio }].map(ad)
  const every = {
    ...imp(),
    ...imp({ video: {}, audio: {}, native: asks(title), banner: { w: 300, h: 250 } }),
  }
  t.same(await lotsOf(t, ads, request({ imp: [every] })), [{ imp: '1', deal: '', ads: [0, 1, 2, 3] }])
})

t.test('what one format refuses is not refused in another, nor in the next lot', async (t) => {
  const both = { apis: [7], attributes: [1] }
  const ads = [ad({ ...both, deals: ['d1'] }), ad(both), ad({ creative: native() })]
  const deals = [{ id: 'd1' }]
  // The native slot cannot be read, refuses the attribute and has no framework.
  const mixed = {
    ...imp({ banner: { w: 300, h: 250, api: [7] } }),
    native: { request: 'none', battr: [1] },
    pmp: { deals },
  }
  t.same(await lotsOf(t, ads, request({ imp: [mixed] })), [
    { imp: '1', deal: 'd1', ads: [0] },
    { imp: '1', deal: '', ads: [1] },
  ])
})
