/** Two runs of the exchange side by side, one before and one behind a training. */
import type { ExchangeReport } from '../exchange/live/report.ts'

/** A run, and the version that bid in it. */
export type LoopRun = {
  readonly model: string
  /** Impressions. */
  readonly learntFrom: number
  readonly report: ExchangeReport
}

type Row = {
  readonly heading: string
  readonly of: (run: LoopRun) => number | null
  readonly show: (value: number) => string
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
const usd = (value: number) => `$${value.toFixed(2)}`
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const ratio = (value: number) => value.toFixed(3)

const ROWS: readonly Row[] = [
  { heading: 'bids', of: ({ report }) => report.figures.all.bids, show: whole },
  { heading: 'wins', of: ({ report }) => report.figures.all.wins, show: whole },
  { heading: 'clicks', of: ({ report }) => report.figures.all.clicks, show: whole },
  {
    heading: 'clicks by the truth',
    of: ({ report }) => report.figures.all.calibration.trueClicks,
    show: (value) => value.toFixed(1),
  },
  {
    heading: 'expected clicks over true',
    of: ({ report }) => report.figures.all.calibration.expectedOverTrue,
    show: ratio,
  },
  { heading: 'spend', of: ({ report }) => report.figures.all.spendUsd, show: usd },
  { heading: 'true value', of: ({ report }) => report.figures.all.trueValueUsd, show: usd },
  { heading: 'surplus', of: surplusOf, show: usd },
  { heading: "of the oracle's", of: ({ report }) => report.figures.all.surplusShare, show: percent },
]

export function surplusOf({ report }: Pick<LoopRun, 'report'>): number {
  return report.figures.all.surplusUsd
}

export function loopTable(before: LoopRun, after: LoopRun): string {
  const lines = ROWS.map(({ heading, of, show }) => {
    const values = [of(before), of(after)]
    const cells = values.map((value) => (value === null ? '-' : show(value)))
    return [heading, ...cells, changeOf(values)]
  })
  const learnt = [before, after].map(({ learntFrom }) => whole(learntFrom))
  return [['', before.model, after.model, 'change'], ['learnt from impressions', ...learnt], ...lines]
    .map(([heading, ...cells]) =>
      [heading.padEnd(26), ...cells.map((cell) => cell.padStart(12))].join('').trimEnd(),
    )
    .join('\n')
}

function changeOf([before, after]: readonly (number | null)[]): string {
  if (before === null || after === null || before === 0) return '-'
  const change = after / before - 1
  return `${change < 0 ? '-' : '+'}${percent(Math.abs(change))}`
}
