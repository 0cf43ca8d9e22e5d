import t from 'tap'
import { initialisationVector, PriceCipher } from '../exchange/price-cipher.ts'
import type { ExchangeProfile } from '../exchange/profile.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { PRICE_FAULTS, type PriceFault, type PriceReading, readMinToWin, readPrice } from './price.ts'

const of = (name: string) => EXCHANGE_PROFILES.find((profile) => profile.name === name)!
const NOW_S = Date.UTC(2026, 0, 1) / 1000
const LIMIT = 50_000_000
const read = (text: string | undefined, more: Partial<PriceReading> = {}) =>
  readPrice({ text, profile: of('default'), cipher: undefined, limitCpmMicros: LIMIT, nowS: NOW_S, ...more })

const PRICES: readonly (readonly [string, number])[] = [
  ['1', 1_000_000],
  ['1.25', 1_250_000],
  ['0', 0],
  ['-0', 0],
  ['0.0000005', 1],
  ['0.0000004', 0],
  ['.5', 500_000],
  ['5.', 5_000_000],
  ['+2', 2_000_000],
  ['007', 7_000_000],
  ['1e1', 10_000_000],
  ['1.5E-2', 15_000],
  ['1e+0', 1_000_000],
  ['1e-300', 0],
  ['3.1415926535', 3_141_593],
  ['50', LIMIT],
]

t.test('a price is read in CPM micros, in any spelling of a number', async (t) => {
  for (const [text, micros] of PRICES) t.equal(read(text), micros, text)
})

const FAULTS: readonly (readonly [string | undefined, PriceFault])[] = [
  [undefined, 'absent'],
  ['', 'empty'],
  ['AUDIT', 'audit'],
  [`\${AUCTION_PRICE}`, 'unexpanded'],
  [`\${AUCTION_PRICE:OXCRYPT}`, 'unexpanded'],
  ['%24%7BAUCTION_PRICE%7D', 'unexpanded'],
  ['%24%7bAUCTION_PRICE%7d', 'unexpanded'],
  ['%%WINNING_PRICE%%', 'unexpanded'],
  ['{winning_price}', 'unexpanded'],
  ['[AUCTION_PRICE]', 'unexpanded'],
  ['abc', 'garbage'],
  ['audit', 'garbage'],
  ['NaN', 'garbage'],
  ['Infinity', 'garbage'],
  ['undefined', 'garbage'],
  ['null', 'garbage'],
  ['1,25', 'garbage'],
  ['1.2.3', 'garbage'],
  ['0x10', 'garbage'],
  ['1 USD', 'garbage'],
  [' 1', 'garbage'],
  ['$1', 'garbage'],
  ['.', 'garbage'],
  ['e5', 'garbage'],
  ['1e9999', 'garbage'],
  ['-1', 'negative'],
  ['-0.000001', 'negative'],
  ['50.000001', 'absurd'],
  ['1e308', 'absurd'],
  ['1e999', 'absurd'],
  ['9'.repeat(400), 'absurd'],
  ['YWJjMTIzZGVmNDU2Z2hpN7fhCuPemCce_6msaw', 'encrypted'],
  ['OG46wAAMCggBI0VniavN7-mNy0VTKPbB3o5CMQ==', 'encrypted'],
]

t.test('what cannot be read as a price has a name', async (t) => {
  for (const [text, fault] of FAULTS) t.equal(read(text), fault, `${text}`.slice(0, 60))
})

t.test('a price is in the unit of its exchange', async (t) => {
  const inUnit = (priceUnit: ExchangeProfile['priceUnit'], text: string) =>
    read(text, { profile: { ...of('default'), priceUnit } })
  // Five dollars for a thousand impressions, in each unit.
  t.equal(inUnit('cpm', '5'), 5_000_000)
  t.equal(inUnit('cpm_micros', '5000000'), 5_000_000)
  t.equal(inUnit('impression_micros', '5000'), 5_000_000)
})

const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const
const cipher = new PriceCipher(...keys)
const encrypted = (units: number, ageS = 0) =>
  cipher.encrypt(units, initialisationVector((NOW_S - ageS) * 1000, Buffer.from('uniquely')))
const readEncrypted = (text: string) => read(text, { profile: of('google'), cipher })

t.test('an encrypted price is decrypted, and is in micros an impression at Google', async (t) => {
  t.equal(readEncrypted(encrypted(5000)), 5_000_000)
  t.equal(readEncrypted(encrypted(0)), 0)
  t.equal(readEncrypted(encrypted(50_000)), LIMIT)
  t.equal(readEncrypted(encrypted(50_001)), 'absurd')
  t.equal(readEncrypted(encrypted(Number.MAX_SAFE_INTEGER)), 'absurd')
})

t.test('what cannot be decrypted has the name of why', async (t) => {
  const good = encrypted(5000)
  t.equal(readEncrypted(`${good.slice(0, 30)}${good[30] === 'A' ? 'B' : 'A'}${good.slice(31)}`), 'tampered')
  t.equal(readEncrypted(encrypted(5000, 100_000)), 'stale')
  t.equal(readEncrypted('abc'), 'malformed')
  t.equal(readEncrypted(''), 'empty')
  t.equal(readEncrypted('AUDIT'), 'audit')
  t.equal(readEncrypted(`\${AUCTION_PRICE}`), 'unexpanded')
})

t.test('a plain price is not believed of an exchange that encrypts', async (t) => {
  for (const text of ['5', '1e3', '-1', '5000']) t.equal(readEncrypted(text), 'unencrypted', text)
})

t.test('without keys an encrypted price stays unread', async (t) => {
  t.equal(read(encrypted(5000), { profile: of('google') }), 'encrypted')
  t.equal(read('5', { profile: of('google') }), 'unencrypted')
})

t.test('what would have won is a number above nought, or is not known', async (t) => {
  t.equal(readMinToWin('1.25'), 1_250_000)
  t.equal(readMinToWin('1e3'), 1_000_000_000)
  const unknown = [
    undefined,
    '',
    '0',
    '0.0',
    '-1',
    'AUDIT',
    `\${AUCTION_MIN_TO_WIN}`,
    'NaN',
    '1e999',
    '1e300',
    '1,5',
  ]
  for (const text of unknown) t.equal(readMinToWin(text), undefined, `${text}`)
})

t.test('no name of a fault stands twice', async (t) => {
  t.equal(new Set(PRICE_FAULTS).size, PRICE_FAULTS.length)
})
