/**
 * A matrix of bits: a row for a set of ads, a column for an ad. Each row has a summary, one bit for each of its words
 * that is not zero, so that a conjunction can skip 1,024 ads by one AND. Equal rows are stored once.
 *
 *   words   | row 0: 32 ads | 32 ads | ... | row 1: ...
 *   summary | row 0: 32 words | ...        | row 1: ...
 */
export class Rows {
  /** Words in a row of `words`, and of `summary`. */
  readonly width: number
  readonly summaryWidth: number
  readonly words: Int32Array
  readonly summary: Int32Array
  /** The row of all ads. */
  static readonly all = 0

  private constructor(adCount: number, rows: readonly Int32Array[]) {
    this.width = widthOf(adCount)
    this.summaryWidth = widthOf(this.width)
    this.words = new Int32Array(rows.length * this.width)
    this.summary = new Int32Array(rows.length * this.summaryWidth)
    for (let row = 0; row < rows.length; row++) {
      this.words.set(rows[row], row * this.width)
      for (let word = 0; word < this.width; word++) {
        if (rows[row][word] !== 0) this.summary[row * this.summaryWidth + (word >> 5)] |= 1 << (word & 31)
      }
    }
  }

  static builder(adCount: number): RowsBuilder {
    return new RowsBuilder(adCount, (rows) => new Rows(adCount, rows))
  }
}

class RowsBuilder {
  readonly #adCount: number
  readonly #build: (rows: readonly Int32Array[]) => Rows
  readonly #rows: Int32Array[] = []
  readonly #rowsByHash = new Map<number, number[]>()

  constructor(adCount: number, build: (rows: readonly Int32Array[]) => Rows) {
    this.#adCount = adCount
    this.#build = build
    this.add(this.bits(() => true))
  }

  /** The bits of the ads for which this holds. */
  bits(isMember: (ad: number) => boolean): Int32Array {
    const bits = new Int32Array(widthOf(this.#adCount))
    for (let ad = 0; ad < this.#adCount; ad++) if (isMember(ad)) setBit(bits, ad)
    return bits
  }

  /** The row with these bits: a new one, or the equal one there is. */
  add(bits: Int32Array): number {
    let hash = 0
    for (let i = 0; i < bits.length; i++) hash = (Math.imul(hash, 31) + bits[i]) | 0
    const sameHash = this.#rowsByHash.get(hash) ?? []
    for (const row of sameHash) if (areEqual(this.#rows[row], bits)) return row
    const row = this.#rows.push(bits) - 1
    this.#rowsByHash.set(hash, [...sameHash, row])
    return row
  }

  build(): Rows {
    return this.#build(this.#rows)
  }
}

export type { RowsBuilder }

/** Adds the ads of a row to one under construction. */
export function addBits(bits: Int32Array, more: Int32Array): void {
  for (let i = 0; i < bits.length; i++) bits[i] |= more[i]
}

function areEqual(some: Int32Array, others: Int32Array): boolean {
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false
  return true
}

/** Marks an ad in a row under construction. */
export function setBit(bits: Int32Array, ad: number): void {
  bits[ad >> 5] |= 1 << (ad & 31)
}

function widthOf(bitCount: number): number {
  return Math.max(1, (bitCount + 31) >> 5)
}
