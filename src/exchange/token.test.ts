import fc from 'fast-check'
import t from 'tap'
import { ByteWriter } from '../base/byte-writer.ts'
import { SEAL_CHARS, SEALED_CHARS_MAX, Seal, type SealKey } from '../base/seal.ts'
import {
  type NoticeToken,
  readToken,
  readUnsealed,
  TOKEN_CHARS_MAX,
  type TokenRead,
  writeToken,
} from './token.ts'
import '../testing/seed.ts'

const key = (id: string): SealKey => ({ id, secret: Buffer.from(`the secret of ${id}`) })
const seal = new Seal([key('k1')])
const NOW_S = Date.UTC(2026, 0, 1) / 1000

const TOKEN: NoticeToken = {
  bidAtS: NOW_S,
  exchangeName: 'google',
  campaignId: 'campaign-7',
  creativeId: 'creative_12.b',
  priceCpmMicros: 2_604_448,
  currency: 'EUR',
  usdCpmMicros: 2_812_803,
  bidId: '8f1c02aa-3',
  isTest: false,
  clickProbability: 0.0041,
  propensity: 0.125,
  pairKey: '01b7k2f09x0c4d',
  model: 'ctr/2',
}

const text = writeToken(seal, TOKEN).forExchange

const HEAD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split('')
const ids = fc
  .tuple(
    fc.constantFrom(...HEAD),
    fc.string({ unit: fc.constantFrom(...HEAD, '.', '_', '-'), maxLength: 63 }),
  )
  .map(([first, rest]) => first + rest)
const DIGITS = HEAD.slice(26)
const pairKeys = fc.string({ unit: fc.constantFrom(...DIGITS), minLength: 14, maxLength: 14 })
const models = fc
  .tuple(fc.constantFrom('ctr', 'a-1'), fc.constantFrom('1', '2.0-b_c'))
  .map((parts) => parts.join('/'))
const tokens: fc.Arbitrary<NoticeToken> = fc.record({
  bidAtS: fc.integer({ min: 0, max: 36 ** 7 - 1 }),
  exchangeName: ids,
  campaignId: ids,
  creativeId: ids,
  priceCpmMicros: fc.maxSafeNat(),
  currency: fc.string({ unit: fc.constantFrom(...HEAD.slice(0, 26)), minLength: 3, maxLength: 3 }),
  usdCpmMicros: fc.maxSafeNat(),
  bidId: ids,
  isTest: fc.boolean(),
  clickProbability: fc.nat(1e9).map((billionths) => billionths / 1e9),
  propensity: fc.nat(1e6).map((millionths) => millionths / 1e6),
  pairKey: fc.oneof(fc.constant(''), pairKeys),
  model: fc.oneof(fc.constant(''), models),
})

t.test('a token reads as its head comment draws it', async (t) => {
  const expected =
    '3~t85s00~google~campaign-7~creative_12.b~1jtls~EUR~1oadf~8f1c02aa-3~0~2fvkw~2og8~01b7k2f09x0c4d~ctr.2~k1~'
  t.equal(text.slice(0, -SEAL_CHARS), expected)
  t.match(text.slice(-SEAL_CHARS), /^[A-Za-z0-9_-]{21}$/)
})

t.test('a token of the version before is read, and knows no model', async (t) => {
  const before =
    '2~t85s00~google~campaign-7~creative_12.b~1jtls~EUR~1oadf~8f1c02aa-3~0~2fvkw~2og8~01b7k2f09x0c4d~k1'
  const signed = new ByteWriter(1000).text(before)
  const seals = seal.sign(signed)
  t.same(readToken(seal, `${before}~${seals.slice(0, SEAL_CHARS)}`), { ...TOKEN, model: '', isPublic: false })
})

t.test('what was written is read, and for whom it was', async () => {
  fc.assert(
    fc.property(tokens, (token) => {
      const { forExchange, forMarkup } = writeToken(seal, token)
      const isRead = (text: string, isPublic: boolean) =>
        JSON.stringify(readToken(seal, text)) === JSON.stringify({ ...token, isPublic })
      return isRead(forExchange, false) && isRead(forMarkup, true)
    }),
  )
})

t.test(
  'the two tokens of a bid differ in their seals alone, and neither can be made from the other',
  async (t) => {
    const { forExchange, forMarkup } = writeToken(seal, TOKEN)
    t.equal(forExchange.slice(0, -SEAL_CHARS), forMarkup.slice(0, -SEAL_CHARS))
    t.not(forExchange.slice(-SEAL_CHARS), forMarkup.slice(-SEAL_CHARS))
    // Whoever has the markup of one bid knows the seal of no other, and of no other field.
    const other = writeToken(seal, { ...TOKEN, bidId: '8f1c02aa-4' }).forMarkup
    t.equal(readToken(seal, forMarkup.slice(0, -SEAL_CHARS) + other.slice(-SEAL_CHARS)), 'forged')
  },
)

t.test('no character of a token is escaped in a URL, in JSON, in XML or in HTML', async () => {
  fc.assert(
    fc.property(tokens, (token) =>
      Object.values(writeToken(seal, token)).every(
        (text) => encodeURIComponent(text) === text && /^[A-Za-z0-9._~-]+$/.test(text),
      ),
    ),
  )
})

