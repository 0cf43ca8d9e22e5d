/**
 * Versions of models by the number that stands for them in a bid record, and the header that says so. Only grows, so
 * that a header names whatever was numbered before it was made. Number 0 is a version whose name has found no room.
 */

/** What a header has room for. A process sees a few, each some ten characters long. */
const CHARS_MAX = 2000

export class ModelNames {
  /** Another object whenever there is another name. */
  header: Buffer
  readonly #headerOf: (names: readonly string[]) => Buffer
  readonly #indexes = new Map<string, number>()
  #charCount = 0

  constructor(headerOf: (names: readonly string[]) => Buffer) {
    this.#headerOf = headerOf
    this.header = headerOf([''])
  }

  indexOf(name: string): number {
    return this.#indexes.get(name) ?? this.#add(name)
  }

  #add(name: string): number {
    // Quotes and a comma stand beside each name.
    this.#charCount += name.length + 3
    if (this.#charCount > CHARS_MAX) return 0
    this.#indexes.set(name, this.#indexes.size + 1)
    this.header = this.#headerOf(['', ...this.#indexes.keys()])
    return this.#indexes.size
  }
}
