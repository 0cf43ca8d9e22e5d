/**
 * Makes the calls that follow auctions: each at its time, on the compressed clock, and again where it was not taken, as
 * exchanges do. Counts by kind what was called and what was acknowledged. `pending` is what is still to come; whoever
 * runs auctions keeps it bounded.
 */
import { NOTICE_KINDS, type NoticeKind } from '../../../src/exchange/notice-urls.ts'
import type { Call } from './calls.ts'
import type { HttpPort } from './http-port.ts'

export type CallCounts = {
  called: number
  /** Answered well, at whichever attempt. */
  acknowledged: number
  /** Attempts behind the first. */
  repeated: number
}

const ATTEMPTS = 4
const REPEAT_MS = 250
const TIMEOUT_MS = 5000

export class Caller {
  readonly counts = Object.fromEntries(
    NOTICE_KINDS.map((kind) => [kind, { called: 0, acknowledged: 0, repeated: 0 }]),
  ) as Record<NoticeKind, CallCounts>
  /** Why calls were never taken; each reason once. */
  readonly refusals = new Set<string>()
  pending = 0
  readonly #port: HttpPort
  readonly #speed: number
  readonly #timers = new Set<NodeJS.Timeout>()
  #isStopped = false
  #onIdle: (() => void) | undefined

  /** @param speed simulated seconds in one of the wall. */
  constructor(port: HttpPort, speed: number) {
    this.#port = port
    this.#speed = speed
  }

  plan(calls: readonly Call[]): void {
    for (const call of calls) {
      this.pending++
      this.#later(call.afterMs / this.#speed, () => this.#make(call, 1))
    }
  }

  /** Resolves when nothing is pending, or all has been given up. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.pending === 0 || this.#isStopped) resolve()
      else this.#onIdle = resolve
    })
  }

  /** Gives up what is still to come: there is nobody to tell. */
  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#onIdle?.()
  }

  async #make(call: Call, attempt: number): Promise<void> {
    const counts = this.counts[call.kind]
    if (attempt === 1) counts.called++
    else counts.repeated++
    const { status, location, fault } = await this.#port.ask({
      method: 'GET',
      path: call.path,
      timeoutMs: TIMEOUT_MS,
    })
    if (this.#isStopped) return
    const isTaken = status === 204 || (status === 302 && call.kind === 'click')
    if (!isTaken && (status === 0 || status === 503) && attempt < ATTEMPTS) {
      this.#later(REPEAT_MS * 2 ** (attempt - 1), () => this.#make(call, attempt + 1))
      return
    }
    if (isTaken) {
      counts.acknowledged++
      this.plan(call.next?.(location) ?? [])
    } else this.refusals.add(`${call.kind}: ${fault || `answered with ${status}`}`)
    this.pending--
    if (this.pending === 0) this.#onIdle?.()
  }

  #later(afterMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, afterMs)
    this.#timers.add(timer)
  }
}
