/**
 * A bid request as the bidder sees it: the few fields that some room uses, in integers and byte ranges over the tape.
 * Its imps are in imp.ts, where it is shown in inventory.ts and device.ts, its privacy signals in signals.ts.
 *
 * Text becomes no string: `TEXT` fields are a range of bytes and its hash, with escapes undone in place. Lists stay on
 * the tape and are walked by whoever needs them, their texts likewise; ids alone keep their spelling, to be echoed.
 * Absent, null or mistyped fields read as unknown (`NONE`, 0 or an empty range): OpenRTB 2.6 section 2.3 says absence
 * means unknown, not zero. A number written as text is read as a number. A repeated field counts as last written.
 *
 * One view is filled again and again: it is valid until the next `read`, and nothing may keep it across an await.
 */
import { TAXONOMY_DEFAULT } from './codes.ts'
import { NO_UTC_OFFSET, readDevice } from './device.ts'
import { DSA_RENDER_UNKNOWN, readDsa } from './dsa.ts'
import { ImpView } from './imp.ts'
import { INVENTORY, readApp, readSite } from './inventory.ts'
import { KEY } from './keys.ts'
import { PrivacySignals, readSignals } from './signals.ts'
import { KIND, NONE, Tape } from './tape.ts'
import { HASHED_COUNT, hashTexts, TEXT_COUNT } from './texts.ts'
import { textList } from './values.ts'

export { INVENTORY } from './inventory.ts'
export { TEXT } from './texts.ts'

/** Imps beyond this many are not read: no auction sells that many slots at once. */
export const IMPS_MAX = 64

/** What one read of a body can end in. */
export const READ = { ok: 0, notJson: 1, notObject: 2, noId: 3, noImp: 4, tooManyImps: 5 } as const
export type ReadResult = (typeof READ)[keyof typeof READ]

export class RequestView {
  readonly tape: Tape
  /** Token of `id`. */
  id = NONE
  /** 1 first price, 2 second price plus; absent means 2 (section 3.2.1). */
  auctionType = 2
  isTest = false
  /** Taxonomy of the blocked and allowed categories (AdCOM "Category Taxonomies"); absent means 1, the IAB's content taxonomy 1.0. */
  categoryTaxonomy: number = TAXONOMY_DEFAULT
  /** Milliseconds, or 0 when absent or no positive number. */
  tmaxMs = 0
  inventory: number = INVENTORY.unknown
  deviceType = 0
  connectionType = 0
  /** Pixels; 0 when not known. */
  deviceWidth = 0
  deviceHeight = 0
  /** Minutes that the local time is ahead of UTC (`device.geo.utcoffset`), or `NO_UTC_OFFSET`. */
  utcOffsetMin = NO_UTC_OFFSET
  /** Tokens of lists with something in them, or `NONE`. */
  currencies = NONE
  buyerSeats = NONE
  blockedSeats = NONE
  blockedCategories = NONE
  allowedCategories = NONE
  blockedAdvertisers = NONE
  blockedApps = NONE
  /** Of `wlang` or, where there is none, of `wlangb`, which has tags of BCP 47. */
  languages = NONE
  #languageTags = NONE
  categories = NONE
  /** Tokens of `source` and `ext`, or `NONE`: where the supply chain stands. */
  source = NONE
  ext = NONE
  /** Tokens of `device` and `user`, or `NONE`: where ids stand, which are read only when the permit allows (user-id.ts). */
  device = NONE
  user = NONE
  readonly signals = new PrivacySignals()
  /** EU Digital Services Act (OpenRTB extension `dsa`): whether its object is there, and what it says. */
  hasDsa = false
  dsaRequired = 0
  dsaPublisherRender: number = DSA_RENDER_UNKNOWN
  readonly textStart = new Int32Array(TEXT_COUNT)
  readonly textEnd = new Int32Array(TEXT_COUNT)
  /** Unsigned hash of each text, 0 when empty. */
  readonly textHash = new Uint32Array(HASHED_COUNT)
  readonly imps: readonly ImpView[] = Array.from({ length: IMPS_MAX }, () => new ImpView())
  impCount = 0

  /** @param bodyBytesMax the longest body that will be read. */
  constructor(bodyBytesMax: number) {
    this.tape = new Tape(bodyBytesMax)
  }

