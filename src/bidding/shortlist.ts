/**
 * The first stage: of the ads that match an imp, the few that are worth the model's time, by the value that the inline
 * scorer gives them.
 */
import type { FeatureVector } from '../features/vector.ts'
import type { RequestView } from '../openrtb/request.ts'
import { valueCpmMicros } from '../pricing/price.ts'
import type { Snapshot } from './snapshot.ts'

/** Ads an imp that the model scores. */
export const SHORTLIST_MAX = 16

/** What remains of an imp when its request is gone: what its bid needs, and its candidates, best first. */
export type Slot = {
  readonly impIndex: number
  readonly impIdRaw: string
  readonly floorCpmMicros: number
  readonly vastProtocol: number
  readonly ads: number[]
  /** The inline scorer's probability of a click, for each of `ads`. */
  readonly probabilities: number[]
}

/** Candidates in descending order of value, while they are chosen. */
const bestAds = new Int32Array(SHORTLIST_MAX)
const bestValues = new Float64Array(SHORTLIST_MAX)
const bestProbabilities = new Float64Array(SHORTLIST_MAX)

/**
 * Chooses among the ads from `first` to `end` of `matched`. Undefined when none can reach the floor at its highest
 * price.
 */
export function shortlist(
  snapshot: Snapshot,
  view: RequestView,
  impIndex: number,
  vector: FeatureVector,
  matched: { readonly ads: Int32Array; readonly first: number; readonly end: number },
): Slot | undefined {
  const { inline } = snapshot.model
  const { goals } = snapshot.ads
  const imp = view.imps[impIndex]
  inline.begin(vector)
  let kept = 0
  for (let i = matched.first; i < matched.end; i++) {
    const ad = matched.ads[i]
    const ceiling = goals.ceilingCpmMicros[ad]
    // Most ads cannot reach the floor, or the last place, at their highest price: these need no score.
    if (ceiling < imp.floorCpmMicros || (kept === SHORTLIST_MAX && ceiling <= bestValues[kept - 1])) continue
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
  if (kept === 0) return undefined
  const ads: number[] = []
  const probabilities: number[] = []
  for (let i = 0; i < kept; i++) {
    ads.push(bestAds[i])
    probabilities.push(bestProbabilities[i])
  }
  const { floorCpmMicros, vastProtocol } = imp
  return { impIndex, impIdRaw: view.tape.rawText(imp.id), floorCpmMicros, vastProtocol, ads, probabilities }
}
