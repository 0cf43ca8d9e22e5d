/**
 * A video or audio slot (OpenRTB 2.6 sections 3.2.7 and 3.2.8): what its player takes, and how its pod is filled.
 */
import { newestProtocol } from './film-choice.ts'
import { KEY } from './keys.ts'
import { KIND, NONE, type Tape } from './tape.ts'
import { codeList, codeMask, textList } from './values.ts'

/** `maxduration` when nothing limits it. */
export const DURATION_UNLIMITED_S = 0x7fffffff

/** What `skip` says. */
export const SKIP = { no: 0, yes: 1, unknown: 2 } as const

export class FilmView {
  isThere = false
  /** Size of the player in pixels; of no meaning for audio. */
  width = 0
  height = 0
  durationMinS = 0
  durationMaxS = DURATION_UNLIMITED_S
  /** Token of `rqddurs`, the only lengths allowed, or `NONE`. */
  requiredDurations = NONE
  mimes = NONE
  /** The newest VAST that both sides have, inline and wrapped, as AdCOM codes; 0 when there is none. */
  inlineProtocol = 0
  wrapperProtocol = 0
  bitrateMinKbps = 0
  /** 0 for no limit. */
  bitrateMaxKbps = 0
  /** AdCOM codes as bits: delivery methods, blocked attributes, supported API frameworks; no delivery bit: any. */
  deliveries = 0
  blockedAttributes = 0
  apis = 0
  /** Whether the player lets the viewer skip, as numbers of `SKIP`. */
  skip: number = SKIP.unknown
  /** Only ads that lie over the content are taken. */
  isNonlinear = false
  isBoxingAllowed = true
  position = 0
  /** AdCOM "Plcmt Subtypes - Video", the list that replaced the one of `placement`; 0 when not known. */
  placement = 0
  /** Token of `podid`, or `NONE`. */
  podId = NONE
  /** Length of a dynamic pod in seconds; 0 for a slot that takes one ad. */
  podDurationS = 0
  /** Most ads in it; 0 when nothing is said. */
  podSequenceMax = 0
  /** What may not be repeated in the pod, as bits of the codes of `poddedupe`; 0 when nothing is said. */
  podDedupe = 0
  /** Floor of each second in micros, in the currency of the imp's floor. */
  floorPerSecondMicros = 0
  /** Token of `durfloors`, or `NONE`. */
  durationFloors = NONE

  clear(): void {
    this.isThere = false
    this.width = 0
    this.height = 0
    this.durationMinS = 0
    this.durationMaxS = DURATION_UNLIMITED_S
    this.requiredDurations = NONE
    this.mimes = NONE
    this.inlineProtocol = 0
    this.wrapperProtocol = 0
    this.bitrateMinKbps = 0
    this.bitrateMaxKbps = 0
    this.deliveries = 0
    this.blockedAttributes = 0
    this.apis = 0
    this.skip = SKIP.unknown
    this.isNonlinear = false
    this.isBoxingAllowed = true
    this.position = 0
    this.placement = 0
    this.podId = NONE
    this.podDurationS = 0
    this.podSequenceMax = 0
    this.podDedupe = 0
    this.floorPerSecondMicros = 0
    this.durationFloors = NONE
  }

