import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { BINS, BOUNDS, binOf, placeInBin, TOP_BIN } from './landscape-grid.ts'

t.test('bounds rise in integers by at most 8 % from a cent to a hundred dollars', async (t) => {
  t.equal(BOUNDS[0], 0)
  t.equal(BOUNDS[1], 10_000)
  t.equal(BOUNDS[TOP_BIN], 100_000_000)
  t.equal(BOUNDS[BINS], Number.POSITIVE_INFINITY)
  for (let i = 1; i < TOP_BIN; i++) {
    const ratio = BOUNDS[i + 1] / BOUNDS[i]
    t.ok(Number.isInteger(BOUNDS[i]) && ratio > 1.07 && ratio < 1.08, `bound ${i}`)
  }
})

t.test('a price lies above the lower bound of its bin and not above the upper', async () => {
  const anywhere = fc.integer({ min: 1, max: 200_000_000 })
  const besideBound = fc
    .tuple(fc.integer({ min: 1, max: TOP_BIN }), fc.constantFrom(-1, -0.4, 0, 0.4, 1))
    .map(([i, beside]) => BOUNDS[i] + beside)
  fc.assert(
    fc.property(fc.oneof(anywhere, besideBound), (price) => {
      const bin = binOf(price)
      return price > BOUNDS[bin] && price <= BOUNDS[bin + 1]
    }),
    { numRuns: 5000 },
  )
})

t.test('what is no price is in the first bin, and what is beyond all in the last', async (t) => {
  for (const price of [0, -1, Number.NaN, Number.NEGATIVE_INFINITY]) t.equal(binOf(price), 0, `${price}`)
  t.equal(binOf(Number.POSITIVE_INFINITY), TOP_BIN)
  t.equal(binOf(Number.MAX_SAFE_INTEGER), TOP_BIN)
})

t.test('a place in a bin goes from 0 at the lower bound to 1 at the upper', async (t) => {
  t.equal(placeInBin(0, 0), 0)
  t.equal(placeInBin(0, 2_500), 0.25)
  t.equal(placeInBin(0, 10_000), 1)
  t.equal(placeInBin(40, BOUNDS[41]), 1)
  t.equal(placeInBin(0, -5), 0)
  t.equal(placeInBin(TOP_BIN, Number.POSITIVE_INFINITY), 0, 'the last bin has no upper bound')
})
