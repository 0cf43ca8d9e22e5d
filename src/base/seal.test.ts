import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { SEAL_CHARS, SEALED_CHARS_MAX, Seal, type SealKey } from './seal.ts'
import '../testing/seed.ts'

const sealed = (secret: Uint8Array, text: string) =>
  createHmac('sha256', secret).update(text).digest('base64url').slice(0, SEAL_CHARS)

/** Cases of RFC 4231 whose data is text: number, key, data, the first 16 bytes of HMAC-SHA-256. */
const PUBLISHED: readonly (readonly [number, Buffer, string, string])[] = [
  [1, Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b'],
  [2, Buffer.from('Jefe'), 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c7'],
  [5, Buffer.alloc(20, 0x0c), 'Test With Truncation', 'a3b6167473100ee06e0c796c2955552b'],
  [
    6,
    Buffer.alloc(131, 0xaa),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f',
  ],
  [
    7,
    Buffer.alloc(131, 0xaa),
    'This is a test using a larger than block-size key and a larger than block-size data.' +
      ' The key needs to be hashed before being used by the HMAC algorithm.',
    '9b09ffa71b942fcb27635fbcd5b0e944',
  ],
]

t.test('a seal is the HMAC-SHA-256 that RFC 4231 publishes, cut short', async (t) => {
  for (const [number, secret, text, hex] of PUBLISHED) {
    const seal = new Seal([{ id: 'k', secret }]).sign(text)
    t.equal(Buffer.from(seal, 'base64url').toString('hex').slice(0, 32), hex, `case ${number}`)
  }
})

t.test('a seal is what createHmac gives, for keys and texts of any length', async () => {
  const secrets = fc.uint8Array({ minLength: 0, maxLength: 200 })
  const texts = fc.string({ unit: 'binary', maxLength: 400 })
  fc.assert(
    fc.property(secrets, texts, (secret, text) => {
      const seal = new Seal([{ id: 'k', secret }])
      // A long text before, so that what it left in the buffer is there to be mixed up.
      seal.sign('x'.repeat(SEALED_CHARS_MAX))
      return seal.sign(text) === sealed(secret, text)
    }),
  )
})

t.test('a seal is 22 characters of base64url', async (t) => {
  t.match(new Seal([key('a')]).sign('text'), /^[A-Za-z0-9_-]{22}$/)
})

const key = (id: string): SealKey => ({ id, secret: Buffer.from(`the secret of ${id}`) })

t.test('the first key signs, all of them verify, and no other does', async (t) => {
  const before = new Seal([key('a')])
  const rotated = new Seal([key('b'), key('a')])
  const after = new Seal([key('b')])
  t.equal(rotated.keyId, 'b')
  t.equal(rotated.sign('text'), after.sign('text'))
  t.ok(rotated.verify('text', 'a', before.sign('text')), 'the old key, while it is kept')
  t.ok(rotated.verify('text', 'b', rotated.sign('text')))
  t.notOk(after.verify('text', 'a', before.sign('text')), 'the old key, once it is gone')
  t.notOk(rotated.verify('text', 'b', before.sign('text')), 'a seal of one key under the id of another')
  t.notOk(rotated.verify('text', 'toString', rotated.sign('text')), 'an id that every object has')
})

t.test('verify refuses another text and a changed seal', async (t) => {
  const seal = new Seal([key('a')])
  const good = seal.sign('text')
  t.ok(seal.verify('text', 'a', good))
  t.notOk(seal.verify('Text', 'a', good))
  t.notOk(seal.verify('text\u0000', 'a', good))
  // Latin letters whose code ends in the byte of an ASCII one must not be taken for it.
  t.notOk(seal.verify('\u0174ext', 'a', good))
  for (let i = 0; i < good.length; i++) {
    const other = good[i] === 'A' ? 'B' : 'A'
    t.notOk(seal.verify('text', 'a', good.slice(0, i) + other + good.slice(i + 1)), `character ${i}`)
  }
  for (const cut of ['', good.slice(0, -1), `${good}A`]) t.notOk(seal.verify('text', 'a', cut), `"${cut}"`)
})

t.test('a text may be as long as the limit and no longer', async (t) => {
  const seal = new Seal([key('a')])
  for (const char of ['x', '\u20ac']) {
    const longest = char.repeat(SEALED_CHARS_MAX)
    t.equal(seal.sign(longest), sealed(key('a').secret, longest))
    t.ok(seal.verify(longest, 'a', seal.sign(longest)))
  }
  const tooLong = 'x'.repeat(SEALED_CHARS_MAX + 1)
  t.throws(() => seal.sign(tooLong))
  t.notOk(seal.verify(tooLong, 'a', sealed(key('a').secret, tooLong)))
})

t.test('keys are checked when a seal is made', async (t) => {
  t.throws(() => new Seal([]))
  t.throws(() => new Seal([key('a'), key('a')]))
})
