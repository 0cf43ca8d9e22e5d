import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { KEY } from '../openrtb/keys.ts'
import { NONE, Tape } from '../openrtb/tape.ts'
import '../testing/seed.ts'
import { CHAIN, type ChainFact, checkChain } from './chain.ts'
import { compilePolicy, type SupplyConfig } from './policy.ts'

const { fine, incomplete, blocked } = CHAIN
const tape = new Tape(65_536)

/** The fact about the chain of a request, given as an object or as its text. */
function check(request: object | string, config: SupplyConfig = {}): ChainFact {
  const text = typeof request === 'string' ? request : JSON.stringify(request)
  assert(tape.scan(tape.bytes.write(text)))
  let source = NONE
  let ext = NONE
  for (let token = 1; token < tape.next(0); token = tape.next(token)) {
    if (tape.key(token) === KEY.source) source = token
    if (tape.key(token) === KEY.ext) ext = token
  }
  return checkChain(tape, source, ext, compilePolicy({ crawlerWords: [], ...config }))
}

const seller = { asi: 'exchange.example', sid: '1001', hp: 1 }
const reseller = { asi: 'reseller.example', sid: 'ab-7', rid: 'r1', name: 'A reseller', hp: 1 }
const chain = { complete: 1, ver: '1.0', nodes: [seller, reseller] }

const required = { isChainRequired: true }
const strict = { refusesIncomplete: true }
const blocking = (...blockedNodes: string[]) => ({ blockedNodes })

/** Each row: what is asked, the request, the policy, and the fact. */
const CASES: readonly (readonly [string, object | string, SupplyConfig, ChainFact])[] = [
  ['a chain of two', { source: { schain: chain } }, { ...required, ...strict }, fine],
  ['no source', {}, {}, fine],
  ['no source where a chain is required', {}, required, incomplete],
  ['no chain', { source: { fd: 1 } }, {}, fine],
  ['no chain where one is required', { source: { fd: 1 }, ext: {} }, required, incomplete],
  ['a source that is a text', { source: 'exchange' }, required, incomplete],
  ['a chain that is null', { source: { schain: null } }, required, incomplete],
  ['a chain that is a text', { source: { schain: '1.0,1!exchange.example,1001,1' } }, required, incomplete],
  ['a chain where 2.5 has it', { source: { ext: { schain: chain } } }, required, fine],
  ['a chain where 2.4 has it', { ext: { schain: chain } }, required, fine],
  [
    'a chain at 2.4 beside a source',
    { source: { tid: 't', ext: {} }, ext: { schain: chain } },
    required,
    fine,
  ],
  [
    'the newest place counts',
    { source: { schain: chain, ext: { schain: { ...chain, complete: 0 } } }, ext: { schain: {} } },
    strict,
    fine,
  ],
  [
    'the newest place that has one counts',
    { source: { schain: null, ext: { schain: { ...chain, complete: 0 } } }, ext: { schain: chain } },
    strict,
    incomplete,
  ],
  [
    'a repeated chain counts as last written',
    '{"source":{"schain":{"nodes":[{"asi":"a.example","sid":"1"}]},"schain":null}}',
    required,
    incomplete,
  ],
  ['a chain that is not complete', { source: { schain: { ...chain, complete: 0 } } }, {}, fine],
  [
    'a chain that is not complete, refused',
    { source: { schain: { ...chain, complete: 0 } } },
    strict,
    incomplete,
  ],
  ['a chain that does not say', { source: { schain: { nodes: [seller] } } }, strict, incomplete],
  ['complete as a text', { source: { schain: { ...chain, complete: '1' } } }, strict, fine],
  ['complete as a flag', { source: { schain: { ...chain, complete: true } } }, strict, fine],
  [
    'complete as a flag that is off',
    { source: { schain: { ...chain, complete: false } } },
    strict,
    incomplete,
  ],
  ['no nodes', { source: { schain: { complete: 1, nodes: [] } } }, strict, fine],
  ['no nodes where a chain is required', { source: { schain: { complete: 1 } } }, required, incomplete],
  ['nodes that are no list', { source: { schain: { complete: 1, nodes: seller } } }, required, incomplete],
  [
    'a node without a system',
    { source: { schain: { ...chain, nodes: [seller, { sid: '1' }] } } },
    {},
    incomplete,
  ],
  [
    'a node without a seller',
    { source: { schain: { ...chain, nodes: [{ asi: 'a.example' }] } } },
    {},
    incomplete,
  ],
  ['an empty system', { source: { schain: { ...chain, nodes: [{ ...seller, asi: '' }] } } }, {}, incomplete],
  ['an empty seller', { source: { schain: { ...chain, nodes: [{ ...seller, sid: '' }] } } }, {}, incomplete],
  [
    'a system that is a number',
    { source: { schain: { ...chain, nodes: [{ ...seller, asi: 7 }] } } },
    {},
    incomplete,
  ],
  [
    'a seller that is null',
    { source: { schain: { ...chain, nodes: [{ ...seller, sid: null }] } } },
    {},
    incomplete,
  ],
  [
    'a node that is a text',
    { source: { schain: { ...chain, nodes: ['exchange.example'] } } },
    {},
    incomplete,
  ],
  [
    'a seller that is a number',
    { source: { schain: { ...chain, nodes: [{ ...seller, sid: 1001 }] } } },
    {},
    fine,
  ],
  [
    'hp of 0 is unusual, and tolerated',
    { source: { schain: { ...chain, nodes: [{ ...seller, hp: 0 }] } } },
    strict,
    fine,
  ],
  ['as many nodes as may be', { source: { schain: chain } }, { nodesMax: 2 }, fine],
  ['one more', { source: { schain: chain } }, { nodesMax: 1 }, incomplete],
  ['a blocked system', { source: { schain: chain } }, blocking('reseller.example'), blocked],
  ['a blocked system in other letters', { source: { schain: chain } }, blocking('Reseller.EXAMPLE'), blocked],
  [
    'a blocked system that the request writes in other letters',
    { source: { schain: { ...chain, nodes: [{ ...seller, asi: 'EXCHANGE.example' }] } } },
    blocking('exchange.example'),
    blocked,
  ],
  [
    'a blocked system with escapes',
    '{"source":{"schain":{"nodes":[{"asi":"exchange\\u002eexample","sid":"1"}]}}}',
    blocking('exchange.example'),
    blocked,
  ],
  [
    'another system',
    { source: { schain: chain } },
    blocking('seller.example', 'example', 'a.exchange.example'),
    fine,
  ],
  ['a blocked seller', { source: { schain: chain } }, blocking('exchange.example!1001'), blocked],
  [
    'a blocked seller of a system in other letters',
    { source: { schain: chain } },
    blocking('EXCHANGE.example!1001'),
    blocked,
  ],
  [
    'a blocked seller with escapes',
    '{"source":{"schain":{"nodes":[{"asi":"exchange.example","sid":"ab\\/7"}]}}}',
    blocking('exchange.example!ab/7'),
    blocked,
  ],
  [
    'a blocked seller that is a number',
    { source: { schain: { ...chain, nodes: [{ ...seller, sid: 1001 }] } } },
    blocking('exchange.example!1001'),
    blocked,
  ],
  ['another seller of the system', { source: { schain: chain } }, blocking('exchange.example!1002'), fine],
  ['the same seller of another system', { source: { schain: chain } }, blocking('other.example!1001'), fine],
  [
    "a seller's id in other letters is another",
    { source: { schain: chain } },
    blocking('reseller.example!AB-7'),
    fine,
  ],
  [
    'the first objection along the chain counts',
    { source: { schain: { ...chain, nodes: [seller, { asi: 'a.example' }, reseller] } } },
    blocking('reseller.example'),
    incomplete,
  ],
  [
    'a block before a gap',
    { source: { schain: { ...chain, nodes: [reseller, { asi: 'a.example' }] } } },
    blocking('reseller.example'),
    blocked,
  ],
]

