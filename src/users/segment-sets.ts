/**
 * Sets of segments, each stored once however many users are in it and however it is written. Made while a segment file
 * is read.
 */
import { hashText } from '../base/hash.ts'

/** The segments of set `i` stand from `starts[i]` to `starts[i + 1]`, as `hashText` of their names. */
export type CompiledSets = {
  readonly names: readonly string[]
  readonly hashes: Uint32Array
  readonly starts: Uint32Array
}

export const SETS_MAX = 1_000_000
const NAMES_MAX = 65_536
/** Segments of a user. */
const SET_SEGMENTS_MAX = 256

const NAME = /^[^\s\p{Cc}]{1,128}$/u

export class SegmentSets {
  readonly #nameByHash = new Map<number, string>()
  readonly #hashes: number[] = []
  readonly #starts: number[] = [0]
  readonly #setByHashes = new Map<string, number>()
  /** Spares most lines the rest of the work. */
  #setByText = new Map<string, number>()

  /** The number of the set that is written as `name,name,...`, or else what is wrong with it. */
  setOf(text: string): number | string {
    const known = this.#setByText.get(text)
    if (known !== undefined) return known
    const set = this.#read(text)
    if (typeof set === 'number') this.#remember(text, set)
    return set
  }

  compile(): CompiledSets {
    return {
      names: [...this.#nameByHash.values()],
      hashes: Uint32Array.from(this.#hashes),
      starts: Uint32Array.from(this.#starts),
    }
  }

  #read(text: string): number | string {
    const names = lowered(text).split(',')
    if (names.length > SET_SEGMENTS_MAX) return `more than ${SET_SEGMENTS_MAX} segments`
    const hashes = new Set<number>()
    for (const name of names) {
      const hash = hashText(name)
      const fault = this.#learn(name, hash)
      if (fault !== undefined) return fault
      hashes.add(hash)
    }
    return this.#numberOf([...hashes].sort((a, b) => a - b))
  }

  /** Nobody could tell segments of one hash apart. */
  #learn(name: string, hash: number): string | undefined {
    const known = this.#nameByHash.get(hash)
    if (known === name) return undefined
    if (!NAME.test(name)) return `${JSON.stringify(name)} is no name of a segment`
    if (known !== undefined) return `the segments "${known}" and "${name}" have one hash: rename one`
    if (this.#nameByHash.size === NAMES_MAX) return `more than ${NAMES_MAX} names of segments`
    this.#nameByHash.set(hash, name)
    return undefined
  }

  #numberOf(hashes: readonly number[]): number | string {
    const key = hashes.join()
    const known = this.#setByHashes.get(key)
    if (known !== undefined) return known
    const set = this.#setByHashes.size
    if (set === SETS_MAX) return `more than ${SETS_MAX} different sets of segments`
    for (const hash of hashes) this.#hashes.push(hash)
    this.#starts.push(this.#hashes.length)
    this.#setByHashes.set(key, set)
    return set
  }

  #remember(text: string, set: number): void {
    if (this.#setByText.size === SETS_MAX) this.#setByText = new Map()
    this.#setByText.set(text, set)
  }
}

/** In ASCII alone, as `hashText` folds. */
function lowered(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
}
