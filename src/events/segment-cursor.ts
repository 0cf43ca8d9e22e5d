/**
 * Walks over the records of a segment, a block of them in memory at a time; beside the bidder that writes it, too. A
 * record that a crash has cut off at the end is passed over.
 */
import { type FileHandle, open } from 'node:fs/promises'
import type { Latin1Buffer } from '../base/byte-writer.ts'
import { readHeader, type SegmentHeader } from './header.ts'
import { HEADER_BYTES } from './layout.ts'
import { isMissing } from './segments.ts'

const BLOCK_BYTES = 2 ** 18

export class SegmentCursor {
  readonly file: string
  readonly header: SegmentHeader
  /** Records, one behind the other, and the same memory as numbers. */
  readonly block: Latin1Buffer
  readonly uint32: Uint32Array
  readonly float32: Float32Array
  readonly float64: Float64Array
  /** Byte of the block at which the record in hand begins. */
  at = 0
  readonly #handle: FileHandle
  #blockEnd = 0
  #position = HEADER_BYTES

  /** Undefined where the file has gone, or has no whole record yet. Rejects with `SegmentFault`. */
  static async open(file: string): Promise<SegmentCursor | undefined> {
    const handle = await open(file).catch(ignoreMissing)
    try {
      const { size = 0 } = (await handle?.stat()) ?? {}
      if (handle !== undefined && size > HEADER_BYTES) {
        const { buffer } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
        const cursor = new SegmentCursor(file, handle, readHeader(buffer, file))
        if (await cursor.fill()) return cursor
      }
      await handle?.close()
      return undefined
    } catch (cause) {
      await handle?.close()
      throw cause
    }
  }

  private constructor(file: string, handle: FileHandle, header: SegmentHeader) {
    const memory = new ArrayBuffer(wholeOf(BLOCK_BYTES, header.recordBytes))
    this.file = file
    this.header = header
    this.block = Buffer.from(memory) as Latin1Buffer
    this.uint32 = new Uint32Array(memory)
    this.float32 = new Float32Array(memory)
    this.float64 = new Float64Array(memory)
    this.#handle = handle
  }

  /** The time of the record in hand, which every record begins with. */
  get atMs(): number {
    return this.float64[this.at >> 3]
  }

  /** Goes on to the next record of the block. False when there is none: then `fill`. */
  step(): boolean {
    this.at += this.header.recordBytes
    return this.at < this.#blockEnd
  }

  /** Whether there is a record in hand. */
  get hasRecord(): boolean {
    return this.at < this.#blockEnd
  }

  /** Reads the next block, and takes its first record in hand. False at the end. */
  async fill(): Promise<boolean> {
    const { bytesRead } = await this.#handle.read(this.block, 0, this.block.length, this.#position)
    this.at = 0
    this.#blockEnd = wholeOf(bytesRead, this.header.recordBytes)
    this.#position += this.#blockEnd
    return this.#blockEnd > 0
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

function wholeOf(bytes: number, recordBytes: number): number {
  return bytes - (bytes % recordBytes)
}

function ignoreMissing(cause: unknown): undefined {
  if (!isMissing(cause)) throw cause
}
