/**
 * From impressions to a factorisation machine and an inline scorer, calibrated and measured:
 *
 *   survey -> learn each row of the log in the order of time -> calibrate -> measure on the last rows -> reference
 *
 * The log is read three times, in bounded memory but for the 25 bytes of each row that calibrates or measures. Where it has
 * come to is written to a checkpoint now and then; started again with the same options it goes on from there, and the
 * result is the same to the byte. Cold: `peregrine train` calls it.
 */
import type { Clock } from '../../base/clock.ts'
import type { ImpressionChunk } from '../../events/impressions.ts'
import { F, FEATURES } from '../../features/catalogue.ts'
import type { Reference } from '../../features/reference.ts'
import { type Calibration, calibrated, calibrationOf, graphEndOf } from '../calibration/calibration.ts'
import { fitPlatt, type Platt } from '../calibration/platt.ts'
import type { Scored } from '../calibration/scored.ts'
import { fmToOnnx } from '../fm.ts'
import { logitOf, probabilityOf } from '../logit.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { ColumnSet } from './columns.ts'
import { Encoder } from './encoder.ts'
import { TrainFault } from './fault.ts'
import { Learner, type Progressive, type Split } from './learner.ts'
import { measure, type Quality } from './measure.ts'
import { referenceOf } from './reference.ts'
import { type Survey, surveyOf } from './survey.ts'
import { TASKS, type Task, type TaskName } from './task.ts'

export type TrainOptions = {
  /** Reads the log from the beginning; the same rows each time. */
  readonly open: () => AsyncIterable<ImpressionChunk>
  /** What is read, in words; a checkpoint goes on only where they are the same. */
  readonly where: string
  readonly task: TaskName
  readonly columns: ColumnSet
  readonly seed: number
  /** Instead of that of the log. */
  readonly baseRate?: number
  /** Of the rows, the last. */
  readonly holdoutShare: number
  /** Of the rows, those before the holdout. */
  readonly calibrationShare: number
  readonly checkpoint: { readonly file: string; readonly everyRows: number }
  readonly clock: Clock
  readonly onProgress?: (progress: Progress) => void
}

export type Progress =
  | { readonly stage: 'counting'; readonly rows: number }
  | ({ readonly stage: 'learning'; readonly share: number } & Progressive)

export type Trained = {
  readonly onnx: Uint8Array
  readonly inline: { readonly bias: number; readonly table: Float32Array }
  readonly survey: Survey
  readonly progressive: Progressive
  readonly calibration: { readonly model: Calibration; readonly inline: Platt }
  readonly quality: { readonly model: Quality; readonly inline: Quality }
  readonly reference: Reference
}

const CHECKPOINT_MS = 30_000

/** @throws TrainFault with the remedy. */
export async function train(options: TrainOptions): Promise<Trained> {
  const { task: taskName, columns, checkpoint, onProgress } = options
  const task = TASKS[taskName]
  const fingerprint = fingerprintOf(options)
  const found = readCheckpoint<Facts>(checkpoint.file, fingerprint)
  const survey =
    found?.facts.survey ??
    (await surveyOf(options.open(), task, options.where, (rows) => onProgress?.({ stage: 'counting', rows })))
  const split = splitOf(survey.rows, options)
  const { seed, baseRate = survey.baseRate } = options
  const learner = new Learner({ columns, split, baseRate, seed })
  if (found !== undefined) {
    learner.seek(found.facts.position)
    found.fill(learner.state)
  }
  await learn(learner, { survey, split, task, fingerprint, lastMs: found?.facts.lastMs }, options)
  const result = resultOf(learner, survey, task)
  const { holdout, ...trained } = result
  const terms = { columns, split, task, seed, table: trained.inline.table, holdout }
  return { ...trained, reference: await referenceOf(options.open(), terms) }
}

type Facts = {
  readonly survey: Survey
  readonly position: number
  /** Time of the row before the position. */
  readonly lastMs: number
}

function fingerprintOf({ where, task, columns, seed, baseRate, ...options }: TrainOptions): string {
  const { holdoutShare, calibrationShare } = options
  const features = FEATURES.map(({ name }) => name)
  return JSON.stringify({ where, task, columns, seed, baseRate, holdoutShare, calibrationShare, features })
}

