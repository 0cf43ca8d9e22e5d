/**
 * Holds a loaded model to its golden rows: raw feature values whose encoding and whose scores were written down when
 * it was trained. They catch a hash that differs, a column out of order, a file that is not the one that was measured.
 * Cold: asked once, before a model may serve.
 */
import { systemClock } from '../base/clock.ts'
import { NumberPlan } from '../features/numbers.ts'
import { Plan } from '../features/plan.ts'
import type { AdVectors, FeatureVector } from '../features/vector.ts'
import { InlineScorer } from '../inference/inline.ts'
import type { ScoringQueue, Ticket } from '../inference/queue.ts'
import { vectorsOfRows } from './golden-vectors.ts'
import type { Model } from './load.ts'
import type { GoldenRow } from './manifest.ts'
import { openQueue } from './model-queue.ts'

/** How long the workers have to load the model and answer. */
const GOLDEN_WAIT_MS = 30_000

/** Rows that are told one by one; who has seen these wants to know how many more. */
const TOLD_MAX = 3

/**
 * Scores the golden rows through the queue that will serve the model; gives what differs, a sentence each.
 * @param nowMs of the queue's clock.
 */
export async function goldenFaults(model: Model, queue: ScoringQueue, nowMs: number): Promise<string[]> {
  const { golden } = model
  const ticket =
    golden.length <= queue.rowsMax ? queue.open(golden.length, nowMs + GOLDEN_WAIT_MS) : undefined
  if (ticket === undefined) {
    return [`no batch has room for the ${golden.length} golden rows; one holds ${queue.rowsMax}`]
  }
  // Before the await, as every caller of a queue.
  const rows = vectorsOfRows(golden.map(({ features }) => features))
  write(model, ticket, rows)
  const encoding = encodingFaults(model, ticket)
  const inline = few(inlineFaults(model, rows))
  const outcome = await ticket.outcome
  if (outcome === 'scored') return [...encoding, ...few(outputFaults(model, ticket)), ...inline]
  const why =
    outcome === 'late'
      ? [`the golden rows were not scored within ${GOLDEN_WAIT_MS / 1000} seconds`]
      : await failureFaults(model, rows)
  return [...encoding, ...why, ...inline]
}

type Rows = { readonly vectors: readonly FeatureVector[]; readonly ads: AdVectors }

function write({ manifest }: Model, ticket: Ticket, { vectors, ads }: Rows): void {
  for (const [input, { type, columns }] of manifest.inputs.entries()) {
    const plan = type === 'int32' ? new Plan(columns, ads) : new NumberPlan(columns, ads)
    for (const [row, vector] of vectors.entries()) {
      plan.begin(vector)
      plan.write(ticket.slab.inputs[input], ticket.firstRow + row, row)
    }
  }
}

/** A sentence for each column that the bidder encodes otherwise than the manifest. */
function encodingFaults({ golden, manifest }: Model, ticket: Ticket): string[] {
  return manifest.inputs.flatMap(({ name, columns }, input) => {
    const cells = ticket.slab.inputs[input]
    return columns.flatMap(({ feature }, column) => {
      const found = golden.map((_, row) => cells[(ticket.firstRow + row) * columns.length + column])
      const wanted = golden.map(({ inputs }) => Math.fround(inputs[name][column]))
      const wrong = golden
        .keys()
        .filter((row) => found[row] !== wanted[row])
        .toArray()
      if (wrong.length === 0) return []
      const [row] = wrong
      const raw = rawOf(feature, golden[row])
      return [
        `golden row ${row}: column ${column} of "${name}", ${feature} = ${raw}, is encoded as ${found[row]}, ` +
          `the manifest says ${wanted[row]}; ${wrong.length} of ${golden.length} golden rows differ in this column`,
      ]
    })
  })
}

/** The value of a feature or of both of a cross, as the golden row states them. */
function rawOf(feature: string, { features }: GoldenRow): string {
  return feature
    .split('*')
    .map((name) => JSON.stringify(features[name]) ?? 'not known')
    .join(' * ')
}

function inlineFaults({ golden, inline, manifest }: Model, { vectors, ads }: Rows): string[] {
  const scorer = new InlineScorer(inline, new Plan(inline.columns, ads), ads.count)
  return golden.flatMap((row, index) => {
    scorer.begin(vectors[index])
    const found = scorer.score(index)
    return differenceOf('the inline scorer', index, found, row.inline, manifest.golden.tolerance)
  })
}

function outputFaults({ golden, manifest }: Model, { slab, firstRow }: Ticket): string[] {
  return golden.flatMap((row, index) =>
    differenceOf('the model', index, slab.scores[firstRow + index], row.output, manifest.golden.tolerance),
  )
}

function differenceOf(who: string, row: number, found: number, wanted: number, tolerance: number): string[] {
  if (Math.abs(found - wanted) <= tolerance) return []
  return [`golden row ${row}: ${who} answers ${found}, the manifest says ${wanted} within ${tolerance}`]
}

/**
 * Why the rows could not be scored. The queue that serves tells that to the log alone, and only once; one of our own is
 * asked the same again.
 */
async function failureFaults(model: Model, rows: Rows): Promise<string[]> {
  const { golden, spec, manifest } = model
  const reasons = new Set<string>()
  const onFault = ({ message }: Error) => reasons.add(message.replace(`model ${spec.key}: `, ''))
  const { queue, close } = openQueue(model, {
    workers: 1,
    rowsMax: golden.length,
    clock: systemClock,
    onFault,
  })
  const ticket = queue.open(golden.length, systemClock.nowMs() + GOLDEN_WAIT_MS)!
  write(model, ticket, rows)
  const outcome = await ticket.outcome
  const scores = ticket.slab.scores.slice()
  await close()
  if (queue.counts.invalidBatches > 0) {
    const wrong = golden.keys().filter((row) => !(scores[row] >= 0 && scores[row] <= 1))
    return few(
      [...wrong].map((row) => `golden row ${row}: the model answers ${scores[row]}, which is no probability`),
    )
  }
  const who = manifest.runtime === undefined ? 'model.onnx cannot be used: ' : ''
  if (reasons.size > 0) return [...reasons].map((reason) => who + reason)
  return [
    outcome === 'scored'
      ? 'the golden rows were scored only when asked again: start again'
      : `the golden rows could not be scored (${outcome})`,
  ]
}

function few(faults: string[]): string[] {
  const untold = faults.length - TOLD_MAX
  return untold <= 0 ? faults : [...faults.slice(0, TOLD_MAX), `and so on for ${untold} more golden rows`]
}

/** A vector, and a table of one ad, that hold raw values. */
export function vectorsOf(features: GoldenRow['features']): { vector: FeatureVector; ads: AdVectors } {
  const { vectors, ads } = vectorsOfRows([features])
  return { vector: vectors[0], ads }
}
