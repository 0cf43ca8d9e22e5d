/**
 * One bid request at the port, from its headers to its answer: answered at most once, counted exactly once.
 */
import type { HttpRequest, HttpResponse } from 'uWebSockets.js'
import type { Clock } from '../base/clock.ts'
import type { Arrival } from '../bidding/bid.ts'
import { OUTCOMES } from '../bidding/outcomes.ts'
import type { BidTelemetry } from '../bidding/telemetry.ts'
import { NO_BODY } from '../bidding/write.ts'
import type { ExchangeProfile } from '../exchange/profile.ts'
import { writeBid, writeEmpty } from './answer.ts'
import { GZIP_FROM_BYTES, gzip } from './gzip.ts'
import { takesGzip } from './headers.ts'
import type { Letter, Outbox } from './outbox.ts'

/** What an answer at this port depends on. */
export type AnswerProfile = Pick<ExchangeProfile, 'name' | 'contentType' | 'isGzipAnswered'>

/** Requests in work. */
export type Load = { inFlight: number }

export type CallSetting = {
  readonly exchanges: readonly AnswerProfile[]
  readonly clock: Clock
  readonly telemetry: BidTelemetry
  readonly outbox: Outbox
  readonly admission: { readonly load: Load }
}

export class BidCall implements Arrival, Letter {
  readonly exchangeIndex: number
  readonly firstByteMs: number
  /** The header that says so for the whole request; https://globalprivacycontrol.github.io/gpc-spec/ */
  readonly isGpc: boolean
  bodyLength = 0
  isAborted = false
  isAnswered = false
  /** While uWebSockets.js has the connection corked. */
  isInHandler = true
  readonly #response: HttpResponse
  readonly #setting: CallSetting
  readonly #load: Load
  readonly #isGzipTaken: boolean
  #outcome = 0
  #body = NO_BODY
  #isConnectionOver = false

  /** Takes what it needs from the request, which dies with its handler. */
  constructor(
    setting: CallSetting,
    exchangeIndex: number,
    response: HttpResponse,
    request: HttpRequest,
    firstByteMs: number,
  ) {
    this.exchangeIndex = exchangeIndex
    this.firstByteMs = firstByteMs
    this.isGpc = request.getHeader('sec-gpc') === '1'
    this.#isGzipTaken =
      setting.exchanges[exchangeIndex].isGzipAnswered && takesGzip(request.getHeader('accept-encoding'))
    this.#response = response
    this.#setting = setting
    this.#load = setting.admission.load
    this.#load.inFlight++
  }

  /**
   * Sends at once while the handler runs, which has the connection corked; later by way of the outbox.
   *
   * @param body where there is one the status is 200, whatever the outcome: a no-bid may be told with its reason
   *   (OpenRTB 2.6 section 2.1).
   * @param isConnectionOver whether to close the connection behind a refusal.
   */
  answer(outcome: number, body: Uint8Array, isConnectionOver = false): void {
    this.end(outcome)
    this.#outcome = outcome
    this.#isConnectionOver = isConnectionOver
    if (this.isInHandler) this.send(body)
    else this.#setting.outbox.add(this, body)
  }

  send(body: Uint8Array): void {
    if (this.isAborted) return
    this.#body = body
    const { telemetry, clock } = this.#setting
    this.#response.cork(this.#write)
    telemetry.answerMicros.record(this.exchangeIndex, (clock.nowMs() - this.firstByteMs) * 1000)
  }

  readonly #write = (): void => {
    const response = this.#response
    const body = this.#body
    if (body.length === 0) writeEmpty(response, OUTCOMES[this.#outcome].status, this.#isConnectionOver)
    else {
      const isPacked = this.#isGzipTaken && body.length >= GZIP_FROM_BYTES
      const { contentType } = this.#setting.exchanges[this.exchangeIndex]
      writeBid(response, contentType, isPacked ? gzip(body) : body, isPacked)
    }
  }

  /** Books the request, once. */
  end(outcome: number): void {
    if (this.isAnswered) return
    this.isAnswered = true
    this.#load.inFlight--
    this.#setting.telemetry.count(this.exchangeIndex, outcome)
  }
}
