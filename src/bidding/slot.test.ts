// What is kept of an imp and its lots when the request is gone.
import t from 'tap'
import { DealView } from '../openrtb/deal.ts'
import { NativeReader } from '../openrtb/native-request.ts'
import { RequestView } from '../openrtb/request.ts'
import { NONE } from '../openrtb/tape.ts'
import { Rates } from '../pricing/currency.ts'
import { type AdTraits, FORMAT } from '../targeting/ad.ts'
import type { Matcher } from '../targeting/match.ts'
import { bidCurrencyOf } from './currency.ts'
import { DEDUPE } from './pod.ts'
import { floorOfAd, type ImpTerms, impTermsOf, isPriceFixed, type Slot, slotOf } from './slot.ts'

const view = new RequestView(65_536)
const NATIVE = { request: '{"assets":[{"id":1,"title":{"len":20}}]}' }

/** The terms of the first imp, after another request has been read over it. */
function termsOf(imp: string | object): ImpTerms {
  read({}, imp)
  const native = new NativeReader(4096).read(view.tape, view.imps[0].native)
  const terms = impTermsOf(view.tape, view.imps[0], view.imps[0].native === NONE ? undefined : native)
  read({}, { banner: { format: [{ wratio: 1, hratio: 1 }] }, video: { podid: 'other', protocols: [2] } })
  return terms
}

function read(request: object, imp: string | object): void {
  const impText = typeof imp === 'string' ? imp : JSON.stringify({ id: 'imp-1', ...imp })
  const body = `${JSON.stringify({ id: 'r', ...request }).slice(0, -1)},"imp":[${impText}]}`
  if (view.read(view.tape.bytes.write(body)) !== 0) throw new Error(`unreadable: ${body}`)
}

/** The slot of the first imp for its first deal, or for its open auction. */
function firstSlot(
  imp: object,
  { deal, request = {} }: { deal?: object; request?: object } = {},
): Slot | undefined {
  read(request, deal === undefined ? imp : { ...imp, pmp: { deals: [deal] } })
  const deals = [new DealView()]
  if (deal !== undefined) deals[0].read(view.tape, view.imps[0].deals + 1)
  const matcher = { lotImp: [0], lotDeal: [deal === undefined ? NONE : 0], deals } as unknown as Matcher
  const currency = bidCurrencyOf(view, new Rates(undefined, 1), 0)!
  return slotOf(view, matcher, 0, impTermsOf(view.tape, view.imps[0], undefined), currency)
}

t.test('an imp leaves what its bids need, and nothing of the next one', async (t) => {
  t.strictSame(termsOf({ banner: { w: 1, h: 1 } }), {
    idRaw: 'imp-1',
    video: undefined,
    audio: undefined,
    native: undefined,
    ratios: undefined,
  })
  t.equal(termsOf('{"id":"a\\"\\u00e9\\/","banner":{}}').idRaw, 'a\\"\\u00e9\\/')
  t.equal(termsOf('{"id":7,"banner":{}}').idRaw, '7')
  const flexible = termsOf({
    banner: {
      format: [
        { wratio: 6, hratio: 5, wmin: 300 },
        { w: 1, h: 1 },
        { wratio: 16, hratio: 9 },
      ],
    },
  })
  t.strictSame([...flexible.ratios!], [6, 5, 300, 16, 9, 0])
  t.equal(termsOf({ native: NATIVE }).native?.assets.length, 1)
})

t.test('a film leaves its protocols and its pod', async (t) => {
  const filmOf = (video: object) => termsOf({ video }).video
  t.strictSame(filmOf({ protocols: [3, 7, 6, 1] }), { inlineProtocol: 7, wrapperProtocol: 6, pod: undefined })
  t.strictSame(filmOf({ protocols: [5] }), { inlineProtocol: 0, wrapperProtocol: 5, pod: undefined })
  t.strictSame(filmOf({ podid: 'p-1' })?.pod, { id: 'p-1', durationS: 0, sequenceMax: 0, dedupe: 0 })
  t.strictSame(filmOf({ poddur: 60 })?.pod, { id: '', durationS: 60, sequenceMax: 0, dedupe: 0 })
  t.strictSame(filmOf({ podid: 4, poddur: 60, maxseq: 3, poddedupe: [1, 3] })?.pod, {
    id: '4',
    durationS: 60,
    sequenceMax: 3,
    dedupe: DEDUPE.advertiser | DEDUPE.creative,
  })
  const both = termsOf({ video: { podid: 'v' }, audio: { podid: 'a', protocols: [11] } })
  t.strictSame([both.video?.pod?.id, both.audio?.pod?.id, both.audio?.inlineProtocol], ['v', 'a', 11])
})

