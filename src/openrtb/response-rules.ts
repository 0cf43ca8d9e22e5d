/**
 * The rules that a bid response is held against: OpenRTB 2.6 section 4 and what exchanges enforce beyond it.
 */

/** What each rule wants. */
export const RULES = {
  'response.object': 'the response is an object',
  'request.object': 'the request is an object, or nothing can be said',
  'json.valid': 'the response is JSON',
  'number.exponent': 'numbers are written as digits, without exponent',
  'id.equal': 'the id is that of the request (section 4.2.1)',
  'cur.valid': 'the currency is an ISO 4217 code',
  'cur.allowed': 'the currency is one that the request allows, USD when it names none',
  'seatbid.filled': 'there is at least one seat',
  'seatbid.bids': 'each seat has at least one bid (section 4.2.2)',
  'seat.type': 'the seat is a text that is not empty',
  'seat.allowed': 'the seat is listed in wseat and not in bseat',
  'bid.id': 'each bid has an id, and no two the same',
  'bid.impid': 'each bid is for an imp of the request',
  'bid.once': 'an imp gets one bid',
  'price.positive': 'the price is a finite number above 0',
  'price.cap': 'the price is at most 5000 a thousand',
  'price.decimals': 'the price has at most six decimals',
  'price.floor': "the price reaches the imp's floor, in the floor's currency",
  'deal.required': 'a private auction takes bids on deals alone',
  'deal.offered': 'the deal is one of the imp',
  'crid.present': 'there is a creative id',
  'crid.length': 'the creative id has at most 128 bytes',
  'adomain.present': 'there is an advertiser domain',
  'adomain.bare': 'advertiser domains are bare: lower case, no scheme, no www, no path',
  'adomain.blocked': 'no advertiser domain is in badv, nor part of one that is',
  'cat.present': 'there is a category',
  'cat.taxonomy': 'categories and blocked categories are of one taxonomy, or nobody can compare them',
  'cat.blocked': 'no category is in bcat, nor part of one that is',
  'attr.blocked': "no creative attribute is in the slot's battr",
  'mtype.offered': 'mtype says which of the offered media types the bid fills (section 4.2.3)',
  'adm.present': 'there is markup',
  'adm.secure': 'the markup loads from https: and nowhere from http:',
  'banner.size': 'width and height are an allowed size',
  'video.dur': 'the length in whole seconds is allowed',
  'video.protocol': 'the protocol is one of those offered',
  'vast.xml': 'the markup is a well-formed VAST document',
  'vast.version': 'the VAST version is that of the protocol code, inline or wrapper',
  'vast.elements': 'an inline ad has all that its version of VAST requires',
  'vast.duration': 'the VAST says the same length as the bid',
  'vast.media': 'a media file is of an accepted type',
} as const

export type Rule = keyof typeof RULES

export type Violation = {
  readonly rule: Rule
  /** JSON pointer into the response. */
  readonly path: string
  readonly message: string
}

/** Told of each violation. */
export type Say = (rule: Rule, path: string, message: string) => void
