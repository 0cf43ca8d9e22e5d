/**
 * The story of a bid, in order: read, match, rank, features, score, price, write. One snapshot from beginning to end,
 * and one await, for the scores. Every path ends in `answer`, with the outcome that the request is counted under.
 *
 * Until the await everything runs in one piece, so that one request view, one matcher and one feature vector serve all
 * requests. Behind it only what was put into slots is still there.
 */
import type { Clock } from '../base/clock.ts'
import { hashText } from '../base/hash.ts'
import type { Prng } from '../base/prng.ts'
import type { Published } from '../base/published.ts'
import type { ExchangeProfile } from '../exchange/profiles.ts'
import { FeatureVector } from '../features/vector.ts'
import type { Ticket } from '../inference/queue.ts'
import { READ, RequestView } from '../openrtb/request.ts'
import { type BidText, writeResponse } from '../openrtb/response.ts'
import { NONE } from '../openrtb/tape.ts'
import { NO_PRICE, priceCpmMicros, valueCpmMicros } from '../pricing/price.ts'
import { deviceClassOf } from '../targeting/ad.ts'
import { Matcher } from '../targeting/match.ts'
import { answerByMs, scoreByMs, type TimeLimits } from './deadline.ts'
import { OUTCOME } from './outcomes.ts'
import { type Slot, shortlist } from './shortlist.ts'
import type { Snapshot } from './snapshot.ts'
import { type BidTelemetry, INLINE_REASON, STAGE } from './telemetry.ts'

/** A request as `ingress` hands it over: its body is the first `bodyLength` bytes of the bidder's `body`. */
export type Arrival = {
  readonly exchangeIndex: number
  readonly firstByteMs: number
  readonly bodyLength: number
  /** True once the exchange has hung up; then nothing may be answered. */
  readonly isAborted: boolean
  /** Called once. The text is there for the outcome `bid` alone. */
  answer(outcome: number, text: string): void
}

const OUTCOME_OF_READ = {
  [READ.notJson]: OUTCOME.not_json,
  [READ.notObject]: OUTCOME.no_request_object,
  [READ.noId]: OUTCOME.no_request_id,
  [READ.noImp]: OUTCOME.no_imp,
  [READ.tooManyImps]: OUTCOME.too_many_imps,
} as const

export class Bidder {
  /** Where `ingress` puts a body before it calls `bid`. */
  readonly body: Buffer
  readonly #clock: Clock
  readonly #snapshots: Published<Snapshot>
  readonly #exchanges: readonly ExchangeProfile[]
  readonly #exchangeHashes: readonly number[]
  readonly #limits: TimeLimits
  readonly #telemetry: BidTelemetry
  readonly #view: RequestView
  readonly #matcher = new Matcher()
  readonly #vector = new FeatureVector()
  readonly #idPrefix: string
  #idCount = 0

  constructor(options: {
    bodyBytesMax: number
    clock: Clock
    prng: Prng
    snapshots: Published<Snapshot>
    exchanges: readonly ExchangeProfile[]
    limits: TimeLimits
    telemetry: BidTelemetry
  }) {
    this.#view = new RequestView(options.bodyBytesMax)
    this.body = this.#view.tape.bytes
    this.#clock = options.clock
    this.#snapshots = options.snapshots
    this.#exchanges = options.exchanges
    this.#exchangeHashes = options.exchanges.map(({ name }) => hashText(name))
    this.#limits = options.limits
    this.#telemetry = options.telemetry
    this.#idPrefix = `${options.prng.uint32().toString(36)}${options.prng.uint32().toString(36)}`
  }

