/**
 * Made catalogs of any size, over the same domains, bundles, places and brands as the made requests, so that targeting
 * has something to find and blocklists something to block. One seed gives one catalog; it is valid by the catalog's
 * schemas. With 1,000 campaigns most requests find eight or more (campaign, creative) pairs: see `catalogs.test.ts`.
 *
 * Ten campaigns an advertiser, two creatives a campaign; seven in ten campaigns are banners; prices are log-normal.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Prng } from '../../src/base/prng.ts'
import type {
  Advertiser,
  BannerCreative,
  Campaign,
  Catalog,
  Creative,
  VideoCreative,
} from '../../src/catalog/schema.ts'
import { brandCategoryLot, brandDomain } from './brands.ts'
import { between, chance, draw, logNormal, lotOf, round, sampleLot } from './draw.ts'
import { bannerSizeLot } from './slots.ts'
import { makeTargeting } from './targeting.ts'

export type CatalogSize = {
  readonly campaigns: number
  /** Whether campaigns have budgets, a third of them paced, and a quarter frequency caps. */
  readonly hasBudgets?: boolean
}

const CAMPAIGNS_PER_ADVERTISER = 10
const ADVERTISERS_MIN = 5
const VIDEO_SHARE = 0.28
const CPC_SHARE = 0.35
/** What a thousand impressions are worth: about 3 US dollars over all, above most floors. */
const BANNER_CPM_USD = { median: 2.5, sigma: 0.5, bounds: [0.4, 40] } as const
const FILM_CPM_USD = { median: 4.5, sigma: 0.5, bounds: [0.4, 40] } as const
const CPC_USD = { median: 0.8, sigma: 0.5, bounds: [0.1, 8] } as const

const creativeCountLot = lotOf([
  [1, 30],
  [2, 45],
  [3, 20],
  [4, 5],
])
const durationLot = lotOf([
  [6, 18],
  [10, 8],
  [15, 40],
  [20, 6],
  [30, 26],
  [60, 2],
])

export function makeCatalog(seed: number, size: CatalogSize): Catalog {
  const prng = new Prng(seed)
  const count = Math.max(ADVERTISERS_MIN, Math.ceil(size.campaigns / CAMPAIGNS_PER_ADVERTISER))
  const brands = Array.from({ length: count }, (_, number) => makeBrand(prng, number))
  const creatives: Creative[] = []
  const campaigns = Array.from({ length: size.campaigns }, (_, number) => {
    const brand = prng.pick(brands)
    const own = makeCreatives(prng, brand, number)
    creatives.push(...own)
    const campaign = makeCampaign(prng, { brand, number, creatives: own })
    return size.hasBudgets === true ? { ...campaign, ...makeMoney(number) } : campaign
  })
  return { advertisers: brands.map((brand) => brand.advertiser), creatives, campaigns }
}

/** Writes `advertisers/all.json`, `campaigns/all.json` and `creatives/all.json`, each one array. */
export function writeCatalog(catalog: Catalog, directory: string): void {
  for (const kind of ['advertisers', 'campaigns', 'creatives'] as const) {
    mkdirSync(join(directory, kind), { recursive: true })
    writeFileSync(join(directory, kind, 'all.json'), `${JSON.stringify(catalog[kind], null, 1)}\n`)
  }
}

type Brand = { readonly advertiser: Advertiser; readonly categories: readonly string[] }

function makeBrand(prng: Prng, number: number): Brand {
  const domain = brandDomain(number)
  const words = domain.replace('.example', '').split('-')
  const name = words.map((word) => word[0].toUpperCase() + word.slice(1)).join(' ')
  return { advertiser: { id: idOf('adv', number), name, domain }, categories: draw(prng, brandCategoryLot) }
}

