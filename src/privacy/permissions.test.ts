import fc from 'fast-check'
import t from 'tap'
import { PrivacySignals } from '../openrtb/signals.ts'
import {
  CAUSE,
  type CauseName,
  EMPTY,
  MAY,
  MAY_ALL,
  type MayName,
  PRIVACY_TABLE,
  permissionsTable,
  permit,
  permitCause,
} from './permissions.ts'
import { compileStanding, type TcfStanding } from './standing.ts'
import { fullConsent, PURPOSES, randomFacts, type TcFacts, tcString } from './tc-strings.suite.ts'
import '../testing/seed.ts'

const VENDOR = 33
const STANDING: TcfStanding = {
  vendorId: VENDOR,
  consentPurposes: [1, 2, 3, 4],
  legitimateInterestPurposes: [7, 9, 10],
  flexiblePurposes: [],
  isDisclosureRequired: false,
  withoutBasis: 'no_bid',
}
const noBid = compileStanding(STANDING)
const contextual = compileStanding({ ...STANDING, withoutBasis: 'contextual' })

type Request = {
  readonly isCoppa: boolean
  readonly isLimited: boolean
  readonly isGpc: boolean
  readonly gdpr: number
  readonly consent: string
  readonly usPrivacy: string
  readonly gpp: string
  readonly sections: readonly number[]
  readonly country: string
}

const SILENT: Request = {
  isCoppa: false,
  isLimited: false,
  isGpc: false,
  gdpr: -1,
  consent: '',
  usPrivacy: '',
  gpp: '',
  sections: [],
  country: '',
}

const signals = new PrivacySignals()

/** The permissions and the cause of a request, whose texts lie one behind the other. */
function decide(request: Partial<Request>, standing = noBid): { mask: number; cause: CauseName } {
  const { consent, usPrivacy, gpp, sections, country, ...flags } = { ...SILENT, ...request }
  signals.clear()
  Object.assign(signals, flags)
  const bytes = Buffer.from(`{${consent}${usPrivacy}${gpp}${country}}`)
  let at = 1
  const range = (text: string) => {
    const start = at
    at += text.length
    return text === '' ? EMPTY : { start, end: at }
  }
  ;({ start: signals.consentStart, end: signals.consentEnd } = range(consent))
  ;({ start: signals.usPrivacyStart, end: signals.usPrivacyEnd } = range(usPrivacy))
  ;({ start: signals.gppStart, end: signals.gppEnd } = range(gpp))
  signals.gppSections.set(sections)
  signals.gppSectionCount = sections.length
  const decision = permit(bytes, signals, range(country), standing)
  const cause = Object.entries(CAUSE).find(([, code]) => code === permitCause(decision))![0]
  return { mask: decision & MAY_ALL, cause: cause as CauseName }
}

function consentTo(changes: Partial<TcFacts>): string {
  return tcString(fullConsent(VENDOR, changes))
}

function without(...names: readonly MayName[]): number {
  return names.reduce((mask, name) => mask & ~MAY[name], MAY_ALL)
}

function consentWithout(...purposes: readonly number[]): Partial<Request> {
  const rest = PURPOSES.filter((purpose) => !purposes.includes(purpose))
  return { gdpr: 1, consent: consentTo({ purposeConsents: rest, purposeLegitimateInterests: rest }) }
}

const ALL_BUT_BID = ['ids', 'profile', 'measure', 'train', 'preciseGeo'] as const

/** For each row of the table: requests to which it applies and no other does, and what they lose. */
const ROWS: Readonly<
  Record<
    Exclude<CauseName, 'none'>,
    readonly [requests: readonly Partial<Request>[], lost: readonly MayName[]]
  >
> = {
  noConsent: [
    [
      { gdpr: 1 },
      { gdpr: 1, consent: 'rubbish' },
      { gdpr: 1, consent: ' ' },
      { gdpr: 1, consent: consentTo({ policyVersion: 2 }) },
      { gdpr: 1, consent: consentTo({ isServiceSpecific: false }) },
      { gdpr: 1, country: 'USA' },
      { country: 'FRA' },
      { country: 'GB' },
      { gdpr: 0, sections: [2] },
    ],
    ['bid', ...ALL_BUT_BID],
  ],
  noPurpose2: [[consentWithout(2)], ['bid', ...ALL_BUT_BID]],
  coppa: [[{ isCoppa: true }, { isCoppa: true, gdpr: 1, consent: consentTo({}) }], ALL_BUT_BID],
  limited: [[{ isLimited: true }], ['ids', 'profile', 'measure', 'preciseGeo']],
  gpc: [[{ isGpc: true }], ALL_BUT_BID],
  usPrivacy: [[{ usPrivacy: '1YYN' }, { usPrivacy: '1NYY', country: 'USA' }], ALL_BUT_BID],
  gpp: [
    [
      { gpp: 'DBABLA~BVVVVVVVVVg', sections: [7] },
      { gpp: '', sections: [8] },
      { gpp: 'DBABT~1YYN', sections: [6] },
    ],
    ALL_BUT_BID,
  ],
  noPurpose1: [[consentWithout(1)], ['ids', 'measure']],
  noPurpose3: [[consentWithout(3)], ['profile']],
  noPurpose4: [[consentWithout(4)], ['profile']],
  noPurpose7: [[consentWithout(7)], ['measure']],
  noPurpose9Or10: [[consentWithout(9, 10)], ['train']],
  noSpecialFeature1: [[{ gdpr: 1, consent: consentTo({ specialFeatures: [] }) }], ['preciseGeo']],
}

