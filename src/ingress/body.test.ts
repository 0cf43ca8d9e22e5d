/**
 * A body is the same however it was cut.
 */
import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { Body } from './body.ts'

const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer

t.test('a body of one piece is used where it lies', async (t) => {
  const piece = bufferOf(Buffer.from('whole'))
  const body = new Body()
  t.equal(body.end(piece).buffer, piece)
  t.equal(body.length, 5)
})

t.test('pieces come out one behind the other, and outlive their callbacks', async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 3000, size: 'max' }), { maxLength: 12 })
  fc.assert(
    fc.property(pieces, fc.uint8Array({ maxLength: 3000, size: 'max' }), (kept, last) => {
      const body = new Body()
      for (const piece of kept) {
        const buffer = bufferOf(piece)
        body.keep(buffer)
        new Uint8Array(buffer).fill(0xff)
      }
      const whole = Buffer.concat([...kept, last])
      return Buffer.from(body.end(bufferOf(last))).equals(whole) && body.length === whole.length
    }),
  )
})

t.test('a body that was dropped begins anew', async (t) => {
  const body = new Body()
  body.keep(bufferOf(Buffer.from('old')))
  body.drop()
  body.keep(bufferOf(Buffer.from('n')))
  t.equal(Buffer.from(body.end(bufferOf(Buffer.from('ew')))).toString(), 'new')
})
