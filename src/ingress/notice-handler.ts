/**
 * `GET` and `POST /notice/{kind}`: brings a notice to the desk that knows what it means. Notices never share fate with
 * bids: they have a handler, limits and a histogram of their own, so that neither a storm of notices nor a storm of
 * requests takes the other's room.
 *
 * Beyond the limits a notice is answered 503, unlike a bid request. A bid that is not made costs one chance, and its
 * exchange wants a fast 204; a billing notice that is lost costs money, and 204 would say that it was booked. Exchanges
 * repeat a notice that failed (OpenRTB 2.6 implementation guide, section 7.8), and the desk books a notice once. The
 * same holds for a bug, and for a disk that is full: what was not booked is not acknowledged.
 */
import type { HttpRequest, HttpResponse } from 'uWebSockets.js'
import type { Clock } from '../base/clock.ts'
import type { NoticeKind } from '../exchange/notice-urls.ts'
import type { NoticeAnswer, NoticeDesk } from '../notices/desk.ts'
import { STATUS_LINES } from './answer.ts'
import { Body } from './body.ts'
import type { Load } from './call.ts'
import { isFormType } from './headers.ts'
import { RateLimit } from './rate-limit.ts'

/** Who understands notices. */
export type NoticeReceiver = Pick<NoticeDesk, 'receive'>

export type NoticeLimits = {
  /** Notices that are taken in a second; a burst may bring one second's worth at once. */
  readonly perSecondMax: number
  /** Notices in work at once: their bodies on their way in, or their booking on its way to the disk. */
  readonly inFlightMax: number
}

export type NoticeHandlerOptions = {
  readonly desk: NoticeReceiver
  readonly limits: NoticeLimits
  readonly telemetry: {
    /** From the headers of a notice that was taken to its answer. */
    record(ms: number): void
    /** A notice was answered 503. */
    refuse(): void
  }
  readonly clock: Clock
  readonly onBug: (bug: unknown) => void
}

/** A form longer than this holds no notice. */
const FORM_BYTES_MAX = 8192
const UNAVAILABLE = 503
const MALFORMED: NoticeAnswer = { status: 400, location: '' }
const NOT_TAKEN: NoticeAnswer = { status: UNAVAILABLE, location: '' }

/** A notice from its headers to its answer. */
type NoticeCall = {
  readonly response: HttpResponse
  readonly sinceMs: number
  isAborted: boolean
  isAnswered: boolean
}

export class NoticeHandler {
  readonly load: Load = { inFlight: 0 }
  readonly #options: NoticeHandlerOptions
  readonly #rate: RateLimit

  constructor(options: NoticeHandlerOptions) {
    this.#options = options
    this.#rate = new RateLimit(options.limits.perSecondMax, options.clock.nowMs())
  }

  get(kind: NoticeKind, response: HttpResponse, request: HttpRequest): void {
    const sinceMs = this.#options.clock.nowMs()
    if (this.#isFull(sinceMs)) {
      this.#refuse(response)
      return
    }
    const call = this.#callOf(response, sinceMs)
    response.onAborted(() => {
      call.isAborted = true
    })
    this.#take(call, kind, queryOf(request))
  }

  post(kind: NoticeKind, response: HttpResponse, request: HttpRequest): void {
    const sinceMs = this.#options.clock.nowMs()
    if (this.#isFull(sinceMs)) {
      this.#refuse(response)
      return
    }
    const query = queryOf(request)
    const isForm = isFormType(request.getHeader('content-type'))
    const call = this.#callOf(response, sinceMs)
    const body = new Body()
    let length = 0
    let isHandedIn = false
    response.onAborted(() => {
      call.isAborted = true
      // A notice that is being booked ends when it is; one whose body never ended has nobody else to end it.
      if (!isHandedIn) this.load.inFlight--
    })
    response.onData((piece, isLast) => {
      if (isHandedIn) return
      length += piece.byteLength
      if (length > FORM_BYTES_MAX) {
        isHandedIn = true
        this.#answer(call, MALFORMED, !isLast)
        return
      }
      // Other bodies are none of ours; they are let pass, so that the connection can be used again.
      if (!isLast) {
        if (isForm) body.keep(piece)
        return
      }
      isHandedIn = true
      this.#take(call, kind, isForm ? joined(query, body.end(piece)) : query)
    })
  }

  /** Counts the notice when it is let in. */
  #isFull(nowMs: number): boolean {
    return this.load.inFlight >= this.#options.limits.inFlightMax || !this.#rate.admits(nowMs)
  }

  #refuse(response: HttpResponse): void {
    this.#options.telemetry.refuse()
    response.cork(() => writeNotice(response, UNAVAILABLE, '', false))
  }

  #callOf(response: HttpResponse, sinceMs: number): NoticeCall {
    this.load.inFlight++
    return { response, sinceMs, isAborted: false, isAnswered: false }
  }

  /** The one catch of a notice: a bug is reported, and the sender may try again. */
  #take(call: NoticeCall, kind: NoticeKind, query: string): void {
    try {
      this.#options.desk.receive(kind, query, (answer) => {
        // A line end in a location would write headers of its own.
        this.#answer(call, answer.status === 302 && !isLocation(answer.location) ? MALFORMED : answer, false)
      })
    } catch (bug) {
      this.#options.onBug(bug)
      if (!call.isAnswered) this.#answer(call, NOT_TAKEN, false)
    }
  }

  #answer(call: NoticeCall, { status, location }: NoticeAnswer, isConnectionOver: boolean): void {
    const { clock, telemetry } = this.#options
    const { response, sinceMs } = call
    call.isAnswered = true
    this.load.inFlight--
    telemetry.record(clock.nowMs() - sinceMs)
    if (!call.isAborted) response.cork(() => writeNotice(response, status, location, isConnectionOver))
  }
}

/** Without a question mark in the URL there is no text at all, unlike what the types of the library say. */
function queryOf(request: HttpRequest): string {
  return request.getQuery() ?? ''
}

/** What stands in the URL comes first, and so is what a reader of the query finds first. */
function joined(query: string, form: Uint8Array): string {
  const text = Buffer.from(form.buffer, form.byteOffset, form.byteLength).toString().trim()
  if (text === '') return query
  return query === '' ? text : `${query}&${text}`
}

/** A cached answer, a 204 too, would keep the next notice from coming. */
function writeNotice(
  response: HttpResponse,
  status: NoticeAnswer['status'],
  location: string,
  isConnectionOver: boolean,
): void {
  response.writeStatus(STATUS_LINES[status]).writeHeader('cache-control', 'no-store')
  if (status === 302) response.writeHeader('location', location)
  if (status === UNAVAILABLE) response.writeHeader('retry-after', '1')
  if (status === 204) response.endWithoutBody()
  else response.end('', isConnectionOver)
}

/** Whether it has what a URL has, and no control character or space. */
function isLocation(location: string): boolean {
  return /^[\x21-\x7e]+$/.test(location)
}
