import fc from 'fast-check'
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { spell } from '../testing/json-spelling.ts'
import { KEY } from './keys.ts'
import { GDPR, GPP_SECTIONS_MAX, PrivacySignals, readSignals, type SignalPlaces } from './signals.ts'
import { NONE, Tape } from './tape.ts'
import '../testing/seed.ts'

type Facts = {
  isCoppa: boolean
  gdpr: number
  isLimited: boolean
  isGpc: boolean
  consent: string
  usPrivacy: string
  gpp: string
  gppSections: number[]
}

const SILENT: Facts = {
  isCoppa: false,
  gdpr: GDPR.unknown,
  isLimited: false,
  isGpc: false,
  consent: '',
  usPrivacy: '',
  gpp: '',
  gppSections: [],
}

// One for all tests: what a request leaves behind would be seen in the next.
const signals = new PrivacySignals()

function read(request: object | string): Facts {
  const text = typeof request === 'string' ? request : JSON.stringify(request)
  const tape = new Tape(Buffer.byteLength(text))
  t.ok(tape.scan(tape.bytes.write(text)), text)
  readSignals(tape, placesOf(tape), signals)
  const textAt = (start: number, end: number) => tape.bytes.toString('utf8', start, end)
  return {
    isCoppa: signals.isCoppa,
    gdpr: signals.gdpr,
    isLimited: signals.isLimited,
    isGpc: signals.isGpc,
    consent: textAt(signals.consentStart, signals.consentEnd),
    usPrivacy: textAt(signals.usPrivacyStart, signals.usPrivacyEnd),
    gpp: textAt(signals.gppStart, signals.gppEnd),
    gppSections: [...signals.gppSections.subarray(0, signals.gppSectionCount)],
  }
}

const OBJECTS = ['regs', 'user', 'device', 'site', 'ext'] as const

function placesOf(tape: Tape): SignalPlaces {
  const places = { regs: NONE, user: NONE, device: NONE, site: NONE, ext: NONE }
  for (let token = 1; token < tape.next(0); token = tape.next(token)) {
    for (const name of OBJECTS) if (tape.key(token) === KEY[name]) places[name] = tape.objectOrNone(token)
  }
  return places
}

const TC = 'CPtcString.a-b_c'

