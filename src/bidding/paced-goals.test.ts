import t from 'tap'
import { ALLOTTED_MAX_NANOS } from '../budget/books.ts'
import type { CampaignBudget } from '../budget/ledger-terms.ts'
import { ManualClock } from '../testing/clock.ts'
import { testMoney } from '../testing/money.ts'
import { ceilingOf, pacedGoals } from './paced-goals.ts'
import type { Slot } from './slot.ts'
import type { AdAccounts, Ads, Snapshot } from './snapshot.ts'

const WALL_MS = Date.UTC(2026, 0, 1, 12)
const TODAY = WALL_MS / 86_400_000 - 0.5

type Ad = {
  readonly budget?: Partial<CampaignBudget>
  readonly isPerClick?: boolean
  readonly value?: number
  readonly ceiling?: number
  readonly conversionRate?: number
}

/** An ad of a campaign of its own, each with a pace that a test sets. */
function setUp(ads: readonly Ad[]) {
  const { rooms } = testMoney(new ManualClock(WALL_MS))
  const { ledger, rates } = rooms
  const campaigns = Int32Array.from(ads, ({ budget }, ad) =>
    ledger.setBudget(
      {
        campaignId: `campaign-${ad}`,
        timeZone: 'UTC',
        totalNanos: ALLOTTED_MAX_NANOS,
        dailyNanos: ALLOTTED_MAX_NANOS,
        flights: [],
        ...budget,
      },
      WALL_MS,
    ),
  )
  const goals: Ads['goals'] = {
    isPerClick: Uint8Array.from(ads, ({ isPerClick = true }) => Number(isPerClick)),
    valueMicros: Float64Array.from(ads, ({ value = 1_000_000 }) => value),
    conversionRate: Float64Array.from(ads, ({ conversionRate = 0 }) => conversionRate),
    ceilingCpmMicros: Float64Array.from(ads, ({ ceiling = 8_000_000 }) => ceiling),
  }
  const creatives = Int32Array.from(campaigns, (campaign) => rates.creativeOf(campaign, 'a'))
  const accounts = { campaigns, creatives } as unknown as AdAccounts
  const pacer = {
    valueFactor: new Float64Array(ads.length).fill(1),
    passShare: new Float64Array(ads.length).fill(1),
  }
  const paced = () => {
    rates.fade(0)
    return pacedGoals({ goals }, accounts, { ledger, pacer, rates })
  }
  return { ledger, rates, pacer, goals, creatives, paced }
}

t.test('a campaign that has shown nothing and is not paced is worth what its goal says', async (t) => {
  const { paced, goals } = setUp([{}, { isPerClick: false }, { conversionRate: 0.1 }])
  const { valueMicros, ceilingCpmMicros, passShare, isPerClick } = paced()
  t.strictSame([...valueMicros], [1_000_000, 1_000_000, 100_000], 'a conversion by its rate')
  t.strictSame([...ceilingCpmMicros], [8_000_000, 8_000_000, 8_000_000])
  t.strictSame([...passShare], [1, 1, 1])
  t.strictSame(isPerClick, goals.isPerClick)
})

t.test('clicks are calibrated within a half and two, impressions are worth what they are', async (t) => {
  const { paced, rates, creatives } = setUp([{}, {}, {}, { isPerClick: false }])
  const clicks = [1200, 9999, 0, 9999]
  for (const [ad, count] of clicks.entries()) {
    for (let i = 0; i < 1000; i++) rates.addImpression(creatives[ad], 1)
    for (let i = 0; i < count; i++) rates.addClick(creatives[ad])
  }
  const { valueMicros, ceilingCpmMicros } = paced()
  t.ok(Math.abs(valueMicros[0] - 1_200_000) < 4000, `${valueMicros[0]}`)
  t.strictSame([...valueMicros.subarray(1)], [2_000_000, 500_000, 1_000_000])
  t.strictSame([...ceilingCpmMicros], [8_000_000, 8_000_000, 8_000_000, 8_000_000])
})

t.test('what conversions were counted corrects what was stated of them', async (t) => {
  const { paced, rates, creatives } = setUp([{ value: 20_000_000, conversionRate: 0.05 }])
  t.equal(paced().valueMicros[0], 1_000_000)
  for (let i = 0; i < 200; i++) {
    rates.addImpression(creatives[0], 1)
    rates.addClick(creatives[0])
  }
  t.equal(paced().valueMicros[0], 500_000, 'many clicks and no conversion')
  for (let i = 0; i < 30; i++) rates.addConversion(0)
  t.equal(paced().valueMicros[0], 2_000_000)
})

t.test('a budget that is paced bids less on all, value and ceiling alike, or on fewer', async (t) => {
  const { paced, pacer } = setUp([{}, { isPerClick: false }])
  pacer.valueFactor[0] = 0.25
  pacer.passShare[1] = 0.1
  const { valueMicros, ceilingCpmMicros, passShare } = paced()
  t.strictSame([...valueMicros], [250_000, 1_000_000])
  t.strictSame([...ceilingCpmMicros], [2_000_000, 8_000_000])
  t.strictSame([...passShare], [1, 0.1])
})

/** Each row: a campaign, and whether it may bid. */
const STANDINGS: readonly (readonly [string, Partial<CampaignBudget>, boolean])[] = [
  ['a budget that is there', { totalNanos: 1 }, true],
  ['no budget left', { totalNanos: 0 }, false],
  ['none left of the day', { dailyNanos: 0 }, false],
  ['in its flight', { flights: [{ startDay: TODAY, endDay: TODAY, nanos: 1 }] }, true],
  ['in a flight that is spent', { flights: [{ startDay: TODAY, endDay: TODAY, nanos: 0 }] }, false],
  ['before its flight', { flights: [{ startDay: TODAY + 1, endDay: TODAY + 1, nanos: 1 }] }, false],
  ['behind its flight', { flights: [{ startDay: TODAY - 2, endDay: TODAY - 1, nanos: 1 }] }, false],
]

t.test('a campaign that may not bid is worth nothing', async (t) => {
  const { paced, ledger } = setUp([...STANDINGS.map(([, budget]) => ({ budget })), {}])
  const paused = STANDINGS.length
  ledger.setPaused(paused, true)
  const { valueMicros, ceilingCpmMicros, passShare } = paced()
  for (const [ad, [about, , isThere]] of [...STANDINGS, ['paused', {}, false] as const].entries()) {
    const wanted = isThere ? [1_000_000, 8_000_000, 1] : [0, 0, 0]
    t.strictSame([valueMicros[ad], ceilingCpmMicros[ad], passShare[ad]], wanted, about)
  }
  ledger.setPaused(paused, false)
  t.equal(paced().valueMicros[paused], 1_000_000, 'and is again when it may')
})

t.test(
  'what is guaranteed is owed its price however the budget is paced, but not when it is spent',
  async (t) => {
    const { paced, pacer, goals, ledger } = setUp([{}, { budget: { totalNanos: 0 } }])
    pacer.valueFactor.fill(0.1)
    const ceilings = (isGuaranteed: boolean) => {
      const snapshot = { ads: { goals }, goals: paced() } as unknown as Snapshot
      return [0, 1].map((ad) => ceilingOf(snapshot, { isGuaranteed } as Slot, ad))
    }
    t.strictSame(ceilings(false), [800_000, 0])
    t.strictSame(ceilings(true), [8_000_000, 0])
    ledger.setPaused(0, true)
    t.strictSame(ceilings(true), [0, 0])
  },
)
