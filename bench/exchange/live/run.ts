/**
 * Runs auctions against a bidder over HTTP: asks at a planned rate, on no more connections than given, judges what comes,
 * and has the notices sent. What is asked and drawn follows from the auction's number; time decides only when.
 *
 * Bounded: auctions in flight by the connections, notices to come by `PENDING_MAX`, beyond which no auction is held. Ends
 * early when nothing is answered any more; what has been until then stands.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Violation } from '../../../src/openrtb/response-check.ts'
import { Caller } from './caller.ts'
import { callsOf } from './calls.ts'
import { HttpPort } from './http-port.ts'
import { type JudgedBid, judge, type Truth, UnknownAd } from './judge.ts'
import { type LiveAuction, LiveMarket, type LiveMarketOptions } from './live-market.ts'

export type RunOptions = {
  readonly url: URL
  readonly auctions: number
  readonly market: LiveMarketOptions
  readonly truth: Truth
  /** Auctions a second; less where the bidder has no connection free. */
  readonly rate: number
  readonly connections: number
  /** Simulated seconds in one of the wall, for the delays of notices. */
  readonly speed: number
  readonly onProgress: (run: Run) => void
}

/** An auction that was held. */
export type Held = {
  readonly imps: number
  /** 0 where there was no answer. */
  readonly status: number
  readonly elapsedMs: number
  readonly isLate: boolean
  readonly isBroken: boolean
  readonly bids: readonly JudgedBid[]
}

/** A rule of the response check that answers broke. */
export type BrokenRule = { count: number; readonly example: Violation & { readonly auction: number } }

export type Run = {
  /** By number; all of them unless it ended early. */
  readonly held: Held[]
  readonly calls: Caller['counts']
  /** Why calls were not acknowledged, as far as they differ. */
  readonly refusals: ReadonlySet<string>
  readonly broken: Map<string, BrokenRule>
  /** From the first request to the answer of the last. */
  startMs: number
  endMs: number
  /** How late this process itself was for what it had to do, p99: what answers seem to take has it in it. */
  ownDelayMs: number
  /** Why it ended before all was held and told. */
  endedEarly: string | undefined
}

/** The bidder's own time is `tmax`; what comes later still is waited for so long, to be told that it came. */
const TIMEOUT_MS = 5000
const PENDING_MAX = 50_000
const NOTICE_CONNECTIONS = 16
/** In a row: nobody is there any more. */
const FAILURES_MAX = 20
const GLANCE_MS = 500
const NANOS_A_MS = 1e6

export async function runExchange(options: RunOptions): Promise<Run> {
  const hall = new Hall(options)
  const glance = setInterval(() => options.onProgress(hall.run), GLANCE_MS)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  try {
    await hall.holdAll()
    hall.run.ownDelayMs = delay.percentile(99) / NANOS_A_MS
    return hall.run
  } finally {
    delay.disable()
    clearInterval(glance)
    hall.close()
  }
}

class Hall {
  readonly run: Run
  readonly #options: RunOptions
  readonly #market: LiveMarket
  readonly #bids: HttpPort
  readonly #notices: HttpPort
  readonly #caller: Caller
  readonly #inFlight = new Set<Promise<void>>()
  #failuresInARow = 0
  #unknownAd: UnknownAd | undefined

  constructor(options: RunOptions) {
    this.#options = options
    this.#market = new LiveMarket(options.market)
    this.#bids = new HttpPort(options.url, options.connections)
    this.#notices = new HttpPort(options.url, NOTICE_CONNECTIONS)
    this.#caller = new Caller(this.#notices, options.speed)
    this.run = {
      held: [],
      calls: this.#caller.counts,
      refusals: this.#caller.refusals,
      broken: new Map(),
      startMs: Date.now(),
      endMs: Date.now(),
      ownDelayMs: 0,
      endedEarly: undefined,
    }
  }

  async holdAll(): Promise<void> {
    const { auctions, rate, connections } = this.#options
    const startMs = performance.now()
    for (let number = 0; number < auctions && !this.#isOver; number++) {
      const auction = this.#market.draw(number)
      await sleep(startMs + (number * 1000) / rate - performance.now())
      while (this.#inFlight.size >= connections) await Promise.race(this.#inFlight)
      while (this.#caller.pending > PENDING_MAX && !this.#isOver) await sleep(GLANCE_MS)
      const holding = this.#hold(auction).finally(() => this.#inFlight.delete(holding))
      this.#inFlight.add(holding)
    }
    await Promise.all(this.#inFlight)
    if (this.#isOver) this.#caller.stop()
    if (this.#unknownAd !== undefined) throw this.#unknownAd
    this.run.endMs = Date.now()
    await this.#caller.idle()
  }

  close(): void {
    this.#bids.close()
    this.#notices.close()
  }

  get #isOver(): boolean {
    return this.run.endedEarly !== undefined || this.#unknownAd !== undefined
  }

  async #hold(auction: LiveAuction): Promise<void> {
    const { url, truth } = this.#options
    const body = JSON.stringify(auction.request)
    const sentMs = performance.now()
    const { status, text, fault } = await this.#bids.ask({
      method: 'POST',
      path: url.pathname + url.search,
      body,
      timeoutMs: TIMEOUT_MS,
    })
    const elapsedMs = performance.now() - sentMs
    if (this.#isOver) return
    this.#watch(status, fault)
    try {
      const { violations, isLate, bids } = judge(auction, { status, text, elapsedMs }, truth)
      for (const violation of violations) this.#note(violation, auction.number)
      for (const { wire, ad, judged } of bids) {
        this.#caller.plan(callsOf({ wire, ad, judged, slot: auction.slots[judged.impIndex] }))
      }
      this.run.held[auction.number] = {
        imps: auction.slots.length,
        status,
        elapsedMs,
        isLate,
        isBroken: violations.length > 0,
        bids: bids.map(({ judged }) => judged),
      }
    } catch (cause) {
      if (!(cause instanceof UnknownAd)) throw cause
      this.#unknownAd = cause
    }
  }

  #note(violation: Violation, auction: number): void {
    const known = this.run.broken.get(violation.rule)
    if (known !== undefined) known.count++
    else this.run.broken.set(violation.rule, { count: 1, example: { ...violation, auction } })
  }

  #watch(status: number, fault: string): void {
    this.#failuresInARow = status === 0 ? this.#failuresInARow + 1 : 0
    if (this.#failuresInARow >= FAILURES_MAX) this.run.endedEarly = fault
  }
}

function sleep(ms: number): Promise<void> | undefined {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined
}
