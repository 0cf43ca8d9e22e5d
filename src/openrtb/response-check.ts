/**
 * Holds a bid response against its bid request, by the rules in check/rules.ts. Knows nothing of how Peregrine writes
 * responses: both sides come as parsed JSON, and what a rule needs of the request is read as tolerantly as senders are
 * sloppy. The response is read strictly.
 *
 * For tests, for CI and for whoever wants to know why an exchange refused a bid; never on the bid path. Does not look at
 * companion ads, at DAAST documents, at VAST behind a wrapper, and at roadblocks (`allimps`, `group`).
 */
import { checkBanner } from './check/banner.ts'
import {
  type BidCase,
  bidCasesOf,
  type CheckOptions,
  currencyOf,
  idOf,
  isFilm,
  MEDIA_KINDS,
} from './check/bid-case.ts'
import { checkCreative, offersApi } from './check/creative.ts'
import { checkDeal, checkGuaranteed } from './check/deals.ts'
import { checkDsa } from './check/dsa.ts'
import { checkBidFields, checkResponseFields, checkSeatFields } from './check/fields.ts'
import { checkFilm } from './check/film.ts'
import {
  isFilledText,
  isObject,
  type JsonObject,
  listOf,
  shown,
  textsOf,
  within,
} from './check/loose-json.ts'
import { checkMarkup } from './check/markup.ts'
import { checkNative } from './check/native.ts'
import { checkPods } from './check/pods.ts'
import { checkPrice } from './check/price.ts'
import type { Say, Violation } from './check/rules.ts'
import { checkBidIds, checkSeat } from './check/seats.ts'

export type { CheckOptions, HouseRules } from './check/bid-case.ts'
export { RULES, type Rule, type Violation } from './check/rules.ts'

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))
/** Reasons of the specification end here; from the second on they are agreed between two parties. */
const NBR_MAX = 17
const NBR_AGREED_MIN = 500
const MRAID_APIS = [3, 5, 6]

/**
 * Everything that is wrong with a response; nothing when it is in order. A no-bid is in order: `{}`, an empty list of
 * seats, or a reason. Takes any values, throws never.
 */
export function checkResponse(request: unknown, response: unknown, options: CheckOptions = {}): Violation[] {
  const violations = violationsOf(request, response, options)
  return options.house?.answerBytesMax === undefined
    ? violations
    : [...violations, ...lengthViolations(bytesOf(response), options)]
}

/** The same for the text of a response, which also shows how its numbers are spelled and how long it is. */
export function checkResponseText(request: unknown, text: string, options: CheckOptions = {}): Violation[] {
  let response: unknown
  try {
    response = JSON.parse(text)
  } catch (error) {
    return [{ rule: 'json.valid', path: '', message: `${error}` }]
  }
  const violations = violationsOf(request, response, options)
  const spelled = text.replaceAll(/"(?:[^"\\]+|\\.)*"/g, '""').match(/-?\d[\d.]*[eE][+-]?\d+/)
  if (spelled !== null && !violations.some(({ rule }) => rule === 'number.exponent')) {
    violations.push({ rule: 'number.exponent', path: '', message: `${spelled[0]} has an exponent` })
  }
  return [...violations, ...lengthViolations(Buffer.byteLength(text), options)]
}

function lengthViolations(bytes: number, { house }: CheckOptions): Violation[] {
  const { answerBytesMax = Infinity } = house ?? {}
  if (bytes <= answerBytesMax) return []
  return [{ rule: 'house.bytes', path: '', message: `${bytes} bytes are more than ${answerBytesMax}` }]
}

/** Length of a response when it is written; what is too deep to be written is too long for anyone. */
function bytesOf(response: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(response) ?? '')
  } catch {
    return Infinity
  }
}

function violationsOf(request: unknown, response: unknown, options: CheckOptions): Violation[] {
  const violations: Violation[] = []
  const say: Say = (rule, path, message) => violations.push({ rule, path, message })
  if (!isObject(response)) say('response.object', '', `is ${shown(response)}`)
  else if (!isObject(request)) say('request.object', '', `the request is ${shown(request)}`)
  else {
    checkNumbers(response, say)
    if (isNoBid(response)) checkNoBid(request, response, say)
    else checkBids(request, response, options, say)
  }
  return violations
}

