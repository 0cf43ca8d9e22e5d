// Which bids come of candidates and scores: tables of ads and slots made by hand.
import t from 'tap'
import { ALLOTTED_MAX_NANOS } from '../budget/books.ts'
import { NONE } from '../budget/holds.ts'
import { Ticket } from '../inference/queue.ts'
import { slabOver } from '../inference/slab.ts'
import { type Floor, NO_FLOOR } from '../pricing/floor.ts'
import { type AdTraits, FORMAT } from '../targeting/ad.ts'
import { ManualClock } from '../testing/clock.ts'
import { NOTHING_LOADED, SteadyPrng, type TestMoney, testMoney } from '../testing/money.ts'
import { compileCaps, NO_CAPS } from '../users/caps.ts'
import { type ChoiceTerms, choose } from './choose.ts'
import { DEDUPE } from './pod.ts'
import type { PodTerms, Slot } from './slot.ts'
import type { AdAccounts, Snapshot } from './snapshot.ts'

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
  /** One of its own unless told. */
  readonly campaign?: number
  /** What its campaign may spend in all. */
  readonly budget?: number
  /** Impressions that a user may see of its campaign in an hour. */
  readonly cap?: number
}

const WALL_MS = Date.UTC(2026, 0, 1)
const USER = { hi: 1, lo: 2 }

/** Rooms of money in which no price strays from the best one. */
function calmMoney(): TestMoney {
  return testMoney(new ManualClock(WALL_MS), NOTHING_LOADED, new SteadyPrng())
}

function snapshotOf(ads: readonly Ad[], money: TestMoney): Snapshot {
  const traits: AdTraits = {
    format: Uint8Array.from(ads, ({ format = 'banner' }) => FORMAT[format]),
    durationS: Int32Array.from(ads, ({ durationS = 0 }) => durationS),
    // All ads differ where nothing is said.
    advertiser: Int32Array.from(ads, ({ advertiser }, i) => advertiser ?? 100 + i),
    creative: Int32Array.from(ads, ({ creative }, i) => creative ?? 200 + i),
    category: Int32Array.from(ads, ({ category }, i) => category ?? 300 + i),
    campaignIds: ads.map(({ campaign }, i) => `campaign-${campaign ?? i}`),
    creativeIds: ads.map((_, i) => `creative-${i}`),
  }
  const goals = {
    isPerClick: Uint8Array.from(ads, ({ isPerClick = false }) => Number(isPerClick)),
    valueMicros: Float64Array.from(ads, ({ value, isPerClick }) => (isPerClick ? value * 1e3 : value * 1e6)),
    ceilingCpmMicros: Float64Array.from(ads, ({ value, ceiling = value }) => ceiling * 1e6),
  }
  const { campaignIds, creativeIds } = traits
  return {
    ads: { traits, goals },
    goals,
    accounts: accountsOf(ads, campaignIds, creativeIds, money),
  } as Snapshot
}

/** Opens an account for each campaign that has none yet. */
function accountsOf(
  ads: readonly Ad[],
  campaignIds: readonly string[],
  creativeIds: readonly string[],
  { rooms: { ledger, rates } }: TestMoney,
): AdAccounts {
  const caps = ads.map(({ cap }) =>
    cap === undefined ? NO_CAPS : compileCaps([{ impressions: cap, windowS: 3600 }]),
  )
  const campaigns = Int32Array.from(campaignIds, (campaignId, ad) => {
    const { budget } = ads[ad]
    const totalNanos = budget === undefined ? ALLOTTED_MAX_NANOS : budget * 1e6
    return ledger.setBudget({ ...UNLIMITED, campaignId, totalNanos }, WALL_MS)
  })
  return {
    campaigns,
    creatives: Int32Array.from(creativeIds, (id, ad) => rates.creativeOf(campaigns[ad], id)),
    caps,
    campaignHashes: Uint32Array.from(campaigns),
    isForKnownUsers: new Uint8Array(ads.length),
    hasCaps: true,
  }
}

const UNLIMITED = { timeZone: 'UTC', dailyNanos: ALLOTTED_MAX_NANOS, flights: [] }

const SECOND_PRICE = 2
const FIXED_PRICE = 3
type Limits = Omit<ChoiceTerms, 'purse' | 'wallMs'>
const LIMITS: Limits = { unitsPerUsd: 1, bidsPerImpMax: 2, user: undefined, isTest: false }

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
    segmentKey: 0,
    featuresNote: NONE,
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