t.test('a chain is checked', async (t) => {
  for (const [about, request, config, fact] of CASES) t.equal(check(request, config), fact, about)
})

t.test('a chain may have ten nodes when nothing else is said', async (t) => {
  const long = (count: number) => ({
    source: { schain: { complete: 1, nodes: new Array(count).fill(seller) } },
  })
  t.equal(check(long(10)), fine)
  t.equal(check(long(11)), incomplete)
})

t.test('nodes of the same hash are told apart', async (t) => {
  const source = (asi: string, sid: string) => ({ source: { schain: { nodes: [{ asi, sid }] } } })
  // Found by search: the hashes of these pairs are equal.
  t.equal(check(source('n7791.example', '1'), blocking('n89548.example')), fine)
  t.equal(check(source('n7791.example', '1'), blocking('n89548.example!1')), fine)
  t.equal(check(source('n7791.example', '1'), blocking('n89548.example', 'n7791.example')), blocked)
  t.equal(check(source('a.example', '87960'), blocking('a.example!29517')), fine)
  t.equal(check(source('a.example', '87960'), blocking('a.example!29517', 'a.example!87960')), blocked)
})

const domain = fc.constantFrom('a.example', 'b.example', 'A.Example', 'c.example', '')
const id = fc.constantFrom('1', '2', 'x', 'X', '')
const node = fc.record({ asi: domain, sid: id, hp: fc.constantFrom(0, 1) }, { requiredKeys: [] })
const nodes = fc.array(node, { maxLength: 5 })
const blockedList = fc.array(
  fc
    .tuple(fc.constantFrom('a.example', 'b.example', 'C.example'), fc.constantFrom('', '!1', '!x', '!2'))
    .map((parts) => parts.join('')),
  { maxLength: 5 },
)

type Node = { readonly asi?: string; readonly sid?: string }

/** The check of nodes as plainly as it is meant. */
function naiveFact(list: readonly Node[], blockedNodes: readonly string[]): ChainFact {
  for (const { asi = '', sid = '' } of list) {
    if (asi === '' || sid === '') return incomplete
    for (const text of blockedNodes) {
      const [system, id] = text.split('!')
      if (system.toLowerCase() === asi.toLowerCase() && (id === undefined || id === sid)) return blocked
    }
  }
  return fine
}

t.test('nodes are looked up as by comparing each with each', async (t) => {
  const seen = new Set<number>()
  fc.assert(
    fc.property(nodes, blockedList, (list, blockedNodes) => {
      const fact = check({ source: { schain: { complete: 1, nodes: list } } }, { blockedNodes })
      seen.add(fact)
      return fact === naiveFact(list, blockedNodes)
    }),
    { numRuns: 1000 },
  )
  t.same([...seen].sort(), [fine, incomplete, blocked], 'all facts are met')
})
