// The operator file: what it gives the bidder, and how its faults are told.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type NoticeToken, readToken, writeToken } from '../exchange/token.ts'
import { UserKeys } from '../users/user-key.ts'
import { type OperatorFile, operatorFaults, operatorOf, readOperator } from './operator.ts'
import { SettingsError } from './settings.ts'

const SECRETS = [
  'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
  'YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY',
]
const URL_SAFE = '-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_A='
const TCF = {
  vendorId: 300,
  consentPurposes: [1, 3],
  legitimateInterestPurposes: [2, 7],
  flexiblePurposes: [2],
}
const WHOLE: OperatorFile = {
  tcf: { ...TCF, isDisclosureRequired: true, withoutBasis: 'contextual' },
  noticeKeys: [
    { id: 'k2', secret: SECRETS[1] },
    { id: 'k1', secret: SECRETS[0] },
  ],
  userSalt: '0123456789abc',
  noticeLifetimeS: 600,
  exchanges: {
    xandr: { seat: '1234' },
    google: { priceKeys: { encryption: SECRETS[0], integrity: URL_SAFE } },
  },
  supply: {
    isChainRequired: true,
    nodesMax: 5,
    blockedNodes: ['a.example!1'],
    dataCentres: ['192.0.2.0/24'],
  },
}
const TOKEN: NoticeToken = {
  bidAtS: 1_800_000_000,
  exchangeName: 'default',
  campaignId: 'c',
  creativeId: 'x',
  priceCpmMicros: 1,
  currency: 'USD',
  usdCpmMicros: 1,
  bidId: 'b-1',
  isTest: false,
  clickProbability: 0.5,
  propensity: 0,
  pairKey: '',
  model: '',
}