t.test('each row of the table takes away what it says, and is the cause', async (t) => {
  for (const [cause, [requests, lost]] of Object.entries(ROWS) as [
    keyof typeof ROWS,
    (typeof ROWS)['gpp'],
  ][]) {
    for (const request of requests) {
      t.strictSame(decide(request), { mask: without(...lost), cause }, `${cause} ${JSON.stringify(request)}`)
    }
    t.strictSame(new Set(PRIVACY_TABLE[cause].removes), new Set(lost), cause)
  }
})

/** Each row: a request that loses nothing. */
const FREE: readonly (readonly [about: string, request: Partial<Request>])[] = [
  ['no signal', {}],
  ['no GDPR', { gdpr: 0 }],
  ['no GDPR, though in Europe', { gdpr: 0, country: 'DEU' }],
  ['no GDPR, and a string that refuses', { gdpr: 0, consent: consentTo({ purposeConsents: [] }) }],
  ['another country', { country: 'USA' }],
  ['consent to everything', { gdpr: 1, consent: consentTo({}) }],
  ['consent to everything, in Europe', { country: 'DEU', consent: consentTo({}) }],
  ['a string that refuses, and nothing that says it counts', { consent: consentTo({ purposeConsents: [] }) }],
  ['purpose 9 or 10 is enough', consentWithout(9)],
  ['the other of both', consentWithout(10)],
  ['no US law', { usPrivacy: '1---' }],
  ['not opted out', { usPrivacy: '1YNN' }],
  ['no US privacy string', { usPrivacy: '9YYN' }],
  ['a GPP string that does not apply', { gpp: 'DBABLA~BVVVVVVVVVg' }],
  ['a GPP string that does not opt out', { gpp: 'DBABLA~BVqqqqqqqqo', sections: [7] }],
  ['consent in the GPP string', { gdpr: 1, gpp: `DBABM~${consentTo({})}`, sections: [2] }],
  ['consent in the GPP string says that GDPR applies', { gpp: `DBABM~${consentTo({})}`, sections: [2] }],
  ['a bare TC string in its place', { gdpr: 1, gpp: consentTo({}) }],
]

t.test('what no row takes is allowed, and has no cause', async (t) => {
  for (const [about, request] of FREE) t.strictSame(decide(request), { mask: MAY_ALL, cause: 'none' }, about)
})

t.test('the string of the request comes before that of GPP', async (t) => {
  const refusing = consentTo({ purposeConsents: [1, 2, 4] })
  const gpp = { gdpr: 1, gpp: `DBABM~${consentTo({})}`, sections: [2] }
  t.strictSame(decide({ ...gpp, consent: refusing }), { mask: without('profile'), cause: 'noPurpose3' })
  t.strictSame(decide({ ...gpp, sections: [] }).cause, 'noConsent', 'a section that does not apply')
})

t.test('who may bid on the context alone keeps the bid and nothing else', async (t) => {
  for (const request of [...ROWS.noConsent[0], ...ROWS.noPurpose2[0]]) {
    t.equal(decide(request, noBid).mask, 0)
    t.equal(decide(request, contextual).mask, MAY.bid)
    t.equal(decide(request, contextual).cause, decide(request, noBid).cause)
  }
})

t.test('the first row of the table is the cause, in the order of the codes', async (t) => {
  const names = Object.keys(CAUSE)
  t.strictSame(
    Object.values(CAUSE),
    Array.from(names, (_, i) => i),
  )
  t.strictSame(Object.keys(PRIVACY_TABLE), names.slice(1))
  t.equal(decide({ isCoppa: true, isLimited: true, isGpc: true, gdpr: 1 }).cause, 'noConsent')
  t.equal(decide({ isCoppa: true, isLimited: true, isGpc: true }).cause, 'coppa')
  t.equal(decide({ isLimited: true, isGpc: true, usPrivacy: '1YYN' }).cause, 'limited')
  t.equal(decide({ ...consentWithout(1, 3), isLimited: true }).cause, 'limited')
  t.equal(decide(consentWithout(1, 3)).cause, 'noPurpose1')
})

