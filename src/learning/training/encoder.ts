/**
 * Rows of the event log as columns of both models, by the plans that encode bids: what is learnt is what will be asked.
 */
import type { ImpressionChunk } from '../../events/impressions.ts'
import { FEATURES } from '../../features/catalogue.ts'
import { type Column, Plan } from '../../features/plan.ts'
import { FeatureVector } from '../../features/vector.ts'
import type { ColumnSet } from './columns.ts'

/** Ids row by row. */
export type Encoded = { readonly model: Int32Array; readonly inline: Int32Array }

export class Encoder {
  readonly #columns: ColumnSet
  readonly #vector = new FeatureVector()

  constructor(columns: ColumnSet) {
    this.#columns = columns
  }

  /** @param rows of the chunk, in the order in which they are wanted. */
  encode(chunk: ImpressionChunk, rows: readonly number[]): Encoded {
    const model = this.#tensorOf(chunk, this.#columns.model, rows.length)
    const inline = this.#tensorOf(chunk, this.#columns.inline, rows.length)
    const { hashes } = this.#vector
    for (const [place, row] of rows.entries()) {
      const start = row * FEATURES.length
      for (let i = 0; i < FEATURES.length; i++) hashes[i] = chunk.hashes[start + i]
      for (const { plan, ids } of [model, inline]) {
        plan.begin(this.#vector)
        plan.write(ids, place, row)
      }
    }
    return { model: model.ids, inline: inline.ids }
  }

  /** Each row of a chunk has an ad of its own. */
  #tensorOf({ count, hashes, numbers }: ImpressionChunk, columns: readonly Column[], rows: number) {
    return {
      plan: new Plan(columns, { count, hashes, numbers }),
      ids: new Int32Array(rows * columns.length),
    }
  }
}
