/** The flags of `peregrine train`, and what they mean. */
import { parseArgs } from 'node:util'
import { SETTINGS } from './config/settings.ts'
import { FlagFault, numberOf, oneOf, wholeOf } from './flags.ts'
import { type ColumnSet, DEFAULT_COLUMNS, readColumns } from './learning/training/columns.ts'
import { TASKS, type TaskName } from './learning/training/task.ts'

export const TRAIN_HELP = `peregrine train [flags]: from the event log to a new version of a model

What is learnt:
  --data DIR           folder of a bidder, whose events/ is read [data]
  --from TIME          impressions from then on, such as 2026-01-05 or 2026-01-05T06:00:00Z; UTC
  --to TIME            impressions before then
  --negative-share F   read this share of the impressions that were not clicked; they weigh more for it [1]
  --task NAME          ${Object.keys(TASKS).join(' or ')}: clicks of impressions, or conversions of clicks [ctr]
  --columns FILE       JSON list of columns, as inputs[0].columns of a manifest [those of the demo model]
  --base-rate F        where learning starts [the share of clicks in the log]
  --seed N             of the vectors' first values and of the sample [1]

How it is measured:
  --holdout-share F      the last of the impressions, never learnt [0.1]
  --calibration-share F  those before them: what was said of them before they were learnt calibrates [0.1]

What is written:
  --models DIR         <name>/<version>/ comes into it, whole, once it has passed what peregrine check asks [models]
  --name NAME          [the task]
  --version V          one that is not there yet [the next number]
  --catalog DIR        whose ads stand in golden rows and name campaigns in the report [catalog/demo]
  --model-batch-ms-max N  what a full batch may take [${SETTINGS['model-batch-ms-max'].fallback}]
  --checkpoint FILE    where a training that was ended goes on from [hidden beside the version]
  --checkpoint-rows N  how often it is written, in rows; at least every 30 s [250000]
  --json               print JSON instead of a table

The rows are learnt once, in the order of time, each predicted before. A calibration of 5,000 clicks is isotonic, one of
fewer is Platt's; it is part of the graph, and for the inline scorer Platt's is part of its weights. The same command
goes on after it was killed, and comes to the same bytes.

Exit status: 0 written, 1 not, with the reason.`

/** As `serve` has them. */
const { data, models, catalog, 'model-batch-ms-max': batchMsMax } = SETTINGS

const FLAGS = {
  data: { type: 'string', default: `${data.fallback}` },
  from: { type: 'string' },
  to: { type: 'string' },
  'negative-share': { type: 'string', default: '1' },
  task: { type: 'string', default: 'ctr' },
  columns: { type: 'string' },
  'base-rate': { type: 'string' },
  seed: { type: 'string', default: '1' },
  'holdout-share': { type: 'string', default: '0.1' },
  'calibration-share': { type: 'string', default: '0.1' },
  models: { type: 'string', default: `${models.fallback}` },
  name: { type: 'string' },
  version: { type: 'string' },
  catalog: { type: 'string', default: `${catalog.fallback}` },
  'model-batch-ms-max': { type: 'string', default: `${batchMsMax.fallback}` },
  checkpoint: { type: 'string' },
  'checkpoint-rows': { type: 'string', default: '250000' },
  json: { type: 'boolean', default: false },
} as const

export type TrainFlags = {
  readonly data: string
  readonly fromMs: number
  readonly toMs: number
  readonly negativeShare: number
  readonly task: TaskName
  readonly columns: ColumnSet
  readonly baseRate: number | undefined
  readonly seed: number
  readonly holdoutShare: number
  readonly calibrationShare: number
  readonly models: string
  readonly name: string
  readonly version: string | undefined
  readonly catalog: string
  readonly batchMsMax: number
  readonly checkpoint: string | undefined
  readonly checkpointRows: number
  readonly json: boolean
}

/** @throws FlagFault, or TrainFault for what is wrong in the columns file. */
export function trainFlags(args: readonly string[]): TrainFlags {
  const flags = parse(args)
  const task = oneOf('--task', flags.task, Object.keys(TASKS) as TaskName[])
  const from = flags.from === undefined ? Number.NEGATIVE_INFINITY : timeOf('--from', flags.from)
  const to = flags.to === undefined ? Number.POSITIVE_INFINITY : timeOf('--to', flags.to)
  if (from >= to) throw new FlagFault(`--to ${flags.to} is not behind --from ${flags.from}`)
  const baseRate = flags['base-rate']
  const name = flags.name ?? task
  return {
    data: flags.data,
    fromMs: from,
    toMs: to,
    negativeShare: shareOf('--negative-share', flags['negative-share'], 1),
    task,
    columns: flags.columns === undefined ? DEFAULT_COLUMNS : readColumns(flags.columns),
    baseRate: baseRate === undefined ? undefined : shareOf('--base-rate', baseRate, 0.999),
    seed: wholeOf('--seed', flags.seed, 0, 2 ** 32 - 1),
    holdoutShare: shareOf('--holdout-share', flags['holdout-share'], 0.5),
    calibrationShare: shareOf('--calibration-share', flags['calibration-share'], 0.4),
    models: flags.models,
    name: likeOf('--name', name, /^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and -'),
    version:
      flags.version === undefined
        ? undefined
        : likeOf('--version', flags.version, /^[0-9A-Za-z][0-9A-Za-z._-]*$/, 'letters, digits and . _ -'),
    catalog: flags.catalog,
    batchMsMax: wholeOf('--model-batch-ms-max', flags['model-batch-ms-max'], 1, 1000),
    checkpoint: flags.checkpoint,
    checkpointRows: wholeOf('--checkpoint-rows', flags['checkpoint-rows'], 1, Number.MAX_SAFE_INTEGER),
    json: flags.json,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values
  } catch (cause) {
    const [reason] = (cause as Error).message.split(/\.\s/)
    throw new FlagFault(`${reason}; peregrine train --help lists the flags`)
  }
}

/** Days are days of UTC. */
function timeOf(flag: string, given: string): number {
  const ms = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(given) ? Date.parse(given) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new FlagFault(
    `${flag}: a day or a time such as 2026-01-05 or 2026-01-05T06:00:00Z is due, not "${given}"`,
  )
}

function shareOf(flag: string, given: string, most: number): number {
  const share = numberOf(flag, given)
  if (share > 0 && share <= most) return share
  throw new FlagFault(`${flag}: a share above 0 and up to ${most} is due, not "${given}"`)
}

function likeOf(flag: string, given: string, pattern: RegExp, letters: string): string {
  if (pattern.test(given)) return given
  throw new FlagFault(`${flag}: a word of ${letters} is due, not "${given}"`)
}
