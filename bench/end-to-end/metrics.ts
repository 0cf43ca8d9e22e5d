/**
 * What has been added to a server's metrics between two scrapes.
 */

export type Metrics = ReadonlyMap<string, number>

export function grown(before: Metrics, after: Metrics, name: string): number {
  return (after.get(name) ?? 0) - (before.get(name) ?? 0)
}

export type Quantiles = { readonly p50: number; readonly p99: number; readonly p999: number }

/** Of the answers between two scrapes, by the bidder's own histogram: upper bounds of buckets, in microseconds. */
export function answerQuantiles(before: Metrics, after: Metrics): Quantiles {
  const buckets = [...after]
    .filter(([name]) => name.startsWith('peregrine_answer_duration_seconds_bucket{exchange="default"'))
    .map(([name]) => ({
      boundS: Number((/le="([^"]+)"/.exec(name)?.[1] ?? '').replace('+Inf', 'Infinity')),
      count: grown(before, after, name),
    }))
    .sort((a, b) => a.boundS - b.boundS)
  const total = buckets.at(-1)?.count ?? 0
  const quantile = (share: number) => (buckets.find(({ count }) => count >= share * total)?.boundS ?? 0) * 1e6
  return { p50: quantile(0.5), p99: quantile(0.99), p999: quantile(0.999) }
}
