// Native answers against a check of their own and against the obvious way to choose; then what hostile text can do.
import fc from 'fast-check'
import t from 'tap'
import { type Fields, fillNaively, nativeFaults, readNativeNaively } from '../testing/naive-native.ts'
import { written } from '../testing/written.ts'
import type { NativeSpec } from './native-request.ts'
import {
  type CompiledNative,
  canFill,
  compileNative,
  type NativeAd,
  type NativeOptions,
  type Spelling,
  writeNative,
} from './native-response.ts'
import { HOLE, type UrlFrame } from './template.ts'
import '../testing/seed.ts'

const AD: NativeAd = {
  titles: ['Sale', 'Everything half price', 'Sale today'],
  images: [
    { kind: 'icon', url: 'https://cdn.shop.example/i.png', mime: 'image/png', width: 80, height: 80 },
    { kind: 'main', url: 'https://cdn.shop.example/m.jpg', mime: 'image/jpeg', width: 1200, height: 627 },
    { kind: 'main', url: 'https://cdn.shop.example/s.webp', mime: 'image/webp', width: 400, height: 300 },
  ],
  data: { sponsored: 'Shop', desc: 'All shoes at half their price', cta: 'Buy now' },
  landing: 'https://shop.example/sale?a=1&b=2',
  privacyUrl: 'https://shop.example/privacy',
}
const VIEW_URL = 'https://bid.example/notice/view?t=abc-_&p=1'
const CLICK_TRACKING_URL = 'https://bid.example/notice/click?t=abc-_&x=1'
const FRAMES: UrlFrame[] = []
FRAMES[HOLE.viewUrlInNative] = { before: 'https://bid.example/notice/view?t=', after: '&p=1' }
FRAMES[HOLE.clickTrackingUrl] = { before: 'https://bid.example/notice/click?t=', after: '&x=1' }
const OPTIONS: NativeOptions = { wrapper: 'as_request', frames: FRAMES, token: 'abc-_' }
const ROOT = {
  assets: [
    { id: 10, required: 1, title: { len: 12 } },
    { id: 20, required: 1, img: { type: 3, wmin: 300, hmin: 200 } },
    { id: 30, img: { type: 1, w: 80, h: 80 } },
    { id: 40, data: { type: 1, len: 25 } },
    { id: 50, data: { type: 6 } },
    { id: 60, video: { mimes: ['video/mp4'] } },
  ],
  eventtrackers: [{ event: 1, methods: [1, 2] }],
  privacy: 1,
}

t.test('an answer has every asset that the ad can fill, under the ids that were asked', async (t) => {
  t.strictSame(answer(specOf(ROOT)), {
    ver: '1.2',
    assets: [
      { id: 10, title: { text: 'Sale today' } },
      { id: 20, img: { url: 'https://cdn.shop.example/m.jpg', w: 1200, h: 627 } },
      { id: 30, img: { url: 'https://cdn.shop.example/i.png', w: 80, h: 80 } },
      { id: 40, data: { value: 'Shop' } },
    ],
    link: { url: AD.landing, clicktrackers: [CLICK_TRACKING_URL] },
    eventtrackers: [{ event: 1, method: 1, url: VIEW_URL }],
    privacy: 'https://shop.example/privacy',
  })
})

t.test('a landing page gets the click id wherever it asks for it', async (t) => {
  const landing = 'https://shop.example/sale?click={click_id}&again={click_id}'
  const { link } = answer(specOf(ROOT), { ...AD, landing })
  t.strictSame(link, {
    url: 'https://shop.example/sale?click=abc-_&again=abc-_',
    clicktrackers: [CLICK_TRACKING_URL],
  })
})

t.test('a view is told as the slot offered, and privacy only where it was asked for', async (t) => {
  const spec = specOf(ROOT)
  const event = answer({ ...spec, viewTracking: 'event' })
  const legacy = answer({ ...spec, viewTracking: 'legacy' })
  const none = answer({ ...spec, viewTracking: 'none', hasPrivacy: false })
  t.strictSame([event.imptrackers, legacy.eventtrackers], [undefined, undefined])
  t.strictSame(legacy.imptrackers, [VIEW_URL])
  t.strictSame(Object.keys(none), ['ver', 'assets', 'link'])
  t.notOk('privacy' in answer(spec, { ...AD, privacyUrl: undefined }), 'nor where there is none')
})