function checkNumbers(response: JsonObject, say: Say): void {
  for (const { value, path } of within(response)) {
    if (typeof value === 'number' && `${value}`.includes('e')) {
      say('number.exponent', path, `${value} is written with an exponent`)
    }
  }
}

/** The forms of a no-bid: nothing, no seats, a reason (implementation guide, section 7.1). */
function isNoBid({ seatbid, nbr, ...rest }: JsonObject): boolean {
  const isEmpty = seatbid === undefined && Object.keys(rest).length === 0
  return (
    isEmpty ||
    (Array.isArray(seatbid) && seatbid.length === 0) ||
    (seatbid === undefined && nbr !== undefined)
  )
}

function checkNoBid(request: JsonObject, response: JsonObject, say: Say): void {
  if (Object.keys(response).length > 0) checkId(request, response, say)
  checkReason(response, say)
  checkResponseFields(response, say)
}

function checkReason({ nbr }: JsonObject, say: Say): void {
  if (nbr === undefined) return
  const isKnown =
    typeof nbr === 'number' && Number.isInteger(nbr) && nbr >= 0 && (nbr <= NBR_MAX || nbr >= NBR_AGREED_MIN)
  if (!isKnown) say('nbr.known', '/nbr', `is ${shown(nbr)}`)
}

function checkBids(request: JsonObject, response: JsonObject, options: CheckOptions, say: Say): void {
  checkId(request, response, say)
  checkCurrency(request, response, say)
  checkReason(response, say)
  checkResponseFields(response, say)
  if (listOf(response.seatbid).length === 0)
    say('seatbid.filled', '/seatbid', `is ${shown(response.seatbid)}`)
  listOf(response.seatbid).forEach((seatbid, index) => {
    const sayOfSeat: Say = (rule, path, message) => say(rule, `/seatbid/${index}${path}`, message)
    checkSeat(request, seatbid, options, sayOfSeat)
    checkSeatFields(seatbid, sayOfSeat)
  })
  const cases = bidCasesOf(request, response, options, say)
  checkBidIds(cases)
  checkPods(cases)
  checkGuaranteed(cases)
  cases.forEach(checkBid)
}

function checkId(request: JsonObject, response: JsonObject, say: Say): void {
  if (!isFilledText(response.id) || response.id !== idOf(request)) {
    say('id.equal', '/id', `${shown(response.id)}, but the request has ${shown(request.id)}`)
  }
}

function checkCurrency(request: JsonObject, response: JsonObject, say: Say): void {
  const currency = currencyOf(response)
  if (!CURRENCIES.has(currency)) say('cur.valid', '/cur', `${currency} is no currency`)
  const allowed = textsOf(request.cur)
  // Section 3.2.1: without a list the default, USD, is all that is safe.
  if (!(allowed.length > 0 ? allowed : ['USD']).includes(currency)) {
    say('cur.allowed', '/cur', `${currency} is not among ${allowed.join(', ') || 'USD'}`)
  }
}

function checkBid(bidCase: BidCase): void {
  checkBidFields(bidCase.bid, bidCase.say)
  checkPrice(bidCase)
  checkDeal(bidCase)
  checkCreative(bidCase)
  checkDsa(bidCase)
  checkMarkup(bidCase)
  checkMedia(bidCase)
}

function checkMedia(bidCase: BidCase): void {
  const { bid, imp, slot, say } = bidCase
  // Without an imp there is no slot to hold the bid against.
  if (imp === undefined) return
  if (slot === undefined) {
    const offered = MEDIA_KINDS.filter((name) => isObject(imp[name]))
    say('mtype.offered', '/mtype', `${shown(bid.mtype)} is none of ${offered.join(', ')}`)
    return
  }
  const { kind, media } = slot
  if (kind === 'banner') checkBanner(bidCase, media)
  if (kind === 'native') checkNative(bidCase, media)
  if (isFilm(slot)) checkFilm(bidCase, media)
  else if (isFilledText(bid.adm) && /\bmraid\.js\b/.test(bid.adm) && !offersApi(media, MRAID_APIS)) {
    say('api.markup', '/adm', `MRAID needs one of the APIs ${MRAID_APIS.join(', ')}`)
  }
}
