/**
 * What a bid and a notice pay for their token: the seal in two one-shot hashes over padded keys, against `createHmac`;
 * the token written and read; the URLs of an ad; a price decrypted; a whole notice.
 */
import { createHmac } from 'node:crypto'
import { ByteWriter } from '../../../src/base/byte-writer.ts'
import { SEAL_CHARS, Seal } from '../../../src/base/seal.ts'
import { initialisationVector, PriceCipher } from '../../../src/exchange/price-cipher.ts'
import { EXCHANGE_PROFILES } from '../../../src/exchange/profiles.ts'
import { type NoticeToken, readToken, writeToken } from '../../../src/exchange/token.ts'
import { NoticeReader } from '../../../src/notices/read.ts'
import type { MicroBench } from '../measure.ts'

const NOW_S = Date.UTC(2026, 0, 1) / 1000
const secret = Buffer.alloc(32, 7)
const seal = new Seal([{ id: 'k1', secret }])

const tokens: readonly NoticeToken[] = Array.from({ length: 256 }, (_, i) => ({
  bidAtS: NOW_S - i,
  exchangeName: 'google',
  campaignId: `campaign-${i}`,
  creativeId: `creative-${i * 7}`,
  priceCpmMicros: 1_000_000 + i * 12_345,
  currency: 'EUR',
  usdCpmMicros: 1_100_000 + i * 12_345,
  bidId: `8f1c02aa5b3d77e0-${i}`,
  isTest: false,
  clickProbability: 0.001 + i * 1e-6,
  propensity: 0.125,
  pairKey: (1e9 + i * 12_345).toString(36).padStart(14, '0'),
  model: 'ctr/1',
}))
const written = tokens.map((token) => writeToken(seal, token).forExchange)
const texts = written.map((token) => new ByteWriter(256).text(token.slice(0, -SEAL_CHARS - 1)))

const keys = { encryption: Buffer.alloc(32, 1), integrity: Buffer.alloc(32, 2) }
const cipher = new PriceCipher(keys.encryption, keys.integrity)
const prices = tokens.map((_, i) =>
  cipher.encrypt(1000 + i, initialisationVector(NOW_S * 1000 + i, Buffer.from('uniquely'))),
)
const exchanges = EXCHANGE_PROFILES
const priceKeys = new Map([['google', keys]])
const reader = new NoticeReader({ seal, exchanges, lifetimeS: 3600, priceKeys })
const queries = written.map((token, i) => `t=${token}&p=${prices[i]}`)

/** A case that does one thing to each input in turn; `work` gives a number made of its result. */
function over<T>(name: string, inputs: readonly T[], work: (input: T) => number) {
  const run = (count: number): number => {
    let check = 0
    for (let i = 0; i < count; i++) check += work(inputs[i & 255])
    return check
  }
  return { name, run }
}

const byCreateHmac = (text: ByteWriter) =>
  createHmac('sha256', secret)
    .update(text.view())
    .digest('base64url')
    .slice(0, 2 * SEAL_CHARS)

export const benches: MicroBench[] = [
  {
    name: 'exchange: seal a text of some 110 characters',
    unit: 'seal',
    count: 20_000,
    cases: [
      over('two one-shot hashes', texts, (text) => seal.sign(text).charCodeAt(0)),
      over('createHmac', texts, (text) => byCreateHmac(text).charCodeAt(0)),
    ],
  },
  {
    name: 'exchange: the token of a notice',
    unit: 'token',
    count: 20_000,
    cases: [
      over('write', tokens, (token) => writeToken(seal, token).forExchange.length),
      over('read', written, (text) => (readToken(seal, text) as NoticeToken).priceCpmMicros),
    ],
  },
  {
    name: 'notices: read a notice',
    unit: 'notice',
    count: 10_000,
    cases: [
      over(
        'with an encrypted price',
        queries,
        (query) => reader.read('bill', query, NOW_S).notice!.priceCpmMicros!,
      ),
      over('the price alone', prices, (price) => cipher.decrypt(price, NOW_S) as number),
    ],
  },
]
