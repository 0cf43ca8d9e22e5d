/**
 * Counts the reference of a model from the rows that it is trained on. Fed by trainers, in chunks; cold. Memory is bounded:
 * of a text feature the heaviest 1,024 values are followed (Space-Saving), of a number 20,000 rows are sampled.
 */
import { Prng } from '../base/prng.ts'
import { SpaceSaving } from '../base/space-saving.ts'
import { FEATURES } from './catalogue.ts'
import { type Bins, NumberSample } from './number-sample.ts'
import type { Column } from './plan.ts'
import {
  featuresOf,
  isText,
  type NumberReference,
  type Reference,
  type ScoreReference,
  type TextReference,
  VALUES_MAX,
} from './reference.ts'
import type { Rows } from './row.ts'

/** A chunk of impressions as the event log gives them. */
export type WeighedRows = Rows & {
  readonly count: number
  /** How many impressions a row stands for; one each where left out. */
  readonly weights?: Float32Array
}

const VALUES_FOLLOWED = 1024
const SAMPLE_ROWS = 20_000

export class ReferenceBuilder {
  readonly #texts: readonly TextCounter[]
  readonly #numbers: readonly NumberCounter[]
  readonly #scores: NumberSample
  #rows = 0

  /** @param options.columns of all tensors and of the inline scorer. */
  constructor({ columns, seed }: { columns: readonly Column[]; seed: number }) {
    const prng = new Prng(seed)
    const features = featuresOf(columns)
    this.#texts = features.filter(isText).map((feature) => new TextCounter(feature))
    this.#numbers = features
      .filter((feature) => !isText(feature))
      .map((feature) => new NumberCounter(feature, new NumberSample(SAMPLE_ROWS, prng)))
    this.#scores = new NumberSample(SAMPLE_ROWS, prng)
  }

  add(rows: WeighedRows): void {
    for (const counter of [...this.#texts, ...this.#numbers]) counter.add(rows)
    this.#rows += rows.count
  }

  /** @param scores calibrated probabilities of rows of the window; each counts for as many as its weight says. */
  addScores(scores: ArrayLike<number>, weights?: Float32Array): void {
    for (let row = 0; row < scores.length; row++) this.#scores.add(scores[row], weights?.[row])
  }

  /** What was counted; at least one row has been. */
  build(): Reference {
    const named = <R>(counters: readonly { feature: number; reference(): R }[]): Record<string, R> =>
      Object.fromEntries(
        counters.map((counter) => [FEATURES[counter.feature].name, counter.reference()] as const),
      )
    const { rows } = this.#scores
    const scores: ScoreReference = { rows, ...written(this.#scores.bins()) }
    return {
      rows: this.#rows,
      texts: named(this.#texts),
      numbers: named(this.#numbers),
      ...(rows === 0 ? {} : { scores }),
    }
  }
}

class TextCounter {
  readonly feature: number
  readonly #values = new SpaceSaving<number>(VALUES_FOLLOWED)
  #total = 0
  #missing = 0

  constructor(feature: number) {
    this.feature = feature
  }

  add({ count, hashes, weights }: WeighedRows): void {
    for (let row = 0; row < count; row++) {
      const hash = hashes[row * FEATURES.length + this.feature]
      const weight = weights?.[row] ?? 1
      this.#total += weight
      if (hash === 0) this.#missing += weight
      else this.#values.add(hash, weight)
    }
  }

  reference(): TextReference {
    const values = this.#values
    const places = values.ranking().slice(0, VALUES_MAX)
    const shares = places.map((place) => rounded(values.certainAt(place) / this.#total))
    const missing = rounded(this.#missing / this.#total)
    const other = rounded(Math.max(0, 1 - missing - shares.reduce((sum, share) => sum + share, 0)))
    return { hashes: places.map((place) => values.keyAt(place)), shares, other, missing }
  }
}

class NumberCounter {
  readonly feature: number
  readonly #sample: NumberSample
  #total = 0
  #missing = 0

  constructor(feature: number, sample: NumberSample) {
    this.feature = feature
    this.#sample = sample
  }

  add({ count, numbers, weights }: WeighedRows): void {
    for (let row = 0; row < count; row++) {
      const value = numbers[row * FEATURES.length + this.feature]
      const weight = weights?.[row] ?? 1
      this.#total += weight
      if (Number.isNaN(value)) this.#missing += weight
      else this.#sample.add(value, weight)
    }
  }

  /** The shares of the bins and `missing` are together one. */
  reference(): NumberReference {
    const { rows, least, most } = this.#sample
    const missing = this.#missing / this.#total
    const { edges, shares } = this.#sample.bins()
    return {
      least: rows === 0 ? 0 : float32(least),
      most: rows === 0 ? 0 : float32(most),
      ...written({ edges, shares: shares.map((share) => share * (1 - missing)) }),
      missing: rounded(missing),
    }
  }
}

function written({ edges, shares }: Bins): Bins {
  return { edges: edges.map(float32), shares: shares.map(rounded) }
}

/** As few digits as always tell one 32-bit float from another. */
function float32(value: number): number {
  return Number(value.toPrecision(9))
}

function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6
}
