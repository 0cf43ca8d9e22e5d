/**
 * A body on its way in. Most come in one piece, which is used where it lies; of others the pieces are copied one behind
 * the other, because a piece dies with its callback. The buffer doubles, so that a body sent byte by byte costs no more
 * than twice its bytes.
 */

const FIRST_BUFFER_BYTES = 4096
const NO_BYTES = Buffer.alloc(0)

export class Body {
  /** Of all pieces up to now. */
  length = 0
  #bytes = NO_BYTES

  /** Takes a copy of a piece that is not the last one. */
  keep(piece: ArrayBuffer): void {
    const length = this.length + piece.byteLength
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_BUFFER_BYTES, 2 * length))
      this.#bytes.copy(grown, 0, 0, this.length)
      this.#bytes = grown
    }
    this.#bytes.set(new Uint8Array(piece), this.length)
    this.length = length
  }

  /** The whole body, with its last piece; to be used before the callback of that piece ends. */
  end(piece: ArrayBuffer): Uint8Array {
    if (this.length === 0) {
      this.length = piece.byteLength
      return new Uint8Array(piece)
    }
    this.keep(piece)
    return this.#bytes.subarray(0, this.length)
  }

  /** Frees what was kept. */
  drop(): void {
    this.#bytes = NO_BYTES
    this.length = 0
  }
}
