// What pacing promises, on simulated days: traffic that swings twofold and is disturbed, campaigns for clicks and of a flat
// CPM, with budgets from a large part of what they can get down to a five-hundredth, first and second price, notices
// that come seconds to minutes late, and a restart at the worst time of the second day. The first day has no forecast
// but an even day; the second has what the first has taught.
import t from 'tap'
import { DAY_MS } from './arrivals.ts'
import { Market } from './market.ts'
import { CAMPAIGNS, type PacedCampaign } from './paced-campaign.ts'
import { type PacedDay, runPacedDays } from './paced-days.ts'

const START_MS = Date.UTC(2026, 0, 5)

function run(campaigns: readonly PacedCampaign[]): readonly PacedDay[] {
  return runPacedDays({
    market: new Market({ seed: 4, startMs: START_MS, auctionsPerDay: 250_000 }),
    campaigns,
    startMs: START_MS,
    days: 2,
    seed: 4,
    restartsMs: [START_MS + 1.55 * DAY_MS],
  })
}

const report = run(CAMPAIGNS)
const unpaced = run(CAMPAIGNS.map((campaign) => ({ ...campaign, mode: 'none' })))
const firstDay = report.filter(({ day }) => day === 0)
const secondDay = report.filter(({ day }) => day === 1)

t.test('99 to 100 % of each daily budget is spent', async (t) => {
  for (const { campaign, day, spentNanos, dailyNanos } of report) {
    const share = spentNanos / dailyNanos
    t.ok(share >= 0.99 && share <= 1, `${campaign}, day ${day + 1}: ${share}`)
  }
})

t.test('spend follows the traffic within 6 points at every eighth of the day', async (t) => {
  for (const day of secondDay) t.ok(pointsOff(day) <= 6, `${day.campaign}: ${pointsOff(day)}`)
})

t.test('on a first day, without a forecast, it follows the clock within 4 points', async (t) => {
  for (const { campaign, spentUpTo } of firstDay) {
    const off = Math.max(...spentUpTo.map((spent, eighth) => Math.abs(spent - (eighth + 1) / 8)))
    t.ok(off <= 0.04, `${campaign}: ${off * 100}`)
  }
})

t.test('without pacing most budgets are gone in the first eighth', async (t) => {
  const gone = unpaced.filter(({ day, spentUpTo }) => day === 1 && spentUpTo[0] > 0.99)
  t.ok(gone.length >= 3, `${gone.length} of ${CAMPAIGNS.length}`)
  for (const { spentNanos, dailyNanos } of unpaced) t.ok(spentNanos <= dailyNanos)
})

t.test('paced by price, the same budgets buy more clicks', async (t) => {
  const clicksOf = (days: readonly PacedDay[]) =>
    days.filter(({ campaign }) => campaign.startsWith('cpc')).reduce((sum, { clicks }) => sum + clicks, 0)
  const times = clicksOf(report) / clicksOf(unpaced)
  t.ok(times > 1.2, `${times} times as many`)
})

function pointsOff({ spentUpTo, trafficUpTo }: PacedDay): number {
  return Math.max(...spentUpTo.map((spent, eighth) => Math.abs(spent - trafficUpTo[eighth]))) * 100
}
