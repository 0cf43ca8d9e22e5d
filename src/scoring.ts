/**
 * The part of the composition root that scores: the model and its workers, its versions in the models folder, and what is
 * released of them.
 */
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from './base/clock.ts'
import { SHORTLIST_MAX } from './bidding/shortlist.ts'
import type { Ads, ReadyModel } from './bidding/snapshot.ts'
import { deriveLimits } from './config/derive.ts'
import type { Settings } from './config/settings.ts'
import { NumberPlan } from './features/numbers.ts'
import { Plan } from './features/plan.ts'
import { InlineScorer } from './inference/inline.ts'
import { queueInstruments } from './inference/telemetry.ts'
import { goldenFaults } from './models/golden.ts'
import { loadModel, type Model } from './models/load.ts'
import { GOLDEN_ROWS_MAX } from './models/manifest.ts'
import { Releases, releasedVersion } from './models/releases.ts'
import { ModelRepository } from './models/repository.ts'
import { type Served, Serving } from './models/serving.ts'
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
  readonly onFault: (fault: Error) => void
  /** Told of the version that bids are to use from now on. */
  readonly onLive: (served: Served) => void
}

/** Its workers load the model that is live meanwhile. Rejects with the faults of the model, a line each. */
export async function openScoring({
  settings,
  clock,
  log,
  onFault,
  onLive,
}: ScoringOptions): Promise<Scoring> {
  const [name, flag] = settings.model.split('/')
  const file = join(settings.data, 'models.json')
  const version = releasedVersion(file, name, flag)
  if (version !== flag)
    log.info({ model: `${name}/${version}` }, 'the version that was promoted last is live')
  const first = await loadModel(join(settings.models, name, version))
  if ('faults' in first) throw new Error(first.faults.join('\n'))
  const { workers } = settings
  const serving = new Serving({
    first: first.model,
    workers,
    rowsMax: BATCH_ROWS_MAX,
    clock,
    onFault,
    onLive: (served) => {
      onLive(served)
      log.info({ model: served.key }, 'another version of the model is live')
    },
  })
  const repository = new ModelRepository({
    directory: settings.models,
    clock,
    tryModel: (model) => trialOf(model, settings, clock),
    onVerdict: ({ name, version, state, reasons }) => {
      const words = { model: `${name}/${version}`, reasons }
      if (state === 'refused') log.error(words, 'a version of a model is refused')
      else log.info(words, 'a version of a model is ready')
    },
  })
  repository.take(first.model)
  return {
    serving,
    releases: new Releases({ name, serving, repository, file, flag }),
    instruments: [...queueInstruments(() => serving.all), ...modelInstruments(repository, serving)],
    goldenFaults: () => goldenFaults(first.model, serving.live.queue, clock.nowMs()),
    watch: () => repository.watch(),
    close: () => {
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

/** A version made ready for the ads of a catalog. */
export function readyModel(
  { key, model: { manifest, inline }, queue }: Served,
  { vectors }: Pick<Ads, 'vectors'>,
): ReadyModel {
  const plans = manifest.inputs.map(({ type, columns }) =>
    type === 'int32' ? new Plan(columns, vectors) : new NumberPlan(columns, vectors),
  )
  return {
    key,
    plans,
    queue,
    inline: new InlineScorer(inline, new Plan(inline.columns, vectors), vectors.count),
  }
}
