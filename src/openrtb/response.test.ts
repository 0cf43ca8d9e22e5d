// The writer against JSON.parse, against the request that its ids come from, and against the rules of exchanges.
import fc from 'fast-check'
import t from 'tap'
import { byteText } from '../base/byte-writer.ts'
import {
  audioRequest,
  bannerRequest,
  nativeRequest,
  type SampleRequest,
  videoRequest,
} from '../testing/sample-requests.ts'
import type { SampleBid, SampleResponse } from '../testing/sample-responses.ts'
import { written } from '../testing/written.ts'
import { VAST_VERSIONS, VAST_WRAPPER_VERSIONS } from './codes.ts'
import { NativeReader, type NativeSpec } from './native-request.ts'
import { compileNative } from './native-response.ts'
import { RequestView } from './request.ts'
import {
  type AdText,
  adFragment,
  type BidText,
  type ResponseTerms,
  writeNoBid,
  writeResponse,
} from './response.ts'
import { checkResponseText } from './response-check.ts'
import { HOLE, HOLE_COUNT, type UrlFrame } from './template.ts'
import { descendants, parseXml, type XmlElement } from './xml.ts'
import '../testing/seed.ts'

/** What `nativeRequest` asks for. */
const NATIVE_SPEC = specOf(nativeRequest())
const ROOMY_SPEC: NativeSpec = {
  ...NATIVE_SPEC,
  assets: NATIVE_SPEC.assets.map((asset) => ('lengthMax' in asset ? { ...asset, lengthMax: 200 } : asset)),
}

type Ad<F extends AdText['format']> = AdText & { format: F }

const COMMON = {
  advertiserDomain: 'shop.example',
  categories: { 1: ['IAB22', 'IAB22-1'] },
  attributes: [],
  apis: [],
  behalf: 'The Shop',
  payer: 'The Agency',
}
const BANNER: Ad<'banner'> = {
  ...COMMON,
  format: 'banner',
  banner: { width: 300, height: 250, image: 'https://cdn.shop.example/a.jpg', alt: 'Sale' },
}
const FILM = { id: 'film-1', title: 'Save', durationS: 15, landing: 'https://shop.example/' }
const VIDEO_FILE = {
  url: 'https://cdn.shop.example/a.mp4',
  mime: 'video/mp4',
  width: 640,
  height: 360,
  bitrateKbps: 800,
  delivery: 'progressive',
} as const
const VIDEO: Ad<'video' | 'audio'> = {
  ...COMMON,
  format: 'video',
  film: { ...FILM, kind: 'video', media: [VIDEO_FILE] },
}
const WRAPPER: Ad<'video' | 'audio'> = {
  ...COMMON,
  format: 'video',
  film: { ...FILM, kind: 'video', tag: 'https://ads.shop.example/vast' },
}
const AUDIO: Ad<'video' | 'audio'> = {
  ...COMMON,
  format: 'audio',
  film: {
    ...FILM,
    kind: 'audio',
    media: [
      {
        url: 'https://cdn.shop.example/a.mp3',
        mime: 'audio/mpeg',
        bitrateKbps: 128,
        delivery: 'progressive',
      },
    ],
  },
}
const NATIVE_TEXTS = {
  titles: ['Half price'],
  images: [
    {
      kind: 'main',
      url: 'https://cdn.shop.example/m.jpg',
      mime: 'image/jpeg',
      width: 600,
      height: 400,
    },
  ],
  data: { sponsored: 'The Shop' },
  landing: 'https://shop.example/',
} as const
const NATIVE: Ad<'native'> = { ...COMMON, format: 'native', native: compileNative(NATIVE_TEXTS) }

t.test('a banner response is JSON with these fields and these values', async (t) => {
  const text = responseOf(termsOf(), [bid(BANNER, { priceMicros: 1_230_000 })])
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
    adid: 'campaign-1/creative-1',
    crid: 'creative-1',
    cid: 'campaign-1',
    adomain: ['shop.example'],
    cat: ['IAB22', 'IAB22-1'],
    cattax: 1,
    mtype: 1,
    w: 300,
    h: 250,
  })
  t.match(adm, /^<a href="https:\/\/bid\.example\/click\?t=b-1&amp;x"/)
  t.match(adm, '<img src="https://bid.example/html?t=b-1&amp;x"')
})

