/**
 * Writing the rows of 16 candidates: what belongs to the imp and to the ad prepared, against hashing every column of
 * every row.
 */
import { hashPair, mix32 } from '../../../src/base/hash.ts'
import { FEATURES, featureIndexOf } from '../../../src/features/catalogue.ts'
import type { MicroBench } from '../measure.ts'
import { ads, matchedRequest, model, modelPlan } from '../setting.ts'

const CANDIDATES = 16
const { vector, ads: candidates } = matchedRequest(0)
const { columns } = model.manifest.inputs[0]
const cells = new Int32Array(CANDIDATES * columns.length)

function planned(): void {
  modelPlan.begin(vector)
  for (let row = 0; row < CANDIDATES; row++) modelPlan.write(cells, row, candidates[row])
}

const sources = columns.map(({ feature }) => feature.split('*').map((name) => featureIndexOf(name)!))

function hashOf(feature: number, ad: number): number {
  return FEATURES[feature].side === 'ad'
    ? ads.vectors.hashes[ad * FEATURES.length + feature]
    : vector.hashes[feature]
}

function everyColumn(): void {
  for (let row = 0; row < CANDIDATES; row++) {
    const ad = candidates[row]
    for (let column = 0; column < columns.length; column++) {
      const [first, second] = sources[column]
      const { seed = 0, buckets = 1, offset = 0 } = columns[column]
      const hash = second === undefined ? hashOf(first, ad) : hashPair(hashOf(first, ad), hashOf(second, ad))
      cells[row * columns.length + column] = offset + (mix32(hash ^ seed) & (buckets - 1))
    }
  }
}

function repeat(count: number, write: () => void): number {
  let check = 0
  for (let i = 0; i < count; i++) {
    write()
    check += cells[i % cells.length]
  }
  return check
}

export const benches: MicroBench[] = [
  {
    name: `features: write ${CANDIDATES} rows of ${columns.length} columns`,
    unit: 'request',
    count: 5000,
    cases: [
      { name: 'planned', run: (count) => repeat(count, planned) },
      { name: 'every column of every row', run: (count) => repeat(count, everyColumn) },
    ],
  },
]
