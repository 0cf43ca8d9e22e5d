/**
 * Finds the ads that an imp accepts and that accept the imp, as a conjunction over the compiled rows.
 *
 * What is found comes in lots: an imp has one for each deal that some ad buys, and one for the open auction. Each lot is
 * searched once for each format that the imp takes. A search ends at `SEARCH_MATCHES_MAX`, a request at `MATCHES_MAX`.
 * Where more ads match, the place where the search starts differs by request, so that no ad is always left out, and
 * `truncatedCount` says so.
 */
import { hashBytes } from '../base/hash.ts'
import { DealView, dealIdOf } from '../openrtb/deal.ts'
import { NativeReader, type NativeSpec } from '../openrtb/native-request.ts'
import { canFill } from '../openrtb/native-response.ts'
import { IMPS_MAX, type RequestView } from '../openrtb/request.ts'
import { NONE } from '../openrtb/tape.ts'
import { FORMAT } from './ad.ts'
import type { TargetIndex } from './compile.ts'
import { NO_ROW } from './creative-rows.ts'
import { ABSENT } from './dictionary.ts'
import { askForFormat } from './format-questions.ts'
import { mediaSuits } from './media.ts'
import { Question } from './question.ts'
import { askForDeal, askForImp, askForRequest } from './request-questions.ts'
import { search, trailingZeros } from './search.ts'
import { isSeatAccepted } from './seats.ts'
import { askForUser, NO_SEGMENTS, type Segments } from './segment-questions.ts'
import { findItem } from './text-questions.ts'

/** Eight times what is short-listed; it keeps the cost of a dense catalog that of a sparse one. */
export const SEARCH_MATCHES_MAX = 128
const MATCHES_MAX = 4096
/** An imp may list hundreds of deals; so many of those that we buy are bid on. */
export const IMP_DEALS_MAX = 8
/** Lots of a request. */
export const LOTS_MAX = 64
const NATIVE_BYTES_MAX = 16_384

/** Who asks, and of whom: the place of the exchange's profile, our seat there, and what is known of the user. */
export type Bidding = {
  readonly exchangeIndex: number
  readonly seat: Buffer | undefined
  /** Absent when none is known, or none may be used. */
  readonly segments?: Segments
}

export class Matcher {
  /** The ads found by the last `match`: those of lot 0, then those of lot 1, and so on. */
  readonly ads = new Int32Array(MATCHES_MAX)
  lotCount = 0
  readonly lotImp = new Int32Array(LOTS_MAX)
  /** Place in `deals`, or `NONE` for the open auction. */
  readonly lotDeal = new Int32Array(LOTS_MAX)
  /** Where the ads of each lot end in `ads`. */
  readonly lotEnd = new Int32Array(LOTS_MAX)
  readonly deals: readonly DealView[] = Array.from({ length: LOTS_MAX }, () => new DealView())
  /** What the native slots of the imps ask for. */
  readonly natives: (NativeSpec | undefined)[] = new Array<NativeSpec | undefined>(IMPS_MAX).fill(undefined)
  /** Searches for which more ads match than were found, and lots that were not searched. */
  truncatedCount = 0
  #count = 0
  #dealCount = 0
  readonly #question = new Question()
  readonly #nativeReader = new NativeReader(NATIVE_BYTES_MAX)

  /** What is searched for at the moment. */
  #index!: TargetIndex
  #view!: RequestView
  #impIndex = 0
  #format = 0
  #firstWord = 0
  #countMax = 0

  /** Fills the lots with what fits the request and returns how many ads there are in all. */
  match(index: TargetIndex, view: RequestView, { exchangeIndex, seat, segments }: Bidding): number {
    const question = this.#question
    const { tape } = view
    this.#index = index
    this.#view = view
    this.#firstWord = hashBytes(tape.bytes, tape.start(view.id), tape.end(view.id)) % index.rows.width
    this.#count = 0
    this.#dealCount = 0
    this.lotCount = 0
    this.truncatedCount = 0
    question.clear()
    askForRequest(question, index, view, exchangeIndex)
    askForUser(question, index, segments ?? NO_SEGMENTS)
    for (let imp = 0; imp < view.impCount; imp++) {
      question.open()
      this.#impIndex = imp
      this.#matchImp(seat)
      question.close()
    }
    return this.#count
  }

