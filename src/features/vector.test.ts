/**
 * Feature values from bid requests as they come over the wire, against `hashText` of the texts that are meant.
 */
import t, { type Test } from 'tap'
import { hashText } from '../base/hash.ts'
import { Prng } from '../base/prng.ts'
import { READ, RequestView } from '../openrtb/request.ts'
import { F, FEATURES, type FeatureName } from './catalogue.ts'
import { adVectorsOf, FeatureVector, floorBucket, hashInteger, type RequestContext } from './vector.ts'

const view = new RequestView(65_536)
const vector = new FeatureVector()
const BANNER = { id: '1', banner: { format: [{ w: 300, h: 250 }] } }

const CONTEXT: RequestContext = {
  exchangeHash: hashText('default'),
  deviceClass: 0,
  wallMs: 0,
  mayIdentify: true,
  userSegments: Number.NaN,
}

/** Values by feature. */
type Values = Partial<Record<FeatureName, string | number>>

/** Reads a request and one of its imps into the vector. */
function read(
  request: object,
  at: Partial<RequestContext> & { imp?: number; floorCpmMicros?: number; deal?: string } = {},
): void {
  const length = view.tape.bytes.write(JSON.stringify({ id: 'r', imp: [BANNER], ...request }))
  if (view.read(length) !== READ.ok) throw new Error('the request cannot be read')
  const { imp = 0, floorCpmMicros = view.imps[imp].floorMicros, deal = '', ...context } = at
  vector.readRequest(view, { ...CONTEXT, ...context })
  vector.readImp(view, view.imps[imp], floorCpmMicros)
  vector.readLot(hashText(deal))
}

/** Texts are compared by hash, where '' is not known, and numbers as they print, where NaN is not. */
function compare(t: Test, values: Values, about = ''): void {
  for (const [name, value] of Object.entries(values)) {
    const index = F[name as FeatureName]
    if (FEATURES[index].kind === 'text')
      t.equal(vector.hashes[index], hashText(`${value}`), `${about} ${name} is ${value}`)
    else t.equal(`${vector.numbers[index]}`, `${Math.fround(value as number)}`, `${about} ${name}`)
  }
}

t.test('a full request fills every feature of its side', async (t) => {
  read(
    {
      at: 1,
      site: {
        domain: 'www.News.example.com',
        cat: ['IAB12-3', 'IAB1'],
        publisher: { id: 4711 },
      },
      device: {
        os: 'iOS',
        language: 'en',
        connectiontype: 6,
        make: 'Apple',
        model: 'iPhone 15',
        carrier: 'Vodafone',
        geo: { country: 'USA', region: 'CA', utcoffset: -420 },
      },
      imp: [
        {
          id: '1',
          tagid: 'Top-1',
          instl: 1,
          bidfloor: 0.3,
          banner: {
            pos: 3,
            format: [
              { w: 320, h: 50 },
              { w: 1, h: 1 },
            ],
          },
          video: { plcmt: 2, skip: 1, maxduration: 30, maxextended: 15 },
          rwdd: 1,
        },
      ],
    },
    { wallMs: Date.UTC(2026, 6, 4, 17, 30), deviceClass: 2, userSegments: 3, deal: 'Deal-1' },
  )
  const wanted = {
    exchange: 'default',
    inventory: 1,
    domain: 'news.example.com',
    bundle: '',
    publisher: '4711',
    category: 'iab12-3',
    country: 'usa',
    region: 'ca',
    os: 'ios',
    device: 2,
    connection: 6,
    language: 'en',
    hour: 17,
    weekday: 6,
    auction: 1,
    position: 3,
    interstitial: 1,
    slot_size: '320x50',
    floor_bucket: 3,
    tag: 'top-1',
    floor_cpm: 0.3,
    slot_width: 320,
    slot_height: 50,
    make: 'apple',
    device_model: 'iphone 15',
    carrier: 'vodafone',
    local_hour: 10,
    user_state: 2,
    deal: 'deal-1',
    placement: 2,
    skippable: 1,
    rewarded: 1,
    slot_formats: 'bv',
    user_segments: 3,
    video_seconds_max: 45,
  } satisfies Values
  compare(t, wanted)
  const known = new Set(Object.keys(wanted))
  t.same(
    FEATURES.filter(({ side, name }) => side !== 'ad' && !known.has(name)),
    [],
    'none is left out here',
  )
})

