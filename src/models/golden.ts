/**
 * Holds a loaded model to its golden rows: raw feature values whose encoding and whose scores were written down when
 * it was trained. They catch a hash that differs, a column out of order, a file that is not the one that was measured.
 */
import { hashText } from '../base/hash.ts'
import { FEATURES, featureIndexOf } from '../features/catalogue.ts'
import { NumberPlan } from '../features/numbers.ts'
import { Plan } from '../features/plan.ts'
import { type AdVectors, FeatureVector } from '../features/vector.ts'
import { InlineScorer } from '../inference/inline.ts'
import type { ScoringQueue } from '../inference/queue.ts'
import type { Model } from './load.ts'
import type { GoldenRow } from './manifest.ts'

/** How long the workers have to load the model and answer. */
const GOLDEN_WAIT_MS = 30_000

/**
 * Scores the golden rows through the queue that will serve the model; gives what differs, a sentence each.
 * @param nowMs of the queue's clock.
 */
export async function goldenFaults(model: Model, queue: ScoringQueue, nowMs: number): Promise<string[]> {
  const { golden, manifest } = model
  const ticket = queue.open(golden.length, nowMs + GOLDEN_WAIT_MS)
  if (ticket === undefined)
    return [`${model.spec.key}: ${golden.length} golden rows are more than a batch holds`]
  const faults: string[] = []
  const inlineScores: number[] = []
  golden.forEach((row, index) => {
    const unknown = Object.keys(row.features).filter((name) => featureIndexOf(name) === undefined)
    for (const name of unknown) faults.push(`golden row ${index}: "${name}" is not in the feature catalogue`)
    const { vector, ads } = vectorsOf(row.features)
    manifest.inputs.forEach(({ name, type, columns }, input) => {
      const plan = type === 'int32' ? new Plan(columns, ads) : new NumberPlan(columns)
      const cells = ticket.slab.inputs[input]
      plan.begin(vector)
      plan.write(cells, ticket.firstRow + index, 0, vector, ads)
      const first = (ticket.firstRow + index) * columns.length
      columns.forEach(({ feature }, column) => {
        const wanted = Math.fround(row.inputs[name]?.[column])
        const found = cells[first + column]
        if (found !== wanted)
          faults.push(`golden row ${index}: ${feature} is encoded as ${found}, not ${wanted}`)
      })
    })
    const inline = new InlineScorer(model.inline, ads)
    inline.begin(vector)
    inlineScores.push(inline.score(vector, 0))
  })
  const outcome = await ticket.outcome
  if (outcome !== 'scored') return [...faults, `the golden rows could not be scored (${outcome})`]
  const { tolerance } = manifest.golden
  golden.forEach((row, index) => {
    const compare = (who: string, found: number, wanted: number) => {
      if (Math.abs(found - wanted) <= tolerance) return
      faults.push(`golden row ${index}: ${who} answers ${found}, not ${wanted} within ${tolerance}`)
    }
    compare('the model', ticket.slab.scores[ticket.firstRow + index], row.output)
    compare('the inline scorer', inlineScores[index], row.inline)
  })
  return faults
}

/** A vector, and a table of one ad, that hold raw values. */
export function vectorsOf(features: GoldenRow['features']): { vector: FeatureVector; ads: AdVectors } {
  const vector = new FeatureVector()
  const ads = {
    count: 1,
    hashes: new Uint32Array(FEATURES.length),
    numbers: new Float32Array(FEATURES.length),
  }
  vector.numbers.fill(Number.NaN)
  ads.numbers.fill(Number.NaN)
  for (const [name, value] of Object.entries(features)) {
    const index = featureIndexOf(name)
    if (index === undefined) continue
    const target = FEATURES[index].side === 'ad' ? ads : vector
    if (typeof value === 'number') target.numbers[index] = value
    else target.hashes[index] = hashText(value)
  }
  return { vector, ads }
}