t.test('the permissions are the bits of one mask', async (t) => {
  t.equal(
    Object.values(MAY).reduce((all, bit) => all | bit, 0),
    MAY_ALL,
  )
  t.equal(new Set(Object.values(MAY)).size, Object.keys(MAY).length)
})

const rarely = fc.integer({ min: 0, max: 7 }).map((draw) => draw === 0)
const request: fc.Arbitrary<Request> = fc.record({
  isCoppa: rarely,
  isLimited: rarely,
  isGpc: rarely,
  gdpr: fc.constantFrom(-1, 0, 1),
  consent: fc.oneof(
    fc.constantFrom('', 'rubbish', consentTo({})),
    randomFacts.map((facts) =>
      tcString({ ...facts, policyVersion: 5, isServiceSpecific: true, vendorConsents: [VENDOR] }),
    ),
  ),
  usPrivacy: fc.constantFrom('', '', '1---', '1YNN', '1YYN', 'x'),
  gpp: fc.constantFrom(
    '',
    'rubbish',
    'DBABLA~BVVVVVVVVVg',
    'DBABLA~BVqqqqqqqqo',
    `DBABM~${consentTo({})}`,
    `DBACMM~${consentTo({ purposeConsents: [2] })}~BVqqqqqqqqo`,
  ),
  sections: fc.constantFrom([], [], [2], [7], [2, 7], [6, 8], [99]),
  country: fc.constantFrom('', 'USA', 'DEU', 'FR'),
})

/** Each makes a request stricter. */
const STRICTER: readonly ((request: Request) => Request)[] = [
  (request) => ({ ...request, isCoppa: true }),
  (request) => ({ ...request, isLimited: true }),
  (request) => ({ ...request, isGpc: true }),
  (request) => ({ ...request, gdpr: 1 }),
  (request) => ({ ...request, usPrivacy: '1YYN' }),
  (request) => ({ ...request, sections: [...new Set([...request.sections, 7])] }),
  (request) => ({ ...request, sections: [...new Set([...request.sections, 99])] }),
  (request) => ({ ...request, gdpr: request.gdpr === -1 ? 1 : request.gdpr, country: 'DEU' }),
  (request) => ({ ...request, consent: 'rubbish' }),
  (request) => ({ ...request, consent: consentTo({ disclosed: [1] }) }),
]

t.test('a permission that is removed never comes back by another signal', async (t) => {
  let removedCount = 0
  fc.assert(
    fc.property(request, fc.constantFrom(...STRICTER), fc.boolean(), (request, stricter, isContextual) => {
      const standing = isContextual ? contextual : noBid
      const before = decide(request, standing).mask
      const after = decide(stricter(request), standing).mask
      t.equal(after & ~before, 0, `${before} ${after} ${JSON.stringify([request, stricter(request)])}`)
      if (after !== before) removedCount++
    }),
    { numRuns: 3000 },
  )
  t.ok(removedCount > 300, `${removedCount} requests lost something`)
})

t.test('each purpose that is refused takes away, and none gives', async (t) => {
  fc.assert(
    fc.property(fc.subarray([...PURPOSES]), fc.constantFrom(...PURPOSES), (refused, purpose) => {
      const before = decide(consentWithout(...refused)).mask
      t.equal(decide(consentWithout(...refused, purpose)).mask & ~before, 0)
    }),
    { numRuns: 300 },
  )
})

t.test('whatever takes ids takes measurement too', async (t) => {
  for (const [name, { removes }] of Object.entries(PRIVACY_TABLE)) {
    if (removes.includes('ids')) t.ok(removes.includes('measure'), name)
  }
})

t.test('the printed table has a line for each row and a column for each permission', async (t) => {
  const [head, , ...lines] = permissionsTable()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  t.strictSame(head, ['Signal', ...Object.keys(MAY).map((name) => `\`${name}\``)])
  const rows = Object.values(PRIVACY_TABLE)
  t.equal(lines.length, rows.length)
  for (const [i, [signal, ...cells]] of lines.entries()) {
    t.equal(signal, rows[i].signal)
    const removed = Object.keys(MAY).filter((_, column) => cells[column].startsWith('no'))
    t.strictSame(new Set(removed), new Set(rows[i].removes), signal)
  }
  t.match(
    permissionsTable().split('\n')[2],
    /^\| GDPR applies, no valid TC string \| no, unless `contextual` \| no \|/,
  )
})
