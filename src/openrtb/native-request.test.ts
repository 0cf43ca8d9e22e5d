// The reader of native slots: facts by hand, then every spelling of random slots against its naive twin.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { Prng } from '../base/prng.ts'
import { spell } from '../testing/json-spelling.ts'
import { type Fields, nativeSpellings, readNativeNaively } from '../testing/naive-native.ts'
import { imageMimeBit, NATIVE_ASSETS_MAX, NativeReader, type NativeSpec } from './native-request.ts'
import { Tape } from './tape.ts'
import '../testing/seed.ts'

const BYTES_MAX = 16_384
const reader = new NativeReader(BYTES_MAX)
const tape = new Tape(300_000)

const TYPICAL = {
  ver: '1.2',
  context: 1,
  plcmttype: 1,
  privacy: 1,
  eventtrackers: [
    { event: 2, methods: [1] },
    { event: 1, methods: [2, 1] },
  ],
  assets: [
    { id: 1, required: 1, title: { len: 90 } },
    { id: 2, required: 1, img: { type: 3, wmin: 836, hmin: 627, mimes: ['image/jpg', 'image/png'] } },
    { id: 3, required: 0, img: { type: 1, w: 50, h: 50 } },
    { id: 4, data: { type: 1, len: 25 } },
    { id: 5, video: { mimes: ['video/mp4'], minduration: 5, maxduration: 30, protocols: [2, 3] } },
  ],
}
const TYPICAL_SPEC: NativeSpec = {
  isWrapped: false,
  assets: [
    { id: 1, isRequired: true, kind: 'title', lengthMax: 90 },
    {
      id: 2,
      isRequired: true,
      kind: 'image',
      type: 3,
      widthMin: 836,
      widthMax: Infinity,
      heightMin: 627,
      heightMax: Infinity,
      mimes: imageMimeBit('image/jpeg') | imageMimeBit('image/png'),
    },
    {
      id: 3,
      isRequired: false,
      kind: 'image',
      type: 1,
      widthMin: 50,
      widthMax: 50,
      heightMin: 50,
      heightMax: 50,
      mimes: -1,
    },
    { id: 4, isRequired: false, kind: 'data', type: 1, lengthMax: 25 },
    { id: 5, isRequired: false, kind: 'video' },
  ],
  viewTracking: 'event',
  hasPrivacy: true,
}

t.test('a slot reads the same in every spelling', async (t) => {
  for (const { native, isWrapped } of nativeSpellings(TYPICAL)) {
    t.strictSame(read(native), { ...TYPICAL_SPEC, isWrapped }, Object.keys(native).join())
  }
})

t.test('the spellings of any slot read alike, as the twin reads them', async (t) => {
  let readable = 0
  let unreadable = 0
  fc.assert(
    fc.property(wireRoot(), fc.nat(), (root, seed) => {
      const prng = new Prng(seed)
      const expected = readNativeNaively(root)
      if (expected === undefined) unreadable++
      else readable++
      for (const { native, isWrapped } of nativeSpellings(root, (value) => spell(value, prng))) {
        const body = spell({ native }, prng)
        sameSpec(t, readBody(body), expected && { ...expected, isWrapped }, body)
      }
    }),
    { numRuns: 500 },
  )
  t.ok(readable > 200, `${readable} could be read`)
  t.ok(unreadable > 50, `${unreadable} could not`)
})

t.test('the version is not believed', async (t) => {
  t.equal(read({ ver: '1.0', request: '{"ver":"1.0","assets":[{"id":1,"title":{}}]}' })?.isWrapped, false)
  t.equal(
    read({ ver: '1.2', request: '{"native":{"ver":"1.2","assets":[{"id":1,"title":{}}]}}' })?.isWrapped,
    true,
  )
})

t.test('the first spelling that can be read counts', async (t) => {
  const slot = (id: number) => ({ assets: [{ id, title: {} }] })
  const table: [native: Fields, id: number][] = [
    [{ request: slot(1), request_native: slot(2), ...slot(3) }, 1],
    [{ request: 'see below', request_native: slot(2), ...slot(3) }, 2],
    [{ request: null, request_native: '', ...slot(3) }, 3],
    [{ request: { assets: [] }, request_native: [], ...slot(3) }, 3],
    [{ ...slot(3), native: slot(4) }, 3],
    [{ assets: [], native: slot(4) }, 4],
  ]
  for (const [native, id] of table) t.equal(read(native)?.assets[0].id, id, JSON.stringify(native))
})

