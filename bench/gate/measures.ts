/**
 * What the gate compares, and beyond which ratio of candidate to base it fails: the one table of thresholds. A measure
 * warns at half of what it fails at. `bench/gate/verdict.ts` applies it.
 *
 * Tightening a threshold means measuring longer: beyond it a median has to lie with its whole interval above half of it, and what
 * an unchanged tree shows by chance has to stay well under that.
 */
export type Measure = {
  readonly key: string
  readonly name: string
  readonly unit: string
  /** Which direction is worse. */
  readonly isWorse: 'more' | 'less'
  /** How many times worse than the base the candidate may be. */
  readonly failRatio: number
  /** Whether the short form judges it too, or only tells it. */
  readonly isSharp: boolean
  /** Why this threshold. */
  readonly why: string
}

export const MEASURES = [
  {
    key: 'cpu',
    name: 'CPU a request',
    unit: 'us',
    isWorse: 'more',
    failRatio: 1.05,
    isSharp: true,
    why: 'counted by the kernel, so waiting for a core is not in it; what is left is caches and the luck of a process',
  },
  {
    key: 'allocations',
    name: 'allocations a request',
    unit: 'B',
    isWorse: 'more',
    failRatio: 1.05,
    isSharp: true,
    why: 'counted by V8 in the bid loop; an unchanged tree repeats it within some 3 %, also on a busy machine',
  },
  {
    key: 'startUp',
    name: 'start-up',
    unit: 'ms',
    isWorse: 'more',
    failRatio: 1.2,
    isSharp: true,
    why: 'wall time from spawn to ready, so whatever else the machine does is in it',
  },
  {
    key: 'heap',
    name: 'heap after the load',
    unit: 'MB',
    isWorse: 'more',
    failRatio: 1.05,
    isSharp: true,
    why: 'after a full collection, repeated within half a percent; how many requests a run reached is in it',
  },
  {
    key: 'resident',
    name: 'resident memory',
    unit: 'MB',
    isWorse: 'more',
    failRatio: 1.1,
    isSharp: true,
    why: 'a few percent from run to run: when pages go back to the system is up to the collector',
  },
  {
    key: 'rateHeld',
    name: 'highest rate held',
    unit: '/s',
    isWorse: 'less',
    failRatio: 1.15,
    isSharp: false,
    why: 'found by bisection in steps of some 3 %; generator and bidder share the cores',
  },
  {
    key: 'p99Half',
    name: 'p99 at 0.5 of the rate',
    unit: 'us',
    isWorse: 'more',
    failRatio: 1.5,
    isSharp: false,
    why: 'on two cores a thread that is woken waits for a tick of the kernel, which is as long as the p99 itself',
  },
  {
    key: 'p999Half',
    name: 'p99.9 at 0.5 of the rate',
    unit: 'us',
    isWorse: 'more',
    failRatio: 2,
    isSharp: false,
    why: 'a handful of requests, and whatever hit them',
  },
  {
    key: 'p99Most',
    name: 'p99 at 0.8 of the rate',
    unit: 'us',
    isWorse: 'more',
    failRatio: 2,
    isSharp: false,
    why: 'near the knee a percent of rate is a multiple of latency',
  },
  {
    key: 'p999Most',
    name: 'p99.9 at 0.8 of the rate',
    unit: 'us',
    isWorse: 'more',
    failRatio: 3,
    isSharp: false,
    why: 'both of the above',
  },
] as const satisfies readonly Measure[]

export type MeasureKey = (typeof MEASURES)[number]['key']

/** What both sides showed in the same round. */
export type Pair = { readonly base: number; readonly candidate: number }

/** Of each measure a pair a round; none where a round could not measure it. */
export type Series = Record<MeasureKey, Pair[]>

export function emptySeries(): Series {
  return Object.fromEntries(MEASURES.map(({ key }) => [key, []])) as unknown as Series
}
