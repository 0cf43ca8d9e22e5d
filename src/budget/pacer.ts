/**
 * Spreads budgets over their periods as the forecast spreads opportunities, by account:
 *
 *   dual       bids carry V / mu: the budget goes to what is worth most for its price; for goals whose value varies
 *   throttle   bids carry V, in 1 / mu of the requests: for a flat CPM, where price has nothing to choose by
 *   none       neither
 *
 * The bid path reads `valueFactor` and `passShare` (throttle.ts decides by it); the control path calls `tick` once a
 * second for each account, some 0.4 us each. It spends nothing itself: the ledger has the last word.
 */
import { Growing } from '../base/growing.ts'
import type { Forecast } from './forecast.ts'
import { AccountPace, type PacedMode, type PaceStanding, type PaceState } from './pacer-account.ts'

/** `none` for accounts that bid as they like. */
export type PacingMode = PacedMode | 'none'

export class Pacer {
  readonly #forecast: Forecast
  /** Undefined for accounts that are not paced. */
  readonly #paces: (AccountPace | undefined)[] = []
  readonly #valueFactor = new Growing(Float64Array)
  readonly #passShare = new Growing(Float64Array)

  constructor(forecast: Forecast) {
    this.#forecast = forecast
  }

  /** What the value of an impression is multiplied by, by account; another array when accounts are added. */
  get valueFactor(): Float64Array {
    return this.#valueFactor.values
  }

  /** The share of requests to take part in, by account; another array when accounts are added. */
  get passShare(): Float64Array {
    return this.#passShare.values
  }

  /** Says how an account is paced, and makes room for it. A change of mode starts anew, the same mode changes nothing. */
  setMode(account: number, mode: PacingMode): void {
    this.#ensure(account + 1)
    if (mode === (this.#paces[account]?.mode ?? 'none')) return
    this.#set(account, mode === 'none' ? undefined : new AccountPace(mode, this.#forecast.curveOf(account)))
  }

  /** Every account once a second, in the order that pleases. */
  tick(account: number, wallMs: number, standing: PaceStanding): void {
    const pace = this.#paces[account]
    if (pace === undefined) return
    pace.tick(wallMs, standing, this.#forecast.opportunities[account])
    this.#show(account, pace)
  }

  /** What to save of an account; undefined when it is not paced. */
  stateOf(account: number): PaceState | undefined {
    return this.#paces[account]?.state
  }

  /** Goes on from what was saved, if the account is still paced in that mode. Called after `setMode`. */
  restore(account: number, state: PaceState): void {
    if (this.#paces[account]?.mode !== state.mode) return
    this.#set(account, new AccountPace(state.mode, this.#forecast.curveOf(account), state))
  }

  #ensure(accountCount: number): void {
    this.#forecast.ensure(accountCount)
    while (this.#paces.length < accountCount) {
      this.#paces.push(undefined)
      this.#valueFactor.push(1)
      this.#passShare.push(1)
    }
  }

  #set(account: number, pace: AccountPace | undefined): void {
    this.#paces[account] = pace
    this.#show(account, pace)
  }

  #show(account: number, pace: AccountPace | undefined): void {
    this.valueFactor[account] = pace?.valueFactor ?? 1
    this.passShare[account] = pace?.passShare ?? 1
  }
}
