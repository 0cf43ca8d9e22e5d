import fc from 'fast-check'
import t from 'tap'
import { ALPHABET, bitStringText } from './bit-text.suite.ts'
import { BitReader, FIELD_BITS_MAX } from './bits.ts'
import '../testing/seed.ts'

const reader = new BitReader()

function opened(text: string): BitReader {
  const bytes = Buffer.from(`_${text}_`)
  reader.open(bytes, 1, bytes.length - 1)
  return reader
}

t.test('fields of any width at any place hold the bits that were written', async (t) => {
  const bits = fc.array(fc.constantFrom('0', '1'), { minLength: 1, maxLength: 90 }).map((all) => all.join(''))
  fc.assert(
    fc.property(
      bits,
      fc.array(fc.integer({ min: 1, max: FIELD_BITS_MAX }), { minLength: 9 }),
      (bits, widths) => {
        const reader = opened(bitStringText(bits))
        let at = 0
        for (const width of widths) {
          if (at + width > bits.length) break
          t.equal(reader.bit, at)
          t.equal(
            reader.read(width),
            Number.parseInt(bits.slice(at, at + width), 2),
            `${width} at ${at} of ${bits}`,
          )
          at += width
          t.equal(reader.nextByte, 1 + Math.ceil(at / 6))
        }
        t.equal(reader.isBroken, false)
      },
    ),
    { numRuns: 500 },
  )
})

t.test('a field can be read from the middle, and again', async (t) => {
  const reader = opened('ABCD')
  reader.seek(12)
  t.equal(reader.read(6), 2)
  reader.seek(6)
  t.equal(reader.read(18), (1 << 12) | (2 << 6) | 3)
  t.equal(reader.isBroken, false)
})

t.test('the last bit can be read, and none behind it', async (t) => {
  const last = opened('AB')
  last.seek(11)
  t.equal(last.read(1), 1)
  t.equal(last.isBroken, false)
  t.equal(last.read(1), 0)
  t.equal(last.isBroken, true)
  const overlapping = opened('AB')
  overlapping.seek(10)
  t.equal(overlapping.read(3), 0, 'a field that ends behind the text')
  t.equal(overlapping.isBroken, true)
  t.equal(opened('').read(1), 0)
  t.equal(reader.isBroken, true)
  const far = opened('AB')
  far.seek(1_000_000)
  t.equal(far.read(25), 0)
  t.equal(far.isBroken, true)
})

t.test('a fault stays until the next text', async (t) => {
  const reader = opened('A%AB')
  t.equal(reader.read(7), 0)
  reader.seek(18)
  t.equal(reader.read(6), 1)
  t.equal(reader.isBroken, true)
  t.equal(opened('B').isBroken, false)
  reader.fail()
  t.equal(reader.isBroken, true)
})

t.test('each character of both alphabets has its value, and all others have none', async (t) => {
  for (let byte = 0; byte < 256; byte++) {
    const character = String.fromCharCode(byte)
    const value = ALPHABET.replace('-', '+').replace('_', '/').indexOf(character)
    const expected = Math.max(value, ALPHABET.indexOf(character))
    reader.open(Uint8Array.of(byte), 0, 1)
    t.equal(reader.read(6), Math.max(expected, 0), `${byte}`)
    t.equal(reader.isBroken, expected < 0, `${byte}`)
  }
})
