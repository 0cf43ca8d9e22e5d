/**
 * A report as one self-contained HTML page: a verdict, tables and uPlot charts, with everything inlined, so that it can be
 * mailed, attached to a build and opened from a disk. It asks the network for nothing, which its own policy enforces.
 *
 * The commands of `bench/` make their pages with it. Text is escaped here; values are numbers or `null` for a gap.
 */
import { readFileSync } from 'node:fs'
import { PAGE_SCRIPT, PAGE_STYLE } from './page-script.ts'

export type Series = {
  readonly label: string
  /** One for each of the chart's x values. */
  readonly values: readonly (number | null)[]
  /** `muted` is a plan or a reference and is dashed; `bad` is what nobody wants. */
  readonly tone?: 'muted' | 'bad'
}

export type Chart = {
  readonly title: string
  /** A sentence below the chart: what counts, from when to when. */
  readonly note?: string
  readonly x: {
    readonly label: string
    /** Ascending. */
    readonly values: readonly number[]
    /** `percentile` takes quantiles in [0, 1) and draws 90, 99, 99.9 % at equal distances. */
    readonly scale?: 'linear' | 'percentile'
  }
  readonly y: { readonly label: string; readonly scale?: 'linear' | 'log' }
  readonly series: readonly Series[]
}

export type Table = {
  readonly title?: string
  readonly note?: string
  readonly head?: readonly string[]
  /** Numbers are grouped and set to the right. */
  readonly rows: readonly (readonly (string | number)[])[]
}

export type Page = {
  readonly title: string
  /** What the reader should know first. */
  readonly verdict: { readonly isGood: boolean; readonly text: string }
  /** How it came about: the command, the time, the machine. */
  readonly subtitle?: string
  /** In the order in which they are read; charts with the same x label share a cursor. */
  readonly parts: readonly (Chart | Table)[]
}

export function pageOf({ title, verdict, subtitle, parts }: Page): string {
  const charts = parts.filter((part): part is Chart => 'series' in part)
  const cells = parts.map((part) =>
    'series' in part ? chartHtml(part, charts.indexOf(part)) : tableHtml(part),
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${uPlotFile('uPlot.min.css')}${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
${subtitle === undefined ? '' : `<p class="note">${escaped(subtitle)}</p>`}
<p class="verdict ${verdict.isGood ? 'good' : 'bad'}">${escaped(verdict.text)}</p>
</header>
<main>
${cells.join('\n')}
</main>
<script type="application/json" id="charts">${inScript(charts.map(drawn))}</script>
<script>${uPlotFile('uPlot.iife.min.js')}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`
}

/** As the page's script wants it: a logarithmic axis has no place for zero. */
function drawn({ x, y, series, title }: Chart): object {
  const isLog = y.scale === 'log'
  return {
    title,
    x: { ...x, values: x.scale === 'percentile' ? x.values.map((share) => 1 / (1 - share)) : x.values },
    y: { label: y.label, isLog },
    series: series.map(({ values, ...rest }) => ({
      ...rest,
      values: isLog ? values.map((value) => (value !== null && value > 0 ? value : null)) : values,
    })),
  }
}

function chartHtml({ title, note }: Chart, index: number): string {
  return `<figure><h2>${escaped(title)}</h2><div class="chart" data-chart="${index}"></div>${noteHtml(note)}</figure>`
}

function tableHtml({ title, note, head, rows }: Table): string {
  const isNumber = (column: number) => typeof rows[0]?.[column] === 'number'
  const headCells = head?.map((text, column) => cellHtml('th', text, isNumber(column))) ?? []
  const headRow = head === undefined ? '' : `<thead><tr>${headCells.join('')}</tr></thead>`
  const bodyRows = rows.map((row) =>
    row.map((cell) => cellHtml('td', textOf(cell), typeof cell === 'number')),
  )
  const body = bodyRows.map((cells) => `<tr>${cells.join('')}</tr>`).join('\n')
  return `<section>${title === undefined ? '' : `<h2>${escaped(title)}</h2>`}<div class="wide"><table>${headRow}<tbody>${body}</tbody></table></div>${noteHtml(note)}</section>`
}

function cellHtml(tag: 'td' | 'th', text: string, isNumber: boolean): string {
  return `<${tag}${isNumber ? ' class="number"' : ''}>${escaped(text)}</${tag}>`
}

function textOf(cell: string | number): string {
  return typeof cell === 'string' ? cell : cell.toLocaleString('en-US', { maximumFractionDigits: 3 })
}

function noteHtml(note: string | undefined): string {
  return note === undefined ? '' : `<p class="note">${escaped(note)}</p>`
}

/** From the installed package in a checkout; the build puts both files beside the bundle. */
function uPlotFile(name: string): string {
  const folder = import.meta.url.endsWith('.ts') ? '../node_modules/uplot/dist/' : './'
  return readFileSync(new URL(folder + name, import.meta.url), 'utf8')
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** JSON that cannot end the script element it stands in. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c')
}