t.test('currency and seat of a response stand beside its bids', async (t) => {
  const answer = JSON.parse(responseOf(termsOf({ currency: 'EUR', seat: '"s \\"1\\""' }), [bid(BANNER)]))
  t.equal(answer.cur, 'EUR')
  t.equal(answer.seatbid[0].seat, 's "1"')
})

t.test('an ad says of itself what it knows, and nothing else', async (t) => {
  const telling = {
    ...BANNER,
    attributes: [3, 16],
    apis: [7, 5],
    language: 'en',
    bundle: 'com.shop',
    sampleImage: 'https://cdn.shop.example/iurl.jpg',
  }
  const { attr, api, apis, language, bundle } = onlyBid(responseOf(termsOf(), [bid(telling)]))
  t.strictSame(
    { attr, api, apis, language, bundle },
    {
      attr: [3, 16],
      api: 7,
      apis: [7, 5],
      language: 'en',
      bundle: 'com.shop',
    },
  )
  const silent = onlyBid(responseOf(termsOf({ isSampleImageSent: true }), [bid(BANNER)]))
  for (const field of ['attr', 'api', 'apis', 'language', 'bundle', 'iurl', 'ext', 'dealid', 'nurl'])
    t.notOk(field in silent, field)
})

t.test(
  'categories are of the taxonomy of the request, or of the first when the ad has none in it',
  async (t) => {
    const ad = { ...BANNER, categories: { 1: ['IAB22'], 6: ['473', '2'] } }
    const inTaxonomy = (taxonomy: number) => {
      const { cat, cattax } = onlyBid(responseOf(termsOf({ taxonomy }), [bid(ad)]))
      return { cat, cattax }
    }
    t.strictSame(inTaxonomy(6), { cat: ['473', '2'], cattax: 6 })
    t.strictSame(inTaxonomy(1), { cat: ['IAB22'], cattax: 1 })
    t.strictSame(inTaxonomy(7), { cat: ['IAB22'], cattax: 1 })
  },
)

t.test('a sample image is sent where the exchange wants one', async (t) => {
  const ad = { ...BANNER, sampleImage: 'https://cdn.shop.example/iurl.jpg' }
  t.equal(onlyBid(responseOf(termsOf({ isSampleImageSent: true }), [bid(ad)])).iurl, ad.sampleImage)
  t.notOk('iurl' in onlyBid(responseOf(termsOf(), [bid(ad)])))
})

t.test('who pays is told where the request asks under the Digital Services Act', async (t) => {
  for (const ad of [BANNER, VIDEO, NATIVE]) {
    const changes = { nativeSpec: NATIVE_SPEC }
    t.strictSame(onlyBid(responseOf(termsOf({ hasDsa: true }), [bid(ad, changes)])).ext, {
      dsa: { behalf: 'The Shop', paid: 'The Agency', adrender: 0 },
    })
    t.notOk('ext' in onlyBid(responseOf(termsOf(), [bid(ad, changes)])))
  }
})

t.test(
  'an exchange that knows the creative gets its id, and one that takes no markup gets none',
  async (t) => {
    const registeredId = '4711'
    for (const ad of [BANNER, VIDEO, NATIVE]) {
      const changes = { registeredId, nativeSpec: NATIVE_SPEC, token: 'T' }
      const terms = termsOf({ isMarkupSent: false, noticeMembers: [',"nurl":"https://bid.example/n?', '"'] })
      const answer = onlyBid(responseOf(terms, [bid(ad, changes)]))
      t.strictSame([answer.adid, answer.crid, answer.nurl], ['4711', '4711', 'https://bid.example/n?T'])
      t.notOk('adm' in answer || 'adm_native' in answer, ad.format)
    }
    t.match(onlyBid(responseOf(termsOf(), [bid(BANNER, { registeredId })])).adm, /^<a /)
  },
)

t.test('a video response says length and protocol instead of a size', async (t) => {
  const { adm, ...rest } = onlyBid(responseOf(termsOf(), [bid(VIDEO, { protocol: 3 })]))
  t.equal(rest.mtype, 2)
  t.equal(rest.dur, 15)
  t.equal(rest.protocol, 3)
  t.notOk('w' in rest || 'h' in rest)
  t.match(adm, /^<VAST version="3\.0">/)
})

t.test('an audio response is a film of its own media type', async (t) => {
  const { mtype, dur, protocol, adm } = onlyBid(responseOf(termsOf(), [bid(AUDIO, { protocol: 13 })]))
  t.strictSame({ mtype, dur, protocol }, { mtype: 3, dur: 15, protocol: 13 })
  t.match(adm, '<Ad id="film-1" adType="audio">')
})

