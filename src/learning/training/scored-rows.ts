/**
 * Rows of a stretch of the log with what both models said of them before they had learnt them: 25 bytes a row, for the
 * stretches that calibrate and that measure.
 */
import type { Scored } from '../calibration/scored.ts'
import type { State } from '../ftrl.ts'

export type ScoredRow = {
  readonly model: number
  readonly inline: number
  readonly label: number
  readonly weight: number
  /** `hashText` of its campaign. */
  readonly campaign: number
}

export class ScoredRows {
  readonly #model: Float64Array
  readonly #inline: Float64Array
  readonly #labels: Uint8Array
  readonly #weights: Float32Array
  readonly #campaigns: Uint32Array
  /** Rows taken; those of a checkpoint are read back by setting it and then filling `state`. */
  count = 0

  constructor(capacity: number) {
    this.#model = new Float64Array(capacity)
    this.#inline = new Float64Array(capacity)
    this.#labels = new Uint8Array(capacity)
    this.#weights = new Float32Array(capacity)
    this.#campaigns = new Uint32Array(capacity)
  }

  get state(): State {
    return [this.#model, this.#inline, this.#labels, this.#weights, this.#campaigns].map((column) =>
      column.subarray(0, this.count),
    )
  }

  get campaigns(): Uint32Array {
    return this.#campaigns.subarray(0, this.count)
  }

  add({ model, inline, label, weight, campaign }: ScoredRow): void {
    this.#model[this.count] = model
    this.#inline[this.count] = inline
    this.#labels[this.count] = label
    this.#weights[this.count] = weight
    this.#campaigns[this.count] = campaign
    this.count++
  }

  /** As one of the two has scored them. */
  by(who: 'model' | 'inline'): Scored {
    const predictions = who === 'model' ? this.#model : this.#inline
    return {
      predictions: predictions.subarray(0, this.count),
      labels: this.#labels.subarray(0, this.count),
      weights: this.#weights.subarray(0, this.count),
    }
  }
}
