/**
 * A set of supply chain nodes, looked up by the bytes of a request: whole systems, by their domain, and single sellers
 * of a system. The case of a domain is ignored, that of a seller's id is not. A lookup allocates nothing.
 */
import { fold, hashBytes, hashPair } from '../base/hash.ts'

const ABSENT = -1
const SEPARATOR = '!'

export class NodeSet {
  readonly #size: number
  readonly #mask: number
  readonly #slots: Int32Array
  readonly #hashes: Uint32Array
  /** Of node i: its domain from cell 2 i on, its seller, if any, from cell 2 i + 1 on. */
  readonly #offsets: Int32Array
  readonly #bytes: Uint8Array

  /** @param texts `asi`, or `asi!sid` for one seller. */
  constructor(texts: readonly string[]) {
    const parts = texts.map(partsOf)
    this.#size = parts.length
    this.#offsets = Int32Array.from(offsetsOf(parts.flat()))
    this.#bytes = Buffer.concat(parts.flat())
    this.#hashes = Uint32Array.from(parts, ([domain, seller]) => {
      const hash = hashBytes(domain, 0, domain.length)
      return seller.length === 0 ? hash : hashPair(hash, hashBytes(seller, 0, seller.length))
    })
    // At most half full, so that a probe for an absent node ends soon.
    const slotCount = 2 ** Math.ceil(Math.log2(2 * parts.length + 2))
    this.#mask = slotCount - 1
    this.#slots = new Int32Array(slotCount).fill(ABSENT)
    for (let i = 0; i < parts.length; i++) {
      let slot = this.#hashes[i] & this.#mask
      while (this.#slots[slot] !== ABSENT) slot = (slot + 1) & this.#mask
      this.#slots[slot] = i
    }
  }

  /** Whether the set has the system, or this seller of it. */
  has(bytes: Uint8Array, asiStart: number, asiEnd: number, sidStart: number, sidEnd: number): boolean {
    if (this.#size === 0) return false
    const asiHash = hashBytes(bytes, asiStart, asiEnd)
    if (this.#find(asiHash, bytes, asiStart, asiEnd, sidStart, sidStart)) return true
    const hash = hashPair(asiHash, hashBytes(bytes, sidStart, sidEnd))
    return this.#find(hash, bytes, asiStart, asiEnd, sidStart, sidEnd)
  }

  #find(
    hash: number,
    bytes: Uint8Array,
    asiStart: number,
    asiEnd: number,
    sidStart: number,
    sidEnd: number,
  ): boolean {
    for (let slot = hash & this.#mask; this.#slots[slot] !== ABSENT; slot = (slot + 1) & this.#mask) {
      const node = this.#slots[slot]
      if (this.#hashes[node] !== hash) continue
      if (!this.#isDomain(2 * node, bytes, asiStart, asiEnd)) continue
      if (this.#isSeller(2 * node + 1, bytes, sidStart, sidEnd)) return true
    }
    return false
  }

  #isDomain(part: number, bytes: Uint8Array, start: number, end: number): boolean {
    const offset = this.#offsets[part]
    if (this.#offsets[part + 1] - offset !== end - start) return false
    for (let i = 0; i < end - start; i++) if (this.#bytes[offset + i] !== fold(bytes[start + i])) return false
    return true
  }

  #isSeller(part: number, bytes: Uint8Array, start: number, end: number): boolean {
    const offset = this.#offsets[part]
    if (this.#offsets[part + 1] - offset !== end - start) return false
    for (let i = 0; i < end - start; i++) if (this.#bytes[offset + i] !== bytes[start + i]) return false
    return true
  }
}

/** What is wrong with a node as text; '' when nothing is. */
export function nodeFault(text: string): string {
  const [domain, ...sellers] = text.split(SEPARATOR)
  const isRight = domain !== '' && sellers.length <= 1 && sellers[0] !== '' && !/\s/.test(text)
  return isRight ? '' : 'is no node; write the domain of a system, or domain!seller for one seller of it'
}

/** The bytes of the domain in lower case, and of the seller, which are none for the whole system. */
function partsOf(text: string): [Uint8Array, Uint8Array] {
  const [domain, seller = ''] = text.split(SEPARATOR)
  return [Buffer.from(domain).map(fold), Buffer.from(seller)]
}

function offsetsOf(parts: readonly Uint8Array[]): number[] {
  const offsets = [0]
  for (const part of parts) offsets.push(offsets[offsets.length - 1] + part.length)
  return offsets
}