t.test(
  'each protocol gets a document of its version, inline or wrapped, told whose serving it is',
  async (t) => {
    for (const [ad, versions] of [
      [VIDEO, VAST_VERSIONS],
      [WRAPPER, VAST_WRAPPER_VERSIONS],
    ] as const) {
      const isInline = ad === VIDEO
      for (const [protocol, version] of versions) {
        const answer = onlyBid(responseOf(termsOf(), [bid(ad, { id: 'b-7', protocol })]))
        const root = vastOf(answer)
        t.equal(answer.protocol, protocol)
        t.equal(root.attributes.get('version'), version)
        t.equal(descendants(root, isInline ? 'InLine' : 'Wrapper').length, 1, version)
        const serving = descendants(root, 'AdServingId').map(({ text }) => text)
        t.strictSame(serving, isInline && Number(version) >= 4.1 ? ['b-7'] : [], version)
        const [impression] = descendants(root, 'Impression').map(({ text }) => text)
        t.equal(impression, 'https://bid.example/view?t=b-7&x')
      }
    }
  },
)

t.test('a native answer is text in adm, or an object where the exchange wants one', async (t) => {
  const changes = { nativeSpec: NATIVE_SPEC }
  const inText = onlyBid(responseOf(termsOf(), [bid(NATIVE, changes)]))
  t.equal(inText.mtype, 4)
  t.notOk('w' in inText || 'dur' in inText || 'protocol' in inText)
  const answer = JSON.parse(inText.adm)
  t.strictSame(answer.link, {
    url: 'https://shop.example/',
    clicktrackers: ['https://bid.example/tracking?t=b-1&x'],
  })
  t.equal(answer.eventtrackers[0].url, 'https://bid.example/native?t=b-1&x')
  const inObject = onlyBid(responseOf(termsOf({ nativeField: 'adm_native' }), [bid(NATIVE, changes)]))
  t.strictSame(inObject.adm_native, answer)
  t.notOk('adm' in inObject)
  const wrapped = onlyBid(responseOf(termsOf({ nativeWrapper: 'always' }), [bid(NATIVE, changes)]))
  t.strictSame(JSON.parse(wrapped.adm), { native: answer })
})

t.test('a deal, a flexible size and notices are told where there are some', async (t) => {
  const answer = onlyBid(
    responseOf(
      termsOf({
        noticeMembers: [',"nurl":"https://bid.example/n?', '&x","burl":"https://bid.example/b?', '"'],
      }),
      [bid(BANNER, { dealIdRaw: 'deal \\"1\\"', ratio: ',"wratio":6,"hratio":5', token: 'T' })],
    ),
  )
  const { dealid, wratio, hratio, nurl, burl } = answer
  t.strictSame(
    { dealid, wratio, hratio, nurl, burl },
    {
      dealid: 'deal "1"',
      wratio: 6,
      hratio: 5,
      nurl: 'https://bid.example/n?T&x',
      burl: 'https://bid.example/b?T',
    },
  )
})

t.test('notices carry the token of the exchange, and markup of every kind its own', async (t) => {
  const tokens = { token: 'EXCHANGE', markupToken: 'MARKUP' }
  const noticeMembers = [',"nurl":"https://bid.example/n?', '&x","burl":"https://bid.example/b?', '"']
  // The protocol of a film, and how many URLs with a token the markup has.
  for (const [ad, protocol, urlCount] of [
    [BANNER, 0, 2],
    [VIDEO, 7, 3],
    [WRAPPER, 8, 3],
    [AUDIO, 7, 3],
    [NATIVE, 0, 2],
  ] as const) {
    const changes = { ...tokens, protocol, nativeSpec: NATIVE_SPEC }
    for (const nativeField of ['adm', 'adm_native'] as const) {
      const answer = onlyBid(responseOf(termsOf({ noticeMembers, nativeField }), [bid(ad, changes)]))
      const markup = JSON.stringify(answer.adm ?? answer.adm_native)
      t.strictSame(
        [answer.nurl, answer.burl],
        ['https://bid.example/n?EXCHANGE&x', 'https://bid.example/b?EXCHANGE'],
      )
      t.equal(markup.split('?t=MARKUP').length - 1, urlCount, `${ad.format}: ${markup}`)
      t.notOk(markup.includes('EXCHANGE'), ad.format)
    }
  }
})

