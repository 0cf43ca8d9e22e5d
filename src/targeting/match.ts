/**
 * Finds the ads that an imp accepts and that accept the imp, as a conjunction over the compiled rows.
 *
 * A request asks some ten questions; each is a clause, the union of one or more rows. Blocked categories and
 * advertisers are rows to leave out. The summaries are combined first, so that the cost follows the places where an ad
 * can be, not the number of ads.
 *
 * Finds at most `IMP_MATCHES_MAX` an imp and `MATCHES_MAX` a request. Where more ads match, the place where the search
 * starts differs by request, so that no ad is always left out, and `truncatedCount` says so.
 */
import { hashBytes } from '../base/hash.ts'
import { IMPS_MAX, type ImpView, INVENTORY, type RequestView, TEXT } from '../openrtb/request.ts'
import { NONE } from '../openrtb/tape.ts'
import { deviceClassOf } from './ad.ts'
import type { TargetIndex, TextRows } from './compile.ts'
import { ABSENT } from './dictionary.ts'
import { Rows } from './rows.ts'

/** Eight times what is short-listed; it keeps the cost of a dense catalog that of a sparse one. */
export const IMP_MATCHES_MAX = 128
const MATCHES_MAX = 4096
const CLAUSES_MAX = 32
const CLAUSE_ROWS_MAX = 1024
const BLOCKS_MAX = 256

export class Matcher {
  /** The ads found by the last `match`: those of imp 0, then those of imp 1, and so on. */
  readonly ads = new Int32Array(MATCHES_MAX)
  /** Where the ads of each imp end in `ads`. */
  readonly end = new Int32Array(IMPS_MAX)
  /** Imps for which more ads match than were found. */
  truncatedCount = 0
  #count = 0

  /** Rows of all clauses, one clause behind the other; `#clauseEnd` says where each ends. */
  readonly #clauseRows = new Int32Array(CLAUSE_ROWS_MAX)
  readonly #clauseEnd = new Int32Array(CLAUSES_MAX)
  #clauseCount = 0
  #rowCount = 0
  readonly #blockRows = new Int32Array(BLOCKS_MAX)
  #blockCount = 0
  /** How many clauses and rows belong to the request, not to an imp. */
  #requestClauses = 0
  #requestRows = 0
  /** The word of a row at which the search starts. */
  #firstWord = 0
  /** False when what the request blocks does not fit: then nothing can be offered safely. */
  #isComplete = true
  readonly #scratch = Buffer.alloc(64)

  /** Fills `ads` with what fits each imp of the request and returns how many there are in all. */
  match(index: TargetIndex, view: RequestView, exchangeIndex: number): number {
    this.#count = 0
    this.truncatedCount = 0
    this.#askForRequest(index, view, exchangeIndex)
    for (let i = 0; i < view.impCount; i++) {
      if (this.#isComplete && this.#askForImp(index, view, view.imps[i])) this.#search(index.rows)
      this.end[i] = this.#count
    }
    return this.#count
  }

  #askForRequest(index: TargetIndex, view: RequestView, exchangeIndex: number): void {
    this.#clauseCount = 0
    this.#rowCount = 0
    this.#blockCount = 0
    this.#isComplete = true
    // Those that leave the fewest ads come first: a word that is empty needs no further question.
    this.#requireText(index.countries, view, TEXT.country)
    this.#requireCategory(index, view)
    this.#require(index.devices[deviceClassOf(view.deviceType)])
    this.#requireText(index.operatingSystems, view, TEXT.os)
    this.#requireRegion(index, view)
    const publisher = view.inventory === INVENTORY.app ? TEXT.bundle : TEXT.domain
    this.#requireText(index.publishers, view, publisher)
    this.#require(index.inventory[view.inventory])
    this.#requireText(index.languages, view, TEXT.language)
    this.#require(index.exchanges[exchangeIndex])
    this.#blockText(index.refusedPublishers, view, publisher)
    this.#blockList(index.adCategories, view, view.blockedCategories)
    this.#blockList(index.adDomains, view, view.blockedAdvertisers)
    this.#requestClauses = this.#clauseCount
    this.#requestRows = this.#rowCount
    const { tape } = view
    this.#firstWord = hashBytes(tape.bytes, tape.start(view.id), tape.end(view.id)) % index.rows.width
  }

