/**
 * `peregrine train`: from the event log to a new version of a model, which a running bidder then finds in its models folder.
 * Reads the flags, trains (learning/training/), makes the manifest with its golden rows, and lets the version go where
 * bidders look only when it has passed what `peregrine check` asks. A mistake is one sentence and exit 1.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from './base/clock.ts'
import { hashText } from './base/hash.ts'
import { compileAds } from './catalog/compile.ts'
import { loadCatalog } from './catalog/load.ts'
import { SegmentFault } from './events/header.ts'
import { readImpressions } from './events/impressions.ts'
import { EVENTS_FOLDER } from './events/segments.ts'
import { EXCHANGE_PROFILES } from './exchange/profiles.ts'
import { FEATURES } from './features/catalogue.ts'
import type { AdFeatures } from './features/vector.ts'
import { FlagFault } from './flags.ts'
import { nameOf } from './learning/calibration/calibration.ts'
import { ProgressBar } from './learning/progress-bar.ts'
import { deleteCheckpoint } from './learning/training/checkpoint.ts'
import { TrainFault } from './learning/training/fault.ts'
import { FACTORS } from './learning/training/learner.ts'
import { qualityFigures, reportOf, windowOf } from './learning/training/report.ts'
import { TASKS } from './learning/training/task.ts'
import { type Progress, type Trained, train } from './learning/training/train.ts'
import { goldenRows } from './models/golden-draw.ts'
import { loadModel } from './models/load.ts'
import type { Manifest } from './models/manifest.ts'
import { inlineBytes, nextVersion, publishVersion, sha256Of } from './models/publish.ts'
import { trialOf } from './scoring.ts'
import { type TrainFlags, trainFlags } from './train-flags.ts'

export { TRAIN_HELP } from './train-flags.ts'

const GOLDEN_TOLERANCE = 1e-5
const INPUT = 'ids'
const OUTPUT = 'p'

/** Gives the exit status: 0, or 1 with a sentence for each fault. */
export async function trainCommand(args: readonly string[]): Promise<number> {
  const bar = process.stderr.isTTY ? new ProgressBar((text) => process.stderr.write(text)) : undefined
  try {
    const flags = trainFlags(args)
    const ads = await adsOf(flags.catalog)
    const version = flags.version ?? (await nextVersion(flags.models, flags.name))
    refuseTwice(join(flags.models, flags.name, version))
    mkdirSync(join(flags.models, flags.name), { recursive: true })
    const checkpoint = flags.checkpoint ?? join(flags.models, flags.name, `.train-${version}.checkpoint`)
    const trained = await train({
      ...flags,
      open: () => readImpressions(eventsOf(flags), { ...flags, features: FEATURES }),
      where: wherefrom(flags),
      checkpoint: { file: checkpoint, everyRows: flags.checkpointRows },
      clock: systemClock,
      onProgress: bar && progressOn(bar),
    })
    bar?.clear()
    const done = await publish(trained, { ...flags, version }, ads)
    deleteCheckpoint(checkpoint)
    print(trained, flags, ads, done)
    return 0
  } catch (cause) {
    if (!isTold(cause)) throw cause
    bar?.clear()
    console.error((cause as Error).message.replace(/^/gm, 'peregrine: train: '))
    return 1
  }
}

/** Whether it is a sentence for whoever called: also what the system says of a file, whose name it has. */
function isTold(cause: unknown): boolean {
  const isFault = [TrainFault, FlagFault, SegmentFault].some((Fault) => cause instanceof Fault)
  return isFault || (cause as NodeJS.ErrnoException).syscall !== undefined
}

/** Told before anything is learnt; `publishVersion` asks again. */
function refuseTwice(folder: string): void {
  if (existsSync(folder))
    throw new TrainFault(
      `--version: ${folder} is there already, and versions are never changed; give another`,
    )
}

function eventsOf({ data }: TrainFlags): string {
  return join(resolve(data), EVENTS_FOLDER)
}

function wherefrom(flags: TrainFlags): string {
  const { fromMs, toMs, negativeShare } = flags
  const from = Number.isFinite(fromMs) ? ` from ${new Date(fromMs).toISOString()}` : ''
  const to = Number.isFinite(toMs) ? ` to ${new Date(toMs).toISOString()}` : ''
  const share = negativeShare < 1 ? ` with ${negativeShare} of those that were not clicked` : ''
  return `${eventsOf(flags)}${from}${to}${share}`
}