t.test('prices are digits with a point', async (t) => {
  const table: [micros: number, text: string][] = [
    [1, '0.000001'],
    [1_230_000, '1.23'],
    [4_000_000, '4'],
    [5_000_000_000, '5000'],
  ]
  for (const [priceMicros, text] of table) {
    t.ok(responseOf(termsOf(), [bid(BANNER, { priceMicros })]).includes(`"price":${text},`), text)
  }
})

t.test('bids stand in their order, in one seat', async (t) => {
  const bids = ['x', 'y', 'z'].map((impIdRaw, index) =>
    bid(index === 1 ? VIDEO : BANNER, { id: `b-${index}`, impIdRaw }),
  )
  for (let count = 1; count <= 3; count++) {
    const { seatbid } = JSON.parse(responseOf(termsOf(), bids.slice(0, count))) as SampleResponse
    t.equal(seatbid.length, 1)
    t.strictSame(
      seatbid[0].bid.map(({ id, impid }) => `${id} ${impid}`),
      ['b-0 x', 'b-1 y', 'b-2 z'].slice(0, count),
    )
  }
})

t.test('a no-bid has the id of the request and a reason', async (t) => {
  t.strictSame(JSON.parse(noBidOf('a\\"b', 15)), { id: 'a"b', seatbid: [], nbr: 15 })
  t.strictSame(checkResponseText({ ...bannerRequest(), id: 'a"b' }, noBidOf('a\\"b', 0)), [])
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
      advertiserDomain: text,
      categories: { 1: [text, 'IAB1'] },
      attributes: [],
      apis: [],
      language: text,
      bundle: text,
      sampleImage: text,
      behalf: text,
      payer: text,
    }
    const banner: AdText = {
      ...common,
      format: 'banner',
      banner: { ...BANNER.banner, image: text, alt: text },
    }
    const file = { ...VIDEO_FILE, url: text, mime: text }
    const film = { ...FILM, kind: 'video', id: text, title: text, landing: text } as const
    const video: AdText = { ...common, format: 'video', film: { ...film, media: [file] } }
    const native: AdText = {
      ...common,
      format: 'native',
      native: compileNative({ ...NATIVE_TEXTS, titles: [text], data: { sponsored: text }, landing: text }),
    }
    for (const ad of [banner, video, native]) {
      const terms = termsOf({ hasDsa: true, isSampleImageSent: true })
      const changes = { protocol: 11, nativeSpec: ROOMY_SPEC, registeredId: '4711' }
      const answer = onlyBid(responseOf(terms, [bid(ad, changes)]))
      const { adomain, cat, price, language, bundle, iurl, ext } = answer
      t.strictSame(
        { adomain, cat, price, language, bundle, iurl, ext },
        {
          ...{ adomain: [text], cat: [text, 'IAB1'], price: 1 },
          ...{ language: text, bundle: text, iurl: text },
          ext: { dsa: { behalf: text, paid: text, adrender: 0 } },
        },
      )
      t.notOk(answer.adm.includes('\0'))
      if (ad.format === 'native') t.doesNotThrow(() => JSON.parse(answer.adm))
      // A player reads what is between tags; CDATA is text to it.
      else t.notMatch(answer.adm.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>/g, ''), /<script|<Ad>/)
    }
    t.equal(descendants(vastOf(onlyBid(responseOf(termsOf(), [bid(video)]))), 'Ad').length, 1)
  }
})

t.test('what is written keeps the rules that exchanges enforce', async (t) => {
  t.strictSame(checkResponseText(bannerRequest(), responseTo(JSON.stringify(bannerRequest()))), [])
  for (const [ad, versions] of [
    [VIDEO, VAST_VERSIONS],
    [WRAPPER, VAST_WRAPPER_VERSIONS],
  ] as const) {
    for (const protocol of versions.keys()) {
      const request = videoRequest()
      request.imp[0].video = { mimes: ['video/mp4'], protocols: [protocol], minduration: 15, maxduration: 15 }
      const text = responseOf(termsOf({ requestIdRaw: byteText(JSON.stringify(request.id).slice(1, -1)) }), [
        bid(ad, { impIdRaw: 'v/1', protocol, priceMicros: 2_000_000 }),
      ])
      t.strictSame(checkResponseText(request, text), [], `protocol ${protocol}`)
    }
  }
  const audio = responseOf(termsOf({ requestIdRaw: 'auction-3' }), [
    bid(AUDIO, { impIdRaw: 'a-1', protocol: 7 }),
  ])
  t.strictSame(checkResponseText(audioRequest(), audio), [])
  const native = responseOf(termsOf({ requestIdRaw: 'auction-4' }), [
    bid(NATIVE, { impIdRaw: 'n-1', nativeSpec: specOf(nativeRequest()) }),
  ])
  t.strictSame(checkResponseText(nativeRequest(), native), [])
  const both = bannerRequest()
  both.imp.push({ id: '2', video: { mimes: ['video/mp4'] }, banner: { w: 1, h: 1 } })
  const text = responseOf(termsOf(), [bid(BANNER), bid(VIDEO, { id: 'b-2', impIdRaw: '2', protocol: 3 })])
  t.strictSame(checkResponseText(both, text), [])
})

