import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { CIPHER_WINDOW, initialisationVector, PriceCipher } from './price-cipher.ts'
import '../testing/seed.ts'

/** The example keys that Google and BidSwitch publish, and messages under them. */
const EXAMPLE = new PriceCipher(
  Buffer.from('skU7Ax_NL5pPAFyKdkfZjZz2-VhIN8bjj1rVFOaJ_5o=', 'base64'),
  Buffer.from('arO23ykdNqUQ5LEoQ0FVmPkBd7xB5CO89PDZlSjpFxo=', 'base64'),
)
const EXAMPLE_S = Buffer.from('abc1').readUInt32BE(0)
const PUBLISHED: readonly (readonly [string, number])[] = [
  ['YWJjMTIzZGVmNDU2Z2hpN7fhCuPemCce_6msaw', 100],
  ['YWJjMTIzZGVmNDU2Z2hpN7fhCuPemCAWJRxOgA', 1900],
  ['YWJjMTIzZGVmNDU2Z2hpN7fhCuPemC32prpWWw', 2700],
]

/** The example of Google's Java library: padded, keys in the standard alphabet. */
const JAVA = new PriceCipher(
  Buffer.from('sIxwz7yw62yrfoLGt12lIHKuYrK/S5kLuApI2BQe7Ac=', 'base64'),
  Buffer.from('v3fsVcMBMMHYzRhi7SpM0sdqwzvAxM6KPTu9OtVod5I=', 'base64'),
)
const JAVA_TEXT = 'OG46wAAMCggBI0VniavN7-mNy0VTKPbB3o5CMQ=='
const JAVA_S = 946_748_096

t.test('the published messages have the published prices', async (t) => {
  for (const [text, price] of PUBLISHED) t.equal(EXAMPLE.decrypt(text, EXAMPLE_S), price, text)
  t.equal(JAVA.decrypt(JAVA_TEXT, JAVA_S), 1_200_000)
})

t.test('encrypt makes the published messages', async (t) => {
  for (const [text, price] of PUBLISHED) {
    const iv = Buffer.from(text, 'base64url').subarray(0, 16)
    t.equal(EXAMPLE.encrypt(price, iv), text)
  }
})

t.test('a message may be padded or not, in the web-safe alphabet or the standard one', async (t) => {
  const unpadded = JAVA_TEXT.replaceAll('=', '')
  for (const text of [JAVA_TEXT, unpadded, JAVA_TEXT.replaceAll('-', '+'), unpadded.replaceAll('-', '+')]) {
    t.equal(JAVA.decrypt(text, JAVA_S), 1_200_000, text)
  }
})

t.test('what is no message is malformed', async (t) => {
  const [text] = PUBLISHED[0]
  const others = [
    ...['', '=', '==', '1.25', 'AUDIT', `\${AUCTION_PRICE}`, `%24%7BAUCTION_PRICE%7D`],
    ...[`${text}=`, `${text}===`, `${text} `, ` ${text}`, text.slice(0, -4), text.slice(0, -1)],
    ...[`${text.slice(0, 20)}=${text.slice(20)}`, `${text.slice(0, -1)}\u00e9`],
    // No byte uses the last four bits, so this says the same bytes another way.
    `${text.slice(0, -1)}x`,
    'A'.repeat(10_000_000),
  ]
  for (const other of others) t.equal(EXAMPLE.decrypt(other, EXAMPLE_S), 'malformed', other.slice(0, 50))
})

t.test('a change of any bit of a message is noticed', async (t) => {
  for (const [text] of PUBLISHED) {
    const message = Buffer.from(text, 'base64url')
    for (let bit = 0; bit < message.length * 8; bit++) {
      const changed = Buffer.from(message)
      changed[bit >> 3] ^= 1 << (bit & 7)
      t.equal(EXAMPLE.decrypt(changed.toString('base64url'), EXAMPLE_S), 'tampered', `bit ${bit}`)
    }
  }
})

t.test('a change of any character of a message is noticed', async (t) => {
  const [text] = PUBLISHED[0]
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const accepted: string[] = []
  for (let i = 0; i < text.length; i++) {
    for (const digit of alphabet) {
      const other = text.slice(0, i) + digit + text.slice(i + 1)
      if (digit !== text[i] && typeof EXAMPLE.decrypt(other, EXAMPLE_S) === 'number') accepted.push(other)
    }
  }
  t.same(accepted, [])
})

