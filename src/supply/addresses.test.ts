import assert from 'node:assert/strict'
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { ADDRESS_WORDS, readAddress } from './address.ts'
import { isDataCentre } from './addresses.ts'
import { compilePolicy, type SupplyPolicy } from './policy.ts'

/** What stands before and behind a text in a request: bytes that could belong to it. */
const SURROUNDINGS = [':', '7', '.']

function read(text: string): number[] | undefined {
  const [first, ...others] = SURROUNDINGS.map((around) => readAmong(text, around))
  for (const other of others) assert.deepEqual(other, first, `${text} stands for itself`)
  return first
}

function readAmong(text: string, around: string): number[] | undefined {
  const bytes = Buffer.from(`${around}${text}${around}`)
  const words = new Uint32Array(ADDRESS_WORDS)
  return readAddress(bytes, around.length, bytes.length - around.length, words) ? [...words] : undefined
}

function isListed(text: string, blocks: readonly string[]): boolean {
  const bytes = Buffer.from(`:${text}:`)
  return isDataCentre(bytes, 1, bytes.length - 1, policyOf(blocks))
}

function policyOf(dataCentres: readonly string[]): SupplyPolicy {
  return compilePolicy({ dataCentres, crawlerWords: [] })
}

t.test('an address is read in every spelling', async (t) => {
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ['0.0.0.0', [0, 0, 0xffff, 0]],
    ['192.0.2.7', [0, 0, 0xffff, 0xc0000207]],
    ['255.255.255.255', [0, 0, 0xffff, 0xffffffff]],
    ['::', [0, 0, 0, 0]],
    ['::1', [0, 0, 0, 1]],
    ['1::', [0x10000, 0, 0, 0]],
    ['2001:db8::7', [0x20010db8, 0, 0, 7]],
    ['2001:DB8:0:0:0:0:0:7', [0x20010db8, 0, 0, 7]],
    ['2001:0db8:0000:0001::', [0x20010db8, 1, 0, 0]],
    ['1:2:3:4:5:6:7::', [0x10002, 0x30004, 0x50006, 0x70000]],
    ['::2:3:4:5:6:7:8', [2, 0x30004, 0x50006, 0x70008]],
    ['::ffff:192.0.2.7', [0, 0, 0xffff, 0xc0000207]],
    ['::ffff:c000:207', [0, 0, 0xffff, 0xc0000207]],
    ['64:ff9b::192.0.2.7', [0x64ff9b, 0, 0, 0xc0000207]],
    ['1:2:3:4:5:6:192.0.2.7', [0x10002, 0x30004, 0x50006, 0xc0000207]],
  ]
  for (const [text, words] of cases) t.same(read(text), words, text)
})

t.test('what is no address is not read', async (t) => {
  const texts = [
    ...[
      '',
      '.',
      ':',
      'x',
      '1',
      '1.2.3',
      '1.2.3.',
      '.1.2.3',
      '1.2.3.4.',
      '1.2.3.4.5',
      '1.2.3.256',
      '1.2.3.1000',
    ],
    ...['01.2.3.4', '1.2.3.00', '1..2.3', '1.2.3.4 ', ' 1.2.3.4', '1.2.3.a', '-1.2.3.4', '1.2.3.4/8'],
    ...[
      ':::',
      '1:',
      ':1',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7:8::',
      '::1:2:3:4:5:6:7:8',
    ],
    ...[
      '12345::',
      'g::',
      '::1.2.3',
      '::1.2.3.4:5',
      '1:2:3:4:5:6:7:1.2.3.4',
      '::01.2.3.4',
      '1.2.3.4::',
      '2001:db8::/32',
    ],
    ...['fe80::1%eth0', '[::1]', `${'0'.repeat(50)}::1`],
  ]
  for (const text of texts) t.equal(read(text), undefined, JSON.stringify(text))
})

const character = fc.constantFrom(...'0123456789af:::....g'.split(''))

t.test('an address is what Node calls one', async (t) => {
  const part = fc.oneof(
    fc.constantFrom('0', '1', '00', '255', '256', 'ff', '::', ':', '.', '1.2.3.4', 'abcde'),
    character,
  )
  const text = fc.array(part, { maxLength: 17 }).map((parts) => parts.join(''))
  const joined = (separator: string, length: number) =>
    fc
      .array(fc.constantFrom('0', '1', '25', '255', '256', 'ff', '', '1.2.3.4'), {
        minLength: length - 1,
        maxLength: length + 1,
      })
      .map((parts) => parts.join(separator))
  let addresses = 0
  fc.assert(
    fc.property(fc.oneof(text, joined('.', 4), joined(':', 8), joined(':', 5)), (text) => {
      const isAddress = isIPv4(text) || isIPv6(text)
      if (isAddress) addresses++
      return (read(text) !== undefined) === isAddress
    }),
    { numRuns: 5000 },
  )
  t.ok(addresses > 200, `${addresses} addresses`)
})

