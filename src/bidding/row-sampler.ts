/**
 * Takes down a few of the rows that go to the model, each with the raw values that it was made from, to be encoded again
 * by other code (models/README.md, "Logged rows"). Asked by every bid that is scored; at most one in `everyMs` is taken,
 * of those that may be used to train. No id of a user is in a row, since none is in the catalogue.
 *
 * A row is begun before the await, while request and slab are there, and ended behind it with the model's answer. What
 * writes it is not waited for. Some 20 us for a bid that is taken, a look at the clock for the others.
 */
import type { Clock } from '../base/clock.ts'
import { type RawContext, type RawValues, rawValuesOf } from '../features/raw-values.ts'
import type { Ticket } from '../inference/queue.ts'
import type { RequestView } from '../openrtb/request.ts'
import { MAY } from '../privacy/permissions.ts'
import { type BidCurrency, usdFloorOf } from './floors.ts'
import type { Slot } from './slot.ts'
import type { Ads } from './snapshot.ts'

/** In the form of a golden row, so that whoever reads the one reads the other. */
export type SampledRow = {
  /** ISO 8601, UTC, to the second. */
  readonly at: string
  /** As in ctr/1. */
  readonly model: string
  readonly features: RawValues
  /** By the name of the tensor: the row as the bidder encoded it. */
  readonly inputs: Readonly<Record<string, readonly number[]>>
  /** What the model answered, and the inline scorer. */
  readonly output: number
  readonly inline: number
}

/** A scored bid, before the await. */
export type SampledBid = {
  /** Bits of `MAY`. */
  readonly may: number
  readonly view: RequestView
  readonly ads: Ads
  readonly slots: readonly Slot[]
  readonly ticket: Ticket
  readonly currency: BidCurrency
  readonly context: RawContext
}

export class RowSampler {
  readonly #everyMs: number
  readonly #clock: Clock
  readonly #offer: (row: SampledRow) => void
  #dueMs = Number.NEGATIVE_INFINITY
  /** Rows begun; each takes its candidate from another place of the short lists. */
  #count = 0

  /** @param everyMs least time between two rows; @param offer is given each row when it is whole. */
  constructor(options: { everyMs: number; clock: Clock; offer: (row: SampledRow) => void }) {
    this.#everyMs = options.everyMs
    this.#clock = options.clock
    this.#offer = options.offer
  }

  /**
   * Undefined for nearly every bid. Else what ends the row, to be called when the model's scores are in the slots.
   */
  begin({ may, view, ads, slots, ticket, currency, context }: SampledBid): (() => void) | undefined {
    const nowMs = this.#clock.nowMs()
    if (nowMs < this.#dueMs || (may & MAY.train) === 0 || ads.features === undefined) return undefined
    this.#dueMs = nowMs + this.#everyMs
    const candidates = slots.flatMap((slot) => slot.ads.map((ad, place) => ({ slot, ad, place })))
    const index = this.#count++ % candidates.length
    const { slot, ad, place } = candidates[index]
    const imp = view.imps[slot.impIndex]
    const dealId = Buffer.from(slot.dealIdRaw, 'latin1').toString()
    const rawSlot = { imp, floorCpmMicros: usdFloorOf(imp, currency), dealId }
    const known = {
      at: `${new Date(context.wallMs).toISOString().slice(0, -'.000Z'.length)}Z`,
      model: ticket.slab.model.key,
      features: rawValuesOf(view, rawSlot, ads.features[ad], context),
      inputs: rowOf(ticket, ticket.firstRow + index),
    }
    const inline = slot.probabilities[place]
    return () => this.#offer({ ...known, output: slot.probabilities[place], inline })
  }
}

function rowOf({ slab }: Ticket, row: number): SampledRow['inputs'] {
  const rows = slab.model.inputs.map(({ name, width }, input): [string, number[]] => [
    name,
    Array.from(slab.inputs[input].subarray(row * width, (row + 1) * width)),
  ])
  return Object.fromEntries(rows)
}
