// Which bids come of candidates and scores: tables of ads and slots made by hand.
import t from 'tap'
import { Ticket } from '../inference/queue.ts'
import { slabOver } from '../inference/slab.ts'
import { type Floor, NO_FLOOR } from '../pricing/floor.ts'
import { type AdTraits, FORMAT } from '../targeting/ad.ts'
import { type ChoiceLimits, choose } from './choose.ts'
import { DEDUPE } from './pod.ts'
import type { PodTerms, Slot } from './slot.ts'
import type { Snapshot } from './snapshot.ts'

/** What matters of an ad. Money is in CPM dollars; a click is worth a thousandth of `value`, so that p is a share. */
type Ad = {
  readonly value: number
  readonly ceiling?: number
  readonly isPerClick?: boolean
  readonly format?: keyof typeof FORMAT
  readonly durationS?: number
  readonly advertiser?: number
  readonly creative?: number
  readonly category?: number
}

function snapshotOf(ads: readonly Ad[]): Snapshot {
  const traits: AdTraits = {
    format: Uint8Array.from(ads, ({ format = 'banner' }) => FORMAT[format]),
    durationS: Int32Array.from(ads, ({ durationS = 0 }) => durationS),
    // All ads differ where nothing is said.
    advertiser: Int32Array.from(ads, ({ advertiser }, i) => advertiser ?? 100 + i),
    creative: Int32Array.from(ads, ({ creative }, i) => creative ?? 200 + i),
    category: Int32Array.from(ads, ({ category }, i) => category ?? 300 + i),
    campaignIds: ads.map((_, i) => `campaign-${i}`),
    creativeIds: ads.map((_, i) => `creative-${i}`),
  }
  const goals = {
    isPerClick: Uint8Array.from(ads, ({ isPerClick = false }) => Number(isPerClick)),
    valueMicros: Float64Array.from(ads, ({ value, isPerClick }) => (isPerClick ? value * 1e3 : value * 1e6)),
    ceilingCpmMicros: Float64Array.from(ads, ({ value, ceiling = value }) => ceiling * 1e6),
  }
  return { ads: { traits, goals } } as unknown as Snapshot
}

const SECOND_PRICE = 2
const FIXED_PRICE = 3
const LIMITS: ChoiceLimits = { unitsPerUsd: 1, bidsPerImpMax: 2 }

type SlotParts = Partial<Slot> & { readonly video?: Partial<PodTerms>; readonly audio?: Partial<PodTerms> }

/** An open slot at second price, where the price is the value. */
function slotOf(ads: readonly number[], { video, audio, ...parts }: SlotParts = {}): Slot {
  const film = (pod: Partial<PodTerms> | undefined) =>
    pod && { inlineProtocol: 3, wrapperProtocol: 6, pod: podOf(pod) }
  return {
    impIndex: 0,
    imp: { idRaw: '1', video: film(video), audio: film(audio), native: undefined, ratios: undefined },
    dealIdRaw: '',
    auctionType: SECOND_PRICE,
    isGuaranteed: false,
    commonFloorCpmMicros: Number.NaN,
    displayFloor: NO_FLOOR,
    videoFloor: NO_FLOOR,
    audioFloor: NO_FLOOR,
    ads: [...ads],
    probabilities: ads.map(() => 1),
    ...parts,
  }
}

function podOf(pod: Partial<PodTerms>): PodTerms {
  return { id: '', durationS: 0, sequenceMax: 0, dedupe: 0, ...pod }
}

function floorOf(cpm: number): Floor {
  return { ...NO_FLOOR, flatCpmMicros: cpm * 1e6 }
}

/** As `slot:ad@price`, the slot by its place. */
function chosen(ads: readonly Ad[], slots: readonly Slot[], limits = LIMITS, ticket?: Ticket): string[] {
  return choose(snapshotOf(ads), slots, ticket, limits).map(
    ({ slot, ad, priceCpmMicros }) => `${slots.indexOf(slot)}:${ad}@${priceCpmMicros / 1e6}`,
  )
}

