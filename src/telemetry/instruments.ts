/**
 * Instruments with fixed slots: all label values are known when an instrument is made, and a slot is an index into a
 * typed array. Recording costs some 10 ns and allocates nothing; nobody reads the slots until a scrape.
 */

export type Labels = Readonly<Record<string, string>>

type Described = {
  readonly name: string
  readonly about: string
  readonly unit?: string
  readonly slots?: readonly Labels[]
}

/** Only grows. */
export class Counter {
  readonly name: string
  readonly about: string
  readonly unit: string
  readonly slots: readonly Labels[]
  readonly values: Float64Array

  constructor({ name, about, unit = '', slots = [{}] }: Described) {
    this.name = name
    this.about = about
    this.unit = unit
    this.slots = slots
    this.values = new Float64Array(slots.length)
  }

  add(slot: number, amount = 1): void {
    this.values[slot] += amount
  }
}

/**
 * Upper bounds of the buckets, in microseconds: about two fifths more each, from 1 us to 1 s. Each is there once,
 * though the first ones round to the same: Prometheus refuses a scrape in which a series stands twice.
 */
export const MICROS_BOUNDS: readonly number[] = [
  ...new Set(Array.from({ length: 43 }, (_, i) => Math.round(10 ** (i / 7)))),
]

/** Durations, recorded in microseconds over `MICROS_BOUNDS` and exported in seconds. */
export class Histogram {
  readonly name: string
  readonly about: string
  readonly unit = 's'
  readonly slots: readonly Labels[]
  readonly counts: Float64Array
  readonly sums: Float64Array
  readonly bucketCount = MICROS_BOUNDS.length + 1

  constructor({ name, about, slots = [{}] }: Described) {
    this.name = name
    this.about = about
    this.slots = slots
    this.counts = new Float64Array(slots.length * this.bucketCount)
    this.sums = new Float64Array(slots.length)
  }

  record(slot: number, micros: number): void {
    this.sums[slot] += micros
    this.counts[slot * this.bucketCount + bucketOf(micros)]++
  }

  /** How many were recorded. */
  countOf(slot: number): number {
    let count = 0
    const first = slot * this.bucketCount
    for (let i = first; i < first + this.bucketCount; i++) count += this.counts[i]
    return count
  }
}

/** Read when scraped. A cumulative one is exported as a counter. */
export class Observed {
  readonly name: string
  readonly about: string
  readonly unit: string
  readonly isCumulative: boolean
  readonly observe: () => readonly { readonly labels: Labels; readonly value: number }[]

  constructor(options: {
    name: string
    about: string
    unit?: string
    isCumulative?: boolean
    observe: () => readonly { readonly labels: Labels; readonly value: number }[]
  }) {
    this.name = options.name
    this.about = options.about
    this.unit = options.unit ?? ''
    this.isCumulative = options.isCumulative ?? false
    this.observe = options.observe
  }
}

export type Instrument = Counter | Histogram | Observed

/** For whole microseconds up to the table's end, the bucket; beyond it the bounds are searched. */
const BUCKET_OF_MICROS = Uint8Array.from({ length: 2048 }, (_, micros) => searchBucket(micros))

function bucketOf(micros: number): number {
  const whole = Math.ceil(micros)
  return whole < BUCKET_OF_MICROS.length ? BUCKET_OF_MICROS[Math.max(whole, 0)] : searchBucket(micros)
}

/** The first bucket whose upper bound is not below the value. */
function searchBucket(micros: number): number {
  let bucket = 0
  while (bucket < MICROS_BOUNDS.length && MICROS_BOUNDS[bucket] < micros) bucket++
  return bucket
}
