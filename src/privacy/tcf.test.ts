// The reader of TC strings against the IAB's own library over random strings, and by hand at the edges.
import fc from 'fast-check'
import t from 'tap'
import { ALPHABET, bitText, type Field } from './bit-text.suite.ts'
import { compileStanding, purposeBit, type TcfStanding } from './standing.ts'
import {
  answerNaively,
  fullConsent,
  PURPOSES,
  randomFacts,
  randomStanding,
  type TcFacts,
  tcString,
} from './tc-strings.suite.ts'
import { readTcf, TCF, VOID } from './tcf.ts'
import '../testing/seed.ts'

const VENDOR = 700
const STANDING: TcfStanding = {
  vendorId: VENDOR,
  consentPurposes: [1, 2, 3, 4],
  legitimateInterestPurposes: [7, 9, 10],
  flexiblePurposes: [2, 7],
  isDisclosureRequired: false,
  withoutBasis: 'no_bid',
}
const ALL = answerOf([1, 2, 3, 4, 7, 9, 10])

/** A valid answer with special feature 1 and these purposes. */
function answerOf(purposes: readonly number[]): number {
  return purposes.reduce((answer, purpose) => answer | purposeBit(purpose), TCF.valid | TCF.specialFeature1)
}

/** Reads a text that other text surrounds, which must not matter. */
function read(text: string, standing: TcfStanding = STANDING): number {
  const bytes = Buffer.from(`AAAA${text}AAAA____`)
  return readTcf(bytes, 4, 4 + Buffer.byteLength(text), compileStanding(standing))
}

function readFacts(changes: Partial<TcFacts>, standing?: TcfStanding): number {
  return read(tcString(fullConsent(VENDOR, changes)), standing)
}

t.test('the reader and the library agree about any string and any standing', async (t) => {
  const counts = { void: 0, some: 0, none: 0 }
  fc.assert(
    fc.property(randomFacts, randomStanding, (facts, standing) => {
      // Half of the time a vendor that the string knows.
      const known = [...facts.vendorConsents, ...facts.vendorLegitimateInterests, ...(facts.disclosed ?? [])]
      const vendorId =
        standing.vendorId % 2 === 0 && known.length > 0
          ? known[standing.vendorId % known.length]
          : standing.vendorId
      const text = tcString(facts)
      const answer = read(text, { ...standing, vendorId })
      t.equal(answer, answerNaively(text, { ...standing, vendorId }), text)
      counts[answer === VOID ? 'void' : (answer & (TCF.valid - 1)) === 0 ? 'none' : 'some']++
    }),
    { numRuns: 2000 },
  )
  t.ok(counts.some > 200, `${counts.some} strings had a basis for something`)
  t.ok(counts.void > 200, `${counts.void} were void`)
  t.ok(counts.none > 200, `${counts.none} had a basis for nothing`)
})

