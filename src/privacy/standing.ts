/**
 * What the operator has registered in the Global Vendor List of the TCF, compiled once into the masks that a decision
 * needs. The purposes stand in the order of the TC string's own fields, the first in the highest of 24 bits, so that a
 * field that was read is a mask as it is.
 */
import { assert } from '../base/assert.ts'

export type TcfStanding = {
  /** Id in the Global Vendor List; 0 when not registered: then nothing has a legal basis. */
  readonly vendorId: number
  /** Purposes registered with consent as their basis. */
  readonly consentPurposes: readonly number[]
  /** Purposes registered with legitimate interest as their basis. */
  readonly legitimateInterestPurposes: readonly number[]
  /** Those of both that a publisher may move to the other basis. */
  readonly flexiblePurposes: readonly number[]
  /** Whether a TC string without the list of disclosed vendors, mandatory since TCF 2.3, counts as none. */
  readonly isDisclosureRequired: boolean
  /** What follows when GDPR applies and purpose 2 has no legal basis: no bid, or one that uses the context alone. */
  readonly withoutBasis: 'no_bid' | 'contextual'
  /** The least policy version of a TC string that counts; older ones are void since 30 September 2023. */
  readonly policyVersionMin?: number
}

export type CompiledStanding = {
  readonly vendorId: number
  readonly consentMask: number
  readonly legitimateInterestMask: number
  readonly flexibleMask: number
  readonly isDisclosureRequired: boolean
  readonly isContextualAllowed: boolean
  readonly policyVersionMin: number
}

export const PURPOSE_MAX = 24
const VENDOR_ID_MAX = 0xffff
const POLICY_VERSION_MIN = 4

/** Purposes for which the TCF takes nothing but consent: 1 always, 3 to 6 since TCF 2.2. */
const CONSENT_ONLY_PURPOSES: readonly number[] = [1, 3, 4, 5, 6]

/** The bit of a purpose from 1 to 24. */
export function purposeBit(purpose: number): number {
  return 1 << (PURPOSE_MAX - purpose)
}

/** What keeps a standing from being one that can be registered: a sentence each. */
export function standingFaults(
  standing: Omit<TcfStanding, 'isDisclosureRequired' | 'withoutBasis'>,
): string[] {
  const { vendorId, consentPurposes, legitimateInterestPurposes, flexiblePurposes } = standing
  const faults: string[] = []
  const refuse = (isFault: boolean, fault: string) => {
    if (isFault) faults.push(fault)
  }
  const purposes = [...consentPurposes, ...legitimateInterestPurposes, ...flexiblePurposes]
  const isPurpose = (purpose: number) => Number.isInteger(purpose) && purpose >= 1 && purpose <= PURPOSE_MAX
  const isVendor = Number.isInteger(vendorId) && vendorId >= 0 && vendorId <= VENDOR_ID_MAX
  refuse(!isVendor, 'the vendor id is a number from 0 to 65535; 0 stands for none')
  refuse(!purposes.every(isPurpose), `a purpose is a number from 1 to ${PURPOSE_MAX}`)
  const isTwice = consentPurposes.some((purpose) => legitimateInterestPurposes.includes(purpose))
  refuse(isTwice, 'a purpose is registered with consent or with legitimate interest, not with both')
  const isLoose = !flexiblePurposes.every(
    (purpose) => consentPurposes.includes(purpose) || legitimateInterestPurposes.includes(purpose),
  )
  refuse(isLoose, 'a flexible purpose is registered with a basis too')
  const needsConsent = (purpose: number) => CONSENT_ONLY_PURPOSES.includes(purpose)
  refuse(legitimateInterestPurposes.some(needsConsent), 'purposes 1 and 3 to 6 are registered with consent')
  refuse(flexiblePurposes.some(needsConsent), 'purposes 1 and 3 to 6 are not flexible')
  return faults
}

/** The standing is one without faults. */
export function compileStanding(standing: TcfStanding): CompiledStanding {
  const { vendorId, isDisclosureRequired, withoutBasis, policyVersionMin = POLICY_VERSION_MIN } = standing
  assert(standingFaults(standing).length === 0, 'the standing can be registered')
  const consentMask = maskOf(standing.consentPurposes)
  const legitimateInterestMask = maskOf(standing.legitimateInterestPurposes)
  const flexibleMask = maskOf(standing.flexiblePurposes)
  return {
    vendorId,
    consentMask,
    legitimateInterestMask,
    flexibleMask,
    isDisclosureRequired,
    isContextualAllowed: withoutBasis === 'contextual',
    policyVersionMin,
  }
}

function maskOf(purposes: readonly number[]): number {
  let mask = 0
  for (const purpose of purposes) mask |= purposeBit(purpose)
  return mask
}
