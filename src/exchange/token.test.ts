import fc from 'fast-check'
import t from 'tap'
import { SEALED_CHARS_MAX, Seal, type SealKey } from '../base/seal.ts'
import { type NoticeToken, readToken, readTokenOfAnyAge, TOKEN_CHARS_MAX, writeToken } from './token.ts'
import '../testing/seed.ts'

const key = (id: string): SealKey => ({ id, secret: Buffer.from(`the secret of ${id}`) })
const seal = new Seal([key('k1')])
const NOW_S = Date.UTC(2026, 0, 1) / 1000

const TOKEN: NoticeToken = {
  expiresS: NOW_S + 3600,
  exchangeName: 'google',
  campaignId: 'campaign-7',
  creativeId: 'creative_12.b',
  priceCpmMicros: 2_604_448,
  currency: 'EUR',
  usdCpmMicros: 2_812_803,
  bidId: '8f1c02aa-3',
  isTest: false,
}

const HEAD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split('')
const ids = fc
  .tuple(
    fc.constantFrom(...HEAD),
    fc.string({ unit: fc.constantFrom(...HEAD, '.', '_', '-'), maxLength: 63 }),
  )
  .map(([first, rest]) => first + rest)
const tokens: fc.Arbitrary<NoticeToken> = fc.record({
  expiresS: fc.integer({ min: NOW_S, max: 36 ** 7 - 1 }),
  exchangeName: ids,
  campaignId: ids,
  creativeId: ids,
  priceCpmMicros: fc.maxSafeNat(),
  currency: fc.string({ unit: fc.constantFrom(...HEAD.slice(0, 26)), minLength: 3, maxLength: 3 }),
  usdCpmMicros: fc.maxSafeNat(),
  bidId: ids,
  isTest: fc.boolean(),
})

t.test('a token reads as its head comment draws it', async (t) => {
  const expected = `1~${(NOW_S + 3600).toString(36)}~google~campaign-7~creative_12.b~1jtls~EUR~1oadf~8f1c02aa-3~0~k1~`
  const text = writeToken(seal, TOKEN)
  t.equal(text.slice(0, -22), expected)
  t.match(text.slice(-22), /^[A-Za-z0-9_-]{22}$/)
})

t.test('what was written is read', async () => {
  fc.assert(
    fc.property(tokens, (token) => {
      const read = readToken(seal, writeToken(seal, token), NOW_S)
      return JSON.stringify(read) === JSON.stringify(token)
    }),
  )
})

t.test('no character of a token is escaped in a URL, in JSON, in XML or in HTML', async () => {
  fc.assert(
    fc.property(tokens, (token) => {
      const text = writeToken(seal, token)
      return encodeURIComponent(text) === text && /^[A-Za-z0-9._~-]+$/.test(text)
    }),
  )
})

t.test('a changed character is refused, wherever it stands and whatever it becomes', async (t) => {
  const text = writeToken(seal, TOKEN)
  const others = [...HEAD, '.', '_', '-', '~', '%', ' ', '\u0000', '\u0131', '\u{1f600}']
  const accepted: string[] = []
  for (let i = 0; i < text.length; i++) {
    for (const other of others) {
      const changed = text.slice(0, i) + other + text.slice(i + 1)
      if (changed !== text && typeof readToken(seal, changed, NOW_S) !== 'string') accepted.push(changed)
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
        const text = writeToken(seal, token)
        const start = at % text.length
        const changed = text.slice(0, start) + put + text.slice(start + cut)
        return changed === text || typeof readTokenOfAnyAge(seal, changed) === 'string'
      },
    ),
  )
})

t.test('fields cannot be moved into each other', async (t) => {
  const text = writeToken(seal, { ...TOKEN, campaignId: 'a-b', creativeId: 'c' })
  t.equal(readToken(seal, text.replace('~a-b~c~', '~a~b-c~'), NOW_S), 'forged')
})

t.test('what is no token is malformed', async (t) => {
  const text = writeToken(seal, TOKEN)
  const others = [
    '',
    '~',
    '~~~~~~~~~~~',
    'AUDIT',
    `\${TOKEN}`,
    text.slice(0, -1),
    `${text}~`,
    ` ${text}`,
    `${text}\n`,
  ]
  for (const other of others) t.equal(readToken(seal, other, NOW_S), 'malformed', JSON.stringify(other))
  t.equal(readToken(seal, text.replace(/^1/, '2'), NOW_S), 'malformed', 'of another version')
  t.equal(readToken(seal, 'a'.repeat(10_000_000), NOW_S), 'malformed')
})

t.test('a token of another key is forged, one of a key that was replaced is not', async (t) => {
  const text = writeToken(seal, TOKEN)
  t.equal(readToken(new Seal([key('k2')]), text, NOW_S), 'forged')
  t.equal(readToken(new Seal([{ id: 'k1', secret: Buffer.from('another') }]), text, NOW_S), 'forged')
  t.same(readToken(new Seal([key('k2'), key('k1')]), text, NOW_S), TOKEN)
})

t.test('a token is good up to the second of its expiry', async (t) => {
  const text = writeToken(seal, TOKEN)
  t.same(readToken(seal, text, TOKEN.expiresS), TOKEN)
  t.equal(readToken(seal, text, TOKEN.expiresS + 1), 'expired')
  t.same(readTokenOfAnyAge(seal, text), TOKEN)
  const forged = text.replace('google', 'goggle')
  t.equal(readToken(seal, forged, TOKEN.expiresS + 1), 'forged', 'a forged one is not called expired')
})

t.test('a price in dollars is not told twice', async (t) => {
  const text = writeToken(seal, { ...TOKEN, currency: 'USD', priceCpmMicros: 7, usdCpmMicros: 7 })
  t.match(text, /~7~USD~~/)
  const token = readToken(seal, text, NOW_S) as NoticeToken
  t.same([token.priceCpmMicros, token.usdCpmMicros], [7, 7])
})

t.test('the longest token has the length that is stated, and can be sealed', async (t) => {
  const id = 'x'.repeat(64)
  const long = new Seal([key('y'.repeat(16))])
  const text = writeToken(long, {
    expiresS: 36 ** 7 - 1,
    exchangeName: id,
    campaignId: id,
    creativeId: id,
    priceCpmMicros: Number.MAX_SAFE_INTEGER,
    currency: 'EUR',
    usdCpmMicros: Number.MAX_SAFE_INTEGER - 1,
    bidId: id,
    isTest: true,
  })
  t.equal(text.length, TOKEN_CHARS_MAX)
  t.equal(TOKEN_CHARS_MAX, 339)
  t.ok(TOKEN_CHARS_MAX <= SEALED_CHARS_MAX)
  t.type(readToken(long, text, NOW_S), 'object')
})
