/**
 * Both models, learning row after row in the order of time; each row is predicted before it is learnt. The stretches:
 *
 *   | learnt ................................ | learnt, kept to calibrate by | kept to measure, not learnt |
 *   0                              calibrationFirst                  holdoutFirst                      rows
 *
 * What is measured and served is the mean of the weights over the stretch that calibrates.
 *
 * Rows of sampled negatives are learnt with their weight. Correcting the probabilities afterwards would come to the same
 * base rate, but needs one share for the whole log; weights also are right where it has been changed.
 */
import { FactorisationMachine } from '../fm.ts'
import type { State } from '../ftrl.ts'
import { LogisticRegression } from '../logistic.ts'
import { lossOf } from '../quality.ts'
import type { ColumnSet } from './columns.ts'
import type { Encoded } from './encoder.ts'
import { type ScoredRow, ScoredRows } from './scored-rows.ts'
import { WeightMean } from './weight-mean.ts'

export type Split = {
  readonly rows: number
  readonly calibrationFirst: number
  readonly holdoutFirst: number
}

export type LearnerOptions = {
  readonly columns: ColumnSet
  readonly split: Split
  readonly baseRate: number
  readonly seed: number
}

/** Over the rows learnt so far. */
export type Progressive = {
  readonly rows: number
  readonly positives: number
  readonly logLoss: number
  readonly logLossInline: number
}

export const FACTORS = 8
/** How often weights are added to their mean; each time is work for every weight. */
const MEAN_OF = 200
/** Places of the sums. */
const [ROWS, POSITIVES, WEIGHT, LOSS, LOSS_INLINE] = [0, 1, 2, 3, 4]

export class Learner {
  readonly machine: FactorisationMachine
  readonly regression: LogisticRegression
  /** What was said of the rows before the holdout when they were not yet learnt. */
  readonly recent: ScoredRows
  readonly holdout: ScoredRows
  readonly #split: Split
  readonly #mean: WeightMean
  readonly #meanEvery: number
  readonly #sums = new Float64Array(5)
  #position = 0

  constructor({ columns, split, baseRate, seed }: LearnerOptions) {
    this.machine = new FactorisationMachine({
      tableRows: columns.modelRows,
      fieldCount: columns.model.length,
      factorCount: FACTORS,
      // Positives are rare: vectors that learn fast remember single ones.
      factorAlpha: 0.03,
      factorL2: 0.001,
      seed,
      baseRate,
    })
    this.regression = new LogisticRegression({
      tableRows: columns.inlineRows,
      fieldCount: columns.inline.length,
      baseRate,
    })
    this.recent = new ScoredRows(split.holdoutFirst - split.calibrationFirst)
    this.holdout = new ScoredRows(split.rows - split.holdoutFirst)
    this.#split = split
    this.#mean = new WeightMean(this.#weights)
    this.#meanEvery = Math.ceil((split.holdoutFirst - split.calibrationFirst) / MEAN_OF)
  }

  /** Rows seen. */
  get position(): number {
    return this.#position
  }

  /** All that makes the rest of a training what it is; to be filled after `seek`. */
  get state(): State {
    return [
      ...this.machine.state,
      ...this.regression.state,
      ...this.recent.state,
      ...this.holdout.state,
      ...this.#mean.state,
      this.#sums,
    ]
  }

  get #weights(): State {
    return [...this.machine.weightState, ...this.regression.weightState]
  }

  /** Goes to where a checkpoint was written. */
  seek(position: number): void {
    const { calibrationFirst, holdoutFirst } = this.#split
    this.#position = position
    this.recent.count = Math.max(0, Math.min(position, holdoutFirst) - calibrationFirst)
    this.holdout.count = Math.max(0, position - holdoutFirst)
  }

  get progressive(): Progressive {
    const sums = this.#sums
    return {
      rows: sums[ROWS],
      positives: sums[POSITIVES],
      logLoss: sums[LOSS] / sums[WEIGHT],
      logLossInline: sums[LOSS_INLINE] / sums[WEIGHT],
    }
  }

  /** @param place of the row in `ids`. */
  take(ids: Encoded, place: number, row: Omit<ScoredRow, 'model' | 'inline'>): void {
    const { calibrationFirst, holdoutFirst } = this.#split
    if (this.#position === holdoutFirst) this.#mean.put(this.#weights)
    if (this.#position >= holdoutFirst) {
      const model = this.machine.predict(ids.model, place)
      this.holdout.add({ ...row, model, inline: this.regression.predict(ids.inline, place) })
    } else {
      const model = this.machine.learn(ids.model, place, row.label, row.weight)
      const inline = this.regression.learn(ids.inline, place, row.label, row.weight)
      this.#count({ ...row, model, inline })
      const intoStretch = this.#position - calibrationFirst
      if (intoStretch >= 0) this.recent.add({ ...row, model, inline })
      if (intoStretch >= 0 && intoStretch % this.#meanEvery === 0) this.#mean.add(this.#weights)
    }
    this.#position++
  }

  #count({ model, inline, label, weight }: ScoredRow): void {
    const sums = this.#sums
    sums[ROWS]++
    sums[POSITIVES] += label
    sums[WEIGHT] += weight
    sums[LOSS] += weight * lossOf(model, label)
    sums[LOSS_INLINE] += weight * lossOf(inline, label)
  }
}
