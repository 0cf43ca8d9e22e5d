/**
 * Raw feature values, as golden rows state them, in the form that plans read. Cold.
 */
import { hashText } from '../base/hash.ts'
import { FEATURES, featureIndexOf } from '../features/catalogue.ts'
import { type AdVectors, FeatureVector } from '../features/vector.ts'

/** By feature name; what is left out is not known. Names that are not in the catalogue are passed over. */
type Values = Readonly<Record<string, string | number>>

/** A vector for each row, and a table of ads in which each row has one. */
export function vectorsOfRows(rows: readonly Values[]): { vectors: FeatureVector[]; ads: AdVectors } {
  const size = rows.length * FEATURES.length
  const ads = {
    count: rows.length,
    hashes: new Uint32Array(size),
    numbers: new Float32Array(size).fill(Number.NaN),
  }
  const vectors = rows.map((features, row) => {
    const vector = new FeatureVector()
    vector.numbers.fill(Number.NaN)
    for (const [name, value] of Object.entries(features)) {
      const index = featureIndexOf(name)
      if (index === undefined) continue
      const isAdSide = FEATURES[index].side === 'ad'
      const place = isAdSide ? row * FEATURES.length + index : index
      const { hashes, numbers } = isAdSide ? ads : vector
      if (typeof value === 'number') numbers[place] = value
      else hashes[place] = hashText(value)
    }
    return vector
  })
  return { vectors, ads }
}
