// From choices to the text of an answer: held against the request, the exchange's profile and the token's own reader.
import fc from 'fast-check'
import t from 'tap'
import { byteText } from '../base/byte-writer.ts'
import { Prng } from '../base/prng.ts'
import { NONE as NO_BID } from '../budget/holds.ts'
import { compileAds } from '../catalog/compile.ts'
import { operatorOf } from '../config/operator.ts'
import type { ExchangeProfile } from '../exchange/profile.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { readToken } from '../exchange/token.ts'
import { NativeReader } from '../openrtb/native-request.ts'
import { RequestView } from '../openrtb/request.ts'
import { checkResponseText } from '../openrtb/response-check.ts'
import { NONE } from '../openrtb/tape.ts'
import { USD } from '../openrtb/values.ts'
import { packCurrency, Rates } from '../pricing/currency.ts'
import { NO_FLOOR } from '../pricing/floor.ts'
import { EXCHANGE_NAMES, TEST_OPERATOR, TestBidder } from '../testing/bidder.ts'
import { everyFormatCatalog, oneBannerCatalog } from '../testing/catalog.ts'
import type { SampleBid, SampleResponse } from '../testing/sample-responses.ts'
import { scriptedModel } from '../testing/scripted-model.ts'
import { BidIds } from './bid-ids.ts'
import type { Choice } from './choose.ts'
import { exchangesOf } from './operator.ts'
import { impTermsOf, type Slot } from './slot.ts'
import { AnswerWriter, type RequestTerms } from './write.ts'
import '../testing/seed.ts'

const WALL_MS = Date.UTC(2026, 2, 1, 12) + 999
const NOW_S = Math.floor(WALL_MS / 1000)
const { operator } = operatorOf(TEST_OPERATOR, 'https://bid.example/p')
const ads = await compileAds(everyFormatCatalog, EXCHANGE_PROFILES)
const PAIR_KEY = '01b7k2f09x0c4d'

const VIDEO = { mimes: ['video/mp4'], protocols: [3, 6], minduration: 5, maxduration: 30 }
const NATIVE = {
  request: JSON.stringify({
    assets: [
      { id: 1, required: 1, title: { len: 25 } },
      { id: 2, img: { type: 3, wmin: 300, hmin: 200 } },
    ],
  }),
}
/** What each creative can fill, as an imp. */
const IMPS = {
  'shop-300': { id: 'b', banner: { w: 300, h: 250 } },
  'shop-native': { id: 'n', native: NATIVE },
  'bank-film': { id: 'v', video: VIDEO },
  'bank-tag': { id: 'w', video: VIDEO },
  'bank-radio': { id: 'a', audio: { mimes: ['audio/mpeg'], protocols: [7] } },
} as const
type CreativeId = keyof typeof IMPS
const CREATIVES = Object.keys(IMPS) as CreativeId[]
const REQUEST = { id: 'r-1', at: 1, site: { domain: 'a.example' }, imp: Object.values(IMPS) }

t.test('what is written for any creative and any exchange is a valid answer', async (t) => {
  for (const profile of EXCHANGE_PROFILES) {
    const { name, isMarkupSent, nativeWrapper, isSeatRequired, answerBytesMax } = profile
    const macros = [profile.priceMacro.text, profile.clickMacro, ...Object.values(profile.minToWinMacro)]
    const house = { isMarkupSent, nativeWrapper, seatRequired: isSeatRequired, answerBytesMax, macros }
    const answered = new Set<unknown>()
    for (const creative of CREATIVES) {
      const text = write([choiceOf(creative)], { exchange: name })
      t.strictSame(checkResponseText(REQUEST, text, { house }), [], `${creative} at ${name}`)
      answered.add(onlyBid(text).mtype)
    }
    t.strictSame([...answered].sort(), [1, 2, 3, 4])
  }
})

