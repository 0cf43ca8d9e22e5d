/**
 * The plan of a tensor of numbers: like `Plan`, for float columns. A missing value becomes the column's default, any
 * other is clamped to its domain.
 */
import { FEATURES, featureIndexOf } from './catalogue.ts'
import type { Cells, Column } from './plan.ts'
import type { AdVectors, FeatureVector } from './vector.ts'

export class NumberPlan {
  readonly width: number
  readonly #feature: Int32Array
  readonly #isAdSide: Uint8Array
  readonly #default: Float32Array
  readonly #least: Float32Array
  readonly #most: Float32Array

  readonly #ads: AdVectors
  #imp: Float32Array

  /** @param columns number ones for which `columnFault` found nothing. */
  constructor(columns: readonly Column[], ads: AdVectors) {
    this.#ads = ads
    this.#imp = new Float32Array(FEATURES.length)
    this.width = columns.length
    this.#feature = Int32Array.from(columns, ({ feature }) => featureIndexOf(feature)!)
    this.#isAdSide = Uint8Array.from(this.#feature, (feature) => (FEATURES[feature].side === 'ad' ? 1 : 0))
    this.#default = Float32Array.from(columns, (column) => column.default ?? 0)
    this.#least = Float32Array.from(columns, ({ domain }) => domain?.[0] ?? Number.NEGATIVE_INFINITY)
    this.#most = Float32Array.from(columns, ({ domain }) => domain?.[1] ?? Number.POSITIVE_INFINITY)
  }

  /** Takes the values of an imp; the rows that follow are for it. */
  begin(vector: FeatureVector): void {
    this.#imp = vector.numbers
  }

  /** Writes the row of an ad at `row` of a tensor. */
  write(target: Cells, row: number, ad: number): void {
    const base = row * this.width
    for (let i = 0; i < this.width; i++) {
      const feature = this.#feature[i]
      const value =
        this.#isAdSide[i] === 1 ? this.#ads.numbers[ad * FEATURES.length + feature] : this.#imp[feature]
      target[base + i] = Number.isNaN(value)
        ? this.#default[i]
        : Math.min(Math.max(value, this.#least[i]), this.#most[i])
    }
  }
}
