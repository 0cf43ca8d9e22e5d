/**
 * The multiplier of a budget: what a unit of it is worth, learnt from how fast it goes (Balseiro and Gur, "Learning in
 * repeated auctions with budgets", Management Science 65(9), 2019; here in the form for goals of value: bid V / mu).
 *
 *     mu <- mu * exp(-gain * (target - cost) / scale)          within [muMin, muMax]
 *
 * While no bound is touched, ln mu grows by gain / scale for each unit that is spent above the targets, whatever the
 * order: mu comes back to where it was exactly when what was to be spent was spent. Pure; the pacer steps by the
 * second, `DualPacer` by the auction.
 */

export type DualStep = {
  readonly mu: number
  /** What should have been spent since the last step, and what was, in the same unit. */
  readonly target: number
  readonly cost: number
  /** An amount in that unit: a cost this much off the target moves ln mu by `gain`. */
  readonly scale: number
  readonly gain: number
}

export type MuBounds = { readonly muMin: number; readonly muMax: number }

/** Between fair play and a budget for a two-hundredth of the supply. A bidder never bids above the value. */
export const BIDDER_BOUNDS: MuBounds = { muMin: 1, muMax: 200 }
/** A backtest may also bid above it, where the budget alone counts. */
export const BACKTEST_BOUNDS: MuBounds = { muMin: 0.02, muMax: 200 }

/** The most that one step moves ln mu, so that a single dear win is no shock. */
const STEP_MAX = 0.3

export function dualStep({ mu, target, cost, scale, gain }: DualStep, { muMin, muMax }: MuBounds): number {
  const step = (gain * (cost - target)) / scale
  // No scale, no step: there is nothing left to spend.
  if (!Number.isFinite(step)) return mu
  const next = mu * Math.exp(Math.min(STEP_MAX, Math.max(-STEP_MAX, step)))
  return Math.min(muMax, Math.max(muMin, next))
}

export type DualOptions = {
  readonly budget: number
  /** Auctions to be expected, all of them, bid on or not. */
  readonly auctions: number
  /** What a won auction costs about. */
  readonly price: number
  readonly gain?: number
  readonly bounds?: MuBounds
  readonly mu?: number
}

const GAIN_PER_AUCTION = 0.01

/** The multiplier of one budget over a known number of auctions, each of which is observed. */
export class DualPacer {
  readonly #price: number
  readonly #gain: number
  readonly #bounds: MuBounds
  #budget: number
  #auctions: number
  #mu: number

  constructor(options: DualOptions) {
    this.#budget = options.budget
    this.#auctions = options.auctions
    this.#price = options.price
    this.#gain = options.gain ?? GAIN_PER_AUCTION
    this.#bounds = options.bounds ?? BACKTEST_BOUNDS
    this.#mu = options.mu ?? 1
  }

  /** What values are divided by. */
  get mu(): number {
    return this.#mu
  }

  /** @param cost what the auction has cost; 0 when it was lost or left out. */
  observe(cost: number): void {
    const target = Math.max(0, this.#budget) / Math.max(1, this.#auctions)
    const step = { mu: this.#mu, target, cost, scale: this.#price, gain: this.#gain }
    this.#mu = dualStep(step, this.#bounds)
    this.#budget -= cost
    this.#auctions--
  }
}
