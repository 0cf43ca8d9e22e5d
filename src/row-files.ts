/**
 * Keeps sampled rows (bidding/row-sampler.ts) in files of a day each, a line of JSON a row:
 * `<data>/rows/rows-2026-01-31.ndjson`. Off the bid path: rows wait in a short queue and are written one behind the
 * other. The folder stays below `bytesMax`: the oldest days go, and a day that fills it alone gets no more rows.
 *
 * Rows that find the queue or the folder full are dropped and counted. A disk that refuses a row costs that row, a count
 * and a word in the log; bids know nothing of it.
 */
import { appendFile, mkdir, readdir, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SampledRow } from './bidding/row-sampler.ts'
import { type Instrument, Observed } from './telemetry/instruments.ts'

const ROWS_WAITING_MAX = 64
/** A typical row has 2 KB; what has more has texts that somebody made up. */
const LINE_BYTES_MAX = 16_384
/** Three days of a row a second. */
const FOLDER_BYTES_MAX = 512 * 2 ** 20
const NAME = /^rows-\d{4}-\d\d-\d\d\.ndjson$/

export type RowFilesOptions = {
  /** Made when the first row comes. */
  readonly directory: string
  readonly onFault: (fault: Error) => void
  readonly bytesMax?: number
}

export class RowFiles {
  readonly counts = { written: 0, dropped: 0, failed: 0 }
  readonly instrument: Instrument
  readonly #options: Required<RowFilesOptions>
  readonly #waiting: SampledRow[] = []
  #writing: Promise<void> | undefined

  constructor(options: RowFilesOptions) {
    this.#options = { bytesMax: FOLDER_BYTES_MAX, ...options }
    this.instrument = new Observed({
      name: 'peregrine_sampled_rows_total',
      about: 'Rows of candidates taken down with their raw values, by what became of them',
      isCumulative: true,
      observe: () => Object.entries(this.counts).map(([result, value]) => ({ labels: { result }, value })),
    })
  }

  /** Takes a row to be written. False when there is no room for it. */
  offer(row: SampledRow): boolean {
    if (this.#waiting.length === ROWS_WAITING_MAX) {
      this.counts.dropped++
      return false
    }
    this.#waiting.push(row)
    this.#writing ??= this.#writeWaiting()
    return true
  }

  /** Resolves when all rows that were taken are written, or given up. */
  async close(): Promise<void> {
    await this.#writing
  }

  async #writeWaiting(): Promise<void> {
    // Behind the bids of this turn of the loop.
    await nextTurn()
    for (let row = this.#waiting.shift(); row !== undefined; row = this.#waiting.shift()) {
      const line = `${JSON.stringify(row)}\n`
      const file = `rows-${row.at.slice(0, 'yyyy-mm-dd'.length)}.ndjson`
      try {
        if (await this.#makeRoom(file, line)) {
          await this.#append(file, line)
          this.counts.written++
        } else this.counts.dropped++
      } catch (cause) {
        this.counts.failed++
        const { code, message } = cause as NodeJS.ErrnoException
        this.#options.onFault(
          new Error(`${join(this.#options.directory, file)}: no row written: ${code ?? message}`),
        )
      }
    }
    this.#writing = undefined
  }

  /** Deletes the oldest days until the line fits; false where it does not fit for all that. */
  async #makeRoom(file: string, line: string): Promise<boolean> {
    const { directory, bytesMax } = this.#options
    await mkdir(directory, { recursive: true })
    const names = (await readdir(directory)).filter((name) => NAME.test(name)).sort()
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size))
    let bytes = sizes.reduce((total, size) => total + size, Buffer.byteLength(line))
    for (const [index, name] of names.entries()) {
      if (bytes <= bytesMax || name === file) break
      await rm(join(directory, name), { force: true })
      bytes -= sizes[index]
    }
    return bytes <= bytesMax && Buffer.byteLength(line) <= LINE_BYTES_MAX
  }

  /** A line is there whole or not at all: half of one would spoil the next. */
  async #append(file: string, line: string): Promise<void> {
    const path = join(this.#options.directory, file)
    const before = await stat(path).then(
      ({ size }) => size,
      () => 0,
    )
    try {
      await appendFile(path, line)
    } catch (cause) {
      await truncate(path, before).catch(() => {})
      throw cause
    }
  }
}
