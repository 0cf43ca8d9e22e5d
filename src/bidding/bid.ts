/**
 * The story of a bid, in order: read, permit, match, rank, features, score, price, write, log. One snapshot from beginning
 * to end, and one await, for the scores. Every path ends in `answer`, with the outcome that the request is counted under.
 *
 * Until the await everything runs in one piece, so that one request view, one matcher and one feature vector serve all
 * requests. Behind it only what was put into slots and terms is still there.
 */
import type { Clock } from '../base/clock.ts'
import { hashBytes, hashPair } from '../base/hash.ts'
import type { Published } from '../base/published.ts'
import type { BidEvents } from '../events/event-log.ts'
import type { ExchangeProfile } from '../exchange/profile.ts'
import { bucketOf } from '../experiments/assignment.ts'
import { F } from '../features/catalogue.ts'
import { READ, RequestView } from '../openrtb/request.ts'
import { isFirstPrice } from '../pricing/price.ts'
import { MAY } from '../privacy/permissions.ts'
import { deviceClassOf } from '../targeting/ad.ts'
import { Matcher } from '../targeting/match.ts'
import { NO_SET } from '../users/segments.ts'
import type { UserKey } from '../users/user-key.ts'
import { type BrownOut, candidatesMaxAt, LEVEL } from './brown-out.ts'
import { type Choice, choose } from './choose.ts'
import { bidCurrencyOf } from './currency.ts'
import { answerByMs, scoreByMs, type TimeLimits } from './deadline.ts'
import type { BidCurrency } from './floors.ts'
import { logBids } from './log-bids.ts'
import { type Exchange, exchangesOf, type Operator } from './operator.ts'
import { OUTCOME, OUTCOMES } from './outcomes.ts'
import { isDsaAnswered, PERMITTED, permitOf, refusalOf } from './permit.ts'
import type { Purse } from './purse.ts'
import type { RowSampler } from './row-sampler.ts'
import { takeBoth, takeClicks } from './scores.ts'
import { compareScores } from './shadow-rows.ts'
import { type Audience, SHORTLIST, shortlist } from './shortlist.ts'
import { addSlot, type ImpTerms, impTermsOf, isPriceFixed, rowCountOf, type Slot, slotOf } from './slot.ts'
import { SlotRows } from './slot-rows.ts'
import type { ReadyModel, Snapshot } from './snapshot.ts'
import { type BidTelemetry, INLINE_REASON, STAGE } from './telemetry.ts'
import { AnswerWriter, NO_BODY, type RequestTerms } from './write.ts'

/** A request as `ingress` hands it over: its body is the first `bodyLength` bytes of the bidder's `body`. */
export type Arrival = {
  readonly exchangeIndex: number
  readonly firstByteMs: number
  readonly bodyLength: number
  /** Whether its headers carry Global Privacy Control. */
  readonly isGpc: boolean
  /** True once the exchange has hung up; then nothing may be answered. */
  readonly isAborted: boolean
  /**
   * Called once. The body is there for the outcome `bid`, and for a no-bid that says why; its bytes are good during the
   * call alone, as the next answer is written over them.
   */
  answer(outcome: number, body: Uint8Array): void
}

const OUTCOME_OF_READ = {
  [READ.notJson]: OUTCOME.not_json,
  [READ.notObject]: OUTCOME.no_request_object,
  [READ.noId]: OUTCOME.no_request_id,
  [READ.noImp]: OUTCOME.no_imp,
  [READ.tooManyImps]: OUTCOME.too_many_imps,
} as const

const HOUR_MS = 3_600_000
/** A row is noted in 1.1 us, which is too much for every request and enough rows at 100 requests a second. */
const WATCHED_ONE_IN = 8

export class Bidder {
  /** Where `ingress` puts a body before it calls `bid`. */
  readonly body: Buffer
  readonly #clock: Clock
  readonly #purse: Purse
  readonly #snapshots: Published<Snapshot>
  readonly #exchanges: readonly Exchange[]
  readonly #operator: Operator
  readonly #limits: TimeLimits
  readonly #brownOut: BrownOut
  readonly #telemetry: BidTelemetry
  readonly #rowSampler: RowSampler | undefined
  readonly #events: BidEvents
  readonly #view: RequestView
  readonly #matcher = new Matcher()
  readonly #rows: SlotRows
  readonly #writer: AnswerWriter

