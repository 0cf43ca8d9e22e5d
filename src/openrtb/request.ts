/**
 * A bid request as the bidder sees it: the few fields that some room uses, in integers and byte ranges over the tape.
 *
 * Text becomes no string: `TEXT` fields are a range of bytes and its hash, with escapes undone in place. Lists stay on
 * the tape and are walked by whoever needs them, their texts likewise; ids alone keep their spelling, to be echoed.
 * Absent, null or mistyped fields read as unknown (`NONE`, 0 or an empty range): OpenRTB 2.6 section 2.3 says absence
 * means unknown, not zero. A number written as text is read as a number. A repeated field counts as last written.
 *
 * One view is filled again and again: it is valid until the next `read`, and nothing may keep it across an await.
 */
import { fold, hashBytes } from '../base/hash.ts'
import { VAST_DEFAULT, VAST_VERSIONS } from './codes.ts'
import { KEY } from './keys.ts'
import { KIND, NONE, Tape } from './tape.ts'

/** Text fields by number; `domain` is the site's domain, or the host of its page. */
export const TEXT = {
  domain: 0,
  bundle: 1,
  publisher: 2,
  country: 3,
  region: 4,
  os: 5,
  language: 6,
} as const
const TEXT_COUNT = Object.keys(TEXT).length

export const INVENTORY = { unknown: 0, site: 1, app: 2, dooh: 3 } as const

/** Imps beyond this many are not read: no auction sells that many slots at once. */
export const IMPS_MAX = 64
export const SIZES_MAX = 32

