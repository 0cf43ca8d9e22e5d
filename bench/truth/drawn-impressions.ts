/**
 * Impressions of a catalog on generated traffic, one by one, with what the truth says of them: each request goes through
 * the bidder's own reader, matcher and feature code, so that what is learnt is what will be asked.
 */
import { hashText } from '../../src/base/hash.ts'
import { Prng } from '../../src/base/prng.ts'
import { compileAds } from '../../src/catalog/compile.ts'
import type { Catalog } from '../../src/catalog/schema.ts'
import { FeatureVector } from '../../src/features/vector.ts'
import { READ, RequestView } from '../../src/openrtb/request.ts'
import { DEVICE_CLASSES, deviceClassOf } from '../../src/targeting/ad.ts'
import { Matcher } from '../../src/targeting/match.ts'
import { makeRequest } from '../traffic/requests.ts'
import { type RequestFacts, requestFactsOf } from './request-facts.ts'
import { clickProbability } from './truth.ts'

const EXCHANGE = 'default'
const BODY_BYTES_MAX = 65_536
/** Impressions drawn from one request: different slots and ads of it. */
const PER_REQUEST = 4
const BIDDING = { exchangeIndex: 0, seat: undefined }
export const HOUR_MS = 3_600_000

export type DrawOptions = {
  readonly ads: CompiledAds
  readonly count: number
  readonly seed: number
  /** When the impression of a row is, Unix milliseconds. */
  readonly wallMsOf: (row: number, prng: Prng) => number
}

/** The same object for every impression. */
export type Drawn = {
  readonly vector: FeatureVector
  ad: number
  wallMs: number
  floorMicros: number
  /** What the truth says, and what came of it. */
  probability: number
  isClicked: boolean
}

export type CompiledAds = Awaited<ReturnType<typeof compiledAds>>

export function compiledAds(catalog: Catalog) {
  return compileAds(catalog, [{ name: EXCHANGE, isMarkupSent: true }])
}

export function* drawnImpressions({ ads, count, seed, wallMsOf }: DrawOptions): Generator<Drawn> {
  const prng = new Prng(seed)
  const view = new RequestView(BODY_BYTES_MAX)
  const matcher = new Matcher()
  const vector = new FeatureVector()
  const drawn: Drawn = { vector, ad: 0, wallMs: 0, floorMicros: 0, probability: 0, isClicked: false }
  let row = 0
  for (let number = 0; row < count; number++) {
    const request = makeRequest(prng, `train-${number}`) as RequestFacts
    const length = view.tape.bytes.write(JSON.stringify(request))
    if (view.read(length) !== READ.ok || matcher.match(ads.targets, view, BIDDING) === 0) continue
    for (let draw = 0; draw < PER_REQUEST && row < count; draw++) {
      const lot = prng.below(matcher.lotCount)
      const imp = view.imps[matcher.lotImp[lot]]
      const first = lot === 0 ? 0 : matcher.lotEnd[lot - 1]
      const ad = matcher.ads[first + prng.below(matcher.lotEnd[lot] - first)]
      const wallMs = wallMsOf(row++, prng)
      const deviceClass = deviceClassOf(view.deviceType)
      vector.readRequest(view, { exchangeHash: hashText(EXCHANGE), deviceClass, wallMs })
      vector.readImp(view, imp, imp.floorMicros)
      const { campaign, creative, advertiser, format, shape } = ads.features[ad]
      drawn.ad = ad
      drawn.wallMs = wallMs
      drawn.floorMicros = imp.floorMicros
      drawn.probability = clickProbability({
        ...requestFactsOf(request),
        device: DEVICE_CLASSES[deviceClass],
        position: imp.position,
        isInterstitial: imp.isInterstitial,
        hour: Math.floor(wallMs / HOUR_MS) % 24,
        campaign,
        creative,
        advertiser,
        format,
        shape,
      })
      drawn.isClicked = prng.unit() < drawn.probability
      yield drawn
    }
  }
}