t.test('the wrapper is that of the request, or what the exchange wants', async (t) => {
  for (const isWrapped of [true, false]) {
    const spec = { ...specOf(ROOT), isWrapped }
    const isIn = (wrapper: NativeOptions['wrapper']) => 'native' in parsed(spec, AD, { ...OPTIONS, wrapper })
    t.equal(isIn('as_request'), isWrapped)
    t.equal(isIn('always'), true)
    t.equal(isIn('never'), false)
  }
  const wrapped = parsed({ ...specOf(ROOT), isWrapped: true })
  t.strictSame(wrapped, { native: answer(specOf(ROOT)) })
})

t.test('an ad fills a slot when it has all that is required', async (t) => {
  const table: [asset: Fields, can: boolean, about: string][] = [
    [{ title: {} }, true, 'any title'],
    [{ title: { len: 4 } }, true, 'the shortest title'],
    [{ title: { len: 3 } }, false, 'a title shorter than all'],
    [{ img: {} }, true, 'any image'],
    [{ img: { type: 500 } }, false, 'an image of a type of its own'],
    [{ img: { type: 2 } }, true, 'a logo'],
    [{ img: { type: 1, w: 80, h: 80 } }, true, 'an exact icon'],
    [{ img: { type: 1, w: 81 } }, false, 'an icon of another width'],
    [{ img: { type: 1, h: 79 } }, false, 'an icon of another height'],
    [{ img: { type: 1, wmin: 80, hmin: 80 } }, true, 'an icon of at least its size'],
    [{ img: { type: 1, wmin: 81 } }, false, 'a wider icon'],
    [{ img: { type: 1, hmin: 81 } }, false, 'a higher icon'],
    [{ img: { type: 3, mimes: ['image/jpg'] } }, true, 'a type under its other name'],
    [{ img: { type: 3, mimes: ['image/png'] } }, false, 'a type of the icon alone'],
    [{ img: { type: 3, mimes: ['image/webp'], wmin: 401 } }, false, 'a type and a size of two images'],
    [{ data: { type: 2 } }, true, 'a text'],
    [{ data: { type: 12, len: 7 } }, true, 'a text that just fits'],
    [{ data: { type: 2, len: 28 } }, false, 'a text that would have to be cut'],
    [{ data: { type: 3 } }, false, 'a text that the ad has not'],
    [{ data: { type: 500 } }, false, "a seller's own text"],
    [{ data: { type: -1 } }, false, 'a text of no type'],
    [{ data: {} }, false, 'a text without a type'],
    [{ video: {} }, false, 'a film'],
  ]
  const ad = compileNative(AD)
  const landing = { id: 2, title: {} }
  for (const [asset, can, about] of table) {
    t.equal(canFill(specOf({ assets: [{ id: 1, required: 1, ...asset }] }), ad), can, about)
    t.equal(canFill(specOf({ assets: [{ id: 1, ...asset }] }), ad), can, `${about}, as the only wish`)
    t.equal(
      canFill(specOf({ assets: [landing, { id: 1, required: 1, ...asset }] }), ad),
      can,
      `${about}, later`,
    )
    t.equal(canFill(specOf({ assets: [{ id: 1, ...asset }, landing] }), ad), true, `${about}, as a wish`)
  }
})

t.test('an image for any use is a main image, and of several the first that fits', async (t) => {
  const chosen = (img: Fields) => {
    const { assets } = answer(specOf({ assets: [{ id: 1, img }] })) as { assets: { img: { url: string } }[] }
    return assets[0].img.url.slice(-5)
  }
  t.equal(chosen({}), 'm.jpg')
  t.equal(chosen({ wmin: 10, hmin: 10 }), 'm.jpg')
  t.equal(chosen({ w: 400 }), '.webp')
  t.equal(chosen({ w: 80 }), 'i.png')
})