/** Each row: a request, and what it says that another would not. */
const PLACES: readonly (readonly [about: string, request: object, says: Partial<Facts>])[] = [
  ['nothing', {}, {}],
  ['objects with nothing in them', { regs: {}, user: {}, device: {}, site: {}, ext: {} }, {}],
  ['objects of the wrong type', { regs: [1], user: 'u', device: 1, site: null, ext: true }, {}],
  ['extensions of the wrong type', { regs: { ext: [1] }, user: { ext: 'x' }, device: { ext: 1 } }, {}],
  ['coppa', { regs: { coppa: 1 } }, { isCoppa: true }],
  ['coppa in the 2.5 place', { regs: { ext: { coppa: 1 } } }, { isCoppa: true }],
  ['coppa of the request', { ext: { coppa: 1 } }, { isCoppa: true }],
  ['coppa of Nexage', { site: { ext: { nex_coppa: 1 } } }, { isCoppa: true }],
  ['coppa in one place, and not in another', { regs: { coppa: 0, ext: { coppa: 1 } } }, { isCoppa: true }],
  [
    'coppa where nobody puts it',
    { user: { coppa: 1 }, device: { ext: { coppa: 1 } }, site: { coppa: 1 } },
    {},
  ],
  ['gdpr', { regs: { gdpr: 1 } }, { gdpr: 1 }],
  ['no gdpr', { regs: { gdpr: 0 } }, { gdpr: 0 }],
  ['gdpr in the 2.5 place', { regs: { ext: { gdpr: 1 } } }, { gdpr: 1 }],
  ['gdpr of the user', { user: { ext: { gdpr: '1' } } }, { gdpr: 1 }],
  ['no gdpr of the user', { user: { ext: { gdpr: '0' } } }, { gdpr: 0 }],
  ['gdpr in one place, none in another', { regs: { gdpr: 1, ext: { gdpr: 0 } } }, { gdpr: 1 }],
  ['the other way round', { regs: { gdpr: 0, ext: { gdpr: 1 } } }, { gdpr: 1 }],
  ['no gdpr beats unknown', { regs: { gdpr: null, ext: { gdpr: 0 } } }, { gdpr: 0 }],
  ['consent', { user: { consent: TC } }, { consent: TC }],
  ['consent in the 2.5 place', { user: { ext: { consent: TC } } }, { consent: TC }],
  ['the newer place first', { user: { ext: { consent: 'old' }, consent: TC } }, { consent: TC }],
  ['unless it is empty', { user: { ext: { consent: TC }, consent: '' } }, { consent: TC }],
  ['or no text', { user: { ext: { consent: TC }, consent: 1 } }, { consent: TC }],
  ['a US privacy string', { regs: { us_privacy: '1YNN' } }, { usPrivacy: '1YNN' }],
  ['in the 2.5 place', { regs: { ext: { us_privacy: '1YNN' } } }, { usPrivacy: '1YNN' }],
  ['of the user', { user: { ext: { us_privacy: '1YYN' } } }, { usPrivacy: '1YYN' }],
  [
    'the newer place first, again',
    { regs: { us_privacy: '1---', ext: { us_privacy: '1YNN' } } },
    { usPrivacy: '1---' },
  ],
  [
    'unless the other opts out',
    { regs: { us_privacy: '1YNN', ext: { us_privacy: '1YYN' } } },
    { usPrivacy: '1YYN' },
  ],
  [
    'also the user’s',
    { regs: { us_privacy: '1NYN' }, user: { ext: { us_privacy: '1YNN' } } },
    { usPrivacy: '1NYN' },
  ],
  [
    'a string that only looks like an opt-out is none',
    { regs: { us_privacy: '1YNN', ext: { us_privacy: '2YYN' } }, user: { ext: { us_privacy: 'YYYYY' } } },
    { usPrivacy: '1YNN' },
  ],
  ['a GPP string', { regs: { gpp: 'DBAA', gpp_sid: [7] } }, { gpp: 'DBAA', gppSections: [7] }],
  ['in the 2.5 place', { regs: { ext: { gpp: 'DBAA', gpp_sid: [2] } } }, { gpp: 'DBAA', gppSections: [2] }],
  ['the newer place first', { regs: { ext: { gpp: 'old' }, gpp: 'DBAA' } }, { gpp: 'DBAA' }],
  [
    'the sections of all places',
    { regs: { gpp_sid: [7, 8, 7], ext: { gpp_sid: [8, 2] } } },
    { gppSections: [7, 8, 2] },
  ],
  ['sections in text', { regs: { gpp_sid: ['7', '8.0'] } }, { gppSections: [7, 8] }],
  ['one section alone', { regs: { gpp_sid: 7 } }, { gppSections: [7] }],
  ['one section alone in text', { regs: { gpp_sid: '7' } }, { gppSections: [7] }],
  ['no section applies', { regs: { gpp_sid: [-1] } }, {}],
  ['not known yet', { regs: { gpp_sid: [0] } }, {}],
  ['no sections', { regs: { gpp_sid: [null, 'x', {}, [7], true, ''] } }, {}],
  ['no list of sections', { regs: { gpp_sid: null } }, {}],
  ['gpc in the 2.5 place', { regs: { ext: { gpc: '1' } } }, { isGpc: true }],
  ['gpc in the new place', { regs: { gpc: 1 } }, { isGpc: true }],
  ['gpc not set', { regs: { gpc: '0', ext: { gpc: '' } } }, {}],
  ['lmt', { device: { lmt: 1 } }, { isLimited: true }],
  ['dnt', { device: { dnt: 1 } }, { isLimited: true }],
  ['neither', { device: { lmt: 0, dnt: 0, ifa: 'a0' } }, {}],
  ['one of both', { device: { lmt: 0, dnt: 1 } }, { isLimited: true }],
  ['an id of zeros', { device: { ifa: '00000000-0000-0000-0000-000000000000' } }, { isLimited: true }],
  ['an empty id', { device: { ifa: '' } }, { isLimited: true }],
  ['an id', { device: { ifa: '00000000-0000-0000-0000-000000000001' } }, {}],
  ['no id', { device: { ifa: null } }, {}],
  ['an id that is no text', { device: { ifa: 0 } }, {}],
  ['the user has opted out', { user: { id: '-1' } }, { isLimited: true }],
  ['written as a number', { user: { id: -1 } }, { isLimited: true }],
  ['the user is not known', { user: { id: '0' } }, {}],
  ['a user', { user: { id: '-10' } }, {}],
  ['a user with no id', { user: { id: [-1] } }, {}],
  ['not decided', { device: { ext: { atts: 0 } } }, { isLimited: true }],
  ['restricted', { device: { ext: { atts: 1 } } }, { isLimited: true }],
  ['denied', { device: { ext: { atts: '2' } } }, { isLimited: true }],
  ['authorised', { device: { ext: { atts: 3 } } }, {}],
  ['authorised, but limited', { device: { ext: { atts: 3 }, lmt: 1 } }, { isLimited: true }],
  ['no status', { device: { ext: { atts: null } } }, {}],
  ['no status that exists', { device: { ext: { atts: -1 } } }, {}],
]

