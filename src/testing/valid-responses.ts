/**
 * Pairs of a request and a response that break no rule. Each is a banner or a video with one thing changed that a rule
 * might wrongly take offence at.
 */
import { bannerRequest, type SampleRequest, videoRequest } from './sample-requests.ts'
import {
  bannerBid,
  inlineVast,
  responseWith,
  type SampleBid,
  type SampleResponse,
  videoBid,
  wrapperVast,
} from './sample-responses.ts'

/** A request, a response to it, and the parts of both that a test changes. */
export type Pair = {
  request: SampleRequest
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into it at will.
  imp: Record<string, any>
  response: SampleResponse
  bid: SampleBid
}

function pairOf(request: SampleRequest, bid: SampleBid): Pair {
  return { request, imp: request.imp[0], response: responseWith(request.id as string, bid), bid }
}

export const banner = () => pairOf(bannerRequest(), bannerBid())
export const video = () => pairOf(videoRequest(), videoBid())

export const VALID: readonly [about: string, make: () => Pair, change: (pair: Pair) => void][] = [
  ['a banner', banner, () => {}],
  ['a video', video, () => {}],
  ['no currency is USD', banner, ({ response }) => delete response.cur],
  ['a currency that the request allows', banner, inEuros],
  ['a price at the floor', banner, ({ bid }) => put(bid, { price: 0.5 })],
  ['the highest price', banner, ({ bid }) => put(bid, { price: 5000 })],
  ['the lowest price', banner, ({ imp, bid }) => put(imp, { bidfloor: 0 }) && put(bid, { price: 0.00001 })],
  ['a floor written as text', banner, ({ imp }) => put(imp, { bidfloor: '1.25' })],
  ['a floor of nothing in any currency', banner, ({ imp }) => put(imp, { bidfloor: 0, bidfloorcur: 'EUR' })],
  ['a creative id of 128 bytes', banner, ({ bid }) => put(bid, { crid: 'é'.repeat(64) })],
  ['a neighbour of a blocked domain', banner, ({ bid }) => put(bid, { adomain: ['unblocked.example'] })],
  ['a sibling of a blocked category', banner, ({ bid }) => put(bid, { cat: ['IAB7-3', 'IAB7', 'IAB2'] })],
  ['other taxonomies without a block', video, ({ bid }) => put(bid, { cattax: 7 })],
  [
    'a category that only starts like a blocked one',
    banner,
    ({ request }) => put(request, { bcat: ['IAB2'] }),
  ],
  ['the default taxonomy, named', banner, ({ request }) => put(request, { cattax: 1 })],
  ['the same taxonomy', banner, ({ request, bid }) => put(request, { cattax: 2 }) && put(bid, { cattax: 2 })],
  [
    'the flat size without formats',
    banner,
    ({ imp }) => put(imp, { banner: { w: '300', h: 250.0, format: [{}] } }),
  ],
  ['a deal', banner, (pair) => onDeal(pair, 'deal-1')],
  [
    'a deal below the floor of the imp',
    banner,
    (pair) => onDeal(pair, 'deal-1') && put(pair.bid, { price: 0.1 }),
  ],
  [
    'a seat that is wanted',
    banner,
    ({ request, response }) => seated(request, response, { wseat: ['s', 'other'] }),
  ],
  [
    'a seat that is not blocked',
    banner,
    ({ request, response }) => seated(request, response, { bseat: ['other'] }),
  ],
  [
    'ids written as numbers',
    banner,
    ({ request, imp, response }) => {
      put(request, { id: 17 })
      put(imp, { id: 1 })
      put(response, { id: '17' })
    },
  ],
  [
    'two bids for two imps',
    banner,
    ({ request, imp, response, bid }) => {
      request.imp.push({ ...imp, id: '2' })
      response.seatbid.push({ seat: 's', bid: [{ ...bid, id: 'b-9', impid: '2' }] })
    },
  ],
  [
    'two bids for a dynamic pod',
    video,
    ({ imp, response, bid }) => {
      imp.video.poddur = 60
      response.seatbid[0].bid.push({ ...bid, id: 'b-9' })
    },
  ],
  ['an exact length', video, ({ imp }) => put(imp.video, { rqddurs: [6, 15] })],
  [
    'no protocols and no types offered',
    video,
    ({ imp }) => {
      delete imp.video.protocols
      delete imp.video.mimes
    },
  ],
  [
    'a length at both ends of its range',
    video,
    ({ imp }) => put(imp.video, { minduration: 15, maxduration: '15' }),
  ],
  ['a length of more than an hour', video, ({ imp, bid }) => lasting(imp, bid, 3675, '01:01:15')],
  ['types in capitals', video, ({ imp }) => put(imp.video, { mimes: ['VIDEO/MP4'] })],
  ['VAST 2', video, ({ bid }) => put(bid, videoBid(2, inlineVast('2.0')))],
  ['VAST 4.0', video, ({ bid }) => put(bid, videoBid(7, inlineVast('4.0')))],
  [
    'VAST 4.2',
    video,
    ({ imp, bid }) => put(imp.video, { protocols: ['13'] }) && put(bid, videoBid(13, inlineVast('4.2'))),
  ],
  [
    'a wrapper',
    video,
    ({ imp, bid }) => put(imp.video, { protocols: [6] }) && put(bid, videoBid(6, wrapperVast('3.0'))),
  ],
  [
    'DAAST',
    video,
    ({ imp, bid }) => {
      put(imp, { audio: { ...imp.video, protocols: [9] } })
      put(bid, { mtype: 3, protocol: 9, adm: 'https://bank.example/daast' })
    },
  ],
  ['audio', video, ({ imp, bid }) => put(imp, { audio: imp.video }) && put(bid, { mtype: 3 })],
  [
    'native',
    banner,
    ({ imp, bid }) => {
      put(imp, { native: { request: '{}' } })
      put(bid, { mtype: 4, adm: '{"link":{"url":"https://shop.example/"}}' })
    },
  ],
]

export function put(target: object, fields: object): true {
  Object.assign(target, fields)
  return true
}

function lasting(imp: Pair['imp'], bid: SampleBid, dur: number, text: string): void {
  put(imp.video, { maxduration: 0 })
  put(bid, { dur, adm: inlineVast('3.0').replace('00:00:15', text) })
}

export function inEuros({ request, imp, response }: Pair): void {
  put(request, { cur: ['USD', 'EUR'] })
  put(response, { cur: 'EUR' })
  put(imp, { bidfloorcur: 'EUR' })
}

export function onDeal({ imp, bid }: Pair, dealid: string): true {
  put(imp, { pmp: { private_auction: 1, deals: [{ id: 'deal-1' }] } })
  return put(bid, { dealid })
}

export function seated(request: SampleRequest, response: SampleResponse, lists: object): void {
  put(request, lists)
  put(response.seatbid[0], { seat: 's' })
}
