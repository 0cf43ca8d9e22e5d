/**
 * Decides from measurements how much work a bid is worth, and how many bids a second are taken at all. Pure: a sample
 * in, a level and a limit out, every 20 ms or so. No sample is trusted alone: only what stands for 100 ms without one
 * calm sample between is overload (the minimum over an interval, as in CoDel: Nichols and Jacobson 2012, RFC 8289),
 * so a pause of the garbage collector changes nothing.
 *
 *   full -> fewer -> inline -> refusing    while overload stands; below, the limit goes down instead of the level
 *   full <- fewer <- inline <- refusing    by the load, not by the measurements that the lower level has improved
 *
 * A level is given back when clearly less is offered than when it was lost, or else on trial: after 2 s at first, and
 * twice as long after each trial that failed. So a load that stays is not tried all the time, and one that goes is
 * forgotten at once.
 */
import { LEVEL } from '../bidding/brown-out.ts'

/** What was seen since the sample before. */
export type LoadSample = {
  readonly nowMs: number
  /** How long requests had waited for their turn of the loop when they were seen, a mean and a lower bound. */
  readonly turnWaitMs: number
  /** How long bids waited for scores, beyond what the model took to compute them; a mean. */
  readonly scoreWaitMs: number
  /** Share of the time in which the loop was not idle. */
  readonly utilisation: number
  /** Share of the time that went into bids. */
  readonly bidShare: number
  /** Requests a millisecond that came, over the last tenth of a second. */
  readonly offeredPerMs: number
}

/** Overload is what lasts as long as this from the first sample that shows it. */
const STANDING_MS = 80
/** A loop that is never idle has a queue, even if none is seen here: peers with few connections keep it on their side. */
const UTILISATION_MAX = 0.98
/**
 * Bids are refused only while they are what keeps the loop busy: not because of a new catalog, or of a neighbour that has
 * the core, and not beyond the point where refusals themselves fill the loop. By level: a bid that waits for its scores
 * is counted up to there.
 */
const BID_SHARE_MIN = [0.2, 0.2, 0.3, 0.3]
/** Of a sample in the average that is held against it. */
const BID_SHARE_WEIGHT = 0.3
/** While requests are refused the loop keeps this little time to itself. */
const UTILISATION_WANTED = 0.95
const LIMIT_AT_FIRST = 0.8
const LIMIT_DECREASE = 0.8
/** Of the spare share of the loop, what the limit grows by in a sample. */
const LIMIT_GROWTH = 0.5
/** Of what is offered. */
const LIMIT_MOST = 1.5
/** Where even refusals fill the loop, refusing more helps nobody. */
const ADMITTED_SHARE_MIN = 0.05
/** A level is given back at this share of the load that took it, after so long. */
const CALM_LOAD = 0.8
const CALM_MS = 400
const TRIAL_MS_FIRST = 2000
const TRIAL_MS_MOST = 64_000

export class OverloadControl {
  level: number = LEVEL.full
  /** Requests a millisecond that are let in. */
  limitPerMs = Number.POSITIVE_INFINITY
  readonly #targetMs: number
  /** The first sample of those that show overload without a calm one between; `NaN` behind a calm one. */
  #overloadedSinceMs = Number.NaN
  #bidShare = 0
  #loweredAtMs = Number.NEGATIVE_INFINITY
  #raisedAtMs = Number.NEGATIVE_INFINITY
  /** Since when so little has been offered that the level above would hold; `NaN` while that is not so. */
  #lowSinceMs = Number.NaN
  /** By level: the load that it was lost at, and how long until it is tried at that load. */
  readonly #lostAtPerMs = new Float64Array(LEVEL.refusing)
  readonly #trialMs = new Float64Array(LEVEL.refusing).fill(TRIAL_MS_FIRST)

  /** @param targetMs the queueing delay that may stand. */
  constructor(targetMs: number) {
    this.#targetMs = targetMs
  }

