/**
 * The rules that a bid response is held against: OpenRTB 2.6 sections 3 and 4, its implementation guide, Native 1.2,
 * VAST, and what exchanges enforce beyond them.
 */

/** What each rule wants. */
export const RULES = {
  'json.valid': 'the response is JSON',
  'response.object': 'the response is an object',
  'request.object': 'the request is an object, or nothing can be said',
  'number.exponent': 'numbers are written as digits, without exponent',
  'field.type': 'fields have the types that the specification gives them',
  'id.equal': 'the id is that of the request (section 4.2.1)',
  'cur.valid': 'the currency is an ISO 4217 code',
  'cur.allowed': 'the currency is one that the request allows, USD when it names none',
  'seatbid.filled': 'there is a list of seats; a no-bid has an empty one, a reason or nothing at all',
  'seatbid.bids': 'each seat has at least one bid (section 4.2.2)',
  'nbr.known': 'a no-bid reason is one of the list: 0 to 17, or 500 and more by agreement',

  'seat.type': 'the seat is a text that is not empty',
  'seat.allowed': 'the seat is listed in wseat and not in bseat',
  'bid.id': 'each bid has an id, and no two the same',
  'bid.impid': 'each bid is for an imp of the request',
  'bid.once': 'an imp gets one open bid and one for each deal, unless it is a dynamic pod',
  'exp.short': 'the bid does not promise to wait longer than the imp may take (exp)',

  'price.positive': 'the price is a finite number above 0',
  'price.cap': 'the price is at most 5000 USD a thousand',
  'price.decimals': 'the price has at most six decimals',
  'price.floor': 'the price reaches the floor: that of the deal, or of the length, or of the imp',
  'price.fixed': 'a deal of a fixed price (at 3) gets exactly that price',
  'deal.required': 'a private auction takes bids on deals alone',
  'deal.offered': 'the deal is one of the imp',
  'deal.seat': 'the seat may buy the deal (wseat)',
  'deal.advertiser': 'every advertiser domain may buy the deal (wadomain)',
  'deal.guaranteed': 'who bids on an imp with a guaranteed deal bids on that deal',

  'crid.present': 'there is a creative id',
  'crid.length': 'the creative id has at most 128 bytes',
  'adomain.present': 'there is an advertiser domain',
  'adomain.bare': 'advertiser domains are bare: lower case, no scheme, no www, no path',
  'adomain.blocked': 'no advertiser domain is in badv, nor part of one that is',
  'cat.present': 'there is a category',
  'cat.taxonomy': 'categories and the lists of the request are of one taxonomy, or nobody can compare them',
  'cat.blocked': 'no category is in bcat, nor part of one that is',
  'cat.allowed': 'where acat names categories, each category is one of them or part of one',
  'bundle.blocked': 'the advertised app is not in bapp',
  'language.allowed': 'where the request names languages, the creative is in one of them, or in none (xx)',
  'attr.blocked': "no creative attribute is in the slot's battr",
  'api.offered': 'the creative needs no API that the slot does not list',
  'api.markup': 'the markup uses no API that the slot does not list (MRAID, VPAID, SIMID, OMID)',

  'mtype.offered': 'mtype says which of the offered media types the bid fills (section 4.2.3)',
  'adm.present': 'there is markup, or a nurl that serves it',
  'adm.secure': 'the markup loads from https: and nowhere from http:',
  'adm.html':
    'the markup of a banner is well-formed: tags close, quotes end, nothing stands between attributes',
  'notice.https': 'nurl, burl, lurl and iurl are URLs of https:',
  'macro.known': 'auction macros have the names and the spelling of section 4.4',
  'macro.foreign': 'no macro is left that the exchange does not replace',
  'banner.size': 'width and height are an allowed size, or of an allowed shape',
  'banner.type': "the markup is of no kind in the slot's btype",

  'video.dur': 'the length in whole seconds is allowed',
  'video.protocol': 'the protocol is one of those offered',
  'video.linearity': 'the ad is linear or an overlay, as the slot asks',
  'video.skip': 'attribute 16 tells of a skip button of our own: not with skip 1, always with skip 0',
  'vast.xml': 'the markup is a well-formed VAST document',
  'vast.version': 'the VAST version is that of the protocol code, inline or wrapper',
  'vast.elements': 'an ad has all that its version of VAST requires',
  'vast.duration': 'the VAST says the same length as the bid',
  'vast.media': 'a media file is of an accepted type',
  'vast.delivery': 'a media file of such a type comes in an accepted way (streaming, progressive)',
  'vast.bitrate': 'a media file of such a type is between minbitrate and maxbitrate',
  'vast.size':
    'media files say their size, overlays fit the player, shapes agree where boxing is not allowed',

  'pod.once': 'a slot of a structured pod gets one bid',
  'pod.count': 'a dynamic pod gets at most maxseq bids',
  'pod.duration': 'the bids for a dynamic pod fit poddur together',
  'pod.slot': 'slotinpod is 0, 1, -1 or 2, and only on bids for a dynamic pod',
  'pod.repeat': 'nothing is repeated in a pod that poddedupe names',

  'native.json': 'the markup is a native answer: an object, written as JSON in adm or plain in adm_native',
  'native.wrapper': 'the answer stands in a "native" object as the request does, or as the exchange wants it',
  'native.required': 'every required asset is answered',
  'native.id': 'each asset has the id of one that was asked for, and no two the same',
  'native.kind': 'each asset is of one kind, the one that was asked for',
  'native.title': 'a title is a text of no more than len characters',
  'native.image': 'an image has a URL and the size that was asked for',
  'native.video': 'a video asset is VAST of an accepted version, length and type',
  'native.data': 'a data asset is a text of no more than len characters, of the type that was asked for',
  'native.link': 'there is a link with a URL, and any link of an asset has one',
  'native.trackers': 'trackers have a URL, an event and a method, of those that the request offers',
  'native.privacy': 'a request that supports a privacy notice gets its URL',
  'native.url': 'assetsurl and dcourl are used only where they are supported',

  'dsa.present': 'where the Digital Services Act is said to require it, bids carry ext.dsa',
  'dsa.form': 'ext.dsa names who pays and on whose behalf, in at most 100 characters each',
  'dsa.render': 'either the publisher or the advertiser shows the DSA notice (pubrender, adrender)',

  'house.seat': 'the exchange wants a seat',
  'house.bytes': 'the answer is no longer than the exchange takes',
  'house.bids': 'an imp gets no more bids than the exchange takes',
  'house.markup': 'markup is sent if the exchange takes it, and only then',
  'house.price_macro': 'the price macro that the exchange wants stands in adm or burl',
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
