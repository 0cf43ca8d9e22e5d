/**
 * What a conformance run has seen, by topic of the rule book and by outcome.
 */
import type { Violation } from '../src/openrtb/response-check.ts'
import type { Source } from './sources.ts'
import { isRuleOf, Loose, TOPICS } from './topics.ts'

export type Exchanged = {
  readonly source: Source
  readonly body: Buffer
  readonly request: unknown
  readonly exchange: string
  readonly outcome: string
  readonly text: string
  readonly violations: readonly Violation[]
}

type TopicCount = { requests: number; bids: number; violations: number }

/** Violations of a rule that are told in full. */
const SHOWN_MAX = 3

export class Report {
  readonly #sources: readonly Source[]
  readonly #topics = new Map<string, TopicCount>(
    TOPICS.map(({ name }) => [name, { requests: 0, bids: 0, violations: 0 }]),
  )
  readonly #outcomes = new Map<string, number>()
  readonly #exchanges = new Map<string, { bids: number; violations: number }>()
  /** Violations by rule. */
  readonly #rules = new Map<string, number>()
  readonly #shown: string[] = []
  #violations = 0
  #answers = 0

  constructor(sources: readonly Source[]) {
    this.#sources = sources
  }

  /** Whether no rule was violated and no bug was met. */
  get isClean(): boolean {
    return this.#violations === 0 && !this.#outcomes.has('bug')
  }

  add({ source, body, request, exchange, outcome, violations }: Exchanged): void {
    this.#answers++
    this.#violations += violations.length
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1)
    const isBid = outcome === 'bid'
    const count = this.#exchanges.get(exchange) ?? { bids: 0, violations: 0 }
    this.#exchanges.set(exchange, {
      bids: count.bids + (isBid ? 1 : 0),
      violations: count.violations + violations.length,
    })
    const loose = new Loose(request)
    for (const topic of TOPICS) {
      if (!topic.asks(loose)) continue
      const counted = this.#topics.get(topic.name)!
      counted.requests++
      if (isBid) counted.bids++
      counted.violations += violations.filter(({ rule }) => isRuleOf(topic, rule)).length
    }
    for (const { rule, path, message } of violations) {
      const count = (this.#rules.get(rule) ?? 0) + 1
      this.#rules.set(rule, count)
      if (count > SHOWN_MAX) continue
      const asked = request === undefined ? String(body) : JSON.stringify(request)
      this.#shown.push(`${rule} ${path}: ${message}\n    ${source.name}, ${exchange}: ${asked}`)
    }
  }

  summary() {
    return {
      requests: Object.fromEntries(this.#sources.map(({ name, bodies }) => [name, bodies.length])),
      answers: this.#answers,
      violations: this.#violations,
      topics: Object.fromEntries(this.#topics),
      rules: Object.fromEntries(this.#rules),
      outcomes: Object.fromEntries(this.#byCount()),
      exchanges: Object.fromEntries(this.#exchanges),
    }
  }

  table(): string {
    const topics = [...this.#topics].map(([name, { requests, bids, violations }]) =>
      [name.padEnd(48), ...[requests, bids, violations].map((n) => `${n}`.padStart(9))].join(' '),
    )
    const outcomes = this.#byCount().map(([name, count]) => `${name.padEnd(48)} ${`${count}`.padStart(9)}`)
    return [
      `${'topic'.padEnd(48)} ${'requests'.padStart(9)} ${'bids'.padStart(9)} ${'violated'.padStart(9)}`,
      ...topics,
      '',
      `${'outcome'.padEnd(48)} ${'requests'.padStart(9)}`,
      ...outcomes,
      '',
      ...this.#shown,
      ...[...this.#rules].map(([rule, count]) => `${rule.padEnd(48)} ${`${count}`.padStart(9)} violations`),
      `${this.#answers} answers, ${this.#outcomes.get('bid') ?? 0} with bids, ${this.#violations} violations`,
    ].join('\n')
  }

  markdown(): string {
    const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
    return [
      '# Conformance',
      '',
      `${this.#answers} answers to ${this.#sources.map(({ name, bodies }) => `${bodies.length} ${name}`).join(', ')}, each under every exchange profile: ${this.#outcomes.get('bid') ?? 0} with bids, ${this.#violations} violations.`,
      '',
      row(['topic', 'requests', 'with a bid', 'violations']),
      row(['---', '---:', '---:', '---:']),
      ...[...this.#topics].map(([name, { requests, bids, violations }]) =>
        row([name, requests, bids, violations]),
      ),
      '',
      row(['outcome', 'requests']),
      row(['---', '---:']),
      ...this.#byCount().map(([name, count]) => row([name, count])),
      '',
      row(['exchange profile', 'with a bid', 'violations']),
      row(['---', '---:', '---:']),
      ...[...this.#exchanges].map(([name, { bids, violations }]) => row([name, bids, violations])),
      '',
      ...this.#shown.map((violation) => `    ${violation}`),
    ].join('\n')
  }

  #byCount(): [string, number][] {
    return [...this.#outcomes].sort((a, b) => b[1] - a[1])
  }
}