  /** False when the imp takes nothing that we have. */
  #askForImp(index: TargetIndex, view: RequestView, imp: ImpView): boolean {
    this.#clauseCount = this.#requestClauses
    this.#rowCount = this.#requestRows
    const takesVideo = imp.hasVideo && imp.vastProtocol !== 0
    if (!imp.hasBanner && !takesVideo) return false
    // Without a deal a private auction takes no bid, and a floor that cannot be compared cannot be kept.
    if (imp.isPrivateAuction || !imp.isFloorInUsd) return false
    // Where an imp takes banner or video, each question about the one lets the other pass.
    if (imp.hasBanner) {
      for (let i = 0; i < imp.sizeCount; i++) {
        const row = index.sizes.get(imp.sizes[i])
        if (row !== undefined) this.#add(row)
      }
      if (takesVideo) this.#add(index.videos)
      this.#endClause()
    }
    if (takesVideo) {
      for (const { durationS, row } of index.durations) {
        if (isDurationAllowed(view, imp, durationS)) this.#add(row)
      }
      if (imp.hasBanner) this.#add(index.banners)
      this.#endClause()
      if (imp.mimes !== NONE) {
        this.#addList(index.mimes, view, imp.mimes)
        if (imp.hasBanner) this.#add(index.banners)
        this.#endClause()
      }
    }
    return true
  }

  #search(rows: Rows): void {
    const countMax = Math.min(this.#count + IMP_MATCHES_MAX, MATCHES_MAX)
    const { words, summary, width, summaryWidth } = rows
    const clauseRows = this.#clauseRows
    const clauseEnd = this.#clauseEnd
    const clauseCount = this.#clauseCount
    const firstSummaryWord = this.#firstWord >> 5
    const fromFirstWord = -1 << (this.#firstWord & 31)
    // The summary word of the start is looked at twice: from the start on, and up to it at the end of the round.
    for (let step = 0; step <= summaryWidth; step++) {
      const summaryWord = (firstSummaryWord + step) % summaryWidth
      let live = conjunction(summary, summaryWidth, summaryWord, clauseRows, clauseEnd, clauseCount)
      if (step === 0) live &= fromFirstWord
      if (step === summaryWidth) live &= ~fromFirstWord
      while (live !== 0) {
        const word = (summaryWord << 5) + trailingZeros(live)
        live &= live - 1
        let bits = conjunction(words, width, word, clauseRows, clauseEnd, clauseCount)
        for (let i = 0; bits !== 0 && i < this.#blockCount; i++)
          bits &= ~words[this.#blockRows[i] * width + word]
        while (bits !== 0) {
          if (this.#count === countMax) {
            this.truncatedCount++
            return
          }
          this.ads[this.#count++] = (word << 5) + trailingZeros(bits)
          bits &= bits - 1
        }
      }
    }
  }

  #require(row: number): void {
    // Most attributes are asked for by few ads; a question that all pass is none.
    if (row === Rows.all) return
    this.#add(row)
    this.#endClause()
  }

  #requireText(texts: TextRows, view: RequestView, field: number): void {
    const found = texts.values.find(
      view.textHash[field],
      view.tape.bytes,
      view.textStart[field],
      view.textEnd[field],
    )
    this.#require(found === ABSENT ? texts.otherwise : texts.rows[found])
  }

  #requireRegion(index: TargetIndex, view: RequestView): void {
    const { regions } = index
    if (regions.values.size === 0) return
    const length = writeRegion(this.#scratch, view)
    const found = regions.values.find(hashBytes(this.#scratch, 0, length), this.#scratch, 0, length)
    this.#require(found === ABSENT ? regions.otherwise : regions.rows[found])
  }

  #requireCategory(index: TargetIndex, view: RequestView): void {
    const { categories } = index
    if (categories.values.size === 0) return
    this.#add(categories.otherwise)
    if (view.categories !== NONE) this.#addList(categories, view, view.categories)
    this.#endClause()
  }

  #blockText(texts: TextRows, view: RequestView, field: number): void {
    const { bytes } = view.tape
    const found = texts.values.find(view.textHash[field], bytes, view.textStart[field], view.textEnd[field])
    if (found !== ABSENT) this.#block(texts.rows[found])
  }

  #blockList(texts: TextRows, view: RequestView, list: number): void {
    if (list === NONE || texts.values.size === 0) return
    const { tape } = view
    const end = tape.next(list)
    for (let token = list + 1; token < end; token = tape.next(token)) {
      if (!tape.isText(token)) continue
      const start = skipWww(tape.bytes, tape.start(token), tape.end(token))
      const hash = hashBytes(tape.bytes, start, tape.end(token))
      const found = texts.values.find(hash, tape.bytes, start, tape.end(token))
      if (found !== ABSENT) this.#block(texts.rows[found])
    }
  }

  /** Adds the rows of the texts in a list, and of what each is part of, to the open clause. */
  #addList(texts: TextRows, view: RequestView, list: number): void {
    const { tape } = view
    const end = tape.next(list)
    for (let token = list + 1; token < end; token = tape.next(token)) {
      if (!tape.isText(token)) continue
      const start = tape.start(token)
      const stop = tape.end(token)
      const found = texts.values.find(hashBytes(tape.bytes, start, stop), tape.bytes, start, stop)
      if (found !== ABSENT) this.#add(texts.rows[found])
      let dash = start
      while (dash < stop && tape.bytes[dash] !== DASH) dash++
      if (dash === stop) continue
      const parent = texts.values.find(hashBytes(tape.bytes, start, dash), tape.bytes, start, dash)
      if (parent !== ABSENT) this.#add(texts.rows[parent])
    }
  }

  #add(row: number): void {
    // A union that is cut short only loses ads; it never lets a wrong one through.
    if (this.#rowCount < CLAUSE_ROWS_MAX) this.#clauseRows[this.#rowCount++] = row
  }

  #endClause(): void {
    this.#clauseEnd[this.#clauseCount++] = this.#rowCount
  }

  #block(row: number): void {
    if (this.#blockCount === BLOCKS_MAX) this.#isComplete = false
    else this.#blockRows[this.#blockCount++] = row
  }
}

