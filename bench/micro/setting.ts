/**
 * What the micro benches share: generated requests, a catalog of a thousand campaigns, and the demo model. Fixed seeds.
 */
import { fileURLToPath } from 'node:url'
import { compileAds } from '../../src/catalog/compile.ts'
import { EXCHANGE_PROFILES } from '../../src/exchange/profiles.ts'
import { Plan } from '../../src/features/plan.ts'
import { FeatureVector } from '../../src/features/vector.ts'
import { InlineScorer } from '../../src/inference/inline.ts'
import { loadModel } from '../../src/models/load.ts'
import { RequestView } from '../../src/openrtb/request.ts'
import { Matcher } from '../../src/targeting/match.ts'
import { makeCatalog } from '../traffic/catalogs.ts'
import { makeBodies } from '../traffic/requests.ts'

export const BODY_BYTES_MAX = 65_536
export const bodies = makeBodies(1, 1000)

export const adsOf = async (campaigns: number) => compileAds(makeCatalog(1, { campaigns }), EXCHANGE_PROFILES)
export const ads = await adsOf(1000)

const loaded = await loadModel(fileURLToPath(new URL('../../models/ctr/1', import.meta.url)))
if ('faults' in loaded) throw new Error(loaded.faults.join('\n'))
export const { model } = loaded

export const inlinePlan = new Plan(model.inline.columns, ads.vectors)
export const inline = new InlineScorer(model.inline, inlinePlan, ads.vectors.count)
export const modelPlan = new Plan(model.manifest.inputs[0].columns, ads.vectors)

/** Requests that have been read and matched, as ids of ads: what the stages behind matching start from. */
export function matchedRequest(index: number) {
  const view = new RequestView(BODY_BYTES_MAX)
  const matcher = new Matcher()
  const vector = new FeatureVector()
  for (let i = index; ; i++) {
    const body = bodies[i % bodies.length]
    body.copy(view.tape.bytes)
    view.read(body.length)
    matcher.match(ads.targets, view, { exchangeIndex: 0, seat: undefined })
    if (matcher.lotEnd[0] >= 16) break
  }
  vector.readRequest(view, {
    exchangeHash: 1,
    deviceClass: 0,
    wallMs: Date.UTC(2026, 0, 5, 12),
    mayIdentify: true,
    userSegments: Number.NaN,
  })
  vector.readImp(view, view.imps[0], view.imps[0].floorMicros)
  return { view, vector, ads: Array.from(matcher.ads.subarray(0, 16)) }
}
