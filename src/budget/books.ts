/**
 * Accounts in double entry, nanos of US dollars: what an account was allotted is available, held for a bid, or spent.
 * Whatever moves leaves one column and enters another, and after each move
 *
 *     allotted = available + held + spent
 *
 * is asserted. All four are kept, none is computed from the others, so that a wrong move cannot hide. `available` may
 * fall below zero: a late notice, or a budget that was cut, is booked all the same. Moves cost some nanoseconds.
 */
import { assert } from '../base/assert.ts'
import { Growing } from '../base/growing.ts'

/** Of an account without a budget: nine million dollars, the most that stays an exact number of nanos. */
export const ALLOTTED_MAX_NANOS = 9_000_000 * 1e9

export class Books {
  readonly #allotted = new Growing(Float64Array)
  readonly #available = new Growing(Float64Array)
  readonly #held = new Growing(Float64Array)
  readonly #spent = new Growing(Float64Array)
  readonly #closed: number[] = []

  /** An account with nothing held, which has spent this much before. */
  open(allottedNanos: number, spentNanos: number): number {
    const account = this.#closed.pop() ?? this.#append()
    this.#allotted.values[account] = allottedNanos
    this.#available.values[account] = allottedNanos - spentNanos
    this.#held.values[account] = 0
    this.#spent.values[account] = spentNanos
    this.#check(account)
    return account
  }

  /** Forgets an account that holds nothing. */
  close(account: number): void {
    assert(this.#held.values[account] === 0, 'an account that is closed holds nothing')
    this.#closed.push(account)
  }

  allotted(account: number): number {
    return this.#allotted.values[account]
  }

  available(account: number): number {
    return this.#available.values[account]
  }

  held(account: number): number {
    return this.#held.values[account]
  }

  spent(account: number): number {
    return this.#spent.values[account]
  }

  /** Changes the budget; what is held and spent stays. */
  allot(account: number, allottedNanos: number): void {
    this.#available.values[account] += allottedNanos - this.#allotted.values[account]
    this.#allotted.values[account] = allottedNanos
    this.#check(account)
  }

  hold(account: number, nanos: number): void {
    this.#available.values[account] -= nanos
    this.#held.values[account] += nanos
    this.#check(account)
  }

  /** @param heldNanos what was held for it, 0 for what comes unexpected; what was not paid of it is available again. */
  settle(account: number, heldNanos: number, paidNanos: number): void {
    this.#held.values[account] -= heldNanos
    this.#available.values[account] += heldNanos - paidNanos
    this.#spent.values[account] += paidNanos
    this.#check(account)
  }

  release(account: number, nanos: number): void {
    this.#held.values[account] -= nanos
    this.#available.values[account] += nanos
    this.#check(account)
  }

  #append(): number {
    for (const column of [this.#allotted, this.#available, this.#held]) column.push(0)
    return this.#spent.push(0)
  }

  #check(account: number): void {
    const held = this.#held.values[account]
    const sum = this.#available.values[account] + held + this.#spent.values[account]
    assert(this.#allotted.values[account] === sum && held >= 0, 'allotted = available + held + spent')
  }
}
