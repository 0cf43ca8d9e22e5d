import t from 'tap'
import { CRAWLER_WORDS, compilePolicy, policyFaults, type SupplyConfig } from './policy.ts'

t.test('a policy of which nothing is said asks for little', async (t) => {
  const { isChainRequired, refusesIncomplete, nodesMax, dataCentres } = compilePolicy({})
  t.same(
    { isChainRequired, refusesIncomplete, nodesMax },
    { isChainRequired: false, refusesIncomplete: false, nodesMax: 10 },
  )
  t.equal(dataCentres.count, 0)
})

t.test('what is said counts', async (t) => {
  const policy = compilePolicy({
    isChainRequired: true,
    refusesIncomplete: true,
    nodesMax: 3,
    dataCentres: ['192.0.2.0/24'],
  })
  t.equal(policy.isChainRequired, true)
  t.equal(policy.refusesIncomplete, true)
  t.equal(policy.nodesMax, 3)
  t.equal(policy.dataCentres.count, 1)
})

t.test('nothing is wrong with a policy that is right', async (t) => {
  t.same(policyFaults({}), [])
  t.same(policyFaults({ crawlerWords: CRAWLER_WORDS }), [], 'the usual words')
  const config = {
    nodesMax: 1,
    blockedNodes: ['exchange.example', 'exchange.example!1001'],
    crawlerWords: ['bot', 'crawl*', '!cubot'],
    dataCentres: [
      '192.0.2.0/24',
      '192.0.2.7',
      '192.0.2.7/32',
      '128.0.0.0/1',
      '2001:db8::/32',
      '::1',
      '2001:db8::1/128',
    ],
  }
  t.same(policyFaults(config), [])
})

const NODE = 'is no node; write the domain of a system, or domain!seller for one seller of it'
const SHORT = 'is too short to tell one agent from another; write at least 3 letters'
const BLOCK = 'is no block of addresses; write it as 192.0.2.0/24 or 2001:db8::/32'
const START = 'does not start where its block does; clear the bits behind the prefix'
const ALL = 'has every address in it; leave it out'

/** Each row: a policy with one fault, and the sentence about it. */
const FAULTS: readonly (readonly [SupplyConfig, string])[] = [
  [{ nodesMax: 0 }, 'nodesMax: 0 is no number of nodes; give a whole number above 0'],
  [{ nodesMax: 2.5 }, 'nodesMax: 2.5 is no number of nodes; give a whole number above 0'],
  [{ nodesMax: Number.NaN }, 'nodesMax: NaN is no number of nodes; give a whole number above 0'],
  [{ blockedNodes: ['a.example', ''] }, `blockedNodes[1]: "" ${NODE}`],
  [{ blockedNodes: ['!1001'] }, `blockedNodes[0]: "!1001" ${NODE}`],
  [{ blockedNodes: ['a.example!'] }, `blockedNodes[0]: "a.example!" ${NODE}`],
  [{ blockedNodes: ['a.example!1!2'] }, `blockedNodes[0]: "a.example!1!2" ${NODE}`],
  [{ blockedNodes: ['a.example 1'] }, `blockedNodes[0]: "a.example 1" ${NODE}`],
  [{ crawlerWords: [''] }, `crawlerWords[0]: "" ${SHORT}`],
  [{ crawlerWords: ['bo*'] }, `crawlerWords[0]: "bo*" ${SHORT}`],
  [{ crawlerWords: ['!bo'] }, `crawlerWords[0]: "!bo" ${SHORT}`],
  [{ dataCentres: ['192.0.2.0/24', 'a.example'] }, `dataCentres[1]: "a.example" ${BLOCK}`],
  [{ dataCentres: ['192.0.2/24'] }, `dataCentres[0]: "192.0.2/24" ${BLOCK}`],
  [{ dataCentres: ['192.0.2.0/33'] }, `dataCentres[0]: "192.0.2.0/33" ${BLOCK}`],
  [{ dataCentres: ['192.0.2.0/'] }, `dataCentres[0]: "192.0.2.0/" ${BLOCK}`],
  [{ dataCentres: ['2001:db8::/129'] }, `dataCentres[0]: "2001:db8::/129" ${BLOCK}`],
  [{ dataCentres: ['192.0.2.1/24'] }, `dataCentres[0]: "192.0.2.1/24" ${START}`],
  [{ dataCentres: ['2001:db8::1/32'] }, `dataCentres[0]: "2001:db8::1/32" ${START}`],
  [{ dataCentres: ['0.0.0.0/0'] }, `dataCentres[0]: "0.0.0.0/0" ${ALL}`],
  [{ dataCentres: ['::/0'] }, `dataCentres[0]: "::/0" ${ALL}`],
]

t.test('a fault names the place and the remedy', async (t) => {
  for (const [config, sentence] of FAULTS) t.same(policyFaults(config), [sentence], sentence)
})

t.test('all faults are named', async (t) => {
  t.equal(
    policyFaults({ nodesMax: 0, blockedNodes: ['', '!'], crawlerWords: ['x'], dataCentres: ['y'] }).length,
    5,
  )
})

t.test('compiling a policy with faults is a bug', async (t) => {
  t.throws(() => compilePolicy({ nodesMax: 0 }), { name: 'AssertionError' })
})
