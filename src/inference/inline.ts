/**
 * The scorer in the bid loop: hashed logistic regression, some 50 ns a row. It ranks the candidates before the ONNX
 * model sees the best of them, and answers for the model whenever that is late, gone or full.
 *
 *   p = sigmoid(bias + request weights + ad weights + cross weights)
 *
 * The ad's sum is made when the catalog or the model changes, the request's once an imp.
 */
import { type Column, Plan } from '../features/plan.ts'
import type { AdVectors, FeatureVector } from '../features/vector.ts'

export type InlineModel = {
  readonly columns: readonly Column[]
  readonly bias: number
  readonly table: Float32Array
}

export class InlineScorer {
  readonly #plan: Plan
  readonly #ads: AdVectors
  readonly #bias: number
  readonly #table: Float32Array
  readonly #adWeights: Float32Array
  #requestWeight = 0

  constructor(model: InlineModel, ads: AdVectors) {
    this.#plan = new Plan(model.columns, ads)
    this.#ads = ads
    this.#bias = model.bias
    this.#table = model.table
    this.#adWeights = Float32Array.from({ length: ads.count }, (_, ad) =>
      this.#plan.adWeight(model.table, ad),
    )
  }

  /** Takes the values of an imp; the scores that follow are for it. */
  begin(vector: FeatureVector): void {
    this.#plan.begin(vector)
    this.#requestWeight = this.#bias + this.#plan.requestWeight(this.#table)
  }

  /** The probability of a click on the ad in this imp. */
  score(vector: FeatureVector, ad: number): number {
    const logit =
      this.#requestWeight + this.#adWeights[ad] + this.#plan.crossWeight(this.#table, ad, vector, this.#ads)
    return 1 / (1 + Math.exp(-logit))
  }
}
