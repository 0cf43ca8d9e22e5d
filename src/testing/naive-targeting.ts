/**
 * The naive twin of targeting: a parsed request and a list of ads, asked one question after the other. Slow and plain on
 * purpose: when it and the compiled rows disagree, this one says what was meant.
 */
import { DEVICE_CLASSES, deviceClassOf, type TargetedAd } from '../targeting/ad.ts'
import { IMP_DEALS_MAX } from '../targeting/match.ts'
import {
  bare,
  fitsFormat,
  folded,
  isFilled,
  type PlainScreen,
  type PlainSlots,
  type Texts,
  texts,
} from './naive-formats.ts'

export type PlainDeal = { id?: string | number; wseat?: Texts; wadomain?: Texts; bidfloor?: number }

export type PlainImp = PlainSlots & {
  id: string
  pmp?: { private_auction?: number; deals?: PlainDeal[] }
  bcat?: Texts
  badv?: Texts
}

export type PlainRequest = {
  id: string
  imp: PlainImp[]
  site?: { domain?: string; cat?: Texts }
  app?: { bundle?: string; cat?: Texts }
  dooh?: object
  device?: PlainScreen & {
    devicetype?: number
    os?: string
    language?: string
    geo?: { country?: string; region?: string }
  }
  cattax?: number
  bcat?: Texts
  acat?: Texts
  badv?: Texts
  bapp?: Texts
  wlang?: Texts
  wlangb?: Texts
}

/** What is found for an imp under a deal, or in the open auction; ads by their place, in ascending order. */
export type PlainLot = { readonly imp: string; readonly deal: string; readonly ads: readonly number[] }

/** The `deal` of a lot without one. */
export const OPEN = ''

/** Who asks, and the segments of the user, as far as any are known. */
export type Asker = {
  readonly exchange: string
  readonly seat: string | undefined
  readonly segments?: readonly string[]
}

/** The lots of a request, empty ones left out. */
export function naiveLots(
  ads: readonly TargetedAd[],
  request: PlainRequest,
  { exchange, seat, segments = [] }: Asker,
): PlainLot[] {
  const wanted = (ad: TargetedAd) =>
    wantsRequest(ad, request, exchange) && wantsUser(ad, segments) && !isBlocked(ad, request)
  return request.imp.flatMap((imp) => {
    const lotOf = (deal: string, isIn: (ad: TargetedAd) => boolean): PlainLot => {
      const fits = (ad: TargetedAd) => isIn(ad) && wanted(ad) && fitsImp(ad, request, imp)
      return { imp: imp.id, deal, ads: ads.flatMap((ad, index) => (fits(ad) ? [index] : [])) }
    }
    const { deals = [], private_auction } = imp.pmp ?? {}
    const sold = deals
      .filter((deal) => isForSeat(deal, seat))
      .map((deal) => lotOf(`${deal.id}`, (ad) => isSoldBy(deal, ad)))
      .filter((lot) => lot.ads.length > 0)
      .slice(0, IMP_DEALS_MAX)
    const open = lotOf(OPEN, (ad) => ad.deals === undefined)
    return private_auction === 1 || open.ads.length === 0 ? sold : [...sold, open]
  })
}

function isForSeat({ wseat }: PlainDeal, seat: string | undefined): boolean {
  return !isFilled(wseat) || (seat !== undefined && texts(wseat).includes(seat))
}

function isSoldBy({ id, wadomain }: PlainDeal, { deals = [], advertiserDomain }: TargetedAd): boolean {
  const isBought = id !== undefined && deals.map(folded).includes(folded(`${id}`))
  return (
    isBought && (!isFilled(wadomain) || texts(wadomain).some((one) => bare(one) === bare(advertiserDomain)))
  )
}