  async bid(arrival: Arrival): Promise<void> {
    const telemetry = this.#telemetry
    const snapshot = this.#snapshots.current
    const view = this.#view
    let atMs = this.#clock.nowMs()

    // 1. Read.
    const read = view.read(arrival.bodyLength)
    atMs = telemetry.lap(STAGE.read, atMs, this.#clock.nowMs())
    if (read !== READ.ok) return arrival.answer(OUTCOME_OF_READ[read], '')
    if (!acceptsDollars(view)) return arrival.answer(OUTCOME.currency_not_ours, '')
    // What a list in another taxonomy blocks cannot be told.
    if (view.blockedCategories !== NONE && view.categoryTaxonomy !== OUR_TAXONOMY) {
      return arrival.answer(OUTCOME.taxonomy_not_ours, '')
    }
    if (view.buyerSeats !== NONE) return arrival.answer(OUTCOME.seat_not_ours, '')
    const { networkAllowanceMs } = this.#exchanges[arrival.exchangeIndex]
    const answerBy = answerByMs(arrival.firstByteMs, view.tmaxMs, networkAllowanceMs, this.#limits)
    if (atMs >= scoreByMs(answerBy)) return arrival.answer(OUTCOME.no_time_to_score, '')

    // 2. Match.
    const matchedCount = this.#matcher.match(snapshot.ads.targets, view, arrival.exchangeIndex)
    atMs = telemetry.lap(STAGE.match, atMs, this.#clock.nowMs())
    if (matchedCount === 0) return arrival.answer(OUTCOME.no_candidate, '')
    telemetry.truncatedMatches.add(0, this.#matcher.truncatedCount)

    // 3. Rank with the inline scorer, and keep the best of each imp.
    const slots = this.#rank(snapshot, arrival.exchangeIndex)
    atMs = telemetry.lap(STAGE.rank, atMs, this.#clock.nowMs())
    if (slots.length === 0) return arrival.answer(OUTCOME.below_floor, '')

    // 4. Features, straight into the batch that leaves at the end of this turn of the loop.
    const requestIdRaw = view.tape.rawText(view.id)
    const { auctionType } = view
    const ticket = this.#writeFeatures(snapshot, slots, scoreByMs(answerBy))
    atMs = telemetry.lap(STAGE.features, atMs, this.#clock.nowMs())

    // 5. Score. The only await: the view, the matcher and the vector belong to another request behind it.
    const scored = ticket === undefined ? 'full' : await ticket.outcome
    atMs = telemetry.lap(STAGE.score, atMs, this.#clock.nowMs())
    if (arrival.isAborted) return arrival.answer(OUTCOME.aborted, '')
    if (atMs >= answerBy) return arrival.answer(OUTCOME.too_late_to_answer, '')
    if (scored !== 'scored') telemetry.inlineAnswers.add(INLINE_REASON[scored])

    // 6. Price, against the snapshot that the candidates came from.
    const bids = this.#price(snapshot, slots, auctionType, scored === 'scored' ? ticket : undefined)
    atMs = telemetry.lap(STAGE.price, atMs, this.#clock.nowMs())
    if (bids.length === 0) return arrival.answer(OUTCOME.below_floor, '')

    // 7. Write.
    const text = writeResponse(requestIdRaw, this.#nextId(), bids)
    telemetry.lap(STAGE.write, atMs, this.#clock.nowMs())
    arrival.answer(OUTCOME.bid, text)
  }

  #rank(snapshot: Snapshot, exchangeIndex: number): Slot[] {
    const view = this.#view
    const vector = this.#vector
    const { ads, end } = this.#matcher
    const slots: Slot[] = []
    vector.readRequest(view, {
      exchangeHash: this.#exchangeHashes[exchangeIndex],
      deviceClass: deviceClassOf(view.deviceType),
      wallMs: this.#clock.wallMs(),
    })
    let first = 0
    for (let imp = 0; imp < view.impCount; first = end[imp++]) {
      if (end[imp] === first) continue
      vector.readImp(view, view.imps[imp])
      const slot = shortlist(snapshot, view, imp, vector, { ads, first, end: end[imp] })
      if (slot !== undefined) slots.push(slot)
    }
    return slots
  }

  /** Writes the rows of all slots, one behind the other. Undefined when no batch has room for them. */
  #writeFeatures(snapshot: Snapshot, slots: readonly Slot[], scoreBy: number): Ticket | undefined {
    const view = this.#view
    const vector = this.#vector
    const { vectors } = snapshot.ads
    const { plans, queue } = snapshot.model
    let rowCount = 0
    for (const slot of slots) rowCount += slot.ads.length
    const ticket = queue.open(rowCount, scoreBy)
    if (ticket === undefined) return undefined
    this.#telemetry.rows.add(0, rowCount)
    let row = ticket.firstRow
    for (const slot of slots) {
      vector.readImp(view, view.imps[slot.impIndex])
      for (const plan of plans) plan.begin(vector)
      for (const ad of slot.ads) {
        for (let input = 0; input < plans.length; input++) {
          plans[input].write(ticket.slab.inputs[input], row, ad, vector, vectors)
        }
        row++
      }
    }
    return ticket
  }

  /** The best candidate of each slot that reaches its floor, with the model's scores where there are any. */
  #price(
    snapshot: Snapshot,
    slots: readonly Slot[],
    auctionType: number,
    ticket: Ticket | undefined,
  ): BidText[] {
    const { goals, fragments } = snapshot.ads
    const bids: BidText[] = []
    let row = ticket === undefined ? 0 : ticket.firstRow
    for (const slot of slots) {
      let bestAd = NO_AD
      let bestValue = 0
      for (let i = 0; i < slot.ads.length; i++) {
        const probability = ticket === undefined ? slot.probabilities[i] : ticket.slab.scores[row++]
        const value = valueCpmMicros(goals, slot.ads[i], probability)
        if (value <= bestValue) continue
        bestValue = value
        bestAd = slot.ads[i]
      }
      const price = priceCpmMicros(bestValue, slot.floorCpmMicros, auctionType)
      if (bestAd === NO_AD || price === NO_PRICE) continue
      const { impIdRaw, vastProtocol } = slot
      bids.push({ id: this.#nextId(), impIdRaw, priceCpmMicros: price, ad: fragments[bestAd], vastProtocol })
    }
    return bids
  }

  /** Unique in this process by its count, among processes by a random prefix. */
  #nextId(): string {
    return `${this.#idPrefix}-${(this.#idCount++).toString(36)}`
  }
}

const NO_AD = -1

/** The catalog's categories are of the IAB's content taxonomy 1.0. */
const OUR_TAXONOMY = 1

const USD = Buffer.from('USD')

/** OpenRTB 2.6 section 3.2.1: without `cur` the default, USD, is safe; with it, USD must be listed. */
function acceptsDollars(view: RequestView): boolean {
  const list = view.currencies
  if (list === NONE) return true
  const { tape } = view
  const end = tape.next(list)
  for (let token = list + 1; token < end; token = tape.next(token)) if (tape.isEqual(token, USD)) return true
  return false
}
