/** The rows of a backtest as a person reads them: a table with a line each, numbers to the right. */
import type { Row } from './backtest.ts'

type Column = readonly [heading: string, cell: (row: Row) => string]

const COLUMNS: readonly Column[] = [
  ['strategy', ({ strategy }) => strategy],
  ['auctions', ({ auctions }) => `${auctions}`],
  ['imps', ({ imps }) => `${imps}`],
  ['clicks', ({ clicks }) => `${clicks}`],
  ['cost', ({ cost }) => `${cost}`],
  ['win rate', ({ winRate }) => percent(winRate)],
  ['eCPC', ({ ecpc }) => (ecpc === null ? '-' : ecpc.toFixed(2))],
  ['budget', ({ budget }) => (budget === null ? 'none' : `${budget}`)],
  ['episodes', ({ episodes }) => `${episodes}`],
]

/** At first price alone. */
const SURPLUS_COLUMNS: readonly Column[] = [
  ['shade', ({ shade }) => shade ?? '-'],
  ['surplus', ({ surplusShare }) => (surplusShare === null ? '-' : percent(surplusShare))],
]

const LAST_COLUMN: Column = [
  'tuned to',
  ({ parameters }) =>
    Object.entries(parameters)
      .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
      .join(', '),
]

export function tableOf(rows: readonly Row[]): string {
  const isFirstPrice = rows.some(({ shade }) => shade !== null)
  const columns = [...COLUMNS, ...(isFirstPrice ? SURPLUS_COLUMNS : []), LAST_COLUMN]
  const lines = [
    columns.map(([heading]) => heading),
    ...rows.map((row) => columns.map(([, cell]) => cell(row))),
  ]
  const widths = columns.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)))
  return lines.map((cells) => lineOf(cells, widths)).join('\n')
}

/** The first and the last column are words, those between are numbers. */
function lineOf(cells: readonly string[], widths: readonly number[]): string {
  const last = cells.length - 1
  return cells
    .map((cell, column) => {
      if (column === last) return cell
      return column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])
    })
    .join('  ')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}
