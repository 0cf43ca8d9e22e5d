/**
 * Prints how budgets were spent over simulated days, by eighths: the share of the budget beside that of the traffic.
 */
import { parseArgs } from 'node:util'
import { DAY_MS } from './arrivals.ts'
import { Market } from './market.ts'
import { CAMPAIGNS } from './paced-campaign.ts'
import { type PacedDay, runPacedDays } from './paced-days.ts'

const START_MS = Date.UTC(2026, 0, 5)

const USAGE = `Prints how budgets are spent over simulated days: the share of the budget beside that of the traffic.

  node bench/exchange/day.ts [options]

  --days N       (3)
  --auctions N   a day (300000)
  --swing X      traffic at the evening's peak to that of the night's trough (2)
  --seed N       (1)
  --no-restart   without the bidder's restart on the last day
  --json         print JSON instead of a table
  --help         print this
`

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '3' },
    auctions: { type: 'string', default: '300000' },
    swing: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    'no-restart': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const [days, auctions, swing, seed] = [values.days, values.auctions, values.swing, values.seed].map(Number)
if (values.help) process.stdout.write(USAGE)
else {
  const report = runPacedDays({
    market: new Market({ seed, startMs: START_MS, auctionsPerDay: auctions, swing }),
    campaigns: CAMPAIGNS,
    startMs: START_MS,
    days,
    seed,
    restartsMs: values['no-restart'] ? [] : [START_MS + (days - 0.45) * DAY_MS],
  })
  console.log(values.json ? JSON.stringify(report, null, 2) : table(report))
}

function table(report: readonly PacedDay[]): string {
  const head = `day  ${'campaign'.padEnd(18)}  budget   spent  off by  wins   clicks  spent / traffic by eighths, %`
  return [head, ...report.map(line)].join('\n')
}

function line(day: PacedDay): string {
  const eighths = day.spentUpTo.map((spent, i) => `${percent(spent)}/${percent(day.trafficUpTo[i])}`)
  const off = Math.max(...day.spentUpTo.map((spent, i) => Math.abs(spent - day.trafficUpTo[i])))
  return [
    `${day.day + 1}`.padStart(3),
    day.campaign.padEnd(18),
    `$${(day.dailyNanos / 1e9).toFixed(2)}`.padStart(6),
    `${((day.spentNanos / day.dailyNanos) * 100).toFixed(1)} %`.padStart(7),
    (off * 100).toFixed(1).padStart(6),
    `${day.wins}`.padStart(5),
    `${day.clicks}`.padStart(7),
    eighths.join(' '),
  ].join('  ')
}

function percent(share: number): string {
  return (share * 100).toFixed(0).padStart(3)
}
