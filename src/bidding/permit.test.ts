// Who may be bid to at all: requests as they come, and the outcome that refuses them.
import t from 'tap'
import { type OperatorFile, operatorOf } from '../config/operator.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { RequestView } from '../openrtb/request.ts'
import { MAY } from '../privacy/permissions.ts'
import { EXCHANGE_NAMES, TEST_OPERATOR } from '../testing/bidder.ts'
import { exchangesOf } from './operator.ts'
import { OUTCOMES } from './outcomes.ts'
import { PERMITTED, permitOf, refusalOf } from './permit.ts'
import { BidTelemetry } from './telemetry.ts'

const view = new RequestView(65_536)
const telemetry = new BidTelemetry(EXCHANGE_NAMES)

/** The name of the outcome, '' for none. */
function refusalIn(request: object, { exchange = 'default', file = TEST_OPERATOR }: Standing = {}): string {
  read(request)
  const { operator } = operatorOf(file, 'https://bid.example')
  const place = EXCHANGE_NAMES.indexOf(exchange)
  const refusal = refusalOf(view, exchangesOf(EXCHANGE_PROFILES, operator)[place], operator)
  return refusal === PERMITTED ? '' : OUTCOMES[refusal].name
}

/** What the request's user permits, by name. */
function permitIn(request: object, { file = TEST_OPERATOR }: Standing = {}): string {
  read(request)
  const may = permitOf(view, operatorOf(file, 'https://bid.example').operator, telemetry)
  return Object.entries(MAY)
    .flatMap(([name, bit]) => ((may & bit) !== 0 ? [name] : []))
    .join(' ')
}

function read(request: object): void {
  const body = JSON.stringify({ id: 'r', imp: [{ id: '1' }], ...request })
  if (view.read(view.tape.bytes.write(body)) !== 0) throw new Error('unreadable')
}
type Standing = { readonly exchange?: string; readonly file?: OperatorFile }

const dsa = (fields: object) => ({ regs: { ext: { dsa: fields } } })
const chain = (fields: object) => ({ source: { schain: { ver: '1.0', complete: 1, ...fields } } })
const node = (asi: string, sid: string) => ({ asi, sid, hp: 1 })

/** Each row: a request, and what refuses it. */
const CASES: readonly (readonly [string, object, Standing, string])[] = [
  ['a plain request', {}, {}, ''],
  ['a list of seats where we have none', { wseat: ['1234'] }, {}, 'seat_not_ours'],
  ['a list with our seat', { wseat: ['1', '1234'] }, { exchange: 'xandr' }, ''],
  ['a list without our seat', { wseat: ['1'] }, { exchange: 'xandr' }, 'seat_not_ours'],
  ['a block of our seat', { bseat: ['1234'] }, { exchange: 'xandr' }, 'seat_not_ours'],
  ['a block of others', { bseat: ['1'] }, { exchange: 'xandr' }, ''],
  ['an exchange that wants a seat, without one', {}, { exchange: 'xandr', file: {} }, 'seat_not_ours'],
  ['an exchange that wants none', {}, { file: {} }, ''],

  ['a notice that nobody shows', dsa({ dsarequired: 2, pubrender: 0 }), {}, 'dsa_not_ours'],
  ['and on a very large platform', dsa({ dsarequired: 3, pubrender: 0 }), {}, 'dsa_not_ours'],
  ['by its older name', dsa({ required: 2, pubrender: 0 }), {}, 'dsa_not_ours'],
  ['a notice that the publisher may show', dsa({ dsarequired: 3, pubrender: 1 }), {}, ''],
  ['a notice that the publisher will show', dsa({ dsarequired: 2, pubrender: 2 }), {}, ''],
  ['a notice that is not said to be shown', dsa({ dsarequired: 2 }), {}, ''],
  ['a notice that is not required', dsa({ dsarequired: 1, pubrender: 0 }), {}, ''],

  ['a crawler', { device: { ua: 'Mozilla/5.0 (compatible; bot)' } }, {}, 'crawler'],
  ['a browser', { device: { ua: 'Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/130.0' } }, {}, ''],
  [
    'an address of a data centre',
    { device: { ip: '192.0.2.7' } },
    supply({ dataCentres: ['192.0.2.0/24'] }),
    'data_centre',
  ],
  ['an address beside it', { device: { ip: '192.0.3.7' } }, supply({ dataCentres: ['192.0.2.0/24'] }), ''],

  [
    'a chain that is complete',
    chain({ nodes: [node('a.example', '1')] }),
    supply({ refusesIncomplete: true }),
    '',
  ],
  [
    'a chain that is not',
    chain({ complete: 0, nodes: [node('a.example', '1')] }),
    supply({ refusesIncomplete: true }),
    'supply_chain_incomplete',
  ],
  ['no chain where one is required', {}, supply({ isChainRequired: true }), 'supply_chain_incomplete'],
  [
    'a seller that is blocked',
    chain({ nodes: [node('a.example', '1'), node('b.example', '2')] }),
    supply({ blockedNodes: ['b.example!2'] }),
    'supply_chain_blocked',
  ],
]

const ALL = Object.keys(MAY).join(' ')

/** Each row: a request, and what its user permits. */
const PERMITS: readonly (readonly [string, object, Standing, string])[] = [
  ['the GDPR without consent', { regs: { gdpr: 1 } }, {}, ''],
  ['the GDPR by the country', { device: { geo: { country: 'DEU' } } }, {}, ''],
  ['the GDPR where the context is enough', { regs: { gdpr: 1 } }, contextual(), 'bid'],
  ['no GDPR', { regs: { gdpr: 0 } }, {}, ALL],
  ['nothing said', {}, {}, ALL],
]

t.test('what else is permitted follows from the law and the user', async (t) => {
  for (const [about, request, standing, permitted] of PERMITS)
    t.equal(permitIn(request, standing), permitted, about)
  const children = permitIn({ regs: { coppa: 1 } })
  t.match(children, /^bid\b/, 'children may be bid to')
  t.notMatch(children, /\bids\b/, 'without ids')
})

t.test('a request is refused for what is wrong with it', async (t) => {
  for (const [about, request, standing, outcome] of CASES)
    t.equal(refusalIn(request, standing), outcome, about)
})

t.test('of several reasons the first along the way counts', async (t) => {
  const all = { wseat: ['1'], device: { ua: 'bot' }, ...dsa({ dsarequired: 2, pubrender: 0 }) }
  t.equal(refusalIn(all), 'seat_not_ours')
  t.equal(refusalIn({ ...all, wseat: [] }), 'dsa_not_ours')
  t.equal(
    refusalIn({ device: { ua: 'bot', ip: '192.0.2.7' } }, supply({ dataCentres: ['192.0.2.0/24'] })),
    'crawler',
  )
})

function supply(policy: NonNullable<OperatorFile['supply']>): Standing {
  return { file: { ...TEST_OPERATOR, supply: policy } }
}

function contextual(): Standing {
  return { file: { ...TEST_OPERATOR, tcf: { ...TEST_OPERATOR.tcf!, withoutBasis: 'contextual' } } }
}

t.test('the signal that took the most is counted', async (t) => {
  const countOf = (signal: string) => {
    const { slots, values } = telemetry.privacyCauses
    return values[slots.findIndex((labels) => labels.signal === signal)]
  }
  const before = [countOf('none'), countOf('coppa'), countOf('noConsent')]
  for (const regs of [{}, { coppa: 1 }, { gdpr: 1 }]) permitIn({ regs })
  t.same(
    [countOf('none'), countOf('coppa'), countOf('noConsent')].map((count, i) => count - before[i]),
    [1, 1, 1],
  )
})
