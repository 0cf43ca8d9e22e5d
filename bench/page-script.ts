/**
 * What a report page (`page.ts`) brings along: its style, and the script that draws its charts in the browser from the
 * JSON in the page. Colours follow the reader's light or dark setting. Plain text here, because it runs in a browser as it stands.
 */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #5c6670; --line: #d9dee3; --paper: #fff; --good: #14713d; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --dim: #9aa4ae; --line: #333a41; --paper: #15191d; --good: #58c58a; --bad: #ff8a80; }
}
body { margin: 0 auto; max-width: 1400px; padding: 24px; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 20px; margin: 0 0 4px; }
h2 { font-size: 15px; margin: 0 0 8px; }
.note { color: var(--dim); margin: 4px 0; overflow-wrap: anywhere; }
.verdict { border-left: 4px solid; padding: 6px 12px; font-size: 16px; font-weight: 600; }
.verdict.good { color: var(--good); }
.verdict.bad { color: var(--bad); }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 540px), 1fr)); gap: 28px; margin-top: 24px; }
figure, section { margin: 0; min-width: 0; }
.wide { overflow-x: auto; }
section table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
section :is(th, td) { border-bottom: 1px solid var(--line); padding: 4px 10px 4px 0; text-align: left; vertical-align: top; }
section th { color: var(--dim); font-weight: 500; }
section .number { text-align: right; }
.u-legend { font-size: 12px; text-align: left; }
.u-legend .u-value { min-width: 5em; }
`

export const PAGE_SCRIPT = `
'use strict'
const COLOURS = ['#2f6fde', '#d9822b', '#1f9d6b', '#8a5cd6', '#0f9bb3', '#b5487f']
const style = getComputedStyle(document.documentElement)
const colourOf = (name) => style.getPropertyValue(name).trim()

/** Three digits that matter, grouped. */
const format = (value) =>
  value == null ? '-' : value.toLocaleString('en-US', { maximumSignificantDigits: Math.max(3, String(Math.trunc(Math.abs(value))).length) })

/** The percentile axis runs over 1 / (1 - quantile): 90 % is 10, 99 % is 100. */
const percentile = (value) => Number((100 - 100 / value).toPrecision(8)) + ' %'
const percentileTicks = (u, axis, least, most) =>
  [1, 2, 10, 100, 1000, 1e4, 1e5, 1e6].filter((tick) => tick >= least && tick <= most)

function axisOf(label, more) {
  const line = { stroke: colourOf('--line'), width: 1 }
  return { label, stroke: colourOf('--dim'), grid: line, ticks: line, labelSize: 22, ...more }
}

function seriesOf({ label, tone }, index) {
  const stroke = tone === 'bad' ? colourOf('--bad') : tone === 'muted' ? colourOf('--dim') : COLOURS[index % COLOURS.length]
  return { label, stroke, width: 1.5, dash: tone === 'muted' ? [6, 4] : undefined, value: (u, value) => format(value), points: { size: 4 } }
}

function optionsOf(chart, width) {
  const isPercentile = chart.x.scale === 'percentile'
  const x = isPercentile
    ? axisOf(chart.x.label, { splits: percentileTicks, filter: (u, ticks) => ticks, values: (u, ticks) => ticks.map(percentile) })
    : axisOf(chart.x.label)
  return {
    width,
    height: 300,
    scales: {
      x: { time: false, distr: isPercentile ? 3 : 1, ...(isPercentile ? { range: (u, least, most) => [1, most] } : {}) },
      y: chart.y.isLog ? { distr: 3 } : { range: (u, least, most) => [Math.min(0, least), most > 0 ? most * 1.05 : 1] },
    },
    axes: [x, axisOf(chart.y.label, { size: 64, values: (u, ticks) => ticks.map((tick) => (tick === null ? null : format(tick))) })],
    series: [{ label: chart.x.label, value: (u, value) => (value == null ? '-' : isPercentile ? percentile(value) : format(value)) }, ...chart.series.map(seriesOf)],
    cursor: { sync: { key: chart.x.label } },
  }
}

const charts = JSON.parse(document.getElementById('charts').textContent)
for (const place of document.querySelectorAll('.chart')) {
  const chart = charts[Number(place.dataset.chart)]
  const data = [chart.x.values, ...chart.series.map((series) => series.values)]
  const plot = new uPlot(optionsOf(chart, place.clientWidth), data, place)
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 300 })).observe(place)
}
`
