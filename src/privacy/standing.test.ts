import t from 'tap'
import { compileStanding, purposeBit, standingFaults, type TcfStanding } from './standing.ts'

const STANDING: TcfStanding = {
  vendorId: 12,
  consentPurposes: [1, 24],
  legitimateInterestPurposes: [2, 10],
  flexiblePurposes: [10],
  isDisclosureRequired: true,
  withoutBasis: 'contextual',
}

t.test('purposes become masks in the order of a TC string', async (t) => {
  t.strictSame(compileStanding(STANDING), {
    vendorId: 12,
    consentMask: 0x800001,
    legitimateInterestMask: 0x404000,
    flexibleMask: 0x4000,
    isDisclosureRequired: true,
    isContextualAllowed: true,
    policyVersionMin: 4,
  })
  t.equal(purposeBit(1), 0x800000)
  t.equal(purposeBit(24), 1)
})

t.test('the operator chooses the least policy version and what follows without a basis', async (t) => {
  const compiled = compileStanding({ ...STANDING, policyVersionMin: 5, withoutBasis: 'no_bid' })
  t.equal(compiled.policyVersionMin, 5)
  t.equal(compiled.isContextualAllowed, false)
})

const WRONG: readonly (readonly [string, Partial<TcfStanding>, RegExp])[] = [
  ['a vendor below 0', { vendorId: -1 }, /vendor id/],
  ['a vendor of more than 16 bits', { vendorId: 65_536 }, /vendor id/],
  ['half a vendor', { vendorId: 1.5 }, /vendor id/],
  ['purpose 0', { consentPurposes: [0] }, /from 1 to 24/],
  ['purpose 25', { consentPurposes: [25] }, /from 1 to 24/],
  ['half a purpose', { legitimateInterestPurposes: [2.5, 10] }, /from 1 to 24/],
  ['a purpose with both bases', { consentPurposes: [2] }, /not with both/],
  ['a flexible purpose with none', { flexiblePurposes: [9] }, /flexible purpose is registered/],
  ['an interest in purpose 1', { consentPurposes: [], legitimateInterestPurposes: [1, 10] }, /with consent/],
  ['an interest in purpose 3', { legitimateInterestPurposes: [3, 10] }, /with consent/],
  ['an interest in purpose 6', { legitimateInterestPurposes: [6, 10] }, /with consent/],
  ['a flexible purpose 1', { flexiblePurposes: [1] }, /not flexible/],
]

t.test('a standing that cannot be registered is refused, and its one fault named', async (t) => {
  for (const [about, change, why] of WRONG) {
    const standing = { ...STANDING, ...change }
    const faults = standingFaults(standing)
    t.equal(faults.length, 1, about)
    t.match(faults[0], why, about)
    t.throws(() => compileStanding(standing), { name: 'AssertionError' }, about)
  }
})

t.test('a standing that can be registered has no fault', async (t) => {
  for (const vendorId of [0, 12, 65_535])
    t.strictSame(standingFaults({ ...STANDING, vendorId }), [], `${vendorId}`)
})
