/**
 * The naive twin of the frequency table: the times of all impressions and reservations, none of them ever lost. It is
 * told how long they count, so that two of them can say what a table may do at least and at most.
 */
import type { FrequencyCap } from '../users/caps.ts'

export class NaiveFrequency {
  readonly #caps: readonly FrequencyCap[]
  readonly #windowScale: number
  readonly #holdS: number
  readonly #impressionsByPair = new Map<string, number[]>()
  readonly #holdsByPair = new Map<string, number[]>()

  constructor(caps: readonly FrequencyCap[], { windowScale = 1, holdS = 60 } = {}) {
    this.#caps = caps
    this.#windowScale = windowScale
    this.#holdS = holdS
  }

  isCapped(pair: string, nowS: number): boolean {
    const held = this.#holds(pair, nowS).length
    return this.#caps.some(({ impressions, windowS }) => {
      const since = nowS - windowS * this.#windowScale
      return held + this.#impressions(pair).filter((atS) => atS > since).length >= impressions
    })
  }

  reserve(pair: string, nowS: number): void {
    this.#holds(pair, nowS).push(nowS)
  }

  release(pair: string, nowS: number): void {
    this.#holds(pair, nowS).shift()
  }

  count(pair: string, atS: number, nowS: number): void {
    this.release(pair, nowS)
    this.#impressions(pair).push(atS)
  }

  #impressions(pair: string): number[] {
    return listIn(this.#impressionsByPair, pair)
  }

  /** Those that still hold, the oldest first. */
  #holds(pair: string, nowS: number): number[] {
    const live = listIn(this.#holdsByPair, pair).filter((atS) => atS > nowS - this.#holdS)
    this.#holdsByPair.set(pair, live)
    return live
  }
}

function listIn(lists: Map<string, number[]>, key: string): number[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}
