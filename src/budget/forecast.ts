/**
 * When opportunities come: for each account (a campaign) a curve over the day, learnt from what was counted, so that a
 * budget can be spread as the traffic is. A young account has the curve of the house, and a young house an even day.
 *
 * What was not watched teaches nothing: hours of an outage, or of a campaign that was paused, keep what is known of
 * them. An hour in which the whole house fell silent counts as not watched.
 *
 * The bid path adds to `opportunities`; the control path calls `turn` once a second, then `watch` for each account.
 */
import { Growing } from '../base/growing.ts'
import { CURVE_CELLS, DayCurve, HOUR_MS, SLOTS } from './forecast-curve.ts'

/** Below this part of what was to be expected of an hour, something was out of order. */
const SILENCE = 0.1
/** Accounts that learn in one turn: the loop is held for about 0.1 ms. */
const LEARN_AT_ONCE = 200

export class Forecast {
  readonly #house = new DayCurve(undefined)
  readonly #curves: DayCurve[] = []
  readonly #opportunities = new Growing(Float64Array)
  readonly #watchedMs = new Growing(Float64Array)
  #hour = Number.NaN
  /** The hour that is being learnt from, and the first account that has not yet. */
  #past: PastHour = { slot: 0, opportunities: new Float64Array(0), watchedMs: new Float64Array(0) }
  #nextToLearn = Number.POSITIVE_INFINITY

  /** Counts of the present hour, by account; another array when accounts are added. */
  get opportunities(): Float64Array {
    return this.#opportunities.values
  }

  /** Makes room for accounts below this number. */
  ensure(accountCount: number): void {
    const known = this.#curves.length
    if (accountCount <= known) return
    // In one piece: each array by itself would weigh half as much again.
    const cells = new Float64Array((accountCount - known) * CURVE_CELLS)
    for (let account = known; account < accountCount; account++) {
      const start = (account - known) * CURVE_CELLS
      this.#curves.push(new DayCurve(this.#house, cells.subarray(start, start + CURVE_CELLS)))
      this.#opportunities.push(0)
      this.#watchedMs.push(0)
    }
  }

  /** The curve that an account keeps for its life. */
  curveOf(account: number): DayCurve {
    return this.#curves[account]
  }

  /** Opportunities between two instants, as a share of those of a mean day. */
  shareBetween(account: number, fromMs: number, toMs: number): number {
    const curve = this.#curves[account]
    return curve.shareUpTo(toMs) - curve.shareUpTo(fromMs)
  }

  /** Learns from the hour that is over, if one is: the house at once, the accounts in the seconds that follow. */
  turn(wallMs: number): void {
    this.#learnUntil(this.#nextToLearn + LEARN_AT_ONCE)
    const hour = Math.floor(wallMs / HOUR_MS)
    if (hour === this.#hour) return
    this.#learnUntil(Number.POSITIVE_INFINITY)
    // Before the first call no hour was begun.
    if (!Number.isNaN(this.#hour)) this.#begin(this.#hour % SLOTS)
    this.#opportunities.values.fill(0)
    this.#watchedMs.values.fill(0)
    this.#hour = hour
  }

  /** Says that the account could be bid for during these milliseconds: what was not counted then was not there. */
  watch(account: number, ms: number): void {
    this.#watchedMs.values[account] += ms
  }

  /** What is known of an account. */
  save(account: number): Float32Array {
    return this.#curves[account].save()
  }

  restore(account: number, saved: Float32Array): void {
    this.ensure(account + 1)
    this.#curves[account].restore(saved)
  }

  /** What is known of all accounts together. */
  saveHouse(): Float32Array {
    return this.#house.save()
  }

  /** Before any account is restored, because their curves lean on it. */
  restoreHouse(saved: Float32Array): void {
    this.#house.restore(saved)
  }

  #begin(slot: number): void {
    const past = {
      slot,
      opportunities: this.#opportunities.values.slice(0, this.#curves.length),
      watchedMs: this.#watchedMs.values.slice(0, this.#curves.length),
    }
    let count = 0
    let expected = 0
    let watched = 0
    for (const [account, curve] of this.#curves.entries()) {
      const hours = past.watchedMs[account] / HOUR_MS
      count += past.opportunities[account]
      expected += hours * curve.expectedIn(slot)
      watched += hours
    }
    if (count === 0 || count < SILENCE * expected) return
    // The house first: the others lean on it.
    this.#house.learn(slot, count, watched)
    this.#past = past
    this.#nextToLearn = 0
  }

  #learnUntil(end: number): void {
    const { slot, opportunities, watchedMs } = this.#past
    for (; this.#nextToLearn < Math.min(end, opportunities.length); this.#nextToLearn++) {
      const account = this.#nextToLearn
      this.#curves[account].learn(slot, opportunities[account], watchedMs[account] / HOUR_MS)
    }
  }
}

/** What was counted in an hour, by account. */
type PastHour = {
  readonly slot: number
  readonly opportunities: Float64Array
  readonly watchedMs: Float64Array
}
