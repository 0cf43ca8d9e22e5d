/**
 * Platt scaling: the log odds that labels bear out are a line over those of the model, p' = sigmoid(scale * logit + shift).
 * Two numbers, so some clicks are enough, and a linear scorer can take them into its weights.
 *
 * Found by Newton's method on the weighted log loss. A slight pull towards scale 1 and shift 0, as of one click, keeps
 * the line finite where there are no clicks at all. Cold; some ten passes over the rows.
 */
import { logitOf, probabilityOf } from '../logit.ts'
import type { Scored } from './scored.ts'

export type Platt = { readonly scale: number; readonly shift: number }

const STEPS_MAX = 50
const STEP_MIN = 1e-9

export function fitPlatt({ predictions, labels, weights }: Scored): Platt {
  const logits = predictions.map(logitOf)
  let best = { scale: 1, shift: 0 }
  let loss = lossOf(best, logits, labels, weights)
  for (let i = 0; i < STEPS_MAX; i++) {
    let step = stepFrom(best, logits, labels, weights)
    let next = moved(best, step)
    let nextLoss = lossOf(next, logits, labels, weights)
    // A whole step may go too far where the line is far off.
    while (nextLoss > loss && Math.abs(step.scale) + Math.abs(step.shift) > STEP_MIN) {
      step = { scale: step.scale / 2, shift: step.shift / 2 }
      next = moved(best, step)
      nextLoss = lossOf(next, logits, labels, weights)
    }
    if (!(nextLoss < loss)) break
    best = next
    loss = nextLoss
  }
  return best
}

function moved({ scale, shift }: Platt, by: Platt): Platt {
  return { scale: scale - by.scale, shift: shift - by.shift }
}

function lossOf(
  { scale, shift }: Platt,
  logits: Float64Array,
  labels: Uint8Array,
  weights: Float32Array,
): number {
  let loss = ((scale - 1) ** 2 + shift ** 2) / 2
  for (let i = 0; i < logits.length; i++) {
    const p = probabilityOf(scale * logits[i] + shift)
    loss -= weights[i] * Math.log(labels[i] === 1 ? p : 1 - p)
  }
  return loss
}

/** The slope of the loss, divided by its curvature. */
function stepFrom(
  { scale, shift }: Platt,
  logits: Float64Array,
  labels: Uint8Array,
  weights: Float32Array,
): Platt {
  let slopeScale = scale - 1
  let slopeShift = shift
  let [aa, ab, bb] = [1, 0, 1]
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i]
    const p = probabilityOf(scale * x + shift)
    const slope = weights[i] * (p - labels[i])
    const curve = weights[i] * p * (1 - p)
    slopeScale += slope * x
    slopeShift += slope
    aa += curve * x * x
    ab += curve * x
    bb += curve
  }
  const determinant = aa * bb - ab * ab
  return {
    scale: (bb * slopeScale - ab * slopeShift) / determinant,
    shift: (aa * slopeShift - ab * slopeScale) / determinant,
  }
}