t.test('each signal is found in each of its places, and the strictest counts', async (t) => {
  for (const [about, request, says] of PLACES) t.strictSame(read(request), { ...SILENT, ...says }, about)
})

t.test('a flag is read in any spelling, and nothing else says anything', async (t) => {
  const flags = (value: unknown) => {
    const { isCoppa, gdpr, isGpc, isLimited } = read({
      regs: { coppa: value, gdpr: value, gpc: value },
      device: { lmt: value },
    })
    return [isCoppa, gdpr, isGpc, isLimited]
  }
  for (const value of [1, '1', true, '1.0', ' 1 '])
    t.strictSame(flags(value), [true, 1, true, true], `${value}`)
  for (const value of [0, '0', false, -0]) t.strictSame(flags(value), [false, 0, false, false], `${value}`)
  for (const value of [null, '', 2, -1, 0.9, 1.5, 'yes', 'true', [1], {}, { a: 1 }, '١']) {
    t.strictSame(flags(value), [false, -1, false, false], JSON.stringify(value))
  }
  t.strictSame(read('{"regs":{"coppa":1.0,"gdpr":0.0}}'), { ...SILENT, isCoppa: true, gdpr: 0 }, 'floats')
})

t.test('escapes are undone in texts', async (t) => {
  const escaped = '{"regs":{"us_privacy":"1\\u0059NN","gpp":"D\\u0042\\/A"},"user":{"consent":"C\\/P"}}'
  t.strictSame(read(escaped), { ...SILENT, usPrivacy: '1YNN', gpp: 'DB/A', consent: 'C/P' })
  const twice = '{"regs":{"us_privacy":"1YNN","ext":{"us_privacy":"1Y\\u0059N"}},"device":{"ifa":"\\u0030"}}'
  t.strictSame(read(twice), { ...SILENT, usPrivacy: '1YYN', isLimited: true })
  t.equal(read('{"user":{"consent":"\\u0020"}}').consent, ' ', 'a space is a text')
})

t.test('the header adds GPC behind the reading, and the next request forgets it', async (t) => {
  read({})
  signals.addGpc()
  t.equal(signals.isGpc, true)
  t.strictSame(read({}), SILENT)
  read({
    regs: { coppa: 1, gdpr: 1, gpc: 1, us_privacy: '1YYY', gpp: 'D', gpp_sid: [7] },
    user: { consent: 'C' },
  })
  read({ device: { lmt: 1 } })
  signals.clear()
  t.strictSame({ ...signals, gppSections: [] }, { ...new PrivacySignals(), gppSections: [] })
})

