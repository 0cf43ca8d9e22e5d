/**
 * Asks a TC string (IAB Europe TCF string specification, version 2) one question: for which purposes has this vendor a
 * legal basis? Only what the answer depends on is read, where it stands.
 *
 *   core segment, bits:  0 version 6 | 132 policy version 6 | 138 is service specific 1 | 140 special feature 1 opt-in 1
 *     152 purposes consent 24 | 176 purposes legitimate interest 24 | 213 vendor consents | vendor legitimate interests
 *     | publisher restrictions: count 12, each purpose 6, type 2, ranges
 *   disclosed vendors segment:  type 3 (1) | vendors
 *   vendors:  greatest id 16, is range 1, then that many bits, or ranges
 *   ranges:   count 12, each is range 1, first id 16, last id 16 if a range
 *
 * A string is void, which is no consent at all, when its version is not 2, its policy is too old, it is not service
 * specific (void since September 2021), or when it ends early or in something else than padding.
 */
import { BitReader } from './bits.ts'
import { type CompiledStanding, PURPOSE_MAX, purposeBit } from './standing.ts'

/** An answer is `VOID`, or `valid` with the `purposeBit` of each purpose that has a basis. */
export const VOID = 0
export const TCF = {
  valid: 1 << PURPOSE_MAX,
  /** Whether the user has opted in to special feature 1, precise geolocation. */
  specialFeature1: 1 << (PURPOSE_MAX + 1),
} as const

const AT = {
  policyVersion: 132,
  specialFeature1: 140,
  purposesConsent: 152,
  vendorConsents: 213,
} as const
const DISCLOSED_VENDORS = 1
const RESTRICTION = { forbidden: 0, consent: 1, legitimateInterest: 2 } as const

const bits = new BitReader()

/** @param end behind the text; it starts at `start`. */
export function readTcf(bytes: Uint8Array, start: number, end: number, standing: CompiledStanding): number {
  bits.open(bytes, start, end)
  if (bits.read(6) !== 2) return VOID
  bits.seek(AT.policyVersion)
  if (bits.read(6) < standing.policyVersionMin) return VOID
  const isServiceSpecific = bits.read(1) === 1
  if (!isServiceSpecific) return VOID
  bits.seek(AT.specialFeature1)
  const feature = bits.read(1) === 1 ? TCF.specialFeature1 : 0
  bits.seek(AT.purposesConsent)
  const consented = bits.read(24)
  const transparent = bits.read(24)
  bits.seek(AT.vendorConsents)
  const hasConsent = isVendorListed(standing.vendorId)
  const hasLegitimateInterest = isVendorListed(standing.vendorId)
  const purposes = allowedPurposes(
    standing,
    hasConsent ? consented : 0,
    hasLegitimateInterest ? transparent : 0,
  )
  const coreEnd = endOfSegment(bytes, end)
  if (bits.isBroken) return VOID
  switch (readDisclosure(bytes, coreEnd, end, standing.vendorId)) {
    case DISCLOSURE.given:
      return TCF.valid | feature | purposes
    case DISCLOSURE.absent:
      return standing.isDisclosureRequired ? VOID : TCF.valid | feature | purposes
    case DISCLOSURE.refused:
      return TCF.valid
    default:
      return VOID
  }
}

/** Reads vendors: whether this one is among them. */
function isVendorListed(vendorId: number): boolean {
  const greatest = bits.read(16)
  const isRange = bits.read(1) === 1
  const isPossible = vendorId >= 1 && vendorId <= greatest
  if (isRange) return isInRanges(bits.read(12), vendorId) && isPossible
  const start = bits.bit
  let isListed = false
  if (isPossible) {
    bits.seek(start + vendorId - 1)
    isListed = bits.read(1) === 1
  }
  bits.seek(start + greatest)
  return isListed
}

/** Reads all of the ranges, because what follows starts behind them. */
function isInRanges(count: number, vendorId: number): boolean {
  let isFound = false
  for (let i = 0; i < count && !bits.isBroken; i++) {
    const entry = bits.read(17)
    const first = entry & 0xffff
    const last = entry > 0xffff ? bits.read(16) : first
    if (last < first) bits.fail()
    if (first <= vendorId && vendorId <= last) isFound = true
  }
  return isFound
}

/**
 * Reads the publisher restrictions: the purposes that have a basis under them.
 *
 * @param consented purposes that the user has consented to, for this vendor.
 * @param transparent purposes whose legitimate interest the user was told of and has not objected to, likewise.
 */
function allowedPurposes(standing: CompiledStanding, consented: number, transparent: number): number {
  const { consentMask, legitimateInterestMask, flexibleMask } = standing
  let forbidden = 0
  let needsConsent = 0
  let needsLegitimateInterest = 0
  const count = bits.read(12)
  for (let i = 0; i < count && !bits.isBroken; i++) {
    const head = bits.read(20)
    const purpose = head >>> 14
    const type = (head >>> 12) & 3
    if (!isInRanges(head & 0xfff, standing.vendorId) || purpose > PURPOSE_MAX) continue
    if (type === RESTRICTION.consent) needsConsent |= purposeBit(purpose)
    else if (type === RESTRICTION.legitimateInterest) needsLegitimateInterest |= purposeBit(purpose)
    // The fourth type has no meaning yet; a publisher who uses it wants less, not more.
    else forbidden |= purposeBit(purpose)
  }
  // A purpose keeps its registered basis unless the publisher wants the other one, and moves to that if it is flexible.
  const byConsent = (consentMask & ~needsLegitimateInterest) | (flexibleMask & needsConsent)
  const byLegitimateInterest =
    (legitimateInterestMask & ~needsConsent) | (flexibleMask & needsLegitimateInterest)
  const contradicted = needsConsent & needsLegitimateInterest
  return ((byConsent & consented) | (byLegitimateInterest & transparent)) & ~forbidden & ~contradicted
}

const DISCLOSURE = { absent: 0, given: 1, refused: 2, broken: 3 } as const

/** Whether the segments behind the core say that the vendor was disclosed to the user. */
function readDisclosure(bytes: Uint8Array, coreEnd: number, end: number, vendorId: number): number {
  let disclosure: number = DISCLOSURE.absent
  let at = coreEnd
  while (at < end) {
    bits.open(bytes, at + 1, end)
    if (bits.read(3) === DISCLOSED_VENDORS) {
      const isDisclosed = isVendorListed(vendorId)
      at = endOfSegment(bytes, end)
      if (!isDisclosed) disclosure = DISCLOSURE.refused
      else if (disclosure === DISCLOSURE.absent) disclosure = DISCLOSURE.given
    } else {
      at = bits.nextByte
      while (at < end && bytes[at] !== POINT) at++
    }
    if (bits.isBroken) return DISCLOSURE.broken
  }
  return disclosure
}

/** Where the segment ends whose last field was read: nothing but padding may stand before that. */
function endOfSegment(bytes: Uint8Array, end: number): number {
  let at = bits.nextByte
  // A field that ends behind the text is no field.
  if (at > end) bits.fail()
  while (at < end && bytes[at] !== POINT) {
    if (bytes[at] !== ZERO_BITS && bytes[at] !== PADDING) bits.fail()
    at++
  }
  return at
}

const POINT = 0x2e
const PADDING = 0x3d
const ZERO_BITS = 0x41
