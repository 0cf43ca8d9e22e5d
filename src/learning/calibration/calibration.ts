/**
 * Brings a model's probabilities to what labels bear out, by as fine a rule as the labels allow, and writes the rule as
 * the end of an ONNX graph, so that what is served is what was measured. Cold.
 *
 * Probabilities end within `PROBABILITY_MIN` and a most of the caller's: a click rate above 0.5 is a fault, not a bargain.
 */
import { logitOf, probabilityOf } from '../logit.ts'
import type { GraphNode, Initializer } from '../onnx.ts'
import { fitIsotonic, type Knot } from './isotonic.ts'
import { fitPlatt, type Platt } from './platt.ts'
import type { Scored } from './scored.ts'

export type Calibration =
  | ({ readonly kind: 'platt' } & Platt)
  | { readonly kind: 'isotonic'; readonly knots: readonly Knot[] }

export const PROBABILITY_MIN = 1e-6
/** From as many positives on their own shape is better known than a line's. */
const ISOTONIC_POSITIVES_MIN = 5000

export function calibrationOf(scored: Scored): Calibration {
  const positives = scored.labels.reduce((sum, label) => sum + label, 0)
  return positives >= ISOTONIC_POSITIVES_MIN
    ? { kind: 'isotonic', knots: fitIsotonic(scored) }
    : { kind: 'platt', ...fitPlatt(scored) }
}

/** In a few words. */
export function nameOf(calibration: Calibration): string {
  if (calibration.kind === 'isotonic') return `isotonic, ${calibration.knots.length} knots`
  return `Platt, scale ${calibration.scale.toFixed(3)}, shift ${calibration.shift.toFixed(3)}`
}

/** What becomes of a model's probability. */
export function calibrated(probability: number, calibration: Calibration, probabilityMax: number): number {
  const p = probabilityOf(calibratedLogit(logitOf(probability), calibration))
  return Math.min(probabilityMax, Math.max(PROBABILITY_MIN, p))
}

function calibratedLogit(logit: number, calibration: Calibration): number {
  if (calibration.kind === 'platt') return calibration.scale * logit + calibration.shift
  const { knots } = calibration
  const above = knots.findIndex(({ from }) => from > logit)
  if (above === 0) return knots[0].to
  if (above === -1) return knots[knots.length - 1].to
  const [left, right] = [knots[above - 1], knots[above]]
  return left.to + ((logit - left.from) / (right.from - left.from)) * (right.to - left.to)
}

/** The end of a graph: from `logit` float32 [N, 1] to `p` of the same shape. */
export type GraphEnd = { readonly initializers: readonly Initializer[]; readonly nodes: readonly GraphNode[] }

/**
 * A line is one Gemm. Lines between knots are a sum of bends, one at each knot:
 *
 *   logit -> Sub knots -> Relu -> Gemm by the bends and the first knot's value -> Sigmoid -> Clip -> p
 */
export function graphEndOf(calibration: Calibration, probabilityMax: number): GraphEnd {
  const rule = calibration.kind === 'platt' ? lineNodes(calibration) : bendNodes(calibration.knots)
  return {
    initializers: [...rule.initializers, scalar('least', PROBABILITY_MIN), scalar('most', probabilityMax)],
    nodes: [
      ...rule.nodes,
      { op: 'Sigmoid', inputs: ['calibrated'], outputs: ['sigmoid'] },
      { op: 'Clip', inputs: ['sigmoid', 'least', 'most'], outputs: ['p'] },
    ],
  }
}

function lineNodes({ scale, shift }: Platt): GraphEnd {
  return {
    initializers: [column('scale', [scale]), column('shift', [shift])],
    nodes: [{ op: 'Gemm', inputs: ['logit', 'scale', 'shift'], outputs: ['calibrated'] }],
  }
}

function bendNodes(knots: readonly Knot[]): GraphEnd {
  const slopes = knots.map(({ from, to }, i) =>
    i === knots.length - 1 ? 0 : (knots[i + 1].to - to) / (knots[i + 1].from - from),
  )
  const froms = Float32Array.from(knots, ({ from }) => from)
  return {
    initializers: [
      { name: 'knots', type: 'float32', shape: [1, knots.length], data: froms },
      column(
        'bends',
        slopes.map((slope, i) => slope - (slopes[i - 1] ?? 0)),
      ),
      column('first', [knots[0].to]),
    ],
    nodes: [
      { op: 'Sub', inputs: ['logit', 'knots'], outputs: ['beyond'] },
      { op: 'Relu', inputs: ['beyond'], outputs: ['beyondKnots'] },
      { op: 'Gemm', inputs: ['beyondKnots', 'bends', 'first'], outputs: ['calibrated'] },
    ],
  }
}

function column(name: string, values: readonly number[]): Initializer {
  return { name, type: 'float32', shape: [values.length, 1], data: Float32Array.from(values) }
}

function scalar(name: string, value: number): Initializer {
  return { name, type: 'float32', shape: [], data: Float32Array.of(value) }
}