function splitOf(rows: number, { holdoutShare, calibrationShare }: TrainOptions): Split {
  const holdoutFirst = Math.floor(rows * (1 - holdoutShare))
  const calibrationFirst = Math.floor(rows * (1 - holdoutShare - calibrationShare))
  if (calibrationFirst > 0 && calibrationFirst < holdoutFirst && holdoutFirst < rows)
    return { rows, calibrationFirst, holdoutFirst }
  throw new TrainFault(
    `${rows} rows are too few to keep shares of ${calibrationShare} and ${holdoutShare} apart; take a longer log`,
  )
}

type Course = {
  readonly survey: Survey
  readonly split: Split
  readonly task: Task
  readonly fingerprint: string
  /** Where a checkpoint is gone on from. */
  readonly lastMs: number | undefined
}

async function learn(
  learner: Learner,
  { survey, split, task, fingerprint, lastMs }: Course,
  { open, where, columns, checkpoint, clock, onProgress }: TrainOptions,
): Promise<void> {
  const encoder = new Encoder(columns)
  let seen = 0
  let [savedMs, savedAt] = [clock.nowMs(), learner.position]
  for await (const chunk of open()) {
    const rows = rowsOf(chunk, task)
    const known = learner.position - seen
    if (known > 0 && known <= rows.length && lastMs !== undefined && chunk.atMs[rows[known - 1]] !== lastMs)
      throw new TrainFault(
        `${where} is no longer what ${checkpoint.file} was written from; delete that file to begin anew`,
      )
    const wanted = rows.slice(Math.max(0, known), split.rows - seen)
    seen += rows.length
    if (wanted.length > 0) takeRows(learner, encoder, chunk, wanted, task)
    if (learner.position === split.rows) return
    const isDue =
      learner.position - savedAt >= checkpoint.everyRows || clock.nowMs() - savedMs >= CHECKPOINT_MS
    if (wanted.length > 0 && isDue) {
      const facts: Facts = {
        survey,
        position: learner.position,
        lastMs: chunk.atMs[wanted[wanted.length - 1]],
      }
      writeCheckpoint(checkpoint.file, { fingerprint, facts }, learner.state)
      ;[savedMs, savedAt] = [clock.nowMs(), learner.position]
    }
    onProgress?.({ stage: 'learning', share: learner.position / split.rows, ...learner.progressive })
  }
  throw new TrainFault(
    `${where} has lost rows while it was read: ${seen} of ${split.rows} are left; start again`,
  )
}

function rowsOf(chunk: ImpressionChunk, task: Task): number[] {
  const rows: number[] = []
  for (let row = 0; row < chunk.count; row++) if (task.isRow(chunk, row)) rows.push(row)
  return rows
}

function takeRows(
  learner: Learner,
  encoder: Encoder,
  chunk: ImpressionChunk,
  rows: readonly number[],
  task: Task,
): void {
  const ids = encoder.encode(chunk, rows)
  const labels = task.labelsOf(chunk)
  for (const [place, row] of rows.entries()) {
    learner.take(ids, place, {
      label: labels[row],
      weight: chunk.weights[row],
      campaign: chunk.hashes[row * FEATURES.length + F.campaign],
    })
  }
}

/** @property holdout the calibrated scores of the holdout. */
type Result = Omit<Trained, 'reference'> & { readonly holdout: Scored }

function resultOf(learner: Learner, survey: Survey, { probabilityMax }: Task): Result {
  const { machine, regression, recent, holdout, progressive } = learner
  const calibration = calibrationOf(recent.by('model'))
  const platt = fitPlatt(recent.by('inline'))
  const model = mapped(holdout.by('model'), (p) => calibrated(p, calibration, probabilityMax))
  const inline = mapped(holdout.by('inline'), (p) => probabilityOf(platt.scale * logitOf(p) + platt.shift))
  const { bias, table } = regression.weights()
  return {
    onnx: fmToOnnx(machine, graphEndOf(calibration, probabilityMax)),
    // What the inline scorer adds up is scaled and shifted at its source.
    inline: {
      bias: Math.fround(platt.scale * bias + platt.shift),
      table: table.map((weight) => platt.scale * weight),
    },
    survey,
    progressive,
    calibration: { model: calibration, inline: platt },
    quality: {
      model: measure(model, holdout.campaigns),
      inline: measure(inline, holdout.campaigns),
    },
    holdout: model,
  }
}

function mapped(scored: Scored, by: (probability: number) => number): Scored {
  return { ...scored, predictions: scored.predictions.map(by) }
}
