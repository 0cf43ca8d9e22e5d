/**
 * The naive twin of the request view: `JSON.parse` and plain properties. Says of a request what the view says, as a
 * plain object, so that one suite can hold both to the same cases and random requests can be compared.
 *
 * Differs on purpose where `JSON.parse` does: it nests without bound, replaces bytes that are not UTF-8, and forgets how
 * a number was spelled. It also knows no most of imps.
 */
import { hashText } from '../base/hash.ts'
import type { INVENTORY, READ, TEXT } from '../openrtb/request.ts'

/** A list of texts; what is no text in it is null. Empty when the field is absent. */
type TextList = (string | null)[]

export type RequestFacts = {
  id: string
  auctionType: number
  isTest: boolean
  tmaxMs: number
  inventory: keyof typeof INVENTORY
  deviceType: number
  connectionType: number
  currencies: TextList
  buyerSeats: TextList
  blockedCategories: TextList
  categoryTaxonomy: number
  blockedAdvertisers: TextList
  categories: TextList
  texts: Record<keyof typeof TEXT, string>
  hashes: Record<keyof typeof TEXT, number>
  imps: ImpFacts[]
}

export type ImpFacts = {
  id: string
  floorCpmMicros: number
  isFloorInUsd: boolean
  isPrivateAuction: boolean
  isInterstitial: boolean
  position: number
  hasBanner: boolean
  /** As in 300x250. */
  sizes: string[]
  hasVideo: boolean
  videoWidth: number
  videoHeight: number
  durationMinS: number
  durationMaxS: number
  /** What is no number is null. */
  requiredDurations: (number | null)[]
  mimes: TextList
  vastProtocol: number
  tag: string
}

export type Reading = { result: keyof typeof READ; facts?: RequestFacts }

type Fields = Record<string, unknown>

export function readNaively(body: string): Reading {
  let request: unknown
  try {
    request = JSON.parse(body)
  } catch {
    return { result: 'notJson' }
  }
  if (!isObject(request)) return { result: 'notObject' }
  if (scalarText(request.id) === '') return { result: 'noId' }
  if (list(request.imp).length === 0) return { result: 'noImp' }
  return { result: 'ok', facts: factsOf(request) }
}

function factsOf(request: Fields): RequestFacts {
  const device = fields(request.device)
  const geo = fields(device.geo)
  const { inventory, domain, place } = placeOf(request)
  const texts = {
    domain,
    bundle: inventory === 'app' ? scalarText(place.bundle) : '',
    publisher: scalarText(fields(place.publisher).id),
    country: scalarText(geo.country),
    region: scalarText(geo.region),
    os: scalarText(device.os),
    language: scalarText(device.language),
  }
  for (const name of Object.keys(texts) as (keyof typeof texts)[]) texts[name] = texts[name].toWellFormed()
  return {
    id: scalarText(request.id),
    auctionType: integer(request.at, 2),
    isTest: flag(request.test),
    tmaxMs: Math.max(0, integer(request.tmax, 0)),
    inventory,
    deviceType: integer(device.devicetype, 0),
    connectionType: integer(device.connectiontype, 0),
    currencies: textList(request.cur),
    buyerSeats: textList(request.wseat),
    blockedCategories: textList(request.bcat),
    categoryTaxonomy: integer(request.cattax, 1),
    blockedAdvertisers: textList(request.badv),
    categories: textList(place.cat),
    texts,
    hashes: Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, hashText(text)]),
    ) as RequestFacts['hashes'],
    imps: impsOf(list(request.imp)),
  }
}

/** Where the ad would be seen: the app, or else the site, or else a screen, of which nothing more is known. */
function placeOf({ app, site, dooh }: Fields): {
  inventory: RequestFacts['inventory']
  domain: string
  place: Fields
} {
  if (isObject(app)) return { inventory: 'app', domain: scalarText(app.domain), place: app }
  if (!isObject(site)) return { inventory: isObject(dooh) ? 'dooh' : 'unknown', domain: '', place: {} }
  const host = scalarText(site.domain) || hostOf(site.page)
  return { inventory: 'site', domain: host.length > 4 ? host.replace(/^www\./i, '') : host, place: site }
}

