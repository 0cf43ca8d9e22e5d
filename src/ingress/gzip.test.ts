/**
 * Unpacking what a peer has packed, and what it has not.
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { gzip, INFLATES_TOO_LARGE, inflate, NOT_GZIP } from './gzip.ts'

const BYTES_MAX = 4096
const UNTOUCHED = 0xaa
const TEXT = JSON.stringify({ id: 'r', imp: [{ id: '1', banner: { w: 300, h: 250 } }] })

/** What came out: text, or the refusal. Nothing may be written beyond the limit. */
function unpack(packed: Uint8Array): string | number {
  const target = Buffer.alloc(2 * BYTES_MAX, UNTOUCHED)
  const length = inflate(packed, target, BYTES_MAX)
  const used = Math.max(length, 0)
  if (!target.subarray(used).every((byte) => byte === UNTOUCHED)) return 'wrote beyond its end'
  return length < 0 ? length : target.toString('latin1', 0, length)
}

/** `packed` with another length stated at its end. */
function stating(packed: Buffer, length: number): Buffer {
  const changed = Buffer.from(packed)
  changed.writeUInt32LE(length, packed.length - 4)
  return changed
}

t.test('any body comes out as it went in, at any level', async (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: BYTES_MAX, size: 'max' }),
      fc.integer({ min: 0, max: 9 }),
      (bytes, level) => {
        return unpack(gzipSync(bytes, { level })) === Buffer.from(bytes).toString('latin1')
      },
    ),
  )
  t.equal(unpack(gzipSync('')), '')
})

t.test('a body at the limit is unpacked, one byte more is too large', async (t) => {
  t.equal(unpack(gzipSync('a'.repeat(BYTES_MAX))), 'a'.repeat(BYTES_MAX))
  t.equal(unpack(gzipSync('a'.repeat(BYTES_MAX + 1))), INFLATES_TOO_LARGE)
})

t.test('a bomb is too large, and one that hides its length is no gzip', async (t) => {
  const bomb = gzipSync(Buffer.alloc(20_000_000))
  t.equal(unpack(bomb), INFLATES_TOO_LARGE)
  t.equal(unpack(stating(bomb, 0)), NOT_GZIP)
  t.equal(unpack(stating(bomb, 10)), NOT_GZIP)
  t.equal(unpack(stating(bomb, BYTES_MAX)), NOT_GZIP)
})

t.test('a body cut short anywhere is no gzip', async (t) => {
  const packed = gzipSync(TEXT)
  for (let length = 0; length < packed.length; length++) {
    t.equal(unpack(packed.subarray(0, length)), NOT_GZIP, `${length} bytes`)
  }
})

t.test('a body with a changed byte comes out whole or not at all', async (t) => {
  const packed = gzipSync(TEXT)
  for (let at = 0; at < packed.length; at++) {
    const changed = Buffer.from(packed)
    changed[at] ^= 0x10
    // Time, flags and system of the header are nobody's business here.
    t.ok([TEXT, NOT_GZIP, INFLATES_TOO_LARGE].includes(unpack(changed)), `byte ${at}`)
  }
})

t.test('bytes behind the body are refused', async (t) => {
  const packed = gzipSync(TEXT)
  for (const rest of ['x', '\r\n', 'garbage', '\0'.repeat(512), TEXT]) {
    t.equal(unpack(Buffer.concat([packed, Buffer.from(rest)])), NOT_GZIP, JSON.stringify(rest))
  }
  // zlib itself lets zeros pass, and these state no length.
  t.equal(unpack(Buffer.concat([gzipSync('x'), Buffer.alloc(4)])), NOT_GZIP)
})

t.test('several members are refused, though zlib would join them', async (t) => {
  const two = Buffer.concat([gzipSync(TEXT.slice(0, 20)), gzipSync(TEXT.slice(20))])
  t.equal(gunzipSync(two).toString(), TEXT)
  t.equal(unpack(two), NOT_GZIP)
  t.equal(unpack(Buffer.concat([gzipSync(TEXT), gzipSync('')])), NOT_GZIP)
})

t.test('what is no gzip is refused, whatever it is', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500, size: 'max' }), fc.boolean(), (bytes, isMarked) => {
      if (isMarked) bytes.set([0x1f, 0x8b, 8, 0].slice(0, bytes.length))
      return unpack(bytes) === NOT_GZIP || unpack(bytes) === INFLATES_TOO_LARGE
    }),
  )
  t.equal(unpack(Buffer.from(TEXT)), NOT_GZIP)
})

t.test('an answer is packed', async (t) => {
  const text = '{"adm":"Grüße, 世界"}'
  t.equal(gunzipSync(gzip(Buffer.from(text))).toString(), text)
})
