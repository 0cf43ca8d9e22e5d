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
import { EventWriter } from './event-writer.ts'
import { FeatureNotes, type FeatureValues } from './feature-notes.ts'
import { headerBytes } from './header.ts'
import {
  BID,
  BID_ID_BYTES,
  bidLayout,
  EVENT,
  type EventKind,
  type LoggedFeature,
  NOTICE,
  noticeLayout,
} from './layout.ts'
import { ModelNames } from './model-names.ts'
import { type RecordBuffer, RecordRing } from './record-ring.ts'
import { SegmentStore } from './segment-store.ts'
import { EVENT_SLOT, EventTelemetry } from './telemetry.ts'

/** A bid that stands in an answer. */
export type BidEvent = {
  /** What `noteFeatures` has given for its imp. */
  readonly note: number
  /** When it was answered: events are offered in this order. */
  readonly atMs: number
  readonly bidId: string
  readonly priceCpmMicros: number
  readonly usdCpmMicros: number
  readonly clickProbability: number
  readonly propensity: number
  /** Key of the model's version, and whether it was asked itself or its inline scorer. */
  readonly model: string
  readonly isByModel: boolean
  readonly ads: FeatureValues
  readonly ad: number
}

export type NoticeEvent = {
  readonly kind: EventKind
  readonly atMs: number
  readonly bidId: string
  /** What was paid, or is said to have been; undefined where nothing is said. */
  readonly usdCpmMicros: number | undefined
}

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
  readonly directory: string
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
  readonly #notes: FeatureNotes
  readonly #models: ModelNames
  readonly #bids: RecordRing
  readonly #notices: RecordRing
  readonly #store: SegmentStore
  readonly #writer: EventWriter

  constructor({ directory, bytesMax, bidShare, features, clock, onFault }: EventLogOptions) {
    const bids = bidLayout(features)
    const names = features.map(({ name }) => name)
    this.#wantedBelow = bidShare * 2 ** 32
    this.#notes = new FeatureNotes(features)
    this.#models = new ModelNames((models) => headerBytes(bids, names, models))
    this.#bids = new RecordRing(bids.recordBytes, BIDS_SIZE)
    this.#notices = new RecordRing(noticeLayout.recordBytes, NOTICES_SIZE)
    this.#store = new SegmentStore({ directory, bytesMax, clock })
    const noticeHeader = headerBytes(noticeLayout, [], [])
    this.#writer = new EventWriter({
      streams: [
        { kind: 'bids', ring: this.#bids, header: () => this.#models.header },
        { kind: 'notices', ring: this.#notices, header: () => noticeHeader },
      ],
      ...{ store: this.#store, clock, telemetry: this.telemetry, onFault },
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
    return this.#notes.add(values)
  }

  offerBid(bid: BidEvent): boolean {
    const buffer = this.#notes.has(bid.note) ? this.#room(this.#bids) : undefined
    if (buffer === undefined) return this.#drop(EVENT_SLOT.bids)
    const at = buffer.count * this.#bids.recordBytes
    const { bytes, uint32, float32, float64 } = buffer
    float64[(at + BID.atMs) >> 3] = bid.atMs
    float64[(at + BID.priceCpmMicros) >> 3] = bid.priceCpmMicros
    float64[(at + BID.usdCpmMicros) >> 3] = bid.usdCpmMicros
    writeBidId(buffer, at + BID.bidId, bid.bidId)
    float32[(at + BID.clickProbability) >> 2] = bid.clickProbability
    float32[(at + BID.propensity) >> 2] = bid.propensity
    const model = this.#models.indexOf(bid.model)
    bytes[at + BID.model] = model & 0xff
    bytes[at + BID.model + 1] = model >> 8
    bytes[at + BID.scorer] = bid.isByModel ? 1 : 0
    this.#notes.write(bid.note, bid.ads, bid.ad, { uint32, float32 }, (at + BID.features) >> 2)
    return this.#added(this.#bids, buffer)
  }

  offerNotice({ kind, atMs, bidId, usdCpmMicros = Number.NaN }: NoticeEvent): boolean {
    const buffer = this.#room(this.#notices)
    if (buffer === undefined) return this.#drop(EVENT_SLOT.notices)
    const at = buffer.count * this.#notices.recordBytes
    buffer.float64[(at + NOTICE.atMs) >> 3] = atMs
    buffer.float64[(at + NOTICE.usdCpmMicros) >> 3] = usdCpmMicros
    writeBidId(buffer, at + NOTICE.bidId, bidId)
    buffer.bytes[at + NOTICE.kind] = EVENT[kind]
    return this.#added(this.#notices, buffer)
  }

  /** Resolves when everything that was offered before is written, or dropped. */
  flush(): Promise<void> {
    return this.#writer.flush()
  }

  /** Writes what waits, and ends. */
  close(): Promise<void> {
    return this.#writer.close()
  }

  #room(ring: RecordRing): RecordBuffer | undefined {
    return this.#writer.isTaking ? ring.room() : undefined
  }

  #drop(slot: number): false {
    this.telemetry.dropped.add(slot)
    return false
  }

  #added(ring: RecordRing, buffer: RecordBuffer): true {
    buffer.count++
    if (ring.isBatchFull) this.#writer.wake()
    return true
  }
}

/** In ASCII, filled up with zeros: the memory has held another one. */
function writeBidId({ bytes, uint32 }: RecordBuffer, at: number, bidId: string): void {
  uint32.fill(0, at >> 2, (at + BID_ID_BYTES) >> 2)
  bytes.latin1Write(bidId, at, BID_ID_BYTES)
}
