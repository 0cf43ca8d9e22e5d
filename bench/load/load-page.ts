/**
 * The page of a run, and of a search for the highest rate, for `bench/page.ts`.
 */
import type { Chart, Page, Table } from '../page.ts'
import { mixRows, type TrafficMix } from '../traffic/mix.ts'
import type { Attempt } from './find.ts'
import { FIND_HEAD, type FindReport, findRows, findSentence } from './find-report.ts'
import type { Percentiles } from './histogram.ts'
import { type LoadReport, measuresOf, percent, statusesText } from './report.ts'
import { type Interval, lostCount } from './totals.ts'

/** Of whom, by which command, when: a line below the title. */
export type PageContext = { readonly url: string; readonly subtitle: string; readonly traffic: TrafficMix }

const SECONDS = 'seconds since the start'

export function runPage(report: LoadReport, context: PageContext): Page {
  return {
    title: `Load on ${context.url}`,
    subtitle: context.subtitle,
    verdict: verdictOf(report),
    parts: [...runParts(report), trafficTable(context.traffic)],
  }
}

function verdictOf({ voidReason, rateAchieved, latencyUs, errors, unsent }: LoadReport): Page['verdict'] {
  if (voidReason !== null) return { isGood: false, text: `VOID: ${voidReason}` }
  const rate = Math.round(rateAchieved).toLocaleString('en-US')
  const lost = lostCount(errors)
  const losses = lost + unsent === 0 ? '' : `; ${lost} requests lost, ${unsent} never sent`
  return {
    isGood: losses === '',
    text: `${rate} requests a second: p50 ${ms(latencyUs.p50)} ms, p99 ${ms(latencyUs.p99)} ms, p99.9 ${ms(latencyUs.p999)} ms${losses}`,
  }
}

export function findPage(find: FindReport, context: PageContext): Page {
  const { attempts, goal, result } = find
  const confirmed = attempts.findLast(({ verdict }) => verdict === 'held')
  return {
    title: `Highest rate held by ${context.url}`,
    subtitle: context.subtitle,
    verdict: { isGood: result.limit === 'target' && result.rate > 0, text: findSentence(find) },
    parts: [
      { title: 'Rates tried', head: FIND_HEAD, rows: findRows(attempts) },
      rateChart(attempts, goal.limitUs),
      ...(confirmed === undefined ? [] : runParts(confirmed.report, ` at ${confirmed.rate} a second`)),
      trafficTable(context.traffic),
    ],
  }
}

function runParts(report: LoadReport, at = ''): (Chart | Table)[] {
  return [
    summaryTable(report, at),
    percentileChart(report, at),
    latencyChart(report.timeline, at),
    ...perSecondCharts(report, at),
    percentileTable(report, at),
  ]
}

function summaryTable(report: LoadReport, at: string): Table {
  const { errors, generator } = report
  const rows: [string, string | number][] = [
    ['plan', report.plan],
    ['connections', report.connections],
    ['sending threads', report.threads],
    ['requests planned', report.planned],
    ['requests sent', report.sent],
    ['sent a second', report.rateAchieved],
    ['waited for a free connection', report.held],
    ['never sent', report.unsent],
    ['answers', `${report.answered.toLocaleString('en-US')}: ${statusesText(report)}`],
    ['with a bid', report.bids],
    ['without a bid', report.noBids],
    ['errors', `${errors.reset} reset, ${errors.timeout} timeout, ${errors.protocol} protocol`],
    ['reconnects', report.reconnects],
    ['generator, busiest thread', `${percent(generator.cpuShare)} of a core`],
    ['generator, lateness p99', `${ms(generator.latenessUs.p99)} ms`],
  ]
  return { title: `Run${at}`, rows, note: report.errorExamples.join('; ') || undefined }
}

