/**
 * Reads bit fields out of base64url text where it stands: nothing is decoded but the characters that a field lies in.
 * The bits run from the highest of each character down, six a character (RFC 4648 section 5). The characters `+` and `/`
 * of the other alphabet count too.
 *
 * A fault is kept instead of reported at every step: whoever reads behind the end or meets a character that is none gets
 * 0 from then on where it matters, and asks `isBroken` before believing anything.
 */

/** The widest field that one read gives. */
export const FIELD_BITS_MAX = 25

export class BitReader {
  /** Whether any read since `open` has failed. */
  isBroken = false
  #bytes: Uint8Array = NO_BYTES
  #start = 0
  #end = 0
  #bit = 0

  /** Starts at the first bit of the text in `bytes` from `start` to `end`; `end` may not lie behind the bytes. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.isBroken = false
    this.#bytes = bytes
    this.#start = start
    this.#end = end
    this.#bit = 0
  }

  /** The bit that the next read starts at. */
  get bit(): number {
    return this.#bit
  }

  /** The index of the first byte that holds no bit which was passed. */
  get nextByte(): number {
    return this.#start + (((this.#bit + 5) / 6) | 0)
  }

  seek(bit: number): void {
    this.#bit = bit
  }

  /** Declares that what was read makes no sense. */
  fail(): void {
    this.isBroken = true
  }

  /** The next `count` bits as a number, 1 to `FIELD_BITS_MAX` of them; 0 when they are not there. */
  read(count: number): number {
    const bytes = this.#bytes
    const last = this.#bit + count - 1
    let at = this.#start + ((this.#bit / 6) | 0)
    const lastAt = this.#start + ((last / 6) | 0)
    this.#bit = last + 1
    if (lastAt >= this.#end) return this.#broken()
    let value = 0
    // What is no character has the value -1, which keeps the sign of all that it is joined to.
    let sign = 0
    for (; at <= lastAt; at++) {
      const sextet = SEXTETS[bytes[at]]
      sign |= sextet
      value = (value << 6) | sextet
    }
    if (sign < 0) return this.#broken()
    return (value >>> (5 - (last % 6))) & ((1 << count) - 1)
  }

  #broken(): number {
    this.isBroken = true
    return 0
  }
}

const NO_BYTES = new Uint8Array(0)

const SEXTETS = new Int8Array(256).fill(-1)
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
for (let i = 0; i < ALPHABET.length; i++) SEXTETS[ALPHABET.charCodeAt(i)] = i
for (const character of '-+') SEXTETS[character.charCodeAt(0)] = 62
for (const character of '_/') SEXTETS[character.charCodeAt(0)] = 63
