/**
 * Impressions of a catalog on generated traffic, labelled by the truth: each request goes through the bidder's own
 * reader, matcher and feature code, so that what is learnt is what will be asked.
 */
import { hashText } from '../../src/base/hash.ts'
import { Prng } from '../../src/base/prng.ts'
import { compileAds } from '../../src/catalog/compile.ts'
import type { Catalog } from '../../src/catalog/schema.ts'
import type { Column } from '../../src/features/plan.ts'
import { Plan } from '../../src/features/plan.ts'
import { FeatureVector } from '../../src/features/vector.ts'
import { READ, RequestView } from '../../src/openrtb/request.ts'
import { DEVICE_CLASSES, deviceClassOf } from '../../src/targeting/ad.ts'
import { Matcher } from '../../src/targeting/match.ts'
import { makeRequest } from '../traffic/requests.ts'
import { type RequestFacts, requestFactsOf } from './request-facts.ts'
import { clickProbability } from './truth.ts'

/** Rows of two models over the same impressions, in order of time. */
export type Impressions = {
  readonly count: number
  readonly modelIds: Int32Array
  readonly inlineIds: Int32Array
  readonly labels: Uint8Array
  /** What the truth says, for comparison alone. */
  readonly probabilities: Float64Array
}

export type ImpressionOptions = {
  readonly catalog: Catalog
  readonly count: number
  readonly seed: number
  readonly modelColumns: readonly Column[]
  readonly inlineColumns: readonly Column[]
  readonly onProgress?: (done: number) => void
}

const EXCHANGE = 'default'
const BODY_BYTES_MAX = 65_536
/** Impressions drawn from one request: different slots, ads and hours of it. */
const PER_REQUEST = 4
const BIDDING = { exchangeIndex: 0, seat: undefined }
const HOUR_MS = 3_600_000
const FIRST_DAY_MS = Date.UTC(2026, 0, 1)
const DAYS = 28

export async function makeImpressions(options: ImpressionOptions): Promise<Impressions> {
  const { catalog, count, seed, modelColumns, inlineColumns, onProgress } = options
  const prng = new Prng(seed)
  const ads = await compileAds(catalog, [{ name: EXCHANGE, isMarkupSent: true }])
  const modelPlan = new Plan(modelColumns, ads.vectors)
  const inlinePlan = new Plan(inlineColumns, ads.vectors)
  const view = new RequestView(BODY_BYTES_MAX)
  const matcher = new Matcher()
  const vector = new FeatureVector()
  const rows: Impressions = {
    count,
    modelIds: new Int32Array(count * modelColumns.length),
    inlineIds: new Int32Array(count * inlineColumns.length),
    labels: new Uint8Array(count),
    probabilities: new Float64Array(count),
  }
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
      // Time runs through the weeks as the rows do, so that a holdout at the end lies in the future.
      const wallMs = FIRST_DAY_MS + Math.floor((row / count) * DAYS) * 24 * HOUR_MS + prng.below(24) * HOUR_MS
      const deviceClass = deviceClassOf(view.deviceType)
      vector.readRequest(view, {
        exchangeHash: hashText(EXCHANGE),
        deviceClass,
        wallMs,
        mayIdentify: true,
        userSegments: Number.NaN,
      })
      vector.readImp(view, imp, imp.floorMicros)
      modelPlan.begin(vector)
      modelPlan.write(rows.modelIds, row, ad)
      inlinePlan.begin(vector)
      inlinePlan.write(rows.inlineIds, row, ad)
      const { campaign, creative, advertiser, format, shape } = ads.features[ad]
      const probability = clickProbability({
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
      rows.probabilities[row] = probability
      rows.labels[row] = prng.unit() < probability ? 1 : 0
      row++
      if (row % 50_000 === 0) onProgress?.(row)
    }
  }
  return rows
}
