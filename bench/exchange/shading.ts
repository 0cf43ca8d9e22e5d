/**
 * Prints what a bidder keeps of a day of first-price auctions, by how it shades: the share of what an oracle keeps, the
 * win rate and the mean of bid over value. A bidder of CPC whose click predictions are right; see shading-run.ts.
 *
 * The learning curve is over a day, so the hour is in it too: in the evening prices rise, and less can be kept by all.
 */
import { parseArgs } from 'node:util'
import {
  CLICK_VALUE_MICROS,
  runShading,
  type ShadingReport,
  STRATEGIES,
  type Strategy,
  type StrategyReport,
  WARM_UP_TENTHS,
} from './shading-run.ts'
import type { Kept } from './shading-score.ts'

/** So few that nobody wins in some tenth of the day say nothing. */
const AUCTIONS_MIN = 1000

const USAGE = `Prints how much of an oracle's surplus is kept by shading, on a simulated day.

  node bench/exchange/shading.ts [options]

  --auctions N       first-price auctions of the day, at least ${AUCTIONS_MIN} (100000)
  --seed N           (1)
  --click-value USD  what a click is worth (${CLICK_VALUE_MICROS / 1e6})
  --json             print JSON instead of a table
  --help             print this
`

const { values } = parseArgs({
  options: {
    auctions: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    'click-value': { type: 'string', default: `${CLICK_VALUE_MICROS / 1e6}` },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const [auctions, seed, clickValueUsd] = [values.auctions, values.seed, values['click-value']].map(Number)
if (values.help) process.stdout.write(USAGE)
else if (auctions >= AUCTIONS_MIN && Number.isInteger(seed) && clickValueUsd > 0) {
  const report = runShading({ seed, auctions, clickValueMicros: clickValueUsd * 1e6 })
  console.log(values.json ? JSON.stringify(report, null, 2) : table(report))
} else {
  process.stderr.write(USAGE)
  process.exitCode = 1
}

function table(report: ShadingReport): string {
  const exchanges = Object.keys(report.oracle.exchanges)
  const head = ['', 'all', ...exchanges].map((name) => name.padEnd(20))
  return [
    `Behind the first ${WARM_UP_TENTHS} tenths of the day: of the oracle's surplus, wins, bid over value; %`,
    head.join(''),
    ...STRATEGIES.map((who) => line(who, report[who])),
    '',
    "By tenth of the day: of the oracle's surplus, %",
    ...STRATEGIES.map((who) => `${who.padEnd(20)}${report[who].shareByTenth.map(percent).join('')}`),
  ].join('\n')
}

function line(who: Strategy, report: StrategyReport): string {
  const columns = [report, ...Object.values(report.exchanges)].map(column)
  return [who, ...columns].map((text) => text.padEnd(20)).join('')
}

function column({ share, winRate, meanShade }: Kept): string {
  return [share, winRate, meanShade].map(percent).join('').trimStart()
}

function percent(share: number): string {
  return (100 * share).toFixed(1).padStart(6)
}
