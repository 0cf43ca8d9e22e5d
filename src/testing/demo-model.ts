/**
 * The demo model ready to score the ads of a catalog: a real ONNX session in a real worker, behind a queue whose clock
 * stands still, as a deadline of the tests' clock would pass at once on the real one.
 */
import { fileURLToPath } from 'node:url'
import type { Ads, ReadyModel } from '../bidding/snapshot.ts'
import { NumberPlan } from '../features/numbers.ts'
import { Plan } from '../features/plan.ts'
import { InlineScorer } from '../inference/inline.ts'
import { WorkerPool } from '../inference/pool.ts'
import { ScoringQueue } from '../inference/queue.ts'
import { loadModel } from '../models/load.ts'
import { ManualClock } from './clock.ts'

export const DEMO_MODEL = fileURLToPath(new URL('../../models/ctr/1', import.meta.url))

/** @param teardown is given what ends the worker. */
export async function openDemoModel(
  { vectors }: Ads,
  onFault: (fault: Error) => void,
  teardown: (end: () => Promise<void>) => void,
): Promise<ReadyModel> {
  const result = await loadModel(DEMO_MODEL)
  if ('faults' in result) throw new Error('the demo model is broken')
  const { spec, manifest, inline } = result.model
  const queue = new ScoringQueue({
    model: spec,
    workers: 1,
    rowsMax: 1024,
    clock: new ManualClock(),
    onFault,
  })
  const pool = new WorkerPool({ workers: 1, model: queue.workerModel, onError: onFault })
  queue.attach(pool)
  teardown(async () => {
    queue.close()
    await pool.close()
  })
  const plans = manifest.inputs.map(({ type, columns }) =>
    type === 'int32' ? new Plan(columns, vectors) : new NumberPlan(columns, vectors),
  )
  return {
    key: 'ctr/1',
    scores: { note: () => {} },
    monitor: { noteRow: () => {}, noteScore: () => {} },
    plans,
    queue,
    inline: new InlineScorer(inline, new Plan(inline.columns, vectors), vectors.count),
  }
}