t.test('the token in every notice of a bid says what the bid is', async (t) => {
  const cases: readonly (readonly [string, CreativeId, Partial<RequestTerms>, number])[] = [
    ['default', 'shop-300', {}, 1_230_000],
    ['google', 'bank-film', { isTest: true }, 1],
    ['default', 'bank-radio', { currency: packCurrency('JPY'), unitsPerUsd: 150 }, 450_000_000],
    ['unity', 'bank-tag', { currency: packCurrency('EUR'), unitsPerUsd: 0.9 }, 1_000_000],
    ['index', 'shop-native', {}, 4_999_999_999],
  ]
  const usd = [1_230_000, 1, 3_000_000, 1_111_112, 4_999_999_999]
  for (const [i, [exchange, creative, terms, priceCpmMicros]] of cases.entries()) {
    const logged = {
      usdCpmMicros: usd[i],
      clickProbability: 0.0125,
      propensity: 0.98,
      pairKey: PAIR_KEY,
      model: 'ctr/2',
    }
    const text = write([{ ...choiceOf(creative), ...logged, priceCpmMicros }], { exchange, terms })
    const bid = onlyBid(text)
    const { id, price } = bid
    const { forExchange, forMarkup } = tokensOf(bid)
    t.equal(forExchange.size, 1, `${exchange} gets one token`)
    t.equal(forMarkup.size, 1, 'and markup another')
    const said = {
      bidAtS: NOW_S,
      exchangeName: exchange,
      campaignId: creative.startsWith('shop') ? 'shop-flat' : 'bank-clicks',
      creativeId: creative,
      priceCpmMicros,
      currency: terms.currency === packCurrency('JPY') ? 'JPY' : terms.currency === undefined ? 'USD' : 'EUR',
      bidId: id,
      isTest: terms.isTest ?? false,
      ...logged,
    }
    const [forOne, forAll] = [forExchange, forMarkup].map((tokens) =>
      readToken(operator.seal, [...tokens][0]),
    )
    t.strictSame(forOne, { ...said, isPublic: false })
    t.strictSame(forAll, { ...said, isPublic: true }, 'that cannot bill')
    t.equal(price, priceCpmMicros / 1e6)
  }
})

t.test('the id of a bid leads to what is held for it, and that of a test to nothing', async (t) => {
  const ids = idsOf(7)
  const writer = writerOf(EXCHANGE_PROFILES, 7)
  const idFor = (bidNumber: number) => {
    const choice = { ...choiceOf('shop-300'), bidNumber }
    return `${onlyBid(textOf(writer.write(ads, 0, termsOf(), [choice], WALL_MS, neverCut))).id}`
  }
  for (const number of [0, 1, 35, 36, 4_000_000_000]) t.equal(ids.numberOf(idFor(number)), number)
  const tests = [idFor(NO_BID), idFor(NO_BID)]
  t.strictSame(tests.map(ids.numberOf), [NO_BID, NO_BID])
  t.not(tests[0], tests[1])
})

t.test('ids of answers and bids are never given out twice', async (t) => {
  const writers = [1, 2].map((seed) => writerOf(EXCHANGE_PROFILES, seed))
  const ids = writers.flatMap((writer) =>
    [0, 1, 2].flatMap((i) => {
      const held = { ...choiceOf('shop-300'), bidNumber: i }
      const choices = [held, choiceOf('bank-film')]
      const answer = JSON.parse(textOf(writer.write(ads, 0, termsOf(), choices, WALL_MS, neverCut)))
      return [answer.bidid, ...answer.seatbid[0].bid.map(({ id }: SampleBid) => id)]
    }),
  )
  t.equal(ids.length, 18)
  t.equal(new Set(ids).size, 18)
  for (const id of ids) t.match(id, /^[a-z0-9]+[.-][a-z0-9]+$/)
})

t.test('notices are those that the exchange calls', async (t) => {
  const noticesAt = (exchange: string) => {
    const bid = onlyBid(write([choiceOf('shop-300')], { exchange }))
    return ['nurl', 'burl', 'lurl'].map((name) => /notice\/(\w+)\?/.exec(`${bid[name] ?? ''}`)?.[1] ?? '')
  }
  t.strictSame(noticesAt('default'), ['win', 'bill', 'loss'])
  t.strictSame(noticesAt('prebid'), ['', 'bill', ''])
  t.strictSame(noticesAt('unity'), ['bill', '', ''])
  t.strictSame(noticesAt('openx'), ['', '', ''])
})

