import fc from 'fast-check'
import t from 'tap'
import { ByteWriter, byteText } from './byte-writer.ts'
import { decimalOfMicros } from './money.ts'
import '../testing/seed.ts'

const textIn = (out: ByteWriter) => Buffer.from(out.view()).toString()

t.test('texts come out as UTF-8, one behind the other, and as long as their byte texts say', async () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      const wellFormed = texts.map((text) => text.toWellFormed())
      const out = new ByteWriter(4096)
      for (const text of wellFormed) out.text(byteText(text))
      const sum = wellFormed.reduce((length, text) => length + byteText(text).length, 0)
      return textIn(out) === wellFormed.join('') && out.length === sum
    }),
  )
})

t.test('numbers are written as the language writes them', async (t) => {
  const integers = fc.oneof(fc.nat(2000), fc.nat(), fc.maxSafeNat())
  fc.assert(
    fc.property(integers, (integer) => {
      const out = new ByteWriter(64)
      t.equal(textIn(out.text('<').base36(integer).text('>')), `<${integer.toString(36)}>`)
      out.length = 0
      t.equal(textIn(out.text('<').decimalOfMicros(integer).text('>')), `<${decimalOfMicros(integer)}>`)
    }),
  )
  for (const bug of [-1, 0.5, Number.NaN]) t.throws(() => new ByteWriter(9).decimalOfMicros(bug))
})

t.test('a writer that is full takes no more, and goes on where it is set back to', async (t) => {
  const out = new ByteWriter(8)
  t.equal(textIn(out.text('abc').text('defghij').text('k').base36(35).decimalOfMicros(1_500_000)), 'abcdefgh')
  out.length = 6
  t.equal(textIn(out.base36(36 ** 3)), 'abcdef10', 'the first digits')
  out.length = 3
  t.equal(out.text('x').toText(), 'abcx')
})