t.test('a repeated field counts as last written', async (t) => {
  const body =
    '{"native":{"request":"{}","request":"{\\"assets\\":[],\\"assets\\":[{\\"id\\":1,\\"id\\":2,\\"title\\":{}}]}"}}'
  t.equal(readBody(body)?.assets[0].id, 2)
})

t.test('an id is a whole number, also when written as text', async (t) => {
  const table: [id: unknown, read: number | undefined][] = [
    [0, 0],
    [7, 7],
    ['7', 7],
    [7.0, 7],
    [1_099_511_627_776, 1_099_511_627_776],
    [undefined, undefined],
    [null, undefined],
    ['', undefined],
    ['seven', undefined],
    [1.5, undefined],
    ['2966741889205087142', undefined],
    [true, undefined],
    [[1], undefined],
  ]
  for (const [id, expected] of table) {
    t.equal(readAssets([{ id, title: { len: 25 } }])?.assets[0].id, expected, JSON.stringify(id))
  }
})

t.test('an asset that cannot be answered is left out, and nothing is read when it is required', async (t) => {
  const fine = { id: 1, required: 1, title: {} }
  const table: Fields[] = [
    { title: {} },
    { id: 1, title: {} },
    { id: '1', img: {} },
    { id: 2 },
    { id: 2, audio: {} },
    { id: 2, title: null, img: [] },
    { id: 2, title: {}, img: {} },
    { id: 2, data: { type: 1 }, video: {} },
  ]
  for (const asset of table) {
    const about = JSON.stringify(asset)
    t.strictSame(readAssets([fine, asset])?.assets.length, 1, about)
    t.equal(readAssets([fine, { ...asset, required: 1 }]), undefined, about)
    t.equal(readAssets([fine, { ...asset, required: true }]), undefined, about)
    t.equal(readAssets([asset, { ...asset, required: '1' }]), undefined, about)
  }
  t.equal(readAssets([fine, null, 'text', [fine]])?.assets.length, 1)
  t.equal(readAssets([{ id: 2 }]), undefined, 'none is left')
  t.equal(readAssets([]), undefined)
})

t.test('assets beyond the most that are read are left out, unless one is required', async (t) => {
  const assets = Array.from({ length: NATIVE_ASSETS_MAX + 1 }, (_, id) => ({ id, required: 0, title: {} }))
  t.equal(readAssets(assets)?.assets.length, NATIVE_ASSETS_MAX)
  t.equal(readAssets(assets.with(-1, { ...assets[0], id: 99, required: 1 })), undefined)
  t.equal(
    readAssets(assets.slice(1).map((asset) => ({ ...asset, required: 1 })))?.assets.length,
    NATIVE_ASSETS_MAX,
  )
})

t.test('a size alone is exact, and a wish beside a least one', async (t) => {
  const table: [img: Fields, widthMin: number, widthMax: number][] = [
    [{}, 0, Infinity],
    [{ w: 300 }, 300, 300],
    [{ w: '300' }, 300, 300],
    [{ wmin: 200 }, 200, Infinity],
    [{ w: 300, wmin: 200 }, 200, Infinity],
    [{ w: 300, wmin: 0 }, 300, 300],
    [{ w: 0, wmin: 0 }, 0, Infinity],
    [{ w: -1, wmin: -1 }, 0, Infinity],
    [{ w: null, wmin: '' }, 0, Infinity],
  ]
  for (const [img, widthMin, widthMax] of table) {
    const about = JSON.stringify(img)
    t.match(
      readAssets([{ id: 1, img }])?.assets[0],
      { kind: 'image', widthMin, widthMax, heightMin: 0 },
      about,
    )
    const upright = { h: img.w, hmin: img.wmin }
    const expected = { heightMin: widthMin, heightMax: widthMax, widthMin: 0 }
    t.match(readAssets([{ id: 1, img: upright }])?.assets[0], expected, about)
  }
})

t.test('a logo is an icon, and an image without a type is any', async (t) => {
  for (const [type, expected] of [
    [1, 1],
    [2, 1],
    [3, 3],
    [undefined, 0],
    [500, 500],
    ['3', 3],
  ]) {
    t.match(readAssets([{ id: 1, img: { type } }])?.assets[0], { type: expected }, `${type}`)
  }
})

