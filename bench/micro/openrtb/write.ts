/**
 * Writing a response of one banner bid: joining prepared text, against building objects for `JSON.stringify`.
 */
import { bannerMarkup } from '../../../src/openrtb/markup.ts'
import { adFragment, writeResponse } from '../../../src/openrtb/response.ts'
import type { MicroBench } from '../measure.ts'

const banner = {
  width: 300,
  height: 250,
  image: 'https://cdn.shop.example/300x250.jpg',
  landing: 'https://shop.example/sale',
  alt: 'Everything half price until Sunday',
}
const ad = {
  adId: 'campaign-1/creative-1',
  campaignId: 'campaign-1',
  creativeId: 'creative-1',
  advertiserDomain: 'shop.example',
  categories: ['IAB22'],
  format: 'banner',
  banner,
} as const
const fragment = adFragment(ad)
const markup = bannerMarkup(banner)

function joined(i: number): string {
  const bid = { id: `b-${i}`, impIdRaw: '1', priceCpmMicros: 1_000_000 + i, ad: fragment, vastProtocol: 0 }
  return writeResponse(`request-${i}`, `r-${i}`, [bid])
}

function stringified(i: number): string {
  const bid = {
    id: `b-${i}`,
    impid: '1',
    price: (1_000_000 + i) / 1e6,
    adid: ad.adId,
    cid: ad.campaignId,
    crid: ad.creativeId,
    adomain: [ad.advertiserDomain],
    cat: ad.categories,
    mtype: 1,
    w: 300,
    h: 250,
    adm: markup,
  }
  return JSON.stringify({ id: `request-${i}`, bidid: `r-${i}`, cur: 'USD', seatbid: [{ bid: [bid] }] })
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
      { name: 'joined text', run: (count) => write(count, joined) },
      { name: 'JSON.stringify', run: (count) => write(count, stringified) },
    ],
  },
]
