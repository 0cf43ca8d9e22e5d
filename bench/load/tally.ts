/**
 * What a run counts while it runs: requests, answers, errors and three histograms in microseconds. Counting allocates
 * nothing; `report` reads it once, at the end.
 */
import { build, type Histogram } from 'hdr-histogram-js'
import { assert } from '../../src/base/assert.ts'
import type { Connection, Loss, LossCause } from './connection.ts'
import { type LoadReport, percentilesOf } from './report.ts'

const TIME_US_MAX = 60_000_000
const ERROR_EXAMPLES_MAX = 5

export class Tally {
  sent = 0
  answered = 0
  failed = 0
  held = 0
  reconnects = 0
  #bodyBytes = 0
  readonly #statuses = new Float64Array(1000)
  readonly #errors: Record<LossCause, number> = { reset: 0, timeout: 0, protocol: 0, closed: 0 }
  readonly #errorExamples = new Set<string>()
  readonly #latency = histogramUs()
  readonly #service = histogramUs()
  readonly #lateness = histogramUs()

  get inFlight(): number {
    return this.sent - this.answered - this.failed
  }

  /** A request was seen to be due this long after its time. */
  countLateness(ns: number): void {
    recordUs(this.#lateness, ns)
  }

  countAnswer(connection: Connection, nowNs: number): void {
    this.answered++
    recordUs(this.#latency, nowNs - connection.plannedNs)
    recordUs(this.#service, nowNs - connection.sentNs)
    this.#statuses[connection.reader.status]++
    this.#bodyBytes += connection.reader.bodyBytes
  }

  countError(connection: Connection, { cause, message }: Loss, nowNs: number): void {
    this.failed++
    this.#errors[cause]++
    this.keepExample(`${cause}: ${message}`)
    if (cause === 'timeout') this.countGivenUp(nowNs - connection.plannedNs)
  }

  /** A request is given up at this age: its latency would have been longer still. */
  countGivenUp(ageNs: number): void {
    recordUs(this.#latency, ageNs)
  }

  keepExample(message: string): void {
    if (this.#errorExamples.size < ERROR_EXAMPLES_MAX) this.#errorExamples.add(message)
  }

  /** The counted part of a report. */
  report() {
    const { sent, answered, held, reconnects } = this
    const { reset, timeout, protocol } = this.#errors
    return {
      sent,
      answered,
      held,
      reconnects,
      statuses: statusesOf(this.#statuses),
      bodyBytes: this.#bodyBytes,
      errors: { reset, timeout, protocol },
      errorExamples: [...this.#errorExamples],
      latencyUs: percentilesOf(this.#latency),
      serviceUs: percentilesOf(this.#service),
      latenessUs: percentilesOf(this.#lateness),
    }
  }
}

function histogramUs(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: TIME_US_MAX,
    numberOfSignificantValueDigits: 3,
  })
}

function recordUs(histogram: Histogram, ns: number): void {
  assert(ns >= 0, 'time does not run backwards')
  histogram.recordValue(Math.min(TIME_US_MAX, Math.round(ns / 1000)))
}

function statusesOf(counts: Float64Array): LoadReport['statuses'] {
  const seen: [string, number][] = []
  for (let status = 0; status < counts.length; status++) {
    if (counts[status] > 0) seen.push([`${status}`, counts[status]])
  }
  return Object.fromEntries(seen)
}
