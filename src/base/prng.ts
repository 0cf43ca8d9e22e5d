/**
 * Seeded pseudo-random numbers: sfc32 (Chris Doty-Humphrey's small fast counter), 32 bits a step, period at least 2^32.
 * Good enough to draw traffic and to make ids; not for secrets.
 */
export class Prng {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    this.#a = seed | 0
    this.#b = (seed ^ 0x9e3779b9) | 0
    this.#c = 0x243f6a88
    // The first outputs still resemble the seed.
    for (let i = 0; i < 12; i++) this.uint32()
  }

  /** A uniform integer in [0, 2^32). */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A uniform number in [0, 1). */
  unit(): number {
    return this.uint32() / 4294967296
  }

  /** A uniform integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.unit() * count)
  }

  /** A standard normal deviate (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit())
  }

  /** One element of a list that has some. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]
  }
}
