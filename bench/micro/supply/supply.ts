/**
 * Looking at who sells and who looks: the chains, user agents and addresses of made traffic, against the ways that make
 * strings and objects of them.
 */
import { BlockList, isIPv4 } from 'node:net'
import { KEY } from '../../../src/openrtb/keys.ts'
import { NONE, Tape } from '../../../src/openrtb/tape.ts'
import { isDataCentre } from '../../../src/supply/addresses.ts'
import { isCrawler } from '../../../src/supply/agents.ts'
import { checkChain } from '../../../src/supply/chain.ts'
import { CRAWLER_WORDS, compilePolicy } from '../../../src/supply/policy.ts'
import { makeBodies } from '../../traffic/requests.ts'
import type { WireRequest } from '../../traffic/wire-schema.ts'
import type { MicroBench } from '../measure.ts'

const REQUESTS = 256
const BLOCKS = 4096
const bodies = makeBodies(1, REQUESTS)
const parsed = bodies.map((body) => JSON.parse(String(body)) as WireRequest)

/** As large as the published lists of the large providers together, none of them where the traffic is. */
const blocks = Array.from({ length: BLOCKS }, (_, i) => `${20 + (i >> 8)}.${i & 0xff}.0.0/17`)
const blockedNodes = Array.from({ length: 1000 }, (_, i) => `blocked-${i}.example`)
const policy = compilePolicy({ dataCentres: blocks, blockedNodes, refusesIncomplete: true })

const chains = bodies.map((body) => {
  const tape = new Tape(body.length)
  body.copy(tape.bytes)
  tape.scan(body.length)
  let source = NONE
  for (let token = 1; token < tape.next(0); token = tape.next(token)) {
    if (tape.key(token) === KEY.source) source = token
  }
  return { tape, source }
})

function checkChains(count: number): number {
  let check = 0
  for (let i = 0; i < count; i++) {
    const { tape, source } = chains[i % REQUESTS]
    check += checkChain(tape, source, NONE, policy) + 1
  }
  return check
}

const blocked = new Set(blockedNodes)

function checkObjects(count: number): number {
  let check = 0
  for (let i = 0; i < count; i++) {
    const { tape, source } = chains[i % REQUESTS]
    const text = tape.bytes.toString('utf8', tape.start(source), tape.end(source))
    const { schain, ext } = JSON.parse(text) as WireRequest['source']
    const { complete, nodes } = (schain ?? ext?.schain)!
    const isFine =
      complete === 1 && nodes.every(({ asi, sid }) => sid !== '' && !blocked.has(asi.toLowerCase()))
    check += isFine ? 1 : 17
  }
  return check
}

/** Texts one behind the other, as they lie in a request. */
function layOut(texts: readonly string[]) {
  const bytes = Buffer.from(texts.join(''))
  const ends: number[] = []
  for (const text of texts) ends.push((ends[ends.length - 1] ?? 0) + Buffer.byteLength(text))
  return { bytes, ends }
}

const agentTexts = parsed.map(({ device }) => device.ua)
const agents = layOut(agentTexts)
const addressTexts = parsed.map(({ device }) => (device.ip ?? device.ipv6)!)
const addresses = layOut(addressTexts)

type Question = (bytes: Buffer, start: number, end: number) => boolean

function askAll({ bytes, ends }: ReturnType<typeof layOut>, question: Question): (count: number) => number {
  return (count) => {
    let check = 0
    for (let i = 0; i < count; i++) {
      const text = i % REQUESTS
      if (!question(bytes, text === 0 ? 0 : ends[text - 1], ends[text])) check++
    }
    return check
  }
}

const plainWords = CRAWLER_WORDS.filter((word) => !word.startsWith('!'))
const pattern = new RegExp(
  plainWords
    .map(
      (word) => word.replace(/[.+()/]/g, '\\$&').replace(/\*$/, '') + (word.endsWith('*') ? '' : '(?![a-z])'),
    )
    .join('|')
    .replace('bot(?', '(?<!cu)bot(?'),
  'i',
)
const list = new BlockList()
for (const block of blocks) {
  const [address, prefix] = block.split('/')
  list.addSubnet(address, Number(prefix))
}

const agentBytes = Math.round(agents.bytes.length / REQUESTS)

export const benches: MicroBench[] = [
  {
    name: 'supply: check a chain',
    unit: 'request',
    count: 100_000,
    cases: [
      { name: 'on the tape', run: checkChains },
      { name: 'as objects', run: checkObjects },
    ],
  },
  {
    name: `supply: is it a crawler, by a user agent of ${agentBytes} bytes`,
    unit: 'agent',
    count: 100_000,
    cases: [
      {
        name: 'one pass over the bytes',
        run: askAll(agents, (b, start, end) => isCrawler(b, start, end, policy)),
      },
      {
        name: 'a string and a regular expression',
        run: askAll(agents, (bytes, start, end) => pattern.test(bytes.toString('latin1', start, end))),
      },
    ],
  },
  {
    name: `supply: is it in ${BLOCKS} blocks of addresses`,
    unit: 'address',
    count: 2_000,
    cases: [
      {
        name: 'binary search',
        run: askAll(addresses, (b, start, end) => isDataCentre(b, start, end, policy)),
      },
      {
        name: "a string and Node's list, which tries every block",
        run: askAll(addresses, (bytes, start, end) => {
          const text = bytes.toString('latin1', start, end)
          return list.check(text, isIPv4(text) ? 'ipv4' : 'ipv6')
        }),
      },
    ],
  },
]
