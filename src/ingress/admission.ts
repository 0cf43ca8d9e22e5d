/**
 * Who is let in at the bid port, asked at the headers of every bid request, and how much work the bids of those are
 * worth, which the bidder reads as `level`. Here the measurements come together, every 20 ms: how long requests waited
 * for their turn and for their scores, and whether the loop had any time to itself. `OverloadControl` makes a level and
 * a limit of them, `FairShare` divides the limit among the exchanges.
 *
 * Three queues are seen: sockets that wait for the loop, batches that wait for a worker, and the one that peers keep on
 * their side, which shows only as a loop that is never idle. Notices are not counted and not refused here.
 */
import type { Clock } from '../base/clock.ts'
import { type BrownOut, LEVEL, LEVEL_NAMES } from '../bidding/brown-out.ts'
import type { Load } from './call.ts'
import { FairShare } from './fair-share.ts'
import { OverloadControl } from './overload-control.ts'
import { AdmissionTelemetry } from './telemetry.ts'
import { TurnClock } from './turn-clock.ts'

export type AdmissionOptions = {
  readonly exchangeNames: readonly string[]
  /** Requests in work beyond which nobody is let in, whatever was measured. */
  readonly inFlightMax: number
  /** The queueing delay that may stand; 0 lets everybody in with all work. */
  readonly queueMsTarget: number
  readonly clock: Clock
  /** Share of the time since the last call in which the loop was busy. */
  readonly utilisation: () => number
  /** How long bids waited for scores since the last call, without the model's own time. */
  readonly scoreWaitMs: () => number
  /** Told when bids get less work than before. */
  readonly onLess: (levelName: string) => void
}

/** Instead of a time: the request is not let in. */
export const REFUSED = -1

const SAMPLE_MS = 20
/** In a turn so long that the timer does not come, requests bring the sample about. */
const SAMPLE_OVERDUE_MS = 25

export class Admission implements BrownOut {
  readonly load: Load = { inFlight: 0 }
  readonly telemetry: AdmissionTelemetry
  readonly #options: AdmissionOptions
  readonly #control: OverloadControl
  readonly #fair: FairShare
  readonly #turn: TurnClock
  readonly #timer: NodeJS.Timeout
  #sampledMs: number
  /** Since the last sample. */
  #bidMs = 0

  constructor(options: AdmissionOptions) {
    const { exchangeNames, queueMsTarget, clock } = options
    this.#options = options
    this.#sampledMs = clock.nowMs()
    this.#control = new OverloadControl(queueMsTarget)
    this.#fair = new FairShare(exchangeNames.length)
    this.#turn = new TurnClock()
    this.telemetry = new AdmissionTelemetry(exchangeNames, this.#control, this.#fair.shares)
    this.#timer = setInterval(this.#tick, SAMPLE_MS).unref()
  }

  get level(): number {
    return this.#control.level
  }

  /** Since when the request has waited, on the monotonic clock, or `REFUSED`. */
  admit(exchangeIndex: number): number {
    const nowMs = this.#options.clock.nowMs()
    const sinceMs = this.#turn.arrive(nowMs)
    if (nowMs - this.#sampledMs >= SAMPLE_OVERDUE_MS) this.#sample(nowMs)
    const isFull = this.load.inFlight >= this.#options.inFlightMax
    if (!this.#fair.admits(exchangeIndex) || isFull) {
      this.telemetry.requests.add(LEVEL.refusing)
      return REFUSED
    }
    this.telemetry.requests.add(Math.min(this.level, LEVEL.inline))
    return sinceMs
  }

  /** Books what a bid took of the loop before it waited. */
  countWork(ms: number): void {
    this.#bidMs += ms
  }

  /** For who looks after it. */
  status() {
    const { exchangeNames } = this.#options
    const { offeredPerMs, shares } = this.#fair
    return {
      level: LEVEL_NAMES[this.level],
      exchanges: Object.fromEntries(
        exchangeNames.map((name, i) => [
          name,
          { offeredPerS: Math.round(offeredPerMs[i] * 1000), admittedShare: shares[i] },
        ]),
      ),
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Not right behind a sample that a request has brought about: it would have seen next to nothing. */
  readonly #tick = (): void => {
    const nowMs = this.#options.clock.nowMs()
    if (nowMs - this.#sampledMs >= SAMPLE_MS / 2) this.#sample(nowMs)
  }

  #sample(nowMs: number): void {
    const { utilisation, scoreWaitMs, queueMsTarget, onLess } = this.#options
    const control = this.#control
    const { level } = control
    const elapsedMs = nowMs - this.#sampledMs
    const sample = {
      nowMs,
      turnWaitMs: this.#turn.meanWaitMs(),
      scoreWaitMs: scoreWaitMs(),
      utilisation: utilisation(),
      bidShare: this.#bidMs / elapsedMs,
      offeredPerMs: this.#fair.count(elapsedMs),
    }
    this.#sampledMs = nowMs
    this.#bidMs = 0
    this.telemetry.see(sample)
    if (queueMsTarget === 0) return
    control.update(sample)
    this.#fair.divide(control.limitPerMs)
    if (control.level > level) onLess(LEVEL_NAMES[control.level])
  }
}
