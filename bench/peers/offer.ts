/**
 * The catalog as a plain bidder keeps it: campaigns with their lists as sets, by the countries that they want, each with
 * its creatives. Made once at start. Banners and inline films; audio, native and VAST wrappers are left out.
 */
import type { BannerCreative, Campaign, Catalog, Creative, VideoCreative } from '../../src/catalog/schema.ts'
import { DEVICE_CLASSES, deviceClassOf } from '../../src/targeting/ad.ts'
import type { WireRequest } from '../traffic/wire-schema.ts'

type Film = VideoCreative & { readonly media: NonNullable<VideoCreative['media']> }

export type PeerAd = {
  /** Place among all ads. */
  readonly index: number
  readonly campaign: PeerCampaign
  readonly creative: BannerCreative | Film
  /** As in 300x250; '' for a film. */
  readonly size: string
}

export type PeerCampaign = {
  readonly campaign: Campaign
  readonly domain: string
  /** The most that may be bid, US dollars CPM. */
  readonly ceilingUsd: number
  readonly wants: Readonly<Record<Wanted, ReadonlySet<string> | undefined>>
  readonly ads: PeerAd[]
}

/** Lists of a campaign's targeting that are held against one value of the request, or one of several. */
const WANTED = [
  'inventory',
  'devices',
  'countries',
  'regions',
  'operatingSystems',
  'languages',
  'publishers',
  'notPublishers',
  'categories',
] as const
type Wanted = (typeof WANTED)[number]

export class Offer {
  readonly ads: PeerAd[] = []
  readonly #byCountry = new Map<string, PeerCampaign[]>()
  /** Those that take any country. */
  readonly #anywhere: PeerCampaign[]

  constructor({ advertisers, creatives, campaigns }: Catalog) {
    const domains = new Map(advertisers.map(({ id, domain }) => [id, domain]))
    const creativeById = new Map(creatives.map((creative) => [creative.id, creative]))
    const active = campaigns
      .filter(({ status }) => status === 'active')
      .map((campaign) => peerCampaign(campaign, domains.get(campaign.advertiser)!))
    for (const one of active) {
      for (const id of one.campaign.creatives) this.#add(one, creativeById.get(id)!)
    }
    this.#anywhere = active.filter(({ wants }) => wants.countries === undefined)
    for (const country of new Set(active.flatMap(({ wants }) => [...(wants.countries ?? [])]))) {
      const takers = active.filter(({ wants }) => wants.countries?.has(country) ?? true)
      this.#byCountry.set(country, takers)
    }
  }

  /** The campaigns that want the request, and whose advertiser it does not block. */
  takersOf(request: WireRequest): PeerCampaign[] {
    const { device, site, app } = request
    const { country } = device.geo
    const inventory = site ? 'site' : 'app'
    const deviceClass = DEVICE_CLASSES[deviceClassOf(device.devicetype)]
    const region = `${country}-${device.geo.region}`
    const os = device.os.toLowerCase()
    const publisher = (site?.domain.replace(/^www\./, '') ?? app?.bundle ?? '').toLowerCase()
    const categories = ((site ?? app)?.cat ?? []).flatMap((category) => [category, wholeOf(category)])
    const blocked = new Set(request.badv)
    return (this.#byCountry.get(country) ?? this.#anywhere).filter(
      ({ wants, domain }) =>
        holds(wants.devices, deviceClass) &&
        holds(wants.operatingSystems, os) &&
        holds(wants.inventory, inventory) &&
        holds(wants.regions, region) &&
        holds(wants.languages, device.language) &&
        holds(wants.publishers, publisher) &&
        !wants.notPublishers?.has(publisher) &&
        (wants.categories === undefined || categories.some((one) => wants.categories!.has(one))) &&
        !isDomainIn(blocked, domain),
    )
  }

  #add(campaign: PeerCampaign, creative: Creative): void {
    if (creative.format !== 'banner' && !isFilm(creative)) return
    const size = creative.format === 'banner' ? `${creative.width}x${creative.height}` : ''
    const ad = { index: this.ads.length, campaign, creative, size }
    this.ads.push(ad)
    campaign.ads.push(ad)
  }
}

function isFilm(creative: Creative): creative is Film {
  return creative.format === 'video' && creative.media !== undefined
}

function holds(wanted: ReadonlySet<string> | undefined, value: string): boolean {
  return wanted === undefined || wanted.has(value)
}

function peerCampaign(campaign: Campaign, domain: string): PeerCampaign {
  const { goal, maxCpm, targeting } = campaign
  const ceilingUsd = goal.type === 'cpm' ? Math.min(maxCpm, goal.value) : maxCpm
  const sets = WANTED.map((name) => [name, targeting[name] && new Set<string>(targeting[name])])
  return { campaign, domain, ceilingUsd, wants: Object.fromEntries(sets), ads: [] }
}

/** IAB17 of IAB17-12. */
export function wholeOf(category: string): string {
  return category.split('-', 1)[0]
}

/** Blocking example.com blocks shop.example.com too. */
function isDomainIn(blocked: ReadonlySet<string>, domain: string): boolean {
  for (let rest = domain; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1)) {
    if (blocked.has(rest)) return true
  }
  return false
}
