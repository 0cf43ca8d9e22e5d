/**
 * gzip both ways, in one piece and in place: a request is so small that a trip to the thread pool costs more than the
 * work. The length that a gzip member states at its end (RFC 1952, ISIZE) bounds what is inflated, so that a body
 * which grows beyond it is given up there and then.
 */
import { gunzipSync, gzipSync } from 'node:zlib'

export const NOT_GZIP = -1
export const INFLATES_TOO_LARGE = -2

/** Header and trailer of a member, with an empty block between them. */
const MEMBER_BYTES_MIN = 20
/** One byte more than is due tells zlib that nothing follows; it takes no buffer below 64. */
const CHUNK_SPARE_BYTES = 64
/** The stated length of what is no gzip is any number; room for it would cost more than all the rest. */
const CHUNK_BYTES_MAX = 16_384

/**
 * Inflates one gzip member to the beginning of `target`, which has room for `bytesMax`.
 *
 * Gives the length, or `INFLATES_TOO_LARGE`, or `NOT_GZIP` for anything but one whole member: a broken or truncated
 * one, bytes behind it, and several members with something in them, which no peer has a reason to send.
 */
export function inflate(packed: Uint8Array, target: Uint8Array, bytesMax: number): number {
  if (packed.length < MEMBER_BYTES_MIN) return NOT_GZIP
  const statedLength = statedLengthOf(packed)
  const plain = gunzip(packed, Math.min(statedLength, bytesMax))
  if (plain === NOT_GZIP) return NOT_GZIP
  if (plain === INFLATES_TOO_LARGE) return statedLength > bytesMax ? INFLATES_TOO_LARGE : NOT_GZIP
  if (plain.length !== statedLength) return NOT_GZIP
  target.set(plain)
  return plain.length
}

/** The one place that catches what zlib throws. */
function gunzip(packed: Uint8Array, bytesMax: number): Buffer | typeof NOT_GZIP | typeof INFLATES_TOO_LARGE {
  try {
    return gunzipSync(packed, {
      maxOutputLength: Math.max(bytesMax, 1),
      chunkSize: Math.min(bytesMax, CHUNK_BYTES_MAX) + CHUNK_SPARE_BYTES,
    })
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? INFLATES_TOO_LARGE : NOT_GZIP
  }
}

function statedLengthOf(packed: Uint8Array): number {
  const at = packed.length - 4
  return (packed[at] | (packed[at + 1] << 8) | (packed[at + 2] << 16) | (packed[at + 3] << 24)) >>> 0
}

/**
 * Shorter answers leave as they are: with its headers such a one fits into a single segment, so that packing it would
 * save bytes but no time.
 */
export const GZIP_FROM_BYTES = 1024

/** Level 6 takes longer and saves less than one byte in a hundred more. */
const ANSWER_OPTIONS = { level: 1 } as const

/** Packs an answer. */
export function gzip(bytes: Uint8Array): Buffer {
  return gzipSync(bytes, ANSWER_OPTIONS)
}