  update(sample: LoadSample): void {
    const { nowMs } = sample
    if (!this.#isOverloaded(sample)) {
      this.#overloadedSinceMs = Number.NaN
      if (this.level === LEVEL.refusing) this.#raiseLimit(sample)
      else if (this.level !== LEVEL.full) this.#raiseLevel(sample)
      return
    }
    if (Number.isNaN(this.#overloadedSinceMs)) this.#overloadedSinceMs = nowMs
    if (nowMs - this.#overloadedSinceMs < STANDING_MS) return
    this.#lowSinceMs = Number.NaN
    if (this.level === LEVEL.refusing) this.#lowerLimit(sample)
    else this.#lowerLevel(sample)
  }

  #isOverloaded({ turnWaitMs, scoreWaitMs, utilisation, bidShare }: LoadSample): boolean {
    this.#bidShare += BID_SHARE_WEIGHT * (bidShare - this.#bidShare)
    const isBusyWithBids = this.#bidShare > BID_SHARE_MIN[this.level]
    const isLate = turnWaitMs > this.#targetMs
    if (isBusyWithBids && (isLate || utilisation > UTILISATION_MAX)) return true
    // Less work is never wrong where there are waits; and where it is inline already, nobody waits for scores.
    return this.level < LEVEL.inline && (isLate || scoreWaitMs > this.#targetMs)
  }

  #lowerLevel({ nowMs, offeredPerMs }: LoadSample): void {
    const hasFailed = nowMs - this.#raisedAtMs < TRIAL_MS_FIRST
    const trialMs = this.#trialMs[this.level]
    this.#trialMs[this.level] = hasFailed ? Math.min(2 * trialMs, TRIAL_MS_MOST) : TRIAL_MS_FIRST
    this.#lostAtPerMs[this.level] = offeredPerMs
    this.level++
    this.#loweredAtMs = nowMs
    if (this.level === LEVEL.refusing) this.limitPerMs = LIMIT_AT_FIRST * offeredPerMs
  }

  #lowerLimit({ offeredPerMs }: LoadSample): void {
    const least = ADMITTED_SHARE_MIN * offeredPerMs
    this.limitPerMs = Math.max(LIMIT_DECREASE * Math.min(this.limitPerMs, offeredPerMs), least)
  }

  /** Follows what the loop has to spare; once nobody has been refused for a while, nobody will be. */
  #raiseLimit({ nowMs, offeredPerMs, utilisation }: LoadSample): void {
    const growth = 1 + LIMIT_GROWTH * Math.max(0, UTILISATION_WANTED - utilisation)
    if (offeredPerMs > this.limitPerMs) this.#lowSinceMs = Number.NaN
    else if (this.#isLowFor(nowMs)) {
      this.#raise(nowMs)
      this.limitPerMs = Number.POSITIVE_INFINITY
      return
    }
    // Not far above what is offered, or the next gust would pass.
    this.limitPerMs = Math.min(this.limitPerMs * growth, Math.max(this.limitPerMs, LIMIT_MOST * offeredPerMs))
  }

  #raiseLevel({ nowMs, offeredPerMs }: LoadSample): void {
    const above = this.level - 1
    if (offeredPerMs <= CALM_LOAD * this.#lostAtPerMs[above]) {
      if (this.#isLowFor(nowMs)) this.#raise(nowMs)
      return
    }
    this.#lowSinceMs = Number.NaN
    if (nowMs - Math.max(this.#loweredAtMs, this.#raisedAtMs) >= this.#trialMs[above]) this.#raise(nowMs)
  }

  #isLowFor(nowMs: number): boolean {
    if (Number.isNaN(this.#lowSinceMs)) this.#lowSinceMs = nowMs
    return nowMs - this.#lowSinceMs >= CALM_MS
  }

  #raise(nowMs: number): void {
    this.level--
    this.#raisedAtMs = nowMs
    this.#lowSinceMs = Number.NaN
  }
}