t.test('characters are counted as nobody counts more', async (t) => {
  const ad = compileNative({ ...AD, titles: ['👟👟'] })
  t.equal(canFill(specOf({ assets: [{ id: 1, title: { len: 3 } }] }), ad), false)
  t.equal(canFill(specOf({ assets: [{ id: 1, title: { len: 4 } }] }), ad), true)
})

t.test('every answer is as it must be, with nothing left out', async (t) => {
  const counts = { filled: 0, refused: 0 }
  fc.assert(
    fc.property(slot(), nativeAd(), (root, ad) => {
      const spec = specOf(root)
      const answers = root.assets.map((asset) => fillNaively(asset, ad))
      const isMissing = root.assets.some((asset, i) => asset.required === 1 && answers[i] === undefined)
      const can = !isMissing && answers.some((one) => one !== undefined)
      counts[can ? 'filled' : 'refused']++
      if (canFill(spec, compileNative(ad)) !== can) throw new Error(can ? 'it can be filled' : 'it cannot')
      if (!can) return
      const given = answer(spec, ad)
      const faults = nativeFaults(root, ad, given)
      if (faults.length > 0) throw new Error(faults.join())
      const expected = root.assets.flatMap(({ id }, i) => (answers[i] ? [{ id, ...answers[i] }] : []))
      t.strictSame(given.assets, expected)
    }),
    { numRuns: 1000 },
  )
  t.ok(counts.filled > 150, `${counts.filled} slots were filled`)
  t.ok(counts.refused > 150, `${counts.refused} were not`)
})

t.test('the check of answers finds what is wrong with them', async (t) => {
  const good = answer(specOf(ROOT))
  const [title, main, icon, data] = good.assets as Fields[]
  t.strictSame(nativeFaults(ROOT, AD, good), [])
  const table: [change: Fields, fault: string][] = [
    [{ ver: '1.1' }, 'version'],
    [{ extra: 1 }, 'unknown fields'],
    [{ link: { url: 'https://elsewhere.example/' } }, 'link'],
    [{ link: { url: AD.landing, clicktrackers: ['http://a.example/'] } }, 'a URL that is not https'],
    [{ assets: [title, icon] }, 'a required asset'],
    [{ assets: [title, main, main] }, 'an id twice'],
    [{ assets: [title, main, { id: 99, data: { value: 'x' } }] }, 'an id that was not asked for'],
    [{ assets: [title, main, { id: 40, title: { text: 'x' } }] }, 'kind'],
    [{ assets: [{ id: 10, title: { text: 'Thirteen char' } }, main] }, 'title.len'],
    [{ assets: [title, main, { id: 40, data: { value: 5 } }] }, 'data without text'],
    [{ assets: [title, { ...icon, id: 20 }] }, 'img.type'],
    [{ assets: [title, { id: 20, img: { url: 'https://x.example/' } }, data] }, 'no such image'],
    [
      { eventtrackers: [{ event: 2, method: 1, url: 'https://a.example/' }] },
      'a tracker that was not offered',
    ],
    [{ imptrackers: ['https://a.example/'] }, 'legacy trackers where new ones were offered'],
  ]
  for (const [change, fault] of table)
    t.ok(nativeFaults(ROOT, AD, { ...good, ...change }).includes(fault), fault)
  t.ok(nativeFaults({ ...ROOT, privacy: 0 }, AD, good).includes('a privacy notice that was not asked for'))
})

t.test('hostile text of a catalog stays text', async (t) => {
  const hostile = '"\\</script><!--\u2028\u2029\u0000\n😀é'
  const ad: NativeAd = {
    titles: [hostile],
    images: [],
    data: { desc: `${hostile}\ud800` },
    landing: 'https://shop.example/"?</script>',
    privacyUrl: 'https://shop.example/\\"',
  }
  const root = {
    assets: [
      { id: 1, title: {} },
      { id: 2, data: { type: 2 } },
    ],
    privacy: 1,
  }
  const given = answer(specOf(root), ad)
  t.strictSame(given.assets, [
    { id: 1, title: { text: hostile } },
    { id: 2, data: { value: `${hostile}\ufffd` } },
  ])
  t.match(given, { link: { url: ad.landing }, privacy: ad.privacyUrl })
  for (const spelling of ['inObject', 'inString'] as const) {
    const text = textOf(specOf(root), compileNative(ad), OPTIONS, spelling)
    t.notMatch(text, /[<\p{Cc}\p{Zl}\p{Zp}]/u, 'nothing that ends a script or a line')
  }
})

