/**
 * Holds a bid response against its request, by the rules in response-rules.ts. Knows nothing of how Peregrine writes
 * responses: both sides come as parsed JSON, and what a rule needs of the request is read as tolerantly as senders are
 * sloppy.
 *
 * For tests, for CI and for whoever wants to know why an exchange refused a bid; never on the bid path. Does not look at
 * deal floors, pods, native markup, languages, companion ads and allowed categories (`acat`).
 */
import { checkFilm } from './film-check.ts'
import {
  isFilledText,
  isObject,
  isSet,
  type JsonObject,
  listOf,
  numberOf,
  numbersOf,
  textsOf,
} from './loose-json.ts'
import type { Say, Violation } from './response-rules.ts'

/** A bid in its surroundings; `say` takes paths within the bid. */
type BidCase = {
  readonly request: JsonObject
  readonly currency: string
  readonly bid: JsonObject
  readonly imp: JsonObject
  readonly say: Say
}

const PRICE_MAX = 5000
const CRID_BYTES_MAX = 128
/** `bid.mtype`, and the member of the imp that offers it. */
const MEDIA = new Map<unknown, string>([
  [1, 'banner'],
  [2, 'video'],
  [3, 'audio'],
  [4, 'native'],
])
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))
const BARE_DOMAIN = /^(?!www\.)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/
/** Taxonomy of `cat` and `bcat` when nothing is said: IAB content taxonomy 1.0. */
const CATTAX_DEFAULT = 1

/** Everything that is wrong with a response; nothing when it is in order. */
export function checkResponse(request: unknown, response: unknown): Violation[] {
  const violations: Violation[] = []
  const say: Say = (rule, path, message) => violations.push({ rule, path, message })
  if (!isObject(response)) say('response.object', '', `is ${JSON.stringify(response)}`)
  else if (!isObject(request)) say('request.object', '', `the request is ${JSON.stringify(request)}`)
  else {
    checkNumbers(response, '', say)
    checkEnvelope(request, response, say)
    checkSeats(request, response, say)
  }
  return violations
}

/** The same for the text of a response, which also shows how its numbers are spelled. */
export function checkResponseText(request: unknown, text: string): Violation[] {
  let response: unknown
  try {
    response = JSON.parse(text)
  } catch (error) {
    return [{ rule: 'json.valid', path: '', message: `${error}` }]
  }
  const violations = checkResponse(request, response)
  const spelled = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[\d.]*[eE][+-]?\d+/)
  if (spelled !== null && !violations.some(({ rule }) => rule === 'number.exponent')) {
    violations.push({ rule: 'number.exponent', path: '', message: `${spelled[0]} has an exponent` })
  }
  return violations
}

function checkNumbers(value: unknown, path: string, say: Say): void {
  if (typeof value === 'number' && `${value}`.includes('e')) {
    say('number.exponent', path, `${value} is written with an exponent`)
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    checkNumbers(inner, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, say)
  }
}

function checkEnvelope(request: JsonObject, response: JsonObject, say: Say): void {
  const [ours, theirs] = [JSON.stringify(response.id), JSON.stringify(request.id)]
  if (response.id !== idOf(request)) say('id.equal', '/id', `${ours}, but the request has ${theirs}`)
  const currency = currencyOf(response)
  if (!CURRENCIES.has(currency)) say('cur.valid', '/cur', `${currency} is no currency`)
  const allowed = textsOf(request.cur)
  // Section 3.2.1: without a list the default, USD, is all that is safe.
  if (!(allowed.length > 0 ? allowed : ['USD']).includes(currency)) {
    say('cur.allowed', '/cur', `${currency} is not among ${allowed.join(', ') || 'USD'}`)
  }
}

function checkSeats(request: JsonObject, response: JsonObject, say: Say): void {
  const currency = currencyOf(response)
  const seats = listOf(response.seatbid)
  if (seats.length === 0) say('seatbid.filled', '/seatbid', 'there is none')
  const bidIds = new Set<unknown>()
  const bidImps = new Set<unknown>()
  seats.forEach((seat, seatIndex) => {
    const seatPath = `/seatbid/${seatIndex}`
    const { seat: name, bid: bids } = isObject(seat) ? seat : {}
    checkSeat(request, name, (rule, path, message) => say(rule, seatPath + path, message))
    if (listOf(bids).length === 0) say('seatbid.bids', `${seatPath}/bid`, 'there is none')
    listOf(bids).forEach((bid, bidIndex) => {
      const sayOfBid: Say = (rule, path, message) => say(rule, `${seatPath}/bid/${bidIndex}${path}`, message)
      const imp = impOf(request, bid)
      const bidCase = { request, currency, bid: isObject(bid) ? bid : {}, imp: imp ?? {}, say: sayOfBid }
      checkBidIds(bidCase, bidIds, bidImps)
      checkBid(bidCase)
    })
  })
}

