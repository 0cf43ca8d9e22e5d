/**
 * Turns a valid catalog into the tables that bids are made from: an ad for each creative of each active campaign, in
 * an order that puts like by like, and for each ad what targeting, the models, pricing and the wire need of it.
 */
import { microsOfDecimal } from '../base/money.ts'
import { type AdFeatures, adVectorsOf } from '../features/vector.ts'
import { type AdText, adFragment } from '../openrtb/response.ts'
import type { Goals } from '../pricing/price.ts'
import { sortByLikeness, type TargetedAd } from '../targeting/ad.ts'
import { compileTargets } from '../targeting/compile.ts'
import type { Advertiser, Campaign, Catalog, Creative } from './schema.ts'

type Ad = {
  readonly campaign: Campaign
  readonly creative: Creative
  readonly advertiser: Advertiser
  readonly targeted: TargetedAd
}

/**
 * @param turn awaited between pieces of work, so that bids are answered meanwhile.
 */
export async function compileAds(
  catalog: Catalog,
  exchangeNames: readonly string[],
  turn: () => Promise<void> = async () => {},
) {
  const ads = adsOf(catalog)
  await turn()
  const targets = await compileTargets(
    ads.map(({ targeted }) => targeted),
    exchangeNames,
    turn,
  )
  await turn()
  const features = ads.map(featuresOf)
  const vectors = adVectorsOf(features)
  await turn()
  const fragments = []
  for (const ad of ads) {
    fragments.push(adFragment(textOf(ad)))
    if (fragments.length % 256 === 0) await turn()
  }
  return { targets, features, vectors, goals: goalsOf(ads), fragments }
}

function adsOf({ advertisers, creatives, campaigns }: Catalog): Ad[] {
  const advertiserById = new Map(advertisers.map((advertiser) => [advertiser.id, advertiser]))
  const creativeById = new Map(creatives.map((creative) => [creative.id, creative]))
  const ads = campaigns
    .filter(({ status }) => status === 'active')
    .flatMap((campaign) =>
      campaign.creatives.map((id) => {
        // The catalog was validated: its references lead somewhere.
        const creative = creativeById.get(id)!
        const advertiser = advertiserById.get(campaign.advertiser)!
        return { campaign, creative, advertiser, targeted: targetedOf(campaign, creative, advertiser) }
      }),
    )
  return sortByLikeness(ads, ({ targeted }) => targeted)
}

function targetedOf({ targeting }: Campaign, creative: Creative, { domain }: Advertiser): TargetedAd {
  const shape =
    creative.format === 'banner'
      ? ({ format: 'banner', width: creative.width, height: creative.height } as const)
      : ({
          format: 'video',
          durationS: creative.durationS,
          mimes: creative.media.map(({ mime }) => mime),
        } as const)
  return { wants: targeting, advertiserDomain: domain, categories: creative.categories, creative: shape }
}

function featuresOf({ campaign, creative, advertiser }: Ad): AdFeatures {
  const isBanner = creative.format === 'banner'
  return {
    campaign: campaign.id,
    creative: creative.id,
    advertiser: advertiser.id,
    category: creative.categories[0],
    format: creative.format,
    shape: isBanner ? `${creative.width}x${creative.height}` : `${creative.durationS}s`,
    durationS: isBanner ? 0 : creative.durationS,
  }
}

function textOf({ campaign, creative, advertiser }: Ad): AdText {
  const common = {
    adId: `${campaign.id}/${creative.id}`,
    campaignId: campaign.id,
    creativeId: creative.id,
    advertiserDomain: advertiser.domain,
    categories: creative.categories,
  }
  return creative.format === 'banner'
    ? { ...common, format: 'banner', banner: creative }
    : { ...common, format: 'video', video: creative }
}

function goalsOf(ads: readonly Ad[]): Goals {
  const valueMicros = ads.map(({ campaign }) => microsOfDecimal(campaign.goal.value))
  const ceilings = ads.map(({ campaign }, ad) => {
    const maximum = microsOfDecimal(campaign.maxCpm)
    return campaign.goal.type === 'cpm' ? Math.min(maximum, valueMicros[ad]) : maximum
  })
  return {
    isPerClick: Uint8Array.from(ads, ({ campaign }) => (campaign.goal.type === 'cpc' ? 1 : 0)),
    valueMicros: Float64Array.from(valueMicros),
    ceilingCpmMicros: Float64Array.from(ceilings),
  }
}