  constructor(options: {
    bodyBytesMax: number
    clock: Clock
    purse: Purse
    snapshots: Published<Snapshot>
    exchanges: readonly ExchangeProfile[]
    operator: Operator
    limits: TimeLimits
    brownOut: BrownOut
    telemetry: BidTelemetry
    /** Absent where no rows are sampled. */
    rowSampler?: RowSampler
    events: BidEvents
  }) {
    this.#view = new RequestView(options.bodyBytesMax)
    this.#rows = new SlotRows(this.#view)
    this.body = this.#view.tape.bytes
    this.#clock = options.clock
    this.#purse = options.purse
    this.#snapshots = options.snapshots
    this.#exchanges = exchangesOf(options.exchanges, options.operator)
    this.#operator = options.operator
    this.#limits = options.limits
    this.#brownOut = options.brownOut
    this.#telemetry = options.telemetry
    this.#rowSampler = options.rowSampler
    this.#events = options.events
    this.#writer = new AnswerWriter(this.#exchanges, options.operator, options.purse.ids)
  }

  async bid(arrival: Arrival): Promise<void> {
    const telemetry = this.#telemetry
    const snapshot = this.#snapshots.current
    const view = this.#view
    const exchange = this.#exchanges[arrival.exchangeIndex]
    const laps = telemetry.startLaps(this.#clock)

    // 1. Read.
    const read = view.read(arrival.bodyLength)
    if (arrival.isGpc) view.signals.addGpc()
    laps?.end(STAGE.read)
    if (read !== READ.ok) return arrival.answer(OUTCOME_OF_READ[read], NO_BODY)

    // 2. Permit, before anything looks at what may tell a person; and in which currency.
    const wallMs = this.#clock.wallMs()
    const currency = bidCurrencyOf(view, snapshot.rates, wallMs)
    const terms = requestTermsOf(view, currency)
    if (currency === undefined) return this.#refuse(arrival, exchange, terms, OUTCOME.currency_not_ours)
    const refusal = refusalOf(view, exchange, this.#operator)
    if (refusal !== PERMITTED) return this.#refuse(arrival, exchange, terms, refusal)
    const may = permitOf(view, this.#operator, telemetry)
    if ((may & MAY.bid) === 0) return this.#refuse(arrival, exchange, terms, OUTCOME.no_legal_basis)
    if (!this.#purse.isOpen) return this.#refuse(arrival, exchange, terms, OUTCOME.ledger_not_writable)
    const { networkAllowanceMs } = exchange.profile
    const answerBy = answerByMs(arrival.firstByteMs, view.tmaxMs, networkAllowanceMs, this.#limits)
    laps?.end(STAGE.permit)
    if (this.#clock.nowMs() >= scoreByMs(answerBy))
      return this.#refuse(arrival, exchange, terms, OUTCOME.no_time_to_score)

    // 3. Match. Who the user is is asked where that is permitted, and where a campaign wants to know.
    const { exchangeIndex } = arrival
    const user = this.#userOf(snapshot, exchange, may)
    const segments = segmentsOf(snapshot, user, may)
    const matchedCount = this.#matcher.match(snapshot.ads.targets, view, {
      exchangeIndex,
      seat: exchange.seat,
      segments,
    })
    laps?.end(STAGE.match)
    telemetry.truncatedMatches.add(0, this.#matcher.truncatedCount)
    if (matchedCount === 0) return this.#refuse(arrival, exchange, terms, OUTCOME.no_candidate)

    // 4. Rank with the inline scorer of the model that this request is given, and keep the best of each lot.
    const context = {
      exchange: exchange.profile.name,
      exchangeHash: exchange.nameHash,
      deviceClass: deviceClassOf(view.deviceType),
      wallMs,
      mayIdentify: (may & MAY.ids) !== 0,
      userSegments: user !== undefined && (may & MAY.profile) !== 0 ? (segments?.length ?? 0) : Number.NaN,
    }
    this.#rows.begin(context, currency)
    const slots: Slot[] = []
    const requestHash = hashBytes(view.tape.bytes, view.tape.start(view.id), view.tape.end(view.id))
    const model = modelOf(snapshot, user, requestHash)
    const audience = {
      inline: model.inline,
      purse: this.#purse,
      user,
      requestHash,
      unitsPerUsd: currency.unitsPerUsd,
      nowS: Math.floor(wallMs / 1000),
      candidatesMax: candidatesMaxAt(this.#brownOut.level),
    }
    const isLogged = (may & MAY.train) !== 0 && !view.isTest && this.#events.isWanted(requestHash)
    const ranked = this.#rank(snapshot, slots, audience, { exchange, currency, wallMs, isLogged })
    laps?.end(STAGE.rank)
    if (ranked === SHORTLIST.belowFloor) return this.#refuse(arrival, exchange, terms, OUTCOME.below_floor)
    if (ranked === SHORTLIST.heldBack) return this.#refuse(arrival, exchange, terms, OUTCOME.held_back)

    // 5. Features, straight into the batch that leaves at the end of this turn of the loop. Under overload the model is
    // left out, and no batch is waited for.
    const { level } = this.#brownOut
    const isInline = level >= LEVEL.inline
    const scoreBy = scoreByMs(answerBy)
    const rows = this.#rows
    const ticket = isInline ? undefined : rows.write(model, slots, scoreBy)
    if (ticket !== undefined) telemetry.rows.add(0, rowCountOf(slots))
    // Of some, what the model sees is watched by the row that ranks first.
    const isWatched = requestHash % WATCHED_ONE_IN === 0
    if (isWatched) rows.watch(model, snapshot, slots[0], wallMs)
    const conversions = isInline ? undefined : rows.writeConversions(snapshot, slots, scoreBy)
    const shadow = level === LEVEL.full ? rows.writeShadow(snapshot, slots, requestHash, scoreBy) : undefined
    const endSample =
      ticket && this.#rowSampler?.begin({ may, view, ads: snapshot.ads, slots, ticket, currency, context })
    laps?.end(STAGE.features)

    // 6. Score. The only await: the view, the matcher and the vector belong to another request behind it.
    const whyNot = isInline ? 'overload' : 'full'
    const isAlone = conversions === undefined
    const scored =
      ticket === undefined ? whyNot : await (isAlone ? ticket.outcome : takeBoth(slots, ticket, conversions))
    if (isAlone && scored === 'scored') takeClicks(slots, ticket!)
    laps?.end(STAGE.score)
    if (arrival.isAborted) return arrival.answer(OUTCOME.aborted, NO_BODY)
    if (this.#clock.nowMs() >= answerBy) return arrival.answer(OUTCOME.too_late_to_answer, NO_BODY)
    if (scored !== 'scored') telemetry.inlineAnswers.add(INLINE_REASON[scored])
    else endSample?.()

    // 7. Price, against the snapshot that the candidates came from, and put the price on hold.
    const { choices, refusalCount } = choose(snapshot, slots, {
      purse: this.#purse,
      user,
      model: scored === 'scored' ? model.key : '',
      unitsPerUsd: terms.unitsPerUsd,
      bidsPerImpMax: exchange.profile.bidsPerImpMax,
      wallMs,
      isTest: terms.isTest,
    })
    laps?.end(STAGE.price)
    if (scored === 'scored') {
      noteScores(model, slots)
      if (isWatched) model.monitor.noteScore(slots[0].probabilities[0], wallMs)
      if (shadow !== undefined) compareScores(snapshot.candidate!.shadow, shadow, slots, choices)
    }
    const outcome = refusalCount > 0 ? OUTCOME.held_back : OUTCOME.below_floor
    if (choices.length === 0) return this.#refuse(arrival, exchange, terms, outcome)

    // 8. Write. What does not fit is not bid.
    const onCut = (choice: Choice) =>
      this.#purse.release(snapshot.accounts, choice, Math.floor(wallMs / 1000))
    const body = this.#writer.write(snapshot.ads, exchangeIndex, terms, choices, wallMs, onCut)
    laps?.end(STAGE.write)
    if (body.length === 0) return this.#refuse(arrival, exchange, terms, OUTCOME.answer_too_large)
    arrival.answer(OUTCOME.bid, body)

    // 9. Log, when the answer is on its way.
    logBids(snapshot, choices, {
      events: this.#events,
      model,
      atMs: this.#clock.wallMs(),
    })
  }

  /** A no-bid, with its reason where the exchange or a test asks for it. */
  #refuse(arrival: Arrival, { profile }: Exchange, { idRaw, isTest }: RequestTerms, outcome: number): void {
    const isTold = profile.noBid === 'reason' || isTest
    arrival.answer(outcome, isTold ? this.#writer.writeNoBid(idRaw, OUTCOMES[outcome].nbr) : NO_BODY)
  }

  #userOf({ accounts, segments }: Snapshot, { nameHash }: Exchange, may: number): UserKey | undefined {
    if ((may & MAY.ids) === 0 || !(accounts.hasCaps || segments !== undefined)) return undefined
    return this.#purse.userOf(this.#view, nameHash)
  }

  /** Fills `slots` with the lots that have candidates; else says why there are none. */
  #rank(
    snapshot: Snapshot,
    slots: Slot[],
    audience: Audience,
    { exchange, currency, wallMs, isLogged }: Ranking,
  ): number {
    const view = this.#view
    const rows = this.#rows
    const matcher = this.#matcher
    let ranked: number = SHORTLIST.belowFloor
    let imp: ImpTerms | undefined
    let impIndex = -1
    let first = 0
    for (let lot = 0; lot < matcher.lotCount; first = matcher.lotEnd[lot++]) {
      if (imp === undefined || matcher.lotImp[lot] !== impIndex) {
        impIndex = matcher.lotImp[lot]
        imp = impTermsOf(view.tape, view.imps[impIndex], matcher.natives[impIndex])
        rows.readImp(impIndex)
      }
      const slot = slotOf(view, matcher, lot, imp, currency)
      if (slot === undefined) continue
      rows.readSlot(slot)
      const matched = { ads: matcher.ads, first, end: matcher.lotEnd[lot] }
      const listed = shortlist(snapshot, slot, rows.vector, matched, audience)
      if (listed === SHORTLIST.some) {
        if (isFirstPrice({ auctionType: slot.auctionType, isPriceFixed: isPriceFixed(slot) }))
          slot.segmentKey = this.#segmentKeyOf(exchange, wallMs)
        if (isLogged) slot.featuresNote = this.#events.noteFeatures(rows.vector)
        addSlot(slots, slot)
      } else if (listed === SHORTLIST.heldBack) ranked = SHORTLIST.heldBack
    }
    return slots.length > 0 ? SHORTLIST.some : ranked
  }

  /** What is known of the auction's competition goes by the exchange, the slot, its place and the hour. */
  #segmentKeyOf({ nameHash }: Exchange, wallMs: number): number {
    const { hashes } = this.#rows.vector
    return this.#purse.segmentKeyOf({
      exchange: nameHash,
      shapeHash: hashes[F.slot_size],
      placeHash: hashPair(hashes[F.domain] ^ hashes[F.bundle], hashes[F.tag]),
      hour: Math.floor(wallMs / HOUR_MS) % 24,
    })
  }
}

function noteScores({ scores }: ReadyModel, slots: readonly Slot[]): void {
  for (const { probabilities } of slots) for (const probability of probabilities) scores.note(probability)
}

/** The model that bids on a request: the live version, for a share of users or requests the candidate. */
function modelOf({ model, candidate }: Snapshot, user: UserKey | undefined, requestHash: number): ReadyModel {
  if (candidate === undefined || candidate.buckets === 0) return model
  const bucket = bucketOf(user?.hi ?? 0, user?.lo ?? requestHash, candidate.salt)
  return bucket < candidate.buckets ? candidate.model : model
}

/** What is known of a request when it is ranked. */
type Ranking = {
  readonly exchange: Exchange
  readonly currency: BidCurrency
  readonly wallMs: number
  /** Whether its bids are for the event log. */
  readonly isLogged: boolean
}

function requestTermsOf(view: RequestView, currency: BidCurrency | undefined): RequestTerms {
  return {
    idRaw: view.tape.rawBytes(view.id),
    isTest: view.isTest,
    hasDsa: isDsaAnswered(view),
    taxonomy: view.categoryTaxonomy,
    currency: currency?.code ?? 0,
    unitsPerUsd: currency?.unitsPerUsd ?? 0,
  }
}

/** What segments the user is in; undefined where that is not known, or not to be used. */
function segmentsOf({ segments }: Snapshot, user: UserKey | undefined, may: number): Uint32Array | undefined {
  if (segments === undefined || user === undefined || (may & MAY.profile) === 0) return undefined
  const set = segments.find(user.hi, user.lo)
  return set === NO_SET ? undefined : segments.segmentsOf(set)
}
