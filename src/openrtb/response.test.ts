// The writer against JSON.parse, against the request that its ids come from, and against the rules of exchanges.
import fc from 'fast-check'
import t from 'tap'
import { bannerRequest, type SampleRequest, videoRequest } from '../testing/sample-requests.ts'
import type { SampleBid, SampleResponse } from '../testing/sample-responses.ts'
import { VAST_VERSIONS } from './codes.ts'
import { RequestView } from './request.ts'
import { type AdText, adFragment, type BidText, writeResponse } from './response.ts'
import { checkResponseText } from './response-check.ts'
import { descendants, parseXml, type XmlElement } from './xml.ts'
import '../testing/seed.ts'

const COMMON = {
  adId: 'ad-1',
  campaignId: 'campaign-1',
  creativeId: 'creative-1',
  advertiserDomain: 'shop.example',
  categories: ['IAB22', 'IAB22-1'],
}
const BANNER: AdText & { format: 'banner' } = {
  ...COMMON,
  format: 'banner',
  banner: {
    width: 300,
    height: 250,
    image: 'https://cdn.shop.example/a.jpg',
    landing: 'https://shop.example/',
    alt: 'Sale',
  },
}
const VIDEO: AdText & { format: 'video' } = {
  ...COMMON,
  format: 'video',
  video: {
    id: 'film-1',
    title: 'Save',
    durationS: 15,
    landing: 'https://bank.example/',
    media: [
      { url: 'https://cdn.bank.example/a.mp4', mime: 'video/mp4', width: 640, height: 360, bitrateKbps: 800 },
    ],
  },
}

t.test('a banner response is JSON with these fields and these values', async (t) => {
  const text = writeResponse('auction-1', 'r-1', [bid(BANNER, { priceCpmMicros: 1_230_000 })])
  const { adm, ...rest } = onlyBid(text)
  t.strictSame(JSON.parse(text), {
    id: 'auction-1',
    bidid: 'r-1',
    cur: 'USD',
    seatbid: [{ bid: [{ ...rest, adm }] }],
  })
  t.strictSame(rest, {
    id: 'b-1',
    impid: '1',
    price: 1.23,
    adid: 'ad-1',
    cid: 'campaign-1',
    crid: 'creative-1',
    adomain: ['shop.example'],
    cat: ['IAB22', 'IAB22-1'],
    mtype: 1,
    w: 300,
    h: 250,
  })
  t.match(adm, /^<a href="https:\/\/shop\.example\/"/)
})

t.test('a video response says length and protocol instead of a size', async (t) => {
  const { adm, ...rest } = onlyBid(writeResponse('a', 'r', [bid(VIDEO, { vastProtocol: 3 })]))
  t.equal(rest.mtype, 2)
  t.equal(rest.dur, 15)
  t.equal(rest.protocol, 3)
  t.notOk('w' in rest || 'h' in rest)
  t.match(adm, /^<VAST version="3\.0">/)
})

t.test('each protocol gets a document of its version, with what that version adds', async (t) => {
  const expected: [protocol: number, version: string, hasUniversalId: boolean, hasServingId: boolean][] = [
    [2, '2.0', false, false],
    [3, '3.0', false, false],
    [7, '4.0', true, false],
    [11, '4.1', true, true],
    [13, '4.2', true, true],
  ]
  t.strictSame(
    expected.map(([protocol]) => protocol),
    [...VAST_VERSIONS.keys()],
  )
  for (const [protocol, version, hasUniversalId, hasServingId] of expected) {
    const answer = onlyBid(writeResponse('a', 'r', [bid(VIDEO, { vastProtocol: protocol })]))
    const root = vastOf(answer)
    t.equal(answer.protocol, protocol)
    t.equal(root.attributes.get('version'), version)
    t.equal(descendants(root, 'UniversalAdId').length, hasUniversalId ? 1 : 0, version)
    t.strictSame(
      descendants(root, 'AdServingId').map(({ text }) => text),
      hasServingId ? ['b-1'] : [],
      version,
    )
  }
})

t.test('prices are digits with a point', async (t) => {
  const table: [micros: number, text: string][] = [
    [1, '0.000001'],
    [1_230_000, '1.23'],
    [4_000_000, '4'],
    [5_000_000_000, '5000'],
  ]
  for (const [priceCpmMicros, text] of table) {
    t.ok(writeResponse('a', 'r', [bid(BANNER, { priceCpmMicros })]).includes(`"price":${text},`), text)
  }
})

t.test('bids stand in their order, in one seat', async (t) => {
  const bids = ['x', 'y', 'z'].map((impIdRaw, index) =>
    bid(index === 1 ? VIDEO : BANNER, { id: `b-${index}`, impIdRaw }),
  )
  for (let count = 1; count <= 3; count++) {
    const { seatbid } = JSON.parse(writeResponse('a', 'r', bids.slice(0, count))) as SampleResponse
    t.equal(seatbid.length, 1)
    t.strictSame(
      seatbid[0].bid.map(({ id, impid }) => `${id} ${impid}`),
      ['b-0 x', 'b-1 y', 'b-2 z'].slice(0, count),
    )
  }
})

