/**
 * The part of the composition root that scores: the models that are served and their workers, their versions in the models
 * folder, what is released of them, and what is watched.
 */
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from './base/clock.ts'
import { SHORTLIST_MAX } from './bidding/shortlist.ts'
import type { Ads, ReadyModel, Snapshot } from './bidding/snapshot.ts'
import { deriveLimits } from './config/derive.ts'
import { readReleasePolicy } from './config/release-policy.ts'
import type { Settings } from './config/settings.ts'
import { BUCKETS } from './experiments/assignment.ts'
import { NumberPlan } from './features/numbers.ts'
import { Plan } from './features/plan.ts'
import { InlineScorer } from './inference/inline.ts'
import { queueInstruments, remoteInstruments } from './inference/telemetry.ts'
import { loadModel, type Model } from './models/load.ts'
import { GOLDEN_ROWS_MAX, type Task } from './models/manifest.ts'
import { AlarmWatch } from './models/monitor/alarm-watch.ts'
import { Calibration } from './models/monitor/calibration.ts'
import { ModelMonitors } from './models/monitor/model-monitors.ts'
import { monitorInstruments } from './models/monitor/telemetry.ts'
import { monitoringView } from './models/monitor/view.ts'
import { ReleaseDesk } from './models/release/desk.ts'
import { releasedVersion } from './models/release/file.ts'
import type { ReleasePolicy } from './models/release/policy.ts'
import { type ReleaseEvent, Releases } from './models/release/releases.ts'
import type { Served } from './models/release/served.ts'
import { Serving } from './models/release/serving.ts'
import { ModelRepository } from './models/repository.ts'
import { modelInstruments } from './models/telemetry.ts'
import { type Trial, tryModel } from './models/trial.ts'
import type { Responses } from './notices/clerk.ts'
import { LOTS_MAX } from './targeting/match.ts'
import type { Instrument } from './telemetry/instruments.ts'

/** Rows of the largest batch. */
export const { batchRowsMax: BATCH_ROWS_MAX } = deriveLimits({
  lotsMax: LOTS_MAX,
  shortlistMax: SHORTLIST_MAX,
  goldenRowsMax: GOLDEN_ROWS_MAX,
})

/** A breach is answered within a second: measured, judged and undone in one of these steps. */
const TICK_MS = 250
const ALARMS_MS = 10_000

type ReadyModels = Pick<Snapshot, 'model' | 'candidate' | 'conversionModel'>

export type Scoring = {
  /** The models that bids use now, made ready for the ads of a catalog. */
  ready(ads: Pick<Ads, 'vectors'>): ReadyModels
  /** All versions that are loaded. */
  all(): readonly Served[]
  /** The version of clicks that is live. */
  live(): Served
  readonly desk: ReleaseDesk
  readonly responses: Responses
  readonly instruments: readonly Instrument[]
  /** Why the first models must not serve, a line each. */
  goldenFaults(): Promise<string[]>
  /** Starts looking at the models folder. */
  watch(): void
  close(): Promise<void>
}

export type ScoringOptions = {
  readonly settings: Settings
  readonly clock: Clock
  readonly log: Logger
  readonly onFault: (fault: Error) => void
  /** Told when bids are to use other models from now on. */
  readonly onChange: () => void
}

/** Their workers load the models that are live meanwhile. Rejects with the faults of a model, a line each. */
export async function openScoring(options: ScoringOptions): Promise<Scoring> {
  const { settings, clock, log, onFault } = options
  const policy = readReleasePolicy(settings['release-policy'])
  const monitors = new ModelMonitors()
  const repository = new ModelRepository({
    directory: settings.models,
    clock,
    tryModel: (model) => trialOf(model, settings, clock),
    onVerdict: (verdict) => {
      const { name, version, state, reasons } = verdict
      const words = { model: `${name}/${version}`, reasons }
      if (state === 'refused') log.error(words, 'a version of a model is refused')
      else log.info(words, 'a version of a model is ready')
      lines.get(name)?.releases.ready(verdict).catch(onFault)
    },
  })
  const common = { ...options, policy, monitors, repository }
  const clicks = await openLine({ ...common, model: settings.model, task: 'ctr' })
  const conversionModel = settings['conversion-model']
  const conversions =
    conversionModel === ''
      ? undefined
      : await openBeside(clicks, { ...common, model: conversionModel, task: 'cvr' })
  const lines = new Map(
    [clicks, conversions].filter((line) => line !== undefined).map((line) => [line.name, line]),
  )
  const servings = [...lines.values()].map(({ serving }) => serving)
  const all = () => servings.flatMap((serving) => serving.all)
  const ready = (served: Served, ads: Pick<Ads, 'vectors'>) =>
    readyModel(served, ads, monitors.open(served.model, clock.wallMs()))
  const alarms = new AlarmWatch(monitors, (words) =>
    log.warn(words, 'a model in service is not as it was trained'),
  )
  const timers = [
    setInterval(() => {
      for (const { releases } of lines.values()) releases.tick().catch(onFault)
    }, TICK_MS).unref(),
    setInterval(() => alarms.look(clock.wallMs()), ALARMS_MS).unref(),
  ]
  return {
    ready: (ads) => {
      const { live, candidate } = clicks.serving
      return {
        model: ready(live, ads),
        candidate: candidate && {
          ...{ buckets: candidate.buckets, salt: candidate.salt, shadow: candidate.shadow },
          shadowBuckets: Math.round(policy.shadowShare * BUCKETS),
          model: ready(candidate.served, ads),
        },
        conversionModel: conversions && ready(conversions.serving.live, ads),
      }
    },
    all,
    live: () => clicks.serving.live,
    desk: new ReleaseDesk({
      served: new Map([...lines].map(([name, { releases }]) => [name, releases])),
      repository,
      monitoringOf: (key) => {
        const monitor = monitors.find(key)
        return monitor && monitoringView(monitor.report(clock.wallMs()))
      },
    }),
    responses: {
      addImpression: (impression) => {
        monitors.addImpression(impression)
        clicks.serving.candidate?.shadow.addImpression(impression)
      },
      addClick: (click, atMs) => {
        monitors.addClick({ ...click, atMs })
        clicks.serving.candidate?.shadow.addClick(click)
      },
    },
    instruments: [
      ...queueInstruments(all),
      ...remoteInstruments(all),
      ...modelInstruments(repository, servings),
      ...monitorInstruments(monitors, clock.wallMs),
    ],
    goldenFaults: async () => {
      const faults = servings.map(async ({ live }) =>
        (await live.goldenFaults()).map((fault) => `${live.key}: ${fault}`),
      )
      return (await Promise.all(faults)).flat()
    },
    watch: () => repository.watch(),
    close: async () => {
      for (const timer of timers) clearInterval(timer)
      repository.close()
      await Promise.all(servings.map((serving) => serving.close()))
    },
  }
}

