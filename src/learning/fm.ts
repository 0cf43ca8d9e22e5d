/**
 * A logistic factorisation machine over hashed categorical fields (Rendle, ICDM 2010), learnt online: beside one weight
 * per bucket it learns one short vector, and the log odds hold the inner product of every two buckets of a row.
 *
 *   logit = bias + sum_i w[id_i] + 1/2 sum_d ((sum_i v[id_i][d])^2 - sum_i v[id_i][d]^2)
 *
 * A row is `fieldCount` bucket ids below `tableRows`; fields share the one table. Weights learn by FTRL-Proximal,
 * vectors by AdaGrad. Cold: the trainer feeds it rows in time order, once. No allocation per row; cost is
 * O(fieldCount * factorCount), and the same seed and rows give the same model.
 */
import { assert } from '../base/assert.ts'
import { Prng } from '../base/prng.ts'
import type { GraphEnd } from './calibration/calibration.ts'
import { Bias, type FtrlRates, FtrlTable, ftrlRatesOf, type State } from './ftrl.ts'
import { logitOf, probabilityOf } from './logit.ts'
import { encodeModel } from './onnx.ts'

export type FactorisationMachineOptions = Partial<FtrlRates> & {
  tableRows: number
  fieldCount: number
  /** Length of a bucket's vector; 0 leaves the linear model. */
  factorCount: number
  seed: number
  /** Share of positives to expect; about the prediction before anything is learnt. */
  baseRate: number
  /** Scale of the vectors' learning rate, 0.1 unless told. */
  factorAlpha?: number
  /** Pull of the vectors towards zero, 1e-4 unless told. */
  factorL2?: number
  /** Standard deviation of the elements before learning, 0.02 unless told. From zero they would never move. */
  factorScale?: number
}

export class FactorisationMachine {
  readonly tableRows: number
  readonly fieldCount: number
  readonly factorCount: number
  /**
   * Per bucket the elements of its vector, each followed by the sum of its squared slopes:
   *
   *   | v[0] | squares[0] | v[1] | squares[1] | .. | v[k - 1] | squares[k - 1] |
   *
   * Predicting so brings from memory what learning then needs. In two tables a learn takes 1.8 times as long once they
   * outgrow the cache (16 fields, k = 8, 2^18 rows).
   */
  readonly #rows: Float32Array
  readonly #factorAlpha: number
  readonly #factorL2: number
  readonly #table: FtrlTable
  readonly #bias: Bias
  /** The sum of the vectors of the row last predicted. */
  readonly #sums: Float64Array

  constructor(options: FactorisationMachineOptions) {
    const { tableRows, fieldCount, factorCount, seed, baseRate } = options
    assert(baseRate > 0 && baseRate < 1, 'a base rate lies between 0 and 1')
    const rates = ftrlRatesOf(options)
    this.tableRows = tableRows
    this.fieldCount = fieldCount
    this.factorCount = factorCount
    this.#rows = new Float32Array(tableRows * factorCount * 2)
    this.#factorAlpha = options.factorAlpha ?? 0.1
    this.#factorL2 = options.factorL2 ?? 1e-4
    this.#table = new FtrlTable(tableRows, rates)
    this.#bias = new Bias(logitOf(baseRate), rates)
    this.#sums = new Float64Array(factorCount)
    this.#drawVectors(new Prng(seed), options.factorScale ?? 0.02)
  }

