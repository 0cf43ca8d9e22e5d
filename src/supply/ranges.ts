/**
 * Compiles lists of address blocks, as providers publish them, to sorted ranges that neither touch nor overlap.
 */
import { ADDRESS_WORDS, readAddress } from './address.ts'

/** First and last address of each range, `ADDRESS_WORDS` words each, in ascending order. */
export type AddressRanges = {
  readonly count: number
  readonly firsts: Uint32Array
  readonly lasts: Uint32Array
}

type Range = { readonly first: bigint; last: bigint }

const BITS = 128
const IPV4_BITS = 32

/** @param blocks in CIDR notation, as 192.0.2.0/24 or 2001:db8::/32, or single addresses; none that has a fault. */
export function compileRanges(blocks: readonly string[]): AddressRanges {
  const sorted = blocks.map(rangeOf).sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const ranges: Range[] = []
  for (const range of sorted) {
    const before = ranges[ranges.length - 1]
    if (before === undefined || range.first > before.last + 1n) ranges.push(range)
    else if (range.last > before.last) before.last = range.last
  }
  return {
    count: ranges.length,
    firsts: Uint32Array.from(ranges.flatMap(({ first }) => wordsOf(first))),
    lasts: Uint32Array.from(ranges.flatMap(({ last }) => wordsOf(last))),
  }
}

/** What is wrong with a block; '' when nothing is. */
export function blockFault(text: string): string {
  const block = parse(text)
  if (block === undefined) return 'is no block of addresses; write it as 192.0.2.0/24 or 2001:db8::/32'
  const { address, prefix } = block
  if (prefix === (text.includes(':') ? 0 : BITS - IPV4_BITS)) return 'has every address in it; leave it out'
  if ((address & hostMask(prefix)) !== 0n)
    return 'does not start where its block does; clear the bits behind the prefix'
  return ''
}

function rangeOf(text: string): Range {
  const { address, prefix } = parse(text) ?? { address: 0n, prefix: BITS }
  return { first: address & ~hostMask(prefix), last: address | hostMask(prefix) }
}

/** The bits behind a prefix. */
function hostMask(prefix: number): bigint {
  return (1n << BigInt(BITS - prefix)) - 1n
}

/** Address and prefix in the space of `readAddress`. */
function parse(text: string): { address: bigint; prefix: number } | undefined {
  const [, host, length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  if (host === undefined) return undefined
  const bytes = Buffer.from(host)
  const words = new Uint32Array(ADDRESS_WORDS)
  const bits = host.includes(':') ? BITS : IPV4_BITS
  const prefix = length === undefined ? bits : Number(length)
  if (!readAddress(bytes, 0, bytes.length, words) || prefix > bits) return undefined
  return {
    address: words.reduce((address, word) => (address << 32n) | BigInt(word), 0n),
    prefix: prefix + BITS - bits,
  }
}

function wordsOf(address: bigint): number[] {
  return [96n, 64n, 32n, 0n].map((shift) => Number((address >> shift) & 0xffffffffn))
}
