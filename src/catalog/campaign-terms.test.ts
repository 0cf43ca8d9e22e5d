import fc from 'fast-check'
import t from 'tap'
import { ALLOTTED_MAX_NANOS } from '../budget/books.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { campaignTermsOf, dayOf } from './campaign-terms.ts'
import type { Campaign } from './schema.ts'
import '../testing/seed.ts'

const [CAMPAIGN] = oneBannerCatalog.campaigns
const termsOf = (fields: Partial<Campaign>) => campaignTermsOf({ ...CAMPAIGN, ...fields })
const DAY_MS = 86_400_000

t.test('a campaign that says nothing of money, time and users has no limits', async (t) => {
  t.strictSame(termsOf({}), {
    name: 'Shop',
    isActive: true,
    budget: {
      campaignId: 'shop-flat',
      timeZone: 'UTC',
      totalNanos: ALLOTTED_MAX_NANOS,
      dailyNanos: ALLOTTED_MAX_NANOS,
      flights: [],
    },
    pacing: 'throttle',
    caps: new Int32Array(0),
    isForKnownUsers: false,
  })
})

t.test('dollars are nanos, exactly', async (t) => {
  const { budget } = termsOf({ budget: { total: 1234.567891, daily: 0.1 } })
  t.strictSame([budget.totalNanos, budget.dailyNanos], [1_234_567_891_000, 100_000_000])
  t.equal(termsOf({ budget: { total: 9_000_000 } }).budget.totalNanos, ALLOTTED_MAX_NANOS, 'the most')
  t.equal(termsOf({ budget: { daily: 5 } }).budget.totalNanos, ALLOTTED_MAX_NANOS, 'what is not said')
})

t.test('flights come in order, as days of the calendar, each with its budget', async (t) => {
  const { budget } = termsOf({
    timeZone: 'Asia/Tokyo',
    flights: [
      { start: '2026-12-24', end: '2026-12-26', budget: 10 },
      { start: '1970-01-02', end: '1970-01-02' },
    ],
  })
  t.equal(budget.timeZone, 'Asia/Tokyo')
  const christmas = Date.UTC(2026, 11, 24) / DAY_MS
  t.strictSame(budget.flights, [
    { startDay: 1, endDay: 1, nanos: ALLOTTED_MAX_NANOS },
    { startDay: christmas, endDay: christmas + 2, nanos: 1e10 },
  ])
})

/** Each row: what a campaign says, and how it is paced. */
const PACES: readonly (readonly [string, Partial<Campaign>, string])[] = [
  ['a flat price has nothing to choose by', { goal: { type: 'cpm', value: 1 } }, 'throttle'],
  ['clicks have', { goal: { type: 'cpc', value: 1 } }, 'dual'],
  ['conversions too', { goal: { type: 'cpa', value: 1, conversionRate: 0.1 } }, 'dual'],
  ['even is what is meant anyway', { goal: { type: 'cpc', value: 1 }, pacing: 'even' }, 'dual'],
  ['whoever wants all at once is not held back', { goal: { type: 'cpc', value: 1 }, pacing: 'asap' }, 'none'],
  ['at a flat price neither', { pacing: 'asap' }, 'none'],
]

t.test('how a campaign is paced follows from its goal, unless it wants all at once', async (t) => {
  for (const [about, fields, pacing] of PACES) t.equal(termsOf(fields).pacing, pacing, about)
})

t.test('caps are in seconds', async (t) => {
  const frequencyCaps = [
    { impressions: 3, minutes: 1440 },
    { impressions: 1, minutes: 10 },
  ]
  t.strictSame([...termsOf({ frequencyCaps }).caps], [3, 86_400, 1, 600])
  t.equal(termsOf({ unknownUsers: 'no_bid' }).isForKnownUsers, true)
  t.equal(termsOf({ unknownUsers: 'bid' }).isForKnownUsers, false)
  t.equal(termsOf({ status: 'paused' }).isActive, false)
})

t.test('a date is its number of days since 1970, and none where there is no such day', async (t) => {
  const wanted: readonly (readonly [string, number])[] = [
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2024-02-29', 19_782],
    ['2000-02-29', 11_016],
  ]
  for (const [date, day] of wanted) t.equal(dayOf(date), day, date)
  for (const date of [
    '2026-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-32',
  ])
    t.ok(Number.isNaN(dayOf(date)), date)
  const property = fc.property(fc.integer({ min: 0, max: 100_000 }), (day) => {
    return dayOf(new Date(day * DAY_MS).toISOString().slice(0, 10)) === day
  })
  t.doesNotThrow(() => fc.assert(property))
})