t.test('seat, sample image and native object are as the exchange wants them', async (t) => {
  const at = (exchange: string, creative: CreativeId) => {
    const answer = JSON.parse(write([choiceOf(creative)], { exchange })) as SampleResponse
    return { seat: answer.seatbid[0].seat, bid: answer.seatbid[0].bid[0] }
  }
  t.equal(at('pubmatic', 'shop-300').seat, '77')
  t.equal(at('pubmatic', 'shop-300').bid.iurl, 'https://cdn.shop.example/300.jpg')
  t.equal(at('pubmatic', 'shop-native').bid.iurl, 'https://cdn.shop.example/main.jpg')
  t.notOk('iurl' in at('pubmatic', 'bank-film').bid)
  t.equal(at('default', 'shop-300').seat, undefined)
  t.notOk('iurl' in at('default', 'shop-300').bid)
  t.match(at('bidswitch', 'shop-native').bid.adm_native, { assets: [{ id: 1, title: { text: 'Sale' } }] })
  t.ok('native' in JSON.parse(at('index', 'shop-native').bid.adm as string))
  t.notOk('native' in JSON.parse(at('default', 'shop-native').bid.adm as string))
})

t.test('where creatives are registered their ids are sent, and no markup', async (t) => {
  const { adid, crid, adm, nurl } = onlyBid(write([choiceOf('shop-300')], { exchange: 'xandr' }))
  t.strictSame({ adid, crid, adm }, { adid: '4711', crid: '4711', adm: undefined })
  const token = readToken(operator.seal, tokensIn(`${nurl}`)[0])
  t.match(token, { creativeId: 'shop-300', exchangeName: 'xandr' }, 'we know it by our own')
  const elsewhere = onlyBid(write([choiceOf('shop-300')]))
  t.strictSame([elsewhere.adid, elsewhere.crid], ['shop-flat/shop-300', 'shop-300'])
})

t.test('a film is written for its player, inline or wrapped', async (t) => {
  const film = onlyBid(write([choiceOf('bank-film')]))
  t.strictSame([film.protocol, film.dur], [3, 15])
  t.match(film.adm, '<VAST version="3.0">')
  const wrapper = onlyBid(write([choiceOf('bank-tag')]))
  t.equal(wrapper.protocol, 6)
  t.match(wrapper.adm, /<VAST version="3\.0">.*<Wrapper>/)
  const radio = onlyBid(write([choiceOf('bank-radio')]))
  t.strictSame([radio.protocol, radio.mtype], [7, 3])
  const markup = { 'bank-film': { id: 'v', video: { ...VIDEO, protocols: [2] }, audio: { protocols: [7] } } }
  t.equal(onlyBid(write([choiceOf('bank-film', markup['bank-film'])])).protocol, 2, 'a video is no sound')
})

t.test('a banner of a flexible size says which one', async (t) => {
  const ratioIn = (...format: object[]) => {
    const { wratio, hratio } = onlyBid(write([choiceOf('shop-300', { id: '1', banner: { format } })]))
    return [wratio, hratio]
  }
  t.strictSame(ratioIn({ wratio: 6, hratio: 5 }), [6, 5])
  t.strictSame(ratioIn({ wratio: 16, hratio: 9 }, { wratio: 12, hratio: 10 }), [12, 10])
  t.strictSame(ratioIn({ wratio: 6, hratio: 5, wmin: 301 }, { wratio: 12, hratio: 10, wmin: 300 }), [12, 10])
  t.strictSame(ratioIn({ w: 300, h: 250 }), [undefined, undefined])
  const native = { ...IMPS['shop-native'], banner: { format: [{ wratio: 1, hratio: 1 }] } }
  t.notOk('wratio' in onlyBid(write([choiceOf('shop-native', native)])), 'what has no size has no shape')
})

t.test('who pays is told where the request asks', async (t) => {
  t.strictSame(onlyBid(write([choiceOf('bank-film')], { terms: { hasDsa: true } })).ext, {
    dsa: { behalf: 'The Bank', paid: 'The Agency', adrender: 0 },
  })
  t.strictSame(onlyBid(write([choiceOf('shop-300')], { terms: { hasDsa: true } })).ext, {
    dsa: { behalf: 'The Shop', paid: 'The Shop', adrender: 0 },
  })
  t.notOk('ext' in onlyBid(write([choiceOf('bank-film')])))
})

