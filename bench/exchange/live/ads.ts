/**
 * What is true of the ads of a catalog: who clicks on them, what leads to a conversion, what an impression is worth. The
 * truth of clicks is that which the demo model was trained on (../../truth/truth.ts); conversions follow their clicks at
 * the rate that a CPA campaign states, else 3 in 100, both off by a quality of the campaign's own.
 */
import { microsOfDecimal } from '../../../src/base/money.ts'
import { compileAds } from '../../../src/catalog/compile.ts'
import type { Campaign, Catalog } from '../../../src/catalog/schema.ts'
import type { AdFeatures } from '../../../src/features/vector.ts'
import { CLICK_ID_MACRO } from '../../../src/openrtb/template.ts'
import { DEVICE_CLASSES, deviceClassOf } from '../../../src/targeting/ad.ts'
import { requestFactsOf } from '../../truth/request-facts.ts'
import { clickProbability, conversionProbability } from '../../truth/truth.ts'
import type { LiveRequest } from './live-market.ts'

export type KnownAd = {
  readonly features: AdFeatures
  readonly goal: Campaign['goal']
  /** The campaign never bids more. */
  readonly maxCpmMicros: number
  /** Of a click. */
  readonly conversionProbability: number
  /** The landing page as the catalog has it, perhaps with a place for the click's id. */
  readonly landing: string
}

const CONVERSION_RATE = 0.03

export class KnownAds {
  readonly #ads: ReadonlyMap<string, KnownAd>

  private constructor(ads: ReadonlyMap<string, KnownAd>) {
    this.#ads = ads
  }

  static async of(catalog: Catalog): Promise<KnownAds> {
    const { features, landings } = await compileAds(catalog, [])
    const campaigns = new Map(catalog.campaigns.map((campaign) => [campaign.id, campaign]))
    const ads = features.map((ad): [string, KnownAd] => {
      const { goal, maxCpm } = campaigns.get(ad.campaign)!
      const stated = goal.type === 'cpa' ? goal.conversionRate : CONVERSION_RATE
      const known = {
        features: ad,
        goal,
        maxCpmMicros: microsOfDecimal(maxCpm),
        conversionProbability: conversionProbability(ad.campaign, stated),
        landing: landings.get(ad.creative)!,
      }
      return [keyOf(ad.campaign, ad.creative), known]
    })
    return new KnownAds(new Map(ads))
  }

  /** Undefined for what is no ad of an active campaign. */
  find(campaign: string, creative: string): KnownAd | undefined {
    return this.#ads.get(keyOf(campaign, creative))
  }
}

/** The true probability that the ad is clicked in this imp. @param hour UTC. */
export function clickProbabilityOf(
  ad: KnownAd,
  request: LiveRequest,
  impIndex: number,
  hour: number,
): number {
  const { banner, video, instl } = request.imp[impIndex]
  const { campaign, creative, advertiser, format, shape } = ad.features
  return clickProbability({
    ...requestFactsOf(request),
    device: DEVICE_CLASSES[deviceClassOf(request.device.devicetype)],
    position: banner?.pos || video?.pos || 0,
    isInterstitial: instl === 1,
    hour,
    campaign,
    creative,
    advertiser,
    format,
    shape,
  })
}

/** What an impression is truly worth to the campaign, CPM micros, with a fraction; its maximum does not lower it. */
export function valueCpmMicrosOf({ goal, conversionProbability }: KnownAd, clickProbability: number): number {
  const valueMicros = microsOfDecimal(goal.value)
  if (goal.type === 'cpm') return valueMicros
  const perClick = goal.type === 'cpa' ? conversionProbability * valueMicros : valueMicros
  return clickProbability * perClick * 1000
}

/** The id that a landing page was given for the click; undefined where the catalog's page has no place for one. */
export function clickIdIn({ landing }: KnownAd, url: string): string | undefined {
  const [before, after] = landing.split(CLICK_ID_MACRO)
  if (after === undefined || !url.startsWith(before)) return undefined
  const end = after === '' ? url.length : url.indexOf(after, before.length)
  return end < 0 ? undefined : url.slice(before.length, end)
}

function keyOf(campaign: string, creative: string): string {
  return `${campaign}/${creative}`
}
