/**
 * The naive twin of the request view: `JSON.parse` and plain properties. Says of a request what the view says, as a
 * plain object, so that one suite can hold both to the same cases and random requests can be compared.
 *
 * Differs on purpose where `JSON.parse` does: it nests without bound, replaces bytes that are not UTF-8, and forgets how
 * a number was spelled. It also knows no most of imps.
 */
import { hashText } from '../base/hash.ts'
import { NO_UTC_OFFSET } from '../openrtb/device.ts'
import type { INVENTORY, READ, TEXT } from '../openrtb/request.ts'
import { type ImpFacts, impsOf } from './naive-imp.ts'
import {
  type Fields,
  fields,
  flag,
  integer,
  isObject,
  list,
  objectOrNothing,
  positive,
  scalarText,
  type TextList,
  textList,
} from './naive-values.ts'

type TextName = keyof typeof TEXT

export type RequestFacts = {
  id: string
  auctionType: number
  isTest: boolean
  tmaxMs: number
  inventory: keyof typeof INVENTORY
  deviceType: number
  connectionType: number
  deviceWidth: number
  deviceHeight: number
  utcOffsetMin: number
  currencies: TextList
  buyerSeats: TextList
  blockedSeats: TextList
  categoryTaxonomy: number
  blockedCategories: TextList
  allowedCategories: TextList
  blockedAdvertisers: TextList
  blockedApps: TextList
  languages: TextList
  categories: TextList
  source: Fields | undefined
  ext: Fields | undefined
  dsa: DsaFacts
  texts: Record<TextName, string>
  /** Of what may tell a person there is none. */
  hashes: Record<Exclude<TextName, 'userAgent' | 'address' | 'make' | 'model' | 'carrier'>, number>
  imps: ImpFacts[]
}

export type DsaFacts = { isThere: boolean; required: number; publisherRender: number }

export type Reading = { result: keyof typeof READ; facts?: RequestFacts }

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
  const { inventory, domain, place } = placeOf(request)
  const texts = textsOf(device, inventory, domain, place)
  const {
    userAgent: _agent,
    address: _address,
    make: _make,
    model: _model,
    carrier: _carrier,
    ...hashed
  } = texts
  return {
    id: scalarText(request.id),
    auctionType: integer(request.at, 2),
    isTest: flag(request.test),
    tmaxMs: positive(request.tmax),
    inventory,
    deviceType: integer(device.devicetype, 0),
    connectionType: integer(device.connectiontype, 0),
    deviceWidth: positive(device.w),
    deviceHeight: positive(device.h),
    utcOffsetMin: integer(fields(device.geo).utcoffset, NO_UTC_OFFSET),
    currencies: textList(request.cur),
    buyerSeats: textList(request.wseat),
    blockedSeats: textList(request.bseat),
    categoryTaxonomy: integer(request.cattax, 0) || integer(fields(request.ext).cattax, 0) || 1,
    blockedCategories: textList(request.bcat),
    allowedCategories: textList(request.acat),
    blockedAdvertisers: textList(request.badv),
    blockedApps: textList(request.bapp),
    languages: textList(textList(request.wlang).length > 0 ? request.wlang : request.wlangb),
    categories: textList(place.cat),
    source: objectOrNothing(request.source),
    ext: objectOrNothing(request.ext),
    dsa: dsaOf(fields(request.regs)),
    texts,
    hashes: mapValues(hashed, hashText),
    imps: impsOf(list(request.imp)),
  }
}

function textsOf(
  device: Fields,
  inventory: RequestFacts['inventory'],
  domain: string,
  place: Fields,
): RequestFacts['texts'] {
  const geo = fields(device.geo)
  const texts = {
    domain,
    bundle: inventory === 'app' ? scalarText(place.bundle) : '',
    publisher: scalarText(fields(place.publisher).id),
    country: scalarText(geo.country),
    region: scalarText(geo.region),
    os: scalarText(device.os),
    language: scalarText(device.language),
    userAgent: scalarText(device.ua),
    address: scalarText(device.ip) || scalarText(device.ipv6),
    make: scalarText(device.make),
    model: scalarText(device.model),
    carrier: scalarText(device.carrier),
  }
  return mapValues(texts, (text) => text.toWellFormed())
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

/** The strictest of what both places and both names of the field say. */
function dsaOf(regs: Fields): DsaFacts {
  const places = [regs.dsa, fields(regs.ext).dsa].filter(isObject)
  const required = places.flatMap(({ dsarequired, required }) => [positive(dsarequired), positive(required)])
  const renders = places.map(({ pubrender }) => integer(pubrender, -1)).filter((code) => code >= 0)
  return {
    isThere: places.length > 0,
    required: Math.max(0, ...required),
    publisherRender: renders.length === 0 ? -1 : Math.max(0, Math.min(...renders)),
  }
}

function mapValues<K extends string, V, R>(values: Record<K, V>, map: (value: V) => R): Record<K, R> {
  return Object.fromEntries(Object.entries<V>(values).map(([name, value]) => [name, map(value)])) as Record<
    K,
    R
  >
}
