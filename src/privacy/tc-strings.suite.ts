/**
 * TC strings for the tests: made by the IAB's own library from plain facts, and answered about by a naive twin that
 * reads them with that library and follows the rules of the TCF one purpose at a time.
 */
import {
  PurposeRestriction,
  type RestrictionType,
  Segment,
  SegmentEncoder,
  TCModel,
  TCString,
} from '@iabtechlabtcf/core'
import fc from 'fast-check'
import { ALPHABET } from './bit-text.suite.ts'
import { purposeBit, type TcfStanding } from './standing.ts'
import { TCF, VOID } from './tcf.ts'

export type TcFacts = {
  readonly policyVersion: number
  readonly isServiceSpecific: boolean
  readonly specialFeatures: readonly number[]
  readonly purposeConsents: readonly number[]
  readonly purposeLegitimateInterests: readonly number[]
  readonly vendorConsents: readonly number[]
  readonly vendorLegitimateInterests: readonly number[]
  readonly restrictions: readonly {
    readonly purpose: number
    readonly type: number
    readonly vendors: readonly number[]
  }[]
  /** Absent when the string has no such segment. */
  readonly disclosed: readonly number[] | undefined
  readonly hasPublisherSegment: boolean
}

export const PURPOSES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] as const

/** Consent and legitimate interest for all that the vendor could ask for. */
export function fullConsent(vendorId: number, changes: Partial<TcFacts> = {}): TcFacts {
  return {
    policyVersion: 5,
    isServiceSpecific: true,
    specialFeatures: [1],
    purposeConsents: PURPOSES,
    purposeLegitimateInterests: PURPOSES,
    vendorConsents: [vendorId],
    vendorLegitimateInterests: [vendorId],
    restrictions: [],
    disclosed: [vendorId],
    hasPublisherSegment: false,
    ...changes,
  }
}

const DAY = new Date(Date.UTC(2026, 0, 5))

/** Encodes segment by segment: encoded whole, the library drops what the vendor list of the day does not allow. */
export function tcString(facts: TcFacts): string {
  const model = new TCModel()
  model.cmpId = 31
  model.cmpVersion = 2
  model.consentScreen = 1
  model.consentLanguage = 'EN'
  model.vendorListVersion = 120
  model.created = DAY
  model.lastUpdated = DAY
  model.publisherCountryCode = 'DE'
  model.policyVersion = facts.policyVersion
  model.isServiceSpecific = facts.isServiceSpecific
  model.specialFeatureOptins.set([...facts.specialFeatures])
  model.purposeConsents.set([...facts.purposeConsents])
  model.purposeLegitimateInterests.set([...facts.purposeLegitimateInterests])
  model.vendorConsents.set([...facts.vendorConsents])
  model.vendorLegitimateInterests.set([...facts.vendorLegitimateInterests])
  model.vendorsDisclosed.set([...(facts.disclosed ?? [])])
  for (const { purpose, type, vendors } of facts.restrictions) {
    const restriction = new PurposeRestriction(purpose, type as RestrictionType)
    for (const vendor of vendors) model.publisherRestrictions.add(vendor, restriction)
  }
  const everyVendor = new Set(Array.from({ length: VENDOR_MAX }, (_, i) => i + 1))
  // The encoder asks for nothing else of the vendor list.
  model.publisherRestrictions.gvl = { vendorIds: everyVendor } as never
  const segments: Segment[] = [Segment.CORE]
  if (facts.hasPublisherSegment) segments.push(Segment.PUBLISHER_TC)
  if (facts.disclosed !== undefined) segments.push(Segment.VENDORS_DISCLOSED)
  return segments.map((segment) => SegmentEncoder.encode(model, segment)).join('.')
}

/** The greatest id in random strings; the vendor list had passed a thousand in 2023. */
export const VENDOR_MAX = 1200

const vendorIds = fc.oneof(
  fc.constant([]),
  // Dense: a bit field.
  fc
    .tuple(fc.integer({ min: 1, max: VENDOR_MAX }), fc.integer({ min: 2, max: 9 }))
    .map(([max, step]) => Array.from({ length: max }, (_, i) => i + 1).filter((id) => id % step !== 0)),
  // Sparse: single ranges.
  fc.uniqueArray(fc.integer({ min: 1, max: VENDOR_MAX }), { maxLength: 12 }),
  // Long ranges.
  fc
    .tuple(fc.integer({ min: 1, max: VENDOR_MAX }), fc.integer({ min: 0, max: 400 }))
    .map(([first, length]) =>
      Array.from({ length: length + 1 }, (_, i) => first + i).filter((id) => id <= VENDOR_MAX),
    ),
)