  read(tape: Tape, film: number): void {
    this.isThere = true
    let protocols = NONE
    let protocol = NONE
    let durationMaxS = 0
    let extensionS = 0
    const end = tape.next(film)
    for (let token = film + 1; token < end; token = tape.next(token)) {
      switch (tape.key(token)) {
        case KEY.w:
          this.width = tape.integer(token, 0)
          break
        case KEY.h:
          this.height = tape.integer(token, 0)
          break
        case KEY.minduration:
          this.durationMinS = tape.integer(token, 0)
          break
        case KEY.maxduration:
          durationMaxS = tape.integer(token, 0)
          break
        case KEY.maxextended:
          extensionS = tape.integer(token, 0)
          break
        case KEY.pos:
          this.position = tape.integer(token, 0)
          break
        case KEY.skip:
          this.skip = skipOf(tape, token)
          break
        case KEY.linearity:
          this.isNonlinear = tape.integer(token, 0) === NONLINEAR
          break
        case KEY.boxingallowed:
          this.isBoxingAllowed = tape.number(token) !== 0 && tape.kind(token) !== KIND.false
          break
        case KEY.minbitrate:
          this.bitrateMinKbps = Math.max(0, tape.integer(token, 0))
          break
        case KEY.maxbitrate:
          this.bitrateMaxKbps = Math.max(0, tape.integer(token, 0))
          break
        case KEY.protocols:
          protocols = codeList(tape, token)
          break
        case KEY.protocol:
          protocol = codeList(tape, token)
          break
        default:
          this.#readMore(tape, token)
      }
    }
    // OpenRTB 2.0 had the one name, the other came after.
    const listed = protocols === NONE ? protocol : protocols
    this.inlineProtocol = newestProtocol(tape, listed, false)
    this.wrapperProtocol = newestProtocol(tape, listed, true)
    if (durationMaxS > 0) this.durationMaxS = longestOf(durationMaxS, extensionS)
  }

  /** The second half of the fields, the rarer ones. */
  #readMore(tape: Tape, token: number): void {
    switch (tape.key(token)) {
      case KEY.mimes:
        this.mimes = textList(tape, token)
        break
      case KEY.rqddurs:
        this.requiredDurations = codeList(tape, token)
        break
      case KEY.delivery:
        this.deliveries = codeMask(tape, token)
        break
      case KEY.battr:
        this.blockedAttributes = codeMask(tape, token)
        break
      case KEY.api:
        this.apis = codeMask(tape, token)
        break
      case KEY.plcmt:
        this.placement = tape.integer(token, 0)
        break
      case KEY.podid:
        tape.unescape(token)
        this.podId = tape.isScalarText(token) ? token : NONE
        break
      case KEY.poddur:
        this.podDurationS = Math.max(0, tape.integer(token, 0))
        break
      case KEY.maxseq:
        this.podSequenceMax = Math.max(0, tape.integer(token, 0))
        break
      case KEY.poddedupe:
        this.podDedupe = codeMask(tape, token)
        break
      case KEY.mincpmpersec:
        this.floorPerSecondMicros = tape.floorMicros(token)
        break
      case KEY.durfloors:
        this.durationFloors = tape.filledArrayOrNone(token)
        break
    }
  }

  /** The player brings the button: an ad must not bring one of its own. */
  get isSkipped(): boolean {
    return this.skip === SKIP.yes
  }

  /** Whether an ad of this length fits. `rqddurs` lists the only lengths, and excludes a range. */
  isDurationAllowed(tape: Tape, durationS: number): boolean {
    if (this.podDurationS > 0 && durationS > this.podDurationS) return false
    const list = this.requiredDurations
    if (list === NONE) return durationS >= this.durationMinS && durationS <= this.durationMaxS
    const end = tape.next(list)
    for (let token = tape.firstItem(list); token < end; token = tape.next(token)) {
      if (tape.number(token) === durationS) return true
    }
    return false
  }
}

function skipOf(tape: Tape, token: number): number {
  if (tape.flag(token)) return SKIP.yes
  return tape.number(token) === 0 || tape.kind(token) === KIND.false ? SKIP.no : SKIP.unknown
}

/** Code of `linearity` for what lies over the content. */
const NONLINEAR = 2

/** `maxextended` -1 takes any length; above 0 it is added. */
function longestOf(durationMaxS: number, extensionS: number): number {
  if (extensionS === -1) return DURATION_UNLIMITED_S
  return Math.min(DURATION_UNLIMITED_S, durationMaxS + Math.max(0, extensionS))
}
