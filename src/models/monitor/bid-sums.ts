/**
 * What impressions promised and clicks brought, summed by the time of their bids: a ring of buckets of one width. Bids from
 * before it began are passed over with all that became of them, or their clicks would be counted without what was expected.
 * So are those that are older than the ring.
 */

/** Sums of the buckets of some stretch of time. */
export type Sums = {
  readonly impressions: number
  readonly clicks: number
  /** Clicks that the model expected: the sum of p. */
  readonly expected: number
  /** Log loss that it expected of itself: the sum of -[p ln p + (1 - p) ln(1 - p)], nats. */
  readonly expectedLoss: number
  /** Log loss by the clicks that have come: the sum of -ln p where there was one, and -ln(1 - p) where not. */
  readonly loss: number
}

type Column = keyof Sums
const COLUMNS: readonly Column[] = ['impressions', 'clicks', 'expected', 'expectedLoss', 'loss']

/** A probability of 0 or 1 that was wrong is not infinitely so; a token says it to a billionth. */
const PROBABILITY_LEAST = 1e-9

export class BidSums {
  readonly #widthMs: number
  readonly #columns: Readonly<Record<Column, Float64Array>>
  /** Which bucket of all time stands at each place of the ring. */
  readonly #numbers: Float64Array
  #sinceMs: number

  /** @param options.sinceMs of bids that count, Unix time. */
  constructor({ widthMs, spanMs, sinceMs }: { widthMs: number; spanMs: number; sinceMs: number }) {
    const places = Math.ceil(spanMs / widthMs) + 1
    this.#widthMs = widthMs
    this.#numbers = new Float64Array(places).fill(-1)
    const columns = COLUMNS.map((column) => [column, new Float64Array(places)] as const)
    this.#columns = Object.fromEntries(columns) as Record<Column, Float64Array>
    this.#sinceMs = sinceMs
  }

  addImpression(probability: number, bidAtMs: number): void {
    const place = this.#placeOf(bidAtMs)
    if (place === -1) return
    const { impressions, expected, expectedLoss, loss } = this.#columns
    const p = held(probability)
    impressions[place]++
    expected[place] += probability
    expectedLoss[place] -= p * Math.log(p) + (1 - p) * Math.log(1 - p)
    loss[place] -= Math.log(1 - p)
  }

  addClick(probability: number, bidAtMs: number): void {
    const place = this.#placeOf(bidAtMs)
    if (place === -1) return
    const p = held(probability)
    this.#columns.clicks[place]++
    // The impression has counted as one without a click.
    this.#columns.loss[place] += Math.log(1 - p) - Math.log(p)
  }

  /** The sums of the buckets that lie wholly between the times. */
  between(fromMs: number, toMs: number): Sums {
    const sums = { impressions: 0, clicks: 0, expected: 0, expectedLoss: 0, loss: 0 }
    this.#eachBetween(fromMs, toMs, (place) => {
      for (const column of COLUMNS) sums[column] += this.#columns[column][place]
    })
    return sums
  }

  /** Clicks that were expected of bids since `fromMs`, each as far as its age lets them have come. */
  expectedBy(nowMs: number, fromMs: number, completeness: (ageMs: number) => number): number {
    let sum = 0
    this.#eachBetween(fromMs, nowMs + this.#widthMs, (place) => {
      const startMs = this.#numbers[place] * this.#widthMs
      const middleMs = (startMs + Math.min(nowMs, startMs + this.#widthMs)) / 2
      sum += this.#columns.expected[place] * completeness(nowMs - middleMs)
    })
    return sum
  }

  /** Forgets everything and begins anew. */
  restart(sinceMs: number): void {
    this.#numbers.fill(-1)
    this.#sinceMs = sinceMs
  }

  #eachBetween(fromMs: number, toMs: number, visit: (place: number) => void): void {
    for (let place = 0; place < this.#numbers.length; place++) {
      const startMs = this.#numbers[place] * this.#widthMs
      if (startMs >= Math.max(fromMs, 0) && startMs + this.#widthMs <= toMs) visit(place)
    }
  }

  /** The place of a bid's bucket, emptied where an older one stood; -1 where the bid does not count. */
  #placeOf(bidAtMs: number): number {
    if (bidAtMs < this.#sinceMs) return -1
    const number = Math.floor(bidAtMs / this.#widthMs)
    const place = number % this.#numbers.length
    if (this.#numbers[place] > number) return -1
    if (this.#numbers[place] < number) {
      this.#numbers[place] = number
      for (const column of COLUMNS) this.#columns[column][place] = 0
    }
    return place
  }
}

function held(probability: number): number {
  return Math.min(1 - PROBABILITY_LEAST, Math.max(PROBABILITY_LEAST, probability))
}
