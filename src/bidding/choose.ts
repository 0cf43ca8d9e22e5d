/**
 * From scores to bids: the best candidate of each slot that has a price, or the set that fills a pod; each with its
 * price on hold, for no bid leaves without.
 *
 * An imp may get a bid on each of its deals and one in its open auction, deals first, as many as the exchange takes. In
 * the slots of one pod nothing is shown twice that the publisher, or good taste, wants once. Of several creatives of one
 * campaign one is drawn (Thompson sampling), and priced at what is expected of it, not at what was drawn.
 */
import {
  type AuctionTerms,
  isFirstPrice,
  limitCpmMicros,
  NO_PRICE,
  valueCpmMicros,
} from '../pricing/price.ts'
import { type AdTraits, FORMAT } from '../targeting/ad.ts'
import type { UserKey } from '../users/user-key.ts'
import { ceilingOf } from './paced-goals.ts'
import { DEDUPE, dedupeOf, PodFiller } from './pod.ts'
import type { Purse } from './purse.ts'
import { SHORTLIST_MAX } from './shortlist.ts'
import { floorOfAd, isPriceFixed, type PodTerms, type Slot } from './slot.ts'
import type { AdAccounts, Snapshot } from './snapshot.ts'

/** A bid that is decided, in the currency of the request's bids, and its price on hold. */
export type Choice = {
  readonly slot: Slot
  readonly ad: number
  readonly priceCpmMicros: number
  readonly usdCpmMicros: number
  /** Number of the bid in the ledger, `NONE` for a test. */
  readonly bidNumber: number
  /** What its answer calls it; '' until that is written. */
  bidId: string
  /** Of a click, by the model. */
  readonly clickProbability: number
  /** Who says so: the key of a model, '' for an inline scorer. */
  readonly model: string
  /** How likely this price was; 0 where there was no other. */
  readonly propensity: number
  readonly pairKey: string
}

/** @property refusalCount candidates that had a price, and whose campaign could not have the bid. */
export type Chosen = { readonly choices: Choice[]; readonly refusalCount: number }

export type ChoiceTerms = {
  readonly purse: Purse
  readonly user: UserKey | undefined
  /** Key of the model whose scores they are, '' for an inline scorer. */
  readonly model: string
  readonly unitsPerUsd: number
  readonly bidsPerImpMax: number
  readonly wallMs: number
  readonly isTest: boolean
}

/** The candidates of one slot that reach their floor, while it is decided. */
const ads = new Int32Array(SHORTLIST_MAX)
const probabilities = new Float64Array(SHORTLIST_MAX)
const limits = new Float64Array(SHORTLIST_MAX)
/** What candidates are compared by; `NO_PRICE` for those that are out of it. */
const values = new Float64Array(SHORTLIST_MAX)
const floors = new Float64Array(SHORTLIST_MAX)
const prices = new Float64Array(SHORTLIST_MAX)
const propensities = new Float64Array(SHORTLIST_MAX)

const durations = new Int32Array(SHORTLIST_MAX)
const advertisers = new Int32Array(SHORTLIST_MAX)
const creatives = new Int32Array(SHORTLIST_MAX)
const categories = new Int32Array(SHORTLIST_MAX)
const podCandidates = { durations, prices, advertisers, creatives, categories }
const podFiller = new PodFiller()

/** Candidates of the request that have a price and were not given their money, or their user. */
let refusalCount = 0

export function choose(snapshot: Snapshot, slots: readonly Slot[], terms: ChoiceTerms): Chosen {
  const { traits } = snapshot.ads
  refusalCount = 0
  const choices: Choice[] = []
  for (const slot of slots) {
    const count = valueAll(snapshot, slot, terms.unitsPerUsd)
    if (count === 0 || isFull(choices, slot, terms.bidsPerImpMax)) continue
    for (let i = 0; i < count; i++) if (isTaken(choices, slot, traits, ads[i])) values[i] = NO_PRICE
    const best = bestOf(count)
    if (best === NO_CANDIDATE) continue
    const pod = podOf(slot, traits, ads[best])
    if (pod === undefined || pod.durationS === 0) chooseOne(choices, snapshot, slot, count, terms)
    else chooseForPod(choices, snapshot, slot, pod, count, terms)
  }
  return { choices, refusalCount }
}

const NO_CANDIDATE = -1

/** Fills the columns with the candidates that reach their floor; returns how many there are. */
function valueAll(snapshot: Snapshot, slot: Slot, unitsPerUsd: number): number {
  const { traits } = snapshot.ads
  let count = 0
  let terms = auctionTermsOf(slot, slot.commonFloorCpmMicros)
  for (let i = 0; i < slot.ads.length; i++) {
    const ad = slot.ads[i]
    if (Number.isNaN(slot.commonFloorCpmMicros)) terms = auctionTermsOf(slot, floorOfAd(slot, traits, ad))
    const probability = slot.probabilities[i]
    const worth = probability * conversionLift(snapshot, slot, i)
    const value = valueCpmMicros(snapshot.goals, ad, worth) * unitsPerUsd
    const limit = limitCpmMicros(value, ceilingOf(snapshot, slot, ad) * unitsPerUsd, terms)
    if (limit === NO_PRICE) continue
    ads[count] = ad
    probabilities[count] = probability
    limits[count] = limit
    floors[count] = terms.floorCpmMicros
    // What is owed is a candidate whatever it is worth.
    values[count++] = Math.max(value, Number.MIN_VALUE)
  }
  return count
}

