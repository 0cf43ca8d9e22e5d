/**
 * Reads a GPP string (IAB Tech Lab Global Privacy Platform, consent string specification): a header that lists section
 * ids, then the sections in that order, joined by `~`. Only the sections that the request names count.
 *
 *   header, bits:  0 type 6 (3) | 6 version 6 (1) | 12 count 12, each: is range 1, number, another if a range
 *   a number is Fibonacci coded, ends in two set bits, and is the distance from the id before
 *
 * A section of the US that the request names and that cannot be found or read counts as opted out. A string that starts
 * with `C` is a bare TC string.
 */
import type { PrivacySignals } from '../openrtb/signals.ts'
import { BitReader } from './bits.ts'
import { isSaleOptedOut, isUsPrivacy } from './us-privacy.ts'
import { isUsSectionOptedOut, US_SECTION_LAST } from './us-sections.ts'

export const TCF_EU_SECTION = 2
const US_PRIVACY_SECTION = 6

/** What a string says, filled again for each request. */
export class GppReading {
  /** Range of the TC string in it; empty when none applies. */
  tcStart = 0
  tcEnd = 0
  /** Whether a section of the US opts out, or cannot be read. */
  isOptedOut = false
}

/** The sections from US privacy on are of the US; those behind the last known are taken for new ones. */
const US_SECTIONS = (1 << (US_SECTION_LAST + 1)) - (1 << US_PRIVACY_SECTION)

/** Enough for ids a thousand times those that exist. */
const FIBONACCI_BITS_MAX = 20

const header = new BitReader()

export function readGpp(bytes: Uint8Array, signals: PrivacySignals, reading: GppReading): void {
  const { gppStart, gppEnd } = signals
  const named = namedSections(signals)
  reading.tcStart = 0
  reading.tcEnd = 0
  reading.isOptedOut = hasUnknownSection(signals)
  const isBareTcString = gppEnd > gppStart && bytes[gppStart] === LETTER_C
  if (isBareTcString) {
    reading.tcStart = gppStart
    reading.tcEnd = gppEnd
    if ((named & US_SECTIONS) !== 0) reading.isOptedOut = true
    return
  }
  const found = named === 0 ? 0 : readSections(bytes, signals, named, reading)
  if ((named & US_SECTIONS & ~found) !== 0) reading.isOptedOut = true
}

/** A set of the sections named that are known, one bit each. */
function namedSections({ gppSections, gppSectionCount }: PrivacySignals): number {
  let named = 0
  for (let i = 0; i < gppSectionCount; i++) {
    if (gppSections[i] <= US_SECTION_LAST) named |= 1 << gppSections[i]
  }
  return named
}

function hasUnknownSection({ gppSections, gppSectionCount }: PrivacySignals): boolean {
  for (let i = 0; i < gppSectionCount; i++) if (gppSections[i] > US_SECTION_LAST) return true
  return false
}

/** Reads the sections that are named; gives the set of those found, or none when header and sections do not agree. */
function readSections(
  bytes: Uint8Array,
  signals: PrivacySignals,
  named: number,
  reading: GppReading,
): number {
  const end = signals.gppEnd
  let at = sectionEnd(bytes, signals.gppStart, end)
  header.open(bytes, signals.gppStart, at)
  if (header.read(6) !== HEADER_TYPE || header.read(6) !== HEADER_VERSION) return 0
  const count = header.read(12)
  let found = 0
  let id = 0
  for (let i = 0; i < count; i++) {
    const isRange = header.read(1) === 1
    const first = id + readFibonacci()
    const last = isRange ? first + readFibonacci() : first
    if (header.isBroken) break
    // However long the range, the loop ends with the text.
    for (id = first; id <= last && at < end; id++) {
      const start = at + 1
      at = sectionEnd(bytes, start, end)
      if (id > US_SECTION_LAST || (named & (1 << id)) === 0) continue
      found |= 1 << id
      readSection(id, bytes, start, at, reading)
    }
    if (id <= last) header.fail()
    id = last
  }
  if (!header.isBroken && at === end) return found
  reading.tcStart = 0
  reading.tcEnd = 0
  return 0
}

function readSection(id: number, bytes: Uint8Array, start: number, end: number, reading: GppReading): void {
  if (id === TCF_EU_SECTION) {
    reading.tcStart = start
    reading.tcEnd = end
  } else if (id === US_PRIVACY_SECTION) {
    if (!isUsPrivacy(bytes, start, end) || isSaleOptedOut(bytes, start, end)) reading.isOptedOut = true
  } else if (id > US_PRIVACY_SECTION && isUsSectionOptedOut(id, bytes, start, end)) {
    reading.isOptedOut = true
  }
}

/** The sum of 1, 2, 3, 5, 8 and so on, for each bit that is set; two set bits in a row end it. */
function readFibonacci(): number {
  let value = 0
  let weight = 1
  let nextWeight = 2
  let isLastSet = false
  for (let i = 0; i < FIBONACCI_BITS_MAX; i++) {
    const isSet = header.read(1) === 1
    if (isSet && isLastSet) return value
    if (isSet) value += weight
    isLastSet = isSet
    const sum = weight + nextWeight
    weight = nextWeight
    nextWeight = sum
  }
  header.fail()
  return 0
}

function sectionEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== TILDE) at++
  return at
}

const HEADER_TYPE = 3
const HEADER_VERSION = 1
const LETTER_C = 0x43
const TILDE = 0x7e
