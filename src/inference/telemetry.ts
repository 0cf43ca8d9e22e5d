/**
 * What scoring queues, and the remotes of those that have one, have counted, for a scrape.
 */
import { Observed } from '../telemetry/instruments.ts'
import type { BreakerState } from './breaker.ts'
import type { QueueCounts, ScoringQueue } from './queue.ts'
import type { RemotePool } from './remote.ts'

const COUNTS: readonly (readonly [keyof QueueCounts, string, string])[] = [
  ['tickets', 'peregrine_inference_requests_total', 'Requests whose rows were taken'],
  ['batches', 'peregrine_inference_batches_total', 'Batches handed to the workers'],
  ['rows', 'peregrine_inference_rows_total', 'Rows in those batches'],
  ['workerMicros', 'peregrine_inference_worker_seconds_total', 'Time of the workers in the model'],
  [
    'lateTickets',
    'peregrine_inference_late_requests_total',
    'Requests whose deadline passed before their scores came',
  ],
  ['failedTickets', 'peregrine_inference_failed_requests_total', 'Requests whose batch failed'],
  ['failedBatches', 'peregrine_inference_failed_batches_total', 'Batches whose worker failed or died'],
  [
    'invalidBatches',
    'peregrine_inference_invalid_batches_total',
    'Batches with a score that is no probability',
  ],
  ['fullRefusals', 'peregrine_inference_full_total', 'Requests for which no batch had room'],
  ['replacements', 'peregrine_inference_replacements_total', 'New workers started because one hung'],
]

/** @param served the models in the workers, by key, and their queues. */
export function queueInstruments(
  served: () => readonly { readonly key: string; readonly queue: Pick<ScoringQueue, 'counts'> }[],
): Observed[] {
  return COUNTS.map(
    ([name, metric, about]) =>
      new Observed({
        name: metric,
        about,
        isCumulative: true,
        observe: () =>
          served().map(({ key, queue: { counts } }) => ({
            labels: { model: key },
            value: name === 'workerMicros' ? counts[name] / 1e6 : counts[name],
          })),
      }),
  )
}

type ServedRemote = {
  readonly key: string
  readonly remote: Pick<RemotePool, 'counts' | 'breaker'> | undefined
}

const STATE: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 }

const REMOTE: readonly (readonly [
  string,
  string,
  (remote: NonNullable<ServedRemote['remote']>) => number,
])[] = [
  [
    'peregrine_remote_model_state',
    'Whether the remote of a model is asked: 0 it is, 1 one call tries it, 2 it is not',
    ({ breaker }) => STATE[breaker.state],
  ],
  ['peregrine_remote_model_calls_total', 'Calls of a remote', ({ counts }) => counts.calls],
  [
    'peregrine_remote_model_failures_total',
    'Calls of a remote that brought no scores',
    ({ counts }) => counts.failures,
  ],
  [
    'peregrine_remote_model_rejections_total',
    'Batches for which a remote was not asked, because it had failed too often',
    ({ counts }) => counts.rejections,
  ],
  [
    'peregrine_remote_model_openings_total',
    'Times that a remote was found to have failed too often',
    ({ breaker }) => breaker.openings,
  ],
]

/** @param served the models that can be scored, by key; those without a remote have none of these. */
export function remoteInstruments(served: () => readonly ServedRemote[]): Observed[] {
  return REMOTE.map(
    ([name, about, value]) =>
      new Observed({
        name,
        about,
        isCumulative: name.endsWith('_total'),
        observe: () =>
          served().flatMap(({ key, remote }) =>
            remote === undefined ? [] : [{ labels: { model: key }, value: value(remote) }],
          ),
      }),
  )
}
