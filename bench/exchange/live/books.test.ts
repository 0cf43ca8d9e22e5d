// Goal: two sets of books are equal to the nano, or the difference is named.
import t from 'tap'
import type { CampaignView } from '../../../src/admin/campaigns.ts'
import { type Books, compare } from './books.ts'
import type { Figures } from './figures.ts'

type Row = { spendUsd: number; impressions: number; clicks: number; conversions: number }

const books = (row: Row): Books => {
  const { spendUsd, ...counts } = row
  return new Map([['c-1', { ...counts, spend: { total: spendUsd, today: 0 } } as CampaignView]])
}
const before = books({ spendUsd: 0.1, impressions: 1, clicks: 1, conversions: 1 })
const billed = {
  campaigns: [{ id: 'c-1', spendNanos: 200_000_001, wins: 2, clicks: 1, conversions: 3, conversionsTold: 1 }],
} as unknown as Figures

t.test('what was billed since the run began agrees', async (t) => {
  const after = books({ spendUsd: 0.300000001, impressions: 3, clicks: 2, conversions: 2 })
  t.same(compare(before, after, billed), { spendUsd: 0.200000001, disagreements: [] })
})

t.test('a nano, an impression, a click, a conversion that is missing is named', async (t) => {
  const after = books({ spendUsd: 0.3, impressions: 4, clicks: 3, conversions: 1 })
  t.same(
    compare(before, after, billed).disagreements.map(({ what, bidder, exchange }) => [
      what,
      bidder,
      exchange,
    ]),
    [
      ['spend', 0.2, 0.200000001],
      ['impressions', 3, 2],
      ['clicks', 2, 1],
      ['conversions', 0, 1],
    ],
  )
})

t.test('what a campaign spent without having won is named too', async (t) => {
  const after = books({ spendUsd: 0.3, impressions: 1, clicks: 1, conversions: 1 })
  t.match(compare(before, after, { campaigns: [] }).disagreements, [
    { campaign: 'c-1', what: 'spend', exchange: 0 },
  ])
})
