/**
 * From scores to bids: the best candidate of each slot that has a price, or the set that fills a pod.
 *
 * An imp may get a bid on each of its deals and one in its open auction, deals first, as many as the exchange takes. In
 * the slots of one pod nothing is shown twice that the publisher, or good taste, wants once.
 */
import type { Ticket } from '../inference/queue.ts'
import { type AuctionTerms, NO_PRICE, priceCpmMicros, valueCpmMicros } from '../pricing/price.ts'
import { type AdTraits, FORMAT } from '../targeting/ad.ts'
import { DEDUPE, dedupeOf, PodFiller } from './pod.ts'
import { SHORTLIST_MAX } from './shortlist.ts'
import { floorOfAd, isPriceFixed, type PodTerms, type Slot } from './slot.ts'
import type { Snapshot } from './snapshot.ts'

/** A bid that is decided, in the currency of the request's bids. */
export type Choice = { readonly slot: Slot; readonly ad: number; readonly priceCpmMicros: number }

export type ChoiceLimits = { readonly unitsPerUsd: number; readonly bidsPerImpMax: number }

/** The candidates of one slot that have a price, while it is decided. */
const ads = new Int32Array(SHORTLIST_MAX)
const values = new Float64Array(SHORTLIST_MAX)
const prices = new Float64Array(SHORTLIST_MAX)

const durations = new Int32Array(SHORTLIST_MAX)
const advertisers = new Int32Array(SHORTLIST_MAX)
const creatives = new Int32Array(SHORTLIST_MAX)
const categories = new Int32Array(SHORTLIST_MAX)
const podCandidates = { durations, prices, advertisers, creatives, categories }
const podFiller = new PodFiller()

/** @param ticket where the model's scores are; without it the inline scorer's are used. */
export function choose(
  snapshot: Snapshot,
  slots: readonly Slot[],
  ticket: Ticket | undefined,
  limits: ChoiceLimits,
): Choice[] {
  const { traits } = snapshot.ads
  const choices: Choice[] = []
  let row = ticket === undefined ? 0 : ticket.firstRow
  for (const slot of slots) {
    const scores = ticket === undefined ? slot.probabilities : ticket.slab.scores
    const count = priceAll(snapshot, slot, scores, ticket === undefined ? 0 : row, limits.unitsPerUsd)
    row += slot.ads.length
    if (count === 0 || isFull(choices, slot, limits.bidsPerImpMax)) continue
    let best = NO_CANDIDATE
    for (let i = 0; i < count; i++) {
      if (isTaken(choices, slot, traits, ads[i])) prices[i] = NO_PRICE
      else if (best === NO_CANDIDATE || values[i] > values[best]) best = i
    }
    if (best === NO_CANDIDATE) continue
    const pod = podOf(slot, traits, ads[best])
    if (pod === undefined || pod.durationS === 0) {
      choices.push({ slot, ad: ads[best], priceCpmMicros: prices[best] })
    } else chooseForPod(choices, slot, traits, pod, count)
  }
  return choices
}

const NO_CANDIDATE = -1

/** Fills `ads`, `values` and `prices` with the candidates that have a price; returns how many there are. */
function priceAll(
  { ads: { goals, traits } }: Snapshot,
  slot: Slot,
  scores: ArrayLike<number>,
  firstScore: number,
  unitsPerUsd: number,
): number {
  let count = 0
  let terms = auctionTermsOf(slot, slot.commonFloorCpmMicros)
  for (let i = 0; i < slot.ads.length; i++) {
    const ad = slot.ads[i]
    if (Number.isNaN(slot.commonFloorCpmMicros)) terms = auctionTermsOf(slot, floorOfAd(slot, traits, ad))
    const value = valueCpmMicros(goals, ad, scores[firstScore + i]) * unitsPerUsd
    const price = priceCpmMicros(value, goals.ceilingCpmMicros[ad] * unitsPerUsd, terms)
    if (price === NO_PRICE) continue
    ads[count] = ad
    values[count] = value
    prices[count++] = price
  }
  return count
}

function auctionTermsOf(slot: Slot, floorCpmMicros: number): AuctionTerms {
  const { auctionType, isGuaranteed } = slot
  return { floorCpmMicros, auctionType, isPriceFixed: isPriceFixed(slot), isGuaranteed }
}

/** The slots of an imp follow each other, its deals before its open auction. */
function isFull(choices: readonly Choice[], { impIndex }: Slot, bidsPerImpMax: number): boolean {
  let count = 0
  let last: Slot | undefined
  for (let i = choices.length - 1; i >= 0 && choices[i].slot.impIndex === impIndex; i--) {
    // However many bids fill a pod, they are one offer.
    if (choices[i].slot !== last) count++
    last = choices[i].slot
  }
  return count >= bidsPerImpMax
}

function podOf({ imp }: Slot, { format }: AdTraits, ad: number): PodTerms | undefined {
  if (format[ad] === FORMAT.video) return imp.video?.pod
  return format[ad] === FORMAT.audio ? imp.audio?.pod : undefined
}

/** Several bids on one imp, each with its length; those without a price, or for another pod, are not chosen. */
function chooseForPod(choices: Choice[], slot: Slot, traits: AdTraits, pod: PodTerms, count: number): void {
  for (let i = 0; i < count; i++) {
    // An imp may have a pod of films and another one of sounds.
    durations[i] = podOf(slot, traits, ads[i]) === pod ? traits.durationS[ads[i]] : 0
    advertisers[i] = traits.advertiser[ads[i]]
    creatives[i] = traits.creative[ads[i]]
    categories[i] = traits.category[ads[i]]
  }
  const { durationS, sequenceMax, dedupe } = pod
  const chosenCount = podFiller.fill({ podDurationS: durationS, sequenceMax, dedupe }, podCandidates, count)
  for (let i = 0; i < chosenCount; i++) {
    const at = podFiller.chosen[i]
    choices.push({ slot, ad: ads[at], priceCpmMicros: prices[at] })
  }
}

/**
 * Whether an ad comes too late for a pod: a deal of the same imp has filled it, which gets one offer, or another slot of
 * it has what this ad must not repeat.
 */
function isTaken(choices: readonly Choice[], slot: Slot, traits: AdTraits, ad: number): boolean {
  const pod = podOf(slot, traits, ad)
  if (pod === undefined) return false
  const dedupe = dedupeOf(pod.dedupe)
  for (const choice of choices) {
    const other = podOf(choice.slot, traits, choice.ad)
    if (other === pod) return true
    const isSamePod = pod.id !== '' && other?.id === pod.id
    if (isSamePod && isAlike(traits, choice.ad, ad, dedupe)) return true
  }
  return false
}

function isAlike(
  { advertiser, category, creative }: AdTraits,
  a: number,
  b: number,
  dedupe: number,
): boolean {
  return (
    ((dedupe & DEDUPE.advertiser) !== 0 && advertiser[a] === advertiser[b]) ||
    ((dedupe & DEDUPE.category) !== 0 && category[a] === category[b]) ||
    ((dedupe & (DEDUPE.creative | DEDUPE.file)) !== 0 && creative[a] === creative[b])
  )
}