t.test('more sections than exist are cut off', async (t) => {
  const many = Array.from({ length: 100 }, (_, i) => i + 1)
  t.strictSame(read({ regs: { gpp_sid: many } }).gppSections, many.slice(0, GPP_SECTIONS_MAX))
})

const value = fc.constantFrom<unknown>(0, 1, 2, -1, '0', '1', '', 'x', true, false, null, 1.5, [1], {}, [
  7,
  '2',
])
const text = fc.constantFrom<unknown>('', 'a', 'b/"', '1YNN', '1YYN', '1NNN', '1-yN', 'é', null, 1, ['1YYN'])
const optional = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(fields, { requiredKeys: [] })
const regsFields = {
  coppa: value,
  gdpr: value,
  gpc: value,
  gpp_sid: value,
  us_privacy: text,
  gpp: text,
  other: value,
}
const randomRequest = optional({
  regs: optional({ ...regsFields, ext: fc.oneof(optional(regsFields), value) }),
  user: optional({
    id: fc.constantFrom<unknown>('-1', -1, 'u', null),
    consent: text,
    ext: fc.oneof(optional({ consent: text, gdpr: value, us_privacy: text }), value),
  }),
  device: optional({
    lmt: value,
    dnt: value,
    ifa: fc.constantFrom<unknown>('', '0-0', '0a', null, 0),
    ext: fc.oneof(optional({ atts: value }), value),
  }),
  site: optional({ ext: fc.oneof(optional({ nex_coppa: value }), value) }),
  ext: optional({ coppa: value }),
})

t.test('any mixture of places says what its naive twin makes of it', async (t) => {
  fc.assert(
    fc.property(randomRequest, fc.nat(), (request, seed) => {
      const body = spell(request, new Prng(seed))
      t.strictSame(read(body.toString()), readNaively(request), body.toString())
    }),
    { numRuns: 1500 },
  )
})

// biome-ignore lint/suspicious/noExplicitAny: it looks into anything.
function readNaively(request: any): Facts {
  const isFlag = (value: unknown) => value === true || value === 1 || value === '1'
  const isNo = (value: unknown) => value === false || value === 0 || value === '0'
  const { regs, user, device, site, ext } = request
  const gdpr = [regs?.gdpr, regs?.ext?.gdpr, user?.ext?.gdpr]
  const filled = (values: unknown[]) =>
    values.filter((value) => typeof value === 'string' && value !== '') as string[]
  const usPrivacy = filled([regs?.us_privacy, regs?.ext?.us_privacy, user?.ext?.us_privacy])
  const sections = [regs?.gpp_sid, regs?.ext?.gpp_sid]
    .flat()
    .map((id) => (typeof id === 'number' || typeof id === 'string' ? Math.trunc(Number(id)) : 0))
    .filter((id) => id > 0)
  return {
    isCoppa: [regs?.coppa, regs?.ext?.coppa, ext?.coppa, site?.ext?.nex_coppa].some(isFlag),
    gdpr: gdpr.some(isFlag) ? GDPR.yes : gdpr.some(isNo) ? GDPR.no : GDPR.unknown,
    isLimited:
      isFlag(device?.lmt) ||
      isFlag(device?.dnt) ||
      ['', '0-0'].includes(device?.ifa) ||
      [0, 1, 2, '0', '1'].includes(device?.ext?.atts) ||
      [-1, '-1'].includes(user?.id),
    isGpc: [regs?.gpc, regs?.ext?.gpc].some(isFlag),
    consent: filled([user?.consent, user?.ext?.consent])[0] ?? '',
    usPrivacy: usPrivacy.findLast((text) => /^1.[Yy].$/.test(text)) ?? usPrivacy[0] ?? '',
    gpp: filled([regs?.gpp, regs?.ext?.gpp])[0] ?? '',
    gppSections: [...new Set(sections)],
  }
}
