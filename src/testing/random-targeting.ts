/**
 * Random ads and requests, for targeting and its naive twin. Values are few, so that they meet.
 */
import fc, { type Arbitrary } from 'fast-check'
import { type CreativeShape, DEVICE_CLASSES, type TargetedAd } from '../targeting/ad.ts'
import type { PlainRequest } from './naive-targeting.ts'
import { EXCHANGES, native } from './targeting-trial.ts'

const SEATS = ['seat-1', 'Seat-1', '77']

const { constantFrom, record, array, subarray, tuple, oneof, constant } = fc

/** A value in one case of two, eight or sixteen. */
const oneIn =
  (cases: number) =>
  <T>(arbitrary: Arbitrary<T>): Arbitrary<T | undefined> =>
    oneof({ arbitrary: constant(undefined), weight: cases - 1 }, { arbitrary, weight: 1 })
const maybe = oneIn(2)
const rarely = oneIn(8)
const seldom = oneIn(16)
const some = <T>(...values: T[]) => subarray(values, { minLength: 1 })
const few = <T>(...values: T[]) => array(constantFrom(...values), { maxLength: 3 })
/** A list of texts, or now and then one of them in its place. */
const texts = (...values: (string | number)[]) =>
  oneof({ arbitrary: few(...values), weight: 6 }, { arbitrary: constantFrom(...values), weight: 1 })

const COUNTRIES = ['USA', 'DEU', 'ÖST']
const PUBLISHERS = ['news.example', 'com.game', '12345']
const CATEGORIES = ['IAB1', 'IAB1-1', 'IAB1-2', 'IAB2', 'IAB3-4', 'IAB3-10']
const OTHER_CATEGORIES = ['1', '52', '483', 'A-1']
const DOMAINS = ['acme.example', 'shop.acme.example', 'www.other.example', 'acme.co', 'one-two.example']
const SEGMENTS = ['sport', 'Sport-2', 'news', 'cars']
const DEALS = ['deal-1', 'Deal-2', '33']

