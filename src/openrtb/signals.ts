/**
 * What a request says about privacy, from every place where exchanges put it (OpenRTB 2.6, the 2.5 extensions before it
 * and the odd places seen in traffic), as a few integers and byte ranges. What follows from it is decided elsewhere.
 *
 * Where places disagree the strictest counts, where several hold a text the first that is not empty. A value of the
 * wrong type says nothing. An advertising id is looked at only for what it says about its own use; it is never kept.
 */
import { KEY } from './keys.ts'
import { KIND, NONE, type Tape } from './tape.ts'
import { isBlank } from './user-id.ts'

/** Tokens of the request's objects, or `NONE`; `ext` is that of the request itself. */
export type SignalPlaces = {
  readonly regs: number
  readonly user: number
  readonly device: number
  readonly site: number
  readonly ext: number
}

export const GDPR = { unknown: -1, no: 0, yes: 1 } as const

/** More sections than there are: a longer list holds some that nobody knows. */
export const GPP_SECTIONS_MAX = 32

/** Valid until the tape is scanned again: the ranges are bytes of the tape. */
export class PrivacySignals {
  isCoppa = false
  /** One of `GDPR`. */
  gdpr: number = GDPR.unknown
  /** Ad tracking is limited: by `lmt`, `dnt`, an advertising id of zeros or nothing, iOS's refusal, or the user's id. */
  isLimited = false
  /** Global Privacy Control, from `regs.ext.gpc` or the `Sec-GPC` header. */
  isGpc = false
  /** Ranges of the TC string, the US privacy string and the GPP string; empty when absent. */
  consentStart = 0
  consentEnd = 0
  usPrivacyStart = 0
  usPrivacyEnd = 0
  gppStart = 0
  gppEnd = 0
  /** The sections of the GPP string that apply, of all places, each once. */
  readonly gppSections = new Int32Array(GPP_SECTIONS_MAX)
  gppSectionCount = 0

  clear(): void {
    this.isCoppa = false
    this.gdpr = GDPR.unknown
    this.isLimited = false
    this.isGpc = false
    this.consentStart = 0
    this.consentEnd = 0
    this.usPrivacyStart = 0
    this.usPrivacyEnd = 0
    this.gppStart = 0
    this.gppEnd = 0
    this.gppSectionCount = 0
  }

  /** For a `Sec-GPC: 1` header; behind `readSignals`, which clears. */
  addGpc(): void {
    this.isGpc = true
  }
}

/** Clears `signals` and fills it from the request on the tape. */
export function readSignals(tape: Tape, at: SignalPlaces, signals: PrivacySignals): void {
  signals.clear()
  // In the order of preference of their texts: 2.6, then 2.5, then the odd places.
  const regsExt = at.regs === NONE ? NONE : readRegs(tape, at.regs, signals)
  const userExt = at.user === NONE ? NONE : readUser(tape, at.user, signals)
  if (regsExt !== NONE) readRegs(tape, regsExt, signals)
  if (userExt !== NONE) readUserExt(tape, userExt, signals)
  if (at.device !== NONE) readDevice(tape, at.device, signals)
  if (at.site !== NONE) readSite(tape, at.site, signals)
  if (at.ext !== NONE) readCoppa(tape, at.ext, KEY.coppa, signals)
}

/** Reads `regs` or its `ext`, which hold the same; gives the token of the `ext` inside. */
function readRegs(tape: Tape, regs: number, signals: PrivacySignals): number {
  let ext = NONE
  const end = tape.next(regs)
  for (let token = regs + 1; token < end; token = tape.next(token)) {
    switch (tape.key(token)) {
      case KEY.ext:
        ext = tape.objectOrNone(token)
        break
      case KEY.coppa:
        if (tape.flag(token)) signals.isCoppa = true
        break
      case KEY.gdpr:
        addGdpr(tape, token, signals)
        break
      case KEY.gpc:
        if (tape.flag(token)) signals.isGpc = true
        break
      case KEY.us_privacy:
        addUsPrivacy(tape, token, signals)
        break
      case KEY.gpp:
        addGpp(tape, token, signals)
        break
      case KEY.gpp_sid:
        addGppSections(tape, token, signals)
        break
    }
  }
  return ext
}

function readUser(tape: Tape, user: number, signals: PrivacySignals): number {
  let ext = NONE
  const end = tape.next(user)
  for (let token = user + 1; token < end; token = tape.next(token)) {
    const key = tape.key(token)
    if (key === KEY.ext) ext = tape.objectOrNone(token)
    else if (key === KEY.consent) addConsent(tape, token, signals)
    else if (key === KEY.id && isOptedOutId(tape, token)) signals.isLimited = true
  }
  return ext
}

/** Whether this is what Xandr writes for the id of a user who has opted out. */
function isOptedOutId(tape: Tape, token: number): boolean {
  tape.unescape(token)
  return tape.isScalarText(token) && tape.isEqual(token, OPTED_OUT_ID)
}

