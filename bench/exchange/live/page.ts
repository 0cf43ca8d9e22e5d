/** A report as a page: how the run went from part to part, and the tables behind it. */
import { type Chart, type Page, pageOf, type Table } from '../../page.ts'
import type { BidFigures, Figures } from './figures.ts'
import type { ExchangeReport } from './report.ts'
import { LOSS_WORDS } from './table.ts'

export function exchangePage(report: ExchangeReport, atMs: number): string {
  const { settings, figures, seconds } = report
  const { auctions } = figures
  const page: Page = {
    title: 'Simulated exchange',
    subtitle: `${new Date(atMs).toISOString()}: ${auctions.held.toLocaleString('en-US')} auctions in ${seconds.toFixed(1)} s on ${settings.url}, market ${settings.market}, ${settings.auction ?? 'its own'} price, seed ${settings.seed}, hour ${settings.hour}, catalog ${settings.catalog}`,
    verdict: verdictOf(report),
    parts: [summaryTable(report), ...charts(figures), ...campaignTables(figures), ...otherTables(report)],
  }
  return pageOf(page)
}

function verdictOf({ broken, endedEarly, books, figures }: ExchangeReport): Page['verdict'] {
  if (endedEarly !== null) {
    return { isGood: false, text: `Ended after ${figures.auctions.held} auctions: ${endedEarly}` }
  }
  if (broken.length > 0) return { isGood: false, text: `The bidder broke a rule: ${broken.join('; ')}` }
  const agreed = books === null ? '' : ", and the bidder's books agree with what was billed"
  return { isGood: true, text: `Every answer kept the rules, every notice was acknowledged${agreed}.` }
}

function summaryTable({ figures, books }: ExchangeReport): Table {
  const { all, auctions, elapsedMs } = figures
  const { calibration } = all
  return {
    title: 'Result',
    rows: [
      ['bid requests', whole(auctions.held)],
      ['imps', whole(auctions.imps)],
      ['answers later than tmax', whole(auctions.late)],
      ['never answered', whole(auctions.unanswered)],
      ['answer time', `p50 ${elapsedMs.p50.toFixed(1)} ms, p99 ${elapsedMs.p99.toFixed(1)} ms`],
      ['bids', `${whole(all.bids)}, of them ${whole(all.onDeals)} on deals`],
      ['wins', `${whole(all.wins)}, ${percent(all.winRate)} of the bids`],
      ['spend', usd(all.spendUsd)],
      ["spend by the bidder's books", books === null ? 'not asked' : usd(books.spendUsd)],
      ['mean CPM', `${cpm(all.meanBidCpm)} bid, ${cpm(all.meanPaidCpm)} paid`],
      ['clicks', `${whole(all.clicks)}; ${calibration.trueClicks.toFixed(1)} by the truth`],
      ['conversions', whole(all.conversions)],
      ['true value of what was won', usd(all.trueValueUsd)],
      ['surplus', usd(all.surplusUsd)],
      ["the oracle's surplus", usd(all.oracleSurplusUsd)],
      ["share of the oracle's", percent(all.surplusShare)],
    ],
    note: 'The oracle is the best response to each auction with the ad that was bid: it pays exactly the price to win, where that is above neither the true value nor the maximum of the campaign. It knows prices and click probabilities, not clicks, budgets, or better ads.',
  }
}

