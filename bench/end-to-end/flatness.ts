/**
 * Whether a series stays where it is. After a warm-up the rest is held against itself twice:
 *
 *     | warm-up |  first fifth  |   ...   |  last fifth  |
 *
 *   drift   the median of the last fifth over that of the first, less 1: what has grown and stayed
 *   slope   the median of the slopes of all pairs of points (Theil and Sen) over the whole stretch, as a share of its
 *           median: what grows evenly. One wild point in four moves neither.
 *
 * Flat is what is within the limit both ways, whether it grows or shrinks.
 */

export type Point = { readonly atS: number; readonly value: number }

export type Flatness = {
  readonly first: number
  readonly last: number
  /** Shares, such as 0.02. */
  readonly drift: number
  readonly slope: number
  readonly isFlat: boolean
}

/** Parts of the stretch that are held against each other. */
const PARTS = 5
/** Pairs are as many as the square of this: a longer series is thinned out. */
const POINTS_MAX = 600

/** @param limit such as 0.02. Undefined for fewer than two points in a part. */
export function flatnessOf(points: readonly Point[], warmUpS: number, limit: number): Flatness | undefined {
  const stretch = points.filter(({ atS }) => atS >= warmUpS)
  const size = Math.floor(stretch.length / PARTS)
  if (size < 2) return undefined
  const first = medianOf(stretch.slice(0, size).map(({ value }) => value))
  const last = medianOf(stretch.slice(-size).map(({ value }) => value))
  const drift = last / first - 1
  const spanS = stretch[stretch.length - 1].atS - stretch[0].atS
  const slope = (theilSen(stretch) * spanS) / medianOf(stretch.map(({ value }) => value))
  return { first, last, drift, slope, isFlat: Math.abs(drift) <= limit && Math.abs(slope) <= limit }
}

/** A second. */
export function theilSen(points: readonly Point[]): number {
  const step = Math.ceil(points.length / POINTS_MAX)
  const some = points.filter((_, i) => i % step === 0)
  const slopes: number[] = []
  for (let i = 0; i < some.length; i++) {
    for (let j = i + 1; j < some.length; j++) {
      slopes.push((some[j].value - some[i].value) / (some[j].atS - some[i].atS))
    }
  }
  return medianOf(slopes)
}

export function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
