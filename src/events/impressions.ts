/**
 * Impressions as the event log knows them: what a bid saw, and what became of it.
 */

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
