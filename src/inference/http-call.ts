/**
 * One HTTP call over kept connections, bounded in time and in the size of its answer. Never rejects: what goes wrong is
 * the rest of a sentence about whoever was called, the same for the same cause.
 */
import http, { type Agent, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'

export type HttpAnswer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export type HttpCall = {
  readonly url: URL
  readonly agent: Agent
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: Uint8Array
  /** When an answer is of no more use. */
  readonly msMax: number
  readonly bytesMax: number
}

/** Servers close idle connections after five seconds or more; whoever closes first meets no call on its way. */
const IDLE_MS = 4000

/** Its idle connections keep no process alive, and end by themselves. */
export function keptConnections(url: URL, connectionsMax: number): Agent {
  const { Agent } = url.protocol === 'https:' ? https : http
  return new Agent({ keepAlive: true, maxSockets: connectionsMax, timeout: IDLE_MS })
}

export function httpCall(call: HttpCall): Promise<HttpAnswer | string> {
  const { url, agent, method, headers, body, msMax, bytesMax } = call
  const { request: open } = url.protocol === 'https:' ? https : http
  const options: RequestOptions = { agent, method, headers: { ...headers } }
  return new Promise((resolve) => {
    let request: ClientRequest
    let isOver = false
    const end = (result: HttpAnswer | string) => {
      isOver = true
      clearTimeout(timer)
      resolve(result)
      // An answer that is read to its end gives its connection back.
      if (typeof result === 'string') request.destroy()
    }
    const timer = setTimeout(() => end('gave no answer in time'), msMax)
    const send = () => {
      request = open(url, options, (response) => read(response, bytesMax, end))
      request.on('error', (cause: NodeJS.ErrnoException) => {
        // A kept connection may be closed by the other side just when it is used: that says nothing of a new one.
        if (!isOver && request.reusedSocket && isClosed(cause)) send()
        else end(reasonOf(cause))
      })
      request.end(body)
    }
    send()
  })
}

function read(response: IncomingMessage, bytesMax: number, end: (result: HttpAnswer | string) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > bytesMax) end(`answered with more than ${bytesMax} bytes`)
    else chunks.push(chunk)
  })
  response.on('error', (cause) => end(reasonOf(cause)))
  response.on('end', () =>
    end({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
  )
}

function isClosed({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE'
}

function reasonOf(cause: NodeJS.ErrnoException): string {
  if (isClosed(cause)) return 'closed the connection'
  return `cannot be reached (${cause.code ?? cause.message})`
}