  /** Probability that row `row` of `ids` is positive. */
  predict(ids: Int32Array, row: number): number {
    const start = row * this.fieldCount
    const end = start + this.fieldCount
    const interaction = sumVectors(this.#rows, ids, start, end, this.#sums)
    return probabilityOf(this.#bias.value + this.#table.sum(ids, start, end) + interaction)
  }

  /**
   * Learns that row `row` was positive (1) or not (0); returns what it predicted before, for progressive validation.
   * @param weight how many rows it stands for.
   */
  learn(ids: Int32Array, row: number, label: number, weight = 1): number {
    const start = row * this.fieldCount
    const end = start + this.fieldCount
    const prediction = this.predict(ids, row)
    const gradient = (prediction - label) * weight
    this.#bias.learn(gradient)
    this.#table.learn(ids, start, end, gradient)
    this.#learnFactors(ids, start, end, gradient)
    return prediction
  }

  get state(): State {
    return [...this.#bias.state, ...this.#table.state, this.#rows]
  }

  /** Of the state, what `predict` reads; written over, the machine predicts by it but cannot go on learning. */
  get weightState(): State {
    return [...this.#bias.state, this.#table.weights, this.#rows]
  }

  /** A copy, which later learning leaves as it is; the vectors stand one after the other. */
  weights(): { bias: number; table: Float32Array; vectors: Float32Array } {
    const vectors = new Float32Array(this.tableRows * this.factorCount)
    for (let i = 0; i < vectors.length; i++) vectors[i] = this.#rows[i * 2]
    return { bias: this.#bias.value, table: this.#table.weights.slice(), vectors }
  }

  #drawVectors(prng: Prng, scale: number): void {
    const rows = this.#rows
    for (let i = 0; i < rows.length; i += 2) rows[i] = scale * prng.normal()
  }

  /** The log odds' derivative by an element of a vector is the sum over the row less the element itself. */
  #learnFactors(ids: Int32Array, start: number, end: number, gradient: number): void {
    const rows = this.#rows
    const sums = this.#sums
    const alpha = this.#factorAlpha
    const l2 = this.#factorL2
    const count = sums.length
    for (let at = start; at < end; at++) {
      const base = ids[at] * count * 2
      for (let d = 0; d < count; d++) {
        const i = base + d * 2
        const element = rows[i]
        const slope = gradient * (sums[d] - element) + l2 * element
        const square = rows[i + 1] + slope * slope
        rows[i + 1] = square
        rows[i] = element - (alpha * slope) / (1 + Math.sqrt(square))
      }
    }
  }
}

/**
 * Writes the sum of the vectors of ids[start..end) to `sums`; returns the sum of the inner products of every two.
 * Element by element, not bucket by bucket: the first round then fetches all rows from memory at the same time. The
 * other way round a learn takes 1.5 times as long (16 fields, k = 8, 2^18 rows).
 */
function sumVectors(
  rows: Float32Array,
  ids: Int32Array,
  start: number,
  end: number,
  sums: Float64Array,
): number {
  const stride = sums.length * 2
  let twice = 0
  for (let d = 0; d < sums.length; d++) {
    let sum = 0
    let squares = 0
    for (let at = start; at < end; at++) {
      const element = rows[ids[at] * stride + d * 2]
      sum += element
      squares += element * element
    }
    sums[d] = sum
    twice += sum * sum - squares
  }
  return twice / 2
}

/** What stands between the machine's log odds and its answer where it is not calibrated. */
const PLAIN_END: GraphEnd = {
  initializers: [],
  nodes: [{ op: 'Sigmoid', inputs: ['logit'], outputs: ['p'] }],
}

/**
 * The machine as an ONNX model: `ids` int32 [N, fieldCount] in, `p` float32 [N, 1] out, six nodes, or more with a
 * calibration at its end.
 *
 * A row of the one table holds a bucket's vector and then w - |v|^2 / 2, so that a single sum over the fields brings
 * both what is squared and what is not:
 *
 *   ids -> Gather -> ReduceSum -> sums [N, k + 1] -+-> Mul -> Gemm by (1/2, ..., 1/2, 0) and bias -+
 *                                                  +----------> Gemm by (0, ..., 0, 1) <-----------+-> Sigmoid -> p
 *
 * The runtime refuses an id past the table and, unlike `predict`, counts a negative one from its end.
 */
export function fmToOnnx(machine: FactorisationMachine, end: GraphEnd = PLAIN_END): Uint8Array {
  const { tableRows, fieldCount, factorCount } = machine
  const { bias, table, vectors } = machine.weights()
  const width = factorCount + 1
  const halves = new Float32Array(width).fill(0.5)
  halves[factorCount] = 0
  const last = new Float32Array(width)
  last[factorCount] = 1
  return encodeModel({
    name: 'factorisation_machine',
    inputs: [{ name: 'ids', type: 'int32', shape: ['N', fieldCount] }],
    outputs: [{ name: 'p', type: 'float32', shape: ['N', 1] }],
    initializers: [
      { name: 'table', type: 'float32', shape: [tableRows, width], data: joinedTable(table, vectors) },
      { name: 'fieldAxis', type: 'int64', shape: [1], data: BigInt64Array.of(1n) },
      { name: 'halves', type: 'float32', shape: [width, 1], data: halves },
      { name: 'last', type: 'float32', shape: [width, 1], data: last },
      { name: 'bias', type: 'float32', shape: [1, 1], data: Float32Array.of(bias) },
      ...end.initializers,
    ],
    nodes: [
      { op: 'Gather', inputs: ['table', 'ids'], outputs: ['rows'], attributes: { axis: { int: 0 } } },
      {
        op: 'ReduceSum',
        inputs: ['rows', 'fieldAxis'],
        outputs: ['sums'],
        attributes: { keepdims: { int: 0 } },
      },
      { op: 'Mul', inputs: ['sums', 'sums'], outputs: ['squares'] },
      { op: 'Gemm', inputs: ['squares', 'halves', 'bias'], outputs: ['squared'] },
      { op: 'Gemm', inputs: ['sums', 'last', 'squared'], outputs: ['logit'] },
      ...end.nodes,
    ],
  })
}

/** A row per bucket: its vector, then its weight less half the vector's square. */
function joinedTable(weights: Float32Array, vectors: Float32Array): Float32Array {
  const factorCount = vectors.length / weights.length
  const joined = new Float32Array(weights.length + vectors.length)
  for (let id = 0; id < weights.length; id++) {
    const vector = vectors.subarray(id * factorCount, (id + 1) * factorCount)
    let square = 0
    for (const element of vector) square += element * element
    const start = id * (factorCount + 1)
    joined.set(vector, start)
    joined[start + factorCount] = weights[id] - square / 2
  }
  return joined
}