t.test('ids come back as they came', async (t) => {
  const raw = 'a\\u00e9\\"\\/😀'
  const choice = choiceOf('shop-300', `{"id":"imp ${raw}","banner":{"w":300,"h":250}}`)
  const slot = { ...choice.slot, dealIdRaw: byteText(`deal ${raw}`) }
  const text = write([{ ...choice, slot }], { terms: { idRaw: byteText(raw) } })
  const meant = JSON.parse(`"${raw}"`)
  t.ok(text.startsWith(`{"id":"${raw}",`))
  t.equal(JSON.parse(text).id, meant)
  t.strictSame([onlyBid(text).impid, onlyBid(text).dealid], [`imp ${meant}`, `deal ${meant}`])
})

t.test('too long an answer loses its last bids, and is none when one is too long', async (t) => {
  const choices = [1, 2, 3, 4].map((cents) => ({ ...choiceOf('shop-300'), priceCpmMicros: cents * 10_000 }))
  const lengths = choices.map((_, count) => Buffer.byteLength(write(choices.slice(0, count + 1))))
  const countFor = (answerBytesMax: number, terms: Partial<RequestTerms> = {}) => {
    const [profile] = EXCHANGE_PROFILES
    const cut: Choice[] = []
    const left = [...choices]
    const onCut = (choice: Choice) => cut.push(choice)
    const text = write(left, { profiles: [{ ...profile, answerBytesMax }], terms, onCut })
    t.ok(Buffer.byteLength(text) <= answerBytesMax)
    t.strictSame([...left, ...cut.reverse()], choices, 'each is sent or told to be cut, the last ones first')
    if (text === '') return 0
    const prices = (JSON.parse(text) as SampleResponse).seatbid[0].bid.map(({ price }) => price)
    t.strictSame(prices, [0.01, 0.02, 0.03, 0.04].slice(0, prices.length), 'the first ones are left')
    return prices.length
  }
  t.equal(countFor(lengths[3]), 4)
  t.equal(countFor(lengths[3] - 1), 3)
  t.equal(countFor(lengths[1]), 2)
  t.equal(countFor(lengths[0]), 1)
  t.equal(countFor(lengths[0] - 1), 0)
  t.equal(countFor(0), 0)
  t.equal(countFor(lengths[3], { idRaw: byteText('é1') }), 4, 'an id of as many bytes')
  t.equal(countFor(lengths[3], { idRaw: byteText('é-1') }), 3, 'bytes count, not characters')
})

t.test('the price on the wire is never below the floor on the wire, in any currency', async (t) => {
  const rates = { EUR: '0.92', GBP: '0.7891', JPY: '151.37', IDR: '16345.5', KWD: '0.30715' }
  const table = {
    base: 'USD',
    date: '2026-01-01',
    rates: Object.fromEntries(Object.entries(rates).map(([code, text]) => [code, Number(text)])),
  }
  const model = scriptedModel({ probability: () => 0.01, outcome: 'scored' })
  const bidder = new TestBidder({
    ads: await compileAds(oneBannerCatalog, EXCHANGE_PROFILES),
    rates: new Rates(table, 7),
    model,
  })
  const perUsd: Record<string, bigint> = { USD: digits('1') }
  for (const [code, text] of Object.entries(rates)) perUsd[code] = digits(text)
  let bidCount = 0
  const code = fc.constantFrom(...Object.keys(perUsd))
  const property = fc.asyncProperty(
    // Around the worth of the ad, in millionths of a dollar and finer.
    fc.integer({ min: 1, max: 45_000_000 }),
    code,
    code,
    fc.constantFrom(1, 2, 3),
    async (tenthsOfMicros, from, to, at) => {
      const bidfloor = ((tenthsOfMicros / 1e7) * Number(perUsd[from])) / Number(perUsd.USD)
      if (`${bidfloor}`.includes('e')) return true
      const imp = [{ id: '1', bidfloor, bidfloorcur: from, banner: { w: 300, h: 250 } }]
      const { outcome, text } = await bidder.ask(JSON.stringify({ id: 'r', at, cur: [to], imp }))
      if (outcome !== 'bid') return outcome === 'below_floor'
      bidCount++
      const { cur, seatbid } = JSON.parse(text)
      const price = /"price":([\d.]+)/.exec(text)![1]
      // price / rate of its currency >= floor / rate of its own, and no more than four dollars.
      const isAboveFloor = digits(price) * perUsd[from] >= digits(`${bidfloor}`) * perUsd[to]
      const isBelowCeiling = digits(price) * perUsd.USD <= digits('4') * perUsd[to]
      return cur === to && seatbid.length === 1 && isAboveFloor && isBelowCeiling
    },
  )
  await t.resolves(fc.assert(property, { numRuns: 1500 }))
  t.ok(bidCount > 700, `${bidCount} bids`)
})

