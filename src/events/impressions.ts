/**
 * Impressions as the event log knows them: what a bid saw, and what became of it. An impression is a bid that was billed;
 * clicks and conversions are joined to it by the id of the bid, however late they come.
 */
import { copyFeatures, type FeatureColumns, featureColumnsOf } from './feature-columns.ts'
import { ImpressionWalk, type WalkOptions } from './impression-walk.ts'
import type { LoggedFeature } from './layout.ts'
import { OUTCOME } from './outcome-table.ts'
import type { SegmentCursor } from './segment-cursor.ts'

/** Some thousand impressions in order of the bids' time; a row each. */
export type ImpressionChunk = {
  readonly count: number
  /** `hashText` of the text features, row by row, a column a feature of the catalogue; 0 where not known. */
  readonly hashes: Uint32Array
  /** The number features, likewise; NaN where not known. */
  readonly numbers: Float32Array
  /** 1 where the impression was clicked, and where the click led to a conversion. */
  readonly clicks: Uint8Array
  readonly conversions: Uint8Array
  /** How many impressions a row stands for: above 1 where those without a click were sampled. */
  readonly weights: Float32Array
  /** Unix time of the bid in milliseconds. */
  readonly atMs: Float64Array
}

/** @property features the catalogue, whose features are the columns. */
export type ReadOptions = WalkOptions & { readonly features: readonly LoggedFeature[] }

export type ImpressionCounts = {
  impressions: number
  clicks: number
  conversions: number
  /** Rows that `readImpressions` gives with the same options. */
  rows: number
  /** Of the first and the last impression, Unix milliseconds; NaN where there are none. */
  firstMs: number
  lastMs: number
}

const CHUNK_ROWS = 4096

/** @param directory of the segments. Rejects with `SegmentFault`. */
export async function* readImpressions(
  directory: string,
  options: ReadOptions,
): AsyncGenerator<ImpressionChunk, void, undefined> {
  const { features, negativeShare = 1 } = options
  const walk = await ImpressionWalk.open(directory, options)
  const columns = new WeakMap<SegmentCursor, FeatureColumns>()
  const columnsOf = (bid: SegmentCursor) => {
    const known = columns.get(bid) ?? featureColumnsOf(bid.header, features, bid.file)
    columns.set(bid, known)
    return known
  }
  try {
    for (let isMore = true; isMore; ) {
      const chunk = new GrowingChunk(features.length)
      isMore = await walk.run((bid, outcome, isWanted) => {
        if (isWanted) chunk.add(bid, columnsOf(bid), outcome, 1 / negativeShare)
        return chunk.count < CHUNK_ROWS
      })
      if (chunk.count > 0) yield chunk.done()
    }
  } finally {
    await walk.close()
  }
}

/** What `readImpressions` would read with the same options, without reading its features. */
export async function countImpressions(
  directory: string,
  options: WalkOptions = {},
): Promise<ImpressionCounts> {
  const walk = await ImpressionWalk.open(directory, options)
  const counts = {
    impressions: 0,
    clicks: 0,
    conversions: 0,
    rows: 0,
    firstMs: Number.NaN,
    lastMs: Number.NaN,
  }
  try {
    await walk.run(({ atMs }, outcome, isWanted) => {
      if (counts.impressions === 0) counts.firstMs = atMs
      counts.lastMs = atMs
      counts.impressions++
      if ((outcome & OUTCOME.clicked) !== 0) counts.clicks++
      if ((outcome & OUTCOME.converted) !== 0) counts.conversions++
      if (isWanted) counts.rows++
      return true
    })
  } finally {
    await walk.close()
  }
  return counts
}

/** A chunk while it is filled. */
class GrowingChunk {
  count = 0
  readonly #width: number
  readonly #hashes: Uint32Array
  readonly #numbers: Float32Array
  readonly #clicks = new Uint8Array(CHUNK_ROWS)
  readonly #conversions = new Uint8Array(CHUNK_ROWS)
  readonly #weights = new Float32Array(CHUNK_ROWS)
  readonly #atMs = new Float64Array(CHUNK_ROWS)

  constructor(width: number) {
    this.#width = width
    this.#hashes = new Uint32Array(CHUNK_ROWS * width)
    this.#numbers = new Float32Array(CHUNK_ROWS * width).fill(Number.NaN)
  }

  /** @param negativeWeight of an impression without a click. */
  add(bid: SegmentCursor, columns: FeatureColumns, outcome: number, negativeWeight: number): void {
    const row = this.count++
    copyFeatures(columns, bid, { hashes: this.#hashes, numbers: this.#numbers }, row * this.#width)
    this.#clicks[row] = (outcome & OUTCOME.clicked) === 0 ? 0 : 1
    this.#conversions[row] = (outcome & OUTCOME.converted) === 0 ? 0 : 1
    this.#weights[row] = outcome === OUTCOME.billed ? negativeWeight : 1
    this.#atMs[row] = bid.atMs
  }

  done(): ImpressionChunk {
    const { count } = this
    return {
      count,
      hashes: this.#hashes.subarray(0, count * this.#width),
      numbers: this.#numbers.subarray(0, count * this.#width),
      clicks: this.#clicks.subarray(0, count),
      conversions: this.#conversions.subarray(0, count),
      weights: this.#weights.subarray(0, count),
      atMs: this.#atMs.subarray(0, count),
    }
  }
}