t.test('chances are told to a billionth and to a millionth', async (t) => {
  const TABLE = [
    // Click probability and propensity, as written and as read.
    [0, 0, 0, 0],
    [1, 1, 1, 1],
    [1 / 3, 1 / 3, 0.333_333_333, 0.333_333],
    // A propensity of nought would say that there was no choice.
    [0.000_000_000_4, 0.000_000_4, 0, 0.000_001],
    [0.000_000_000_6, 0.000_000_6, 0.000_000_001, 0.000_001],
  ]
  for (const [clickProbability, propensity, clickRead, propensityRead] of TABLE) {
    const { forExchange } = writeToken(seal, { ...TOKEN, clickProbability, propensity })
    t.match(readToken(seal, forExchange), { clickProbability: clickRead, propensity: propensityRead })
  }
})

t.test('what there is not takes no room: no propensity, no user, no model', async (t) => {
  const { forExchange } = writeToken(seal, { ...TOKEN, propensity: 0, pairKey: '', model: '' })
  t.match(forExchange, '~2fvkw~~~~k1~')
  t.match(readToken(seal, forExchange), { propensity: 0, pairKey: '', model: '' })
})

t.test('a changed character is refused, wherever it stands and whatever it becomes', async (t) => {
  const others = [...HEAD, '.', '_', '-', '~', '%', ' ', '\u0000', '\u0131', '\u{1f600}']
  const accepted: string[] = []
  for (let i = 0; i < text.length; i++) {
    for (const other of others) {
      const changed = text.slice(0, i) + other + text.slice(i + 1)
      if (changed !== text && typeof readToken(seal, changed) !== 'string') accepted.push(changed)
    }
  }
  t.same(accepted, [])
})

t.test('any other change is refused', async () => {
  fc.assert(
    fc.property(
      tokens,
      fc.nat(),
      fc.nat(5),
      fc.string({ unit: 'binary', maxLength: 5 }),
      (token, at, cut, put) => {
        const { forMarkup } = writeToken(seal, token)
        const start = at % forMarkup.length
        const changed = forMarkup.slice(0, start) + put + forMarkup.slice(start + cut)
        return changed === forMarkup || typeof readToken(seal, changed) === 'string'
      },
    ),
  )
})

t.test('fields cannot be moved into each other', async (t) => {
  const { forExchange } = writeToken(seal, { ...TOKEN, campaignId: 'a-b', creativeId: 'c' })
  t.equal(readToken(seal, forExchange.replace('~a-b~c~', '~a~b-c~')), 'forged')
})

t.test('what is no token is malformed', async (t) => {
  const others = [
    ...['', '~', '~~~~~~~~~~~~~~', 'AUDIT', `\${TOKEN}`],
    ...[text.slice(0, -1), `${text}~`, ` ${text}`, `${text}\n`],
  ]
  for (const other of others) t.equal(readToken(seal, other), 'malformed', JSON.stringify(other))
  t.equal(readToken(seal, text.replace(/^3/, '1')), 'malformed', 'of another version')
  t.equal(readToken(seal, text.replace(TOKEN.pairKey, '01b7k2f09x0c4')), 'malformed', 'half a key of a user')
  t.equal(readToken(seal, 'a'.repeat(10_000_000)), 'malformed')
})

t.test('a token of another key is forged, one of a key that was replaced is not', async (t) => {
  t.equal(readToken(new Seal([key('k2')]), text), 'forged')
  t.equal(readToken(new Seal([{ id: 'k1', secret: Buffer.from('another') }]), text), 'forged')
  t.same(readToken(new Seal([key('k2'), key('k1')]), text), { ...TOKEN, isPublic: false })
})

t.test('without a key it can be read all the same, and nothing is known of its writer', async (t) => {
  const forged = `${text.slice(0, -SEAL_CHARS)}${'A'.repeat(SEAL_CHARS)}`
  t.same([readUnsealed(text), readUnsealed(forged), readUnsealed('no~token')], [TOKEN, TOKEN, undefined])
})

t.test('a price in dollars is not told twice', async (t) => {
  const dollars = { ...TOKEN, currency: 'USD', priceCpmMicros: 7, usdCpmMicros: 7 }
  const { forExchange } = writeToken(seal, dollars)
  t.match(forExchange, /~7~USD~~/)
  const token = readToken(seal, forExchange) as TokenRead
  t.same([token.priceCpmMicros, token.usdCpmMicros], [7, 7])
})

t.test('the longest token has the length that is stated, and can be sealed', async (t) => {
  const id = 'x'.repeat(64)
  const long = new Seal([key('y'.repeat(16))])
  const { forExchange, forMarkup } = writeToken(long, {
    bidAtS: 36 ** 7 - 1,
    exchangeName: id,
    campaignId: id,
    creativeId: id,
    priceCpmMicros: Number.MAX_SAFE_INTEGER,
    currency: 'EUR',
    usdCpmMicros: Number.MAX_SAFE_INTEGER - 1,
    bidId: id,
    isTest: true,
    clickProbability: 1,
    propensity: 1,
    pairKey: 'z'.repeat(14),
    model: `${'m'.repeat(31)}/${'1'.repeat(32)}`,
  })
  t.same([forExchange.length, forMarkup.length], [TOKEN_CHARS_MAX, TOKEN_CHARS_MAX])
  t.equal(TOKEN_CHARS_MAX, 430)
  t.ok(TOKEN_CHARS_MAX <= SEALED_CHARS_MAX)
  t.type(readToken(long, forExchange), 'object')
})
