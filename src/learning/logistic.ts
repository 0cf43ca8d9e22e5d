/**
 * Hashed logistic regression, learnt online: the log odds of a row are the bias and one weight per field.
 *
 * A row is `fieldCount` bucket ids below `tableRows`, a power of two; fields share the one table. Its weights are what
 * the bidder's inline scorer adds up when a larger model is late or missing. Cold: the trainer feeds it rows in time
 * order, once. No allocation per row.
 */
import { assert } from '../base/assert.ts'
import { Bias, type FtrlRates, FtrlTable, ftrlRatesOf, type State } from './ftrl.ts'
import { logitOf, probabilityOf } from './logit.ts'

export type LogisticRegressionOptions = Partial<FtrlRates> & {
  tableRows: number
  fieldCount: number
  /** Share of positives to expect; the prediction before anything is learnt. */
  baseRate: number
}

export class LogisticRegression {
  readonly fieldCount: number
  readonly #bias: Bias
  readonly #table: FtrlTable

  constructor(options: LogisticRegressionOptions) {
    const { tableRows, fieldCount, baseRate } = options
    assert(Number.isInteger(Math.log2(tableRows)), 'the rows of the weight table are a power of two')
    assert(baseRate > 0 && baseRate < 1, 'a base rate lies between 0 and 1')
    const rates = ftrlRatesOf(options)
    this.fieldCount = fieldCount
    this.#bias = new Bias(logitOf(baseRate), rates)
    this.#table = new FtrlTable(tableRows, rates)
  }

  /** Probability that row `row` of `ids` is positive. */
  predict(ids: Int32Array, row: number): number {
    const start = row * this.fieldCount
    return probabilityOf(this.#bias.value + this.#table.sum(ids, start, start + this.fieldCount))
  }

  /**
   * Learns that row `row` was positive (1) or not (0); returns what it predicted before, for progressive validation.
   * @param weight how many rows it stands for.
   */
  learn(ids: Int32Array, row: number, label: number, weight = 1): number {
    const start = row * this.fieldCount
    const prediction = this.predict(ids, row)
    const gradient = (prediction - label) * weight
    this.#bias.learn(gradient)
    this.#table.learn(ids, start, start + this.fieldCount, gradient)
    return prediction
  }

  get state(): State {
    return [...this.#bias.state, ...this.#table.state]
  }

  /** Of the state, what `predict` reads; written over, the regression predicts by it but cannot go on learning. */
  get weightState(): State {
    return [...this.#bias.state, this.#table.weights]
  }

  /** A copy, which later learning leaves as it is. */
  weights(): { bias: number; table: Float32Array } {
    return { bias: this.#bias.value, table: this.#table.weights.slice() }
  }
}
