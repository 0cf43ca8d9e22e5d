/**
 * A bidder's port over HTTP/1.1: a fixed number of keep-alive connections, whole answers, a deadline for each. It runs
 * from when the request has a connection: what waits for one here is no fault of the bidder's. A request that cannot be
 * made is an answer with status 0 and the reason; nothing is thrown.
 */
import { Agent, request } from 'node:http'

export type HttpAnswer = {
  /** 0 where there was none. */
  readonly status: number
  readonly text: string
  readonly location: string | undefined
  /** Why there was none, else ''. */
  readonly fault: string
}

export type HttpAsk = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  readonly timeoutMs: number
}

export class HttpPort {
  readonly #url: URL
  readonly #agent: Agent

  /** @param url of which host and port are taken. */
  constructor(url: URL, connections: number) {
    this.#url = url
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  async ask(ask: HttpAsk): Promise<HttpAnswer> {
    const { answer, isStale } = await this.#once(ask)
    // The bidder had closed an idle connection while this request was on its way: nobody has seen it.
    return isStale ? (await this.#once(ask)).answer : answer
  }

  close(): void {
    this.#agent.destroy()
  }

  #once({ method, path, body, timeoutMs }: HttpAsk): Promise<{ answer: HttpAnswer; isStale: boolean }> {
    return new Promise((resolve) => {
      const sent = request(this.#url, {
        agent: this.#agent,
        method,
        path,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      })
      let timer: NodeJS.Timeout | undefined
      sent.on('socket', () => {
        timer = setTimeout(() => sent.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs)
      })
      sent.on('close', () => clearTimeout(timer))
      const fail = (error: NodeJS.ErrnoException, isStale: boolean) => {
        const fault = error.message || `${error.code}`
        resolve({ answer: { status: 0, text: '', location: undefined, fault }, isStale })
      }
      sent.on('error', (error: NodeJS.ErrnoException) => {
        fail(error, sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE'))
      })
      sent.on('response', (response) => {
        const pieces: Buffer[] = []
        response.on('error', (error) => fail(error, false))
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('end', () => {
          const text = Buffer.concat(pieces).toString()
          const { statusCode = 0, headers } = response
          const answer = { status: statusCode, text, location: headers.location, fault: '' }
          resolve({ answer, isStale: false })
        })
      })
      sent.end(body)
    })
  }
}