/** Each row: what of a full consent is changed, and what has a basis then. */
const BASES: readonly (readonly [about: string, changes: Partial<TcFacts>, answer: number])[] = [
  ['nothing', {}, ALL],
  ['a purpose without consent has no basis', { purposeConsents: [1, 2, 4] }, answerOf([1, 2, 4, 7, 9, 10])],
  ['no purpose with consent', { purposeConsents: [] }, answerOf([7, 9, 10])],
  ['a vendor without consent', { vendorConsents: [VENDOR - 1, VENDOR + 1] }, answerOf([7, 9, 10])],
  ['the last vendor is another', { vendorConsents: [VENDOR - 1] }, answerOf([7, 9, 10])],
  ['an interest objected to', { purposeLegitimateInterests: [7, 9] }, answerOf([1, 2, 3, 4, 7, 9])],
  ['all interests objected to', { vendorLegitimateInterests: [] }, answerOf([1, 2, 3, 4])],
  ['no opt-in to precise geolocation', { specialFeatures: [2] }, ALL & ~TCF.specialFeature1],
  ['forbidden', { restrictions: [restriction(3, 0)] }, answerOf([1, 2, 4, 7, 9, 10])],
  [
    'forbidden to another',
    { restrictions: [{ ...restriction(3, 0), vendors: [VENDOR - 1, VENDOR + 1] }] },
    ALL,
  ],
  [
    'forbidden to a range of vendors',
    { restrictions: [{ ...restriction(3, 0), vendors: [VENDOR - 1, VENDOR, VENDOR + 1] }] },
    answerOf([1, 2, 4, 7, 9, 10]),
  ],
  [
    'consent wanted, interest registered, not flexible',
    { restrictions: [restriction(9, 1)] },
    answerOf([1, 2, 3, 4, 7, 10]),
  ],
  ['consent wanted, flexible, and there', { restrictions: [restriction(7, 1)] }, ALL],
  [
    'consent wanted, flexible, and not there',
    { restrictions: [restriction(7, 1)], purposeConsents: [1, 2, 3, 4] },
    answerOf([1, 2, 3, 4, 9, 10]),
  ],
  ['consent wanted that is registered', { restrictions: [restriction(1, 1), restriction(3, 1)] }, ALL],
  [
    'interest wanted, consent registered, not flexible',
    { restrictions: [restriction(3, 2)] },
    answerOf([1, 2, 4, 7, 9, 10]),
  ],
  [
    'interest wanted, flexible, and there without consent',
    { restrictions: [restriction(2, 2)], purposeConsents: [1, 3, 4] },
    ALL,
  ],
  [
    'interest wanted, flexible, and not there',
    { restrictions: [restriction(2, 2)], purposeLegitimateInterests: [7, 9, 10] },
    answerOf([1, 3, 4, 7, 9, 10]),
  ],
  ['interest wanted that is registered', { restrictions: [restriction(9, 2)] }, ALL],
  [
    'two that contradict each other',
    { restrictions: [restriction(2, 1), restriction(2, 2)] },
    answerOf([1, 3, 4, 7, 9, 10]),
  ],
  [
    'forbidden beats the others',
    { restrictions: [restriction(2, 1), restriction(2, 0)] },
    answerOf([1, 3, 4, 7, 9, 10]),
  ],
  ['disclosed to others only', { disclosed: [VENDOR - 1, VENDOR + 1] }, TCF.valid],
  ['disclosed to nobody', { disclosed: [] }, TCF.valid],
  ['without a list of the disclosed', { disclosed: undefined }, ALL],
  ['a segment of the publisher before that list', { hasPublisherSegment: true }, ALL],
  [
    'a segment of the publisher before a list without the vendor',
    { hasPublisherSegment: true, disclosed: [1] },
    TCF.valid,
  ],
  ['policy version 4', { policyVersion: 4 }, ALL],
  ['policy version 3, void since September 2023', { policyVersion: 3 }, VOID],
  ['a policy version that nobody knows', { policyVersion: 63 }, ALL],
  ['not service specific, void since September 2021', { isServiceSpecific: false }, VOID],
]

function restriction(purpose: number, type: number): TcFacts['restrictions'][number] {
  return { purpose, type, vendors: [VENDOR] }
}

t.test('the basis follows from choices, restrictions and disclosure', async (t) => {
  for (const [about, changes, answer] of BASES) t.equal(readFacts(changes), answer, about)
})

t.test('each purpose is asked for, consented to and answered by its own bit', async (t) => {
  const all = { ...STANDING, consentPurposes: PURPOSES, legitimateInterestPurposes: [], flexiblePurposes: [] }
  for (const purpose of PURPOSES) {
    t.equal(readFacts({}, { ...all, consentPurposes: [purpose] }), answerOf([purpose]), `asked ${purpose}`)
    t.equal(readFacts({ purposeConsents: [purpose] }, all), answerOf([purpose]), `consented ${purpose}`)
  }
})

