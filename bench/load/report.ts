/**
 * What a run of the load generator found, whether it may be believed, and how a person reads it.
 *
 * A run is void when the generator itself was the limit: it woke late, or it had no CPU left to keep to its plan. A slow
 * target never voids a run; its requests wait for a free connection, and that wait is in `latencyUs`.
 */
import type { Histogram } from 'hdr-histogram-js'

export type Percentiles = {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export type LoadReport = {
  readonly mode: 'open' | 'closed'
  readonly seed: number
  readonly connections: number
  /** From the first planned send to the last answer or the end of the plan, whichever is later. */
  readonly seconds: number
  /** Requests; in closed mode what was sent is the plan. */
  readonly planned: number
  readonly sent: number
  readonly answered: number
  /** Planned, but no connection came free in time. */
  readonly unsent: number
  /** Sends that had to wait for a free connection. */
  readonly held: number
  /** Requests a second; `null` in closed mode, which has no plan. */
  readonly ratePlanned: number | null
  readonly rateAchieved: number
  readonly statuses: Readonly<Record<string, number>>
  readonly bodyBytes: number
  readonly errors: { readonly reset: number; readonly timeout: number; readonly protocol: number }
  /** The first message of each kind of error. */
  readonly errorExamples: readonly string[]
  /** Connections opened again, whether the target closed them or an error did. */
  readonly reconnects: number
  /**
   * From the planned send to the whole answer. Requests that timed out or were never sent are in it with the age at
   * which they were given up, so percentiles are never better than what a client would have seen.
   */
  readonly latencyUs: Percentiles
  /** From the actual send to the whole answer: what a closed loop would have reported. */
  readonly serviceUs: Percentiles
  readonly generator: {
    /** From a planned time to the loop turn that saw it. */
    readonly latenessUs: Percentiles
    /** CPU time of the process over wall time. */
    readonly cpuShare: number
  }
  /** Why this run says nothing about the target, or `null`. */
  readonly voidReason: string | null
}

export const ACHIEVED_SHARE_MIN = 0.999
export const CPU_SHARE_MAX = 0.9
/** Below this share of held sends the target cannot be the reason for a missed plan. */
const HELD_SHARE_MIN = 0.001

export function voidReason(report: Omit<LoadReport, 'voidReason'>, latenessP99MaxUs: number): string | null {
  const { generator, ratePlanned, rateAchieved } = report
  if (report.answered === 0) return 'nothing was answered: check the URL and that the target runs'
  if (ratePlanned === null) return null
  if (generator.latenessUs.p99 > latenessP99MaxUs) {
    return `the generator woke late: p99 ${generator.latenessUs.p99} us, limit ${latenessP99MaxUs} us; lower --rate or leave it a core of its own`
  }
  if (rateAchieved >= ACHIEVED_SHARE_MIN * ratePlanned) return null
  const missed = `${rateAchieved.toFixed(1)} of ${ratePlanned} requests a second were sent`
  if (generator.cpuShare > CPU_SHARE_MAX) return `the generator had no CPU left: ${missed}; lower --rate`
  if (report.held < HELD_SHARE_MIN * report.planned)
    return `the generator sent too slowly: ${missed}; lower --rate`
  return null
}

export function percentilesOf(histogram: Histogram): Percentiles {
  const { totalCount: count } = histogram
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile)
  const mean = Math.round(histogram.mean)
  return { count, mean, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: histogram.maxValue }
}

export function tableOf(report: LoadReport): string {
  const { generator, errors } = report
  const plan = report.ratePlanned === null ? 'as fast as answers come' : `${report.ratePlanned} a second`
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const rows = [
    ['plan', `${plan}, ${report.connections} connections, seed ${report.seed}`],
    [
      'sent',
      `${report.sent} of ${report.planned} in ${report.seconds.toFixed(2)} s: ${report.rateAchieved.toFixed(1)} a second`,
    ],
    ['held', `${report.held} waited for a free connection, ${report.unsent} were never sent`],
    [
      'answers',
      `${report.answered}: ${
        Object.entries(report.statuses)
          .map((pair) => pair.join(' x '))
          .join(', ') || 'none'
      }`,
    ],
    ['bodies', `${report.bodyBytes} bytes`],
    [
      'errors',
      `${errors.reset} reset, ${errors.timeout} timeout, ${errors.protocol} protocol; ${report.reconnects} reconnects`,
    ],
    ...report.errorExamples.map((message) => ['', message]),
    ['generator', `CPU ${percent(generator.cpuShare)}`],
  ]
  const lines = rows.map(([name, text]) => `${name.padEnd(11)}${text}`)
  lines.push('', percentileLine('us', ['mean', 'p50', 'p90', 'p99', 'p99.9', 'max']))
  const measures = { latency: report.latencyUs, service: report.serviceUs, lateness: generator.latenessUs }
  for (const [name, of] of Object.entries(measures)) {
    if (of.count > 0) lines.push(percentileLine(name, [of.mean, of.p50, of.p90, of.p99, of.p999, of.max]))
  }
  if (report.voidReason !== null) lines.push('', `VOID: ${report.voidReason}`)
  return `${lines.join('\n')}\n`
}

function percentileLine(name: string, cells: readonly (string | number)[]): string {
  return name.padEnd(11) + cells.map((cell) => `${cell}`.padStart(10)).join('')
}
