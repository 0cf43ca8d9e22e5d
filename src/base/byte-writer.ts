/**
 * Bytes written one text behind the other, into a buffer that is used again for the next answer. A text is copied once,
 * where joined strings are made a rope, made flat, counted and encoded.
 *
 * What is written are byte texts: UTF-8, each byte of it a character, in one piece of memory. Such a text takes a byte a
 * character in the heap, is as long as what it writes, and is copied by Node's fast call; text that was joined or cut just
 * now is copied too, at five to ten times the cost (bench/micro/base/byte-writer.ts).
 *
 * A writer that is full takes no more: give it a byte more than may be written, so that too much can be seen.
 */
import { assert } from './assert.ts'
import { decimalOfMicros } from './money.ts'

/** A text as UTF-8, each byte a character; in one piece, however it was joined. Text of ASCII reads the same. */
export function byteText(text: string): string {
  return Buffer.from(text).toString('latin1')
}

const INT32_MAX = 0x7fffffff

export class ByteWriter {
  readonly bytes: Latin1Buffer
  /** Bytes that are written; may be set back. */
  length = 0

  constructor(bytesMax: number) {
    this.bytes = Buffer.alloc(bytesMax) as Latin1Buffer
  }

  /** @param text a byte text. */
  text(text: string): this {
    this.length += this.bytes.latin1Write(text, this.length)
    return this
  }

  /** @param integer from 0 to 2^53; in base 36. */
  base36(integer: number): this {
    return integer > INT32_MAX ? this.text(integer.toString(36)) : this.#digits(integer, 36, 1)
  }

  /** An amount in micros as `decimalOfMicros` has it. */
  decimalOfMicros(micros: number): this {
    assert(Number.isSafeInteger(micros) && micros >= 0, 'an amount in micros is an integer from 0 to 2^53')
    const whole = Math.floor(micros / 1e6)
    if (whole > INT32_MAX) return this.text(decimalOfMicros(micros))
    this.#digits(whole, 10, 1)
    let fraction = micros - whole * 1e6
    if (fraction === 0) return this
    let places = 6
    for (; fraction % 10 === 0; fraction /= 10) places--
    return this.text('.').#digits(fraction, 10, places)
  }

  #digits(integer: number, radix: number, digitsMin: number): this {
    const start = this.length
    let at = start + 1
    for (let rest = integer; rest >= radix; rest = (rest / radix) | 0) at++
    at = Math.max(at, start + digitsMin)
    this.length = Math.min(at, this.bytes.length)
    for (let rest = integer; at > start; rest = (rest / radix) | 0) this.bytes[--at] = DIGITS[rest % radix]
    return this
  }

  /** What is written, as a view that is good until more is. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** What is written, as a byte text. */
  toText(): string {
    return this.bytes.latin1Slice(0, this.length)
  }
}

const DIGITS = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz')

/** Node has these, and its types have not; `write` and `toString` look the encoding up first. */
export type Latin1Buffer = Buffer & {
  /** @param lengthMax bytes at most; all that there is room for unless given. */
  latin1Write(text: string, offset: number, lengthMax?: number): number
  latin1Slice(start: number, end: number): string
}
