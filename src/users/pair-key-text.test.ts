import fc from 'fast-check'
import t from 'tap'
import { readPairKey, writePairKey } from './pair-key-text.ts'
import '../testing/seed.ts'

const TOP = 2 ** 32 - 1
/** All halves alike likely, and those at the ends in each run. */
const halves = fc.oneof(fc.nat(TOP), fc.constantFrom(0, 1, 35, 36, 2 ** 31, TOP))

t.test('a key is 14 digits of base 36, seven for each half', async (t) => {
  const TABLE: readonly (readonly [number, number, string])[] = [
    [0, 0, '00000000000000'],
    [1, 36, '00000010000010'],
    [TOP, 0, '1z141z30000000'],
    [0, TOP, '00000001z141z3'],
  ]
  for (const [hi, lo, text] of TABLE) t.equal(writePairKey({ hi, lo }), text)
})

t.test('what was written is read, whatever stood there before', async () => {
  fc.assert(
    fc.property(halves, halves, (hi, lo) => {
      const out = { hi: 7, lo: 7 }
      const text = writePairKey({ hi, lo })
      return text.length === 14 && readPairKey(text, out) && out.hi === hi && out.lo === lo
    }),
  )
})

t.test('keys that differ are written differently', async () => {
  fc.assert(
    fc.property(halves, halves, halves, halves, (hi, lo, otherHi, otherLo) => {
      const isSame = hi === otherHi && lo === otherLo
      return (writePairKey({ hi, lo }) === writePairKey({ hi: otherHi, lo: otherLo })) === isSame
    }),
  )
})

t.test('where there is no key nothing is read', async (t) => {
  for (const text of ['', '1', '0000000000000', '000000000000000']) {
    const out = { hi: 7, lo: 8 }
    t.equal(readPairKey(text, out), false, `"${text}"`)
    t.same(out, { hi: 7, lo: 8 })
  }
})