t.test('a slot gets its best candidate that reaches the floor', async (t) => {
  const ads: Ad[] = [{ value: 2 }, { value: 4 }, { value: 3 }, { value: 5, format: 'video', durationS: 15 }]
  t.strictSame(chosen(ads, [slotOf([0, 1, 2])]), ['0:1@4'])
  t.strictSame(chosen(ads, [slotOf([0, 1, 2], { displayFloor: floorOf(4) })]), ['0:1@4'])
  t.strictSame(chosen(ads, [slotOf([0, 1, 2], { displayFloor: floorOf(4.1) })]), [])
  t.strictSame(chosen(ads, []), [])
  t.strictSame(chosen(ads, [slotOf([0, 3])]), ['0:3@5'])
  t.strictSame(chosen(ads, [slotOf([0, 3], { videoFloor: floorOf(6) })]), ['0:0@2'])
  t.strictSame(chosen(ads, [slotOf([0, 3], { videoFloor: undefined })]), ['0:0@2'], 'a floor that is unknown')
  t.strictSame(chosen(ads, [slotOf([0, 3], { displayFloor: undefined })]), ['0:3@5'])
})

t.test(
  'scores are those of the model, each slot its rows, and else those of the inline scorer',
  async (t) => {
    const ads: Ad[] = [1, 1, 1, 1].map((value) => ({ value, isPerClick: true, ceiling: 10 }))
    const deal = { dealIdRaw: 'd' }
    const slots = [
      slotOf([0, 1], deal),
      // Full, and yet it has rows.
      slotOf([2, 3]),
      slotOf([1, 0], { impIndex: 1 }),
    ]
    const rows = 16
    const spec = {
      key: 'k',
      file: '',
      inputs: [{ name: 'ads', type: 'int32', width: 1 }],
      output: 'p',
    } as const
    const slab = slabOver(new SharedArrayBuffer(rows * 8), spec, rows)
    slab.scores.set([9, 9, 9, 0.25, 0.5, 8, 8, 0.125, 0.75])
    const ticket = new Ticket(slab, 3, 0)
    const limits = { ...LIMITS, bidsPerImpMax: 1 }
    t.strictSame(chosen(ads, slots, limits, ticket), ['0:1@0.5', '2:0@0.75'])
    const inline = slots.map((slot) => ({ ...slot, probabilities: [0.5, 0.25] }))
    t.strictSame(chosen(ads, inline, limits), ['0:0@0.5', '2:1@0.5'])
  },
)

t.test('an imp gets as many bids as the exchange takes, deals first', async (t) => {
  const ads: Ad[] = [{ value: 1 }, { value: 2 }, { value: 9 }]
  const slots = [
    slotOf([0], { dealIdRaw: 'a' }),
    slotOf([1], { dealIdRaw: 'b' }),
    slotOf([2]),
    slotOf([2], { impIndex: 1 }),
  ]
  const most = (bidsPerImpMax: number) => chosen(ads, slots, { ...LIMITS, bidsPerImpMax })
  t.strictSame(most(1), ['0:0@1', '3:2@9'])
  t.strictSame(most(2), ['0:0@1', '1:1@2', '3:2@9'])
  t.strictSame(most(3), ['0:0@1', '1:1@2', '2:2@9', '3:2@9'])
  const floored = [slotOf([0], { dealIdRaw: 'a', displayFloor: floorOf(5) }), ...slots.slice(1)]
  t.strictSame(chosen(ads, floored), ['1:1@2', '2:2@9', '3:2@9'], 'a deal that gets no bid takes no place')
})

t.test('a deal has its own auction, may fix its price, and may be owed a bid', async (t) => {
  const ads: Ad[] = [{ value: 2 }, { value: 1, isPerClick: true, ceiling: 6 }]
  const deal = { dealIdRaw: 'd', displayFloor: floorOf(1.2) }
  const first = { ...deal, auctionType: 1 }
  const fixed = { ...deal, auctionType: FIXED_PRICE }
  t.strictSame(chosen(ads, [slotOf([0], deal)]), ['0:0@2'], 'second price')
  t.strictSame(chosen(ads, [slotOf([0], first)]), ['0:0@1.3'], 'shaded')
  t.strictSame(chosen(ads, [slotOf([0], fixed)]), ['0:0@1.2'], 'the price itself')
  t.strictSame(
    chosen(ads, [slotOf([0], { ...fixed, dealIdRaw: '' })]),
    ['0:0@1.3'],
    'no deal, no fixed price',
  )
  const worthless = { probabilities: [0] }
  t.strictSame(chosen(ads, [slotOf([1], { ...deal, ...worthless })]), [])
  const owed = { ...deal, ...worthless, isGuaranteed: true }
  t.strictSame(chosen(ads, [slotOf([1], owed)]), ['0:1@1.2'], 'owed')
  t.strictSame(chosen(ads, [slotOf([1], { ...owed, displayFloor: floorOf(6) })]), ['0:1@6'], 'at the ceiling')
  t.strictSame(chosen(ads, [slotOf([1], { ...owed, displayFloor: floorOf(6.01) })]), [], 'beyond the ceiling')
})

