/**
 * Brings records from their rings to the disk, behind the back of whoever offers them: a full buffer at once, the rest
 * every `FLUSH_MS` and at the end.
 *
 * A write that fails is a designed degraded mode: what waits is dropped and counted, nothing more is taken, and after
 * `RETRY_MS` it is tried again.
 */
import type { Clock } from '../base/clock.ts'
import { SEGMENT_KINDS, type SegmentKind } from './layout.ts'
import type { RecordBuffer, RecordRing } from './record-ring.ts'
import type { SegmentStore } from './segment-store.ts'
import { EVENT_SLOT, type EventTelemetry } from './telemetry.ts'

const FLUSH_MS = 500
const RETRY_MS = 5000
const NO_BUFFER = -1

/** Records of one kind. Their header is another object whenever it has changed. */
type Records = { readonly ring: RecordRing; readonly header: Buffer }

export type EventWriterOptions = {
  readonly records: Readonly<Record<SegmentKind, Records>>
  readonly store: SegmentStore
  readonly clock: Clock
  readonly telemetry: EventTelemetry
  readonly onFault: (fault: Error) => void
}

export class EventWriter {
  /** False from a write that failed until it is tried again. */
  isTaking = true
  readonly #options: EventWriterOptions
  #timer: NodeJS.Timeout | undefined
  #work: Promise<void> | undefined
  #retryAtMs = 0

  constructor(options: EventWriterOptions) {
    this.#options = options
  }

  /** Writes until it is closed; looks at the folder first, so that its size is known and kept. */
  run(): void {
    this.#begin(() => this.#options.store.look())
    this.#timer = setInterval(() => this.#tick(), FLUSH_MS)
  }

  /** A buffer is full. Returns at once. */
  wake(): void {
    this.#begin(() => this.#drain(false))
  }

  /** Resolves when everything that was offered before is written, or dropped. */
  async flush(): Promise<void> {
    while (this.#work !== undefined) await this.#work
    this.#begin(() => this.#drain(true))
    await this.#work
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
    this.#begin(() => this.#options.store.close())
    await this.#work
  }

  #tick(): void {
    if (!this.isTaking && this.#options.clock.nowMs() >= this.#retryAtMs) this.isTaking = true
    this.#begin(async () => {
      await this.#drain(true)
      await this.#options.store.closeOld()
    })
  }

  /** One thing at a time: whoever comes meanwhile is served by the next tick. */
  #begin(work: () => Promise<void>): void {
    this.#work ??= work()
      .catch((cause: Error) => this.#fail(cause))
      .finally(() => {
        this.#work = undefined
      })
  }

  /** @param isAll also the buffers that are not full. */
  async #drain(isAll: boolean): Promise<void> {
    for (const kind of SEGMENT_KINDS) {
      const records = this.#options.records[kind]
      const { ring } = records
      // What is offered while this is written waits for its own time: it would be written record by record.
      const last = isAll ? ring.newest : NO_BUFFER
      while (ring.isBatchFull || ring.oldest <= last) {
        const batch = ring.take()
        if (batch === undefined) break
        await this.#write(kind, batch, ring.recordBytes, records.header)
        ring.free()
      }
    }
  }

  async #write(
    kind: SegmentKind,
    { bytes, count }: RecordBuffer,
    recordBytes: number,
    header: Buffer,
  ): Promise<void> {
    const { store, telemetry } = this.#options
    try {
      // What has waited for a write that failed shares its fate, so that a disk that hangs holds up nothing.
      if (!this.isTaking) telemetry.dropped.add(EVENT_SLOT[kind], count)
      else {
        await store.append(kind, bytes.subarray(0, count * recordBytes), header)
        telemetry.written.add(EVENT_SLOT[kind], count)
      }
    } catch (cause) {
      telemetry.dropped.add(EVENT_SLOT[kind], count)
      this.#fail(cause as NodeJS.ErrnoException)
    }
  }

  #fail({ code, message }: NodeJS.ErrnoException): void {
    const { clock, telemetry, onFault } = this.#options
    this.isTaking = false
    this.#retryAtMs = clock.nowMs() + RETRY_MS
    telemetry.faults.add(0)
    // Without the name of the file, which is another one each time: the same fault is to be known again.
    onFault(new Error(`the event log cannot be written: ${code ?? message}`))
  }
}
