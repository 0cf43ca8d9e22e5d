/**
 * A bid port on a free port with a bidder that answers as it is told, and a peer that writes what bytes it likes: what
 * the tests of this room share.
 */
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import type { Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import type { Arrival } from '../bidding/bid.ts'
import { OUTCOME, OUTCOMES, type OutcomeName } from '../bidding/outcomes.ts'
import { BidTelemetry } from '../bidding/telemetry.ts'
import { testAdmission } from '../testing/admission.ts'
import { type BidServerOptions, listen } from './server.ts'

export const BODY_BYTES_MAX = 65_536
const EXCHANGES = [
  { name: 'default', contentType: 'application/json', isGzipAnswered: false },
  { name: 'packed', contentType: 'application/json; charset=utf-8', isGzipAnswered: true },
]

export type Asked = { readonly body: string; readonly isGpc: boolean }
export type Reply = {
  readonly outcome: OutcomeName
  readonly text: string
  /** How often the answer is given, once if not said. */
  readonly times?: number
}
export type Setup = Partial<Omit<BidServerOptions, 'bidder'>> & {
  /** What a body is answered, and when. */
  readonly reply?: (body: string) => Reply | Promise<Reply>
  readonly inFlightMax?: number
}

export async function openPort(
  t: Test,
  { reply = () => ({ outcome: 'no_candidate', text: '' }), inFlightMax, ...rest }: Setup = {},
) {
  const exchangeNames = EXCHANGES.map(({ name }) => name)
  const telemetry = new BidTelemetry(exchangeNames)
  const asked: Asked[] = []
  const bugs: unknown[] = []
  const body = Buffer.alloc(rest.bodyBytesMax ?? BODY_BYTES_MAX)
  const bid = async (arrival: Arrival): Promise<void> => {
    const text = body.toString('utf8', 0, arrival.bodyLength)
    asked.push({ body: text, isGpc: arrival.isGpc })
    const said = reply(text)
    // An answer that is there at once is given at once, as a bidder does that needs no scores.
    const answer = said instanceof Promise ? await said : said
    const isGone = arrival.isAborted
    for (let time = 0; time < (answer.times ?? 1); time++) {
      arrival.answer(OUTCOME[isGone ? 'aborted' : answer.outcome], Buffer.from(isGone ? '' : answer.text))
    }
  }
  const server = await listen({
    host: '127.0.0.1',
    port: 0,
    isPortShared: false,
    bodyBytesMax: BODY_BYTES_MAX,
    admission: testAdmission(t, exchangeNames, { inFlightMax }),
    exchanges: EXCHANGES,
    clock: systemClock,
    telemetry,
    isReady: () => true,
    onBug: (bug) => bugs.push(bug),
    ...rest,
    bidder: { body, bid },
  })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => {
    agent.destroy()
    server.close()
  })
  const count = (outcome: OutcomeName, exchange = 'default') =>
    telemetry.requests.values[
      EXCHANGES.findIndex(({ name }) => name === exchange) * OUTCOMES.length +
        OUTCOMES.findIndex(({ name }) => name === outcome)
    ]
  return {
    server,
    asked,
    bugs,
    count,
    /** Requests of all outcomes. */
    counted: () => telemetry.requests.values.reduce((sum, value) => sum + value, 0),
    send: (options: http.RequestOptions, bytes: string | Buffer = '') =>
      send({ port: server.port, agent, method: 'POST', path: '/openrtb2/bid', ...options }, bytes),
    connect: () => Peer.connect(t, server.port),
  }
}

export type Answer = {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
  readonly isReused: boolean
}

function send(options: http.RequestOptions, bytes: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', ...options }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () => {
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(pieces),
          isReused: request.reusedSocket,
        })
      })
    })
    request.on('error', reject)
    request.end(bytes)
  })
}

/** A connection whose bytes the test writes itself. */
export class Peer {
  /** All that came back. */
  text = ''
  isClosed = false
  readonly socket: net.Socket

  private constructor(socket: net.Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      this.text += bytes.toString('latin1')
    })
    socket.on('close', () => {
      this.isClosed = true
    })
  }

  static async connect(t: Test, port: number): Promise<Peer> {
    const peer = new Peer(net.connect(port, '127.0.0.1'))
    t.teardown(() => peer.socket.destroy())
    await once(peer.socket, 'connect')
    return peer
  }

  /** Writes, and lets the port look at it before it resolves. */
  async write(bytes: string | Uint8Array): Promise<void> {
    this.socket.write(bytes)
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  /** The status codes that came, once there are as many as asked for, or the connection is closed. */
  async statuses(least: number): Promise<number[]> {
    await until(() => this.#statuses().length >= least || this.isClosed)
    return this.#statuses()
  }

  #statuses(): number[] {
    return Array.from(this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status))
  }
}

/** The bytes of a request with a body, as a plain client writes it. */
export function requestBytes(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  path = '/openrtb2/bid',
): Buffer {
  const bytes = Buffer.from(body as string)
  const lines = Object.entries({ host: 'x', 'content-length': `${bytes.length}`, ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines}\r\n`), bytes])
}

/** Waits until a condition holds; the test's own timeout ends a wait that is in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1))
}
