/**
 * The token tape: one pass over a JSON text, four integers a token, nothing decoded.
 *
 *   cell 0  kind in the low 4 bits, the field name's number (keys.ts) above them; 0 when not in an object
 *   cell 1  start: index of the first byte (a string's start lies behind its quote)
 *   cell 2  end: index behind the last byte (a string's end is its closing quote)
 *   cell 3  next: the token behind this one and everything inside it
 *
 * Accepts exactly the JSON that `JSON.parse` accepts, with two differences: nesting beyond `DEPTH_MAX` is refused,
 * and bytes that are not UTF-8 are refused instead of replaced. Allocates nothing. About a third of the time of
 * `JSON.parse` (bench/micro/openrtb/read.ts).
 */
import { isUtf8 } from 'node:buffer'
import { assert } from '../base/assert.ts'
import { keyAt, keyOfText, UNKNOWN } from './keys.ts'
import {
  BACKSLASH,
  DIGIT_9,
  isDigit,
  MINUS,
  QUOTE,
  SPACE,
  skipEscape,
  skipLiteral,
  skipNumber,
  skipPlain,
  skipSpace,
} from './lexer.ts'

export const KIND = {
  object: 1,
  array: 2,
  string: 3,
  escapedString: 4,
  number: 5,
  true: 6,
  false: 7,
  null: 8,
} as const

export const DEPTH_MAX = 64
export const CELLS = 4

/** No token: what a lookup gives when the field is absent. */
export const NONE = -1

export class Tape {
  /** The text, and behind it a zero byte that stops every inner loop and some room to read a word at its end. */
  readonly bytes: Buffer
  readonly #words: DataView
  readonly cells: Int32Array
  /** How many tokens the last scan wrote. */
  count = 0
  /** Whether the last scan met a backslash: without one every text stands as it is meant. */
  hasEscapes = false
  readonly #open = new Int32Array(DEPTH_MAX)

  /** @param bytesMax the longest text that will be scanned; the cells are sized so that no such text overflows them. */
  constructor(bytesMax: number) {
    this.bytes = Buffer.alloc(bytesMax + ROOM_BYTES)
    this.#words = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length)
    // A token takes at least two bytes, itself and a separator, except the last; an open bracket has had only one so far.
    this.cells = new Int32Array(CELLS * ((bytesMax >> 1) + 2 + DEPTH_MAX))
  }