t.test('what a request leaves out is not known, also after a full one', async (t) => {
  read({
    app: { bundle: 'com.example', cat: ['IAB9'], publisher: { id: 'p' } },
    device: {
      ...{
        os: 'iOS',
        language: 'en',
        connectiontype: 2,
        make: 'Apple',
        model: 'iPhone',
        carrier: 'Vodafone',
      },
      geo: { country: 'USA', region: 'CA', utcoffset: 60 },
    },
    imp: [
      {
        ...{ id: '1', tagid: 't', instl: 1, bidfloor: 3, rwdd: 1, audio: {}, native: {} },
        video: { w: 640, h: 360, pos: 7, plcmt: 1, skip: 0, maxduration: 30 },
      },
    ],
  })
  compare(t, { bundle: 'com.example', category: 'iab9', slot_size: '640x360', slot_formats: 'van' })
  read({ imp: [{ id: '1' }] })
  const unknown = [
    'domain',
    'bundle',
    'publisher',
    'category',
    'country',
    'region',
    'os',
    'language',
    'make',
    'device_model',
    'carrier',
    'local_hour',
  ] as const
  const ofImp = ['slot_size', 'tag', 'deal', 'placement', 'skippable', 'slot_formats'] as const
  for (const name of [...unknown, ...ofImp]) t.equal(vector.hashes[F[name]], 0, name)
  for (const name of ['slot_width', 'slot_height', 'user_segments', 'video_seconds_max'])
    compare(t, { [name]: Number.NaN })
  // Codes have a value for it: OpenRTB 2.6 and AdCOM define 0 as unknown, and `at` is 2 by default.
  compare(t, {
    inventory: 0,
    connection: 0,
    position: 0,
    interstitial: 0,
    rewarded: 0,
    user_state: 0,
    auction: 2,
    floor_cpm: 0,
    floor_bucket: 0,
  })
})

/** Each row: a time, and hour and weekday in UTC, by the calendar. */
const TIMES: readonly (readonly [string, number, number])[] = [
  ['1970-01-01T00:00:00.000Z', 0, 4],
  ['1970-01-01T00:59:59.999Z', 0, 4],
  ['1970-01-03T23:59:59.999Z', 23, 6],
  ['1970-01-04T00:00:00.000Z', 0, 0],
  ['2000-01-01T12:00:00.000Z', 12, 6],
  ['2024-02-29T23:00:00.000Z', 23, 4],
  ['2026-01-04T09:15:00.000Z', 9, 0],
  ['2026-07-06T18:00:00.000Z', 18, 1],
  ['2038-01-19T03:14:08.000Z', 3, 2],
]

t.test('hour and weekday are those of the time in UTC', async (t) => {
  for (const [time, hour, weekday] of TIMES) {
    read({}, { wallMs: Date.parse(time) })
    compare(t, { hour, weekday }, time)
  }
  const prng = new Prng(7)
  for (let i = 0; i < 200; i++) {
    const wallMs = prng.below(4_000_000_000_000)
    read({}, { wallMs })
    const date = new Date(wallMs)
    compare(t, { hour: date.getUTCHours(), weekday: date.getUTCDay() }, date.toISOString())
  }
})

/** Each row: minutes that the local time is ahead, a time in UTC, and the local hour or '' where it is not known. */
const LOCAL_TIMES: readonly (readonly [unknown, string, number | ''])[] = [
  [0, '2026-07-06T18:00:00Z', 18],
  [60, '2026-07-06T23:59:59Z', 0],
  [-480, '2026-07-06T05:00:00Z', 21],
  [330, '2026-07-06T18:29:59Z', 23],
  [330, '2026-07-06T18:30:00Z', 0],
  ['-30', '2026-07-06T00:15:00Z', 23],
  [-60, '1970-01-01T00:00:00Z', 23],
  [840, '2026-07-06T12:00:00Z', 2],
  [841, '2026-07-06T12:00:00Z', ''],
  [-720, '2026-07-06T12:00:00Z', 0],
  [-721, '2026-07-06T12:00:00Z', ''],
  [null, '2026-07-06T12:00:00Z', ''],
]

t.test('the local hour is that of the device, and no hour of Earth where the offset is none', async (t) => {
  for (const [utcoffset, time, hour] of LOCAL_TIMES) {
    read({ device: { geo: { utcoffset } } }, { wallMs: Date.parse(time) })
    compare(t, { local_hour: hour }, `${utcoffset} at ${time}`)
  }
})