function wantsRequest({ wants }: TargetedAd, request: PlainRequest, exchange: string): boolean {
  const { device = {}, app, site, dooh } = request
  const country = device.geo?.country ?? ''
  const region = device.geo?.region?.split('-').at(-1) ?? ''
  const publisher = (app !== undefined ? app.bundle : site?.domain && bare(site.domain)) ?? ''
  const inventory = app ? 'app' : site ? 'site' : dooh ? 'dooh' : ''
  const accepts = (list: readonly string[] | undefined, value: string) =>
    list === undefined || list.map(folded).includes(folded(value))
  return (
    accepts(wants.exchanges, exchange) &&
    accepts(wants.inventory, inventory) &&
    accepts(wants.devices, DEVICE_CLASSES[deviceClassOf(device.devicetype ?? 0)]) &&
    accepts(wants.countries, country) &&
    accepts(wants.regions, country !== '' && region !== '' ? `${country}-${region}` : '') &&
    accepts(wants.operatingSystems, device.os ?? '') &&
    accepts(wants.languages, device.language ?? '') &&
    accepts(wants.publishers, publisher) &&
    !(wants.notPublishers ?? []).map(folded).includes(folded(publisher)) &&
    (wants.categories?.some((whole) => texts((app ?? site)?.cat).some((cat) => isWithin(cat, whole))) ?? true)
  )
}

function wantsUser({ wants: { segments = {} } }: TargetedAd, known: readonly string[]): boolean {
  const isIn = (segment: string) => known.map(folded).includes(folded(segment))
  return (segments.any?.some(isIn) ?? true) && !(segments.none ?? []).some(isIn)
}

function isBlocked(ad: TargetedAd, request: PlainRequest): boolean {
  const { cattax, bcat, acat, badv, bapp, wlang, wlangb } = request
  const languages = isFilled(wlang) ? wlang : wlangb
  return (
    isCategoryBlocked(ad, cattax, bcat) ||
    (isFilled(acat) && !isCategoryAllowed(ad, cattax, acat)) ||
    isAdvertiserBlocked(ad, badv) ||
    texts(bapp).some((app) => ad.bundle !== undefined && folded(app) === folded(ad.bundle)) ||
    (isFilled(languages) && !isLanguageAllowed(ad, languages))
  )
}

/** Without categories in the taxonomy that is asked in, nobody can tell what an ad is about. */
function categoriesOf({ categories, categoriesIn }: TargetedAd, cattax = 1): readonly string[] {
  return cattax === 1 ? categories : (categoriesIn[cattax] ?? [])
}

function isCategoryBlocked(ad: TargetedAd, cattax: number | undefined, bcat: Texts | undefined): boolean {
  if (!isFilled(bcat)) return false
  const own = categoriesOf(ad, cattax)
  return (
    own.length === 0 || own.some((category) => texts(bcat).some((blocked) => isWithin(category, blocked)))
  )
}

function isCategoryAllowed(ad: TargetedAd, cattax: number | undefined, acat: Texts): boolean {
  const own = categoriesOf(ad, cattax)
  return own.length > 0 && own.every((category) => texts(acat).some((allowed) => isWithin(category, allowed)))
}

/** IAB17-12 is within IAB17-12 and within IAB17. */
function isWithin(category: string, whole: string): boolean {
  return folded(category) === folded(whole) || folded(category.split('-')[0]) === folded(whole)
}

function isAdvertiserBlocked({ advertiserDomain }: TargetedAd, badv: Texts | undefined): boolean {
  const ours = bare(advertiserDomain)
  return texts(badv).some((blocked) => ours === bare(blocked) || ours.endsWith(`.${bare(blocked)}`))
}

function isLanguageAllowed({ language }: TargetedAd, languages: Texts): boolean {
  return (
    language === 'xx' || (language !== undefined && texts(languages).map(folded).includes(folded(language)))
  )
}

function fitsImp(ad: TargetedAd, request: PlainRequest, imp: PlainImp): boolean {
  if (isCategoryBlocked(ad, request.cattax, imp.bcat) || isAdvertiserBlocked(ad, imp.badv)) return false
  return fitsFormat(ad, request.device ?? {}, imp)
}