function percentileTable(report: LoadReport, at: string): Table {
  const row = (name: string, of: Percentiles) => [
    name,
    ...[of.mean, of.p50, of.p90, of.p99, of.p999, of.max].map((us) => us / 1000),
  ]
  return {
    title: `Latency in ms${at}`,
    head: ['', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max'],
    rows: Object.entries(measuresOf(report)).map(([name, of]) => row(name, of)),
    note: 'Latency counts from the planned send time, service from the actual one. Lateness is how long behind the plan the generator woke; it is in the latency.',
  }
}

function percentileChart({ curve }: LoadReport, at: string): Chart {
  return {
    title: `Latency by percentile${at}`,
    x: { label: 'percentile', values: curve.quantiles, scale: 'percentile' },
    y: { label: 'ms', scale: 'log' },
    series: [
      { label: 'from the planned send', values: curve.latencyUs.map((us) => us / 1000) },
      { label: 'from the actual send', values: curve.serviceUs.map((us) => us / 1000) },
    ],
  }
}

function latencyChart(timeline: readonly Interval[], at: string): Chart {
  const of = (key: 'p50' | 'p99' | 'max') =>
    timeline.map(({ latencyUs }) => (latencyUs.count === 0 ? null : latencyUs[key] / 1000))
  return {
    title: `Latency over time${at}`,
    note: `Of the answers that came in each ${timeline[0].seconds} s.`,
    x: { label: SECONDS, values: timeline.map(({ atS }) => atS) },
    y: { label: 'ms', scale: 'log' },
    series: [
      { label: 'p50', values: of('p50') },
      { label: 'p99', values: of('p99') },
      { label: 'max', values: of('max') },
    ],
  }
}

/** Rates, outcomes and errors. */
function perSecondCharts({ timeline, ratePlanned, statuses }: LoadReport, at: string): Chart[] {
  const x = { label: SECONDS, values: timeline.map(({ atS }) => atS) }
  const y = { label: 'a second' }
  const perSecond = (count: (interval: Interval) => number) =>
    timeline.map((interval) => count(interval) / interval.seconds)
  const planned = {
    label: 'planned',
    tone: 'muted' as const,
    values: perSecond((interval) => interval.planned ?? 0),
  }
  const others = Object.keys(statuses).filter((status) => status !== '200' && status !== '204')
  return [
    {
      title: `Rate${at}`,
      ...{ x, y },
      series: [
        { label: 'sent', values: perSecond(({ sent }) => sent) },
        { label: 'answered', values: perSecond(({ answered }) => answered) },
        ...(ratePlanned === null ? [] : [planned]),
      ],
    },
    {
      title: `Outcomes${at}`,
      ...{ x, y },
      series: [
        { label: 'bids', values: perSecond(({ bids }) => bids) },
        { label: 'no-bids', values: perSecond(({ noBids }) => noBids) },
        ...others.map((status) => ({
          label: `status ${status}`,
          values: perSecond((interval) => interval.statuses[status] ?? 0),
        })),
      ],
    },
    {
      title: `Errors${at}`,
      ...{ x, y },
      series: (['reset', 'timeout', 'protocol'] as const).map((cause) => ({
        label: cause,
        values: perSecond(({ errors }) => errors[cause]),
      })),
    },
  ]
}

function rateChart(attempts: readonly Attempt[], limitUs: number): Chart {
  const tried = attempts.filter(({ verdict }) => verdict !== 'void').sort((a, b) => a.rate - b.rate)
  const of = (key: 'p50' | 'p99' | 'p999') => tried.map(({ report }) => report.latencyUs[key] / 1000)
  return {
    title: 'Latency by rate',
    note: 'Void tries are left out.',
    x: { label: 'requests a second', values: tried.map(({ rate }) => rate) },
    y: { label: 'ms', scale: 'log' },
    series: [
      { label: 'p50', values: of('p50') },
      { label: 'p99', values: of('p99') },
      { label: 'p99.9', values: of('p999') },
      { label: 'limit', values: tried.map(() => limitUs / 1000), tone: 'muted' },
    ],
  }
}

function trafficTable(traffic: TrafficMix): Table {
  return { title: 'Traffic', rows: mixRows(traffic) }
}

function ms(us: number): string {
  return (us / 1000).toLocaleString('en-US', { maximumSignificantDigits: 3 })
}
