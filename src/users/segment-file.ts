/**
 * Reads a segment file into a table, or refuses it whole with its faults, each named by line. The file is read as a
 * stream, gzip where its name ends in `.gz`, and never held as a whole; between slices of it the event loop has its turn.
 *
 * Runs when the file changes, beside bids. While it does, 12 bytes a user are needed besides the table. A million
 * users take about a second of a core (bench/micro/users/segments.ts), in slices of a millisecond or so.
 */
import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { SegmentEntries } from './segment-entries.ts'
import { SegmentLine } from './segment-line.ts'
import { SegmentSets } from './segment-sets.ts'
import { SegmentTable } from './segments.ts'
import type { UserKeys } from './user-key.ts'

export type SegmentFileResult = { readonly table: SegmentTable } | { readonly faults: readonly string[] }

export type SegmentFileOptions = {
  readonly usersMax?: number
  /** Told of every million lines. */
  readonly onProgress?: (lineCount: number) => void
  readonly turn?: () => Promise<void>
}

const USERS_MAX = 20_000_000
/** Behind so many faults nothing more is read. */
export const FAULTS_MAX = 20
const PROGRESS_LINES = 1_000_000
/** What has no end before is no line. */
const LINE_BYTES_MAX = 65_536
const LINE_FEED = 0x0a
/** Ids in a file mean the same user at each exchange. */
const NO_EXCHANGE = 0

export async function readSegmentFile(
  file: string,
  keys: UserKeys,
  { usersMax = USERS_MAX, onProgress = () => {}, turn = nextTurn }: SegmentFileOptions = {},
): Promise<SegmentFileResult> {
  const reading = new Reading(file, keys, usersMax, onProgress)
  try {
    for await (const slice of openFile(file)) {
      reading.take(slice as Buffer)
      if (reading.isOver) break
      await turn()
    }
    reading.end()
  } catch (error) {
    reading.faults.push(`${file}: ${(error as Error).message}`)
  }
  if (reading.faults.length > 0) return { faults: reading.faults }
  const { slots, userCount } = await reading.entries.intoSlots(turn)
  return { table: new SegmentTable(slots, userCount, reading.sets.compile()) }
}

function openFile(file: string): Readable {
  const stream = createReadStream(file)
  // A fault of the file ends the unpacked stream too.
  return file.endsWith('.gz') ? pipeline(stream, createGunzip(), () => {}) : stream
}

/** What has been read of a file so far. */
class Reading {
  readonly faults: string[] = []
  readonly entries = new SegmentEntries()
  readonly sets = new SegmentSets()
  /** Whether nothing more need be read. */
  isOver = false
  readonly #file: string
  readonly #keys: UserKeys
  readonly #usersMax: number
  readonly #onProgress: (lineCount: number) => void
  readonly #line = new SegmentLine()
  readonly #key = { hi: 0, lo: 0 }
  #lineCount = 0
  /** A line whose end is not there yet. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(file: string, keys: UserKeys, usersMax: number, onProgress: (lineCount: number) => void) {
    this.#file = file
    this.#keys = keys
    this.#usersMax = usersMax
    this.#onProgress = onProgress
  }

  take(slice: Buffer): void {
    const bytes = this.#rest.length === 0 ? slice : Buffer.concat([this.#rest, slice])
    let start = 0
    while (!this.isOver) {
      const end = bytes.indexOf(LINE_FEED, start)
      if (end < 0) break
      this.#takeLine(bytes, start, end)
      start = end + 1
    }
    this.#rest = bytes.subarray(start)
    if (!this.isOver && this.#rest.length > LINE_BYTES_MAX)
      this.#stop(`a line of more than ${LINE_BYTES_MAX} bytes`)
  }

  /** The last line may have no end. */
  end(): void {
    if (this.#rest.length > 0 && !this.isOver) this.#takeLine(this.#rest, 0, this.#rest.length)
  }

  #takeLine(bytes: Buffer, start: number, end: number): void {
    this.#lineCount++
    if (this.#lineCount % PROGRESS_LINES === 0) this.#onProgress(this.#lineCount)
    const line = this.#line
    if (!line.read(bytes, start, end)) return
    const set = line.fault ?? this.sets.setOf(bytes.toString('utf8', line.start, line.end))
    if (typeof set === 'string') this.#addFault(set)
    else if (this.entries.count === this.#usersMax) this.#stop(`more than ${this.#usersMax} users`)
    else this.#add(bytes, set)
  }

  #add(bytes: Buffer, set: number): void {
    this.#keys.keyOf(this.#line.id, bytes, NO_EXCHANGE, this.#key)
    this.entries.add(this.#key.hi, this.#key.lo, set)
  }

  #addFault(fault: string): void {
    this.faults.push(`${this.#file}:${this.#lineCount}: ${fault}`)
    if (this.faults.length === FAULTS_MAX) this.#stop('too many faults')
  }

  #stop(reason: string): void {
    this.faults.push(`${this.#file}: ${reason}; the rest was not read`)
    this.isOver = true
  }
}
