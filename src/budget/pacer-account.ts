/**
 * The pace of one budget: what is due each second, and the multiplier mu that makes it so.
 *
 *     due  = left * share(this second) / share(until the plan's end)        share: by the forecast
 *     left = available + held - expected cost of what is in flight
 *     mu   <- dualStep(mu, due, expected cost of this second's bids)        dual.ts, pacer-costs.ts
 *
 * The plan ends a hundredth of the period early, so that what is held for lost bids comes back in time to be spent. A
 * pace starts with a high mu and a high gain: it comes from below, within about two minutes. The brake is for when
 * supply is far beyond what mu expects (at the start, behind an outage, when prices fall): it lets pass as many requests
 * as make `BRAKE` times the due, until mu has followed. Called by the pacer alone.
 */
import { BIDDER_BOUNDS, dualStep, type MuBounds } from './dual.ts'
import { CostEstimate, FIRST_RATIO } from './pacer-costs.ts'

export type PacedMode = 'dual' | 'throttle'

/** How a budget stands, as the ledger knows it. */
export type PaceStanding = {
  /** The period that the budget is for: a day, or a flight. */
  readonly periodStartMs: number
  readonly periodEndMs: number
  /** Of the period's budget: neither held nor spent. May be below 0. */
  readonly availableNanos: number
  readonly heldNanos: number
  /** What has been settled, and the prices of all bids (or better what they are expected to cost); since any time. */
  readonly spentNanos: number
  readonly bidNanos: number
}

/** What a restart has to know to go on as before. */
export type PaceState = {
  readonly mode: PacedMode
  readonly mu: number
  readonly ageS: number
  readonly costRatio: number
}

/** The part of a forecast that a pace asks for. */
export type Curve = { shareUpTo(wallMs: number): number }

const LEAD_SHARE = 0.01
/** What is left when the plan ends, or is about to, is spread over this. */
const FINISH_MS = 300_000
/** A tick that comes later than this counts as if it did not. */
const TICK_MS_MAX = 10_000

/** How far ln mu moves in a second of no spend: at first, and after some minutes. */
const GAIN_FIRST = 0.05
const GAIN = 0.003
const GAIN_FADE_S = 20
/** The most that bids of one tick may move ln mu as a rule: an account with a bid a minute turns more slowly. */
const BID_STEP = 0.1
/** Of the mean of the ticks that have bids. */
const BUSY_SHARE = 0.05
/** Without any opportunity for so long, there is nothing to learn from not spending. */
const IDLE_S_MAX = 300

const FIRST_MU: Record<PacedMode, number> = { dual: 4, throttle: 10 }
const BOUNDS: Record<PacedMode, MuBounds> = { dual: BIDDER_BOUNDS, throttle: { muMin: 1, muMax: 10_000 } }

const BRAKE = 4
const BRAKE_MIN = 0.02
/** Over how long the spend is averaged before it is braked. */
const BRAKE_S = 10

export class AccountPace {
  readonly mode: PacedMode
  readonly #curve: Curve
  #mu: number
  #ageS: number
  readonly #costs: CostEstimate
  /** As of the last tick. */
  #wallMs = Number.NaN
  #bidNanos = 0
  #spentNanos = 0
  #opportunities = 0
  #idleS = 0
  /** Expected cost of the bids of a tick that has some. */
  #busyNanos = 0
  /** Share of the requests that mu lets pass which the brake lets pass too. */
  #brake = 1
  /** Expected cost of a second's bids without the brake. */
  #unbrakedNanos = 0

  constructor(mode: PacedMode, curve: Curve, state?: PaceState) {
    this.mode = mode
    this.#curve = curve
    this.#mu = state?.mu ?? FIRST_MU[mode]
    this.#ageS = state?.ageS ?? 0
    this.#costs = new CostEstimate(state?.costRatio ?? FIRST_RATIO)
  }

  get valueFactor(): number {
    return this.mode === 'dual' ? 1 / this.#mu : 1
  }

  get passShare(): number {
    return this.mode === 'dual' ? this.#brake : this.#brake / this.#mu
  }

  get state(): PaceState {
    return { mode: this.mode, mu: this.#mu, ageS: this.#ageS, costRatio: this.#costs.ratio }
  }

  /** @param opportunities a count that changes when there is something to bid on. */
  tick(wallMs: number, standing: PaceStanding, opportunities: number): void {
    const elapsedMs = Math.min(TICK_MS_MAX, wallMs - this.#wallMs)
    const bidNanos = standing.bidNanos - this.#bidNanos
    const paidNanos = standing.spentNanos - this.#spentNanos
    const isIdle = opportunities === this.#opportunities
    this.#wallMs = wallMs
    this.#bidNanos = standing.bidNanos
    this.#spentNanos = standing.spentNanos
    this.#opportunities = opportunities
    // Nothing is known of the time before the first tick, nor when the clock was set back.
    if (!(elapsedMs > 0)) return
    const seconds = elapsedMs / 1000
    this.#idleS = isIdle ? this.#idleS + seconds : 0
    this.#costs.observe({ seconds, bidNanos, paidNanos })
    const second = { seconds, costNanos: bidNanos * this.#costs.ratio, ...this.#plan(standing, elapsedMs) }
    if (this.#idleS <= IDLE_S_MAX) this.#turn(second)
    this.#setBrake(second)
  }

  #plan({ periodStartMs, periodEndMs, availableNanos, heldNanos }: PaceStanding, elapsedMs: number) {
    const nowMs = this.#wallMs
    const planEndMs = periodEndMs - LEAD_SHARE * (periodEndMs - periodStartMs)
    const endMs = Math.max(planEndMs, nowMs + FINISH_MS)
    const leftNanos = Math.max(0, availableNanos + heldNanos - this.#costs.inFlightNanos(heldNanos))
    const upToNow = this.#curve.shareUpTo(nowMs)
    const share = upToNow - this.#curve.shareUpTo(nowMs - elapsedMs)
    const shareLeft = this.#curve.shareUpTo(endMs) - upToNow
    return {
      dueNanos: leftNanos * Math.min(1, share / shareLeft),
      meanNanos: (leftNanos * elapsedMs) / (endMs - nowMs),
    }
  }

  #turn({ seconds, dueNanos, meanNanos, costNanos }: Second): void {
    if (costNanos > 0) this.#busyNanos += (costNanos - this.#busyNanos) * BUSY_SHARE
    const wanted = Math.max(GAIN, GAIN_FIRST / (1 + this.#ageS / GAIN_FADE_S)) * seconds
    const gain = Math.min(wanted, (BID_STEP * meanNanos) / this.#busyNanos)
    const step = { mu: this.#mu, target: dueNanos, cost: costNanos, scale: meanNanos, gain }
    this.#mu = dualStep(step, BOUNDS[this.mode])
    this.#ageS += seconds
  }

  #setBrake({ seconds, dueNanos, costNanos }: Second): void {
    const unbrakedNanos = costNanos / Math.max(BRAKE_MIN, this.#brake) / seconds
    this.#unbrakedNanos += (unbrakedNanos - this.#unbrakedNanos) * (1 - Math.exp(-seconds / BRAKE_S))
    const mostNanos = (BRAKE * dueNanos) / seconds
    this.#brake = this.#unbrakedNanos > mostNanos ? mostNanos / this.#unbrakedNanos : 1
  }
}

/** The time since the last tick, which is a second unless the loop was held up. */
type Second = {
  readonly seconds: number
  readonly dueNanos: number
  /** What would be due if all the time that is left were alike. */
  readonly meanNanos: number
  /** Expected cost of the bids. */
  readonly costNanos: number
}