function checkSeat(request: JsonObject, seat: unknown, say: Say): void {
  const name = JSON.stringify(seat)
  if (seat !== undefined && !isFilledText(seat)) say('seat.type', '/seat', `is ${name}`)
  const wanted = textsOf(request.wseat)
  if (wanted.length > 0 && !(isFilledText(seat) && wanted.includes(seat))) {
    say('seat.allowed', '/seat', `${name} is not among ${wanted.join(', ')}`)
  }
  if (isFilledText(seat) && textsOf(request.bseat).includes(seat)) {
    say('seat.allowed', '/seat', `${name} is blocked`)
  }
}

/** Holds a bid's ids against those of the request and of the bids before it, and adds them to the latter. */
function checkBidIds({ bid, imp, say }: BidCase, bidIds: Set<unknown>, bidImps: Set<unknown>): void {
  const { id, impid } = bid
  if (!isFilledText(id)) say('bid.id', '/id', `is ${JSON.stringify(id)}`)
  else if (bidIds.has(id)) say('bid.id', '/id', `${id} is the id of another bid`)
  bidIds.add(id)
  if (idOf(imp) === undefined) {
    say('bid.impid', '/impid', `${JSON.stringify(impid)} is no imp of the request`)
    return
  }
  if (bidImps.has(impid) && !takesSeveral(imp)) say('bid.once', '/impid', `${impid} has a bid already`)
  bidImps.add(impid)
}

/** A dynamic pod is one imp that several bids fill (section 3.2.7, `poddur`). */
function takesSeveral(imp: JsonObject): boolean {
  return [imp.video, imp.audio].some((media) => isObject(media) && (numberOf(media.poddur) ?? 0) > 0)
}

function checkBid(bidCase: BidCase): void {
  const { request, bid, imp, say } = bidCase
  checkPrice(bidCase)
  checkCreativeId(bid, say)
  checkAdvertiser(request, bid, say)
  checkCategories(request, bid, say)
  checkMarkup(bid, say)
  // Without an imp there is no slot to hold the bid against.
  if (idOf(imp) === undefined) return
  checkDeal(bidCase)
  checkMedia(bidCase)
}

function checkPrice({ bid, imp, currency, say }: BidCase): void {
  const { price } = bid
  if (typeof price !== 'number' || !Number.isFinite(price) || price <= 0) {
    say('price.positive', '/price', `is ${price}`)
    return
  }
  if (price > PRICE_MAX) say('price.cap', '/price', `${price} is above ${PRICE_MAX}`)
  if (Math.round(price * 1e6) / 1e6 !== price) say('price.decimals', '/price', `${price} has more than six`)
  const floor = numberOf(imp.bidfloor) ?? 0
  const floorCurrency = isFilledText(imp.bidfloorcur) ? imp.bidfloorcur : 'USD'
  // A bid on a deal is held against the floor of the deal instead (implementation guide, section 7.11).
  if (bid.dealid !== undefined || floor <= 0) return
  if (floorCurrency !== currency) {
    say('price.floor', '/price', `${price} ${currency} cannot be held against a floor in ${floorCurrency}`)
  } else if (price < floor) say('price.floor', '/price', `${price} is below the floor of ${floor}`)
}

function checkCreativeId({ crid }: JsonObject, say: Say): void {
  if (!isFilledText(crid)) say('crid.present', '/crid', `is ${JSON.stringify(crid)}`)
  else if (Buffer.byteLength(crid) > CRID_BYTES_MAX) {
    say('crid.length', '/crid', `has ${Buffer.byteLength(crid)} bytes`)
  }
}

function checkAdvertiser(request: JsonObject, { adomain }: JsonObject, say: Say): void {
  if (listOf(adomain).length === 0) say('adomain.present', '/adomain', `is ${JSON.stringify(adomain)}`)
  const blocked = textsOf(request.badv).map(foldedDomain)
  listOf(adomain).forEach((domain, index) => {
    const path = `/adomain/${index}`
    if (!isFilledText(domain) || !BARE_DOMAIN.test(domain)) {
      say('adomain.bare', path, `${JSON.stringify(domain)} is no bare domain`)
    }
    const ours = foldedDomain(`${domain}`)
    const by = blocked.find((theirs) => ours === theirs || ours.endsWith(`.${theirs}`))
    if (by !== undefined) say('adomain.blocked', path, `${domain} is blocked by ${by}`)
  })
}

