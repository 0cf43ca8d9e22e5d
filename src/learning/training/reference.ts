/**
 * What the model has seen in its training window, for whoever watches it in service: the distribution of its features over
 * a sample of the rows that were learnt, that of its scores over the holdout, and how often the inline scorer has no weight
 * for a value of the holdout. By a reading of its own, which a training that goes on from a checkpoint does again.
 */
import type { ImpressionChunk } from '../../events/impressions.ts'
import { FEATURES } from '../../features/catalogue.ts'
import type { Reference } from '../../features/reference.ts'
import { ReferenceBuilder } from '../../features/reference-builder.ts'
import { UnseenCounts } from '../../features/unseen.ts'
import type { Scored } from '../calibration/scored.ts'
import type { ColumnSet } from './columns.ts'
import type { Split } from './learner.ts'
import type { Task } from './task.ts'

/** Rows of each of the two samples, about. */
const SAMPLE_ROWS = 200_000

export type ReferenceTerms = {
  readonly columns: ColumnSet
  readonly split: Split
  readonly task: Task
  readonly seed: number
  /** Weights of the inline scorer. */
  readonly table: Float32Array
  /** Calibrated, of the holdout. */
  readonly holdout: Scored
}

export async function referenceOf(
  chunks: AsyncIterable<ImpressionChunk>,
  { columns, split, task, seed, table, holdout }: ReferenceTerms,
): Promise<Reference> {
  const builder = new ReferenceBuilder({ columns: [...columns.model, ...columns.inline], seed })
  const unseen = new UnseenCounts(columns.inline, table)
  const every = Math.ceil(split.rows / SAMPLE_ROWS)
  let [row, heldOut] = [0, 0]
  for await (const chunk of chunks) {
    for (let place = 0; place < chunk.count && row < split.rows; place++) {
      if (!task.isRow(chunk, place) || row++ % every !== 0) continue
      if (row <= split.holdoutFirst) builder.add(rowOf(chunk, place))
      else {
        unseen.note(chunk, place)
        heldOut++
      }
    }
  }
  builder.addScores(holdout.predictions, holdout.weights)
  return { ...builder.build(), unseen: unseen.shares(heldOut) }
}

function rowOf({ hashes, numbers, weights }: ImpressionChunk, place: number) {
  const width = FEATURES.length
  const [first, end] = [place * width, (place + 1) * width]
  return {
    count: 1,
    hashes: hashes.subarray(first, end),
    numbers: numbers.subarray(first, end),
    weights: weights.subarray(place, place + 1),
  }
}
