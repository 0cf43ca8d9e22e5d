/**
 * What a bid says of its creative: ids, advertiser, categories, language, attributes, APIs. Held against the lists of
 * the request, of the imp and of the slot.
 */
import type { BidCase } from './bid-case.ts'
import {
  allShown,
  isFilledText,
  type JsonObject,
  limitOf,
  listOf,
  numberOf,
  numbersOf,
  objectOf,
  shown,
  textsOf,
} from './loose-json.ts'

const CRID_BYTES_MAX = 128
const BARE_DOMAIN = /^(?!www\.)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/
/** Taxonomy of categories when nothing is said: IAB content taxonomy 1.0. */
const CATTAX_DEFAULT = 1
/** ISO 639 has no code for it; section 4.2.3 takes this for a creative without words. */
const NO_LANGUAGE = 'xx'

export function checkCreative(bidCase: BidCase): void {
  checkCreativeId(bidCase)
  checkAdvertiser(bidCase)
  checkCategories(bidCase)
  checkBundle(bidCase)
  checkLanguage(bidCase)
  checkExpiry(bidCase)
  checkAttributes(bidCase)
}

export function foldedDomain(domain: string): string {
  return domain.toLowerCase().replace(/^www\./, '')
}

function checkCreativeId({ bid: { crid }, say }: BidCase): void {
  if (!isFilledText(crid)) say('crid.present', '/crid', `is ${shown(crid)}`)
  else if (Buffer.byteLength(crid) > CRID_BYTES_MAX) {
    say('crid.length', '/crid', `has ${Buffer.byteLength(crid)} bytes`)
  }
}

function checkAdvertiser({ request, imp, bid: { adomain }, say }: BidCase): void {
  if (listOf(adomain).length === 0) say('adomain.present', '/adomain', `is ${shown(adomain)}`)
  const blocked = [...textsOf(request.badv), ...textsOf(imp?.badv)].map(foldedDomain)
  listOf(adomain).forEach((domain, index) => {
    const path = `/adomain/${index}`
    if (!isFilledText(domain) || !BARE_DOMAIN.test(domain)) {
      say('adomain.bare', path, `${shown(domain)} is no bare domain`)
    }
    if (!isFilledText(domain)) return
    const ours = foldedDomain(domain)
    const by = blocked.find((theirs) => ours === theirs || ours.endsWith(`.${theirs}`))
    if (by !== undefined) say('adomain.blocked', path, `${domain} is blocked by ${by}`)
  })
}

function checkCategories({ request, imp, bid: { cat, cattax }, say }: BidCase): void {
  const categories = listOf(cat)
  if (categories.length === 0 || !categories.every(isFilledText)) {
    say('cat.present', '/cat', `is ${shown(cat)}`)
  }
  const blocked = [...textsOf(request.bcat), ...textsOf(imp?.bcat)]
  const allowed = textsOf(request.acat)
  if (blocked.length === 0 && allowed.length === 0) return
  const ours = numberOf(cattax) ?? CATTAX_DEFAULT
  const theirs = numberOf(request.cattax) ?? numberOf(objectOf(request.ext).cattax) ?? CATTAX_DEFAULT
  if (ours !== theirs) {
    say('cat.taxonomy', '/cattax', `ours are of taxonomy ${ours}, those of the request of ${theirs}`)
    return
  }
  categories.forEach((category, index) => {
    if (!isFilledText(category)) return
    const by = blocked.find((name) => isPartOf(category, name))
    if (by !== undefined) say('cat.blocked', `/cat/${index}`, `${category} is blocked by ${by}`)
    if (allowed.length > 0 && !allowed.some((name) => isPartOf(category, name))) {
      say('cat.allowed', `/cat/${index}`, `${category} is not among ${allowed.join(', ')}`)
    }
  })
}

/** IAB25-3 is a part of IAB25. */
function isPartOf(category: string, name: string): boolean {
  return category === name || category.startsWith(`${name}-`)
}

function checkBundle({ request, bid: { bundle }, say }: BidCase): void {
  if (isFilledText(bundle) && textsOf(request.bapp).includes(bundle)) {
    say('bundle.blocked', '/bundle', `${bundle} is blocked`)
  }
}

/** A creative whose language nobody tells cannot be shown to be in one that is allowed. */
function checkLanguage({ request, bid, say }: BidCase): void {
  const [codes, tags] = [textsOf(request.wlang), textsOf(request.wlangb)].map(lowerCased)
  if (codes.length === 0 && tags.length === 0) return
  const path = bid.langb === undefined ? '/language' : '/langb'
  const told = bid.langb ?? bid.language
  const ours = isFilledText(told) ? told.toLowerCase() : ''
  // ISO 639 knows languages alone; of a BCP 47 tag that is the first part.
  const isAllowed =
    ours === NO_LANGUAGE ||
    codes.includes(ours.split('-')[0]) ||
    tags.some((tag) => ours === tag || ours.startsWith(`${tag}-`))
  if (!isAllowed) {
    say('language.allowed', path, `${shown(told)} is not among ${[...codes, ...tags].join(', ')}`)
  }
}

function lowerCased(texts: readonly string[]): string[] {
  return texts.map((text) => text.toLowerCase())
}

function checkExpiry({ bid, imp, say }: BidCase): void {
  const [oursS, theirsS] = [limitOf(bid.exp), limitOf(imp?.exp)]
  if (oursS > 0 && theirsS > 0 && oursS > theirsS) {
    say('exp.short', '/exp', `${oursS} s are more than ${theirsS} s`)
  }
}

function checkAttributes({ bid, slot, say }: BidCase): void {
  if (slot === undefined) return
  const { battr, api } = slot.media
  const blocked: readonly unknown[] = numbersOf(battr)
  listOf(bid.attr).forEach((attribute, index) => {
    if (blocked.includes(attribute)) {
      say('attr.blocked', `/attr/${index}`, `${shown(attribute)} is blocked`)
    }
  })
  const offered: readonly unknown[] = numbersOf(api)
  const needs: [path: string, api: unknown][] = listOf(bid.apis).map((code, i) => [`/apis/${i}`, code])
  if (bid.api !== undefined) needs.push(['/api', bid.api])
  for (const [path, code] of needs) {
    if (!offered.includes(code))
      say('api.offered', path, `${shown(code)} is not among ${allShown(offered, 'none')}`)
  }
}

/** Whether a slot offers one of some APIs; what it does not list it does not have. */
export function offersApi({ api }: JsonObject, codes: readonly number[]): boolean {
  return numbersOf(api).some((code) => codes.includes(code))
}
