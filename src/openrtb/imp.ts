/**
 * A slot on offer (OpenRTB 2.6 section 3.2.4): the parts that decide what may be bid for it.
 */
import { BannerView } from './banner.ts'
import { FilmView } from './film.ts'
import { KEY } from './keys.ts'
import { NONE, type Tape } from './tape.ts'
import { codeMask, currencyAt, textList, USD } from './values.ts'

export class ImpView {
  /** Token of `id`. */
  id = NONE
  floorMicros = 0
  /** Currency of `floorMicros` (values.ts). */
  floorCurrency = USD
  isPrivateAuction = false
  /** Token of the list of deals, or `NONE`. */
  deals = NONE
  isInterstitial = false
  /** The viewer gets something for watching. */
  isRewarded = false
  readonly banner = new BannerView()
  readonly video = new FilmView()
  readonly audio = new FilmView()
  /** Token of `native`, or `NONE`. */
  native = NONE
  nativeBlockedAttributes = 0
  nativeApis = 0
  /** Tokens of lists that some senders put here instead of at the top, or `NONE`. */
  blockedCategories = NONE
  blockedAdvertisers = NONE
  /** Range of `tagid`. */
  tagStart = 0
  tagEnd = 0

  /** Position of the banner or, where it is unknown, of the video (AdCOM list "Placement Positions"). */
  get position(): number {
    return this.banner.position !== 0 ? this.banner.position : this.video.position
  }

  /** False when the imp has no id, so that nothing can be bid on it. */
  read(tape: Tape, object: number): boolean {
    this.#clear()
    let banner = NONE
    let video = NONE
    let audio = NONE
    let pmp = NONE
    let ext = NONE
    const end = tape.next(object)
    for (let token = object + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.id:
          this.id = tape.isScalarText(token) ? token : NONE
          break
        case KEY.banner:
          banner = tape.objectOrNone(token)
          break
        case KEY.video:
          video = tape.objectOrNone(token)
          break
        case KEY.audio:
          audio = tape.objectOrNone(token)
          break
        case KEY.native:
          this.native = tape.objectOrNone(token)
          break
        case KEY.pmp:
          pmp = tape.objectOrNone(token)
          break
        case KEY.bidfloor:
          this.floorMicros = tape.floorMicros(token)
          break
        case KEY.bidfloorcur:
          this.floorCurrency = currencyAt(tape, token, USD)
          break
        case KEY.instl:
          this.isInterstitial = tape.flag(token)
          break
        case KEY.rwdd:
          this.isRewarded = tape.flag(token)
          break
        case KEY.ext:
          ext = tape.objectOrNone(token)
          break
        case KEY.bcat:
          this.blockedCategories = textList(tape, token)
          break
        case KEY.badv:
          this.blockedAdvertisers = textList(tape, token)
          break
        case KEY.tagid:
          tape.unescape(token)
          this.tagStart = tape.start(token)
          this.tagEnd = tape.isScalarText(token) ? tape.end(token) : this.tagStart
          break
      }
    }
    // Walked only behind the loop: a repeated object counts as last written.
    if (banner !== NONE) this.banner.read(tape, banner)
    if (video !== NONE) this.video.read(tape, video)
    if (audio !== NONE) this.audio.read(tape, audio)
    if (this.native !== NONE) this.#readNative(tape, this.native)
    if (pmp !== NONE) this.#readPmp(tape, pmp)
    if (ext !== NONE) this.isRewarded ||= isRewardedBy(tape, ext)
    return this.id !== NONE
  }

  #clear(): void {
    this.id = NONE
    this.floorMicros = 0
    this.floorCurrency = USD
    this.isPrivateAuction = false
    this.deals = NONE
    this.isInterstitial = false
    this.isRewarded = false
    this.native = NONE
    this.nativeBlockedAttributes = 0
    this.nativeApis = 0
    this.blockedCategories = NONE
    this.blockedAdvertisers = NONE
    this.tagStart = 0
    this.tagEnd = 0
    // Each has many fields, and most imps have one of them.
    if (this.banner.isThere) this.banner.clear()
    if (this.video.isThere) this.video.clear()
    if (this.audio.isThere) this.audio.clear()
  }

  #readNative(tape: Tape, native: number): void {
    const end = tape.next(native)
    for (let token = native + 1; token < end; token = tape.next(token)) {
      const key = tape.key(token)
      if (key === KEY.battr) this.nativeBlockedAttributes = codeMask(tape, token)
      else if (key === KEY.api) this.nativeApis = codeMask(tape, token)
    }
  }

  #readPmp(tape: Tape, pmp: number): void {
    const end = tape.next(pmp)
    for (let token = pmp + 1; token < end; token = tape.next(token)) {
      const key = tape.key(token)
      if (key === KEY.private_auction) this.isPrivateAuction = tape.flag(token)
      else if (key === KEY.deals) this.deals = tape.filledArrayOrNone(token)
    }
  }
}

/**
 * Senders of 2.5, which has no `rwdd`, write `ext.reward`, and Prebid Server `ext.prebid.is_rewarded_inventory`.
 * @param ext token of an object.
 */
function isRewardedBy(tape: Tape, ext: number): boolean {
  let isRewarded = false
  let prebid = NONE
  const end = tape.next(ext)
  for (let token = ext + 1; token < end; token = tape.next(token)) {
    const key = tape.key(token)
    if (key === KEY.reward) isRewarded = tape.flag(token)
    else if (key === KEY.prebid) prebid = tape.objectOrNone(token)
  }
  return isRewarded || (prebid !== NONE && isRewardedByPrebid(tape, prebid))
}

function isRewardedByPrebid(tape: Tape, prebid: number): boolean {
  let isRewarded = false
  const end = tape.next(prebid)
  for (let token = prebid + 1; token < end; token = tape.next(token)) {
    if (tape.key(token) === KEY.is_rewarded_inventory) isRewarded = tape.flag(token)
  }
  return isRewarded
}