  /**
   * Scans the first `length` of `bytes`. False when it is not JSON; the tape is then meaningless.
   */
  scan(length: number): boolean {
    assert(length <= this.bytes.length - ROOM_BYTES, 'the text fits the tape')
    const { bytes, cells } = this
    const words = this.#words
    const open = this.#open
    bytes[length] = 0
    this.#isAscii = true
    this.hasEscapes = false
    let depth = 0
    let token = 0
    // The cell of the innermost open container, and what it is; nothing is open at the root.
    let container = NONE
    let within: number = ROOT
    let key = UNKNOWN
    let at = 0

    for (;;) {
      // A value starts here, behind its name when an object is open.
      if (within === KIND.object) {
        if (bytes[at] !== QUOTE) at = skipSpace(bytes, at)
        if (bytes[at] !== QUOTE) return false
        const start = at + 1
        at = skipPlain(words, start)
        if (bytes[at] === QUOTE) key = keyAt(words, start, at - start)
        else {
          at = this.#skipUnplain(at)
          if (at < 0) return false
          key = keyOfText(JSON.parse(bytes.toString('utf8', start - 1, at + 1)) as string)
        }
        if (bytes[++at] !== COLON) at = skipSpace(bytes, at)
        if (bytes[at++] !== COLON) return false
      }
      if (bytes[at] <= SPACE) at = skipSpace(bytes, at)
      const byte = bytes[at]
      const cell = token * CELLS
      if (byte === QUOTE) {
        const start = at + 1
        let kind: number = KIND.string
        at = skipPlain(words, start)
        if (bytes[at] !== QUOTE) {
          kind = KIND.escapedString
          at = this.#skipUnplain(at)
          if (at < 0) return false
        }
        cells[cell] = kind | (key << 4)
        cells[cell + 1] = start
        cells[cell + 2] = at++
        cells[cell + 3] = ++token
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (depth === DEPTH_MAX) return false
        open[depth++] = container
        container = cell
        within = byte === OPEN_BRACE ? KIND.object : KIND.array
        cells[cell] = within | (key << 4)
        cells[cell + 1] = at++
        token++
        key = UNKNOWN
        if (bytes[at] <= SPACE) at = skipSpace(bytes, at)
        // The closing bracket of each lies two above the opening one.
        if (bytes[at] !== byte + 2) continue
      } else {
        const end = byte <= DIGIT_9 ? skipNumber(bytes, at) : skipLiteral(bytes, at)
        if (end < 0) return false
        cells[cell] = LITERAL_KIND[byte] | (key << 4)
        cells[cell + 1] = at
        cells[cell + 2] = end
        cells[cell + 3] = ++token
        at = end
      }

      // Behind a value: close what ends here, until a comma asks for another value.
      for (;;) {
        let behind = bytes[at]
        if (behind <= SPACE) {
          at = skipSpace(bytes, at)
          behind = bytes[at]
        }
        at++
        if (behind === COMMA && within !== ROOT) break
        if (behind !== CLOSE_OF[within]) return false
        if (within === ROOT) {
          this.count = token
          return at === length + 1 && (this.#isAscii || isUtf8(bytes.subarray(0, length)))
        }
        cells[container + 2] = at
        cells[container + 3] = token
        container = open[--depth]
        within = container === NONE ? ROOT : cells[container] & 15
        key = UNKNOWN
      }
    }
  }

  #isAscii = true

  /** The index of the closing quote of a string with escapes or beyond ASCII, from inside it, or -1. */
  #skipUnplain(from: number): number {
    const { bytes } = this
    let at = from
    while (bytes[at] !== QUOTE) {
      if (bytes[at] === BACKSLASH) {
        this.hasEscapes = true
        at = skipEscape(bytes, at)
        if (at < 0) return -1
      } else if (bytes[at] >= 0x80) {
        this.#isAscii = false
        at++
      } else return -1
      at = skipPlain(this.#words, at)
    }
    return at
  }

  kind(token: number): number {
    return this.cells[token * CELLS] & 15
  }

  /** The number of the token's field name, `UNKNOWN` for other names and outside objects. */
  key(token: number): number {
    return this.cells[token * CELLS] >> 4
  }

  start(token: number): number {
    return this.cells[token * CELLS + 1]
  }

  end(token: number): number {
    return this.cells[token * CELLS + 2]
  }

  /** The token behind this one and all it contains: its sibling, if its parent has not ended there. */
  next(token: number): number {
    return this.cells[token * CELLS + 3]
  }

  objectOrNone(token: number): number {
    return this.kind(token) === KIND.object ? token : NONE
  }

  arrayOrNone(token: number): number {
    return this.kind(token) === KIND.array ? token : NONE
  }

  /** An array that has something in it. */
  filledArrayOrNone(token: number): number {
    return this.kind(token) === KIND.array && this.next(token) > token + 1 ? token : NONE
  }

  /** The first item of a filled array; a value that stands where a list is due is a list of one. */
  firstItem(list: number): number {
    return this.kind(list) === KIND.array ? list + 1 : list
  }

  isText(token: number): boolean {
    const kind = this.kind(token)
    return kind === KIND.string || kind === KIND.escapedString
  }

  isEmpty(token: number): boolean {
    return this.start(token) === this.end(token)
  }

  /** Text that is not empty, or a number standing for text: ids and bundles come as either. */
  isScalarText(token: number): boolean {
    return (this.isText(token) && !this.isEmpty(token)) || this.kind(token) === KIND.number
  }

  isEqual(token: number, text: Uint8Array): boolean {
    const start = this.start(token)
    if (this.end(token) - start !== text.length) return false
    for (let i = 0; i < text.length; i++) if (this.bytes[start + i] !== text[i]) return false
    return true
  }

  /** True for `true`, 1 and "1": protobuf bridges write flags as booleans. */
  flag(token: number): boolean {
    return this.kind(token) === KIND.true || this.number(token) === 1
  }

  /** The number, also when written as text; NaN for anything else. */
  number(token: number): number {
    this.unescape(token)
    const kind = this.kind(token)
    if (kind !== KIND.number && kind !== KIND.string) return Number.NaN
    const { bytes } = this
    const start = this.start(token)
    const end = this.end(token)
    let value = 0
    let at = start
    // Up to nine digits are exact and by far the most frequent.
    while (at < end && isDigit(bytes[at])) value = value * 10 + bytes[at++] - 0x30
    if (at === end && end > start && end - start <= 9) return value
    if (end === start || end - start > NUMBER_BYTES_MAX) return Number.NaN
    if (at > start && bytes[at] === POINT && end - start <= 15) {
      let scale = 1
      for (at++; at < end && isDigit(bytes[at]); at++) {
        value = value * 10 + bytes[at] - 0x30
        scale *= 10
      }
      if (at === end) return value / scale
    }
    const text = bytes.toString('latin1', start, end).trim()
    return text === '' ? Number.NaN : Number(text)
  }

  /** The whole part of `number`, as near to it as 32 bits go; `fallback` where there is none. */
  integer(token: number, fallback: number): number {
    const value = this.number(token)
    if (value >= -0x80000000 && value <= 0x7fffffff) return Math.trunc(value)
    if (Number.isNaN(value)) return fallback
    return value > 0 ? 0x7fffffff : -0x80000000
  }

  /**
   * A floor in micros: a price of that many is never below the decimal amount. 0 for what is no amount or none above 0;
   * an amount that cannot be counted is the largest that can, out of every price's reach.
   */
  floorMicros(token: number): number {
    const amount = this.number(token)
    if (!(amount > 0)) return 0
    if (amount * 1e6 >= Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER
    const micros = Math.round(amount * 1e6)
    return micros / 1e6 < amount ? micros + 1 : micros
  }

  /**
   * The bytes of a string between its quotes, escapes and all: text that may stand between quotes again, as long as
   * nobody has called `unescape`.
   */
  rawText(token: number): string {
    return this.bytes.toString('utf8', this.start(token), this.end(token))
  }

  /** The same as a byte text (base/byte-writer.ts), to be written into an answer. */
  rawBytes(token: number): string {
    return this.bytes.toString('latin1', this.start(token), this.end(token))
  }

  /** Whether two texts or numbers mean the same text, escapes and all. */
  isSameText(token: number, other: number): boolean {
    if (this.kind(token) === KIND.escapedString || this.kind(other) === KIND.escapedString) {
      return this.#decoded(token) === this.#decoded(other)
    }
    const { bytes } = this
    const start = this.start(token)
    const otherStart = this.start(other)
    const length = this.end(token) - start
    if (this.end(other) - otherStart !== length) return false
    for (let i = 0; i < length; i++) if (bytes[start + i] !== bytes[otherStart + i]) return false
    return true
  }

  #decoded(token: number): string {
    const text = this.rawText(token)
    return this.kind(token) === KIND.escapedString ? (JSON.parse(`"${text}"`) as string) : text
  }

  /**
   * Replaces the escapes of a text by what they mean, where it stands, so that its range can be hashed and compared:
   * many senders write every slash as `\/`. Never for an id, which is echoed as it came. Nothing is done to other tokens.
   */
  unescape(token: number): void {
    if (!this.hasEscapes || this.kind(token) !== KIND.escapedString) return
    const start = this.start(token)
    const end = this.end(token)
    let at = start
    while (at < end && this.bytes[at] !== BACKSLASH) at++
    if (at === end) return
    const cell = token * CELLS
    // No escape is shorter than what it means.
    this.cells[cell + 2] = start + this.bytes.write(JSON.parse(`"${this.rawText(token)}"`) as string, start)
    // Decoded once and for all: what looks like an escape now is none.
    this.cells[cell] = (this.cells[cell] & ~15) | KIND.string
  }
}

/** What is read at most behind the text: a name of eight bytes that starts at its end. */
const ROOM_BYTES = 16

const COMMA = 0x2c
const POINT = 0x2e
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** No number that a request needs is longer. */
const NUMBER_BYTES_MAX = 64

/** Nothing is open. */
const ROOT = 0
/** The byte that ends what is open: behind the root's value the text itself, which a zero byte follows. */
const CLOSE_OF = Uint8Array.of(0, CLOSE_BRACE, CLOSE_BRACKET)

const LITERAL_KIND = new Uint8Array(256)
LITERAL_KIND.fill(KIND.number, 0x30, 0x3a)
LITERAL_KIND[MINUS] = KIND.number
LITERAL_KIND[0x74] = KIND.true
LITERAL_KIND[0x66] = KIND.false
LITERAL_KIND[0x6e] = KIND.null