t.test('the list of the disclosed can be demanded, and the least policy version set', async (t) => {
  const strict = { ...STANDING, isDisclosureRequired: true }
  t.equal(readFacts({}, strict), ALL)
  t.equal(readFacts({ disclosed: undefined }, strict), VOID)
  t.equal(readFacts({ disclosed: undefined, hasPublisherSegment: true }, strict), VOID)
  t.equal(readFacts({ policyVersion: 2 }, { ...STANDING, policyVersionMin: 2 }), ALL)
  t.equal(readFacts({ policyVersion: 4 }, { ...STANDING, policyVersionMin: 5 }), VOID)
})

t.test('who is not registered has no basis for anything', async (t) => {
  const nobody = { ...STANDING, vendorId: 0 }
  t.equal(readFacts({ disclosed: undefined }, nobody), TCF.valid | TCF.specialFeature1)
  t.equal(readFacts({}, nobody), TCF.valid)
})

t.test('a string cut anywhere is void, or says what it said with its last segments or without', async (t) => {
  const range = Array.from({ length: 300 }, (_, i) => 500 + i)
  const dense = Array.from({ length: 900 }, (_, i) => i + 1).filter((id) => id % 3 !== 0 || id === VENDOR)
  for (const vendors of [range, dense]) {
    for (const disclosed of [vendors, [1]]) {
      const facts = fullConsent(VENDOR, {
        vendorConsents: vendors,
        vendorLegitimateInterests: vendors,
        restrictions: [restriction(3, 0), restriction(9, 1)],
        hasPublisherSegment: true,
        disclosed,
      })
      const text = tcString(facts)
      const core = text.split('.')[0]
      // The library pads to a multiple of four characters: the core says nothing in its last three.
      const coreLeast = core.length - 3
      for (let length = 0; length <= text.length; length++) {
        const allowed = length < coreLeast ? [VOID] : [VOID, read(core), read(text)]
        t.ok(allowed.includes(read(text.slice(0, length))), `${length} of ${text.length}`)
      }
    }
  }
})

t.test('a string is void when any of its characters that matter is none', async (t) => {
  const text = tcString(fullConsent(VENDOR))
  for (const character of [' ', '.', '~', '%', '"', 'é', '\0']) {
    // Version, policy version, purposes, the vendor sections, and padding.
    for (const at of [0, 22, 25, 29, 33, 36, 38, text.length - 1]) {
      const broken = text.slice(0, at) + character + text.slice(at + 1)
      t.equal(read(broken), VOID, `${JSON.stringify(character)} at ${at}`)
    }
  }
  t.equal(read(` ${text}`), VOID)
  t.equal(read(`${text} `), VOID)
  t.equal(read(`${text}.`), VOID, 'a segment with nothing in it')
  t.equal(read(`${text}B`), VOID, 'more than padding')
})

t.test('the other alphabet and any padding are taken', async (t) => {
  const core = tcString(fullConsent(VENDOR, { disclosed: undefined }))
  t.match(core, /[-_]/, 'the string has a character that differs')
  t.equal(read(core.replaceAll('-', '+').replaceAll('_', '/')), ALL)
  for (const padding of ['=', '==', 'A', 'AA=', 'AAAA']) t.equal(read(core + padding), ALL, padding)
})

t.test('nothing that is no string is taken for one', async (t) => {
  const nothings = [
    '',
    ' ',
    '0',
    '1',
    'null',
    'true',
    '1YNN',
    '{}',
    'BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA',
    'DBAA',
  ]
  for (const text of nothings) t.equal(read(text), VOID, JSON.stringify(text))
  for (const character of ['A', 'C', '_', '.', ' ', 'é']) {
    t.equal(read(character.repeat(65_536)), VOID, `64 KB of ${character}`)
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      t.equal(readTcf(bytes, 0, bytes.length, compileStanding(STANDING)) >= 0, true)
    }),
    { numRuns: 500 },
  )
})