/** How many times likelier than its campaign's clicks in general a click on this one leads to a conversion. */
function conversionLift({ goals }: Snapshot, { ads, conversions }: Slot, i: number): number {
  const rate = goals.conversionRate[ads[i]]
  return conversions.length === 0 || rate === 0 ? 1 : conversions[i] / rate
}

function auctionTermsOf(slot: Slot, floorCpmMicros: number): AuctionTerms {
  const { auctionType, isGuaranteed } = slot
  return { floorCpmMicros, auctionType, isPriceFixed: isPriceFixed(slot), isGuaranteed }
}

function bestOf(count: number): number {
  let best = NO_CANDIDATE
  for (let i = 0; i < count; i++) {
    if (values[i] !== NO_PRICE && (best === NO_CANDIDATE || values[i] > values[best])) best = i
  }
  return best
}

/** The best candidate whose campaign has the money; of its campaign, the creative that is drawn. */
function chooseOne(
  choices: Choice[],
  snapshot: Snapshot,
  slot: Slot,
  count: number,
  terms: ChoiceTerms,
): void {
  for (let best = bestOf(count); best !== NO_CANDIDATE; best = bestOf(count)) {
    const drawn = drawCreative(snapshot, best, count, terms.purse)
    price(slot, drawn, terms)
    if (take(choices, snapshot, slot, drawn, terms)) return
    values[drawn] = NO_PRICE
  }
}

/** Of the candidates of one campaign, the one that clicks are likeliest on at the multiplier drawn for it. */
function drawCreative({ accounts }: Snapshot, best: number, count: number, purse: Purse): number {
  const campaign = accounts.campaigns[ads[best]]
  let drawn = best
  let most = Number.NaN
  for (let i = 0; i < count; i++) {
    if (i === best || values[i] === NO_PRICE || accounts.campaigns[ads[i]] !== campaign) continue
    // Nothing is drawn for a creative that has no rival.
    if (Number.isNaN(most)) most = drawnRate(accounts, best, purse)
    const rate = drawnRate(accounts, i, purse)
    if (rate <= most) continue
    most = rate
    drawn = i
  }
  return drawn
}

function drawnRate({ creatives }: AdAccounts, i: number, purse: Purse): number {
  return probabilities[i] * purse.drawMultiplier(creatives[ads[i]])
}

/** Fills in the price of a candidate. */
function price(slot: Slot, i: number, { purse, unitsPerUsd }: ChoiceTerms): void {
  prices[i] = limits[i]
  propensities[i] = 0
  if (!isFirstPrice({ auctionType: slot.auctionType, isPriceFixed: isPriceFixed(slot) })) return
  prices[i] = purse.firstPrice.price(slot.segmentKey, limits[i], floors[i], unitsPerUsd)
  propensities[i] = purse.firstPrice.propensity
}

/** Puts the price of a candidate on hold and adds its bid. False when its campaign may not have it after all. */
function take(
  choices: Choice[],
  { accounts }: Snapshot,
  slot: Slot,
  i: number,
  { purse, user, model, unitsPerUsd, wallMs, isTest }: ChoiceTerms,
): boolean {
  const ad = ads[i]
  const usdCpmMicros = Math.ceil(prices[i] / unitsPerUsd)
  const nowS = Math.floor(wallMs / 1000)
  const floorNanos = floors[i] / unitsPerUsd
  const claim = { ad, usdNanos: usdCpmMicros, floorNanos, segmentKey: slot.segmentKey, wallMs, isTest }
  // Another bid of this answer may have been the last that the user may see of the campaign.
  if (purse.isCapped(accounts, ad, user, nowS) || !purse.reserve(accounts, claim)) {
    refusalCount++
    return false
  }
  choices.push({
    slot,
    ad,
    priceCpmMicros: prices[i],
    usdCpmMicros,
    bidNumber: purse.bidNumber,
    bidId: '',
    clickProbability: probabilities[i],
    model,
    propensity: propensities[i],
    pairKey: isTest ? '' : purse.noteShown(accounts, ad, user, nowS),
  })
  return true
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
function chooseForPod(
  choices: Choice[],
  snapshot: Snapshot,
  slot: Slot,
  pod: PodTerms,
  count: number,
  terms: ChoiceTerms,
): void {
  const { traits } = snapshot.ads
  for (let i = 0; i < count; i++) {
    const isOut = values[i] === NO_PRICE || podOf(slot, traits, ads[i]) !== pod
    if (isOut) prices[i] = NO_PRICE
    else price(slot, i, terms)
    durations[i] = traits.durationS[ads[i]]
    advertisers[i] = traits.advertiser[ads[i]]
    creatives[i] = traits.creative[ads[i]]
    categories[i] = traits.category[ads[i]]
  }
  const { durationS, sequenceMax, dedupe } = pod
  const chosenCount = podFiller.fill({ podDurationS: durationS, sequenceMax, dedupe }, podCandidates, count)
  for (let i = 0; i < chosenCount; i++) take(choices, snapshot, slot, podFiller.chosen[i], terms)
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
