/**
 * The first stage: of the ads that match an imp, the few that are worth the model's time, by the value that the inline
 * scorer gives them.
 */
import type { FeatureVector } from '../features/vector.ts'
import { valueCpmMicros } from '../pricing/price.ts'
import { floorOfAd, type Slot } from './slot.ts'
import type { Snapshot } from './snapshot.ts'

/** Ads of a lot that the model scores. */
export const SHORTLIST_MAX = 16

/** Candidates in descending order of value, while they are chosen. */
const bestAds = new Int32Array(SHORTLIST_MAX)
const bestValues = new Float64Array(SHORTLIST_MAX)
const bestProbabilities = new Float64Array(SHORTLIST_MAX)

/**
 * Puts the best of the ads from `first` to `end` of `matched` into the slot. False when none can reach its floor at its
 * highest price.
 */
export function shortlist(
  snapshot: Snapshot,
  slot: Slot,
  unitsPerUsd: number,
  vector: FeatureVector,
  matched: { readonly ads: Int32Array; readonly first: number; readonly end: number },
): boolean {
  const { inline } = snapshot.model
  const { goals, traits } = snapshot.ads
  inline.begin(vector)
  /** The floor in US dollars, where all ads have the same. */
  const commonFloor = slot.commonFloorCpmMicros / unitsPerUsd
  let kept = 0
  for (let i = matched.first; i < matched.end; i++) {
    const ad = matched.ads[i]
    const ceiling = goals.ceilingCpmMicros[ad]
    // Most ads cannot reach the floor, or the last place, at their highest price: these need no score.
    if (kept === SHORTLIST_MAX && ceiling <= bestValues[kept - 1]) continue
    const floor = commonFloor >= 0 ? commonFloor : floorOfAd(slot, traits, ad) / unitsPerUsd
    if (ceiling < floor) continue
    const probability = inline.score(vector, ad)
    const value = valueCpmMicros(goals, ad, probability)
    if (kept === SHORTLIST_MAX && value <= bestValues[kept - 1]) continue
    if (kept < SHORTLIST_MAX) kept++
    let place = kept - 1
    while (place > 0 && bestValues[place - 1] < value) {
      bestAds[place] = bestAds[place - 1]
      bestValues[place] = bestValues[place - 1]
      bestProbabilities[place] = bestProbabilities[place - 1]
      place--
    }
    bestAds[place] = ad
    bestValues[place] = value
    bestProbabilities[place] = probability
  }
  for (let i = 0; i < kept; i++) {
    slot.ads.push(bestAds[i])
    slot.probabilities.push(bestProbabilities[i])
  }
  return kept > 0
}