t.test('the user is what the caller knows, and the kind of device is known where ids may be', async (t) => {
  const device = { make: 'Apple', model: 'iPhone', carrier: 'Vodafone', os: 'iOS' }
  read({ device }, { userSegments: 0 })
  compare(t, { user_state: 1, user_segments: 0, make: 'apple', device_model: 'iphone', carrier: 'vodafone' })
  read({ device }, { userSegments: 40 })
  compare(t, { user_state: 2, user_segments: 40 })
  read({ device }, { mayIdentify: false })
  compare(t, { user_state: 0, user_segments: Number.NaN, make: '', device_model: '', carrier: '', os: 'ios' })
})

t.test('the floor bucket counts the steps that the floor is above', async (t) => {
  const steps = [0, 0.1, 0.25, 0.5, 1, 2, 4, 8]
  for (const [index, step] of steps.entries()) {
    const near: readonly (readonly [number, number])[] = [
      [step - 0.000001, index],
      [step, index],
      [step + 0.000001, index + 1],
    ]
    for (const [bidfloor, bucket] of near) {
      read({ imp: [{ ...BANNER, bidfloor }] })
      compare(t, { floor_bucket: bucket, floor_cpm: Math.max(0, bidfloor) }, `floor ${bidfloor}`)
    }
  }
  t.equal(floorBucket(Number.MAX_SAFE_INTEGER), steps.length)
})

t.test('the floor is the one in dollars, whatever the request says, and may be unknown', async (t) => {
  const imp = [{ ...BANNER, bidfloor: 100, bidfloorcur: 'JPY' }]
  read({ imp }, { floorCpmMicros: 640_000 })
  compare(t, { floor_cpm: 0.64, floor_bucket: 4 })
  read({ imp }, { floorCpmMicros: Number.NaN })
  compare(t, { floor_cpm: Number.NaN, floor_bucket: '' })
  read({ imp }, { floorCpmMicros: 0 })
  compare(t, { floor_cpm: 0, floor_bucket: 0 })
})

/** Each row: an imp, and its size or '' when there is none. */
const SIZES: readonly (readonly [string, object, string])[] = [
  [
    'the first banner size',
    {
      banner: {
        format: [
          { w: 728, h: 90 },
          { w: 300, h: 250 },
        ],
      },
    },
    '728x90',
  ],
  ['a flat banner size', { banner: { w: 160, h: 600 } }, '160x600'],
  ['a format before a flat size', { banner: { w: 160, h: 600, format: [{ w: 300, h: 250 }] } }, '300x250'],
  ['the player size', { video: { w: 640, h: 360 } }, '640x360'],
  ['a banner before a player', { video: { w: 640, h: 360 }, banner: { w: 1, h: 1 } }, '1x1'],
  ['the player behind a banner without a size', { video: { w: 640, h: 360 }, banner: {} }, '640x360'],
  ['the largest banner', { banner: { w: 32_767, h: 65_535 } }, '32767x65535'],
  ['a player beyond all screens', { video: { w: 2_147_483_647, h: 2_147_483_647 } }, '2147483647x2147483647'],
  ['a player without a size', { video: {} }, ''],
  ['a player without a height', { video: { w: 640 } }, ''],
  ['a player of negative width', { video: { w: -1, h: 360 } }, ''],
  ['a banner without a size', { banner: {} }, ''],
  ['neither banner nor player', {}, ''],
]

t.test('the slot size is the first banner size, or the player size', async (t) => {
  for (const [about, imp, size] of SIZES) {
    // Another size first: none of it may be left.
    read({ imp: [{ id: '1', video: { w: 111, h: 222 } }] })
    read({ imp: [{ id: '1', ...imp }] })
    const [width, height] = size === '' ? [Number.NaN, Number.NaN] : size.split('x').map(Number)
    compare(t, { slot_size: size, slot_width: width, slot_height: height }, about)
  }
})

t.test('imps of one request are apart, in any order', async (t) => {
  const request = {
    imp: [
      { id: '1', tagid: 'a', bidfloor: 0.2, banner: { w: 300, h: 250, pos: 1 } },
      { id: '2', tagid: 'b', bidfloor: 5, video: { w: 640, h: 360, pos: 7 } },
    ],
  }
  const first = { tag: 'a', slot_size: '300x250', position: 1, floor_bucket: 2, floor_cpm: 0.2 }
  const second = { tag: 'b', slot_size: '640x360', position: 7, floor_bucket: 7, floor_cpm: 5 }
  for (const imp of [0, 1, 0]) {
    read(request, { imp })
    compare(t, imp === 0 ? first : second)
  }
})

