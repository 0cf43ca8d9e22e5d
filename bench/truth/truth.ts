/**
 * The truth that the demo model learns from: who clicks on what, as a formula. It stands in for the world, so that the
 * best possible model is known and a trained one can be held against it.
 *
 *   logit p = base + what the slot does + what the ad does + what the two do together
 *
 * Publishers, campaigns, creatives and advertisers have a quality of their own, drawn from their name. The pairs are
 * what a linear model cannot see: people read about a subject and click on the trades that go with it (an inner
 * product of short vectors), small screens suit small banners, and films work on the large screen.
 */
import { hashPair, hashText } from '../../src/base/hash.ts'
import { Prng } from '../../src/base/prng.ts'

export type Impression = {
  /** Domain of the site or bundle of the app. */
  readonly publisher: string
  readonly category: string
  readonly device: 'desktop' | 'phone' | 'tablet' | 'tv' | 'other'
  readonly os: string
  readonly country: string
  readonly position: number
  readonly isInterstitial: boolean
  /** UTC. */
  readonly hour: number
  readonly campaign: string
  readonly creative: string
  readonly advertiser: string
  readonly format: 'banner' | 'video' | 'audio' | 'native'
  readonly shape: string
}

const BASE_LOGIT = -5.6
const TASTE_DIMENSIONS = 4

const DEVICE_LOGIT = { desktop: 0, phone: 0.25, tablet: 0.1, tv: -0.9, other: 0 }
const POSITION_LOGIT: Record<number, number> = { 1: 0.35, 3: -0.4, 7: 0.2 }
/** How much a shape gains or loses on a device. */
const SHAPE_LOGIT: Record<string, Partial<Record<Impression['device'], number>>> = {
  '320x50': { phone: 0.5, desktop: -0.5 },
  '320x100': { phone: 0.4, desktop: -0.4 },
  '728x90': { phone: -0.7, desktop: 0.3 },
  '970x250': { desktop: 0.5, phone: -0.6 },
  '300x600': { desktop: 0.4 },
  '30s': { tv: 0.4, phone: -0.3 },
  '6s': { phone: 0.4, tv: -0.2 },
}

export function clickProbability(impression: Impression): number {
  const { publisher, category, device, os, country, hour } = impression
  const { campaign, creative, advertiser, format, shape } = impression
  const slot =
    quality('publisher', publisher, 0.4) +
    quality('country', country, 0.15) +
    quality('os', os, 0.15) +
    DEVICE_LOGIT[device] +
    (POSITION_LOGIT[impression.position] ?? 0) +
    (impression.isInterstitial ? 0.5 : 0) +
    // Most is clicked in the evening.
    0.25 * Math.cos(((hour - 20) / 24) * 2 * Math.PI)
  const ad =
    quality('campaign', campaign, 0.25) +
    quality('creative', creative, 0.35) +
    quality('advertiser', advertiser, 0.3) +
    (format === 'video' ? 0.7 : 0)
  const together =
    taste('category', category, 'advertiser', advertiser, 0.6) +
    taste('publisher', publisher, 'advertiser', advertiser, 0.35) +
    taste('os', os, 'creative', creative, 0.2) +
    (SHAPE_LOGIT[shape]?.[device] ?? 0)
  return 1 / (1 + Math.exp(-(BASE_LOGIT + slot + ad + together)))
}

/**
 * What of a campaign's clicks leads to a conversion: what the campaign states, off by a quality of its own.
 * @param statedRate conversions a click.
 */
export function conversionProbability(campaign: string, statedRate: number): number {
  return Math.min(1, statedRate * Math.exp(quality('conversions of campaign', campaign, 0.3)))
}

const known = new Map<string, Float64Array>()

/** The inner product of two names' vectors; its standard deviation over names is `spread`. */
function taste(kind: string, name: string, otherKind: string, otherName: string, spread: number): number {
  const one = vectorOf(`${kind} for ${otherKind}`, name)
  const other = vectorOf(`${otherKind} for ${kind}`, otherName)
  let product = 0
  for (let i = 0; i < TASTE_DIMENSIONS; i++) product += one[i] * other[i]
  return (product * spread) / Math.sqrt(TASTE_DIMENSIONS)
}

/** A name's own share of the logit, with standard deviation `spread` over names. */
function quality(kind: string, name: string, spread: number): number {
  return vectorOf(kind, name)[0] * spread
}

/** Standard normals that belong to a name, the same in every run. */
function vectorOf(kind: string, name: string): Float64Array {
  const key = `${kind} ${name}`
  const found = known.get(key)
  if (found !== undefined) return found
  const prng = new Prng(hashPair(hashText(kind), hashText(name)))
  const vector = Float64Array.from({ length: TASTE_DIMENSIONS }, () => prng.normal())
  known.set(key, vector)
  return vector
}
