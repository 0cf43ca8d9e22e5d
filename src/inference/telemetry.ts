/**
 * What scoring queues have counted, for a scrape.
 */
import { Observed } from '../telemetry/instruments.ts'
import type { QueueCounts, ScoringQueue } from './queue.ts'

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
