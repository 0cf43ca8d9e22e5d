/**
 * The scorer in the bid loop: hashed logistic regression, some 50 ns a row. It ranks the candidates before the ONNX
 * model sees the best of them, and answers for the model whenever that is late, gone or full.
 *
 *   p = sigmoid(bias + request weights + ad weights + cross weights)
 *
 * The ad's sum is made when the catalog or the model changes, the request's once an imp.
 */

export type Weights = { readonly bias: number; readonly table: Float32Array }

/** How feature values become places in the table of weights; `features` has one. */
type WeightPlan<Vector> = {
  begin(vector: Vector): void
  requestWeight(table: Float32Array): number
  adWeight(table: Float32Array, ad: number): number
  crossWeight(table: Float32Array, ad: number): number
}

export class InlineScorer<Vector> {
  readonly #plan: WeightPlan<Vector>
  readonly #weights: Weights
  readonly #adWeights: Float32Array
  #requestWeight = 0

  constructor(weights: Weights, plan: WeightPlan<Vector>, adCount: number) {
    this.#plan = plan
    this.#weights = weights
    this.#adWeights = Float32Array.from({ length: adCount }, (_, ad) => plan.adWeight(weights.table, ad))
  }

  /** Takes the values of an imp; the scores that follow are for it. */
  begin(vector: Vector): void {
    this.#plan.begin(vector)
    this.#requestWeight = this.#weights.bias + this.#plan.requestWeight(this.#weights.table)
  }

  /** The probability of a click on the ad in this imp. */
  score(ad: number): number {
    const crossWeight = this.#plan.crossWeight(this.#weights.table, ad)
    return 1 / (1 + Math.exp(-(this.#requestWeight + this.#adWeights[ad] + crossWeight)))
  }
}
