/**
 * A landscape as bytes, so that a restart does not forget the market.
 *
 *   | magic | version | rows | crc32 of all behind it | key of each row | parent of each row | counts |
 *     u32     u32       u32    u32                      u32               u32                  u16 x 384 a row
 *
 * Little-endian. A count is the upper half of its 32-bit float: it keeps eight bits of precision, well below what chance
 * leaves of it. Cold: called at start, at the end, and now and then.
 */
import { crc32 } from 'node:zlib'
import { ROOT_KEY } from './landscape-segments.ts'
import { COUNT_CELLS } from './turnbull.ts'

/** The rows of a landscape, the root's first and each behind its parent's. */
export type SavedLandscape = {
  readonly keys: Uint32Array
  /** Rows of the parents. */
  readonly parents: Int32Array
  /** `COUNT_CELLS` a row; may be longer. */
  readonly counts: Float32Array
}

const MAGIC = 0x444e414c
/** Goes up with any change to the layout, the grid or the ladder. */
const VERSION = 1
const HEADER_WORDS = 4
const HEADER_BYTES = 4 * HEADER_WORDS
const ROW_BYTES = 8 + 2 * COUNT_CELLS

export function writeLandscape({ keys, parents, counts }: SavedLandscape): Uint8Array {
  const rowCount = keys.length
  const bytes = new Uint8Array(HEADER_BYTES + rowCount * ROW_BYTES)
  const parts = partsOf(bytes, rowCount)
  parts.keys.set(keys)
  parts.parents.set(parents)
  const bits = new Uint32Array(counts.buffer, counts.byteOffset, rowCount * COUNT_CELLS)
  for (let i = 0; i < bits.length; i++) parts.counts[i] = bits[i] >>> 16
  parts.header.set([MAGIC, VERSION, rowCount, crc32(bytes.subarray(HEADER_BYTES))])
  return bytes
}

/** Undefined for bytes that `writeLandscape` of this version did not make. */
export function readLandscape(bytes: Uint8Array): SavedLandscape | undefined {
  const rowCount = Math.floor((bytes.length - HEADER_BYTES) / ROW_BYTES)
  if (rowCount < 1 || bytes.length !== HEADER_BYTES + rowCount * ROW_BYTES) return undefined
  // A copy, because words must be aligned and the bytes of a file need not be.
  const { header, keys, parents, counts } = partsOf(new Uint8Array(bytes), rowCount)
  const expected = [MAGIC, VERSION, rowCount, crc32(bytes.subarray(HEADER_BYTES))]
  if (!expected.every((word, i) => word === header[i])) return undefined
  if (
    keys[0] !== ROOT_KEY ||
    !parents.every((parent, row) => parent >= 0 && parent <= Math.max(row - 1, 0))
  ) {
    return undefined
  }
  const bits = Uint32Array.from(counts, (half) => half << 16)
  return { keys, parents, counts: new Float32Array(bits.buffer) }
}

function partsOf(bytes: Uint8Array, rowCount: number) {
  const { buffer } = bytes
  return {
    header: new Uint32Array(buffer, 0, HEADER_WORDS),
    keys: new Uint32Array(buffer, HEADER_BYTES, rowCount),
    parents: new Int32Array(buffer, HEADER_BYTES + 4 * rowCount, rowCount),
    counts: new Uint16Array(buffer, HEADER_BYTES + 8 * rowCount, rowCount * COUNT_CELLS),
  }
}