t.test('types of images are bits, of which a list without text has all', async (t) => {
  const jpeg = imageMimeBit('image/jpeg')
  const table: [mimes: unknown, bits: number][] = [
    [['image/jpeg'], jpeg],
    [['image/jpg'], jpeg],
    [['IMAGE/JPEG', 'image/png'], jpeg | imageMimeBit('image/png')],
    [['image/x-unheard-of'], 0],
    [undefined, -1],
    [null, -1],
    [[], -1],
    [[1], -1],
  ]
  for (const [mimes, bits] of table) {
    t.match(readAssets([{ id: 1, img: { mimes } }])?.assets[0], { mimes: bits }, JSON.stringify(mimes))
  }
  const known = [
    'image/jpeg',
    'image/png',
    'image/gif',
    'image/webp',
    'image/avif',
    'image/svg+xml',
    'image/other',
  ]
  t.equal(new Set(known.map(imageMimeBit)).size, known.length)
  const escaped = '{"native":{"assets":[{"id":1,"img":{"mimes":["image\\/jp\\u0065g"]}}]}}'
  t.match(readBody(escaped)?.assets[0], { mimes: jpeg })
})

t.test('a view is told as the slot offers', async (t) => {
  const image = { event: 1, methods: [1] }
  const table: [fields: Fields, viewTracking: NativeSpec['viewTracking']][] = [
    [{}, 'legacy'],
    [{ eventtrackers: [] }, 'legacy'],
    [{ eventtrackers: null }, 'legacy'],
    [{ eventtrackers: [null] }, 'legacy'],
    [{ eventtrackers: [image] }, 'event'],
    [{ eventtrackers: [{ event: '1', methods: ['2', '1'] }] }, 'event'],
    [{ eventtrackers: [{ event: 1, methods: 1 }] }, 'event'],
    [{ eventtrackers: [{ event: 1, methods: [2] }] }, 'none'],
    [{ eventtrackers: [{ event: 2, methods: [1] }] }, 'none'],
    [{ eventtrackers: [{ event: 1 }, { methods: [1] }] }, 'none'],
    [{ eventrackers: [image] }, 'event'],
    [{ eventrackers: [image], eventtrackers: [{ event: 1, methods: [2] }] }, 'none'],
  ]
  for (const [fields, viewTracking] of table) {
    const spec = read({ request: { ...fields, assets: [{ id: 1, title: {} }] } })
    t.equal(spec?.viewTracking, viewTracking, JSON.stringify(fields))
  }
})

t.test('what is no slot is not read', async (t) => {
  const asset = '{"assets":[{"id":1,"title":{}}]}'
  const encoded = (text: string, times: number): string =>
    times === 0 ? text : encoded(JSON.stringify(text), times - 1)
  const sad: [request: unknown, about: string][] = [
    ['', 'no text'],
    ['native', 'text'],
    ['5', 'a number'],
    ['true', 'a flag'],
    ['null', 'nothing'],
    ['""', 'an empty text in a text'],
    ['[]', 'a list'],
    ['{}', 'an object'],
    [asset.slice(0, -1), 'text that breaks off'],
    [asset + asset, 'two texts'],
    [`\u0000${asset}`, 'a zero byte'],
    [`\\${asset}`, 'a backslash too many'],
    [encoded(asset, 2), 'three times encoded'],
    [encoded(asset, 9), 'ten times encoded'],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 'too deep'],
    [`{"native":`.repeat(64) + asset + '}'.repeat(64), 'too many wrappers'],
    [`{"native":`.repeat(40) + '}'.repeat(40), 'broken wrappers'],
    [`{"x":"${'x'.repeat(200_000)}",${asset.slice(1)}`, '200 KB'],
    [asset.replace('title', '\ud800'), 'half a character'],
    [5, 'a bare number'],
    [[asset], 'text in a list'],
  ]
  for (const [request, about] of sad) {
    t.equal(read({ request }), undefined, about)
    t.ok(read({ request: asset }), `and the next is read after ${about}`)
  }
})

t.test('text is read up to the most bytes and not beyond', async (t) => {
  const text = '{\\"assets\\":[{\\"id\\":1,\\"title\\":{}}]}'
  const body = (bytes: number) => `{"native":{"request":"${text.padEnd(bytes)}"}}`
  t.ok(readBody(body(BYTES_MAX)))
  t.equal(readBody(body(BYTES_MAX + 1)), undefined)
})