t.test('text of the right alphabet is never read behind its end', async (t) => {
  const compiled = compileStanding(STANDING)
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ALPHABET, '.', '.'), { maxLength: 120 }), (characters) => {
      // A version, a policy version and a scope that let the rest be read.
      const text = `CAAAAAAAAAAAAAAAAAAAAAF${'g'}${characters.join('')}`
      const alone = readTcf(Buffer.from(text), 0, text.length, compiled)
      t.equal(readTcf(Buffer.from(`${text}____`), 0, text.length, compiled), alone)
      t.equal(readTcf(Buffer.from(`${text}AAAA`), 0, text.length, compiled), alone)
    }),
    { numRuns: 2000 },
  )
})

t.test('ranges that run backwards make a string void', async (t) => {
  const consented = (first: number, last: number) =>
    coreOf([16, 700], [1, 1], [12, 1], [1, 1], [16, first], [16, last], ...NO_INTERESTS, NO_RESTRICTIONS)
  t.equal(read(consented(700, 700)), answerOf([1, 2, 3, 4]))
  t.equal(read(consented(700, 699)), VOID)
})

t.test('an id beyond the greatest that the string knows is not in it', async (t) => {
  const consented = (greatest: number) =>
    coreOf([16, greatest], [1, 1], [12, 1], [1, 1], [16, 600], [16, 800], ...NO_INTERESTS, NO_RESTRICTIONS)
  t.equal(read(consented(700)), answerOf([1, 2, 3, 4]))
  t.equal(read(consented(699)), answerOf([]))
})

t.test(
  'a restriction of a kind that does not exist forbids, and one of no purpose does nothing',
  async (t) => {
    const consented: Field[] = [[16, 700], [1, 1], [12, 1], [1, 0], [16, 700], ...NO_INTERESTS]
    const restricted = (purpose: number, type: number) =>
      coreOf(...consented, [12, 1], [6, purpose], [2, type], [12, 1], [1, 0], [16, 700])
    t.equal(read(restricted(2, 3)), answerOf([1, 3, 4]))
    for (const purpose of [0, 25, 33, 34, 63])
      t.equal(read(restricted(purpose, 0)), answerOf([1, 2, 3, 4]), `${purpose}`)
  },
)

t.test('a list that ends behind the text makes it void, though the vendor is in it', async (t) => {
  const core = tcString(fullConsent(VENDOR, { disclosed: undefined }))
  const list: Field[] = [
    [3, 1],
    [16, VENDOR + 30],
    [1, 0],
    ...Array.from({ length: VENDOR }, (): Field => [1, 1]),
  ]
  t.equal(read(`${core}.${bitText(...list)}`), VOID)
  t.equal(read(`${core}.${bitText(...list, [15, 0], [15, 0])}`), ALL)
})

t.test('every list of the disclosed has to have the vendor', async (t) => {
  const [core, list] = tcString(fullConsent(VENDOR)).split('.')
  const other = tcString(fullConsent(VENDOR, { disclosed: [1] })).split('.')[1]
  t.equal(read(`${core}.${list}.${list}`), ALL)
  t.equal(read(`${core}.${list}.${other}`), TCF.valid)
  t.equal(read(`${core}.${other}.${list}`), TCF.valid)
})

const NO_INTERESTS: readonly Field[] = [
  [16, 0],
  [1, 0],
]
const NO_RESTRICTIONS: Field = [12, 0]

/** A core with these fields from the vendor sections on; before them all purposes are agreed to. */
function coreOf(...fields: readonly Field[]): string {
  const empty = Array.from({ length: 126 }, (): Field => [1, 0])
  const choices: Field[] = [
    [12, 0x800],
    [24, 0xffffff],
    [24, 0xffffff],
    [13, 0],
  ]
  return bitText([6, 2], ...empty, [6, 4], [1, 1], [1, 0], ...choices, ...fields)
}
