/**
 * Reads the IAB's US privacy string: four characters, the version `1`, then `Y`, `N` or `-` for notice given, opted out
 * of the sale, and covered by the limited service provider agreement. `1---` says that no such law applies.
 *
 * What is no such string says nothing, as Prebid Server has it: senders put all sorts of text there.
 */

/** Whether the string says that the user has opted out of the sale of personal data. */
export function isSaleOptedOut(bytes: Uint8Array, start: number, end: number): boolean {
  return isUsPrivacy(bytes, start, end) && (bytes[start + 2] | LOWER_CASE) === SMALL_Y
}

export function isUsPrivacy(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start === 4 &&
    bytes[start] === DIGIT_1 &&
    isChoice(bytes[start + 1]) &&
    isChoice(bytes[start + 2]) &&
    isChoice(bytes[start + 3])
  )
}

function isChoice(byte: number): boolean {
  const letter = byte | LOWER_CASE
  return letter === SMALL_Y || letter === SMALL_N || byte === DASH
}

const LOWER_CASE = 0x20
const DASH = 0x2d
const DIGIT_1 = 0x31
const SMALL_N = 0x6e
const SMALL_Y = 0x79
