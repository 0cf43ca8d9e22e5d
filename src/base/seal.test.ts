import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { ByteWriter, byteText } from './byte-writer.ts'
import { SEAL_CHARS, SEALED_CHARS_MAX, SEALED_FOR, Seal, type SealKey } from './seal.ts'
import '../testing/seed.ts'

const sealed = (secret: Uint8Array, text: string) =>
  createHmac('sha256', secret)
    .update(text)
    .digest('base64url')
    .slice(0, 2 * SEAL_CHARS)

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

t.test('the seals are the HMAC-SHA-256 that RFC 4231 publishes, cut short', async (t) => {
  for (const [number, secret, text, hex] of PUBLISHED) {
    const seal = sign(new Seal([{ id: 'k', secret }]), text)
    t.equal(Buffer.from(seal, 'base64url').toString('hex').slice(0, 32), hex, `case ${number}`)
  }
})

t.test('the seals are what createHmac gives, for keys and texts of any length', async () => {
  const secrets = fc.uint8Array({ minLength: 0, maxLength: 200 })
  const texts = fc.string({ unit: 'binary', maxLength: 400 })
  fc.assert(
    fc.property(secrets, texts, (secret, text) => {
      const seal = new Seal([{ id: 'k', secret }])
      // A long text before, so that what it left in the buffer is there to be mixed up.
      sign(seal, 'x'.repeat(SEALED_CHARS_MAX))
      return sign(seal, text) === sealed(secret, text)
    }),
  )
})

const key = (id: string): SealKey => ({ id, secret: Buffer.from(`the secret of ${id}`) })

/** Both seals under a text, one behind the other. */
function sign(seal: Seal, text: string): string {
  return seal.sign(new ByteWriter(2 * SEALED_CHARS_MAX).text(byteText(text)))
}

/** The two seals under a text. */
function sealsOf(seal: Seal, text: string): readonly [first: string, second: string] {
  const both = sign(seal, text)
  return [both.slice(0, SEAL_CHARS), both.slice(SEAL_CHARS)]
}

t.test('there are two seals of 21 characters of base64url, each for one of two', async (t) => {
  const seal = new Seal([key('a')])
  const [first, second] = sealsOf(seal, 'text')
  for (const half of [first, second]) t.match(half, /^[A-Za-z0-9_-]{21}$/)
  t.equal(seal.verify('text', 'a', first), SEALED_FOR.first)
  t.equal(seal.verify('text', 'a', second), SEALED_FOR.second)
})

t.test('parts of both seals make no third one', async (t) => {
  const seal = new Seal([key('a')])
  const [first, second] = sealsOf(seal, 'text')
  for (let cut = 1; cut < SEAL_CHARS; cut++) {
    for (const mixed of [first.slice(0, cut) + second.slice(cut), second.slice(0, cut) + first.slice(cut)])
      t.equal(seal.verify('text', 'a', mixed), SEALED_FOR.nobody, `cut at ${cut}`)
    const window = (first + second).slice(cut, cut + SEAL_CHARS)
    t.equal(seal.verify('text', 'a', window), SEALED_FOR.nobody, `from ${cut}`)
  }
})

t.test('the first key signs, all of them verify, and no other does', async (t) => {
  const before = new Seal([key('a')])
  const rotated = new Seal([key('b'), key('a')])
  const after = new Seal([key('b')])
  const [old, oldSecond] = sealsOf(before, 'text')
  const [current] = sealsOf(rotated, 'text')
  t.equal(rotated.keyId, 'b')
  t.equal(sign(rotated, 'text'), sign(after, 'text'))
  t.equal(rotated.verify('text', 'a', old), SEALED_FOR.first, 'the old key, while it is kept')
  t.equal(rotated.verify('text', 'a', oldSecond), SEALED_FOR.second, 'its other seal too')
  t.equal(rotated.verify('text', 'b', current), SEALED_FOR.first)
  t.equal(after.verify('text', 'a', old), SEALED_FOR.nobody, 'the old key, once it is gone')
  t.equal(rotated.verify('text', 'b', old), SEALED_FOR.nobody, 'a seal of one key under the id of another')
  t.equal(rotated.verify('text', 'toString', current), SEALED_FOR.nobody, 'an id that every object has')
})

t.test('verify refuses another text and a changed seal', async (t) => {
  const seal = new Seal([key('a')])
  for (const good of sealsOf(seal, 'text')) {
    t.not(seal.verify('text', 'a', good), SEALED_FOR.nobody)
    // A Latin letter whose code ends in the byte of an ASCII one must not be taken for it.
    for (const other of ['Text', 'text\u0000', '\u0174ext'])
      t.equal(seal.verify(other, 'a', good), SEALED_FOR.nobody, JSON.stringify(other))
    for (let i = 0; i < good.length; i++) {
      const changed = good.slice(0, i) + (good[i] === 'A' ? 'B' : 'A') + good.slice(i + 1)
      t.equal(seal.verify('text', 'a', changed), SEALED_FOR.nobody, `character ${i}`)
    }
    for (const cut of ['', good.slice(0, -1), `${good}A`])
      t.equal(seal.verify('text', 'a', cut), SEALED_FOR.nobody, `"${cut}"`)
  }
  t.equal(seal.verify('text', 'a', sign(seal, 'text')), SEALED_FOR.nobody, 'both seals in one')
})

t.test('a text may be as long as the limit and no longer', async (t) => {
  const seal = new Seal([key('a')])
  for (const char of ['x', '\u20ac']) {
    const longest = char.repeat(SEALED_CHARS_MAX)
    const itsSeals = sealed(key('a').secret, longest)
    if (char === 'x') t.equal(sign(seal, longest), itsSeals)
    t.equal(seal.verify(longest, 'a', itsSeals.slice(SEAL_CHARS)), SEALED_FOR.second)
  }
  const tooLong = 'x'.repeat(SEALED_CHARS_MAX + 1)
  t.throws(() => sign(seal, tooLong))
  const itsSeal = sealed(key('a').secret, tooLong).slice(0, SEAL_CHARS)
  t.equal(seal.verify(tooLong, 'a', itsSeal), SEALED_FOR.nobody)
})

t.test('keys are checked when a seal is made', async (t) => {
  t.throws(() => new Seal([]))
  t.throws(() => new Seal([key('a'), key('a')]))
})
