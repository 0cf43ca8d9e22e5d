/**
 * What is there of models, and which is live, for a scrape.
 */
import { Observed } from '../telemetry/instruments.ts'
import type { Serving } from './release/serving.ts'
import type { ModelRepository, VersionState } from './repository.ts'

const STATES: readonly VersionState[] = ['arriving', 'checking', 'ready', 'refused']

export function modelInstruments(
  repository: Pick<ModelRepository, 'versions'>,
  servings: readonly Pick<Serving, 'all' | 'live' | 'candidate' | 'swaps'>[],
): Observed[] {
  return [
    new Observed({
      name: 'peregrine_model_versions',
      about: 'Versions in the models folder',
      observe: () => {
        const versions = repository.versions()
        return STATES.map((state) => ({
          labels: { state },
          value: versions.filter((version) => version.state === state).length,
        }))
      },
    }),
    new Observed({
      name: 'peregrine_model_live',
      about: 'Versions that are loaded: 1 for the one that bids use',
      observe: () =>
        servings.flatMap(({ all, live }) =>
          all.map((served) => ({ labels: { model: served.key }, value: served === live ? 1 : 0 })),
        ),
    }),
    new Observed({
      name: 'peregrine_model_candidate_share',
      about: 'Share of the requests that a version on trial bids on; 0 while it scores beside the live one',
      observe: () =>
        servings.flatMap(({ candidate }) =>
          candidate === undefined
            ? []
            : [{ labels: { model: candidate.served.key }, value: candidate.share }],
        ),
    }),
    new Observed({
      name: 'peregrine_model_swaps_total',
      about: 'Times that another version went live',
      isCumulative: true,
      observe: () => [{ labels: {}, value: servings.reduce((sum, { swaps }) => sum + swaps, 0) }],
    }),
  ]
}