t.test('ids come back as the request spelled them', async (t) => {
  const spelled = [
    'a',
    'a\\"b',
    '\\\\',
    '\\u00e9',
    'é',
    '\\/\\b\\n\\u0000',
    '\\ud83d\\ude00',
    '😀',
    '\\ud800',
    ' ',
    "'<>&",
  ]
  for (const raw of spelled) {
    const request = `{"id":"${raw}","imp":[{"id":"imp ${raw}","tagid":"\\n"}],"site":{"page":"\\/"}}`
    const text = responseTo(request)
    t.ok(text.startsWith(`{"id":"${raw}",`), raw)
    t.ok(text.includes(`"impid":"imp ${raw}",`), raw)
    const [answer, asked] = [JSON.parse(text) as SampleResponse, JSON.parse(request) as SampleRequest]
    t.equal(answer.id, asked.id)
    t.equal(onlyBid(text).impid, asked.imp[0].id)
  }
  const numeric = JSON.parse(responseTo('{"id":2966741889205087142,"imp":[{"id":7}]}')) as SampleResponse
  t.equal(numeric.id, '2966741889205087142')
  t.equal(numeric.seatbid[0].bid[0].impid, '7')
})

t.test('any id comes back as itself', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (id) => {
      const text = responseTo(JSON.stringify({ id, imp: [{ id }] }))
      t.equal((JSON.parse(text) as SampleResponse).id, id)
      t.equal(onlyBid(text).impid, id)
    }),
    { numRuns: 300 },
  )
})

t.test('hostile texts of the catalog stay values', async (t) => {
  const hostile = [
    '","price":9,"x":"',
    '\\',
    '\\"',
    '"}]}]}',
    '</script><script>alert(1)</script>',
    ']]><Ad>',
    'line\nbreak\ttab\0zero\x1f',
    '\u2028 😀 \ud800',
  ]
  for (const text of hostile) {
    const common = {
      adId: text,
      campaignId: text,
      creativeId: text,
      advertiserDomain: text,
      categories: [text, 'IAB1'],
    }
    const banner: AdText = {
      ...common,
      format: 'banner',
      banner: { ...BANNER.banner, image: text, landing: text, alt: text },
    }
    const video: AdText = {
      ...common,
      format: 'video',
      video: {
        ...VIDEO.video,
        id: text,
        title: text,
        landing: text,
        media: [{ ...VIDEO.video.media[0], url: text, mime: text }],
      },
    }
    for (const ad of [banner, video]) {
      const answer = onlyBid(writeResponse('a', 'r', [bid(ad, { vastProtocol: 11 })]))
      const { adid, cid, crid, adomain, cat, price } = answer
      t.strictSame(
        { adid, cid, crid, adomain, cat, price },
        {
          adid: text,
          cid: text,
          crid: text,
          adomain: [text],
          cat: [text, 'IAB1'],
          price: 1,
        },
      )
      // A player reads what is between tags; CDATA is text to it.
      const tags = answer.adm.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>/g, '')
      t.notMatch(tags, /<script|<Ad>/)
      t.notOk(answer.adm.includes('\0'))
    }
    t.equal(descendants(vastOf(onlyBid(writeResponse('a', 'r', [bid(video)]))), 'Ad').length, 1)
  }
})

t.test('what is written keeps the rules that exchanges enforce', async (t) => {
  t.strictSame(checkResponseText(bannerRequest(), responseTo(JSON.stringify(bannerRequest()))), [])
  for (const protocol of VAST_VERSIONS.keys()) {
    const request = videoRequest()
    request.imp[0].video = { mimes: ['video/mp4'], protocols: [protocol], minduration: 15, maxduration: 15 }
    const text = writeResponse(JSON.stringify(request.id).slice(1, -1), 'r', [
      bid(VIDEO, { impIdRaw: 'v/1', vastProtocol: protocol, priceCpmMicros: 2_000_000 }),
    ])
    t.strictSame(checkResponseText(request, text), [], `protocol ${protocol}`)
  }
  const both = bannerRequest()
  both.imp.push({ id: '2', video: { mimes: ['video/mp4'] }, banner: { w: 1, h: 1 } })
  const text = writeResponse('auction-1', 'r', [
    bid(BANNER),
    bid(VIDEO, { id: 'b-2', impIdRaw: '2', vastProtocol: 3 }),
  ])
  t.strictSame(checkResponseText(both, text), [])
})

t.test('what is written breaks the rules when the ad does', async (t) => {
  const request = { ...bannerRequest(), bcat: ['IAB22'], badv: ['shop.example'] }
  const text = writeResponse('auction-1', 'r', [bid(BANNER, { priceCpmMicros: 499_999 })])
  t.strictSame(
    checkResponseText(request, text).map(({ rule }) => rule),
    ['price.floor', 'adomain.blocked', 'cat.blocked', 'cat.blocked'],
  )
})

function bid(ad: AdText, changes: Partial<BidText> = {}): BidText {
  return {
    id: 'b-1',
    impIdRaw: '1',
    priceCpmMicros: 1_000_000,
    ad: adFragment(ad),
    vastProtocol: 2,
    ...changes,
  }
}

/** A banner for the first imp of a request, with the ids that the view reads. */
function responseTo(request: string): string {
  const view = new RequestView(Buffer.byteLength(request))
  if (view.read(view.tape.bytes.write(request)) !== 0) throw new Error(`refused: ${request}`)
  const { tape } = view
  return writeResponse(tape.rawText(view.id), 'r-1', [
    bid(BANNER, { impIdRaw: tape.rawText(view.imps[0].id) }),
  ])
}

function onlyBid(text: string): SampleBid & { adm: string } {
  return (JSON.parse(text) as SampleResponse).seatbid[0].bid[0] as SampleBid & { adm: string }
}

function vastOf({ adm }: { adm: string }): XmlElement {
  const result = parseXml(adm)
  if ('fault' in result) throw new Error(`${result.fault}: ${adm}`)
  return result.root
}