t.test('an ad that cannot fill the slot is never written', async (t) => {
  const spec = specOf({ assets: [{ id: 1, required: 1, video: {} }] })
  t.throws(() => textOf(spec, compileNative(AD), OPTIONS, 'inObject'), { name: 'AssertionError' })
})

function specOf(root: Fields): NativeSpec {
  const spec = readNativeNaively({ request: root })
  if (spec === undefined) throw new Error('the slot can be read')
  return spec
}

function answer(spec: NativeSpec, ad = AD): Fields {
  return parsed(spec, ad, { ...OPTIONS, wrapper: 'never' })
}

function textOf(spec: NativeSpec, ad: CompiledNative, options: NativeOptions, spelling: Spelling): string {
  return written((out) => writeNative(out, spec, ad, options, spelling))
}

/** The answer in both spellings, which must be the same. */
function parsed(spec: NativeSpec, ad = AD, options = OPTIONS): Fields {
  const compiled = compileNative(ad)
  const text = textOf(spec, compiled, options, 'inObject')
  const inString = textOf(spec, compiled, options, 'inString')
  if (JSON.parse(`"${inString}"`) !== text) throw new Error('two answers')
  return JSON.parse(text) as Fields
}

function slot() {
  const optional = (...values: unknown[]) => fc.constantFrom(undefined, ...values)
  const length = optional(0, 3, 5, 8)
  const mimes = fc.option(
    fc.subarray(['image/jpeg', 'image/jpg', 'image/png', 'image/webp'], { minLength: 1 }),
    {
      nil: undefined,
    },
  )
  const size = {
    w: optional(100, 200),
    h: optional(100, 200),
    wmin: optional(100, 150),
    hmin: optional(100, 150),
  }
  const asset = fc.oneof(
    fc.record({ title: fc.record({ len: length }) }),
    fc.record({ img: fc.record({ type: optional(1, 2, 3, 3, 500), mimes, ...size }) }),
    fc.record({ data: fc.record({ type: fc.constantFrom(1, 2, 12, 13), len: length }) }),
    fc.constant({ video: {} }),
  )
  const tracker = fc.record({ event: fc.constantFrom(1, 2), methods: fc.subarray([1, 2], { minLength: 1 }) })
  const required = fc.constantFrom(0, 0, 1)
  return fc
    .record({
      assets: fc.array(fc.tuple(asset, required), { minLength: 1, maxLength: 6 }),
      eventtrackers: fc.array(tracker, { maxLength: 2 }),
      privacy: fc.constantFrom(0, 1),
    })
    .map(({ assets, ...rest }) => ({
      ...rest,
      assets: assets.map(([one, isRequired], i): Fields => ({ id: i * 7, required: isRequired, ...one })),
    }))
}

function nativeAd(): fc.Arbitrary<NativeAd> {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 9 })
  const url = fc
    .string({ unit: 'binary', maxLength: 9 })
    .map((path) => `https://a.example/${path.toWellFormed()}`)
  const image = fc.record({
    kind: fc.constantFrom('icon', 'main'),
    url,
    mime: fc.constantFrom('image/jpeg', 'image/jpg', 'image/png', 'image/bmp'),
    width: fc.constantFrom(100, 150, 200),
    height: fc.constantFrom(100, 150, 200),
  })
  return fc.record(
    {
      titles: fc.array(text, { maxLength: 3 }),
      images: fc.array(image, { maxLength: 4 }),
      data: fc.record({ sponsored: text, desc: text, cta: text }, { requiredKeys: [] }),
      landing: url,
      privacyUrl: url,
    },
    { requiredKeys: ['titles', 'images', 'data', 'landing'] },
  ) as fc.Arbitrary<NativeAd>
}