function charts({ parts }: Figures): Chart[] {
  const x = { label: 'auctions', values: parts.map(({ untilAuction }) => untilAuction) }
  const summed = (of: (part: BidFigures) => number) => {
    let sum = 0
    return parts.map((part) => {
      sum += of(part)
      return sum
    })
  }
  const hundredfold = (share: number | null) => (share === null ? null : share * 100)
  return [
    {
      title: 'Surplus kept',
      note: 'Since the start: true value less price, beside what the oracle would have kept.',
      x,
      y: { label: 'US dollars' },
      series: [
        { label: 'surplus', values: summed(({ surplusUsd }) => surplusUsd) },
        { label: 'oracle', values: summed(({ oracleSurplusUsd }) => oracleSurplusUsd), tone: 'muted' },
        { label: 'spend', values: summed(({ spendUsd }) => spendUsd) },
      ],
    },
    {
      title: 'Shares',
      note: 'Of each part of the run by itself.',
      x,
      y: { label: '%' },
      series: [
        {
          label: "of the oracle's surplus",
          values: parts.map(({ surplusShare }) => hundredfold(surplusShare)),
        },
        { label: 'of bids won', values: parts.map(({ winRate }) => hundredfold(winRate)) },
      ],
    },
    {
      title: 'Prices',
      note: 'Means of each part of the run.',
      x,
      y: { label: 'CPM, US dollars' },
      series: [
        { label: 'bid', values: parts.map(({ meanBidCpm }) => meanBidCpm) },
        { label: 'paid', values: parts.map(({ meanPaidCpm }) => meanPaidCpm) },
      ],
    },
    {
      title: 'Clicks',
      note: 'On what was won, since the start: that came, that the truth expects, that the bidder expected.',
      x,
      y: { label: 'clicks' },
      series: [
        { label: 'came', values: summed(({ clicks }) => clicks) },
        { label: 'by the truth', values: summed(({ calibration }) => calibration.trueClicks), tone: 'muted' },
        ...(parts.some(({ calibration }) => calibration.expectedClicks === null)
          ? []
          : [{ label: 'by the bidder', values: summed(({ calibration }) => calibration.expectedClicks!) }]),
      ],
    },
  ]
}

function campaignTables({ campaigns }: Figures): Table[] {
  return [
    {
      title: 'Campaigns',
      head: ['campaign', 'bids', 'wins', 'spend, $', 'surplus, $', "of the oracle's, %"],
      rows: campaigns.map(({ id, bids, wins, spendUsd, surplusUsd, surplusShare }) => [
        id,
        bids,
        wins,
        cents(spendUsd),
        cents(surplusUsd),
        surplusShare === null ? '' : Number((surplusShare * 100).toFixed(1)),
      ]),
    },
    {
      title: 'Calibration',
      head: ['campaign', 'clicks', 'by the truth', 'by the bidder', 'bidder over truth', 'of all bids'],
      rows: campaigns.map(({ id, clicks, calibration }) => [
        id,
        clicks,
        cents(calibration.trueClicks),
        calibration.expectedClicks === null ? '' : cents(calibration.expectedClicks),
        ratio(calibration.expectedOverTrue),
        ratio(calibration.expectedOverTrueOfBids),
      ]),
      note: 'Clicks on what was won: that came, that the truth expects, that the bidder expected by the tokens of its notice URLs. Above 1 the bidder promises too much. The last column is of all bids, without what winning selects.',
    },
  ]
}

function otherTables({ figures, pacing, broken }: ExchangeReport): Table[] {
  const called = Object.entries(figures.notices).filter(([, counts]) => counts.called > 0)
  return [
    {
      title: 'Bids lost',
      rows: Object.entries(figures.all.lost).map(([name, count]) => [LOSS_WORDS[name], count]),
    },
    {
      title: 'Notices',
      head: ['kind', 'sent', 'acknowledged', 'sent again'],
      rows: called.map(([kind, { called, acknowledged, repeated }]) => [
        kind,
        called,
        acknowledged,
        repeated,
      ]),
    },
    {
      title: 'Pacing',
      head: ['campaign', 'daily budget, $', 'due in the run, $', 'spent in it, $', 'off by, %'],
      rows: pacing.map(({ campaign, dailyUsd, dueUsd, spentUsd, error }) => [
        campaign,
        dailyUsd,
        cents(dueUsd),
        cents(spentUsd),
        Number((error * 100).toFixed(1)),
      ]),
      note: 'Campaigns with a daily budget and even pacing. Due is the part of the day that the run took, of what was left of the budget; a pacer needs minutes to find its measure.',
    },
    { title: 'Rules broken', rows: broken.map((rule) => [rule]) },
  ].filter(({ rows }) => rows.length > 0)
}

function whole(count: number): string {
  return count.toLocaleString('en-US')
}

function usd(amount: number): string {
  return amount.toLocaleString('en-US', { style: 'currency', currency: 'USD' })
}

function cpm(price: number | null): string {
  return price === null ? 'nothing' : usd(price)
}

function cents(amount: number): number {
  return Number(amount.toFixed(2))
}

function percent(share: number | null): string {
  return share === null ? 'none' : `${(share * 100).toFixed(1)} %`
}

function ratio(value: number | null): string | number {
  return value === null ? '' : cents(value)
}
