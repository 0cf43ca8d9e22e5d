/**
 * A bid port in simulated time: an event loop that reads all sockets that are ready in one turn, as uWebSockets.js does,
 * peers that keep to their rates whatever they are answered, and the real control and shares between them.
 *
 *   peers -> own queue, when all their connections are busy -> sockets -> turn of the loop -> bid or refusal
 */
import type { Prng } from '../base/prng.ts'
import { FairShare } from './fair-share.ts'
import { OverloadControl } from './overload-control.ts'

/** What a request costs the loop at each level, and a refusal, in milliseconds. The first one makes the capacity. */
const COST_MS = [0.05, 0.044, 0.036, 0.036]
const REFUSAL_MS = 0.008
export const CAPACITY_PER_S = 1000 / COST_MS[0]

const SAMPLE_MS = 20
const SAMPLE_OVERDUE_MS = 25
const TARGET_MS = 5

export type Second = {
  readonly bids: number[]
  readonly refusals: number[]
  /** From when a peer would send to the answer. */
  readonly latenciesMs: number[]
  readonly levels: Set<number>
}

type Pending = { readonly exchange: number; readonly atMs: number }

export class SimulatedLoop {
  readonly control = new OverloadControl(TARGET_MS)
  readonly fair: FairShare
  nowMs = 0
  readonly #prng: Prng
  readonly #connections: number
  /** Sent, and not yet read; never more than there are connections. */
  #sockets: Pending[] = []
  #waiting: Pending[] = []
  readonly #nextMs: number[]
  #sampledMs = 0
  #idleMs = 0
  #waitMs = 0
  #bidMs = 0
  #seen = 0

  /** @param connections of all peers together. */
  constructor(prng: Prng, exchangeCount: number, connections: number) {
    this.#prng = prng
    this.#connections = connections
    this.fair = new FairShare(exchangeCount)
    this.#nextMs = new Array(exchangeCount).fill(0)
  }

  /** Lets peers send at these rates for so long. */
  run(ratesPerS: readonly number[], ms: number): Second {
    const untilMs = this.nowMs + ms
    const seen: Second = {
      bids: ratesPerS.map(() => 0),
      refusals: ratesPerS.map(() => 0),
      latenciesMs: [],
      levels: new Set(),
    }
    ratesPerS.forEach((rate, exchange) => {
      this.#nextMs[exchange] = this.nowMs + this.#gapMs(rate)
    })
    while (this.nowMs < untilMs) {
      this.#arrive(ratesPerS)
      if (this.#sockets.length > 0) this.#turn(seen)
      else this.#sleep()
      if (this.nowMs - this.#sampledMs >= SAMPLE_MS) this.#sample()
      seen.levels.add(this.control.level)
    }
    return seen
  }

  /** The loop does something else, such as collecting garbage. */
  pause(ms: number): void {
    this.nowMs += ms
  }

  #gapMs(rate: number): number {
    return rate === 0 ? Number.POSITIVE_INFINITY : (-Math.log(1 - this.#prng.unit()) * 1000) / rate
  }

  #arrive(ratesPerS: readonly number[]): void {
    for (let exchange = 0; exchange < ratesPerS.length; exchange++) {
      for (
        ;
        this.#nextMs[exchange] <= this.nowMs;
        this.#nextMs[exchange] += this.#gapMs(ratesPerS[exchange])
      ) {
        this.#waiting.push({ exchange, atMs: this.#nextMs[exchange] })
      }
    }
    this.#waiting.sort((a, b) => a.atMs - b.atMs)
    this.#sockets = this.#waiting.splice(0, this.#connections)
  }

  #turn(seen: Second): void {
    const startMs = this.nowMs
    for (const { exchange, atMs } of this.#sockets) {
      if (this.nowMs - this.#sampledMs >= SAMPLE_OVERDUE_MS) this.#sample()
      this.#waitMs += this.nowMs - startMs
      this.#seen++
      const isAdmitted = this.fair.admits(exchange)
      const costMs = isAdmitted ? COST_MS[this.control.level] : REFUSAL_MS
      this.nowMs += costMs
      if (isAdmitted) {
        this.#bidMs += costMs
        seen.bids[exchange]++
      } else seen.refusals[exchange]++
      seen.latenciesMs.push(this.nowMs - atMs)
    }
  }

  #sleep(): void {
    const wakeMs = Math.max(this.nowMs + 0.001, Math.min(...this.#nextMs, this.#sampledMs + SAMPLE_MS))
    this.#idleMs += wakeMs - this.nowMs
    this.nowMs = wakeMs
  }

  #sample(): void {
    const elapsedMs = this.nowMs - this.#sampledMs
    this.control.update({
      nowMs: this.nowMs,
      turnWaitMs: this.#seen === 0 ? 0 : this.#waitMs / this.#seen,
      scoreWaitMs: 0,
      utilisation: 1 - this.#idleMs / elapsedMs,
      bidShare: this.#bidMs / elapsedMs,
      offeredPerMs: this.fair.count(elapsedMs),
    })
    this.fair.divide(this.control.limitPerMs)
    this.#sampledMs = this.nowMs
    this.#idleMs = 0
    this.#waitMs = 0
    this.#bidMs = 0
    this.#seen = 0
  }
}
