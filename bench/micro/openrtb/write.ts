/**
 * Writing a response of one bid, its notices and markup filled with tokens that are there already: texts copied into one
 * buffer, against joining texts to a string that is made flat and encoded when it leaves, and against building objects
 * for `JSON.stringify`. Goal: less than 2 us a bid.
 *
 * The ads of a thousand campaigns take turns in disorder, so that their texts come from where a bidder finds them. The
 * joined pieces are those that the seams of tokens, ids and prices leave.
 */
import { ByteWriter, byteText } from '../../../src/base/byte-writer.ts'
import { NoticeUrls } from '../../../src/exchange/notice-urls.ts'
import { defaultProfile } from '../../../src/exchange/profiles/default.ts'
import { type BidText, type ResponseTerms, writeResponse } from '../../../src/openrtb/response.ts'
import type { MicroBench } from '../measure.ts'
import { ads } from '../setting.ts'

const text = '2~tz4g3k~default~campaign-1~creative-1~1jz5s~USD~~8f1c02aa-3~0~2fvkw~2og8~01b7k2f09x0c4d~k1'
const token = byteText(`${text}~${'x'.repeat(21)}`)
const markupToken = byteText(`${text}~${'y'.repeat(21)}`)
const urls = new NoticeUrls('https://bid.example.com', defaultProfile)
const terms: ResponseTerms = {
  requestIdRaw: byteText('5f2c9a4e-7b31-4b0e-9a55-0d6a1f1c2b3d'),
  responseId: '8f1c02aa-2',
  currency: 'USD',
  seat: '',
  taxonomy: 1,
  hasDsa: false,
  isMarkupSent: true,
  isSampleImageSent: false,
  nativeWrapper: 'as_request',
  nativeField: 'adm',
  noticeMembers: urls.members,
  frames: urls.frames,
}

function bidOf(ad: number): BidText {
  return {
    id: '8f1c02aa-3',
    impIdRaw: '1',
    dealIdRaw: '',
    priceMicros: 1_234_500,
    ad: ads.fragments[ad],
    campaignId: ads.traits.campaignIds[ad],
    creativeId: ads.traits.creativeIds[ad],
    registeredId: undefined,
    protocol: 7,
    nativeSpec: undefined,
    ratio: '',
    token,
    markupToken,
  }
}

const out = new ByteWriter(8192)

function bytes(ad: number): number {
  writeResponse(out, terms, [bidOf(ad)], 8191)
  return out.length
}

const texts = ads.fragments.map((_, ad) => {
  bytes(ad)
  return out.toText()
})
const pieces = texts.map((answer) =>
  answer.split(/(2~[^"&\\]*|8f1c02aa-\d|5f2c[^"]*|"price":)/).map(byteText),
)
const objects = texts.map((answer) => JSON.parse(answer) as unknown)

/** The bytes that leave, so that a rope of strings is made flat. */
const target = Buffer.alloc(8192) as Buffer & { utf8Write(text: string, offset: number): number }

function joined(ad: number): number {
  let answer = ''
  for (const piece of pieces[ad]) answer += piece
  return target.utf8Write(answer, 0)
}

function stringified(ad: number): number {
  return target.utf8Write(JSON.stringify(objects[ad]), 0)
}

function inDisorder(count: number, write: (ad: number) => number): number {
  let length = 0
  for (let i = 0; i < count; i++) length += write((i * 7919) % ads.fragments.length)
  return length
}

export const benches: MicroBench[] = [
  {
    name: 'openrtb: write a response',
    unit: 'response',
    count: 20_000,
    cases: [
      { name: 'bytes', run: (count) => inDisorder(count, bytes) },
      { name: 'joined text', run: (count) => inDisorder(count, joined) },
      { name: 'JSON.stringify', run: (count) => inDisorder(count, stringified) },
    ],
  },
]
