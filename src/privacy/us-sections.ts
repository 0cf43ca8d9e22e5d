/**
 * Reads the sections of the US states in a GPP string (IAB Tech Lab, "GPP Extension" of each state): whether the user
 * has opted out of the sale or sharing of personal data or of targeted advertising, or sends Global Privacy Control.
 *
 * A section is segments joined by points, the core first. The two or three opt-outs lie side by side in each core, two
 * bits each: 0 not applicable, 1 opted out, 2 not opted out. Where depends on how many notices come before them. Behind
 * the core comes, in most states, a segment with GPC: type 2 (1), GPC 1.
 *
 * Maryland, Indiana, Kentucky and Rhode Island begin with a header segment in their specification: section id 6, version
 * 6, subsections. The IAB's own library writes none. A core starts with the version of the MSPA, which is far from those
 * ids, so that the first field tells which of the two it is.
 *
 * What cannot be read counts as opted out.
 */
import { BitReader } from './bits.ts'

const US_NATIONAL = 7
export const US_SECTION_LAST = 27

type Layout = {
  /** Bit of the first opt-out in the core. */
  readonly optOutsAt: number
  readonly optOutCount: number
  readonly hasGpc: boolean
  readonly hasHeader: boolean
  readonly versionMax: number
}

const PLAIN: Layout = { optOutsAt: 12, optOutCount: 2, hasGpc: true, hasHeader: false, versionMax: 1 }
const WITHOUT_GPC: Layout = { ...PLAIN, hasGpc: false }
/** A fourth notice, about sensitive data. */
const FOUR_NOTICES: Layout = { ...PLAIN, optOutsAt: 14 }
/** The fields about the MSPA come first. */
const MSPA_FIRST: Layout = { ...PLAIN, optOutsAt: 16, hasHeader: true }

const LAYOUTS: readonly (Layout | undefined)[] = layoutsOf({
  /** Six notices; sale, sharing, targeted advertising. The second version is longer only behind them. */
  [US_NATIONAL]: { ...PLAIN, optOutsAt: 18, optOutCount: 3, versionMax: 2 },
  /** California: sale and sharing. All others: sale and targeted advertising. */
  8: PLAIN,
  /** Virginia. */
  9: WITHOUT_GPC,
  /** Colorado. */
  10: PLAIN,
  /** Utah. */
  11: { ...FOUR_NOTICES, hasGpc: false },
  /** Connecticut. */
  12: PLAIN,
  /** Florida. */
  13: WITHOUT_GPC,
  /** Montana. */
  14: PLAIN,
  /** Oregon. */
  15: PLAIN,
  /** Texas. */
  16: PLAIN,
  /** Delaware. */
  17: PLAIN,
  /** Iowa. */
  18: FOUR_NOTICES,
  /** Nebraska. */
  19: PLAIN,
  /** New Hampshire. */
  20: PLAIN,
  /** New Jersey. */
  21: PLAIN,
  /** Tennessee. */
  22: PLAIN,
  /** Minnesota. */
  23: PLAIN,
  /** Maryland. */
  24: MSPA_FIRST,
  /** Indiana. */
  25: { ...MSPA_FIRST, hasGpc: false },
  /** Kentucky. */
  26: { ...MSPA_FIRST, hasGpc: false },
  /** Rhode Island. */
  [US_SECTION_LAST]: { ...MSPA_FIRST, hasGpc: false },
})

function layoutsOf(byId: Readonly<Record<number, Layout>>): readonly (Layout | undefined)[] {
  return Array.from({ length: US_SECTION_LAST + 1 }, (_, id) => byId[id])
}

const GPC_SEGMENT = 1
const HEADER_VERSION = 1

const bits = new BitReader()

/** Whether the section at `start` opts out, or cannot be read. */
export function isUsSectionOptedOut(id: number, bytes: Uint8Array, start: number, end: number): boolean {
  const layout = LAYOUTS[id]
  if (layout === undefined) return true
  const core = layout.hasHeader ? skipHeader(id, bytes, start, end) : start
  const coreEnd = segmentEnd(bytes, core, end)
  bits.open(bytes, core, coreEnd)
  const version = bits.read(6)
  if (!layout.hasHeader && (version < 1 || version > layout.versionMax)) return true
  bits.seek(layout.optOutsAt)
  for (let i = 0; i < layout.optOutCount; i++) {
    // 3 is no value.
    const choice = bits.read(2)
    if (choice === 1 || choice === 3) return true
  }
  return bits.isBroken || (layout.hasGpc && isGpcSet(bytes, coreEnd, end))
}

/** Where the core starts: behind the header, if there is one; nowhere when the header is of another version. */
function skipHeader(id: number, bytes: Uint8Array, start: number, end: number): number {
  bits.open(bytes, start, end)
  if (bits.read(6) !== id) return start
  if (bits.read(6) !== HEADER_VERSION) return end
  return Math.min(segmentEnd(bytes, start, end) + 1, end)
}

/** Looks for GPC in the segments behind the one that ends at `at`. */
function isGpcSet(bytes: Uint8Array, at: number, end: number): boolean {
  while (at < end) {
    const next = segmentEnd(bytes, at + 1, end)
    bits.open(bytes, at + 1, next)
    const isGpc = bits.read(2) === GPC_SEGMENT && bits.read(1) === 1
    if (isGpc || bits.isBroken) return true
    at = next
  }
  return false
}

function segmentEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== POINT) at++
  return at
}

const POINT = 0x2e
