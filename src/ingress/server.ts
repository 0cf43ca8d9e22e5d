/**
 * The bid port: uWebSockets.js in front of the bidder. Reads bodies up to a limit, answers every request exactly once,
 * and knows when an exchange has hung up.
 *
 * Lifetimes that uWebSockets.js dictates: a request object dies with its handler, a body chunk with its callback, a
 * response with its abort. Everything is therefore taken from the request at once, the body is copied into the
 * bidder's buffer, and `isAborted` is asked before each answer.
 */
import uws from 'uWebSockets.js'
import type { Clock } from '../base/clock.ts'
import type { Arrival, Bidder } from '../bidding/bid.ts'
import { OUTCOME, OUTCOMES } from '../bidding/outcomes.ts'
import type { BidTelemetry } from '../bidding/telemetry.ts'

export type BidServer = {
  readonly port: number
  /** Requests in work. */
  inFlight(): number
  /** Takes no new connections; those there are go on. */
  stopListening(): void
  /** Closes every connection. */
  close(): void
}

export class PortInUseError extends Error {
  override name = 'PortInUseError'
}

export type BidServerOptions = {
  readonly host: string
  readonly port: number
  readonly isPortShared: boolean
  readonly bodyBytesMax: number
  readonly inFlightMax: number
  readonly bidder: Bidder
  readonly exchangeNames: readonly string[]
  readonly clock: Clock
  readonly telemetry: BidTelemetry
  readonly onBug: (bug: unknown) => void
}

const STATUS_LINES = { 200: '200 OK', 204: '204 No Content', 400: '400 Bad Request' } as const
const OPENRTB_VERSION = '2.6'
const DEFAULT_EXCHANGE = 'default'

/** Values of `ListenOptions` in uWebSockets.js; without the second one its sockets share their port. */
const LISTEN_SHARED = 0
const LISTEN_EXCLUSIVE = 1
/** Host and flags together are taken by the library and missing in its types. */
type ListenWithFlags = (
  host: string,
  port: number,
  flags: number,
  callback: (socket: uws.us_listen_socket | false) => void,
) => void

/** Starts listening. Rejects with `PortInUseError` when the port is taken. */
export function listen(options: BidServerOptions): Promise<BidServer> {
  const load = { inFlight: 0 }
  const app = uws.App()
  options.exchangeNames.forEach((name, exchangeIndex) => {
    const handler = bidHandler(options, exchangeIndex, load)
    app.post(`/openrtb2/bid/${name}`, handler)
    if (name === DEFAULT_EXCHANGE) app.post('/openrtb2/bid', handler)
  })
  app.any('/*', (response) => {
    response
      .writeStatus('404 Not Found')
      .end('There is nothing here. Bid requests go to POST /openrtb2/bid/{exchange}.\n')
  })
  return new Promise((resolve, reject) => {
    const flags = options.isPortShared ? LISTEN_SHARED : LISTEN_EXCLUSIVE
    const listenWithFlags = app.listen.bind(app) as unknown as ListenWithFlags
    listenWithFlags(options.host, options.port, flags, (socket) => {
      if (!socket) {
        const address = `${options.host}:${options.port}`
        reject(
          new PortInUseError(
            `cannot listen on ${address}: the port is in use, or the address is not this host's`,
          ),
        )
        return
      }
      resolve({
        port: uws.us_socket_local_port(socket),
        inFlight: () => load.inFlight,
        stopListening: () => uws.us_listen_socket_close(socket),
        close: () => app.close(),
      })
    })
  })
}

/** One request at the bid port, from its headers to its answer. */
class BidCall implements Arrival {
  readonly exchangeIndex: number
  readonly firstByteMs: number
  bodyLength = 0
  isAborted = false
  isAnswered = false
  readonly #response: uws.HttpResponse
  readonly #options: BidServerOptions
  readonly #load: { inFlight: number }

  constructor(
    response: uws.HttpResponse,
    options: BidServerOptions,
    exchangeIndex: number,
    load: { inFlight: number },
  ) {
    this.#response = response
    this.#options = options
    this.#load = load
    this.exchangeIndex = exchangeIndex
    this.firstByteMs = options.clock.nowMs()
    load.inFlight++
  }

  /** @param isConnectionOver whether to close the connection behind a refusal. */
  answer(outcome: number, text: string, isConnectionOver = false): void {
    const { telemetry, clock } = this.#options
    this.end(outcome)
    if (this.isAborted) return
    // Corked, status, headers and body leave in one segment.
    this.#response.cork(() => writeAnswer(this.#response, OUTCOMES[outcome].status, text, isConnectionOver))
    telemetry.answerMicros.record(this.exchangeIndex, (clock.nowMs() - this.firstByteMs) * 1000)
  }

  /** Books the request, once. */
  end(outcome: number): void {
    if (this.isAnswered) return
    this.isAnswered = true
    this.#load.inFlight--
    this.#options.telemetry.count(this.exchangeIndex, outcome)
  }
}

function writeAnswer(
  response: uws.HttpResponse,
  status: keyof typeof STATUS_LINES,
  text: string,
  isConnectionOver: boolean,
): void {
  response.writeStatus(STATUS_LINES[status])
  if (status === 204) {
    response.endWithoutBody()
    return
  }
  response
    .writeHeader('content-type', 'application/json')
    .writeHeader('x-openrtb-version', OPENRTB_VERSION)
    .end(text, isConnectionOver)
}

function bidHandler(options: BidServerOptions, exchangeIndex: number, load: { inFlight: number }) {
  const { bidder, bodyBytesMax, inFlightMax } = options
  return (response: uws.HttpResponse, request: uws.HttpRequest): void => {
    const isJson =
      isJsonType(request.getHeader('content-type')) && isPlain(request.getHeader('content-encoding'))
    const call = new BidCall(response, options, exchangeIndex, load)
    let refusal = isJson ? NOT_REFUSED : OUTCOME.wrong_content_type
    if (load.inFlight > inFlightMax) refusal = OUTCOME.overloaded
    /** What came of the body before its last piece; most bodies come in one. */
    const pieces: Buffer[] = []
    let length = 0
    let isWhole = false
    response.onAborted(() => {
      call.isAborted = true
      // A bid in work finds out behind its await; a body that never ended has nobody else to book it.
      if (!isWhole) call.end(OUTCOME.body_cut_short)
    })
    response.onData((chunk, isLast) => {
      if (call.isAnswered) return
      length += chunk.byteLength
      if (length > bodyBytesMax) {
        refusal = OUTCOME.body_too_large
        pieces.length = 0
      }
      if (refusal !== NOT_REFUSED) {
        // The answer waits for the end of a body of sensible length, so that the connection can be used again.
        if (!isLast && length <= bodyBytesMax) return
        isWhole = true
        call.answer(refusal, '', !isLast)
        return
      }
      if (!isLast) {
        pieces.push(Buffer.from(chunk.slice(0)))
        return
      }
      isWhole = true
      let at = 0
      for (const piece of pieces) at += piece.copy(bidder.body, at)
      bidder.body.set(new Uint8Array(chunk), at)
      call.bodyLength = length
      bidder.bid(call).catch((bug: unknown) => {
        options.onBug(bug)
        if (!call.isAnswered) call.answer(OUTCOME.bug, '')
      })
    })
  }
}

const NOT_REFUSED = -1

/** OpenRTB 2.6 section 2.3: without a content type the body is JSON. */
function isJsonType(type: string): boolean {
  return type === '' || type.toLowerCase().startsWith('application/json')
}

function isPlain(encoding: string): boolean {
  return encoding === '' || encoding.toLowerCase() === 'identity'
}
