/**
 * Values that several objects of a request have in common, read from the tape.
 */
import { KIND, NONE, type Tape } from './tape.ts'

/** A currency as its three letters, a byte each. Zero stands for what is no currency. */
export const USD = 0x555344

/** The currency that a text names, `fallback` when there is no text, 0 for a text that cannot be one. */
export function currencyAt(tape: Tape, token: number, fallback: number): number {
  tape.unescape(token)
  if (!tape.isText(token) || tape.isEmpty(token)) return fallback
  const start = tape.start(token)
  if (tape.end(token) - start !== 3) return 0
  const { bytes } = tape
  return (bytes[start] << 16) | (bytes[start + 1] << 8) | bytes[start + 2]
}

/**
 * A list of texts to compare: an array with something in it, or a text or number that stands for a list of one; `NONE`
 * where there is neither. Walked from `firstItem` on.
 */
export function textList(tape: Tape, token: number): number {
  const isList = tape.filledArrayOrNone(token) !== NONE || tape.isScalarText(token)
  if (!isList) return NONE
  if (!tape.hasEscapes) return token
  const end = tape.next(token)
  for (let item = tape.firstItem(token); item < end; item = tape.next(item)) tape.unescape(item)
  return token
}

/** An array with something in it, or a code that stands for a list of one; `NONE` for what lists no codes. */
export function codeList(tape: Tape, token: number): number {
  if (tape.kind(token) === KIND.array) return tape.filledArrayOrNone(token)
  return Number.isNaN(tape.number(token)) ? NONE : token
}

/** The bit of a code mask that stands for all codes beyond its bits: an exchange's own, and those that nobody knows. */
export const OTHER_CODES = 1

/** Codes from 1 to 31 as bits; a code of its own stands for a list of one. What is no number says nothing. */
export function codeMask(tape: Tape, token: number): number {
  if (tape.kind(token) === KIND.object) return 0
  let mask = 0
  const end = tape.next(token)
  for (let item = tape.firstItem(token); item < end; item = tape.next(item)) mask |= bitOf(tape.number(item))
  return mask
}

function bitOf(code: number): number {
  if (Number.isNaN(code)) return 0
  return code >= 1 && code < 32 ? 1 << Math.trunc(code) : OTHER_CODES
}