function readUserExt(tape: Tape, ext: number, signals: PrivacySignals): void {
  const end = tape.next(ext)
  for (let token = ext + 1; token < end; token = tape.next(token)) {
    const key = tape.key(token)
    if (key === KEY.consent) addConsent(tape, token, signals)
    else if (key === KEY.gdpr) addGdpr(tape, token, signals)
    else if (key === KEY.us_privacy) addUsPrivacy(tape, token, signals)
  }
}

function readDevice(tape: Tape, device: number, signals: PrivacySignals): void {
  let ext = NONE
  const end = tape.next(device)
  for (let token = device + 1; token < end; token = tape.next(token)) {
    const key = tape.key(token)
    if (key === KEY.ext) ext = tape.objectOrNone(token)
    else if (key === KEY.lmt || key === KEY.dnt) {
      if (tape.flag(token)) signals.isLimited = true
    } else if (key === KEY.ifa && isBlankId(tape, token)) signals.isLimited = true
  }
  if (ext !== NONE) readDeviceExt(tape, ext, signals)
}

/** iOS 14.2 and later: whoever has not authorised tracking (3) has not allowed it (0 undecided, 1 restricted, 2 denied). */
function readDeviceExt(tape: Tape, ext: number, signals: PrivacySignals): void {
  const end = tape.next(ext)
  for (let token = ext + 1; token < end; token = tape.next(token)) {
    if (tape.key(token) !== KEY.atts) continue
    const status = tape.number(token)
    if (status === 0 || status === 1 || status === 2) signals.isLimited = true
  }
}

function readSite(tape: Tape, site: number, signals: PrivacySignals): void {
  let ext = NONE
  const end = tape.next(site)
  for (let token = site + 1; token < end; token = tape.next(token)) {
    if (tape.key(token) === KEY.ext) ext = tape.objectOrNone(token)
  }
  if (ext !== NONE) readCoppa(tape, ext, KEY.nex_coppa, signals)
}

function readCoppa(tape: Tape, ext: number, key: number, signals: PrivacySignals): void {
  const end = tape.next(ext)
  for (let token = ext + 1; token < end; token = tape.next(token)) {
    if (tape.key(token) === key && tape.flag(token)) signals.isCoppa = true
  }
}

function addGdpr(tape: Tape, token: number, signals: PrivacySignals): void {
  if (tape.flag(token)) signals.gdpr = GDPR.yes
  else if (signals.gdpr === GDPR.unknown && (tape.kind(token) === KIND.false || tape.number(token) === 0)) {
    signals.gdpr = GDPR.no
  }
}

function addConsent(tape: Tape, token: number, signals: PrivacySignals): void {
  if (signals.consentEnd !== 0 || !hasText(tape, token)) return
  signals.consentStart = tape.start(token)
  signals.consentEnd = tape.end(token)
}

function addUsPrivacy(tape: Tape, token: number, signals: PrivacySignals): void {
  if (!hasText(tape, token)) return
  if (signals.usPrivacyEnd !== 0 && !isSaleOptOut(tape, token)) return
  signals.usPrivacyStart = tape.start(token)
  signals.usPrivacyEnd = tape.end(token)
}

function isSaleOptOut(tape: Tape, token: number): boolean {
  const { bytes } = tape
  const start = tape.start(token)
  return tape.end(token) - start === 4 && bytes[start] === DIGIT_1 && (bytes[start + 2] | 0x20) === SMALL_Y
}

function addGpp(tape: Tape, token: number, signals: PrivacySignals): void {
  if (signals.gppEnd !== 0 || !hasText(tape, token)) return
  signals.gppStart = tape.start(token)
  signals.gppEnd = tape.end(token)
}

function addGppSections(tape: Tape, token: number, signals: PrivacySignals): void {
  if (tape.arrayOrNone(token) === NONE) {
    addGppSection(tape.integer(token, 0), signals)
    return
  }
  const end = tape.next(token)
  for (let item = token + 1; item < end; item = tape.next(item)) {
    addGppSection(tape.integer(item, 0), signals)
  }
}

/** Ids from 1 on are sections; -1 and 0 say that none applies, or not yet. */
function addGppSection(id: number, signals: PrivacySignals): void {
  const { gppSections, gppSectionCount } = signals
  if (id < 1 || gppSectionCount === GPP_SECTIONS_MAX) return
  for (let i = 0; i < gppSectionCount; i++) if (gppSections[i] === id) return
  gppSections[gppSectionCount] = id
  signals.gppSectionCount++
}

/** Whether a token is text with something in it; its escapes are undone. */
function hasText(tape: Tape, token: number): boolean {
  if (!tape.isText(token)) return false
  tape.unescape(token)
  return !tape.isEmpty(token)
}

/** Whether this is text that is no id: what a platform gives when the user has refused. */
function isBlankId(tape: Tape, token: number): boolean {
  if (!tape.isText(token)) return false
  tape.unescape(token)
  return isBlank(tape, token)
}

const OPTED_OUT_ID = Buffer.from('-1')

const DIGIT_1 = 0x31
const SMALL_Y = 0x79