function foldedDomain(domain: string): string {
  return domain.toLowerCase().replace(/^www\./, '')
}

function checkCategories(request: JsonObject, { cat, cattax }: JsonObject, say: Say): void {
  if (listOf(cat).length === 0 || !listOf(cat).every(isFilledText)) {
    say('cat.present', '/cat', `is ${JSON.stringify(cat)}`)
  }
  const blocked = textsOf(request.bcat)
  const ours = numberOf(cattax) ?? CATTAX_DEFAULT
  const theirs = numberOf(request.cattax) ?? CATTAX_DEFAULT
  if (blocked.length > 0 && ours !== theirs) {
    say('cat.taxonomy', '/cattax', `categories of taxonomy ${ours}, blocked ones of ${theirs}`)
    return
  }
  textsOf(cat).forEach((category, index) => {
    const by = blocked.find((name) => category === name || category.startsWith(`${name}-`))
    if (by !== undefined) say('cat.blocked', `/cat/${index}`, `${category} is blocked by ${by}`)
  })
}

function checkMarkup({ adm }: JsonObject, say: Say): void {
  if (!isFilledText(adm)) say('adm.present', '/adm', `is ${JSON.stringify(adm)}`)
  // As Prebid Server looks for it: anywhere in the markup, URL-encoded too.
  else if (/http(:|%3a)/i.test(adm)) say('adm.secure', '/adm', 'there is a http:')
  else if (!/https(:|%3a)/i.test(adm)) say('adm.secure', '/adm', 'there is no https:')
}

function checkDeal({ bid, imp, say }: BidCase): void {
  const pmp = isObject(imp.pmp) ? imp.pmp : {}
  const { dealid } = bid
  const offered = listOf(pmp.deals).filter(isObject).map(idOf)
  if (dealid === undefined) {
    if (isSet(pmp.private_auction)) say('deal.required', '/dealid', 'the auction is private')
  } else if (!isFilledText(dealid) || !offered.includes(dealid)) {
    say('deal.offered', '/dealid', `${JSON.stringify(dealid)} is not among ${offered.join(', ') || 'none'}`)
  }
}

function checkMedia({ bid, imp, say }: BidCase): void {
  const kind = MEDIA.get(bid.mtype)
  const media = kind === undefined ? undefined : imp[kind]
  if (!isObject(media)) {
    const offered = [...MEDIA.values()].filter((name) => isObject(imp[name]))
    say('mtype.offered', '/mtype', `${JSON.stringify(bid.mtype)} is none of ${offered.join(', ')}`)
    return
  }
  const blocked = numbersOf(media.battr)
  numbersOf(bid.attr).forEach((attribute, index) => {
    if (blocked.includes(attribute)) say('attr.blocked', `/attr/${index}`, `${attribute} is blocked`)
  })
  if (kind === 'banner') checkSize(bid, media, say)
  if (kind === 'video' || kind === 'audio') checkFilm(bid, media, say)
}

function checkSize({ w, h }: JsonObject, banner: JsonObject, say: Say): void {
  const formats = listOf(banner.format).filter(isObject).map(sizeOf).filter(isFilledText)
  // Section 3.2.6: the banner's own size stands where there are no formats.
  const allowed = formats.length > 0 ? formats : [sizeOf(banner)].filter(isFilledText)
  if (!allowed.includes(`${w}x${h}`)) {
    say('banner.size', '/w', `${w}x${h} is not among ${allowed.join(', ') || 'none'}`)
  }
}

function sizeOf({ w, h }: JsonObject): string {
  const [width, height] = [numberOf(w) ?? 0, numberOf(h) ?? 0]
  return width > 0 && height > 0 ? `${Math.trunc(width)}x${Math.trunc(height)}` : ''
}

/** The imp that a bid is for: the first with its id. */
function impOf(request: JsonObject, bid: unknown): JsonObject | undefined {
  if (!isObject(bid) || !isFilledText(bid.impid)) return undefined
  return listOf(request.imp)
    .filter(isObject)
    .find((imp) => idOf(imp) === bid.impid)
}

/** An id as text; some senders write it as a number. */
function idOf({ id }: JsonObject): string | undefined {
  return typeof id === 'number' ? `${id}` : isFilledText(id) ? id : undefined
}

/** Section 4.2.1: USD when absent. */
function currencyOf({ cur }: JsonObject): string {
  return cur === undefined ? 'USD' : `${cur}`
}
