import fc from 'fast-check'
import t from 'tap'
import { AssertionError } from './assert.ts'
import { decimalOfMicros, microsOfDecimal } from './money.ts'
import '../testing/seed.ts'

t.test('microsOfDecimal counts the micros of an amount', async (t) => {
  const happy: [number, number, string][] = [
    [0, 0, 'nothing'],
    [1, 1_000_000, 'one'],
    [1.23, 1_230_000, 'cents'],
    [0.1 + 0.2, 300_000, 'a sum that binary fractions miss'],
    [1.1, 1_100_000, 'an amount whose product with a million is no integer'],
    [0.000001, 1, 'the smallest'],
    [0.0000004, 0, 'less than half of the smallest'],
    [0.0000005, 1, 'half of the smallest'],
    [-2.5, -2_500_000, 'a correction downwards'],
    [9_007_199_254, 9_007_199_254_000_000, 'about the largest'],
  ]
  for (const [amount, micros, about] of happy) t.equal(microsOfDecimal(amount), micros, about)
})

t.test('microsOfDecimal takes what cannot be counted for a bug', async (t) => {
  const sad: [number, string][] = [
    [Number.NaN, 'no number'],
    [Infinity, 'no end'],
    [-Infinity, 'no beginning'],
    [9_007_199_255, 'one unit more than 2^53 micros'],
    [1e300, 'far too large'],
  ]
  for (const [amount, about] of sad) t.throws(() => microsOfDecimal(amount), AssertionError, about)
})

t.test('decimalOfMicros writes digits, with neither exponent nor trailing zeros', async (t) => {
  const happy: [number, string, string][] = [
    [0, '0', 'nothing'],
    [1, '0.000001', 'what JavaScript writes as 1e-6'],
    [10, '0.00001', 'what JavaScript writes as 1e-5'],
    [999_999, '0.999999', 'the largest below one'],
    [1_000_000, '1', 'a whole amount has no point'],
    [1_000_001, '1.000001', 'zeros within the fraction stay'],
    [1_230_000, '1.23', 'zeros at its end fall'],
    [100_500_000, '100.5', 'zeros of the whole part stay'],
    [Number.MAX_SAFE_INTEGER, '9007199254.740991', 'the largest'],
  ]
  for (const [micros, text, about] of happy) t.equal(decimalOfMicros(micros), text, about)
})

t.test('decimalOfMicros takes what is no amount for a bug', async (t) => {
  const sad: [number, string][] = [
    [-1, 'less than nothing'],
    [0.5, 'a part of a micro'],
    [2 ** 53, 'more than can be counted'],
    [Number.NaN, 'no number'],
    [Infinity, 'no end'],
  ]
  for (const [micros, about] of sad) t.throws(() => decimalOfMicros(micros), AssertionError, about)
})

t.test('an amount survives the way to text and back', async (t) => {
  // Up to a thousand million units: beyond, a double cannot tell neighbouring micros apart.
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000_000_000_000 }), (micros) => {
      const text = decimalOfMicros(micros)
      t.match(text, /^(0|[1-9]\d*)(\.\d{0,5}[1-9])?$/)
      t.equal(microsOfDecimal(Number(text)), micros)
    }),
    { numRuns: 500 },
  )
})
