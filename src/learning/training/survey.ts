/**
 * What a log holds, by a first reading of it: the training needs to know how many rows there are before it can keep the
 * last of them apart, and their base rate before it learns the first one.
 */
import type { ImpressionChunk } from '../../events/impressions.ts'
import { TrainFault } from './fault.ts'
import type { Task } from './task.ts'

export type Survey = {
  readonly rows: number
  readonly positives: number
  /** Share of positives, with sampled negatives counted for what they stand for. */
  readonly baseRate: number
  /** Unix times of the first and the last row. */
  readonly fromMs: number
  readonly toMs: number
}

/** @param where the log, in words. @throws TrainFault where nothing can be learnt from it. */
export async function surveyOf(
  chunks: AsyncIterable<ImpressionChunk>,
  task: Task,
  where: string,
  onRows: (rows: number) => void,
): Promise<Survey> {
  let [rows, positives, weight, weightOfPositives] = [0, 0, 0, 0]
  let [fromMs, toMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for await (const chunk of chunks) {
    const labels = task.labelsOf(chunk)
    for (let row = 0; row < chunk.count; row++) {
      if (!task.isRow(chunk, row)) continue
      rows++
      positives += labels[row]
      weight += chunk.weights[row]
      weightOfPositives += chunk.weights[row] * labels[row]
      fromMs = Math.min(fromMs, chunk.atMs[row])
      toMs = Math.max(toMs, chunk.atMs[row])
    }
    onRows(rows)
  }
  const wider = 'take a longer --from and --to, or another log'
  if (rows === 0) throw new TrainFault(`there are no ${task.rows} in ${where}; ${wider}`)
  if (positives === 0)
    throw new TrainFault(
      `there are no ${task.positives} among the ${rows} ${task.rows} in ${where}; ${wider}`,
    )
  if (positives === rows)
    throw new TrainFault(
      `all ${rows} ${task.rows} in ${where} are ${task.positives}: nothing tells them apart; ${wider}`,
    )
  return { rows, positives, baseRate: weightOfPositives / weight, fromMs, toMs }
}
