/**
 * What is learnt: which rows of the log count, what their label is, and what the model then answers.
 */
import type { ImpressionChunk } from '../../events/impressions.ts'

export type Task = {
  readonly meaning: string
  /** What a positive row is, and what one row is. */
  readonly positives: string
  readonly rows: string
  /** Probabilities above it are taken for mistakes of the model. */
  readonly probabilityMax: number
  labelsOf(chunk: ImpressionChunk): Uint8Array
  isRow(chunk: ImpressionChunk, row: number): boolean
}

export const TASKS = {
  ctr: {
    meaning: 'probability of a click, given an impression',
    positives: 'clicks',
    rows: 'impressions',
    probabilityMax: 0.5,
    labelsOf: ({ clicks }) => clicks,
    isRow: () => true,
  },
  cvr: {
    meaning: 'probability of a conversion, given a click',
    positives: 'conversions',
    rows: 'clicks',
    probabilityMax: 1 - 1e-6,
    labelsOf: ({ conversions }) => conversions,
    isRow: ({ clicks }, row) => clicks[row] === 1,
  },
} as const satisfies Record<string, Task>

export type TaskName = keyof typeof TASKS
