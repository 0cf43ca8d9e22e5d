/**
 * The instruments of the bid path. Stages carry the names that the story has in `bid.ts`.
 */
import type { Clock } from '../base/clock.ts'
import { CAUSE } from '../privacy/permissions.ts'
import { Counter, Histogram, type Instrument } from '../telemetry/instruments.ts'
import { OUTCOMES } from './outcomes.ts'

const STAGE_NAMES = ['read', 'permit', 'match', 'rank', 'features', 'score', 'price', 'write'] as const

/** `STAGE.read` is the slot of the stage `read`. */
export const STAGE = Object.fromEntries(STAGE_NAMES.map((name, slot) => [name, slot])) as Record<
  (typeof STAGE_NAMES)[number],
  number
>

/** Slots of `inlineAnswers`. */
export const INLINE_REASON = { late: 0, failed: 1, full: 2, overload: 3 } as const

/** Looking at the clock between all stages costs a microsecond; a sample says as much. */
const TIMED_EVERY = 16

export class BidTelemetry {
  readonly requests: Counter
  readonly answerMicros: Histogram
  readonly stageMicros: Histogram
  readonly rows: Counter
  readonly truncatedMatches: Counter
  readonly inlineAnswers: Counter
  /** By the numbers of `CAUSE`. */
  readonly privacyCauses: Counter
  readonly instruments: readonly Instrument[]
  /** Requests that are not timed before one is. */
  #untimed = 0

  constructor(exchangeNames: readonly string[]) {
    const perExchange = exchangeNames.map((exchange) => ({ exchange }))
    this.requests = new Counter({
      name: 'peregrine_bid_requests_total',
      about: 'Bid requests by how they ended',
      slots: exchangeNames.flatMap((exchange) => OUTCOMES.map(({ name }) => ({ exchange, outcome: name }))),
    })
    this.answerMicros = new Histogram({
      name: 'peregrine_answer_duration_seconds',
      about: 'From the first byte of a request to the last of its answer',
      slots: perExchange,
    })
    this.stageMicros = new Histogram({
      name: 'peregrine_stage_duration_seconds',
      about: `Time in each stage of the bid path, of one request in ${TIMED_EVERY}; score is a wait, the others compute`,
      slots: STAGE_NAMES.map((stage) => ({ stage })),
    })
    this.rows = new Counter({ name: 'peregrine_scored_rows_total', about: 'Candidates given to the model' })
    this.truncatedMatches = new Counter({
      name: 'peregrine_truncated_matches_total',
      about: 'Imps for which more ads matched than are looked at',
    })
    this.inlineAnswers = new Counter({
      name: 'peregrine_inline_answers_total',
      about: 'Requests that the inline scorer answered for the model',
      slots: Object.keys(INLINE_REASON).map((reason) => ({ reason })),
    })
    this.privacyCauses = new Counter({
      name: 'peregrine_privacy_signals_total',
      about: 'Requests by the privacy signal that took the most from them',
      slots: Object.keys(CAUSE).map((signal) => ({ signal })),
    })
    this.instruments = [
      this.requests,
      this.answerMicros,
      this.stageMicros,
      this.rows,
      this.truncatedMatches,
      this.inlineAnswers,
      this.privacyCauses,
    ]
  }

  count(exchangeIndex: number, outcome: number): void {
    this.requests.add(exchangeIndex * OUTCOMES.length + outcome)
  }

  /** Times the stages of this request, where it is one of those that are timed. */
  startLaps(clock: Clock): Laps | undefined {
    if (this.#untimed > 0) {
      this.#untimed--
      return undefined
    }
    this.#untimed = TIMED_EVERY - 1
    return new Laps(this.stageMicros, clock)
  }
}

class Laps {
  readonly #stageMicros: Histogram
  readonly #clock: Clock
  #atMs: number

  constructor(stageMicros: Histogram, clock: Clock) {
    this.#stageMicros = stageMicros
    this.#clock = clock
    this.#atMs = clock.nowMs()
  }

  /** Books the time since the end of the stage before. */
  end(stage: number): void {
    const nowMs = this.#clock.nowMs()
    this.#stageMicros.record(stage, (nowMs - this.#atMs) * 1000)
    this.#atMs = nowMs
  }
}