t.test('values and ceilings are in the currency of the bid', async (t) => {
  const ads: Ad[] = [{ value: 2 }]
  const inYen = (cpm: number) =>
    chosen(ads, [slotOf([0], { displayFloor: floorOf(cpm) })], { ...LIMITS, unitsPerUsd: 150 })
  t.strictSame(inYen(0), ['0:0@300'])
  t.strictSame(inYen(300), ['0:0@300'])
  t.strictSame(inYen(300.000001), [])
  const owed = { dealIdRaw: 'd', isGuaranteed: true, displayFloor: floorOf(301) }
  t.strictSame(chosen(ads, [slotOf([0], owed)], { ...LIMITS, unitsPerUsd: 150 }), [])
})

t.test('a pod is filled within its length and its number of ads', async (t) => {
  const film = (value: number, durationS: number, parts: Partial<Ad> = {}): Ad => ({
    ...{ value, durationS, format: 'video' as const },
    ...parts,
  })
  const ads = [
    film(9, 30),
    film(8, 15),
    film(7, 15),
    film(6, 15),
    { value: 5 },
    film(4, 20, { format: 'audio' }),
  ]
  const all = ads.map((_, i) => i)
  const fill = (video: Partial<PodTerms>, parts: SlotParts = {}) =>
    chosen(ads, [slotOf(all, { video, ...parts })])
  t.strictSame(fill({ durationS: 60 }), ['0:0@9', '0:1@8', '0:2@7'])
  t.strictSame(fill({ durationS: 30 }), ['0:1@8', '0:2@7'])
  t.strictSame(fill({ durationS: 60, sequenceMax: 2 }), ['0:0@9', '0:1@8'])
  t.strictSame(fill({ durationS: 60 }, { videoFloor: floorOf(7.5) }), ['0:0@9', '0:1@8'], 'above the floor')
  t.strictSame(
    fill({ durationS: 600 }),
    ['0:0@9', '0:1@8', '0:2@7', '0:3@6'],
    'no banner and no sound among films',
  )
  const both = fill({ durationS: 30 }, { audio: { durationS: 600 } })
  t.strictSame(both, ['0:1@8', '0:2@7'], 'nor where the imp takes sounds too')
  const best = [film(9, 30), { value: 10 }]
  t.strictSame(
    chosen(best, [slotOf([0, 1], { video: { durationS: 60 } })]),
    ['0:1@10'],
    'or a banner instead',
  )
})