/** What is chosen of money that is there for these ads alone, unless other money is given. */
function decide(
  ads: readonly Ad[],
  slots: readonly Slot[],
  {
    limits = LIMITS,
    money = calmMoney(),
    ticket,
  }: { limits?: Limits; money?: TestMoney; ticket?: Ticket } = {},
) {
  const terms = { ...limits, purse: money.purse, wallMs: WALL_MS }
  return choose(snapshotOf(ads, money), slots, ticket, terms)
}

/** As `slot:ad@price`, the slot by its place. */
function chosen(ads: readonly Ad[], slots: readonly Slot[], limits = LIMITS, ticket?: Ticket): string[] {
  return decide(ads, slots, { limits, ticket }).choices.map(
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
  t.strictSame(chosen(ads, [slotOf([0], first)]), ['0:0@1.29787'], 'shaded')
  t.strictSame(chosen(ads, [slotOf([0], fixed)]), ['0:0@1.2'], 'the price itself')
  t.strictSame(
    chosen(ads, [slotOf([0], { ...fixed, dealIdRaw: '' })]),
    ['0:0@1.29787'],
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

t.test('every bid has its price on hold, in dollars and rounded up', async (t) => {
  for (const unitsPerUsd of [1, 0.9, 150, 3.7]) {
    const money = calmMoney()
    const ads: Ad[] = [{ value: 2 }, { value: 3 }]
    const floor = { displayFloor: floorOf(unitsPerUsd) }
    const slots = [slotOf([0], floor), slotOf([1], { ...floor, impIndex: 1, auctionType: 1 })]
    const { choices } = decide(ads, slots, { money, limits: { ...LIMITS, unitsPerUsd } })
    for (const { ad, priceCpmMicros, usdCpmMicros, bidNumber } of choices) {
      const { holds } = money.rooms.ledger
      t.equal(holds.nanos[holds.find(bidNumber)], usdCpmMicros)
      t.equal(holds.floorNanos[holds.find(bidNumber)], 1_000_000, 'beside its floor')
      t.equal(usdCpmMicros, Math.ceil(priceCpmMicros / unitsPerUsd))
      t.equal(money.rooms.ledger.standingOf(ad).heldNanos, usdCpmMicros)
    }
    t.equal(choices.length, 2)
  }
})

t.test('where the best has no room left, the next best takes its place', async (t) => {
  const ads: Ad[] = [{ value: 9, budget: 8.999999 }, { value: 7 }, { value: 8, budget: 5 }, { value: 6 }]
  const all = [0, 1, 2, 3]
  const first = decide(ads, [slotOf(all)])
  t.strictSame(
    first.choices.map(({ ad, priceCpmMicros }) => [ad, priceCpmMicros]),
    [[1, 7e6]],
  )
  t.equal(first.refusalCount, 2)
  t.strictSame(
    chosen([{ ...ads[0], budget: 9 }, ...ads.slice(1)], [slotOf(all)]),
    ['0:0@9'],
    'exactly enough',
  )
  t.strictSame(decide([ads[0], ads[2]], [slotOf([0, 1])]), { choices: [], refusalCount: 2 }, 'nobody has')
  t.strictSame(decide([{ value: 1 }], [slotOf([0], { displayFloor: floorOf(2) })]), {
    choices: [],
    refusalCount: 0,
  })
})

t.test('of two bids of one answer the budget may have room for one', async (t) => {
  const slots = [slotOf([0]), slotOf([0], { impIndex: 1 }), slotOf([0], { impIndex: 2 })]
  const bidsWith = (budget: number) => chosen([{ value: 4, budget }], slots)
  t.strictSame(bidsWith(7.9), ['0:0@4'])
  t.strictSame(bidsWith(8), ['0:0@4', '1:0@4'])
  t.strictSame(bidsWith(12), ['0:0@4', '1:0@4', '2:0@4'])
  const film: Ad = { value: 4, format: 'video', durationS: 15, campaign: 0, budget: 9 }
  const pod = slotOf([0, 1, 2], { video: { durationS: 60 } })
  const inPod = decide([film, { ...film, value: 3 }, { ...film, value: 2.5 }], [pod])
  t.strictSame(
    inPod.choices.map(({ ad }) => ad),
    [0, 1],
    'nor does a pod pass it',
  )
  t.equal(inPod.refusalCount, 1)
})

t.test('of two bids of one answer the user may have seen enough for one', async (t) => {
  const ads: Ad[] = [{ value: 4, cap: 1 }, { value: 3 }]
  const slots = [slotOf([0, 1]), slotOf([0, 1], { impIndex: 1 })]
  const bids = (parts: Partial<Limits>) => chosen(ads, slots, { ...LIMITS, ...parts })
  t.strictSame(bids({ user: USER }), ['0:0@4', '1:1@3'])
  t.strictSame(bids({}), ['0:0@4', '1:0@4'], 'of a user who is not known nothing is counted')
  t.strictSame(bids({ user: USER, isTest: true }), ['0:0@4', '1:0@4'], 'nor in a test')
  const { choices } = decide(ads, slots, { limits: { ...LIMITS, user: USER } })
  t.strictSame(
    choices.map(({ pairKey }) => pairKey.length),
    [14, 0],
    'a campaign without caps has nothing to count',
  )
})

t.test('a test is priced as any other, and holds nothing', async (t) => {
  const money = calmMoney()
  const limits = { ...LIMITS, isTest: true, user: USER }
  const ads: Ad[] = [{ value: 4, budget: 5, cap: 1 }, { value: 3 }]
  const { choices } = decide(ads, [slotOf([0, 1]), slotOf([0, 1], { impIndex: 1 })], { money, limits })
  t.strictSame(
    choices.map(({ ad, bidNumber, pairKey }) => [ad, bidNumber, pairKey]),
    [
      [0, NONE, ''],
      [0, NONE, ''],
    ],
  )
  t.equal(money.rooms.ledger.standingOf(0).heldNanos, 0)
  t.equal(money.rooms.ledger.tallies.of(0).bids, 0)
  const poor = decide([{ value: 4, budget: 3 }], [slotOf([0])], { limits })
  t.strictSame(poor, { choices: [], refusalCount: 1 }, 'as any other it may be refused')
})

t.test('of the creatives of a campaign one is drawn, however alike their prices are', async (t) => {
  const money = calmMoney()
  const two: Ad[] = [
    { value: 4, campaign: 7, creative: 1 },
    { value: 4, campaign: 7, creative: 2 },
  ]
  const shown = () => decide(two, [slotOf([0, 1])], { money }).choices[0].ad
  t.equal(shown(), 0, 'the first of equals, where all draws are alike')
  const { rates } = money.rooms
  const [campaign] = snapshotOf(two, money).accounts.campaigns
  // The same price for both: what a thousand impressions are worth does not depend on clicks.
  const second = rates.creativeOf(campaign, 'creative-1')
  for (let click = 0; click < 5; click++) rates.addClick(second)
  t.equal(shown(), 1, 'the one with clicks')
  const likelier = slotOf([0, 1], { probabilities: [0.9, 0.1] })
  t.equal(
    decide(two, [likelier], { money }).choices[0].ad,
    0,
    'or the one that the model expects them on here',
  )
})

t.test(
  'the price of a drawn creative is its own, and no other of its campaign stands in for it',
  async (t) => {
    const ads: Ad[] = [
      { value: 5, isPerClick: true, ceiling: 9, campaign: 0, budget: 1 },
      { value: 4, isPerClick: true, ceiling: 9, campaign: 0, budget: 1 },
      { value: 3 },
    ]
    const slot = slotOf([0, 1, 2], { probabilities: [0.4, 0.8, 1] })
    t.strictSame(chosen([{ ...ads[0], budget: 9 }, { ...ads[1], budget: 9 }, ads[2]], [slot]), ['0:1@3.2'])
    t.strictSame(chosen(ads, [slot]), ['0:2@3'])
  },
)

t.test('how likely a price was is told where there was another', async (t) => {
  const propensityAt = (parts: SlotParts) =>
    decide([{ value: 2 }], [slotOf([0], parts)]).choices[0].propensity
  t.equal(propensityAt({}), 0, 'second price')
  t.equal(
    propensityAt({ dealIdRaw: 'd', auctionType: FIXED_PRICE, displayFloor: floorOf(1) }),
    0,
    'a fixed price',
  )
  const first = propensityAt({ auctionType: 1 })
  t.ok(first > 0.98 && first < 1, `${first}`)
  t.equal(propensityAt({ auctionType: 1, displayFloor: floorOf(2) }), 1, 'a floor that leaves no choice')
})
