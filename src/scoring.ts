/**
 * The part of the composition root that scores: the model and its workers, its versions in the models folder, and what is
 * released of them.
 */
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from './base/clock.ts'
import { SHORTLIST_MAX } from './bidding/shortlist.ts'
import type { Ads, ReadyModel, Snapshot } from './bidding/snapshot.ts'
import { deriveLimits } from './config/derive.ts'
import type { Settings } from './config/settings.ts'
import { NumberPlan } from './features/numbers.ts'
import { Plan } from './features/plan.ts'
import { InlineScorer } from './inference/inline.ts'
import { queueInstruments } from './inference/telemetry.ts'
import type { Served } from './models/hosting.ts'
import { Labels } from './models/labels.ts'
import { loadModel, type Model } from './models/load.ts'
import { GOLDEN_ROWS_MAX } from './models/manifest.ts'
import { releasedVersion } from './models/release-file.ts'
import type { ReleasePolicy } from './models/release-policy.ts'
import { Releases } from './models/releases.ts'
import { ModelRepository } from './models/repository.ts'
import { type Roles, Serving } from './models/serving.ts'
import { modelInstruments } from './models/telemetry.ts'
import { type Trial, tryModel } from './models/trial.ts'
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

export type Scoring = {
  readonly serving: Serving
  readonly releases: Releases
  readonly instruments: readonly Instrument[]
  /** Why the first model must not serve. */
  goldenFaults(): Promise<string[]>
  /** Starts looking at the models folder. */
  watch(): void
  close(): Promise<void>
}

export type ScoringOptions = {
  readonly settings: Settings
  readonly clock: Clock
  readonly log: Logger
  readonly policy: ReleasePolicy
  readonly onFault: (fault: Error) => void
  /** Told of the versions that bids are to use from now on. */
  readonly onRoles: (roles: Roles) => void
}

/** Its workers load the model that is live meanwhile. Rejects with the faults of the model, a line each. */
export async function openScoring({
  settings,
  clock,
  log,
  policy,
  onFault,
  onRoles,
}: ScoringOptions): Promise<Scoring> {
  const [name, flag] = settings.model.split('/')
  const file = join(settings.data, 'models.json')
  const version = releasedVersion(file, name, flag)
  if (version !== flag)
    log.info({ model: `${name}/${version}` }, 'the version that was promoted last is live')
  const first = await loadModel(join(settings.models, name, version))
  if ('faults' in first) throw new Error(first.faults.join('\n'))
  const { workers } = settings
  const newLabels = () => new Labels()
  const serving = new Serving({
    first: first.model,
    workers,
    rowsMax: BATCH_ROWS_MAX,
    clock,
    newLabels,
    onFault,
    onRoles: (roles) => {
      onRoles(roles)
      const { live, candidate } = roles
      log.info(
        { live: live.key, candidate: candidate?.served.key, share: candidate?.share },
        'bids use these versions of the model',
      )
    },
  })
  const repository = new ModelRepository({
    directory: settings.models,
    clock,
    tryModel: (model) => trialOf(model, settings, clock),
    onVerdict: (verdict) => {
      const { name, version, state, reasons } = verdict
      const words = { model: `${name}/${version}`, reasons }
      if (state === 'refused') log.error(words, 'a version of a model is refused')
      else log.info(words, 'a version of a model is ready')
      void releases.ready(verdict)
    },
  })
  repository.take(first.model)
  const releases = new Releases({
    name,
    serving,
    repository,
    file,
    flag,
    policy,
    clock,
    newLabels,
    onEvent: ({ did, ...words }) => {
      if (did === 'staged' || did === 'advanced') log.info(words, `a version of the model was ${did}`)
      else if (did === 'rolledBack') log.error(words, 'a version of the model was rolled back')
      else log.error(words, 'the live version of the model is not well, and there is none before it')
    },
  })
  const timer = setInterval(() => void releases.tick(), TICK_MS).unref()
  return {
    serving,
    releases,
    instruments: [...queueInstruments(() => serving.all), ...modelInstruments(repository, serving)],
    goldenFaults: () => serving.live.goldenFaults(),
    watch: () => repository.watch(),
    close: () => {
      clearInterval(timer)
      repository.close()
      return serving.close()
    },
  }
}

/** What a version must pass before it may go live. */
export function trialOf(
  model: Model,
  settings: Pick<Settings, 'model-batch-ms-max'>,
  clock: Clock,
): Promise<Trial> {
  return tryModel(model, { rowsMax: BATCH_ROWS_MAX, batchMsMax: settings['model-batch-ms-max'], clock })
}

/** The versions that bids use, made ready for the ads of a catalog. */
export function readyRoles(
  { live, candidate }: Roles,
  ads: Pick<Ads, 'vectors'>,
): Pick<Snapshot, 'model' | 'candidate'> {
  if (candidate === undefined) return { model: readyModel(live, ads), candidate }
  const { served, buckets, salt, shadow } = candidate
  return {
    model: readyModel(live, ads),
    candidate: { model: readyModel(served, ads), buckets, salt, shadow },
  }
}

function readyModel(served: Served, { vectors }: Pick<Ads, 'vectors'>): ReadyModel {
  const { queue, scores } = served
  const { manifest, inline } = served.model
  const plans = manifest.inputs.map(({ type, columns }) =>
    type === 'int32' ? new Plan(columns, vectors) : new NumberPlan(columns, vectors),
  )
  const scorer = new InlineScorer(inline, new Plan(inline.columns, vectors), vectors.count)
  return { key: served.key, plans, queue, inline: scorer, scores }
}
