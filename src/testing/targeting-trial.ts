/**
 * Puts a request to the compiled rows and to their naive twin, for tests that are written as ads and requests.
 */
import type { Test } from 'tap'
import { hashText } from '../base/hash.ts'
import { compileNative, type NativeAd } from '../openrtb/native-response.ts'
import { READ, RequestView } from '../openrtb/request.ts'
import { NONE } from '../openrtb/tape.ts'
import type { CreativeShape, TargetedAd } from '../targeting/ad.ts'
import { compileTargets, type TargetIndex } from '../targeting/compile.ts'
import { Matcher } from '../targeting/match.ts'
import {
  type Asker,
  naiveLots,
  OPEN,
  type PlainImp,
  type PlainLot,
  type PlainRequest,
} from './naive-targeting.ts'

export const EXCHANGES = ['default', 'prebid']
export const ASKER: Asker = { exchange: 'default', seat: 'seat-1' }

const view = new RequestView(262_144)
/** One for all tests, so that nothing may be left of one in the next. */
export const matcher = new Matcher()

export const banner = {
  format: 'banner',
  width: 300,
  height: 250,
  mimes: ['image/png', 'text/html'],
} as const

const inline = { durationS: 15, isWrapper: false, mimes: ['video/mp4'] }
const mp4 = { mime: 'video/mp4', bitrateKbps: 800, width: 640, height: 360 }
export const video: CreativeShape = { ...inline, format: 'video', media: [mp4] }
export const wrapper: CreativeShape = { ...inline, format: 'video', isWrapper: true, media: [] }
export const audio: CreativeShape = {
  ...inline,
  format: 'audio',
  mimes: ['audio/mpeg'],
  media: [{ mime: 'audio/mpeg', bitrateKbps: 128 }],
}

export function native(parts: Partial<NativeAd> = {}): CreativeShape {
  const source = { titles: ['A good shop'], images: [], data: {}, landing: 'https://shop.example/', ...parts }
  return { format: 'native', native: compileNative(source) }
}

export function ad(parts: Partial<TargetedAd> = {}): TargetedAd {
  return {
    wants: {},
    advertiserDomain: 'shop.acme.example',
    categories: ['IAB17-12'],
    categoriesIn: {},
    attributes: [],
    apis: [],
    creative: banner,
    ...parts,
  }
}

export function request(parts: Partial<PlainRequest> = {}): PlainRequest {
  return { id: 'r', imp: [imp()], ...parts }
}

/** An imp that takes the ad of above, unless other parts are given. */
export function imp(parts: Partial<PlainImp> = { banner: { w: 300, h: 250 } }): PlainImp {
  return { id: '1', ...parts }
}

/** The lots that the compiled rows find, with the ads of each in ascending order. */
export function findLots(
  index: TargetIndex,
  plain: PlainRequest,
  { exchange, seat, segments }: Asker = ASKER,
): PlainLot[] {
  const length = view.tape.bytes.write(JSON.stringify(plain))
  if (view.read(length) !== READ.ok) throw new Error(`unreadable: ${JSON.stringify(plain)}`)
  matcher.match(index, view, {
    exchangeIndex: EXCHANGES.indexOf(exchange),
    seat: seat === undefined ? undefined : Buffer.from(seat),
    segments: segments === undefined ? undefined : Uint32Array.from(segments, hashText),
  })
  return Array.from({ length: matcher.lotCount }, (_, lot) => {
    const first = lot === 0 ? 0 : matcher.lotEnd[lot - 1]
    const deal = matcher.lotDeal[lot]
    return {
      imp: view.tape.rawText(view.imps[matcher.lotImp[lot]].id),
      deal: deal === NONE ? OPEN : view.tape.rawText(matcher.deals[deal].id),
      ads: Array.from(matcher.ads.subarray(first, matcher.lotEnd[lot])).sort((a, b) => a - b),
    }
  })
}

/** The lots of a request, on which the compiled rows and their twin must agree. */
export async function lotsOf(
  t: Test,
  ads: readonly TargetedAd[],
  plain: PlainRequest,
  asker = ASKER,
): Promise<PlainLot[]> {
  const lots = findLots(await compileTargets(ads, EXCHANGES), plain, asker)
  t.same(lots, naiveLots(ads, plain, asker), 'as the twin')
  return lots
}

/** What is asked, the ad, the request, and whether they match; the segments of the user where it is about them. */
export type TargetingCase = readonly [
  verdict: 'takes' | 'leaves',
  what: string,
  ad: Partial<TargetedAd>,
  request: Partial<PlainRequest>,
  segments?: readonly string[],
]

/** A test for each case. Before the ad stands one that nothing fits. */
export function testCases(t: Test, about: string, cases: readonly TargetingCase[]): void {
  for (const [verdict, what, adParts, requestParts, segments] of cases) {
    t.test(`${about}: ${verdict} ${what}`, async (t) => {
      const ads = [ad({ wants: { countries: ['ZZZ'] } }), ad(adParts)]
      const lots = await lotsOf(t, ads, request(requestParts), { ...ASKER, segments })
      t.same(
        lots.flatMap((lot) => lot.ads),
        verdict === 'takes' ? [1] : [],
      )
    })
  }
}