  #matchImp(seat: Buffer | undefined): void {
    const question = this.#question
    const index = this.#index
    const imp = this.#view.imps[this.#impIndex]
    askForImp(question, index, this.#view, imp)
    const hasNative = imp.native !== NONE && index.formats[FORMAT.native] !== NO_ROW
    this.natives[this.#impIndex] = hasNative
      ? this.#nativeReader.read(this.#view.tape, imp.native)
      : undefined
    if (imp.deals !== NONE && index.deals.values.size > 0) this.#matchDeals(imp.deals, seat)
    if (imp.isPrivateAuction) return
    question.open()
    question.require(index.open)
    this.#searchLot(NONE)
    question.close()
  }

  #matchDeals(list: number, seat: Buffer | undefined): void {
    const question = this.#question
    const index = this.#index
    const { tape } = this.#view
    const end = tape.next(list)
    let taken = 0
    for (let token = list + 1; token < end && taken < IMP_DEALS_MAX; token = tape.next(token)) {
      const id = dealIdOf(tape, token)
      const found = id === NONE ? ABSENT : findItem(index.deals, tape, id)
      if (found === ABSENT) continue
      if (this.lotCount === LOTS_MAX) {
        this.truncatedCount++
        return
      }
      const deal = this.deals[this.#dealCount]
      deal.read(tape, token)
      if (!isSeatAccepted(tape, deal.seats, NONE, seat)) continue
      question.open()
      askForDeal(question, index, tape, deal, found)
      if (this.#searchLot(this.#dealCount)) {
        this.#dealCount++
        taken++
      }
      question.close()
    }
  }

  /** Searches every format of an imp under the questions asked so far. False when nothing was found. */
  #searchLot(deal: number): boolean {
    if (this.lotCount === LOTS_MAX) {
      this.truncatedCount++
      return false
    }
    const before = this.#count
    for (let format = 0; format < this.#index.formats.length; format++) {
      if (this.#index.formats[format] !== NO_ROW) this.#searchFormat(format)
    }
    if (this.#count === before) return false
    this.lotImp[this.lotCount] = this.#impIndex
    this.lotDeal[this.lotCount] = deal
    this.lotEnd[this.lotCount++] = this.#count
    return true
  }

  #searchFormat(format: number): void {
    if (format === FORMAT.native && this.natives[this.#impIndex] === undefined) return
    const question = this.#question
    const index = this.#index
    this.#format = format
    this.#countMax = Math.min(this.#count + SEARCH_MATCHES_MAX, MATCHES_MAX)
    question.open()
    const isAsked = askForFormat(question, index, this.#view, this.#view.imps[this.#impIndex], format)
    if (isAsked && question.isComplete) search(index.rows, question, this.#firstWord, this.#take)
    question.close()
  }

  /** Keeps what suits of the ads of a word. False when there is no room for another. */
  readonly #take = (word: number, bits: number): boolean => {
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      const ad = (word << 5) + trailingZeros(rest)
      if (!this.#suits(ad)) continue
      if (this.#count === this.#countMax) {
        this.truncatedCount++
        return false
      }
      this.ads[this.#count++] = ad
    }
    return true
  }

  /** What no row can say: media files with all that is asked of one, assets that fill a native slot. */
  #suits(ad: number): boolean {
    const { video, audio } = this.#view.imps[this.#impIndex]
    switch (this.#format) {
      case FORMAT.banner:
        return true
      case FORMAT.video:
        return mediaSuits(this.#index, this.#view.tape, video, ad)
      case FORMAT.audio:
        return mediaSuits(this.#index, this.#view.tape, audio, ad)
      default:
        return canFill(this.natives[this.#impIndex]!, this.#index.natives[ad]!)
    }
  }
}
