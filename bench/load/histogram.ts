/**
 * HdrHistograms of microseconds up to a minute, three digits, and the form in which threads hand them over: pairs of a
 * value and its count. Recording allocates nothing and takes some 30 ns.
 */
import { Int32Histogram } from 'hdr-histogram-js'
import { assert } from '../../src/base/assert.ts'

const TIME_US_MAX = 60_000_000

export type Percentiles = {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export class MicrosHistogram {
  readonly #counts = new Int32Histogram(1, TIME_US_MAX, 3)

  /** Longer than a minute counts as a minute. */
  recordNs(ns: number): void {
    assert(ns >= 0, 'time does not run backwards')
    this.#counts.recordValue(Math.min(TIME_US_MAX, Math.round(ns / 1000)))
  }

  /** What was recorded since the last call. */
  take(): Uint32Array {
    const pairs: number[] = []
    const counts = this.#counts
    for (
      let index = 0;
      index < counts.countsArrayLength && counts.valueFromIndex(index) <= counts.maxValue;
      index++
    ) {
      const count = counts.getCountAtIndex(index)
      if (count > 0) pairs.push(counts.valueFromIndex(index), count)
    }
    // A cell stands for values up to a thousandth apart; the greatest is known exactly.
    if (pairs.length > 0) pairs[pairs.length - 2] = counts.maxValue
    counts.reset()
    return Uint32Array.from(pairs)
  }

  /** Adds what another one gave. */
  add(pairs: Uint32Array): void {
    for (let i = 0; i < pairs.length; i += 2) this.#counts.recordValueWithCount(pairs[i], pairs[i + 1])
  }

  /** @param percent from 0 to 100. */
  at(percent: number): number {
    // A cell gives the highest value it stands for, which may be above all that was recorded.
    return Math.min(this.#counts.getValueAtPercentile(percent), this.#counts.maxValue)
  }

  percentiles(): Percentiles {
    const { totalCount: count, mean, maxValue: max } = this.#counts
    return {
      count,
      mean: Math.round(mean),
      p50: this.at(50),
      p90: this.at(90),
      p99: this.at(99),
      p999: this.at(99.9),
      max,
    }
  }
}
