/**
 * `POST /openrtb2/bid/{exchange}`: takes a body up to a limit, unpacks it into the bidder's buffer, and hands it over.
 * What is refused is refused here, with the outcome that says why.
 *
 * Who is not let in is answered at the headers; uWebSockets.js passes over the body that follows, in whatever pieces, and
 * the connection can be used again. Any other refusal waits for the end of a body of sensible length. Only a body beyond
 * the limit costs its connection, because nobody knows how much more would come.
 */
import type { HttpRequest, HttpResponse } from 'uWebSockets.js'
import type { Arrival } from '../bidding/bid.ts'
import { OUTCOME, OUTCOMES } from '../bidding/outcomes.ts'
import { NO_BODY } from '../bidding/write.ts'
import { type Admission, REFUSED } from './admission.ts'
import { writeEmpty } from './answer.ts'
import { Body } from './body.ts'
import { BidCall, type CallSetting } from './call.ts'
import { INFLATES_TOO_LARGE, inflate } from './gzip.ts'
import { ENCODING, encodingOf, isJsonType } from './headers.ts'

/** The bidder, as this port sees it. */
export type BodyBidder = {
  /** Where a body stands when `bid` is called. */
  readonly body: Buffer
  /** Takes its body before it waits for anything; answers the arrival once. */
  bid(arrival: Arrival): Promise<void>
}

/** Who decides who is let in: an `Admission`. */
export type Gate = Pick<Admission, 'admit' | 'countWork' | 'load'>

export type BidHandlerOptions = CallSetting & {
  /** Of a body, packed as well as unpacked. */
  readonly bodyBytesMax: number
  readonly admission: Gate
  readonly bidder: BodyBidder
  readonly onBug: (bug: unknown) => void
}

const NOT_REFUSED = -1

export function bidHandler(options: BidHandlerOptions, exchangeIndex: number) {
  const { bodyBytesMax, admission, telemetry } = options
  return (response: HttpResponse, request: HttpRequest): void => {
    const firstByteMs = admission.admit(exchangeIndex)
    if (firstByteMs === REFUSED) {
      telemetry.count(exchangeIndex, OUTCOME.overloaded)
      writeEmpty(response, OUTCOMES[OUTCOME.overloaded].status, false)
      return
    }
    const encoding = encodingOf(request.getHeader('content-encoding'))
    const isOurs = encoding !== ENCODING.unknown && isJsonType(request.getHeader('content-type'))
    const call = new BidCall(options, exchangeIndex, response, request, firstByteMs)
    let refusal = isOurs ? NOT_REFUSED : OUTCOME.wrong_content_type
    const body = new Body()
    let length = 0
    let isWhole = false
    response.onAborted(() => {
      call.isAborted = true
      // A bid in work finds out behind its await; a body that never ended has nobody else to book it.
      if (!isWhole) call.end(OUTCOME.body_cut_short)
    })
    response.onData((piece, isLast) => {
      if (call.isAnswered) return
      length += piece.byteLength
      if (length > bodyBytesMax) refusal = OUTCOME.body_too_large
      if (refusal !== NOT_REFUSED) {
        body.drop()
        if (!isLast && length <= bodyBytesMax) return
        isWhole = true
        call.answer(refusal, NO_BODY, !isLast)
        return
      }
      if (!isLast) {
        body.keep(piece)
        return
      }
      isWhole = true
      handOver(options, call, body.end(piece), encoding)
    })
  }
}

/** Puts a whole body into the bidder's buffer, and starts the bid. */
function handOver(options: BidHandlerOptions, call: BidCall, bytes: Uint8Array, encoding: number): void {
  const { bidder, bodyBytesMax, onBug, admission, clock } = options
  const startMs = clock.nowMs()
  if (encoding === ENCODING.gzip) {
    call.bodyLength = inflate(bytes, bidder.body, bodyBytesMax)
  } else {
    bidder.body.set(bytes)
    call.bodyLength = bytes.length
  }
  if (call.bodyLength < 0) {
    const isTooLarge = call.bodyLength === INFLATES_TOO_LARGE
    call.answer(isTooLarge ? OUTCOME.body_inflates_too_large : OUTCOME.body_not_gzip, NO_BODY)
    return
  }
  bidder.bid(call).catch((bug: unknown) => {
    onBug(bug)
    if (!call.isAnswered) call.answer(OUTCOME.bug, NO_BODY)
  })
  call.isInHandler = false
  admission.countWork(clock.nowMs() - startMs)
}