function makeCreatives(prng: Prng, brand: Brand, campaign: number): Creative[] {
  const isVideo = chance(prng, VIDEO_SHARE)
  const count = draw(prng, creativeCountLot)
  if (isVideo) {
    return sampleLot(prng, durationLot, count).map((durationS, index) =>
      makeVideo(prng, { brand, campaign, index, durationS }),
    )
  }
  return sampleLot(prng, bannerSizeLot, count).map(({ w, h }, index) =>
    makeBanner({ brand, campaign, index, w, h }),
  )
}

type CreativePlace = { readonly brand: Brand; readonly campaign: number; readonly index: number }

function commonOf({ brand, campaign, index }: CreativePlace) {
  const { id, domain } = brand.advertiser
  const name = `${idOf('cr', campaign)}-${index + 1}`
  return {
    id: name,
    advertiser: id,
    landing: `https://www.${domain}/offers/${name}`,
    categories: [...brand.categories],
  }
}

function makeBanner(place: CreativePlace & { w: number; h: number }): BannerCreative {
  const common = commonOf(place)
  const { advertiser } = place.brand
  return {
    ...common,
    format: 'banner',
    width: place.w,
    height: place.h,
    image: `https://cdn.${advertiser.domain}/banners/${common.id}-${place.w}x${place.h}.jpg`,
    alt: `${advertiser.name}: see this week's offers`,
  }
}

const renditions = [
  { width: 640, height: 360, bitrateKbps: 800 },
  { width: 1280, height: 720, bitrateKbps: 2400 },
  { width: 1920, height: 1080, bitrateKbps: 5200 },
] as const

function makeVideo(prng: Prng, place: CreativePlace & { durationS: number }): VideoCreative {
  const common = commonOf(place)
  const { advertiser } = place.brand
  const folder = `https://cdn.${advertiser.domain}/films/${common.id}`
  const media: VideoCreative['media'] = renditions
    .slice(0, between(prng, [1, 3]))
    .map((rendition) => ({ url: `${folder}-${rendition.height}.mp4`, mime: 'video/mp4', ...rendition }))
  if (chance(prng, 0.3)) media.push({ url: `${folder}-360.webm`, mime: 'video/webm', ...renditions[0] })
  return {
    ...common,
    format: 'video',
    title: `${advertiser.name} in ${place.durationS} seconds`,
    durationS: place.durationS,
    media,
  }
}

function makeCampaign(
  prng: Prng,
  made: { brand: Brand; number: number; creatives: readonly Creative[] },
): Campaign {
  const isVideo = made.creatives[0].format === 'video'
  const worth = cents(logNormal(prng, isVideo ? FILM_CPM_USD : BANNER_CPM_USD))
  const isPerClick = !isVideo && chance(prng, CPC_SHARE)
  const maxCpm = cents(worth * (1 + 0.6 * prng.unit()))
  return {
    id: idOf('cmp', made.number),
    advertiser: made.brand.advertiser.id,
    name: `${made.brand.advertiser.name} ${isVideo ? 'film' : 'display'} ${made.number + 1}`,
    status: 'active',
    goal: isPerClick
      ? { type: 'cpc', value: cents(logNormal(prng, CPC_USD)) }
      : { type: 'cpm', value: worth },
    maxCpm,
    creatives: made.creatives.map((creative) => creative.id),
    targeting: makeTargeting(prng, isVideo),
  }
}

/** Ample: what is measured under load is what budgets cost the bidder, not what they keep it from bidding. */
function makeMoney(number: number): Partial<Campaign> {
  return {
    budget: { total: 1_000_000, daily: 500_000 },
    pacing: number % 3 === 0 ? 'even' : 'asap',
    ...(number % 4 === 0 ? { frequencyCaps: FREQUENCY_CAPS } : {}),
  }
}

const FREQUENCY_CAPS = [
  { impressions: 3, minutes: 60 },
  { impressions: 10, minutes: 1440 },
]

function idOf(kind: string, number: number): string {
  return `${kind}-${`${number + 1}`.padStart(6, '0')}`
}

function cents(amount: number): number {
  return round(amount, 2)
}