t.test('a message under other keys, or under the keys the wrong way round, is tampered', async (t) => {
  t.equal(JAVA.decrypt(PUBLISHED[0][0], EXAMPLE_S), 'tampered')
  const [encryptionKey, integrityKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const text = new PriceCipher(encryptionKey, integrityKey).encrypt(
    5,
    initialisationVector(0, Buffer.alloc(8)),
  )
  t.equal(new PriceCipher(encryptionKey, integrityKey).decrypt(text, 0), 5)
  t.equal(new PriceCipher(integrityKey, encryptionKey).decrypt(text, 0), 'tampered')
  t.equal(new PriceCipher(Buffer.alloc(32, 3), integrityKey).decrypt(text, 0), 'tampered')
})

t.test('a message is stale outside of its window, which may be chosen', async (t) => {
  const [text] = PUBLISHED[0]
  const { pastS, futureS } = CIPHER_WINDOW
  t.equal(EXAMPLE.decrypt(text, EXAMPLE_S + pastS), 100, 'as old as may be')
  t.equal(EXAMPLE.decrypt(text, EXAMPLE_S + pastS + 1), 'stale', 'a second older')
  t.equal(EXAMPLE.decrypt(text, EXAMPLE_S - futureS), 100, 'as far ahead as may be')
  t.equal(EXAMPLE.decrypt(text, EXAMPLE_S - futureS - 1), 'stale', 'a second further')
  const [encryptionKey, integrityKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const strict = new PriceCipher(encryptionKey, integrityKey, { pastS: 0, futureS: 0 })
  const now = strict.encrypt(7, initialisationVector(1_000_999, Buffer.alloc(8)))
  t.same(
    [999, 1000, 1001].map((nowS) => strict.decrypt(now, nowS)),
    ['stale', 7, 'stale'],
  )
})

t.test('a tampered time is tampered, not stale', async (t) => {
  const message = Buffer.from(PUBLISHED[0][0], 'base64url')
  message.writeUInt32BE(0)
  t.equal(EXAMPLE.decrypt(message.toString('base64url'), EXAMPLE_S), 'tampered')
})

t.test('what was encrypted is decrypted, for any price, time and keys', async () => {
  const keys = fc.uint8Array({ minLength: 1, maxLength: 80 }).map((bytes) => Buffer.from(bytes))
  const times = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  const uniques = fc.uint8Array({ minLength: 8, maxLength: 8 })
  fc.assert(
    fc.property(
      keys,
      keys,
      fc.maxSafeNat(),
      times,
      uniques,
      (encryption, integrity, units, timeS, unique) => {
        const cipher = new PriceCipher(encryption, integrity)
        const text = cipher.encrypt(units, initialisationVector(timeS * 1000 + 250, unique))
        return text.length === 38 && cipher.decrypt(text, timeS) === units
      },
    ),
  )
})

t.test('a price that no number holds exactly is malformed', async (t) => {
  const cipher = new PriceCipher(Buffer.alloc(32, 1), Buffer.alloc(32, 2))
  const iv = initialisationVector(0, Buffer.alloc(8))
  const message = (units: bigint) => {
    const payload = Buffer.alloc(8)
    payload.writeBigUInt64BE(units)
    return cipher.encryptPayload(payload, iv)
  }
  t.equal(cipher.decrypt(message(2n ** 53n - 1n), 0), Number.MAX_SAFE_INTEGER)
  t.equal(cipher.decrypt(message(2n ** 53n), 0), 'malformed')
  t.equal(cipher.decrypt(message(2n ** 64n - 1n), 0), 'malformed')
})

t.test('a payload longer than a pad goes on with a counter behind the vector', async (t) => {
  const [encryptionKey, integrityKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const cipher = new PriceCipher(encryptionKey, integrityKey)
  const iv = initialisationVector(1000, Buffer.from('uniquely'))
  const pad = (counter: number[]) =>
    createHmac('sha1', encryptionKey)
      .update(Buffer.from([...iv, ...counter]))
      .digest()
  // Nought encrypted is the pads themselves.
  const encrypted = Buffer.from(cipher.encryptPayload(Buffer.alloc(50), iv), 'base64url').subarray(16, -4)
  t.same(encrypted, Buffer.concat([pad([]), pad([0]), pad([1])]).subarray(0, 50))

  for (const length of [1, 7, 9, 20, 21, 40, 41, 1000, 20 * 257]) {
    const payload = Buffer.from(Array.from({ length }, (_, i) => (i * 7) & 255))
    const text = cipher.encryptPayload(payload, iv)
    t.same(cipher.decryptPayload(text, 1), payload, `${length} bytes`)
    t.equal(cipher.decrypt(text, 1), 'malformed', `${length} bytes are no price`)
  }
  t.throws(() => cipher.encryptPayload(Buffer.alloc(20 * 257 + 1), iv))
  t.throws(() => cipher.encryptPayload(Buffer.alloc(0), iv))
})

t.test('what cannot be encrypted is a bug', async (t) => {
  const iv = initialisationVector(0, Buffer.alloc(8))
  for (const units of [-1, 0.5, Number.NaN, 2 ** 53]) t.throws(() => EXAMPLE.encrypt(units, iv), `${units}`)
  t.throws(() => EXAMPLE.encrypt(1, Buffer.alloc(15)))
  t.throws(() => initialisationVector(0, Buffer.alloc(7)))
  t.throws(() => new PriceCipher(Buffer.alloc(0), Buffer.alloc(32)))
})
