/**
 * What one vendor may do by a TC string: read where it stands, against decoding it to objects with the IAB's library.
 * And the whole way of a request's privacy, from its tape to its permit.
 */
import { KEY } from '../../../src/openrtb/keys.ts'
import { PrivacySignals, readSignals, type SignalPlaces } from '../../../src/openrtb/signals.ts'
import { NONE, Tape } from '../../../src/openrtb/tape.ts'
import { EMPTY, permit } from '../../../src/privacy/permissions.ts'
import { compileStanding, type TcfStanding } from '../../../src/privacy/standing.ts'
import { answerNaively, fullConsent, type TcFacts, tcString } from '../../../src/privacy/tc-strings.suite.ts'
import { readTcf } from '../../../src/privacy/tcf.ts'
import type { MicroBench } from '../measure.ts'

const VENDOR = 617
const standing: TcfStanding = {
  vendorId: VENDOR,
  consentPurposes: [1, 2, 3, 4],
  legitimateInterestPurposes: [7, 9, 10],
  flexiblePurposes: [2, 7, 9, 10],
  isDisclosureRequired: false,
  withoutBasis: 'contextual',
}
const compiled = compileStanding(standing)

const twoThirds = Array.from({ length: 820 }, (_, i) => i + 1).filter((id) => id % 3 !== 0)
const few = [28, 76, 91, 132, 253, 278, 304, 410, 511, VENDOR, 755, 793]
const most = Array.from({ length: 1000 }, (_, i) => i + 1).filter((id) => id % 97 !== 0)

const STRINGS: Readonly<Record<string, string>> = {
  'bit fields of 820 vendors': textOf(twoThirds, { disclosed: undefined }),
  'ranges of 12 vendors': textOf(few, { disclosed: undefined }),
  'ranges of 1000 vendors, disclosed': textOf(most, { disclosed: most }),
  'bit fields of 820, 3 restrictions of 12, disclosed': textOf(twoThirds, {
    restrictions: [3, 7, 9].map((purpose) => ({ purpose, type: 1, vendors: few })),
    disclosed: twoThirds,
  }),
}

function textOf(vendors: readonly number[], changes: Partial<TcFacts>): string {
  return tcString(
    fullConsent(VENDOR, { vendorConsents: vendors, vendorLegitimateInterests: vendors, ...changes }),
  )
}

function decisionBench(about: string, text: string): MicroBench {
  // In the middle of other text, as it lies in a request.
  const bytes = Buffer.from(`{"user":{"consent":"${text}"}}`)
  const start = bytes.indexOf(text)
  const end = start + text.length
  return {
    name: `privacy: ${about}, ${text.length} characters`,
    unit: 'TC string',
    count: 400,
    cases: [
      {
        name: 'read where it stands',
        run: (count) => sum(count, () => readTcf(bytes, start, end, compiled)),
      },
      { name: 'decoded to objects', run: (count) => sum(count, () => answerNaively(text, standing)) },
    ],
  }
}

const consent = STRINGS['bit fields of 820 vendors']
const REQUESTS: Readonly<Record<string, object>> = {
  'no signal': { regs: { coppa: 0 }, user: { id: 'u' }, device: { lmt: 0 } },
  'a TC string in the 2.5 places': { regs: { ext: { gdpr: 1 } }, user: { ext: { consent } } },
  'a US privacy string': { regs: { us_privacy: '1YNN' }, user: { id: 'u' }, device: { lmt: 0 } },
  'a GPP string of the US': { regs: { gpp: 'DBABLA~BVVVVVVVVVg.YA', gpp_sid: [7] }, device: { lmt: 0 } },
}

function permitBench(about: string, request: object): MicroBench {
  const text = JSON.stringify(request)
  const tape = new Tape(text.length)
  tape.scan(tape.bytes.write(text))
  const places = placesOf(tape)
  const signals = new PrivacySignals()
  const decide = () => permit(tape.bytes, signals, EMPTY, compiled)
  const readAndDecide = () => {
    readSignals(tape, places, signals)
    return decide()
  }
  return {
    name: `privacy: a request with ${about}`,
    unit: 'request',
    count: 20_000,
    cases: [
      { name: 'signals and permit', run: (count) => sum(count, readAndDecide) },
      { name: 'of this the permit', run: (count) => sum(count, decide) },
    ],
  }
}

function placesOf(tape: Tape): SignalPlaces {
  const places = { regs: NONE, user: NONE, device: NONE, site: NONE, ext: NONE }
  for (let token = 1; token < tape.next(0); token = tape.next(token)) {
    for (const name of ['regs', 'user', 'device'] as const)
      if (tape.key(token) === KEY[name]) places[name] = token
  }
  return places
}

function sum(count: number, answer: () => number): number {
  let total = 0
  for (let i = 0; i < count; i++) total += answer()
  return total
}

export const benches: MicroBench[] = [
  ...Object.entries(STRINGS).map(([about, text]) => decisionBench(about, text)),
  ...Object.entries(REQUESTS).map(([about, request]) => permitBench(about, request)),
]