/** A decimal without an exponent as a whole number, the same unit for all. */
function digits(decimal: string): bigint {
  const [whole, parts = ''] = decimal.split('.')
  return BigInt(whole) * 10n ** 20n + BigInt(parts.padEnd(20, '0'))
}

/** One of a dollar for the imp that the creative can fill. */
function choiceOf(creative: CreativeId, imp: object | string = IMPS[creative]): Choice {
  return {
    slot: slotOf(imp),
    ad: ads.traits.creativeIds.indexOf(creative),
    priceCpmMicros: 1_000_000,
    usdCpmMicros: 1_000_000,
    bidNumber: NO_BID,
    bidId: '',
    clickProbability: 0.01,
    propensity: 0,
    pairKey: '',
    model: '',
  }
}

function slotOf(imp: object | string): Slot {
  const view = new RequestView(8192)
  const body = `{"id":"r","imp":[${typeof imp === 'string' ? imp : JSON.stringify(imp)}]}`
  if (view.read(view.tape.bytes.write(body)) !== 0) throw new Error('unreadable')
  const [impView] = view.imps
  const native = impView.native === NONE ? undefined : new NativeReader(4096).read(view.tape, impView.native)
  return {
    impIndex: 0,
    imp: impTermsOf(view.tape, impView, native),
    dealIdRaw: '',
    dealHash: 0,
    auctionType: 1,
    isGuaranteed: false,
    segmentKey: 0,
    featuresNote: NONE,
    commonFloorCpmMicros: Number.NaN,
    displayFloor: NO_FLOOR,
    videoFloor: NO_FLOOR,
    audioFloor: NO_FLOOR,
    ads: [],
    probabilities: [],
    conversions: [],
  }
}

function termsOf(changes: Partial<RequestTerms> = {}): RequestTerms {
  return {
    idRaw: 'r-1',
    isTest: false,
    hasDsa: false,
    taxonomy: 1,
    currency: USD,
    unitsPerUsd: 1,
    ...changes,
  }
}

function writerOf(profiles: readonly ExchangeProfile[], seed: number): AnswerWriter {
  return new AnswerWriter(exchangesOf(profiles, operator), operator, idsOf(seed))
}

function idsOf(seed: number): BidIds {
  return new BidIds(new Prng(seed))
}

function neverCut(): never {
  throw new Error('an answer that is not too long is not cut')
}

function write(
  choices: Choice[],
  { exchange = 'default', terms = {}, profiles = EXCHANGE_PROFILES, onCut = neverCut }: WriteOptions = {},
): string {
  const place = EXCHANGE_NAMES.indexOf(exchange)
  return textOf(writerOf(profiles, 7).write(ads, place, termsOf(terms), choices, WALL_MS, onCut))
}

function textOf(body: Uint8Array): string {
  return Buffer.from(body).toString()
}

type WriteOptions = {
  readonly exchange?: string
  readonly terms?: Partial<RequestTerms>
  readonly profiles?: readonly ExchangeProfile[]
  readonly onCut?: (choice: Choice) => void
}

function onlyBid(text: string): SampleBid {
  const { seatbid } = JSON.parse(text) as SampleResponse
  if (seatbid.length !== 1 || seatbid[0].bid.length !== 1) throw new Error('not one bid')
  return seatbid[0].bid[0]
}

/** The tokens of a bid: those that the exchange calls with, and those that stand in what everybody sees. */
function tokensOf(bid: SampleBid): { forExchange: Set<string>; forMarkup: Set<string> } {
  const { nurl, burl, lurl, ...rest } = bid
  const inMarkup = JSON.stringify(rest)
  return {
    forExchange: new Set(tokensIn(JSON.stringify([nurl, burl, lurl]))),
    forMarkup: new Set(tokensIn(inMarkup)),
  }
}

/** Those of all notice URLs, whatever they stand in. */
function tokensIn(text: string): string[] {
  return [...text.matchAll(/(?:\?t=|%3Ft%3D)([A-Za-z0-9._~-]+)/g)].map(([, token]) => token)
}
