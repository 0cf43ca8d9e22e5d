/**
 * FTRL-Proximal for one table of weights (McMahan et al., "Ad Click Prediction: a View from the Trenches", KDD 2013):
 * every weight has its own falling learning rate, and stays exactly zero until the evidence outweighs `l1`.
 * Called for every training row by `logistic.ts` and `fm.ts`, which also share the bias.
 *
 * The sums `z` and `n` are doubles: a popular weight collects millions of gradients of about a click rate in size, and
 * a 32-bit sum of some thousands would round each of them away. The weights are 32-bit, and the rounded weight is the
 * one that predicts while training, so that whoever copies the table predicts the same. 20 bytes a row.
 */
export type FtrlRates = {
  /** Scale of the learning rate, 0.1 unless told. */
  alpha: number
  /** Steadies the rate of a weight that has seen little, 1 unless told. */
  beta: number
  /** Evidence a weight needs before it leaves zero, 0.1 unless told; 1 suits logs of more than a million rows. */
  l1: number
  /** Pull towards zero, 1 unless told. */
  l2: number
}

/** Arrays that a checkpoint writes down and reads back in place. */
export type State = readonly (Float32Array | Float64Array | Uint32Array | Uint8Array)[]

export function ftrlRatesOf({ alpha = 0.1, beta = 1, l1 = 0.1, l2 = 1 }: Partial<FtrlRates>): FtrlRates {
  return { alpha, beta, l1, l2 }
}

export class FtrlTable {
  /** The weights in use; read them, leave the writing to `learn`. */
  readonly weights: Float32Array
  readonly #rates: FtrlRates
  readonly #z: Float64Array
  readonly #n: Float64Array

  constructor(rowCount: number, rates: FtrlRates) {
    this.weights = new Float32Array(rowCount)
    this.#rates = rates
    this.#z = new Float64Array(rowCount)
    this.#n = new Float64Array(rowCount)
  }

  /** All that it has learnt, as it lies in memory: written down and read back, the table goes on as if never stopped. */
  get state(): State {
    return [this.weights, this.#z, this.#n]
  }

  /** The sum of the weights of ids[start..end). */
  sum(ids: Int32Array, start: number, end: number): number {
    const weights = this.weights
    let sum = 0
    for (let at = start; at < end; at++) sum += weights[ids[at]]
    return sum
  }

  /** One step for each of ids[start..end), whose gradient is all the same; an id that stands twice steps twice. */
  learn(ids: Int32Array, start: number, end: number, gradient: number): void {
    const { alpha, beta, l1, l2 } = this.#rates
    const weights = this.weights
    const z = this.#z
    const n = this.#n
    const square = gradient * gradient
    for (let at = start; at < end; at++) {
      const id = ids[at]
      const rootBefore = Math.sqrt(n[id])
      n[id] += square
      const root = Math.sqrt(n[id])
      z[id] += gradient - ((root - rootBefore) / alpha) * weights[id]
      const sum = z[id]
      const excess = Math.abs(sum) - l1
      weights[id] = excess > 0 ? (-Math.sign(sum) * excess) / ((beta + root) / alpha + l2) : 0
    }
  }
}

/**
 * The weight every row has. It starts at the log odds of the base rate and is not pulled towards zero, for a pulled
 * bias over-predicts rare events; its rate falls like those of the table.
 */
export class Bias {
  /** The bias, and the sum of its squared gradients. */
  readonly #cells: Float64Array
  readonly #alpha: number
  readonly #beta: number

  constructor(start: number, rates: FtrlRates) {
    this.#cells = Float64Array.of(start, 0)
    this.#alpha = rates.alpha
    this.#beta = rates.beta
  }

  get state(): State {
    return [this.#cells]
  }

  get value(): number {
    return this.#cells[0]
  }

  learn(gradient: number): void {
    const cells = this.#cells
    cells[1] += gradient * gradient
    cells[0] -= (this.#alpha * gradient) / (this.#beta + Math.sqrt(cells[1]))
  }
}