const creatives: Arbitrary<CreativeShape> = oneof(
  record({
    format: constant('banner' as const),
    size: constantFrom([300, 250], [600, 500], [320, 50], [320, 480]),
    mime: constantFrom('image/png', 'image/jpeg'),
  }).map(({ format, size: [width, height], mime }) => ({
    format,
    width,
    height,
    mimes: [mime, 'text/html'],
  })),
  record({
    format: constantFrom('video' as const, 'audio' as const),
    durationS: constantFrom(6, 15, 30, 60),
    isWrapper: fc.boolean(),
    media: array(
      record({
        mime: constantFrom('video/mp4', 'audio/mp4', 'application/x-mpegURL'),
        bitrateKbps: constantFrom(300, 800, 2000),
        width: constantFrom(640, 480),
        height: constantFrom(360, 480),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }).map(({ media, ...film }) => ({
    ...film,
    mimes: media.map(({ mime }) => mime),
    media: film.isWrapper ? [] : media,
  })),
  constantFrom(
    native(),
    native({ titles: ['A very good shop'], data: { cta: 'Buy' } }),
    native({
      titles: ['Go'],
      images: [{ kind: 'main', url: 'https://a.example/a.png', mime: 'image/png', width: 400, height: 300 }],
    }),
  ),
)

const wants = record({
  exchanges: seldom(some(...EXCHANGES)),
  inventory: seldom(some('site' as const, 'app' as const, 'dooh' as const)),
  devices: seldom(some(...DEVICE_CLASSES)),
  countries: seldom(some(...COUNTRIES)),
  regions: seldom(some('USA-CA', 'USA-NY', 'DEU-BY')),
  operatingSystems: seldom(some('ios', 'android')),
  languages: seldom(some('en', 'de')),
  categories: seldom(some(...CATEGORIES)),
  publishers: seldom(some(...PUBLISHERS)),
  notPublishers: seldom(some(...PUBLISHERS)),
  segments: rarely(record({ any: some(...SEGMENTS), none: some(...SEGMENTS) }, { requiredKeys: [] })),
})

export const ads: Arbitrary<TargetedAd> = record({
  wants,
  advertiserDomain: constantFrom(...DOMAINS),
  categories: some(...CATEGORIES),
  categoriesIn: record(
    { 2: some(...OTHER_CATEGORIES), 7: constant(['483']) },
    { requiredKeys: [] },
  ) as Arbitrary<TargetedAd['categoriesIn']>,
  attributes: few(1, 13, 16),
  apis: rarely(some(3, 7)).map((apis) => apis ?? []),
  language: maybe(constantFrom('en', 'de', 'xx')),
  bundle: maybe(constantFrom('com.Shop', '4711', 'www.app')),
  deals: rarely(some(...DEALS)),
  creative: creatives,
})

const mimes = rarely(texts('video/MP4', 'audio/mp4', 'application/x-mpegurl', 'audio/mp4-x', 1))
const content = { battr: rarely(few(1, 13, 99)), api: maybe(some(3, 5, 7)) }

const format = oneof(
  constantFrom({ w: 300, h: 250 }, { w: 320, h: 50 }, { w: 320 }, { w: 0, h: 0 }),
  record({ wratio: constant(6), hratio: constantFrom(5, 9), wmin: maybe(constantFrom(300, 301)) }),
)
const sizes = oneof(
  record({ format: array(format, { maxLength: 3 }), w: constant(320), h: constantFrom(50, 480) }),
  record({
    format: seldom(array(format, { maxLength: 3 })),
    w: maybe(constant(320)),
    h: constantFrom(50, 480),
    wmin: maybe(constant(310)),
    wmax: maybe(constant(600)),
    hmin: maybe(constant(100)),
    hmax: maybe(constant(480)),
  }),
  constant({}),
)
const banner = tuple(
  sizes,
  record({
    ...content,
    btype: rarely(few(1, 2)),
    mimes: rarely(texts('image/PNG', 'image/jpeg', 'text/html', 'image/gif')),
  }),
).map(([size, rest]) => ({ ...size, ...rest }))

const film = record({
  ...content,
  mimes,
  w: maybe(constantFrom(1280, 500)),
  h: constantFrom(720, 500),
  minduration: rarely(constantFrom(6, 15)),
  maxduration: maybe(constantFrom(6, 15, 30)),
  maxextended: rarely(constantFrom(-1, 0, 30)),
  rqddurs: rarely(few(6, 15, 30)),
  poddur: rarely(constantFrom(20, 120)),
  protocols: rarely(few(1, 2, 3, 5, 7, 8, 16)),
  protocol: rarely(oneof(constantFrom(3, 6), few(2, 5))),
  minbitrate: rarely(constantFrom(500, 900)),
  maxbitrate: rarely(constantFrom(500, 900)),
  delivery: rarely(some(1, 2, 3)),
  boxingallowed: rarely(constantFrom(0, 1, false)),
  skip: rarely(constantFrom(0, 1)),
  linearity: rarely(constantFrom(1, 2)),
})

const title = { id: 1, required: 1, title: { len: 8 } }
const image = { id: 2, required: 1, img: { type: 3, wmin: 200, hmin: 200 } }
const slot = record({
  ...content,
  request: constantFrom(
    JSON.stringify({ native: { assets: [{ ...title, title: { len: 90 } }] } }),
    JSON.stringify({ assets: [title, image] }),
    JSON.stringify({
      assets: [
        { ...title, title: { len: 25 } },
        { id: 3, data: { type: 12 } },
      ],
    }),
    'no JSON',
  ),
})

const domainList = texts(
  'acme.example',
  'WWW.Acme.Example',
  'www.other.example',
  'acme.co-op.example',
  'co',
  'acme.co',
)
const categoryList = texts('iab1', 'IAB1-1', 'IAB3-1', 'IAB3', 483, '52', 1, 'A', '')

const deal = record(
  {
    id: constantFrom<string | number>('deal-1', 'deal-2', 'deal-3', 33),
    wseat: rarely(texts('seat-1', 'other', 77)),
    wadomain: rarely(domainList),
  },
  { requiredKeys: [] },
)

const imps = record({
  banner: maybe(banner),
  video: maybe(film),
  audio: maybe(film),
  native: maybe(slot),
  instl: maybe(constantFrom(0, 1)),
  bcat: rarely(categoryList),
  badv: rarely(domainList),
  pmp: maybe(record({ private_auction: constantFrom(0, 1), deals: array(deal, { maxLength: 4 }) })),
})

const place = oneof(
  record({
    site: record({
      domain: maybe(constantFrom('www.News.example', 'blog.example')),
      cat: maybe(texts(...CATEGORIES, 5)),
    }),
  }),
  record({ app: record({ bundle: constantFrom('com.Game', '12345'), cat: maybe(texts(...CATEGORIES)) }) }),
  constantFrom({}, { dooh: {} }),
)

export const requests: Arbitrary<PlainRequest> = tuple(
  place,
  array(imps, { minLength: 1, maxLength: 3 }),
  record({
    id: fc.nat(99).map((number) => `r${number}`),
    device: record({
      devicetype: maybe(fc.nat(9)),
      os: maybe(constantFrom('iOS', 'Android', 'Windows')),
      language: maybe(constantFrom('EN', 'fr')),
      w: maybe(constantFrom(320, 1080)),
      h: constantFrom(480, 1920),
      geo: maybe(
        record({
          country: maybe(constantFrom('USA', 'deu', 'ÖST')),
          region: maybe(constantFrom('CA', 'us-ny', 'BY', 'US-')),
        }),
      ),
    }),
    cattax: maybe(constantFrom(1, 2, 7, 9)),
    bcat: rarely(categoryList),
    acat: rarely(categoryList),
    badv: rarely(domainList),
    bapp: rarely(texts('com.shop', 4711, 'app', 'www.app')),
    wlang: rarely(texts('EN', 'en-US', 'fr')),
    wlangb: rarely(texts('de', 'de-AT')),
  }),
).map(([where, slots, rest]) => ({
  ...rest,
  ...where,
  imp: slots.map((slot, index) => ({ ...slot, id: `${index}` })),
}))

export const askers = record({
  exchange: constantFrom(...EXCHANGES),
  seat: maybe(constantFrom(...SEATS)),
  segments: maybe(few('SPORT', 'sport-2', 'news', 'cats')),
})