type LineOptions = ScoringOptions & {
  /** `name/version`. */
  readonly model: string
  readonly task: Task
  readonly policy: ReleasePolicy
  readonly monitors: ModelMonitors
  readonly repository: ModelRepository
}

/** A second model; the first is let go where it is refused. */
async function openBeside(first: Line, options: LineOptions): Promise<Line> {
  try {
    const line = await openLine(options)
    if (line.name !== first.name) return line
    await line.serving.close()
    throw new Error(
      `--conversion-model ${options.model}: two models need two names, and --model has this one`,
    )
  } catch (cause) {
    await first.serving.close()
    throw cause
  }
}

type Line = Awaited<ReturnType<typeof openLine>>

/** The versions of one model, from the one that was live last. */
async function openLine({ settings, clock, log, onFault, onChange, ...own }: LineOptions) {
  const { task, policy, monitors, repository } = own
  const [name, flag] = own.model.split('/')
  const file = join(settings.data, 'models.json')
  const version = releasedVersion(file, name, flag)
  if (version !== flag)
    log.info({ model: `${name}/${version}` }, 'the version that was promoted last is live')
  const first = await loadModel(join(settings.models, name, version))
  if ('faults' in first) throw new Error(first.faults.join('\n'))
  if (first.model.manifest.task !== task)
    throw new Error(
      `${name}/${version} is a model of the task ${first.model.manifest.task}, and ${task} is due`,
    )
  repository.take(first.model)
  const serving = new Serving({
    ...{ first: first.model, workers: settings.workers, rowsMax: BATCH_ROWS_MAX, clock, onFault },
    newLabels: () => new Calibration({ delay: monitors.delay, sinceMs: clock.wallMs() }),
    onRoles: ({ live, candidate }) => {
      onChange()
      const words = { live: live.key, candidate: candidate?.served.key, share: candidate?.share }
      log.info(words, 'bids use these versions of the model')
    },
  })
  const releases = new Releases({
    ...{ name, serving, repository, file, flag, policy, clock },
    hasTrials: task === 'ctr',
    labelsOf: (served) => monitors.open(served.model, clock.wallMs()),
    onEvent: (event) => tell(log, event),
  })
  return { name, serving, releases }
}

function tell(log: Logger, { did, ...words }: ReleaseEvent): void {
  if (did === 'staged' || did === 'advanced') log.info(words, `a version of the model was ${did}`)
  else if (did === 'rolledBack') log.error(words, 'a version of the model was rolled back')
  else log.error(words, 'the live version of the model is not well, and there is none before it')
}

/** What a version must pass before it may go live. */
export function trialOf(
  model: Model,
  settings: Pick<Settings, 'model-batch-ms-max'>,
  clock: Clock,
): Promise<Trial> {
  return tryModel(model, { rowsMax: BATCH_ROWS_MAX, batchMsMax: settings['model-batch-ms-max'], clock })
}

function readyModel(
  { key, model, queue, scores }: Served,
  { vectors }: Pick<Ads, 'vectors'>,
  monitor: ReadyModel['monitor'],
): ReadyModel {
  const { manifest, inline } = model
  const plans = manifest.inputs.map(({ type, columns }) =>
    type === 'int32' ? new Plan(columns, vectors) : new NumberPlan(columns, vectors),
  )
  const scorer = new InlineScorer(inline, new Plan(inline.columns, vectors), vectors.count)
  return { key, plans, queue, inline: scorer, scores, monitor }
}
