/**
 * The plain filter of the tests: how many (campaign, creative) pairs of a catalog may answer a made request. Obvious
 * rather than fast, and independent of the bidder's own targeting. Prices, floors and deals are left out.
 */
import type { Campaign, Catalog, Creative } from '../../src/catalog/schema.ts'
import type { WireImp, WireRequest } from './wire-schema.ts'

const DEVICES: Record<number, string> = { 2: 'desktop', 3: 'tv', 4: 'phone', 5: 'tablet' }
/** VAST 2, 3 and 4 inline: a film is sent as an inline document. */
const INLINE_PROTOCOLS = [2, 3, 7]

export function eligiblePairs(catalog: Catalog, request: WireRequest): number {
  const creatives = new Map(catalog.creatives.map((creative) => [creative.id, creative]))
  const domains = new Map(catalog.advertisers.map((advertiser) => [advertiser.id, advertiser.domain]))
  let pairs = 0
  for (const campaign of catalog.campaigns) {
    if (campaign.status !== 'active' || !isWanted(campaign, request)) continue
    if (request.badv.includes(domains.get(campaign.advertiser)!)) continue
    const own = campaign.creatives.map((id) => creatives.get(id)!)
    pairs += own.filter((one) => !isBlocked(one, request) && request.imp.some((imp) => fits(one, imp))).length
  }
  return pairs
}

function isWanted({ targeting }: Campaign, request: WireRequest): boolean {
  const { device, site, app } = request
  const publisher = site?.domain.replace(/^www\./, '') ?? app!.bundle
  const categories = (site ?? app)!.cat
  const holds = (wanted: readonly string[] | undefined, value: string) => wanted?.includes(value) ?? true
  return (
    holds(targeting.inventory, site ? 'site' : 'app') &&
    holds(targeting.devices, DEVICES[device.devicetype]) &&
    holds(targeting.countries, device.geo.country) &&
    holds(targeting.regions, `${device.geo.country}-${device.geo.region}`) &&
    holds(targeting.operatingSystems, device.os.toLowerCase()) &&
    holds(targeting.languages, device.language) &&
    holds(targeting.publishers, publisher) &&
    !targeting.notPublishers?.includes(publisher) &&
    (targeting.categories?.some((wanted) => categories.some((category) => isUnder(category, wanted))) ?? true)
  )
}

function isBlocked(creative: Creative, request: WireRequest): boolean {
  return creative.categories.some((category) => request.bcat.some((blocked) => isUnder(category, blocked)))
}

/** IAB17 takes IAB17-12, but not IAB1. */
function isUnder(category: string, parent: string): boolean {
  return category === parent || category.startsWith(`${parent}-`)
}

function fits(creative: Creative, { banner, video }: WireImp): boolean {
  if (creative.format === 'banner') {
    return banner?.format.some(({ w, h }) => w === creative.width && h === creative.height) ?? false
  }
  return (
    creative.format === 'video' &&
    video !== undefined &&
    creative.durationS >= video.minduration &&
    creative.durationS <= video.maxduration &&
    (creative.media ?? []).some((medium) => video.mimes.includes(medium.mime)) &&
    video.protocols.some((protocol) => INLINE_PROTOCOLS.includes(protocol as number))
  )
}
