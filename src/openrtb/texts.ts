/**
 * The texts of a request that somebody compares: ranges of bytes over the tape, and what they hash to.
 */
import { hashBytes } from '../base/hash.ts'
import type { Tape } from './tape.ts'

/** Text fields by number; `domain` is the site's domain, or the host of its page. */
export const TEXT = {
  domain: 0,
  bundle: 1,
  publisher: 2,
  country: 3,
  region: 4,
  os: 5,
  language: 6,
  userAgent: 7,
  /** `device.ip`, or `ipv6` where there is none. */
  address: 8,
  /** `device.make`, `model` and `carrier`. */
  make: 9,
  model: 10,
  carrier: 11,
} as const
export const TEXT_COUNT = Object.keys(TEXT).length
/** The texts before this one are hashed; what may tell a person, or help to, is not. */
export const HASHED_COUNT = TEXT.userAgent

/** A cell for each field of `TEXT`. */
export type TextRanges = {
  readonly textStart: Int32Array
  readonly textEnd: Int32Array
  /** Unsigned hash of each of the first `HASHED_COUNT` texts, 0 when empty. */
  readonly textHash: Uint32Array
}

/** Text or a number standing for it; anything else empties the field. */
export function setText(tape: Tape, { textStart, textEnd }: TextRanges, field: number, token: number): void {
  tape.unescape(token)
  textStart[field] = tape.start(token)
  textEnd[field] = tape.isScalarText(token) ? tape.end(token) : tape.start(token)
}

export function isTextEmpty({ textStart, textEnd }: TextRanges, field: number): boolean {
  return textStart[field] === textEnd[field]
}

export function hashTexts(bytes: Uint8Array, { textStart, textEnd, textHash }: TextRanges): void {
  for (let field = 0; field < HASHED_COUNT; field++) {
    const start = textStart[field]
    const end = textEnd[field]
    textHash[field] = start === end ? 0 : hashBytes(bytes, start, end)
  }
}