/** OpenRTB 2.6 section 3.2.7: `rqddurs` lists the only lengths, and excludes a range. */
function isDurationAllowed({ tape }: RequestView, imp: ImpView, durationS: number): boolean {
  if (imp.requiredDurations === NONE) {
    return durationS >= imp.durationMinS && (imp.durationMaxS <= 0 || durationS <= imp.durationMaxS)
  }
  const end = tape.next(imp.requiredDurations)
  for (let token = imp.requiredDurations + 1; token < end; token = tape.next(token)) {
    if (tape.integer(token, 0) === durationS) return true
  }
  return false
}

/** One word of the conjunction of all clauses; a clause without rows accepts nothing. */
function conjunction(
  words: Int32Array,
  width: number,
  word: number,
  clauseRows: Int32Array,
  clauseEnd: Int32Array,
  clauseCount: number,
): number {
  let bits = -1
  let at = 0
  for (let clause = 0; clause < clauseCount; clause++) {
    const end = clauseEnd[clause]
    let union = 0
    for (; at < end; at++) union |= words[clauseRows[at] * width + word]
    bits &= union
    if (bits === 0) return 0
  }
  return bits
}

function trailingZeros(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}

const DASH = 0x2d
const WWW = Buffer.from('www.')

function skipWww(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= WWW.length) return start
  for (let i = 0; i < WWW.length; i++) if (bytes[start + i] !== WWW[i]) return start
  return start + WWW.length
}

/** Writes country, dash and region; a region that already names its country ("US-CA") loses that part. */
function writeRegion(target: Buffer, view: RequestView): number {
  const { tape, textStart, textEnd } = view
  const countryLength = textEnd[TEXT.country] - textStart[TEXT.country]
  let start = textStart[TEXT.region]
  const end = textEnd[TEXT.region]
  for (let at = start; at < end; at++) if (tape.bytes[at] === DASH) start = at + 1
  if (countryLength === 0 || end === start || countryLength + end - start + 1 > target.length) return 0
  tape.bytes.copy(target, 0, textStart[TEXT.country], textEnd[TEXT.country])
  target[countryLength] = DASH
  tape.bytes.copy(target, countryLength + 1, start, end)
  return countryLength + 1 + end - start
}
