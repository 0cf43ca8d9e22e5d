/** Impressions with clicks of a known truth, as chunks of the event log: small traffic that a model can learn from. */
import { hashPair, hashText } from '../base/hash.ts'
import { Prng } from '../base/prng.ts'
import type { ImpressionChunk } from '../events/impressions.ts'
import { F, FEATURES, type FeatureName } from '../features/catalogue.ts'
import { probabilityOf } from '../learning/logit.ts'

export type ImpressionOptions = {
  readonly rows: number
  readonly seed?: number
  /** Log odds of a click before anything else is known. */
  readonly baseLogit?: number
  /** Of the impressions without a click, those that are kept, with the weight that it takes. */
  readonly negativeShare?: number
  readonly chunkRows?: number
}

/** How many values a feature has. */
const TRAFFIC: Partial<Record<FeatureName, number>> = {
  domain: 20,
  category: 8,
  os: 4,
  device: 4,
  hour: 24,
  slot_size: 4,
  campaign: 12,
  creative: 24,
  advertiser: 6,
}
const FIRST_MS = Date.UTC(2026, 0, 1)
const STEP_MS = 1000
const CONVERSION_RATE = 0.2

export async function* makeImpressions(options: ImpressionOptions): AsyncGenerator<ImpressionChunk> {
  const { rows, seed = 1, baseLogit = -2.5, negativeShare = 1, chunkRows = 1000 } = options
  const prng = new Prng(seed)
  let chunk = emptyChunk(chunkRows)
  for (let row = 0; row < rows; row++) {
    const hashes = drawHashes(prng)
    const isClicked = prng.unit() < probabilityOf(baseLogit + logitOfRow(hashes))
    const isConverted = prng.unit() < CONVERSION_RATE
    if (!isClicked && prng.unit() >= negativeShare) continue
    const { count } = chunk
    chunk.hashes.set(hashes, count * FEATURES.length)
    chunk.clicks[count] = isClicked ? 1 : 0
    chunk.conversions[count] = isClicked && isConverted ? 1 : 0
    chunk.weights[count] = isClicked ? 1 : 1 / negativeShare
    chunk.atMs[count] = FIRST_MS + row * STEP_MS
    chunk.count++
    if (chunk.count < chunkRows) continue
    yield chunk
    chunk = emptyChunk(chunkRows)
  }
  if (chunk.count > 0) yield chunk
}

function emptyChunk(rows: number) {
  return {
    count: 0,
    hashes: new Uint32Array(rows * FEATURES.length),
    numbers: new Float32Array(rows * FEATURES.length).fill(Number.NaN),
    clicks: new Uint8Array(rows),
    conversions: new Uint8Array(rows),
    weights: new Float32Array(rows),
    atMs: new Float64Array(rows),
  }
}

function drawHashes(prng: Prng): Uint32Array {
  const hashes = new Uint32Array(FEATURES.length)
  for (const [name, values] of Object.entries(TRAFFIC))
    hashes[F[name as FeatureName]] = hashText(`${name} ${prng.below(values as number)}`)
  return hashes
}

/** Each value has an effect of its own, and so have pairs of a category and an advertiser. */
function logitOfRow(hashes: Uint32Array): number {
  const effects = [F.domain, F.os, F.campaign, F.creative].map((feature) => effectOf(hashes[feature]))
  const pair = effectOf(hashPair(hashes[F.category], hashes[F.advertiser]))
  return 0.4 * effects.reduce((sum, effect) => sum + effect, 0) + 0.6 * pair
}

/** A standard normal deviate that belongs to the hash. */
function effectOf(hash: number): number {
  return new Prng(hash).normal()
}