/** The ads whose features golden rows and reports are named by. */
async function adsOf(directory: string): Promise<readonly AdFeatures[]> {
  const loaded = await loadCatalog(directory)
  if ('faults' in loaded)
    throw new TrainFault(
      `--catalog ${directory} is broken; peregrine check --catalog ${directory} tells where`,
    )
  const { features } = await compileAds(loaded.catalog, EXCHANGE_PROFILES)
  if (features.length > 0) return features
  throw new TrainFault(`--catalog ${directory} has no ads to take golden rows from; give one that has`)
}

type Published = { readonly folder: string; readonly batchMs: number }

async function publish(
  trained: Trained,
  flags: TrainFlags & { readonly version: string },
  ads: readonly AdFeatures[],
): Promise<Published> {
  let batchMs = Number.NaN
  const result = await publishVersion(
    flags.models,
    {
      manifest: await manifestOf(trained, flags, ads),
      onnx: trained.onnx,
      inline: inlineBytes(trained.inline.bias, trained.inline.table),
    },
    async (folder) => {
      const loaded = await loadModel(folder)
      if ('faults' in loaded) return loaded.faults
      const trial = await trialOf(loaded.model, { 'model-batch-ms-max': flags.batchMsMax }, systemClock)
      batchMs = trial.batchMs
      return trial.faults
    },
  )
  if ('folder' in result) return { folder: result.folder, batchMs }
  throw new TrainFault(['the version does not pass, and was not written:', ...result.faults].join('\n'))
}

async function manifestOf(
  trained: Trained,
  { name, version, task, columns, seed, negativeShare }: TrainFlags & { readonly version: string },
  ads: readonly AdFeatures[],
): Promise<Manifest> {
  const { onnx, inline, calibration, reference } = trained
  const input = { name: INPUT, type: 'int32' as const, columns: [...columns.model] }
  const inlineColumns = [...columns.inline]
  const rows = await goldenRows(
    { onnx, input, output: OUTPUT, inline: { ...inline, columns: inlineColumns } },
    ads,
  )
  const sampled = negativeShare < 1 ? `, ${negativeShare} of the others` : ''
  return {
    name,
    version,
    task,
    sha256: sha256Of(onnx),
    inputs: [input],
    output: { name: OUTPUT, meaning: TASKS[task].meaning },
    inline: {
      file: 'inline.bin',
      sha256: sha256Of(inlineBytes(inline.bias, inline.table)),
      tableRows: columns.inlineRows,
      columns: inlineColumns,
    },
    golden: { tolerance: GOLDEN_TOLERANCE, rows },
    training: {
      about:
        `factorisation machine of ${FACTORS} factors and FTRL logistic regression, learnt online from the event log` +
        `${sampled}; model calibrated by ${nameOf(calibration.model)}`,
      window: windowOf(trained),
      rows: trained.progressive.rows,
      seed,
    },
    quality: qualityFigures(trained),
    reference,
  }
}

function print(
  trained: Trained,
  { task, json, name }: TrainFlags,
  ads: readonly AdFeatures[],
  { folder, batchMs }: Published,
): void {
  if (json) {
    const { survey, progressive, calibration, quality } = trained
    console.log(JSON.stringify({ folder, batchMs, survey, progressive, calibration, quality }, null, 2))
    return
  }
  const names = new Map(ads.map(({ campaign }) => [hashText(campaign), campaign]))
  console.log(
    `${reportOf(trained, task, names)}\n\n` +
      `${folder} is written and answers as it should; a full batch takes ${batchMs.toFixed(2)} ms. ` +
      `It goes live with: peregrine models promote ${name} ${folder.split('/').at(-1)}`,
  )
}

function progressOn(bar: ProgressBar): (progress: Progress) => void {
  const startMs = systemClock.nowMs()
  let first: { readonly share: number; readonly ms: number } | undefined
  return (progress) => {
    if (progress.stage === 'counting') {
      bar.show('counting', undefined, `${progress.rows} rows`)
      return
    }
    const { share, rows, positives, logLoss } = progress
    const ms = systemClock.nowMs() - startMs
    // What a checkpoint has brought took no time.
    first ??= { share, ms }
    const left = share > first.share ? ((1 - share) * (ms - first.ms)) / (share - first.share) / 1000 : 0
    bar.show(
      'learning',
      share,
      `${rows} rows, ${positives} positive, log loss ${logLoss.toFixed(5)}, ${Math.ceil(left)} s left`,
    )
  }
}
