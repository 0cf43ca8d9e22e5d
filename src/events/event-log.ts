/**
 * The event log as those see it who have something for it: the bid path and the clerk of notices. An offer is a copy into
 * memory that is allocated once; it returns whether there was room, and what was dropped is counted. Nothing is waited
 * for, and nothing that goes wrong with the disk is felt here (`event-writer.ts`).
 *
 * What a record holds says `layout.ts`: prices, probabilities and feature values, and the id of the bid. Nothing of it is
 * the identifier of a person.
 */
import type { Clock } from '../base/clock.ts'
import { mix32 } from '../base/hash.ts'
import { type Instrument, Observed } from '../telemetry/instruments.ts'
import { type BidEvent, BidRecords } from './bid-records.ts'
import { EventWriter } from './event-writer.ts'
import type { FeatureValues } from './feature-notes.ts'
import type { LoggedFeature, SegmentKind } from './layout.ts'
import { type NoticeEvent, NoticeRecords } from './notice-records.ts'
import type { RecordRing } from './record-ring.ts'
import { SegmentStore } from './segment-store.ts'
import { EVENT_SLOT, EventTelemetry } from './telemetry.ts'

/** What the bid path asks of the log. */
export type BidEvents = {
  /** Whether the bids of a request are to be logged. */
  isWanted(requestHash: number): boolean
  /** Keeps the features of an imp until its bids are offered. Returns what finds them again. */
  noteFeatures(values: FeatureValues): number
  /** False when it was dropped. */
  offerBid(bid: BidEvent): boolean
}

/** What the clerk asks of it. */
export type NoticeEvents = { offerNotice(notice: NoticeEvent): boolean }

/** The log of a bidder that keeps none. */
export const NO_EVENTS: BidEvents & NoticeEvents = {
  isWanted: () => false,
  noteFeatures: () => 0,
  offerBid: () => false,
  offerNotice: () => false,
}

export type EventLogOptions = {
  /** Of the segments. */
  readonly directory: string
  /** Of all segments. */
  readonly bytesMax: number
  /** Share of the requests whose bids are logged, from 0 to 1. */
  readonly bidShare: number
  readonly features: readonly LoggedFeature[]
  readonly clock: Clock
  readonly onFault: (fault: Error) => void
}

/** Two seconds of 5,000 bids a second. */
const BIDS_SIZE = { buffers: 8, bufferBytes: 2 ** 18 }
const NOTICES_SIZE = { buffers: 8, bufferBytes: 2 ** 16 }
/** Sets the sampling of requests apart from other draws that are made by their hash. */
const SALT = 0x65766e74

export class EventLog implements BidEvents, NoticeEvents {
  readonly telemetry = new EventTelemetry()
  readonly #wantedBelow: number
  readonly #bids: BidRecords
  readonly #notices = new NoticeRecords(NOTICES_SIZE)
  readonly #store: SegmentStore
  readonly #writer: EventWriter

  constructor({ directory, bytesMax, bidShare, features, clock, onFault }: EventLogOptions) {
    this.#wantedBelow = bidShare * 2 ** 32
    this.#bids = new BidRecords(features, BIDS_SIZE)
    this.#store = new SegmentStore({ directory, bytesMax, clock })
    this.#writer = new EventWriter({
      records: { bids: this.#bids, notices: this.#notices },
      store: this.#store,
      clock,
      telemetry: this.telemetry,
      onFault,
    })
  }

  get instruments(): readonly Instrument[] {
    const bytes = new Observed({
      name: 'peregrine_events_bytes',
      about: 'Bytes of the event log on the disk',
      observe: () => [{ labels: {}, value: this.#store.bytes }],
    })
    return [...this.telemetry.instruments, bytes]
  }

  /** For the admin port: sums of both kinds, and the time of the oldest record. */
  status() {
    const { written, dropped } = this.telemetry
    const sumOf = ({ values }: { values: Float64Array }) => values.reduce((sum, count) => sum + count, 0)
    return {
      isWritable: this.#writer.isTaking,
      written: sumOf(written),
      dropped: sumOf(dropped),
      bytes: this.#store.bytes,
      oldest: this.#store.oldest,
    }
  }

  /** Starts writing; until then records wait in memory, as long as there is room. */
  run(): void {
    this.#writer.run()
  }

  isWanted(requestHash: number): boolean {
    return mix32(requestHash ^ SALT) < this.#wantedBelow
  }

  noteFeatures(values: FeatureValues): number {
    return this.#bids.note(values)
  }

  offerBid(bid: BidEvent): boolean {
    return this.#told('bids', this.#bids.ring, this.#writer.isTaking && this.#bids.add(bid))
  }

  offerNotice(notice: NoticeEvent): boolean {
    return this.#told('notices', this.#notices.ring, this.#writer.isTaking && this.#notices.add(notice))
  }

  /** Resolves when everything that was offered before is written, or dropped. */
  flush(): Promise<void> {
    return this.#writer.flush()
  }

  /** Writes what waits, and ends. */
  close(): Promise<void> {
    return this.#writer.close()
  }

  #told(kind: SegmentKind, ring: RecordRing, isTaken: boolean): boolean {
    if (!isTaken) this.telemetry.dropped.add(EVENT_SLOT[kind])
    else if (ring.isBatchFull) this.#writer.wake()
    return isTaken
  }
}
