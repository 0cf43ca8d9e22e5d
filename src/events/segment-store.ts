/**
 * Appends records to the segments of a folder: one segment of each kind is open at a time, until it is long or old, or its
 * header does not name what is written. The oldest go, so that all together stay below a bound.
 *
 * A segment goes by the time at which the next of its kind begins, and the newest of a kind never goes. So the bill of a bid
 * never outlives its click, which would then look like an impression that nobody has clicked on.
 *
 * Not synced to the disk: what a crash of the machine, not of the process, leaves behind is for the system to say. Used
 * by one caller at a time. Rejects with what the file system says; the next call begins a new segment.
 */
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { HEADER_BYTES, type SegmentKind } from './layout.ts'
import { isMissing, listSegments, segmentName } from './segments.ts'

const SEGMENT_BYTES_MAX = 64 * 2 ** 20
/** Under a small bound there are this many segments at least, so that little goes at once. */
const SEGMENTS_MIN = 8
const ATTEMPTS_MAX = 100
const AGE_MS_MAX = 3_600_000

export type SegmentStoreOptions = {
  readonly directory: string
  /** Of all segments. */
  readonly bytesMax: number
  readonly clock: Clock
}

type Open = {
  readonly handle: FileHandle
  readonly file: string
  readonly header: Buffer
  /** On the monotonic clock. */
  readonly openedMs: number
}

/** A segment in the folder, as far as this process knows. */
type Kept = { readonly file: string; readonly kind: SegmentKind; readonly startMs: number; bytes: number }

export class SegmentStore {
  readonly #directory: string
  readonly #bytesMax: number
  readonly #segmentBytesMax: number
  readonly #clock: Clock
  readonly #open = new Map<SegmentKind, Open>()
  /** In the order of their beginnings; undefined when the folder has to be read. */
  #kept: Kept[] | undefined
  #count = 0

  constructor({ directory, bytesMax, clock }: SegmentStoreOptions) {
    this.#directory = directory
    this.#bytesMax = bytesMax
    this.#segmentBytesMax = Math.min(SEGMENT_BYTES_MAX, bytesMax / SEGMENTS_MIN)
    this.#clock = clock
  }

  /** Of all segments. */
  get bytes(): number {
    return (this.#kept ?? []).reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** The time of the first record. */
  get oldest(): Date | null {
    return this.#kept === undefined || this.#kept.length === 0 ? null : new Date(this.#kept[0].startMs)
  }

  /** Reads the folder, and deletes what is above the bound. */
  async look(): Promise<void> {
    await mkdir(this.#directory, { recursive: true })
    this.#kept = await listSegments(this.#directory)
    await this.#makeRoom(0)
  }

  /** @param header of the segment that the records may be put into: the same object as long as it names them all. */
  async append(kind: SegmentKind, records: Buffer, header: Buffer): Promise<void> {
    try {
      if (this.#kept === undefined) await this.look()
      const segment = await this.#openFor(kind, records.length, header)
      if (segment !== undefined) return await this.#add(segment, records)
      await this.#begin(kind, records, header)
    } catch (cause) {
      await this.#abandon(kind)
      throw cause
    }
  }

  /** Ends segments that are open for too long, also where nothing more comes. */
  async closeOld(): Promise<void> {
    for (const [kind, segment] of this.#open) if (this.#isOld(segment)) await this.#shut(kind)
  }

  async close(): Promise<void> {
    for (const kind of [...this.#open.keys()]) await this.#shut(kind)
  }

  /** The segment of the kind that is open and takes the records. */
  async #openFor(kind: SegmentKind, byteLength: number, header: Buffer): Promise<Open | undefined> {
    const segment = this.#open.get(kind)
    if (segment === undefined) return undefined
    // Its name may have been deleted under it; what is written then is seen by nobody.
    const { size, nlink } = await segment.handle.stat()
    const takes = segment.header === header && size + byteLength <= this.#segmentBytesMax
    if (nlink > 0 && takes && !this.#isOld(segment)) return segment
    await this.#shut(kind)
    if (nlink === 0) await this.look()
    return undefined
  }

  async #add({ handle, file }: Open, records: Buffer): Promise<void> {
    await this.#makeRoom(records.length)
    await handle.appendFile(records)
    this.#keptOf(file).bytes += records.length
  }

  async #begin(kind: SegmentKind, records: Buffer, header: Buffer): Promise<void> {
    await this.#makeRoom(HEADER_BYTES + records.length)
    // Every record begins with its time.
    const startMs = Math.floor(records.readDoubleLE(0))
    const { file, handle } = await this.#openNew(kind, startMs)
    this.#open.set(kind, { handle, file, header, openedMs: this.#clock.nowMs() })
    this.#kept!.push({ file, kind, startMs, bytes: 0 })
    await handle.appendFile(Buffer.concat([header, records]))
    this.#keptOf(file).bytes += HEADER_BYTES + records.length
  }

  /** Under the next number that no other process has taken for the same time. */
  async #openNew(kind: SegmentKind, startMs: number): Promise<{ file: string; handle: FileHandle }> {
    for (let attempt = 1; ; attempt++) {
      const file = join(this.#directory, segmentName(kind, startMs, this.#count++))
      try {
        return { file, handle: await open(file, 'ax') }
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === ATTEMPTS_MAX) throw cause
      }
    }
  }

  #keptOf(file: string): Kept {
    return this.#kept!.find((kept) => kept.file === file)!
  }

  #isOld({ openedMs }: Open): boolean {
    return this.#clock.nowMs() - openedMs >= AGE_MS_MAX
  }

  async #makeRoom(byteLength: number): Promise<void> {
    while (this.bytes + byteLength > this.#bytesMax) {
      const isOpen = ({ file }: Kept) => [...this.#open.values()].some((open) => open.file === file)
      const first = firstToGo(this.#kept!, isOpen)
      if (first === undefined) return
      await unlink(first.file).catch(ignoreMissing)
      this.#kept = this.#kept!.filter((kept) => kept !== first)
    }
  }

  async #shut(kind: SegmentKind): Promise<void> {
    const segment = this.#open.get(kind)
    this.#open.delete(kind)
    await segment?.handle.close()
  }

  /** After a fault: what the file holds is not known, and one without a record would be of no use. */
  async #abandon(kind: SegmentKind): Promise<void> {
    const segment = this.#open.get(kind)
    const isEmpty =
      segment !== undefined && this.#kept?.find(({ file }) => file === segment.file)?.bytes === 0
    await this.#shut(kind).catch(() => {})
    if (isEmpty) await unlink(segment.file).catch(() => {})
    this.#kept = undefined
  }
}

/**
 * Of the segments that have one of their kind behind them, the one whose last record is the oldest. An open one has none
 * behind it, unless the clock was set back.
 */
function firstToGo(kept: readonly Kept[], isOpen: (segment: Kept) => boolean): Kept | undefined {
  let first: Kept | undefined
  let firstEndMs = Number.POSITIVE_INFINITY
  kept.forEach((segment, i) => {
    const next = kept.slice(i + 1).find(({ kind }) => kind === segment.kind)
    if (next === undefined || next.startMs >= firstEndMs || isOpen(segment)) return
    first = segment
    firstEndMs = next.startMs
  })
  return first
}

function ignoreMissing(cause: unknown): void {
  if (!isMissing(cause)) throw cause
}