t.test('wrappers are read as deep as the tape is', async (t) => {
  const request = `${'{"native":'.repeat(50)}{"assets":[{"id":1,"title":{}}]}${'}'.repeat(50)}`
  t.equal(read({ request })?.isWrapped, true)
})

t.test('text that has been decoded in place reads the same', async (t) => {
  const body = Buffer.from(
    JSON.stringify({ native: { request: JSON.stringify({ ...TYPICAL, context: 'é"\\' }) } }),
  )
  tape.bytes.set(body)
  t.ok(tape.scan(body.length))
  tape.unescape(2)
  t.strictSame(reader.read(tape, 1), TYPICAL_SPEC)
  t.strictSame(reader.read(tape, 1), TYPICAL_SPEC, 'and again')
})

t.test('a spec outlives the tapes it was read from', async (t) => {
  const spec = read({ request: JSON.stringify(TYPICAL) })
  read({ request: '{"assets":[{"id":9,"data":{"type":9}}]}' })
  t.strictSame(spec, TYPICAL_SPEC)
})

function sameSpec(
  t: Test,
  spec: NativeSpec | undefined,
  expected: NativeSpec | undefined,
  body: string,
): void {
  if (isDeepStrictEqual(spec, expected)) return
  t.strictSame(spec, expected, body)
  throw new Error(`the two differ about ${body}`)
}

function readAssets(assets: unknown[]): NativeSpec | undefined {
  return read({ request: JSON.stringify({ assets }) })
}

function read(native: Fields): NativeSpec | undefined {
  return readBody(JSON.stringify({ native }))
}

/** @param body an imp of which `native` is the only field. */
function readBody(body: string): NativeSpec | undefined {
  const bytes = Buffer.from(body)
  tape.bytes.set(bytes)
  if (!tape.scan(bytes.length)) throw new Error(`no JSON: ${body.slice(0, 200)}`)
  return reader.read(tape, 1)
}

/** Bare requests with all that senders have been seen to write. */
function wireRoot(): fc.Arbitrary<Fields> {
  const odd = fc.constantFrom<unknown>(null, '', -1, 0, 'x', true, [], {})
  const mostly = (...usual: unknown[]) =>
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: odd })
  const some = (members: Record<string, fc.Arbitrary<unknown>>) => fc.record(members, { requiredKeys: [] })
  const length = mostly(25, 90, '140', 25.5)
  const pixels = mostly(50, '200', 627, 1200)
  const mime = mostly('image/jpeg', 'image/jpg', 'image/PNG', 'image/webp', 'image/tiff', 1)
  const kinds = [
    some({ title: some({ len: length }) }),
    some({
      img: some({
        type: mostly(1, 2, 3, '3'),
        w: pixels,
        h: pixels,
        wmin: pixels,
        hmin: pixels,
        mimes: fc.oneof(fc.array(mime, { maxLength: 3 }), odd),
      }),
    }),
    some({ data: some({ type: mostly(1, 2, '12', 500), len: length }) }),
    fc.constant({ video: { mimes: ['video/mp4'] } }),
    some({ title: fc.constantFrom(null, {}), img: fc.constantFrom(null, {}) }),
  ]
  const asset = fc
    .tuple(
      fc.record({
        id: fc.oneof(
          { weight: 20, arbitrary: fc.nat(1000) },
          { weight: 1, arbitrary: mostly('7', 8.0, 1.5) },
        ),
        required: mostly(0, 0, 0, 1, '0', false),
      }),
      fc.oneof(...kinds),
    )
    .map(([common, kind]) => ({ ...common, ...kind }))
  const tracker = some({
    event: mostly(1, 1, 2, '1'),
    methods: fc.oneof(fc.array(mostly(1, 2, '1'), { maxLength: 2 }), mostly(1, 2)),
  })
  const trackers = fc.oneof(fc.array(tracker, { maxLength: 3 }), odd)
  return fc
    .tuple(
      fc.record({ assets: fc.array(asset, { maxLength: 8 }) }),
      some({
        ver: mostly('1.1', '1.2'),
        privacy: mostly(0, 1, true),
        eventtrackers: trackers,
        eventrackers: trackers,
      }),
    )
    .map(([assets, rest]) => ({ ...rest, ...assets }))
}
