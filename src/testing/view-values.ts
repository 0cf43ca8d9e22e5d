/**
 * Values that a view gives as tokens and ranges, as plain values.
 */
import { KIND, NONE, type Tape } from '../openrtb/tape.ts'
import type { Fields, TextList } from './naive-values.ts'

export class TokenValues {
  readonly tape: Tape
  /** As it came: on the tape, texts lose their escapes where they stand. */
  readonly #body: Buffer

  constructor(tape: Tape, body: Buffer) {
    this.tape = tape
    this.#body = body
  }

  /** An id keeps its spelling; between quotes it means what it meant. */
  id(token: number): string {
    return JSON.parse(`"${this.tape.rawText(token)}"`)
  }

  /** Text whose escapes are undone; empty for `NONE`. */
  text(token: number): string {
    return token === NONE ? '' : this.range(this.tape.start(token), this.tape.end(token))
  }

  range(start: number, end: number): string {
    if (start > end) throw new Error('a range that ends before it starts')
    return this.tape.bytes.toString('utf8', start, end)
  }

  texts(list: number): TextList {
    return this.items(list).map((token) => (this.tape.isText(token) ? this.text(token) : null))
  }

  numbers(list: number): (number | null)[] {
    return this.items(list).map((token) => {
      const number = this.tape.number(token)
      return Number.isNaN(number) ? null : number
    })
  }

  object(token: number): Fields | undefined {
    if (token === NONE) return undefined
    if (this.tape.kind(token) !== KIND.object) throw new Error('an object that is none')
    return this.#json(token) as Fields
  }

  array(list: number): readonly unknown[] {
    return this.items(list).length === 0 ? [] : (this.#json(list) as unknown[])
  }

  /** The tokens in a list. `NONE` stands for one with nothing in it, and nothing else does. */
  items(list: number): number[] {
    const { tape } = this
    const items: number[] = []
    if (list === NONE) return items
    if (tape.kind(list) === KIND.object) throw new Error('a list that is an object')
    for (let token = tape.firstItem(list); token < tape.next(list); token = tape.next(token))
      items.push(token)
    if (items.length === 0) throw new Error('a list with nothing in it')
    return items
  }

  #json(token: number): unknown {
    return JSON.parse(this.#body.toString('utf8', this.tape.start(token), this.tape.end(token)))
  }
}

/** The codes of a mask, in order. */
export function codesOf(mask: number): number[] {
  return Array.from({ length: 32 }, (_, code) => code).filter((code) => (mask & (1 << code)) !== 0)
}

/** The three letters of a currency; empty for what is none. */
export function currencyText(code: number): string {
  return code === 0 ? '' : String.fromCharCode(code >> 16, (code >> 8) & 0xff, code & 0xff)
}