  /** Reads the first `length` bytes of `tape.bytes`. A view of what is refused has no imps. */
  read(length: number): ReadResult {
    const { tape } = this
    this.#clear()
    if (!tape.scan(length)) return READ.notJson
    if (tape.kind(0) !== KIND.object) return READ.notObject
    let imps = NONE
    let site = NONE
    let app = NONE
    let dooh = NONE
    let regs = NONE
    let taxonomy = NONE
    const end = tape.next(0)
    // Objects are walked only behind this loop: a repeated one counts as last written.
    for (let token = 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.id:
          this.id = tape.isScalarText(token) ? token : NONE
          break
        case KEY.imp:
          imps = tape.filledArrayOrNone(token)
          break
        case KEY.site:
          site = tape.objectOrNone(token)
          break
        case KEY.app:
          app = tape.objectOrNone(token)
          break
        case KEY.dooh:
          dooh = tape.objectOrNone(token)
          break
        case KEY.device:
          this.device = tape.objectOrNone(token)
          break
        case KEY.at:
          this.auctionType = tape.integer(token, 2)
          break
        case KEY.tmax:
          this.tmaxMs = Math.max(0, tape.integer(token, 0))
          break
        case KEY.cattax:
          taxonomy = token
          break
        case KEY.test:
          this.isTest = tape.flag(token)
          break
        case KEY.cur:
          this.currencies = textList(tape, token)
          break
        case KEY.wseat:
          this.buyerSeats = textList(tape, token)
          break
        case KEY.bcat:
          this.blockedCategories = textList(tape, token)
          break
        case KEY.badv:
          this.blockedAdvertisers = textList(tape, token)
          break
        case KEY.user:
          this.user = tape.objectOrNone(token)
          break
        case KEY.regs:
          regs = tape.objectOrNone(token)
          break
        case KEY.source:
          this.source = tape.objectOrNone(token)
          break
        case KEY.ext:
          this.ext = tape.objectOrNone(token)
          break
        default:
          this.#readRestriction(token)
      }
    }
    if (this.id === NONE) return READ.noId
    if (imps === NONE) return READ.noImp
    // Both site and app occur in the wild; an app names its bundle, a site in an app is a web view's page.
    if (app !== NONE) readApp(tape, app, this)
    else if (site !== NONE) readSite(tape, site, this)
    else if (dooh !== NONE) this.inventory = INVENTORY.dooh
    if (this.device !== NONE) readDevice(tape, this.device, this)
    if (regs !== NONE) readDsa(tape, regs, this)
    if (this.languages === NONE) this.languages = this.#languageTags
    this.#readTaxonomy(taxonomy)
    readSignals(tape, { regs, user: this.user, device: this.device, site, ext: this.ext }, this.signals)
    hashTexts(tape.bytes, this)
    return this.#readImps(imps)
  }

  /** The rarer lists of what may not be bid. */
  #readRestriction(token: number): void {
    const { tape } = this
    switch (tape.key(token)) {
      case KEY.bseat:
        this.blockedSeats = textList(tape, token)
        break
      case KEY.acat:
        this.allowedCategories = textList(tape, token)
        break
      case KEY.bapp:
        this.blockedApps = textList(tape, token)
        break
      case KEY.wlang:
        this.languages = textList(tape, token)
        break
      case KEY.wlangb:
        this.#languageTags = textList(tape, token)
        break
    }
  }

  #clear(): void {
    this.id = NONE
    this.auctionType = 2
    this.isTest = false
    this.categoryTaxonomy = TAXONOMY_DEFAULT
    this.tmaxMs = 0
    this.inventory = INVENTORY.unknown
    this.deviceType = 0
    this.connectionType = 0
    this.deviceWidth = 0
    this.deviceHeight = 0
    this.utcOffsetMin = NO_UTC_OFFSET
    this.currencies = NONE
    this.buyerSeats = NONE
    this.blockedSeats = NONE
    this.blockedCategories = NONE
    this.allowedCategories = NONE
    this.blockedAdvertisers = NONE
    this.blockedApps = NONE
    this.languages = NONE
    this.#languageTags = NONE
    this.categories = NONE
    this.source = NONE
    this.ext = NONE
    this.device = NONE
    this.user = NONE
    this.signals.clear()
    this.hasDsa = false
    this.dsaRequired = 0
    this.dsaPublisherRender = DSA_RENDER_UNKNOWN
    this.textStart.fill(0)
    this.textEnd.fill(0)
    this.impCount = 0
  }

  #readImps(imps: number): ReadResult {
    const { tape } = this
    const end = tape.next(imps)
    let count = 0
    for (let token = imps + 1; token < end; token = tape.next(token)) {
      if (tape.kind(token) !== KIND.object) continue
      if (count === IMPS_MAX) return READ.tooManyImps
      // An imp without an id, or with that of another, cannot be bid on; the others can.
      if (this.imps[count].read(tape, token) && !this.#isRepeated(count)) count++
    }
    this.impCount = count
    return READ.ok
  }

  /** Whether the imp at `index` has the id of one before it. */
  #isRepeated(index: number): boolean {
    for (let i = 0; i < index; i++)
      if (this.tape.isSameText(this.imps[i].id, this.imps[index].id)) return true
    return false
  }

  /** Some senders put the taxonomy into the request's `ext`. */
  #readTaxonomy(token: number): void {
    const { tape, ext } = this
    let said = token === NONE ? UNKNOWN_TAXONOMY : tape.integer(token, UNKNOWN_TAXONOMY)
    if (said === UNKNOWN_TAXONOMY && ext !== NONE) {
      const end = tape.next(ext)
      for (let member = ext + 1; member < end; member = tape.next(member)) {
        if (tape.key(member) === KEY.cattax) said = tape.integer(member, UNKNOWN_TAXONOMY)
      }
    }
    if (said !== UNKNOWN_TAXONOMY) this.categoryTaxonomy = said
  }
}

const UNKNOWN_TAXONOMY = 0
