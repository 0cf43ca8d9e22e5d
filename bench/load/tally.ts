/**
 * What one thread counts while it sends. Counting allocates nothing; `take` hands over an interval's worth and starts the
 * next, so that the sum of what was taken is the run.
 */
import type { Connection, Loss, LossCause } from './connection.ts'
import { MicrosHistogram } from './histogram.ts'

const ERROR_EXAMPLES_MAX = 5

/** What one thread saw in one interval, by the time at which it happened. */
export type Slice = {
  /** From 0 at the start of the plan. */
  readonly interval: number
  readonly sent: number
  readonly answered: number
  /** Of the answers, those with a bid. */
  readonly bids: number
  readonly held: number
  readonly reconnects: number
  readonly bodyBytes: number
  readonly statuses: readonly (readonly [status: number, count: number])[]
  readonly errors: Readonly<Record<LossCause, number>>
  readonly errorExamples: readonly string[]
  /** As `MicrosHistogram.take` gives them. */
  readonly latency: Uint32Array
  readonly service: Uint32Array
  readonly lateness: Uint32Array
}

export class Tally {
  /** Of the whole run. */
  sent = 0
  inFlight = 0
  #counts = noCounts()
  readonly #statuses = new Float64Array(1000)
  #errors = noErrors()
  readonly #errorExamples = new Set<string>()
  #errorExamplesTaken = 0
  readonly #latency = new MicrosHistogram()
  readonly #service = new MicrosHistogram()
  readonly #lateness = new MicrosHistogram()

  /** A request was seen to be due this long after its time. @param isHeld it has to wait for a connection. */
  countDue(lateNs: number, isHeld: boolean): void {
    this.#lateness.recordNs(lateNs)
    if (isHeld) this.#counts.held++
  }

  countSent(): void {
    this.sent++
    this.inFlight++
    this.#counts.sent++
  }

  countAnswer({ plannedNs, sentNs, reader }: Connection, nowNs: number): void {
    this.inFlight--
    this.#counts.answered++
    if (reader.hasBid) this.#counts.bids++
    this.#latency.recordNs(nowNs - plannedNs)
    this.#service.recordNs(nowNs - sentNs)
    this.#statuses[reader.status]++
    this.#counts.bodyBytes += reader.bodyBytes
  }

  countError(connection: Connection, { cause, message }: Loss, nowNs: number): void {
    this.inFlight--
    this.#errors[cause]++
    this.keepExample(`${cause}: ${message}`)
    if (cause === 'timeout') this.countGivenUp(nowNs - connection.plannedNs)
  }

  /** A request is given up at this age: its latency would have been longer still. */
  countGivenUp(ageNs: number): void {
    this.#latency.recordNs(ageNs)
  }

  countReconnect(): void {
    this.#counts.reconnects++
  }

  keepExample(message: string): void {
    if (this.#errorExamples.size < ERROR_EXAMPLES_MAX) this.#errorExamples.add(message)
  }

  take(interval: number): Slice {
    const slice = {
      interval,
      ...this.#counts,
      statuses: this.#takeStatuses(),
      errors: this.#errors,
      errorExamples: [...this.#errorExamples].slice(this.#errorExamplesTaken),
      latency: this.#latency.take(),
      service: this.#service.take(),
      lateness: this.#lateness.take(),
    }
    this.#counts = noCounts()
    this.#errors = noErrors()
    this.#errorExamplesTaken = this.#errorExamples.size
    return slice
  }

  #takeStatuses(): [number, number][] {
    const seen: [number, number][] = []
    for (let status = 0; status < this.#statuses.length; status++) {
      if (this.#statuses[status] > 0) seen.push([status, this.#statuses[status]])
    }
    this.#statuses.fill(0)
    return seen
  }
}

function noCounts() {
  return { sent: 0, answered: 0, bids: 0, held: 0, reconnects: 0, bodyBytes: 0 }
}

function noErrors(): Record<LossCause, number> {
  return { reset: 0, timeout: 0, protocol: 0, closed: 0 }
}
