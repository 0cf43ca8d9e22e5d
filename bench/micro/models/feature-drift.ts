/**
 * Noting a row that the demo model scores: cells in typed arrays behind an open-addressing table, against a map of counts
 * for each feature, which also has to be bounded, and the weights through a plan for the ads of a catalog.
 */
import { Prng } from '../../../src/base/prng.ts'
import { FEATURES } from '../../../src/features/catalogue.ts'
import { Plan } from '../../../src/features/plan.ts'
import { featuresOf, isText } from '../../../src/features/reference.ts'
import { ReferenceBuilder } from '../../../src/features/reference-builder.ts'
import { OneRow } from '../../../src/features/row.ts'
import type { FeatureVector } from '../../../src/features/vector.ts'
import { FeatureDrift } from '../../../src/models/monitor/feature-drift.ts'
import type { MicroBench } from '../measure.ts'
import { ads, matchedRequest, model } from '../setting.ts'

const REQUESTS = 50
/** Values that a map may hold. */
const VALUES_MAX = 1000
const requests = Array.from({ length: REQUESTS }, (_, i) => matchedRequest(i * 20))
const columns = [...model.manifest.inputs.flatMap((input) => input.columns), ...model.inline.columns]
const features = featuresOf(columns)

const builder = new ReferenceBuilder({ columns, seed: 1 })
const prng = new Prng(1)
const row = new OneRow()
for (let i = 0; i < 5000; i++) {
  const { vector, ads: candidates } = prng.pick(requests)
  row.read(vector, ads.vectors, prng.pick(candidates))
  builder.add({ count: 1, ...row })
}

const drift = new FeatureDrift({ columns, inline: model.inline, reference: builder.build() })

function noted(count: number): number {
  for (let i = 0; i < count; i++) {
    const { vector, ads: candidates } = requests[i % REQUESTS]
    drift.note(vector, ads.vectors, candidates[i & 15], 0)
  }
  return count
}

const maps = features.map(() => new Map<number, number>())
const plan = new Plan(model.inline.columns, ads.vectors)
const ids = new Int32Array(model.inline.columns.length)
const unseen = new Uint32Array(model.inline.columns.length)

function noteInMaps(vector: FeatureVector, ad: number): void {
  features.forEach((feature, i) => {
    const { side } = FEATURES[feature]
    const at = side === 'ad' ? ad * FEATURES.length + feature : feature
    const { hashes, numbers } = side === 'ad' ? ads.vectors : vector
    const value = isText(feature) ? hashes[at] : Math.round(10 * numbers[at])
    const counts = maps[i]
    if (counts.has(value) || counts.size < VALUES_MAX) counts.set(value, (counts.get(value) ?? 0) + 1)
  })
  plan.begin(vector)
  plan.write(ids, 0, ad)
  for (let i = 0; i < ids.length; i++) if (model.inline.table[ids[i]] === 0) unseen[i]++
}

function notedInMaps(count: number): number {
  for (let i = 0; i < count; i++) {
    const { vector, ads: candidates } = requests[i % REQUESTS]
    noteInMaps(vector, candidates[i & 15])
  }
  return count
}

export const benches: MicroBench[] = [
  {
    name: `models: note ${features.length} features and ${model.inline.columns.length} columns for drift`,
    unit: 'row',
    count: 20_000,
    cases: [
      { name: 'cells in typed arrays', run: noted },
      { name: 'a bounded map of counts a feature', run: notedInMaps },
    ],
  },
]
