/**
 * The features of one request and its slots, and the rows that models see of them. There is one vector, which holds an imp
 * at a time: everything here happens before the await of a bid, behind which the vector is another request's.
 */
import { bucketOf } from '../experiments/assignment.ts'
import type { RequestContext } from '../features/vector.ts'
import { FeatureVector } from '../features/vector.ts'
import type { Ticket } from '../inference/queue.ts'
import type { RequestView } from '../openrtb/request.ts'
import { NONE } from '../openrtb/tape.ts'
import { type BidCurrency, usdFloorOf } from './floors.ts'
import { rowCountOf, type Slot } from './slot.ts'
import type { ReadyModel, Snapshot } from './snapshot.ts'

export class SlotRows {
  readonly vector = new FeatureVector()
  readonly #view: RequestView
  #currency: BidCurrency | undefined
  /** The imp that the vector holds, or `NONE`. */
  #imp = NONE

  constructor(view: RequestView) {
    this.#view = view
  }

  /** Takes a request; the imps and slots that follow are its. */
  begin(context: RequestContext, currency: BidCurrency): void {
    this.vector.readRequest(this.#view, context)
    this.#currency = currency
    this.#imp = NONE
  }

  /** Nothing is done where the vector holds it already, as it does for most. */
  readImp(impIndex: number): void {
    if (impIndex === this.#imp) return
    this.#imp = impIndex
    const imp = this.#view.imps[impIndex]
    this.vector.readImp(this.#view, imp, usdFloorOf(imp, this.#currency!))
  }

  readSlot({ impIndex, dealHash }: Slot): void {
    this.readImp(impIndex)
    this.vector.readLot(dealHash)
  }

  /** Writes the rows of all slots, one behind the other. Undefined when no batch has room for them. */
  write({ plans, queue }: ReadyModel, slots: readonly Slot[], scoreBy: number): Ticket | undefined {
    const ticket = queue.open(rowCountOf(slots), scoreBy)
    if (ticket === undefined) return undefined
    let row = ticket.firstRow
    for (const slot of slots) {
      this.readSlot(slot)
      for (const plan of plans) plan.begin(this.vector)
      for (const ad of slot.ads) {
        for (let input = 0; input < plans.length; input++) {
          plans[input].write(ticket.slab.inputs[input], row, ad)
        }
        row++
      }
    }
    return ticket
  }

  /** The same rows for a model of conversions, where one of the ads is paid by them. */
  writeConversions(snapshot: Snapshot, slots: readonly Slot[], scoreBy: number): Ticket | undefined {
    const { conversionModel, ads } = snapshot
    if (conversionModel === undefined) return undefined
    const { conversionRate } = ads.goals
    const isWanted = slots.some((slot) => slot.ads.some((ad) => conversionRate[ad] > 0))
    return isWanted ? this.write(conversionModel, slots, scoreBy) : undefined
  }

  /** The same rows for a candidate that scores beside the live version, on its share of the requests. */
  writeShadow(
    { candidate }: Snapshot,
    slots: readonly Slot[],
    requestHash: number,
    scoreBy: number,
  ): Ticket | undefined {
    if (candidate === undefined || candidate.buckets > 0) return undefined
    const isShadowed = bucketOf(0, requestHash, candidate.salt) < candidate.shadowBuckets
    return isShadowed ? this.write(candidate.model, slots, scoreBy) : undefined
  }

  /** Shows the monitor of a model the row that ranks first in a slot. */
  watch({ monitor }: ReadyModel, { ads }: Snapshot, slot: Slot, wallMs: number): void {
    this.readSlot(slot)
    monitor.noteRow(this.vector, ads.vectors, slot.ads[0], wallMs)
  }
}
