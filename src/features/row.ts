/**
 * Rows of all features, as those read them who count features: logged ones, or the one of an imp and an ad that is being
 * scored, put together in `OneRow`.
 */
import { FEATURES } from './catalogue.ts'
import type { AdVectors, FeatureVector } from './vector.ts'

/** A row behind another, a column a feature of the catalogue. */
export type Rows = {
  /** `hashText`; 0 where not known. */
  readonly hashes: Uint32Array
  /** NaN where not known. */
  readonly numbers: Float32Array
}

export type VectorValues = Pick<FeatureVector, 'hashes' | 'numbers'>
export type AdValues = Pick<AdVectors, 'hashes' | 'numbers'>

const AD_FEATURES = Int32Array.from([...FEATURES.keys()].filter((feature) => FEATURES[feature].side === 'ad'))

export class OneRow implements Rows {
  readonly hashes = new Uint32Array(FEATURES.length)
  readonly numbers = new Float32Array(FEATURES.length)

  read(vector: VectorValues, ads: AdValues, ad: number): void {
    this.hashes.set(vector.hashes)
    this.numbers.set(vector.numbers)
    const adRow = ad * FEATURES.length
    for (let i = 0; i < AD_FEATURES.length; i++) {
      const feature = AD_FEATURES[i]
      this.hashes[feature] = ads.hashes[adRow + feature]
      this.numbers[feature] = ads.numbers[adRow + feature]
    }
  }
}