t.test('nothing is repeated in a pod that is not to be', async (t) => {
  const film = { format: 'video', durationS: 15 } as const
  const ads: Ad[] = [
    { ...film, value: 9, advertiser: 1, creative: 1, category: 1 },
    { ...film, value: 8, advertiser: 1, creative: 2, category: 2 },
    { ...film, value: 7, advertiser: 2, creative: 1, category: 3 },
    { ...film, value: 6, advertiser: 3, creative: 3, category: 1 },
  ]
  const all = [0, 1, 2, 3]
  /** Each row: bits of `poddedupe`, and the ads. Whether in one imp or in four, the dearest of those left is next. */
  const cases: readonly (readonly [string, number, readonly number[]])[] = [
    ['advertisers and creatives when nothing is said', 0, [0, 3]],
    ['as when something unknown is', 1 << 7, [0, 3]],
    ['advertisers', DEDUPE.advertiser, [0, 2, 3]],
    ['creatives', DEDUPE.creative, [0, 1, 3]],
    ['files, of which a creative has one', DEDUPE.file, [0, 1, 3]],
    ['categories', DEDUPE.category, [0, 1, 2]],
    ['advertisers and categories', DEDUPE.advertiser | DEDUPE.category, [0, 2]],
    ['nothing', DEDUPE.none, [0, 1, 2, 3]],
  ]
  for (const [about, dedupe, wanted] of cases) {
    const structured = all.map((impIndex) => slotOf(all, { impIndex, video: { id: 'p', dedupe } }))
    const inSlots = chosen(ads, structured).map((text) => Number(text.split(/[:@]/)[1]))
    // The same ad may come again and again where nothing is forbidden.
    t.strictSame(inSlots, dedupe === DEDUPE.none ? [0, 0, 0, 0] : wanted, `${about}, in slots`)
    const dynamic = chosen(ads, [slotOf(all, { video: { id: 'p', durationS: 60, dedupe } })])
    const found = dynamic.map((text) => Number(text.split(/[:@]/)[1]))
    const total = (set: readonly number[]) => set.reduce((sum, ad) => sum + ads[ad].value, 0)
    t.ok(total(found) >= total(wanted), `${about}, in one imp: ${found}`)
  }
})

t.test('pods of other names, and slots of none, know nothing of each other', async (t) => {
  const ads: Ad[] = [{ value: 5, format: 'video', durationS: 15 }]
  const inSlots = (first: Partial<PodTerms> | undefined, second: Partial<PodTerms> | undefined) =>
    chosen(ads, [slotOf([0], { video: first }), slotOf([0], { impIndex: 1, video: second })]).length
  t.equal(inSlots({ id: 'p' }, { id: 'p' }), 1)
  t.equal(inSlots({ id: 'p' }, { id: 'q' }), 2)
  t.equal(inSlots({ durationS: 30 }, { durationS: 30 }), 2)
  t.equal(inSlots({ id: 'p' }, undefined), 2)
})

t.test('a hybrid pod repeats nothing between its slot and its dynamic part', async (t) => {
  const film = { format: 'video', durationS: 15 } as const
  const ads: Ad[] = [9, 8, 7].map((value) => ({ ...film, value }))
  const slot = slotOf([0, 1, 2], { video: { id: 'p' } })
  const rest = slotOf([0, 1, 2], { impIndex: 1, video: { id: 'p', durationS: 60 } })
  t.strictSame(chosen(ads, [slot, rest]), ['0:0@9', '1:1@8', '1:2@7'])
  const turned = [rest, slot].map((one, impIndex) => ({ ...one, impIndex }))
  t.strictSame(chosen(ads, turned), ['0:0@9', '0:1@8', '0:2@7'])
})

t.test('a pod gets one offer: that of its deal', async (t) => {
  const film = { format: 'video', durationS: 15 } as const
  const ads: Ad[] = [{ ...film, value: 5 }, { ...film, value: 9 }, { ...film, value: 6 }, { value: 1 }]
  for (const video of [{ durationS: 60 }, { id: 'p' }]) {
    const deal = slotOf([0], { dealIdRaw: 'd', video })
    const open = { ...slotOf([1, 2]), imp: deal.imp }
    t.strictSame(chosen(ads, [deal, open]), ['0:0@5'], 'nothing beside it')
    t.strictSame(chosen(ads, [deal, { ...open, ads: [1, 3] }]), ['0:0@5', '1:3@1'], 'but a banner')
    t.ok(
      chosen(ads, [{ ...deal, videoFloor: floorOf(6) }, open]).includes('1:1@9'),
      'without one, the open one',
    )
  }
})

t.test('the bids of a pod are one offer among those of an imp', async (t) => {
  const film = { format: 'video', durationS: 15 } as const
  const ads: Ad[] = [{ ...film, value: 5 }, { ...film, value: 4 }, { value: 1 }]
  const deal = slotOf([0, 1], { dealIdRaw: 'd', video: { durationS: 60 } })
  const slots = [deal, { ...slotOf([2]), imp: deal.imp }]
  t.strictSame(chosen(ads, slots), ['0:0@5', '0:1@4', '1:2@1'])
  t.strictSame(chosen(ads, slots, { ...LIMITS, bidsPerImpMax: 1 }), ['0:0@5', '0:1@4'])
})
