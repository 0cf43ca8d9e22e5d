/**
 * Writing a response of one bid, its notices and markup filled with tokens that are there already: joining prepared
 * text, against building objects for `JSON.stringify`. Goal: less than 2 us a bid.
 */
import { NoticeUrls } from '../../../src/exchange/notice-urls.ts'
import { defaultProfile } from '../../../src/exchange/profiles/default.ts'
import type { TokenTexts } from '../../../src/exchange/token.ts'
import { type AdText, adFragment, type ResponseTerms, writeResponse } from '../../../src/openrtb/response.ts'
import { HOLE } from '../../../src/openrtb/template.ts'
import { bidUrlsOf } from '../../../src/testing/notice-urls.ts'
import type { MicroBench } from '../measure.ts'

const common = {
  adId: 'campaign-1/creative-1',
  campaignId: 'campaign-1',
  creativeId: 'creative-1',
  advertiserDomain: 'shop.example',
  categories: { 1: ['IAB22'] },
  attributes: [],
  apis: [],
  behalf: 'The Shop',
  payer: 'The Shop',
}
const banner = {
  width: 300,
  height: 250,
  image: 'https://cdn.shop.example/300x250.jpg',
  alt: 'Everything half price until Sunday',
}
const file = {
  url: 'https://cdn.shop.example/sale-15s.mp4',
  mime: 'video/mp4',
  width: 1280,
  height: 720,
  bitrateKbps: 2500,
  delivery: 'progressive',
} as const
const film = {
  id: 'creative-1',
  title: 'Everything half price until Sunday',
  kind: 'video',
  durationS: 15,
  landing: 'https://shop.example/sale',
  media: [file],
} as const
const bannerAd: AdText = { ...common, format: 'banner', banner }
const bannerFragment = adFragment(bannerAd)
const filmFragment = adFragment({ ...common, format: 'video', film })

const urls = new NoticeUrls('https://bid.example.com', defaultProfile)
const text = '2~tz4g3k~default~campaign-1~creative-1~1jz5s~USD~~8f1c02aa-3~0~2fvkw~2og8~01b7k2f09x0c4d~k1'
const tokens: TokenTexts = {
  forExchange: `${text}~${'x'.repeat(21)}`,
  forMarkup: `${text}~${'y'.repeat(21)}`,
}
const terms: ResponseTerms = {
  requestIdRaw: '5f2c9a4e-7b31-4b0e-9a55-0d6a1f1c2b3d',
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

function joined(i: number, ad: typeof bannerFragment): string {
  const bid = {
    id: `b-${i}`,
    impIdRaw: '1',
    dealIdRaw: '',
    priceMicros: 1_000_000 + i,
    ad,
    registeredIds: undefined,
    protocol: 7,
    nativeSpec: undefined,
    ratio: '',
    token: tokens.forExchange,
    markupToken: tokens.forMarkup,
  }
  return writeResponse(terms, [bid])
}

function stringified(i: number): string {
  const { nurl, burl, lurl, markup } = bidUrlsOf(urls, tokens)
  const bid = {
    id: `b-${i}`,
    impid: '1',
    price: (1_000_000 + i) / 1e6,
    adid: common.adId,
    crid: common.creativeId,
    cid: common.campaignId,
    adomain: [common.advertiserDomain],
    cat: common.categories[1],
    cattax: 1,
    mtype: 1,
    w: banner.width,
    h: banner.height,
    nurl,
    burl,
    lurl,
    adm:
      `<a href="${markup[HOLE.clickUrlInHtml]}" target="_blank" rel="noopener"><img src="${banner.image}" width="300" ` +
      `height="250" alt="${banner.alt}" style="border:0;display:block"></a><img src="${markup[HOLE.viewUrlInHtml]}" ` +
      'width="1" height="1" alt="" style="display:none">',
  }
  return JSON.stringify({
    id: terms.requestIdRaw,
    bidid: terms.responseId,
    cur: 'USD',
    seatbid: [{ bid: [bid] }],
  })
}

/** The bytes that leave, so that a rope of strings is made flat in both. */
function write(count: number, text: (i: number) => string): number {
  let bytes = 0
  for (let i = 0; i < count; i++) bytes += target.utf8Write(text(i), 0)
  return bytes
}
const target = Buffer.alloc(8192) as Buffer & { utf8Write(text: string, offset: number): number }

export const benches: MicroBench[] = [
  {
    name: 'openrtb: write a response',
    unit: 'response',
    count: 20_000,
    cases: [
      { name: 'joined text', run: (count) => write(count, (i) => joined(i, bannerFragment)) },
      { name: 'JSON.stringify', run: (count) => write(count, stringified) },
      { name: 'joined text of a film', run: (count) => write(count, (i) => joined(i, filmFragment)) },
    ],
  },
]
