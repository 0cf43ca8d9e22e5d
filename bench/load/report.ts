/**
 * What a run of the load generator found, whether it may be believed, and how a person reads it.
 *
 * A run is void when the generator itself was the limit: it woke late, it had no CPU left, or it sent less than it had
 * planned without waiting for the target. A slow target never voids a run; its requests wait for a free connection, and
 * that wait is in `latencyUs`.
 */
import type { Percentiles } from './histogram.ts'
import type { Counts, Curve, Interval } from './totals.ts'

export type LoadReport = Counts & {
  readonly mode: 'open' | 'closed'
  /** In words. */
  readonly plan: string
  readonly seed: number
  readonly connections: number
  readonly threads: number
  /** From the first planned send to the last answer or the end of the plan, whichever is later. */
  readonly seconds: number
  /** Requests; in closed mode what was sent is the plan. */
  readonly planned: number
  /** Planned, but no connection came free in time. */
  readonly unsent: number
  /** Sends that had to wait for a free connection. */
  readonly held: number
  /** Requests a second over the whole plan; `null` in closed mode, which has no plan. */
  readonly ratePlanned: number | null
  readonly rateAchieved: number
  readonly bodyBytes: number
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
  /** Of both. */
  readonly curve: Curve
  readonly timeline: readonly Interval[]
  readonly generator: {
    /** From a planned time to the loop turn that saw it. */
    readonly latenessUs: Percentiles
    /** CPU time of the busiest sending thread over wall time. */
    readonly cpuShare: number
    /** CPU time of the whole process over wall time. */
    readonly cores: number
  }
  /** Why this run says nothing about the target, or `null`. */
  readonly voidReason: string | null
}

export type Limits = { readonly latenessP99MaxUs: number; readonly cpuShareMax: number }

const ACHIEVED_SHARE_MIN = 0.999
/** Below this share of held sends the target cannot be the reason for a missed plan. */
const HELD_SHARE_MIN = 0.001

export function voidReason(
  report: Pick<LoadReport, 'answered' | 'planned' | 'held' | 'ratePlanned' | 'rateAchieved' | 'generator'>,
  { latenessP99MaxUs, cpuShareMax }: Limits,
): string | null {
  const { generator, ratePlanned, rateAchieved } = report
  if (report.answered === 0) return 'nothing was answered: check the URL and that the target runs'
  if (ratePlanned === null) return null
  if (generator.latenessUs.p99 > latenessP99MaxUs) {
    return `the generator woke late: p99 ${generator.latenessUs.p99} us, limit ${latenessP99MaxUs} us; lower the rate or leave it a core of its own`
  }
  if (generator.cpuShare > cpuShareMax) {
    return `the generator had no CPU left: its busiest thread used ${percent(generator.cpuShare)} of a core, limit ${percent(cpuShareMax)}; lower the rate or raise --threads where there are cores`
  }
  const isMissed = rateAchieved < ACHIEVED_SHARE_MIN * ratePlanned
  if (isMissed && report.held < HELD_SHARE_MIN * report.planned) {
    return `the generator sent too slowly: ${rateAchieved.toFixed(1)} of ${round(ratePlanned)} requests a second were sent; lower the rate`
  }
  return null
}

export function tableOf(report: LoadReport): string {
  const { generator, errors } = report
  const rows = [
    [
      'plan',
      `${report.plan}; ${report.connections} connections, ${report.threads} ${report.threads === 1 ? 'thread' : 'threads'}, seed ${report.seed}`,
    ],
    [
      'sent',
      `${report.sent} of ${report.planned} in ${report.seconds.toFixed(2)} s: ${report.rateAchieved.toFixed(1)} a second${report.ratePlanned === null ? '' : ` of ${round(report.ratePlanned)}`}`,
    ],
    ['held', `${report.held} waited for a free connection, ${report.unsent} were never sent`],
    ['answers', `${report.answered}: ${statusesText(report)}`],
    ['bids', `${report.bids} answers with a bid, ${report.noBids} without`],
    ['bodies', `${report.bodyBytes} bytes`],
    [
      'errors',
      `${errors.reset} reset, ${errors.timeout} timeout, ${errors.protocol} protocol; ${report.reconnects} reconnects`,
    ],
    ...report.errorExamples.map((message) => ['', message]),
    [
      'generator',
      `CPU ${percent(generator.cpuShare)} of a core in the busiest thread, ${generator.cores.toFixed(2)} cores in all`,
    ],
  ]
  const lines = rows.map(([name, text]) => `${name.padEnd(11)}${text}`)
  lines.push('', percentileLine('us', ['mean', 'p50', 'p90', 'p99', 'p99.9', 'max']))
  for (const [name, of] of Object.entries(measuresOf(report))) {
    lines.push(percentileLine(name, [of.mean, of.p50, of.p90, of.p99, of.p999, of.max]))
  }
  if (report.voidReason !== null) lines.push('', `VOID: ${report.voidReason}`)
  return `${lines.join('\n')}\n`
}

/** The percentiles that were measured, by name. */
export function measuresOf({ latencyUs, serviceUs, generator }: LoadReport): Record<string, Percentiles> {
  const measures = { latency: latencyUs, service: serviceUs, lateness: generator.latenessUs }
  return Object.fromEntries(Object.entries(measures).filter(([, { count }]) => count > 0))
}

export function statusesText({ statuses }: Pick<Counts, 'statuses'>): string {
  return (
    Object.entries(statuses)
      .map((pair) => pair.join(' x '))
      .join(', ') || 'none'
  )
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function round(rate: number): number {
  return Number(rate.toFixed(3))
}

function percentileLine(name: string, cells: readonly (string | number)[]): string {
  return name.padEnd(11) + cells.map((cell) => `${cell}`.padStart(10)).join('')
}
