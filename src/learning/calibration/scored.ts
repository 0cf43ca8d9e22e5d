/** Rows that a model has scored, with what became of them: what calibrations are fitted to and measures are taken of. */
export type Scored = {
  /** Probabilities. */
  readonly predictions: Float64Array
  /** 0 or 1. */
  readonly labels: Uint8Array
  /** How many rows each stands for. */
  readonly weights: Float32Array
}
