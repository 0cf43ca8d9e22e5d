/**
 * The first stage: of the ads that match an imp, the few that are worth the model's time, by the value that the inline
 * scorer gives them.
 */
import { isPassed } from '../budget/throttle.ts'
import type { FeatureVector } from '../features/vector.ts'
import { valueCpmMicros } from '../pricing/price.ts'
import type { UserKey } from '../users/user-key.ts'
import { ceilingOf } from './paced-goals.ts'
import type { Purse } from './purse.ts'
import { floorOfAd, hasLongPod, type Slot } from './slot.ts'
import type { ReadyModel, Snapshot } from './snapshot.ts'

/** Ads of a lot that the model scores. */
export const SHORTLIST_MAX = 16

/** Ads that are scored whatever they are worth: when the best does not get its money the next takes over. */
const RUNNERS_UP_MIN = 4

/** Further ads are scored where the inline scorer values them at this share of the best of their lot (DECISIONS 38). */
const VALUE_SHARE_MIN = 0.5

/** Candidates in descending order of value, while they are chosen. */
const bestAds = new Int32Array(SHORTLIST_MAX)
const bestValues = new Float64Array(SHORTLIST_MAX)
const bestProbabilities = new Float64Array(SHORTLIST_MAX)

/** What the request says of all its slots. */
export type Audience = {
  readonly inline: ReadyModel['inline']
  readonly purse: Purse
  readonly user: UserKey | undefined
  readonly requestHash: number
  readonly unitsPerUsd: number
  readonly nowS: number
  /** Ads of a lot that may be kept, at most `SHORTLIST_MAX`. */
  readonly candidatesMax: number
}

/** The ads of a lot. */
export type Matched = { readonly ads: Int32Array; readonly first: number; readonly end: number }

/** What became of the ads of a lot. */
export const SHORTLIST = { some: 0, belowFloor: 1, heldBack: 2 } as const

/**
 * Puts the best of the matched ads into the slot. `SHORTLIST.belowFloor` when none can reach its floor at its highest
 * price; `heldBack` when some could, had their campaign money or time for it now.
 */
export function shortlist(
  snapshot: Snapshot,
  slot: Slot,
  vector: FeatureVector,
  { ads, first, end }: Matched,
  audience: Audience,
): number {
  const { goals, accounts } = snapshot
  const { traits } = snapshot.ads
  const { inline, unitsPerUsd, candidatesMax } = audience
  const { opportunities } = audience.purse
  inline.begin(vector)
  /** The floor in US dollars, where all ads have the same. */
  const commonFloor = slot.commonFloorCpmMicros / unitsPerUsd
  const shareMin = hasLongPod(slot) ? 0 : VALUE_SHARE_MIN
  let kept = 0
  let heldBack = 0
  /** An ad must be worth more than this. */
  let least = -1
  for (let i = first; i < end; i++) {
    const ad = ads[i]
    opportunities[accounts.campaigns[ad]]++
    const ceiling = ceilingOf(snapshot, slot, ad)
    // Ads that cannot be worth enough, or reach the floor, at their highest price need no score.
    if (ceiling <= least) continue
    const floor = commonFloor >= 0 ? commonFloor : floorOfAd(slot, traits, ad) / unitsPerUsd
    if (ceiling < floor || ceiling === 0) {
      if (snapshot.ads.goals.ceilingCpmMicros[ad] >= floor) heldBack++
      continue
    }
    const probability = inline.score(ad)
    const value = valueCpmMicros(goals, ad, probability)
    if (value <= least) continue
    // Asked last: looking a user up costs more than a score.
    if (isHeldBack(snapshot, slot, ad, audience)) {
      heldBack++
      continue
    }
    if (kept < candidatesMax) kept++
    insert(kept - 1, ad, value, probability)
    if (kept >= RUNNERS_UP_MIN) least = Math.min(shareMin * bestValues[0], bestValues[RUNNERS_UP_MIN - 1])
    if (kept === candidatesMax) least = Math.max(least, bestValues[kept - 1])
  }
  while (kept > RUNNERS_UP_MIN && bestValues[kept - 1] < shareMin * bestValues[0]) kept--
  for (let i = 0; i < kept; i++) {
    slot.ads.push(bestAds[i])
    slot.probabilities.push(bestProbabilities[i])
  }
  return kept > 0 ? SHORTLIST.some : heldBack > 0 ? SHORTLIST.heldBack : SHORTLIST.belowFloor
}

/** Whether an ad leaves this request to others: to spread its budget, or because the user has seen enough of it. */
function isHeldBack({ goals, accounts }: Snapshot, slot: Slot, ad: number, audience: Audience): boolean {
  const passShare = goals.passShare[ad]
  if (
    passShare < 1 &&
    !slot.isGuaranteed &&
    !isPassed(audience.requestHash, accounts.campaigns[ad], passShare)
  )
    return true
  if (!accounts.hasCaps) return false
  const { user, purse, nowS } = audience
  if (user === undefined) return accounts.isForKnownUsers[ad] === 1
  return purse.isCapped(accounts, ad, user, nowS)
}

/** Puts a candidate where its value belongs; the last place is free, or its candidate is given up. */
function insert(last: number, ad: number, value: number, probability: number): void {
  let place = last
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
