/**
 * Bids as records: what an imp was is noted when its request is read, what is bid on it is written when it is answered.
 * A bid costs some hundred nanoseconds in all (bench/micro/events/offer.ts).
 */
import { FeatureNotes, type FeatureValues } from './feature-notes.ts'
import { headerBytes } from './header.ts'
import { BID, bidLayout, type LoggedFeature } from './layout.ts'
import { ModelNames } from './model-names.ts'
import { RecordRing, type RingSize, writeBidId } from './record-ring.ts'

/** A bid that stands in an answer. */
export type BidEvent = {
  /** What `note` has given for its imp. */
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

export class BidRecords {
  readonly ring: RecordRing
  readonly #notes: FeatureNotes
  readonly #models: ModelNames

  constructor(features: readonly LoggedFeature[], size: RingSize) {
    const layout = bidLayout(features)
    const names = features.map(({ name }) => name)
    this.ring = new RecordRing(layout.recordBytes, size)
    this.#notes = new FeatureNotes(features)
    this.#models = new ModelNames((models) => headerBytes(layout, names, models))
  }

  /** Of a segment that may hold all records there are; another object whenever it has changed. */
  get header(): Buffer {
    return this.#models.header
  }

  /** Keeps the features of an imp until its bids are offered. Returns what finds them again. */
  note(values: FeatureValues): number {
    return this.#notes.add(values)
  }

  /** False where there is no room, or the note has been overwritten. */
  add(bid: BidEvent): boolean {
    const buffer = this.#notes.has(bid.note) ? this.ring.room() : undefined
    if (buffer === undefined) return false
    const at = buffer.count++ * this.ring.recordBytes
    const { bytes, float32, float64 } = buffer
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
    this.#notes.write(bid.note, bid.ads, bid.ad, buffer, (at + BID.features) >> 2)
    return true
  }
}
