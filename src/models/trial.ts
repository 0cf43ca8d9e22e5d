/**
 * What a model version that is complete still has to show before it may serve, in a worker of its own or over connections
 * of its own to its remote, so that one that is slow, hangs or answers nonsense is nobody's model but the trial's:
 *
 *   golden rows -> full batches of any rows its manifest allows -> the time that a full batch takes
 *
 * The rows of the full batches are drawn from all ids and numbers that columns can have: an id beyond the graph's table,
 * or an answer that is no probability, is found here and not by a bid. Cold: some tenths of a second.
 */

import type { Clock } from '../base/clock.ts'
import { Prng } from '../base/prng.ts'
import type { Cells, Column } from '../features/plan.ts'
import type { ScoringQueue, Ticket } from '../inference/queue.ts'
import { goldenFaults } from './golden.ts'
import type { Model } from './load.ts'
import type { Manifest } from './manifest.ts'
import { openQueue } from './model-queue.ts'

export type TrialOptions = {
  /** Rows of the largest batch that is scored at once. */
  readonly rowsMax: number
  /** What a full batch may take, in milliseconds. */
  readonly batchMsMax: number
  readonly clock: Clock
}

/** @property batchMs median of the full batches; NaN where none was scored. */
export type Trial = { readonly faults: readonly string[]; readonly batchMs: number }

/** Full batches that are timed, behind as many that are not. */
const BATCHES = 15
/** How long a full batch is waited for. */
const BATCH_WAIT_MS = 5000
/** What numbers without a domain are drawn from, and so all that is known to be harmless. */
export const NUMBERS: [number, number] = [-1000, 1000]

/** The faults are sentences without the model's name. */
export async function tryModel(model: Model, { rowsMax, batchMsMax, clock }: TrialOptions): Promise<Trial> {
  const reasons = new Set<string>()
  const onFault = ({ message }: Error) =>
    reasons.add(message.replace(`model ${model.spec.key} `, 'the model '))
  const { queue, close } = openQueue(model, { workers: 1, rowsMax, clock, onFault })
  try {
    const golden = await goldenFaults(model, queue, clock.nowMs())
    if (golden.length > 0) return { faults: golden, batchMs: Number.NaN }
    reasons.clear()
    const micros: number[] = []
    const prng = new Prng(1)
    for (let batch = 0; batch < 2 * BATCHES; batch++) {
      const before = queue.counts.workerMicros
      const outcome = await scoreAny(model.manifest, queue, prng, clock)
      if (outcome !== 'scored') return { faults: [whyNot(outcome, reasons)], batchMs: Number.NaN }
      if (batch >= BATCHES) micros.push(queue.counts.workerMicros - before)
    }
    const batchMs = micros.sort((a, b) => a - b)[BATCHES >> 1] / 1000
    return { faults: batchMs <= batchMsMax ? [] : [tooSlow(batchMs, rowsMax, batchMsMax)], batchMs }
  } finally {
    // One that hangs is left alone: whoever waits for it waits for ever.
    void close()
  }
}

function tooSlow(batchMs: number, rowsMax: number, batchMsMax: number): string {
  return `a full batch of ${rowsMax} rows takes ${batchMs.toFixed(1)} ms (median of ${BATCHES}), more than ${batchMsMax} ms`
}

function whyNot(outcome: 'late' | 'failed', reasons: ReadonlySet<string>): string {
  if (outcome === 'late') return `a full batch was not scored within ${BATCH_WAIT_MS / 1000} seconds`
  return `a batch of rows that its manifest allows could not be scored: ${[...reasons].join('; ')}`
}

async function scoreAny(manifest: Manifest, queue: ScoringQueue, prng: Prng, clock: Clock) {
  // The queue serves nobody else, so a slab is free.
  const ticket = queue.open(queue.rowsMax, clock.nowMs() + BATCH_WAIT_MS) as Ticket
  for (const [input, { columns }] of manifest.inputs.entries())
    fillAny(ticket.slab.inputs[input], columns, queue.rowsMax, prng)
  return ticket.outcome
}

function fillAny(
  cells: Cells,
  columns: Manifest['inputs'][number]['columns'],
  rows: number,
  prng: Prng,
): void {
  for (const [place, column] of columns.entries()) {
    for (let row = 0; row < rows; row++) cells[row * columns.length + place] = anyOf(column, prng)
  }
}

/** One number in eight is one that is not known. */
function anyOf({ buckets, offset = 0, domain = NUMBERS, default: missing = 0 }: Column, prng: Prng): number {
  if (buckets !== undefined) return offset + prng.below(buckets)
  return prng.below(8) === 0 ? missing : domain[0] + prng.unit() * (domain[1] - domain[0])
}
