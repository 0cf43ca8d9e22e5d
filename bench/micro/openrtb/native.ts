/**
 * A native slot on its way: read from a request string of version 1.2, held against a hundred ads, answered in `adm`;
 * each against the way through `JSON.parse` and `JSON.stringify`.
 */
import { ByteWriter } from '../../../src/base/byte-writer.ts'
import { NativeReader } from '../../../src/openrtb/native-request.ts'
import {
  canFill,
  compileNative,
  type NativeAd,
  type NativeOptions,
  writeNative,
} from '../../../src/openrtb/native-response.ts'
import { Tape } from '../../../src/openrtb/tape.ts'
import { HOLE, type UrlFrame } from '../../../src/openrtb/template.ts'
import type { MicroBench } from '../measure.ts'

const slot = {
  ver: '1.2',
  context: 1,
  contextsubtype: 11,
  plcmttype: 1,
  plcmtcnt: 1,
  aurlsupport: 0,
  durlsupport: 0,
  privacy: 1,
  eventtrackers: [
    { event: 1, methods: [1, 2] },
    { event: 2, methods: [1] },
  ],
  assets: [
    { id: 1, required: 1, title: { len: 90 } },
    { id: 2, required: 1, img: { type: 3, wmin: 836, hmin: 627, mimes: ['image/jpeg', 'image/png'] } },
    { id: 3, required: 0, img: { type: 1, wmin: 50, hmin: 50 } },
    { id: 4, required: 1, data: { type: 1, len: 25 } },
    { id: 5, required: 0, data: { type: 2, len: 140 } },
    { id: 6, required: 0, data: { type: 12, len: 15 } },
  ],
}
const body = Buffer.from(JSON.stringify({ native: { request: JSON.stringify(slot), ver: '1.2' } }))
const tape = new Tape(body.length)
body.copy(tape.bytes)
tape.scan(body.length)
/** Tokens of the object `native` and, with its quotes, of its first field. */
const NATIVE = 1
const requestStart = tape.start(NATIVE + 1) - 1
const requestEnd = tape.end(NATIVE + 1) + 1
const reader = new NativeReader(16_384)
const spec = reader.read(tape, NATIVE)!

const frames: UrlFrame[] = []
frames[HOLE.viewUrlInNative] = { before: 'https://bid.example/notice/view?t=', after: '' }
frames[HOLE.clickTrackingUrl] = { before: 'https://bid.example/notice/click?t=', after: '' }
const token = 'c'.repeat(80)
const options: NativeOptions = { wrapper: 'as_request', frames, token }

/** Every other one has no image that is large enough. */
const ads: NativeAd[] = Array.from({ length: 100 }, (_, i) => ({
  titles: [
    'Half price',
    'Everything half price until Sunday',
    'Everything in the shop at half its price until Sunday',
  ],
  images: [
    { kind: 'icon', url: 'https://cdn.shop.example/icon.png', mime: 'image/png', width: 80, height: 80 },
    { kind: 'main', url: 'https://cdn.shop.example/s.jpg', mime: 'image/jpeg', width: 400, height: 300 },
    {
      kind: 'main',
      url: 'https://cdn.shop.example/m.jpg',
      mime: 'image/jpeg',
      width: 1200 - 600 * (i % 2),
      height: 627,
    },
  ],
  data: { sponsored: 'The Shop', desc: 'Shoes, shirts and "more" at half their price', cta: 'Buy now' },
  landing: `https://shop.example/sale?ad=${i}`,
}))
const compiled = ads.map(compileNative)

function sum(count: number, work: (i: number) => number): number {
  let check = 0
  for (let i = 0; i < count; i++) check += work(i)
  return check
}

/** Once as the string that it is in the request, once as the text in it. */
function parsedSlot(): typeof slot {
  return JSON.parse(
    JSON.parse(tape.bytes.toString('utf8', requestStart, requestEnd)) as string,
  ) as typeof slot
}

function stringified(ad: NativeAd): string {
  const [icon, , main] = ad.images
  const image = (type: number, { url, width, height }: typeof icon) => ({ type, url, w: width, h: height })
  const answer = {
    ver: '1.2',
    assets: [
      { id: 1, title: { text: ad.titles[2] } },
      { id: 2, img: image(3, main) },
      { id: 3, img: image(1, icon) },
      { id: 4, data: { value: ad.data.sponsored } },
      { id: 5, data: { value: ad.data.desc } },
      { id: 6, data: { value: ad.data.cta } },
    ],
    link: { url: ad.landing, clicktrackers: [frames[HOLE.clickTrackingUrl].before + token] },
    eventtrackers: [{ event: 1, method: 1, url: frames[HOLE.viewUrlInNative].before + token }],
  }
  return JSON.stringify(JSON.stringify(answer))
}

const out = new ByteWriter(8192)

function bytes(i: number): number {
  out.length = 0
  writeNative(out, spec, compiled[(i % 50) * 2], options, 'inString')
  return out.length
}

/** The bytes that leave. */
const target = Buffer.alloc(8192)
const written = (text: string) => target.write(text, 0)

export const benches: MicroBench[] = [
  {
    name: 'openrtb: read a native slot',
    unit: 'slot',
    count: 10_000,
    cases: [
      { name: 'tape of its own', run: (count) => sum(count, () => reader.read(tape, NATIVE)!.assets.length) },
      { name: 'JSON.parse', run: (count) => sum(count, () => parsedSlot().assets.length) },
    ],
  },
  {
    name: 'openrtb: find the native ads that fill a slot',
    unit: 'ad',
    count: 100_000,
    cases: [{ name: 'compiled ads', run: (count) => sum(count, (i) => +canFill(spec, compiled[i % 100])) }],
  },
  {
    name: 'openrtb: write a native answer',
    unit: 'answer',
    count: 10_000,
    cases: [
      {
        name: 'bytes',
        run: (count) => sum(count, bytes),
      },
      {
        name: 'JSON.stringify twice',
        run: (count) => sum(count, (i) => written(stringified(ads[(i % 50) * 2]))),
      },
    ],
  },
]