/** A file; text stays as it is. */
function fileOf(t: Test, content: unknown): string {
  const file = join(t.testdir({}), 'operator.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

function refusalOf(file: string): string {
  try {
    readOperator(file, 'https://bid.example')
  } catch (cause) {
    if (cause instanceof SettingsError) return cause.message
    throw cause
  }
  return 'nothing is refused'
}

t.test('a file gives seats, keys, the law and the supply chain', async (t) => {
  const { operator, priceKeys, isKeyPassing } = readOperator(fileOf(t, WHOLE), 'https://bid.example/p')
  t.strictSame(operator.seats, { xandr: '1234' })
  t.equal(operator.noticeUrl, 'https://bid.example/p')
  t.equal(operator.noticeLifetimeS, 600)
  t.equal(isKeyPassing, false)
  t.match(operator.consent, { vendorId: 300, isDisclosureRequired: true, isContextualAllowed: true })
  t.match(operator.supply, { isChainRequired: true, refusesIncomplete: false, nodesMax: 5 })
  t.strictSame([...priceKeys.keys()], ['google'])
  const { encryption, integrity } = priceKeys.get('google')!
  t.equal(encryption.toString(), '01234567890123456789012345678901')
  t.strictSame([encryption.length, integrity.length], [32, 32])
})

t.test('the first key signs, and all of them verify', async (t) => {
  const { seal } = operatorOf(WHOLE, 'https://bid.example').operator
  t.equal(seal.keyId, 'k2')
  const older = operatorOf({ noticeKeys: [{ id: 'k1', secret: SECRETS[0] }] }, 'https://bid.example').operator
  const read = { ...TOKEN, isPublic: false }
  t.strictSame(readToken(seal, writeToken(older.seal, TOKEN).forExchange), read)
  t.strictSame(readToken(seal, writeToken(seal, TOKEN).forExchange), read)
  const newer = writeToken(seal, TOKEN).forExchange
  t.equal(readToken(older.seal, newer), 'forged', 'not by a key of the other')
})

t.test('without a file there is no seat, no vendor id, and a key that nobody else has', async (t) => {
  const [one, other] = [readOperator('', 'https://bid.example'), readOperator('', 'https://bid.example')]
  t.equal(one.isKeyPassing, true)
  t.strictSame(one.operator.seats, {})
  t.equal(one.priceKeys.size, 0)
  t.equal(one.operator.noticeLifetimeS, 3 * 86_400)
  t.match(one.operator.consent, { vendorId: 0, isDisclosureRequired: false, isContextualAllowed: false })
  t.match(one.operator.supply, { isChainRequired: false, refusesIncomplete: false })
  const token = writeToken(one.operator.seal, TOKEN).forExchange
  t.strictSame(readToken(one.operator.seal, token), { ...TOKEN, isPublic: false })
  t.equal(readToken(other.operator.seal, token), 'forged')
})

t.test('users are told apart under the salt of the file, which every digit counts for', async (t) => {
  const saltOf = (userSalt?: string) => operatorOf({ userSalt }, 'https://bid.example').userSalt
  const TABLE: readonly (readonly [string, number])[] = [
    ['0000000000000', 0],
    ['0000000000001', 1],
    ['1000000000000', 2 ** 48],
    ['fffffffffffff', 2 ** 52 - 1],
  ]
  for (const [text, salt] of TABLE) {
    t.strictSame(operatorFaults({ userSalt: text }), [])
    t.equal(saltOf(text), salt)
    t.doesNotThrow(() => new UserKeys(salt))
  }
  t.equal(saltOf(), undefined, 'none is made up here')
})

t.test('nothing in a file is required', async (t) => {
  t.strictSame(operatorFaults({}), [])
  t.strictSame(operatorFaults(WHOLE), [])
  t.strictSame(operatorFaults({ tcf: TCF, exchanges: { default: {} }, supply: {} }), [])
  t.strictSame(operatorFaults({ noticeKeys: [{ id: 'k', secret: URL_SAFE }] }), [])
})

const PROFILES =
  'known are default, prebid, google, xandr, index, pubmatic, magnite, openx, bidswitch, applovin, unity'

/** Each row: what is in the file, and its faults. */
const FAULTS: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['no object', 5, ['/: must be object']],
  ['null', null, ['/: must be object']],
  ['an unknown field', { seat: '1' }, ['/seat: unknown field']],
  [
    'an unknown field inside',
    { exchanges: { xandr: { seats: '1' } } },
    ['/exchanges/xandr/seats: unknown field'],
  ],
  [
    'a stranger',
    { exchanges: { nowhere: {} } },
    [`/exchanges/nowhere: there is no such profile; ${PROFILES}`],
  ],
  [
    'an empty seat',
    { exchanges: { xandr: { seat: '' } } },
    ['/exchanges/xandr/seat: must not have fewer than 1 characters'],
  ],
  [
    'one price key',
    { exchanges: { google: { priceKeys: { encryption: SECRETS[0] } } } },
    ['/exchanges/google/priceKeys: must have required properties integrity'],
  ],
  ['no keys', { noticeKeys: [] }, ['/noticeKeys: must not have fewer than 1 items']],
  [
    'a key that is too short',
    { noticeKeys: [{ id: 'k', secret: 'c2hvcnQ=' }] },
    ['/noticeKeys/0/secret: must match pattern "^[A-Za-z0-9+/_-]{43}=?$"'],
  ],
  [
    'two keys of one id',
    { noticeKeys: [...SECRETS, URL_SAFE].map((secret) => ({ id: 'k', secret })) },
    ['/noticeKeys: two keys have one id'],
  ],
  [
    'a key id that no token can hold',
    { noticeKeys: [{ id: 'k~1', secret: SECRETS[0] }] },
    ['/noticeKeys/0/id: must match pattern "^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$"'],
  ],
  ...['', '0123456789ab', '0123456789abcd', '0123456789ABC', '0x23456789abc', 'salt salt sal'].map(
    (userSalt) =>
      [`the salt ${userSalt}`, { userSalt }, ['/userSalt: must match pattern "^[0-9a-f]{13}$"']] as const,
  ),
  ['a number as salt', { userSalt: 1234567890123 }, ['/userSalt: must be string']],
  ['a moment of notices', { noticeLifetimeS: 59 }, ['/noticeLifetimeS: must be >= 60']],
  ['no vendor', { tcf: { ...TCF, vendorId: 0 } }, ['/tcf/vendorId: must be >= 1']],
  [
    'a purpose with both bases',
    { tcf: { ...TCF, legitimateInterestPurposes: [2], consentPurposes: [2] } },
    ['/tcf: a purpose is registered with consent or with legitimate interest, not with both'],
  ],
  [
    'what is no block of addresses',
    { supply: { dataCentres: ['192.0.2.0/24', 'x'] } },
    ['/supply: dataCentres[1]: "x" is no block of addresses; write it as 192.0.2.0/24 or 2001:db8::/32'],
  ],
]

t.test('each fault is told at its place', async (t) => {
  for (const [about, content, faults] of FAULTS) {
    t.strictSame(operatorFaults(content), faults, about)
    const file = fileOf(t, content)
    t.equal(refusalOf(file), faults.map((fault) => `${file}: ${fault}`).join('\n'), about)
  }
})

t.test('a file with more faults than are counted is refused all the same', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`field${i}`, 1]))
  t.ok(operatorFaults(many).length > 0)
  for (const fault of operatorFaults(many)) t.match(fault, /^\/field\d+: unknown field$/)
})

t.test('what is no file, or no JSON, is told without a secret', async (t) => {
  const missing = join(t.testdir({}), 'none.json')
  t.equal(refusalOf(missing), `operator ${missing}: no such file`)
  const broken = (text: string) => {
    const file = fileOf(t, text)
    return refusalOf(file).replace(file, 'F')
  }
  t.equal(broken(''), 'F: not JSON at line 1, column 1')
  t.equal(broken(`{"noticeKeys":\n [{"id":"k","secret":${SECRETS[0]}}]}`), 'F: not JSON at line 2, column 22')
  t.equal(broken('{"a":1,}'), 'F: not JSON at line 1, column 8')
})

t.test('no fault shows a secret', async (t) => {
  const secret = 'c2VjcmV0c2VjcmV0'
  const faults = operatorFaults({
    noticeKeys: [{ id: 'k', secret }],
    userSalt: secret,
    exchanges: { google: { priceKeys: { encryption: secret, integrity: 5 } } },
  })
  t.ok(faults.length >= 4)
  t.notOk(faults.join().includes(secret))
})