/** Each row: a slot, and what is known of it. */
const SLOTS: readonly (readonly [string, object, Values])[] = [
  ['every format', { banner: {}, video: {}, audio: {}, native: {} }, { slot_formats: 'bvan' }],
  ['native alone', { native: { request: '{}' } }, { slot_formats: 'n' }],
  [
    'audio, of which no feature is a video',
    { audio: { maxduration: 30 } },
    { video_seconds_max: Number.NaN },
  ],
  ['a video without end', { video: { maxduration: 30, maxextended: -1 } }, { video_seconds_max: Number.NaN }],
  ['a video', { video: { maxduration: 30 } }, { video_seconds_max: 30, skippable: '', placement: '' }],
  ['one that is not skipped', { video: { skip: 0 } }, { skippable: 0 }],
  ['one that may be or not', { video: { skip: 7 } }, { skippable: '' }],
  ['a placement of the older list', { video: { placement: 3 } }, { placement: '' }],
  ['a placement beyond', { video: { plcmt: 500 } }, { placement: '' }],
  ['a reward of OpenRTB 2.5', { ext: { reward: 1 } }, { rewarded: 1 }],
]

t.test('a slot says what it takes', async (t) => {
  for (const [about, imp, values] of SLOTS) {
    read({ imp: [{ id: '1', ...imp }] })
    compare(t, values, about)
  }
})

/** Each row: a request, and one feature of it. */
const TEXTS: readonly (readonly [string, object, Values])[] = [
  [
    'the domain of a page',
    { site: { page: 'https://WWW.Example.com/a?b' } },
    { domain: 'example.com', inventory: 1 },
  ],
  ['a domain beyond ASCII', { site: { domain: 'Köln.example' } }, { domain: 'köln.example' }],
  ['an app', { app: { bundle: 1453465721 } }, { bundle: '1453465721', inventory: 2 }],
  ['a screen in the street', { dooh: { id: 'x' } }, { inventory: 3 }],
  ['a category that is no text', { site: { cat: [12] } }, { category: '' }],
  ['an empty category', { site: { cat: [''] } }, { category: '' }],
  ['no category', { site: { cat: [] } }, { category: '' }],
  ['a number as a tag', { imp: [{ ...BANNER, tagid: 17 }] }, { tag: '17' }],
  ['an empty tag', { imp: [{ ...BANNER, tagid: '' }] }, { tag: '' }],
  ['a second-price auction', { at: 2 }, { auction: 2 }],
  ["an exchange's own auction", { at: 500 }, { auction: '' }],
  ['the largest code', { device: { connectiontype: 255 } }, { connection: 255 }],
  ['a code beyond', { device: { connectiontype: 256 } }, { connection: '' }],
  ['a negative code', { device: { connectiontype: -1 } }, { connection: '' }],
]

t.test('a text is hashed as it is meant, and 0 when it is not known', async (t) => {
  for (const [about, request, values] of TEXTS) {
    read(request)
    compare(t, values, about)
  }
})

t.test('an integer hashes as its digits, up to a byte', async (t) => {
  for (const value of [0, 1, 9, 10, 255]) t.equal(hashInteger(value), hashText(`${value}`))
  for (const value of [-1, 256, 1e9, Number.NaN]) t.equal(hashInteger(value), 0)
})

t.test('an ad has its features in its row', async (t) => {
  const film = {
    campaign: 'C1',
    creative: 'v',
    advertiser: 'Shop',
    category: 'IAB18',
    format: 'video',
    shape: '15s',
    durationS: 15,
  } as const
  const still = {
    ...film,
    creative: 'b',
    category: '',
    format: 'banner',
    shape: '300x250',
    durationS: 0,
  } as const
  const ads = adVectorsOf([still, film])
  t.equal(ads.count, 2)
  const hash = (ad: number, name: FeatureName) => ads.hashes[ad * FEATURES.length + F[name]]
  const wanted = {
    campaign: 'c1',
    creative: 'v',
    advertiser: 'shop',
    ad_format: 'video',
    ad_shape: '15s',
    ad_category: 'iab18',
  }
  for (const [name, text] of Object.entries(wanted))
    t.equal(hash(1, name as FeatureName), hashText(text), name)
  t.equal(hash(0, 'creative'), hashText('b'))
  t.equal(hash(0, 'ad_category'), 0, 'a creative without a category')
  t.equal(ads.numbers[F.ad_duration], 0)
  t.equal(ads.numbers[FEATURES.length + F.ad_duration], 15)
  const filled = FEATURES.filter(
    ({ side, kind }, i) => side === 'ad' && kind === 'text' && ads.hashes[FEATURES.length + i] === 0,
  )
  t.same(filled, [], 'every text of the ad side is there')
})
