/**
 * The instruments of the bid port: who was let in and with how much work; and those of notices, apart from bids.
 */
import { LEVEL_NAMES } from '../bidding/brown-out.ts'
import { Counter, Histogram, type Instrument, Observed } from '../telemetry/instruments.ts'

export class AdmissionTelemetry {
  /** By level. */
  readonly requests: Counter
  readonly instruments: readonly Instrument[]
  #turnWaitMs = 0
  #scoreWaitMs = 0
  #utilisation = 0

  /** @param shares by exchange, of its requests, let in. */
  constructor(
    exchangeNames: readonly string[],
    control: { readonly level: number },
    shares: Readonly<Float64Array>,
  ) {
    this.requests = new Counter({
      name: 'peregrine_brownout_requests_total',
      about: 'Bid requests by how much work they got; refusing is none',
      slots: LEVEL_NAMES.map((level) => ({ level })),
    })
    this.instruments = [
      this.requests,
      new Observed({
        name: 'peregrine_brownout_level',
        about:
          'Work that bids get now: 0 full, 1 fewer candidates, 2 inline scorer alone, 3 some are refused',
        observe: () => [{ labels: {}, value: control.level }],
      }),
      new Observed({
        name: 'peregrine_admitted_share',
        about: 'Share of the bid requests of an exchange that is let in now',
        observe: () => exchangeNames.map((exchange, i) => ({ labels: { exchange }, value: shares[i] })),
      }),
      new Observed({
        name: 'peregrine_queueing_delay_seconds',
        about:
          'How long requests waited in the last 20 ms, a mean: for their turn of the loop, or for scores',
        unit: 's',
        observe: () => [
          { labels: { queue: 'turn' }, value: this.#turnWaitMs / 1000 },
          { labels: { queue: 'scores' }, value: this.#scoreWaitMs / 1000 },
        ],
      }),
      new Observed({
        name: 'peregrine_loop_utilisation_ratio',
        about: 'Share of the last 20 ms in which the event loop was busy',
        observe: () => [{ labels: {}, value: this.#utilisation }],
      }),
    ]
  }

  /** Keeps the last sample for the next scrape. */
  see(sample: { turnWaitMs: number; scoreWaitMs: number; utilisation: number }): void {
    this.#turnWaitMs = sample.turnWaitMs
    this.#scoreWaitMs = sample.scoreWaitMs
    this.#utilisation = sample.utilisation
  }
}

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
