/**
 * The instruments of notices at the bid port, apart from those of bids.
 */
import { Counter, Histogram, type Instrument } from '../telemetry/instruments.ts'

export class NoticePortTelemetry {
  readonly durationMicros: Histogram
  readonly refusals: Counter
  readonly instruments: readonly Instrument[]

  constructor() {
    this.durationMicros = new Histogram({
      name: 'peregrine_notice_duration_seconds',
      about: 'From the headers of a notice to its answer',
    })
    this.refusals = new Counter({
      name: 'peregrine_notices_refused_total',
      about: 'Notices answered 503 because there were too many of them',
    })
    this.instruments = [this.durationMicros, this.refusals]
  }

  record(ms: number): void {
    this.durationMicros.record(0, ms * 1000)
  }

  refuse(): void {
    this.refusals.add(0)
  }
}