t.test('groups are read as they were written', async () => {
  const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  fc.assert(
    fc.property(groups, fc.nat(8), fc.nat(8), fc.boolean(), (groups, from, length, isUpper) => {
      const to = Math.min(8, from + length)
      const isGap = to > from && groups.slice(from, to).every((group) => group === 0)
      const write = (list: readonly number[]) => list.map((group) => group.toString(16)).join(':')
      const text = isGap ? `${write(groups.slice(0, from))}::${write(groups.slice(to))}` : write(groups)
      const words = [0, 2, 4, 6].map((i) => groups[i] * 0x10000 + groups[i + 1])
      const found = read(isUpper ? text.toUpperCase() : text)
      return String(found) === String(words)
    }),
  )
})

/** Each row: an address, and whether it is in the blocks. */
const BLOCKS = ['192.0.2.0/24', '198.51.100.8/30', '203.0.113.9', '2001:db8:1::/48', '2001:db8:2::7']
const LISTED: readonly (readonly [string, boolean])[] = [
  ['192.0.1.255', false],
  ['192.0.2.0', true],
  ['192.0.2.255', true],
  ['192.0.3.0', false],
  ['198.51.100.7', false],
  ['198.51.100.8', true],
  ['198.51.100.11', true],
  ['198.51.100.12', false],
  ['203.0.113.9', true],
  ['203.0.113.10', false],
  ['::ffff:192.0.2.9', true],
  ['2001:db8:0:ffff:ffff:ffff:ffff:ffff', false],
  ['2001:db8:1::', true],
  ['2001:db8:1:ffff:ffff:ffff:ffff:ffff', true],
  ['2001:db8:2::', false],
  ['2001:db8:2::7', true],
  ['0.0.0.0', false],
  ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', false],
  ['192.0.2', false],
  ['192.0.2.1.', false],
  ['', false],
]

t.test('an address is listed from the first of a block to the last', async (t) => {
  for (const [text, isIn] of LISTED) t.equal(isListed(text, BLOCKS), isIn, text)
  t.notOk(isListed('192.0.2.1', []), 'no blocks list nothing')
  t.ok(isListed('192.0.2.200', ['192.0.2.0/25', '192.0.2.128/25']), 'blocks that touch')
  t.ok(isListed('192.0.2.200', ['192.0.2.0/24', '192.0.2.0/30']), 'a block in another')
  t.ok(isListed('192.0.2.200', ['192.0.2.0/30', '192.0.2.0/24']), 'in any order')
  t.equal(policyOf(['192.0.2.128/25', '192.0.2.0/25', '192.0.2.0/30']).dataCentres.count, 1, 'are one range')
  t.ok(isListed('9.9.9.9', ['0.0.0.0/1']), 'half of all addresses')
})

const ipv4 = fc
  .tuple(fc.constantFrom(10, 11, 192), fc.constantFrom(0, 255, 128), fc.nat(255), fc.nat(255))
  .map((parts) => parts.join('.'))
const ipv6 = fc
  .tuple(fc.constantFrom('2001', '2002', 'fe80'), fc.constantFrom('0', 'ffff', '8000'), fc.nat(255))
  .map(([first, second, last]) => `${first}:${second}::${last.toString(16)}`)
const block = fc.oneof(
  fc
    .tuple(ipv4, fc.integer({ min: 8, max: 32 }))
    .map(([address, prefix]) => ({ address, prefix, family: 'ipv4' as const })),
  fc
    .tuple(ipv6, fc.integer({ min: 16, max: 128 }))
    .map(([address, prefix]) => ({ address, prefix, family: 'ipv6' as const })),
)

/** A block that starts where its address's block starts: bits behind the prefix cleared. */
function textOf({
  address,
  prefix,
  family,
}: {
  address: string
  prefix: number
  family: 'ipv4' | 'ipv6'
}): string {
  const words = read(address)!
  const bits = family === 'ipv4' ? prefix + 96 : prefix
  const value = words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n)
  const shift = BigInt(128 - bits)
  const first = ((value >> shift) << shift).toString(16).padStart(32, '0')
  if (family === 'ipv6') return `${first.match(/.{4}/g)!.join(':')}/${prefix}`
  return `${first
    .slice(24)
    .match(/../g)!
    .map((byte) => Number.parseInt(byte, 16))
    .join('.')}/${prefix}`
}

t.test("addresses are found in blocks as by Node's own list", async (t) => {
  let listed = 0
  fc.assert(
    fc.property(fc.array(block, { maxLength: 12 }), fc.oneof(ipv4, ipv6), (blocks, address) => {
      const list = new BlockList()
      for (const { address, prefix, family } of blocks) list.addSubnet(address, prefix, family)
      const isIn = list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
      if (isIn) listed++
      return isListed(address, blocks.map(textOf)) === isIn
    }),
    { numRuns: 2000 },
  )
  t.ok(listed > 200 && listed < 1800, `${listed} listed: both answers are tried`)
})
