/**
 * The naive twin of targeting: a parsed request and a list of ads, filtered one question after the other. Slow and
 * plain on purpose: when it and the compiled rows disagree, this one says what was meant.
 */
import { DEVICE_CLASSES, deviceClassOf, type TargetedAd } from '../targeting/ad.ts'

export type PlainImp = {
  id: string
  banner?: { format?: { w: number; h: number }[]; w?: number; h?: number }
  video?: {
    mimes?: string[]
    protocols?: number[]
    minduration?: number
    maxduration?: number
    rqddurs?: number[]
  }
  bidfloorcur?: string
  pmp?: { private_auction?: number }
}

export type PlainRequest = {
  id: string
  imp: PlainImp[]
  site?: { domain?: string; cat?: string[] }
  app?: { bundle?: string; cat?: string[] }
  device?: {
    devicetype?: number
    os?: string
    language?: string
    geo?: { country?: string; region?: string }
  }
  bcat?: string[]
  badv?: string[]
}

const INLINE_VAST = [2, 3, 7, 11, 13]

/** Indexes of the ads that fit an imp, in ascending order. */
export function naiveMatch(
  ads: readonly TargetedAd[],
  request: PlainRequest,
  imp: PlainImp,
  exchange: string,
): number[] {
  return ads.flatMap((ad, index) =>
    wantsRequest(ad, request, exchange) && !isBlocked(ad, request) && fitsImp(ad, imp) ? [index] : [],
  )
}

function wantsRequest({ wants }: TargetedAd, request: PlainRequest, exchange: string): boolean {
  const { device = {}, app, site } = request
  const country = device.geo?.country?.toLowerCase() ?? ''
  const region = device.geo?.region?.toLowerCase().split('-').at(-1) ?? ''
  const publisher =
    (app !== undefined ? app.bundle : site?.domain?.replace(/^www\./i, ''))?.toLowerCase() ?? ''
  const inventory = app !== undefined ? 'app' : site !== undefined ? 'site' : ''
  const categories = (app ?? site)?.cat ?? []
  const accepts = (list: readonly string[] | undefined, value: string) =>
    list === undefined || list.some((wanted) => wanted.toLowerCase() === value)
  return (
    accepts(wants.exchanges, exchange) &&
    accepts(wants.inventory, inventory) &&
    accepts(wants.devices, DEVICE_CLASSES[deviceClassOf(device.devicetype ?? 0)]) &&
    accepts(wants.countries, country) &&
    accepts(wants.regions, country !== '' && region !== '' ? `${country}-${region}` : '') &&
    accepts(wants.operatingSystems, device.os?.toLowerCase() ?? '') &&
    accepts(wants.languages, device.language?.toLowerCase() ?? '') &&
    accepts(wants.publishers, publisher) &&
    !(wants.notPublishers ?? []).some((refused) => refused.toLowerCase() === publisher) &&
    (wants.categories === undefined ||
      wants.categories.some((wanted) => categories.some((cat) => isWithin(cat, wanted))))
  )
}

function isBlocked(ad: TargetedAd, { bcat = [], badv = [] }: PlainRequest): boolean {
  return (
    bcat.some((blocked) => ad.categories.some((category) => isWithin(category, blocked))) ||
    badv.some((entry) => {
      const blocked = entry.toLowerCase().replace(/^www\./, '')
      return ad.advertiserDomain === blocked || ad.advertiserDomain.endsWith(`.${blocked}`)
    })
  )
}

/** IAB17-12 is within IAB17-12 and within IAB17. */
function isWithin(category: string, whole: string): boolean {
  return (
    category.toLowerCase() === whole.toLowerCase() ||
    category.toLowerCase().startsWith(`${whole.toLowerCase()}-`)
  )
}

function fitsImp({ creative }: TargetedAd, imp: PlainImp): boolean {
  if (imp.pmp?.private_auction === 1) return false
  if (imp.bidfloorcur !== undefined && imp.bidfloorcur !== 'USD') return false
  if (creative.format === 'banner') {
    if (imp.banner === undefined) return false
    const { format = [], w = 0, h = 0 } = imp.banner
    const sizes = format.length > 0 ? format : [{ w, h }]
    return sizes.some((size) => size.w === creative.width && size.h === creative.height)
  }
  if (imp.video === undefined) return false
  const { mimes, protocols, minduration = 0, maxduration = 0, rqddurs } = imp.video
  return (
    (protocols === undefined || protocols.some((protocol) => INLINE_VAST.includes(protocol))) &&
    (rqddurs?.includes(creative.durationS) ??
      (creative.durationS >= minduration && (maxduration === 0 || creative.durationS <= maxduration))) &&
    (mimes === undefined || creative.mimes.some((mime) => mimes.includes(mime)))
  )
}
