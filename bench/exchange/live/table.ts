/** A report as a person reads it. */
import type { BidFigures, Calibration } from './figures.ts'
import type { ExchangeReport } from './report.ts'

const CAMPAIGNS_MAX = 30
const PACING_MAX = 15
export const LOSS_WORDS: Readonly<Record<string, string>> = {
  expired: 'too late',
  invalidResponse: 'answer broken',
  invalidDeal: 'no such deal',
  belowFloor: 'below floor',
  belowDealFloor: "below the deal's floor",
  outbid: 'outbid',
  lostToDeal: 'lost to a deal',
}

export function tableOf(report: ExchangeReport): string {
  return [
    ...summaryLines(report),
    '',
    ...campaignLines(report),
    ...pacingLines(report),
    ...report.broken.map((rule) => `BROKEN     ${rule}`),
    ...(report.endedEarly === null ? [] : [`ENDED      early: ${report.endedEarly}`]),
    '',
  ].join('\n')
}

function summaryLines({ settings, seconds, ownDelayMs, figures, books }: ExchangeReport): string[] {
  const { auctions, all, elapsedMs, notices } = figures
  const { calibration } = all
  const told = Object.entries(notices).filter(([, { called }]) => called > 0)
  const statuses = Object.entries(auctions.statuses).map(([status, count]) => `${whole(count)} x ${status}`)
  const how = settings.auction === null ? 'auctions' : `${settings.auction}-price auctions`
  return [
    `auctions   ${whole(auctions.held)} of ${whole(settings.auctions)} ${how} with ${whole(auctions.imps)} imps, market ${settings.market}, seed ${settings.seed}, hour ${settings.hour}, ${seconds.toFixed(1)} s`,
    `answers    ${statuses.join(', ') || 'none'}; ${whole(auctions.late)} later than tmax, ${whole(auctions.unanswered)} never; p50 ${elapsedMs.p50.toFixed(1)} ms, p99 ${elapsedMs.p99.toFixed(1)} ms, with the exchange's own p99 of ${ownDelayMs.toFixed(1)} ms in it`,
    `bids       ${whole(all.bids)} in ${whole(auctions.bidOn)} auctions, ${whole(all.onDeals)} on deals, mean ${price(all.meanBidCpm)} CPM`,
    `wins       ${whole(all.wins)}, ${percent(all.winRate)} of the bids; lost: ${lostText(all)}`,
    `spend      ${usd(all.spendUsd)}, mean ${price(all.meanPaidCpm)} CPM${booksText(books)}`,
    `clicks     ${whole(all.clicks)} of ${calibration.trueClicks.toFixed(1)} expected by the truth; ${whole(all.conversions)} conversions, ${whole(all.conversionsTold)} told`,
    `surplus    ${usd(all.surplusUsd)}: worth ${usd(all.trueValueUsd)}, ${percent(all.surplusShare)} of the oracle's ${usd(all.oracleSurplusUsd)}`,
    `calibration ${calibrationText(calibration)}`,
    `notices    ${told.map(([kind, counts]) => `${kind} ${whole(counts.acknowledged)} of ${whole(counts.called)}`).join(', ') || 'none'}`,
  ]
}

function lostText({ lost }: BidFigures): string {
  const reasons = Object.entries(lost).sort(([, a], [, b]) => b - a)
  return reasons.map(([name, count]) => `${whole(count)} ${LOSS_WORDS[name]}`).join(', ') || 'none'
}

function booksText(books: ExchangeReport['books']): string {
  if (books === null) return ''
  const agree = books.disagreements.length === 0 ? 'agree' : 'DISAGREE'
  return `; the bidder's books have ${usd(books.spendUsd)} and ${agree}`
}

function calibrationText(calibration: Calibration): string {
  const { expectedClicks, expectedOverTrue, expectedOverClicks, expectedOverTrueOfBids } = calibration
  if (expectedClicks === null) return "skipped: the bidder's notice URLs do not say what it expected"
  return `expected clicks over true ${ratio(expectedOverTrue)} of what was won, ${ratio(expectedOverTrueOfBids)} of what was bid on; over clicks that came ${ratio(expectedOverClicks)}`
}

function campaignLines({ figures }: ExchangeReport): string[] {
  const { campaigns } = figures
  const name = Math.max(8, ...campaigns.map(({ id }) => id.length))
  const head = `${'campaign'.padEnd(name)}     bids     wins   win %     spend  paid CPM  clicks    true  expected/true    surplus  of oracle`
  const rows = campaigns.slice(0, CAMPAIGNS_MAX).map((row) => {
    const { calibration } = row
    return [
      row.id.padEnd(name),
      whole(row.bids).padStart(7),
      whole(row.wins).padStart(7),
      percent(row.winRate).padStart(6),
      usd(row.spendUsd).padStart(8),
      price(row.meanPaidCpm).padStart(8),
      whole(row.clicks).padStart(6),
      calibration.trueClicks.toFixed(1).padStart(6),
      ratio(calibration.expectedOverTrue).padStart(13),
      usd(row.surplusUsd).padStart(9),
      percent(row.surplusShare).padStart(9),
    ].join('  ')
  })
  const rest = campaigns.length - CAMPAIGNS_MAX
  return [head, ...rows, ...(rest > 0 ? [`and ${rest} more, see --json`] : [])]
}

function pacingLines({ pacing }: ExchangeReport): string[] {
  if (pacing.length === 0) return []
  const rows = pacing
    .slice(0, PACING_MAX)
    .map(
      ({ campaign, dailyUsd, dueUsd, spentUsd, error }) =>
        `pacing     ${campaign}: ${usd(spentUsd)} spent, ${usd(dueUsd)} of ${usd(dailyUsd)} a day was due: ${error > 0 ? '+' : ''}${percent(error)}`,
    )
  const rest = pacing.length - PACING_MAX
  return ['', ...rows, ...(rest > 0 ? [`and ${rest} more, see --json`] : [])]
}

function whole(count: number): string {
  return count.toLocaleString('en-US')
}

function usd(amount: number): string {
  return `${amount < 0 ? '-' : ''}$${Math.abs(amount).toFixed(2)}`
}

function price(cpm: number | null): string {
  return cpm === null ? '-' : `$${cpm.toFixed(2)}`
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`
}

function ratio(value: number | null): string {
  return value === null ? '-' : value.toFixed(2)
}
