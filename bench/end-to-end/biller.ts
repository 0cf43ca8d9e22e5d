/**
 * An exchange that buys: sends requests at a steady rate on connections of its own, and calls the billing URL of every
 * bid that it gets, at half of the bid. For a share of the traffic beside the load generator, which reads no answers.
 *
 * Open loop up to IN_FLIGHT_MAX requests; what is due beyond that is not sent and counted.
 */
import { Agent, request } from 'node:http'
import { MACRO } from '../../src/exchange/macros.ts'
import { makeBodies } from '../traffic/requests.ts'

export type Billed = {
  /** Requests sent, and not sent because too many were under way. */
  sent: number
  unsent: number
  bids: number
  /** Bills that were acknowledged (204), refused to be sent again (503), and all others. */
  acknowledged: number
  refused: number
  failed: number
}

const IN_FLIGHT_MAX = 256
const CONNECTIONS = 16
const TICK_MS = 10
const BODIES = 20_000
/** What is paid of a bid. */
const PAID_SHARE = 0.5

type Answer = { readonly seatbid: readonly { readonly bid: readonly { burl: string; price: number }[] }[] }

export class Biller {
  readonly billed: Billed = { sent: 0, unsent: 0, bids: 0, acknowledged: 0, refused: 0, failed: 0 }
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  readonly #bodies: readonly Buffer[]
  readonly #timer: NodeJS.Timeout
  readonly #idle = Promise.withResolvers<void>()
  #inFlight = 0
  #isStopped = false

  /** @param rate requests a second; @param seed other requests than the load generator's. */
  constructor(port: number, rate: number, seed: number) {
    this.#port = port
    this.#bodies = makeBodies(seed, BODIES)
    const startMs = performance.now()
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startMs) * rate) / 1000)
      while (this.billed.sent + this.billed.unsent < due) this.#offer()
    }, TICK_MS)
  }

  /** Resolves once all that was sent is answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#isStopped = true
    if (this.#inFlight > 0) await this.#idle.promise
    this.#agent.destroy()
  }

  #offer(): void {
    if (this.#inFlight >= IN_FLIGHT_MAX) {
      this.billed.unsent++
      return
    }
    const body = this.#bodies[this.billed.sent++ % this.#bodies.length]
    this.#inFlight++
    this.#buy(body)
      .catch(() => this.billed.failed++)
      .finally(() => {
        this.#inFlight--
        if (this.#isStopped && this.#inFlight === 0) this.#idle.resolve()
      })
  }

  async #buy(body: Buffer): Promise<void> {
    const { status, text } = await this.#call('/openrtb2/bid', body)
    if (status !== 200) return
    const bids = (JSON.parse(text) as Answer).seatbid.flatMap(({ bid }) => bid)
    this.billed.bids += bids.length
    await Promise.all(bids.map((bid) => this.#bill(bid)))
  }

  async #bill({ burl, price }: { burl: string; price: number }): Promise<void> {
    const { pathname, search } = new URL(burl.replace(MACRO.price, (PAID_SHARE * price).toFixed(4)))
    const { status } = await this.#call(pathname + search)
    if (status === 204) this.billed.acknowledged++
    else if (status === 503) this.billed.refused++
    else this.billed.failed++
  }

  #call(path: string, body?: Buffer): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          path,
          agent: this.#agent,
          method: body === undefined ? 'GET' : 'POST',
          headers:
            body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk
          })
          response.on('end', () => resolve({ status: response.statusCode!, text }))
          response.on('error', reject)
        },
      )
      call.on('error', reject)
      call.end(body)
    })
  }
}