t.test("a deal's auction goes before the request's", async (t) => {
  const deal = { id: 'd' }
  const auctionOf = (at: number | undefined, dealAt?: number) =>
    firstSlot({}, { request: { at }, deal: { ...deal, at: dealAt } })?.auctionType
  t.equal(auctionOf(1, 2), 2)
  t.equal(auctionOf(2, 1), 1)
  t.equal(auctionOf(2, 3), 3)
  t.equal(auctionOf(1), 1)
  t.equal(auctionOf(undefined), 2, 'second price when neither says')
  t.equal(firstSlot({}, { request: { at: 1 } })?.auctionType, 1, 'no deal')
})

t.test('a price is fixed by a deal alone', async (t) => {
  const slotAt = (at: number, parts = {}) => firstSlot({}, { request: { at }, ...parts })!
  t.equal(isPriceFixed(slotAt(1, { deal: { id: 'd', at: 3 } })), true)
  t.equal(isPriceFixed(slotAt(3, { deal: { id: 'd', at: 1 } })), false)
  t.equal(isPriceFixed(slotAt(3, { deal: { id: 'd' } })), true, 'when the request says so of its deals')
  t.equal(isPriceFixed(slotAt(3)), false, 'an open auction has no price')
})

t.test('a slot has the id of its deal, as it came, and whether a bid is owed', async (t) => {
  const slot = firstSlot({}, { deal: { id: 'd"1', guar: 1 } })!
  t.equal(slot.dealIdRaw, 'd\\"1')
  t.equal(slot.isGuaranteed, true)
  t.equal(firstSlot({}, { deal: { id: 5 } })?.dealIdRaw, '5')
  const open = firstSlot({})!
  t.equal(open.dealIdRaw, '')
  t.equal(open.isGuaranteed, false)
  t.strictSame([open.ads, open.probabilities], [[], []])
})

const ADS: readonly (readonly [keyof typeof FORMAT, number])[] = [
  ['banner', 0],
  ['video', 15],
  ['audio', 30],
  ['native', 0],
]
const TRAITS = {
  format: Uint8Array.from(ADS, ([format]) => FORMAT[format]),
  durationS: Int32Array.from(ADS, ([, durationS]) => durationS),
} as AdTraits
const OUT_OF_REACH = Number.POSITIVE_INFINITY

/** What each of `ADS` must reach. */
function floorsOf(slot: Slot | undefined): number[] | undefined {
  return slot && ADS.map((_, ad) => floorOfAd(slot, TRAITS, ad))
}

t.test('each format has its floor, and one that cannot be kept takes no ad', async (t) => {
  const films = {
    video: { mincpmpersec: 0.2 },
    audio: { durfloors: [{ mindur: 1, maxdur: 60, bidfloor: 5 }] },
  }
  const strange = { bidfloorcur: 'XXX' }
  t.strictSame(floorsOf(firstSlot({ bidfloor: 1 })), [1e6, 1e6, 1e6, 1e6])
  t.strictSame(floorsOf(firstSlot({ bidfloor: 1, ...films })), [1e6, 3e6, 5e6, 1e6])
  t.strictSame(floorsOf(firstSlot({ ...films, ...strange })), [0, OUT_OF_REACH, OUT_OF_REACH, 0])
  t.strictSame(floorsOf(firstSlot({ video: films.video, ...strange })), [0, OUT_OF_REACH, 0, 0])
  t.equal(floorsOf(firstSlot({ bidfloor: 1, ...strange })), undefined, 'none can be kept')
  t.strictSame(floorsOf(firstSlot({ bidfloor: 0, ...strange })), [0, 0, 0, 0])
  const deal = { id: 'd', bidfloor: 2 }
  t.strictSame(floorsOf(firstSlot({ bidfloor: 1, ...films, ...strange }, { deal })), [2e6, 2e6, 2e6, 2e6])
})

t.test('in a pod the floor is by the second', async (t) => {
  const imp = { bidfloor: 9, video: { mincpmpersec: 0.2 }, audio: { mincpmpersec: 0.2, podid: 'p' } }
  t.strictSame(floorsOf(firstSlot(imp)), [9e6, 9e6, 6e6, 9e6])
})
