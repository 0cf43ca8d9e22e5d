/**
 * A sample of the answers under load, held against the response check. Asked beside the timed requests, over connections
 * of its own, so that nothing is kept of those; checked only when they are over.
 */
import { checkResponseText, type Violation } from '../../src/openrtb/response-check.ts'
import type { Target } from './connection.ts'
import type { RequestBody } from './requests.ts'

export type SampleReport = {
  readonly answers: number
  readonly bids: number
  /** Of the first answers that have any. */
  readonly violations: readonly (Violation & { readonly request: string })[]
}

type Pair = { readonly request: string; readonly answer: string }

const INTERVAL_MS = 50
const VIOLATIONS_MAX = 20

export class Sampler {
  readonly #origin: string
  readonly #requests: readonly RequestBody[]
  readonly #countMax: number
  readonly #pairs: Pair[] = []
  #isStopping = false
  #asking: Promise<void> = Promise.resolve()

  /** @param countMax answers that are looked at, at most; they are spread over the requests. */
  constructor({ host, port }: Target, requests: readonly RequestBody[], countMax: number) {
    this.#origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
    this.#requests = requests
    this.#countMax = countMax
  }

  start(): void {
    this.#asking = this.#ask()
  }

  /** What was found; waits for the answer that is on its way. */
  async stop(): Promise<SampleReport> {
    this.#isStopping = true
    await this.#asking
    const violations = this.#pairs.flatMap(({ request, answer }) =>
      answer === ''
        ? []
        : checkResponseText(JSON.parse(request), answer).map((violation) => ({ ...violation, request })),
    )
    return {
      answers: this.#pairs.length,
      bids: this.#pairs.filter(({ answer }) => answer.includes('"bid":[')).length,
      violations: violations.slice(0, VIOLATIONS_MAX),
    }
  }

  async #ask(): Promise<void> {
    const stride = Math.max(1, Math.floor(this.#requests.length / this.#countMax))
    for (let i = 0; i < this.#countMax && !this.#isStopping; i++) {
      const { path, body } = this.#requests[(i * stride) % this.#requests.length]
      const request = Buffer.from(body).toString()
      const headers = { 'content-type': 'application/json' }
      // What fails here fails in the timed requests too, which count it.
      const response = await fetch(this.#origin + path, { method: 'POST', headers, body: request }).catch(
        () => undefined,
      )
      if (response?.ok && isJson(request)) this.#pairs.push({ request, answer: await response.text() })
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS))
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

export function sampleTable({ answers, bids, violations }: SampleReport): string {
  const lines = [`sample     ${answers} answers checked, ${bids} with bids, ${violations.length} violations`]
  for (const { rule, path, message } of violations) lines.push(`           ${rule} ${path}: ${message}`)
  return `${lines.join('\n')}\n`
}