const purposes = fc.oneof(fc.constant([...PURPOSES]), fc.subarray([...PURPOSES, 12, 24]))

export const randomFacts: fc.Arbitrary<TcFacts> = fc.record({
  policyVersion: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(4, 5) }, fc.constantFrom(0, 2, 3, 6, 63)),
  isServiceSpecific: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.boolean()),
  specialFeatures: fc.subarray([1, 2, 12]),
  purposeConsents: purposes,
  purposeLegitimateInterests: purposes,
  vendorConsents: vendorIds,
  vendorLegitimateInterests: vendorIds,
  restrictions: fc.array(
    fc.record({
      purpose: fc.constantFrom(...PURPOSES),
      type: fc.constantFrom(0, 1, 2),
      vendors: vendorIds.filter((ids) => ids.length > 0),
    }),
    { maxLength: 6 },
  ),
  disclosed: fc.oneof(fc.constant(undefined), vendorIds),
  hasPublisherSegment: fc.boolean(),
})

/** What a vendor may be registered as, for one purpose. */
const role = fc.constantFrom('none', 'consent', 'legitimateInterest', 'flexibleConsent', 'flexibleInterest')

export const randomStanding: fc.Arbitrary<TcfStanding> = fc
  .record({
    vendorId: fc.integer({ min: 1, max: VENDOR_MAX }),
    roles: fc.array(role, { minLength: PURPOSES.length, maxLength: PURPOSES.length }),
    isDisclosureRequired: fc.boolean(),
    withoutBasis: fc.constantFrom('no_bid' as const, 'contextual' as const),
  })
  .map(({ vendorId, roles, isDisclosureRequired, withoutBasis }) => {
    const roleOf = (purpose: number) => {
      const role = roles[purpose - 1]
      return [1, 3, 4, 5, 6].includes(purpose) && role !== 'none' ? 'consent' : role
    }
    const ofRoles = (...names: string[]) => PURPOSES.filter((purpose) => names.includes(roleOf(purpose)))
    return {
      vendorId,
      consentPurposes: ofRoles('consent', 'flexibleConsent'),
      legitimateInterestPurposes: ofRoles('legitimateInterest', 'flexibleInterest'),
      flexiblePurposes: ofRoles('flexibleConsent', 'flexibleInterest'),
      isDisclosureRequired,
      withoutBasis,
    }
  })

/** What `readTcf` should answer. */
export function answerNaively(text: string, standing: TcfStanding): number {
  const model = TCString.decode(text)
  const { vendorId } = standing
  const isDisclosureThere = text.split('.').some((segment, i) => i > 0 && segmentType(segment) === 1)
  if (model.version !== 2 || Number(model.policyVersion) < 4 || !model.isServiceSpecific) return VOID
  if (standing.isDisclosureRequired && !isDisclosureThere) return VOID
  if (isDisclosureThere && !model.vendorsDisclosed.has(vendorId)) return TCF.valid
  let answer: number = TCF.valid
  if (model.specialFeatureOptins.has(1)) answer |= TCF.specialFeature1
  for (const purpose of PURPOSES) if (hasBasis(model, standing, purpose)) answer |= purposeBit(purpose)
  return answer
}

function hasBasis(model: TCModel, standing: TcfStanding, purpose: number): boolean {
  const { vendorId } = standing
  let basis = standing.consentPurposes.includes(purpose)
    ? 'consent'
    : standing.legitimateInterestPurposes.includes(purpose)
      ? 'legitimateInterest'
      : 'none'
  if (basis === 'none') return false
  const isFlexible = standing.flexiblePurposes.includes(purpose)
  const types = model.publisherRestrictions
    .getRestrictions(vendorId)
    .filter(({ purposeId }) => purposeId === purpose)
    .map(({ restrictionType }) => Number(restrictionType))
  if (types.includes(0) || (types.includes(1) && types.includes(2))) return false
  for (const type of types) {
    const wanted = type === 1 ? 'consent' : 'legitimateInterest'
    if (wanted === basis) continue
    if (!isFlexible) return false
    basis = wanted
  }
  return basis === 'consent'
    ? model.purposeConsents.has(purpose) && model.vendorConsents.has(vendorId)
    : model.purposeLegitimateInterests.has(purpose) && model.vendorLegitimateInterests.has(vendorId)
}

function segmentType(segment: string): number {
  return ALPHABET.indexOf(segment[0]) >> 3
}
