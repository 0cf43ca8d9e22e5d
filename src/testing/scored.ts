/** Scores whose labels follow a known rule. */
import { Prng } from '../base/prng.ts'
import type { Scored } from '../learning/calibration/scored.ts'
import { probabilityOf } from '../learning/logit.ts'

/** @param truth the log odds that labels are drawn by, of the log odds that are predicted: normal ones around `mean`. */
export function drawScored(
  rows: number,
  truth: (logit: number) => number,
  { seed = 1, mean = -3 } = {},
): Scored {
  const prng = new Prng(seed)
  const logits = Float64Array.from({ length: rows }, () => mean + prng.normal())
  return {
    predictions: logits.map(probabilityOf),
    labels: Uint8Array.from(logits, (logit) => (prng.unit() < probabilityOf(truth(logit)) ? 1 : 0)),
    weights: new Float32Array(rows).fill(1),
  }
}
