/**
 * A probability and its log odds. The logistic function is cut at log odds of 35 either way, where a double can no
 * longer tell 1 - p from 1, so that neither a probability nor its logarithm is ever infinite.
 */
export function probabilityOf(logit: number): number {
  return 1 / (1 + Math.exp(-Math.max(-LOGIT_MAX, Math.min(LOGIT_MAX, logit))))
}

/** The inverse, for 0 < probability < 1. */
export function logitOf(probability: number): number {
  return Math.log(probability / (1 - probability))
}

const LOGIT_MAX = 35