function hostOf(page: unknown): string {
  if (typeof page !== 'string') return ''
  // In bytes, because a scheme is looked for in the first few of them.
  const url = Buffer.from(page).toString('latin1')
  const slashes = url.indexOf('//')
  const hasScheme = slashes >= 0 && slashes < 7 && (slashes === 0 || url[slashes - 1] === ':')
  const [host] = (hasScheme ? url.slice(slashes + 2) : url).split(/[/:?#]/)
  return Buffer.from(host, 'latin1').toString()
}

function impsOf(items: readonly unknown[]): ImpFacts[] {
  const imps = items.filter(isObject).map(impOf)
  // Without an id there is nothing to bid on, and of equal ids the first counts.
  return imps.filter(({ id }, index) => id !== '' && imps.findIndex((imp) => imp.id === id) === index)
}

function impOf(imp: Fields): ImpFacts {
  const banner = fields(imp.banner)
  const video = fields(imp.video)
  return {
    id: scalarText(imp.id),
    floorCpmMicros: floorMicros(imp.bidfloor),
    isFloorInUsd: typeof imp.bidfloorcur !== 'string' || ['', 'USD'].includes(imp.bidfloorcur),
    isPrivateAuction: flag(fields(imp.pmp).private_auction),
    isInterstitial: flag(imp.instl),
    position: integer(banner.pos, 0) || integer(video.pos, 0),
    hasBanner: isObject(imp.banner),
    sizes: isObject(imp.banner) ? sizesOf(banner) : [],
    hasVideo: isObject(imp.video),
    videoWidth: integer(video.w, 0),
    videoHeight: integer(video.h, 0),
    durationMinS: integer(video.minduration, 0),
    durationMaxS: integer(video.maxduration, 0),
    requiredDurations: list(video.rqddurs).map((value) =>
      Number.isNaN(number(value)) ? null : number(value),
    ),
    mimes: textList(video.mimes),
    vastProtocol: isObject(imp.video) ? newestVast(list(video.protocols)) : 0,
    tag: scalarText(imp.tagid).toWellFormed(),
  }
}

function sizesOf(banner: Fields): string[] {
  const formats = list(banner.format).filter(isObject).flatMap(sizeOf)
  return formats.length > 0 ? formats.slice(0, 32) : sizeOf(banner)
}

function sizeOf({ w, h }: Fields): string[] {
  const [width, height] = [integer(w, 0), integer(h, 0)]
  return width > 0 && height > 0 && width < 2 ** 15 && height < 2 ** 16 ? [`${width}x${height}`] : []
}

/** Of the inline forms of VAST 2.0, 3.0, 4.0, 4.1 and 4.2 the newest; 3.0 when nothing is said. */
function newestVast(protocols: readonly unknown[]): number {
  if (protocols.length === 0) return 3
  const offered = protocols.map((protocol) => integer(protocol, 0))
  return [13, 11, 7, 3, 2].find((known) => offered.includes(known)) ?? 0
}

/** The least number of micros that is not below the amount. */
function floorMicros(value: unknown): number {
  const amount = number(value)
  if (Number.isNaN(amount) || amount <= 0) return 0
  if (amount > 9_007_199_254) return Number.MAX_SAFE_INTEGER
  let micros = Math.max(0, Math.floor(amount * 1e6) - 2)
  while (micros / 1e6 < amount) micros++
  return micros
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fields(value: unknown): Fields {
  return isObject(value) ? value : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textList(value: unknown): TextList {
  return list(value).map((item) => (typeof item === 'string' ? item.toWellFormed() : null))
}

function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : ''
}

function number(value: unknown): number {
  if (typeof value === 'number') return value
  const isNumeric = typeof value === 'string' && /^[\0-\x7f]*$/.test(value) && value.trim() !== ''
  return isNumeric ? Number(value) : Number.NaN
}

function integer(value: unknown, fallback: number): number {
  const whole = number(value)
  return whole >= -(2 ** 31) && whole <= 2 ** 31 - 1 ? Math.trunc(whole) : fallback
}

function flag(value: unknown): boolean {
  return value === true || number(value) === 1
}
