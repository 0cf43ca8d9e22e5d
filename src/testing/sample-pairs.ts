/**
 * A valid pair of a request and a response for each format, and the changes that several tests make to one.
 */
import type { CheckOptions, Rule } from '../openrtb/response-check.ts'
import {
  audioRequest,
  bannerRequest,
  dynamicPodRequest,
  nativeRequest,
  type SampleRequest,
  structuredPodRequest,
  videoRequest,
} from './sample-requests.ts'
import {
  audioBid,
  bannerBid,
  nativeBid,
  responseWith,
  type SampleBid,
  type SampleResponse,
  videoBid,
} from './sample-responses.ts'

/** A request, a response to it, and the parts of both that a test changes. */
export type Pair = {
  request: SampleRequest
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into it at will.
  imp: Record<string, any>
  response: SampleResponse
  bid: SampleBid
}

/** A pair that breaks no rule, and what must be told to the check beside it. */
export type Valid = readonly [
  about: string,
  make: () => Pair,
  change: (pair: Pair) => void,
  options?: CheckOptions,
]

/** A pair that breaks one rule, in one place. */
export type Broken = readonly [
  rule: Rule,
  path: string,
  about: string,
  make: () => Pair,
  change: (pair: Pair) => void,
  options?: CheckOptions,
]

/** The path of the first bid. */
export const BID = '/seatbid/0/bid/0'
/** Euros and yen for a dollar. */
export const RATES: ReadonlyMap<string, number> = new Map([
  ['EUR', 0.8],
  ['JPY', 160],
])

function pairOf(request: SampleRequest, bid: SampleBid): Pair {
  return { request, imp: request.imp[0], response: responseWith(request.id as string, bid), bid }
}

export const banner = () => pairOf(bannerRequest(), bannerBid())
export const video = () => pairOf(videoRequest(), videoBid())
export const audio = () => pairOf(audioRequest(), audioBid())
export const native = () => pairOf(nativeRequest(), nativeBid())

/** Two of at most three bids, for 30 of 60 seconds. */
export function dynamicPod(): Pair {
  const pair = pairOf(dynamicPodRequest(), videoBid())
  pair.response.seatbid[0].bid.push(another('b-9'))
  return pair
}

/** A bid for each of two slots. */
export function structuredPod(): Pair {
  const pair = pairOf(structuredPodRequest(), videoBid())
  pair.response.seatbid[0].bid.push({ ...another('b-9'), impid: 'v/2' })
  return pair
}

/** A bid that has nothing in common with `videoBid` but the imp. */
export function another(id: string): SampleBid {
  const bid = videoBid()
  const adm = (bid.adm as string).replace('a.mp4', `${id}.mp4`)
  return { ...bid, id, crid: `creative-${id}`, adomain: [`${id}.example`], cat: ['IAB14'], adm }
}

export function put(target: object, fields: object): true {
  Object.assign(target, fields)
  return true
}

export function inEuros({ request, imp, response }: Pair): void {
  put(request, { cur: ['USD', 'EUR'] })
  put(response, { cur: 'EUR' })
  put(imp, { bidfloorcur: 'EUR' })
}

/** A bid on a deal, where the auction is private and has one deal, `deal-1`. */
export function onDeal({ imp, bid }: Pair, dealid: string, terms: object = {}): true {
  put(imp, { pmp: { private_auction: 1, deals: [{ id: 'deal-1', ...terms }] } })
  return put(bid, { dealid })
}

export function seated(request: SampleRequest, response: SampleResponse, lists: object): void {
  put(request, lists)
  put(response.seatbid[0], { seat: 's' })
}

/** Changes the VAST of a bid. */
export function inVast(part: string | RegExp, by: string): (pair: Pair) => void {
  return ({ bid }) => put(bid, { adm: (bid.adm as string).replace(part, by) })
}

// biome-ignore lint/suspicious/noExplicitAny: tests reach into it at will.
type Change = (parsed: any) => unknown

/** Changes the native request, which is text. */
export function asking(change: Change): (pair: Pair) => void {
  return ({ imp }) => put(imp.native, { request: changedText(imp.native.request, change) })
}

/** Changes the native answer, which is text. */
export function answering(change: Change): (pair: Pair) => void {
  return ({ bid }) => put(bid, { adm: changedText(bid.adm as string, change) })
}

function changedText(text: string, change: Change): string {
  const parsed = JSON.parse(text)
  change(parsed)
  return JSON.stringify(parsed)
}

/** Where the Digital Services Act is said to apply, and what the bid tells of it. */
export function underDsa({ request, bid }: Pair, asked: object, told: object | undefined): true {
  put(request, { regs: { ext: { dsa: { dsarequired: 2, pubrender: 0, ...asked } } } })
  return told === undefined
    ? true
    : put(bid, {
        ext: { dsa: { behalf: 'Shop', paid: 'Shop', adrender: 1, ...told } },
      })
}
