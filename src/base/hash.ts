/**
 * MurmurHash3 x86 32-bit (Austin Appleby, public domain), seed 0, over text with ASCII capitals folded to lower case.
 *
 * The one hash of the project for text: targeting values, feature values and configuration agree on it, and any
 * language with a murmur3 can reproduce it as `murmur3_32(fold(text).encode("utf-8"), seed=0)`, where `fold` lowers A to
 * Z and, unlike many a `lower`, nothing else. Empty text gives 0, which therefore also stands for "not known". About 1 ns
 * a byte.
 */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  let at = start
  for (const wordsEnd = end - ((end - start) & 3); at < wordsEnd; at += 4) {
    const word =
      fold(bytes[at]) | (fold(bytes[at + 1]) << 8) | (fold(bytes[at + 2]) << 16) | (fold(bytes[at + 3]) << 24)
    hash ^= scramble(word)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let shift = 0; at < end; at++, shift += 8) tail |= fold(bytes[at]) << shift
  if (tail !== 0) hash ^= scramble(tail)
  return mix32(hash ^ (end - start))
}

const encoder = new TextEncoder()
const ascii = new Uint8Array(256)

/** `hashBytes` of a string's UTF-8. */
export function hashText(text: string): number {
  const { length } = text
  if (length > ascii.length) return hashEncoded(text)
  // Nearly all texts are short and ASCII; a call of the encoder costs more than the hash.
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return hashEncoded(text)
    ascii[i] = code
  }
  return hashBytes(ascii, 0, length)
}

function hashEncoded(text: string): number {
  const bytes = encoder.encode(text)
  return hashBytes(bytes, 0, bytes.length)
}

/** The finaliser of MurmurHash3: every input bit reaches every output bit. Unsigned result; 0 gives 0. */
export function mix32(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Hash of an ordered pair of hashes, for crossed features. */
export function hashPair(first: number, second: number): number {
  return pairOf(firstOfPair(first), second)
}

/** The first half of `hashPair`, to be done once for many pairs. */
export function firstOfPair(first: number): number {
  return Math.imul(first, 0x9e3779b1)
}

/** The second half of `hashPair`. */
export function pairOf(first: number, second: number): number {
  return mix32(first ^ second)
}

/** ASCII lower case of one byte. */
export function fold(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
}

function scramble(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51)
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593)
}
