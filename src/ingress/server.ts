/**
 * The bid port: uWebSockets.js in front of the bidder and of the notice desk. Here are the paths and the socket; what
 * happens on a path stands in its handler.
 *
 * Lifetimes that uWebSockets.js dictates: a request object dies with its handler, a body's piece with its callback, a
 * response with its abort. Everything is therefore taken from the request at once, bodies are copied, and `isAborted`
 * is asked before each answer.
 *
 * Connections are kept alive by every answer, refusals too. uWebSockets.js itself closes one that has been silent for
 * 10 s (8 to 12 s, by its coarse timer) and one whose body comes at less than 16 KB a second for as long; neither can be
 * set. Exchanges that want minutes get them from the balancer in front, which ends their TLS; its own connections to
 * this port must be given up after less than 8 s of silence.
 */
import uws from 'uWebSockets.js'
import { NOTICE_KINDS, NOTICE_PATH } from '../exchange/notice-urls.ts'
import { type BidHandlerOptions, bidHandler } from './bid-handler.ts'
import {
  NoticeHandler,
  type NoticeHandlerOptions,
  type NoticeLimits,
  type NoticeReceiver,
} from './notice-handler.ts'
import { Outbox } from './outbox.ts'
import { addProbes } from './probes.ts'

export type BidServer = {
  readonly port: number
  /** Bids in work, and notices that are coming in. */
  inFlight(): number
  /** Takes no new connections; those there are go on. */
  stopListening(): void
  /** Closes every connection. */
  close(): void
}

export class PortInUseError extends Error {
  override name = 'PortInUseError'
}

export type BidServerOptions = Omit<BidHandlerOptions, 'outbox'> & {
  readonly host: string
  readonly port: number
  readonly isPortShared: boolean
  /** Whether bids are made; told to who asks `GET /ready`. */
  readonly isReady: () => boolean
  /** Without a desk there are no paths for notices. */
  readonly notices?: NoticeReceiver
  readonly noticeLimits?: NoticeLimits
  readonly noticeTelemetry?: NoticeHandlerOptions['telemetry']
}

const DEFAULT_EXCHANGE = 'default'
/** Far above what a process earns by its bids: a valve against storms, not a rate to plan with. */
const DEFAULT_NOTICE_LIMITS: NoticeLimits = { perSecondMax: 20_000, inFlightMax: 1024 }
const NO_TELEMETRY = { record: () => {}, refuse: () => {} }

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
  const app = uws.App()
  addBids(app, options)
  const notices = options.notices === undefined ? { inFlight: 0 } : addNotices(app, options, options.notices)
  addProbes(app, options.isReady)
  app.any('/*', notFound)
  return new Promise((resolve, reject) => {
    const { host, port, isPortShared } = options
    const listenWithFlags = app.listen.bind(app) as unknown as ListenWithFlags
    listenWithFlags(host, port, isPortShared ? LISTEN_SHARED : LISTEN_EXCLUSIVE, (socket) => {
      if (!socket) {
        const problem = `cannot listen on ${host}:${port}: the port is in use, or the address is not this host's`
        reject(new PortInUseError(problem))
        return
      }
      resolve({
        port: uws.us_socket_local_port(socket),
        inFlight: () => options.admission.load.inFlight + notices.inFlight,
        stopListening: () => uws.us_listen_socket_close(socket),
        close: () => app.close(),
      })
    })
  })
}

function addBids(app: uws.TemplatedApp, options: BidServerOptions): void {
  const outbox = new Outbox(options.onBug)
  options.exchanges.forEach(({ name }, exchangeIndex) => {
    const handler = bidHandler({ ...options, outbox }, exchangeIndex)
    app.post(`/openrtb2/bid/${name}`, handler)
    if (name === DEFAULT_EXCHANGE) app.post('/openrtb2/bid', handler)
  })
}

function addNotices(
  app: uws.TemplatedApp,
  { noticeLimits, noticeTelemetry, clock, onBug }: BidServerOptions,
  desk: NoticeReceiver,
): { readonly inFlight: number } {
  const handler = new NoticeHandler({
    desk,
    limits: noticeLimits ?? DEFAULT_NOTICE_LIMITS,
    telemetry: noticeTelemetry ?? NO_TELEMETRY,
    clock,
    onBug,
  })
  for (const kind of NOTICE_KINDS) {
    app.get(NOTICE_PATH + kind, (response, request) => handler.get(kind, response, request))
    app.post(NOTICE_PATH + kind, (response, request) => handler.post(kind, response, request))
  }
  return handler.load
}

function notFound(response: uws.HttpResponse, request: uws.HttpRequest): void {
  response.writeStatus('404 Not Found')
  // The answer to a HEAD has no body; with one, the connection would be out of step.
  if (request.getMethod() === 'head') response.endWithoutBody(0)
  else response.end('There is nothing here. Bid requests go to POST /openrtb2/bid/{exchange}.\n')
}
