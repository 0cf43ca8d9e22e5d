/**
 * Records of one kind on their way to the disk: a ring of buffers that are allocated once. One is filled while full ones
 * wait to be written; when all are full there is no room, and the record is dropped by whoever has it.
 *
 *     | written | full, being written | full | filling | free |
 *                 ^ oldest                     ^ newest
 *
 * Called on the bid path; nothing is allocated and nothing waited for.
 */
import type { Latin1Buffer } from '../base/byte-writer.ts'
import { BID_ID_BYTES } from './layout.ts'

/** A buffer, as its writers want to see it; record n begins at byte n times the length of one. */
export class RecordBuffer {
  readonly bytes: Latin1Buffer
  readonly uint32: Uint32Array
  readonly float32: Float32Array
  readonly float64: Float64Array
  count = 0

  constructor(byteLength: number) {
    const memory = new ArrayBuffer(byteLength)
    this.bytes = Buffer.from(memory) as Latin1Buffer
    this.uint32 = new Uint32Array(memory)
    this.float32 = new Float32Array(memory)
    this.float64 = new Float64Array(memory)
  }
}

/** @property buffers two at least. */
export type RingSize = { readonly buffers: number; readonly bufferBytes: number }

export class RecordRing {
  readonly recordBytes: number
  readonly #recordsMax: number
  readonly #buffers: readonly RecordBuffer[]
  /** Numbers of buffers, counted on for ever; a buffer's place is its number modulo their count. */
  #oldest = 0
  #newest = 0

  /** @param recordBytes a multiple of eight. */
  constructor(recordBytes: number, size: RingSize) {
    this.recordBytes = recordBytes
    this.#recordsMax = Math.floor(size.bufferBytes / recordBytes)
    this.#buffers = Array.from(
      { length: size.buffers },
      () => new RecordBuffer(this.#recordsMax * recordBytes),
    )
  }

  /** Whether a buffer is full: worth being written before its time. */
  get isBatchFull(): boolean {
    return this.#newest > this.#oldest
  }

  /** Number of the buffer that is written next, and of the one that is being filled. */
  get oldest(): number {
    return this.#oldest
  }

  get newest(): number {
    return this.#newest
  }

  /** A buffer whose next record, at its `count`, may be written; whoever has done so adds one. Undefined without room. */
  room(): RecordBuffer | undefined {
    const buffer = this.#at(this.#newest)
    return buffer.count < this.#recordsMax ? buffer : this.#nextBuffer()
  }

  /** The oldest records, to be given back with `free`; undefined when there are none. No more are put into their buffer. */
  take(): RecordBuffer | undefined {
    const buffer = this.#at(this.#oldest)
    if (buffer.count === 0) return undefined
    if (this.#oldest === this.#newest) this.#newest++
    return buffer
  }

  /** The buffer that was taken may be filled again. */
  free(): void {
    this.#at(this.#oldest).count = 0
    this.#oldest++
  }

  #nextBuffer(): RecordBuffer | undefined {
    if (this.#newest - this.#oldest + 1 >= this.#buffers.length) return undefined
    return this.#at(++this.#newest)
  }

  #at(number: number): RecordBuffer {
    return this.#buffers[number % this.#buffers.length]
  }
}

/** In ASCII, filled up with zeros: the memory has held another one. @param at a byte of the buffer. */
export function writeBidId({ bytes, uint32 }: RecordBuffer, at: number, bidId: string): void {
  uint32.fill(0, at >> 2, (at + BID_ID_BYTES) >> 2)
  bytes.latin1Write(bidId, at, BID_ID_BYTES)
}