t.test('what is written breaks the rules when the ad does', async (t) => {
  const request = { ...bannerRequest(), bcat: ['IAB22'], badv: ['shop.example'] }
  const text = responseOf(termsOf(), [bid(BANNER, { priceMicros: 499_999 })])
  t.strictSame(
    checkResponseText(request, text).map(({ rule }) => rule),
    ['price.floor', 'adomain.blocked', 'cat.blocked', 'cat.blocked'],
  )
})

function termsOf(changes: Partial<ResponseTerms> = {}): ResponseTerms {
  return {
    requestIdRaw: 'auction-1',
    responseId: 'r-1',
    currency: 'USD',
    seat: '',
    taxonomy: 1,
    hasDsa: false,
    isMarkupSent: true,
    isSampleImageSent: false,
    nativeWrapper: 'as_request',
    nativeField: 'adm',
    noticeMembers: [''],
    frames: framesOf(),
    ...changes,
  }
}

function bid(ad: AdText, changes: Partial<BidText> = {}): BidText {
  const { id = 'b-1' } = changes
  return {
    id,
    impIdRaw: '1',
    dealIdRaw: '',
    priceMicros: 1_000_000,
    ad: adFragment(ad),
    campaignId: 'campaign-1',
    creativeId: 'creative-1',
    registeredId: undefined,
    protocol: 2,
    nativeSpec: undefined,
    ratio: '',
    token: id,
    markupToken: id,
    ...changes,
  }
}

/** URLs of markup, each with a name of its own. */
function framesOf(): UrlFrame[] {
  const frames: UrlFrame[] = Array.from({ length: HOLE_COUNT }, () => ({ before: '', after: '' }))
  const frame = (name: string, after: string) => ({ before: `https://bid.example/${name}?t=`, after })
  frames[HOLE.viewUrl] = frame('view', '&x')
  frames[HOLE.viewUrlInHtml] = frame('html', '&amp;x')
  frames[HOLE.viewUrlInNative] = frame('native', '&x')
  frames[HOLE.clickUrlInHtml] = frame('click', '&amp;x')
  frames[HOLE.clickTrackingUrl] = frame('tracking', '&x')
  frames[HOLE.errorUrl] = frame('error', '&x')
  return frames
}

function responseOf(terms: ResponseTerms, bids: readonly BidText[]): string {
  return written((out) => writeResponse(out, terms, bids, 262_144))
}

function noBidOf(requestIdRaw: string, reason: number): string {
  return written((out) => writeNoBid(out, requestIdRaw, reason))
}

/** A banner for the first imp of a request, with the ids that the view reads. */
function responseTo(request: string): string {
  const { tape, id, imps } = viewOf(request)
  const terms = termsOf({ requestIdRaw: tape.rawBytes(id) })
  return responseOf(terms, [bid(BANNER, { impIdRaw: tape.rawBytes(imps[0].id) })])
}

function viewOf(request: string): RequestView {
  const view = new RequestView(Buffer.byteLength(request))
  if (view.read(view.tape.bytes.write(request)) !== 0) throw new Error(`refused: ${request}`)
  return view
}

function specOf(request: SampleRequest): NativeSpec {
  const { tape, imps } = viewOf(JSON.stringify(request))
  const spec = new NativeReader(4096).read(tape, imps[0].native)
  if (spec === undefined) throw new Error('no native request')
  return spec
}

function onlyBid(text: string): SampleBid & { adm: string } {
  return (JSON.parse(text) as SampleResponse).seatbid[0].bid[0] as SampleBid & { adm: string }
}

function vastOf({ adm }: { adm: string }): XmlElement {
  const result = parseXml(adm)
  if ('fault' in result) throw new Error(`${result.fault}: ${adm}`)
  return result.root
}