/** OpenRTB 2.6 section 3.2.4, with the parts of its banner (3.2.6) and video (3.2.7) that decide eligibility. */
export class ImpView {
  /** Token of `id`. */
  id = NONE
  floorCpmMicros = 0
  /** False when `bidfloorcur` is a currency that cannot be compared with ours. */
  isFloorInUsd = true
  isPrivateAuction = false
  isInterstitial = false
  /** Position of the banner or, where it is unknown, of the video (AdCOM list "Placement Positions"). */
  position = 0
  hasBanner = false
  /** Allowed banner sizes as `width << 16 | height`. */
  readonly sizes = new Int32Array(SIZES_MAX)
  sizeCount = 0
  hasVideo = false
  videoWidth = 0
  videoHeight = 0
  durationMinS = 0
  durationMaxS = 0
  /** Token of the video's `rqddurs`, the only lengths allowed, or `NONE`. */
  requiredDurations = NONE
  /** Token of the video's `mimes`, or `NONE`. */
  mimes = NONE
  /** The newest VAST that both sides have, as an AdCOM "Creative Subtypes" code; 0 when there is none. */
  vastProtocol = 0
  /** Range of `tagid`. */
  tagStart = 0
  tagEnd = 0
}

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
  /** Taxonomy of the blocked categories (AdCOM "Category Taxonomies"); absent means 1, the IAB's content taxonomy 1.0. */
  categoryTaxonomy = 1
  /** Milliseconds, or 0 when absent or no positive number. */
  tmaxMs = 0
  inventory: number = INVENTORY.unknown
  deviceType = 0
  connectionType = 0
  /** Tokens of lists with something in them, or `NONE`. */
  currencies = NONE
  buyerSeats = NONE
  blockedCategories = NONE
  blockedAdvertisers = NONE
  categories = NONE
  readonly textStart = new Int32Array(TEXT_COUNT)
  readonly textEnd = new Int32Array(TEXT_COUNT)
  /** Unsigned hash of each text, 0 when empty. */
  readonly textHash = new Uint32Array(TEXT_COUNT)
  readonly imps: readonly ImpView[] = Array.from({ length: IMPS_MAX }, () => new ImpView())
  impCount = 0

  /** @param bodyBytesMax the longest body that will be read. */
  constructor(bodyBytesMax: number) {
    this.tape = new Tape(bodyBytesMax)
  }

  /** Reads the first `length` bytes of `tape.bytes`. */
  read(length: number): ReadResult {
    const { tape } = this
    if (!tape.scan(length)) return READ.notJson
    if (tape.kind(0) !== KIND.object) return READ.notObject
    this.#clear()
    let imps = NONE
    let site = NONE
    let app = NONE
    let dooh = NONE
    let device = NONE
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
          device = tape.objectOrNone(token)
          break
        case KEY.at:
          this.auctionType = tape.integer(token, 2)
          break
        case KEY.tmax:
          this.tmaxMs = Math.max(0, tape.integer(token, 0))
          break
        case KEY.cattax:
          this.categoryTaxonomy = tape.integer(token, 1)
          break
        case KEY.test:
          this.isTest = tape.flag(token)
          break
        case KEY.cur:
          this.currencies = this.#list(token)
          break
        case KEY.wseat:
          this.buyerSeats = this.#list(token)
          break
        case KEY.bcat:
          this.blockedCategories = this.#list(token)
          break
        case KEY.badv:
          this.blockedAdvertisers = this.#list(token)
          break
      }
    }
    if (this.id === NONE) return READ.noId
    if (imps === NONE) return READ.noImp
    // Both site and app occur in the wild; an app names its bundle, a site in an app is a web view's page.
    if (app !== NONE) this.#readApp(app)
    else if (site !== NONE) this.#readSite(site)
    else if (dooh !== NONE) this.inventory = INVENTORY.dooh
    if (device !== NONE) this.#readDevice(device)
    this.#hashTexts()
    return this.#readImps(imps)
  }

  #clear(): void {
    this.id = NONE
    this.auctionType = 2
    this.isTest = false
    this.categoryTaxonomy = 1
    this.tmaxMs = 0
    this.inventory = INVENTORY.unknown
    this.deviceType = 0
    this.connectionType = 0
    this.currencies = NONE
    this.buyerSeats = NONE
    this.blockedCategories = NONE
    this.blockedAdvertisers = NONE
    this.categories = NONE
    this.textStart.fill(0)
    this.textEnd.fill(0)
    this.impCount = 0
  }

  #readSite(site: number): void {
    const { tape } = this
    this.inventory = INVENTORY.site
    let page = NONE
    let publisher = NONE
    const end = tape.next(site)
    for (let token = site + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.domain:
          this.#setText(TEXT.domain, token)
          break
        case KEY.page:
          page = token
          break
        case KEY.cat:
          this.categories = this.#list(token)
          break
        case KEY.publisher:
          publisher = tape.objectOrNone(token)
          break
      }
    }
    if (this.#isTextEmpty(TEXT.domain) && page !== NONE && tape.isText(page)) this.#setDomainOfPage(page)
    this.#dropPrefix(TEXT.domain, WWW)
    if (publisher !== NONE) this.#readPublisher(publisher)
  }

  #readApp(app: number): void {
    const { tape } = this
    this.inventory = INVENTORY.app
    let publisher = NONE
    const end = tape.next(app)
    for (let token = app + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.bundle:
          this.#setText(TEXT.bundle, token)
          break
        case KEY.domain:
          this.#setText(TEXT.domain, token)
          break
        case KEY.cat:
          this.categories = this.#list(token)
          break
        case KEY.publisher:
          publisher = tape.objectOrNone(token)
          break
      }
    }
    if (publisher !== NONE) this.#readPublisher(publisher)
  }

  #readPublisher(publisher: number): void {
    const { tape } = this
    const end = tape.next(publisher)
    for (let token = publisher + 1; token < end; token = tape.next(token)) {
      if (tape.key(token) === KEY.id) this.#setText(TEXT.publisher, token)
    }
  }

  #readDevice(device: number): void {
    const { tape } = this
    let geo = NONE
    const end = tape.next(device)
    for (let token = device + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.geo:
          geo = tape.objectOrNone(token)
          break
        case KEY.devicetype:
          this.deviceType = tape.integer(token, 0)
          break
        case KEY.connectiontype:
          this.connectionType = tape.integer(token, 0)
          break
        case KEY.os:
          this.#setText(TEXT.os, token)
          break
        case KEY.language:
          this.#setText(TEXT.language, token)
          break
      }
    }
    if (geo === NONE) return
    const geoEnd = tape.next(geo)
    for (let token = geo + 1; token < geoEnd; token = tape.next(token)) {
      const key = tape.key(token)
      if (key === KEY.country) this.#setText(TEXT.country, token)
      else if (key === KEY.region) this.#setText(TEXT.region, token)
    }
  }

  #readImps(imps: number): ReadResult {
    const { tape } = this
    const end = tape.next(imps)
    let count = 0
    for (let token = imps + 1; token < end; token = tape.next(token)) {
      if (tape.kind(token) !== KIND.object) continue
      if (count === IMPS_MAX) return READ.tooManyImps
      // An imp without an id, or with that of another, cannot be bid on; the others can.
      if (this.#readImp(token, this.imps[count]) && !this.#isRepeated(count)) count++
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

  #readImp(object: number, imp: ImpView): boolean {
    const { tape } = this
    imp.id = NONE
    imp.floorCpmMicros = 0
    imp.isFloorInUsd = true
    imp.isPrivateAuction = false
    imp.isInterstitial = false
    imp.position = 0
    imp.hasBanner = false
    imp.sizeCount = 0
    imp.hasVideo = false
    imp.videoWidth = 0
    imp.videoHeight = 0
    imp.durationMinS = 0
    imp.durationMaxS = 0
    imp.requiredDurations = NONE
    imp.mimes = NONE
    imp.vastProtocol = 0
    imp.tagStart = 0
    imp.tagEnd = 0
    let banner = NONE
    let video = NONE
    let pmp = NONE
    const end = tape.next(object)
    for (let token = object + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.id:
          imp.id = tape.isScalarText(token) ? token : NONE
          break
        case KEY.banner:
          banner = tape.objectOrNone(token)
          break
        case KEY.video:
          video = tape.objectOrNone(token)
          break
        case KEY.pmp:
          pmp = tape.objectOrNone(token)
          break
        case KEY.bidfloor:
          imp.floorCpmMicros = tape.floorMicros(token)
          break
        case KEY.bidfloorcur:
          tape.unescape(token)
          imp.isFloorInUsd = !tape.isText(token) || tape.isEmpty(token) || tape.isEqual(token, USD)
          break
        case KEY.instl:
          imp.isInterstitial = tape.flag(token)
          break
        case KEY.tagid:
          tape.unescape(token)
          imp.tagStart = tape.start(token)
          imp.tagEnd = tape.isScalarText(token) ? tape.end(token) : imp.tagStart
          break
      }
    }
    if (video !== NONE) this.#readVideo(video, imp)
    if (banner !== NONE) this.#readBanner(banner, imp)
    if (pmp !== NONE) this.#readPmp(pmp, imp)
    return imp.id !== NONE
  }

  #readBanner(banner: number, imp: ImpView): void {
    const { tape } = this
    imp.hasBanner = true
    let formats = NONE
    let width = 0
    let height = 0
    let position = 0
    const end = tape.next(banner)
    for (let token = banner + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.format:
          formats = tape.arrayOrNone(token)
          break
        case KEY.w:
          width = tape.integer(token, 0)
          break
        case KEY.h:
          height = tape.integer(token, 0)
          break
        case KEY.pos:
          position = tape.integer(token, 0)
          break
      }
    }
    if (position !== 0) imp.position = position
    if (formats !== NONE) {
      const formatsEnd = tape.next(formats)
      for (let token = formats + 1; token < formatsEnd; token = tape.next(token)) this.#readFormat(token, imp)
    }
    // Section 3.2.6: `format` wins; the flat size stands when there is none.
    if (imp.sizeCount === 0) addSize(imp, width, height)
  }

  #readFormat(format: number, imp: ImpView): void {
    const { tape } = this
    if (tape.kind(format) !== KIND.object) return
    let width = 0
    let height = 0
    const end = tape.next(format)
    for (let token = format + 1; token < end; token = tape.next(token)) {
      const key = tape.key(token)
      if (key === KEY.w) width = tape.integer(token, 0)
      else if (key === KEY.h) height = tape.integer(token, 0)
    }
    addSize(imp, width, height)
  }

  #readVideo(video: number, imp: ImpView): void {
    const { tape } = this
    imp.hasVideo = true
    let protocols = NONE
    const end = tape.next(video)
    for (let token = video + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.w:
          imp.videoWidth = tape.integer(token, 0)
          break
        case KEY.h:
          imp.videoHeight = tape.integer(token, 0)
          break
        case KEY.minduration:
          imp.durationMinS = tape.integer(token, 0)
          break
        case KEY.maxduration:
          imp.durationMaxS = tape.integer(token, 0)
          break
        case KEY.rqddurs:
          imp.requiredDurations = tape.filledArrayOrNone(token)
          break
        case KEY.mimes:
          imp.mimes = this.#list(token)
          break
        case KEY.protocols:
          protocols = tape.filledArrayOrNone(token)
          break
        case KEY.pos:
          imp.position = tape.integer(token, 0)
          break
      }
    }
    imp.vastProtocol = protocols === NONE ? VAST_DEFAULT : this.#newestVast(protocols)
  }

  #newestVast(protocols: number): number {
    const { tape } = this
    let newest = 0
    const end = tape.next(protocols)
    for (let token = protocols + 1; token < end; token = tape.next(token)) {
      const protocol = tape.integer(token, 0)
      if (protocol > newest && VAST_VERSIONS.has(protocol)) newest = protocol
    }
    return newest
  }

  #readPmp(pmp: number, imp: ImpView): void {
    const { tape } = this
    const end = tape.next(pmp)
    for (let token = pmp + 1; token < end; token = tape.next(token)) {
      if (tape.key(token) === KEY.private_auction) imp.isPrivateAuction = tape.flag(token)
    }
  }

  #setText(field: number, token: number): void {
    const { tape } = this
    tape.unescape(token)
    this.textStart[field] = tape.start(token)
    this.textEnd[field] = tape.isScalarText(token) ? tape.end(token) : tape.start(token)
  }

  /** The array as a list of texts to compare, or `NONE` when there is nothing in it. */
  #list(token: number): number {
    const { tape } = this
    const list = tape.filledArrayOrNone(token)
    if (list === NONE || !tape.hasEscapes) return list
    const end = tape.next(list)
    for (let item = list + 1; item < end; item = tape.next(item)) tape.unescape(item)
    return list
  }

  #isTextEmpty(field: number): boolean {
    return this.textStart[field] === this.textEnd[field]
  }

  /**
   * The host of a page's URL: what stands between a leading `//`, `http://` or `https://` and the next `/`, `:`, `?` or
   * `#`. A page may also be a host alone.
   */
  #setDomainOfPage(page: number): void {
    const { bytes } = this.tape
    this.tape.unescape(page)
    const end = this.tape.end(page)
    let start = this.tape.start(page)
    for (let at = start; at + 1 < end && at < start + 7; at++) {
      if (bytes[at] !== SLASH || bytes[at + 1] !== SLASH) continue
      if (at === start || bytes[at - 1] === COLON) start = at + 2
      break
    }
    let stop = start
    while (stop < end && !isHostEnd(bytes[stop])) stop++
    this.textStart[TEXT.domain] = start
    this.textEnd[TEXT.domain] = stop
  }

  #dropPrefix(field: number, prefix: Uint8Array): void {
    const start = this.textStart[field]
    if (this.textEnd[field] - start <= prefix.length) return
    for (let i = 0; i < prefix.length; i++) if (fold(this.tape.bytes[start + i]) !== prefix[i]) return
    this.textStart[field] = start + prefix.length
  }

  #hashTexts(): void {
    const { textStart, textEnd, textHash } = this
    const { bytes } = this.tape
    for (let field = 0; field < TEXT_COUNT; field++) {
      textHash[field] =
        textStart[field] === textEnd[field] ? 0 : hashBytes(bytes, textStart[field], textEnd[field])
    }
  }
}

const WWW = Buffer.from('www.')
const USD = Buffer.from('USD')
const SLASH = 0x2f
const COLON = 0x3a

function isHostEnd(byte: number): boolean {
  return byte === SLASH || byte === COLON || byte === 0x3f || byte === 0x23
}

function addSize(imp: ImpView, width: number, height: number): void {
  if (width <= 0 || height <= 0 || width > 0x7fff || height > 0xffff || imp.sizeCount === SIZES_MAX) return
  imp.sizes[imp.sizeCount++] = (width << 16) | height
}
