import t from 'tap'
import { Prng } from '../base/prng.ts'
import { ResponseRates } from './response-rates.ts'

const HOUR_MS = 3_600_000

/** Impressions of a creative that expect one click in 128, which adds up without a rounding, and the clicks that came. */
function tell(rates: ResponseRates, creative: number, expectedClicks: number, clicks: number): void {
  for (let i = 0; i < expectedClicks * 128; i++) rates.addImpression(creative, 1 / 128)
  for (let i = 0; i < clicks; i++) rates.addClick(creative)
}

/** A campaign's only creative, what was told of it, and its multiplier. */
const MULTIPLIERS: readonly (readonly [string, number, number, number])[] = [
  ['nothing was told', 0, 0, 1],
  ['as expected', 100, 100, 1],
  ['a prior of 20 for the creative, around one of 20 for the campaign', 20, 0, (20 * 0.5) / (20 + 20)],
  ['twice the clicks', 1000, 2000, (20 * (2020 / 1020) + 2000) / 1020],
  ['half the clicks', 1000, 500, (20 * (520 / 1020) + 500) / 1020],
  ['ten times the clicks: something is wrong', 1000, 10_000, 2],
  ['no clicks at all', 1000, 0, 0.5],
]

t.test('a multiplier is what came over what was expected, with a prior, within a half and two', async (t) => {
  for (const [about, expected, clicks, multiplier] of MULTIPLIERS) {
    const rates = new ResponseRates()
    const creative = rates.creativeOf(0, 'a')
    tell(rates, creative, expected, clicks)
    rates.fade(0)
    const wanted = Math.min(2, Math.max(0.5, multiplier))
    t.ok(Math.abs(rates.mean(creative) - wanted) < 1e-9, `${about}: ${rates.mean(creative)}`)
  }
})

t.test(
  'a creative starts from what its campaign has shown, and one of another campaign does not',
  async (t) => {
    const rates = new ResponseRates()
    const [old, young, other] = [
      rates.creativeOf(0, 'old'),
      rates.creativeOf(0, 'young'),
      rates.creativeOf(1, 'old'),
    ]
    tell(rates, old, 180, 280)
    rates.fade(0)
    t.equal(rates.mean(young), (20 + 280) / (20 + 180))
    t.equal(rates.mean(other), 1)
  },
)

t.test('a creative of a campaign is known again', async (t) => {
  const rates = new ResponseRates()
  const first = rates.creativeOf(0, 'a')
  t.not(rates.creativeOf(0, 'b'), first)
  t.not(rates.creativeOf(1, 'a'), first)
  t.equal(rates.creativeOf(0, 'a'), first)
  t.equal(rates.creativeOf(0, 'a', { expectedClicks: 100, clicks: 500 }), first)
  rates.fade(0)
  t.equal(rates.mean(first), 1, 'its past is told once, when it is met')
})

t.test('what was before the process counts as if it had come in it', async (t) => {
  const before = new ResponseRates()
  const [one, two] = [before.creativeOf(3, 'a'), before.creativeOf(3, 'b')]
  tell(before, one, 50, 70)
  tell(before, two, 10, 5)
  const after = new ResponseRates()
  const again = [
    after.creativeOf(3, 'a', { expectedClicks: 50, clicks: 70 }),
    after.creativeOf(3, 'b', { expectedClicks: 10, clicks: 5 }),
  ]
  for (const rates of [before, after]) rates.fade(0)
  t.ok(Math.abs(after.mean(again[0]) - before.mean(one)) < 1e-9)
  t.ok(Math.abs(after.mean(again[1]) - before.mean(two)) < 1e-9)
})

t.test('evidence fades by 2 in a hundred an hour, and not within it', async (t) => {
  const meanAfter = (hours: readonly number[]) => {
    const rates = new ResponseRates()
    const creative = rates.creativeOf(0, 'a')
    tell(rates, creative, 100, 150)
    for (const hour of hours) rates.fade(hour * HOUR_MS)
    return rates.mean(creative)
  }
  const faded = (kept: number) =>
    (20 * ((20 + 150 * kept) / (20 + 100 * kept)) + 150 * kept) / (20 + 100 * kept)
  const isNear = (found: number, wanted: number) => Math.abs(found - wanted) < 1e-9
  t.ok(isNear(meanAfter([0]), faded(1)))
  t.ok(isNear(meanAfter([5]), faded(1)), 'the first call begins the hour, whatever the clock says')
  t.ok(isNear(meanAfter([0, 0.5, 0.999]), faded(1)))
  t.ok(isNear(meanAfter([0, 0.5, 1]), faded(0.98)))
  t.ok(isNear(meanAfter([0, 1, 2]), faded(0.98 ** 2)))
})

t.test('draws have the mean and the spread of what a multiplier may be', async (t) => {
  const rates = new ResponseRates()
  const creative = rates.creativeOf(0, 'a')
  tell(rates, creative, 80, 100)
  rates.fade(0)
  const prng = new Prng(4)
  const count = 40_000
  let sum = 0
  let squares = 0
  for (let i = 0; i < count; i++) {
    const draw = rates.draw(creative, prng)
    sum += draw
    squares += draw * draw
  }
  const shape = 20 * (120 / 100) + 100
  const mean = sum / count
  const variance = squares / count - mean * mean
  // Of Gamma(shape, rate): shape / rate, and shape / rate^2; to five deviations of what so many draws can tell.
  t.ok(Math.abs(mean - shape / 100) < (5 * Math.sqrt(shape)) / 100 / Math.sqrt(count), `${mean}`)
  t.ok(Math.abs(variance / (shape / 100 ** 2) - 1) < 0.05, `${variance}`)
})

t.test('the better of two creatives is drawn higher, the more surely the more is known', async (t) => {
  const shareOfBetter = (expected: number) => {
    const rates = new ResponseRates()
    const [better, worse] = [rates.creativeOf(0, 'better'), rates.creativeOf(0, 'worse')]
    tell(rates, better, expected, expected * 1.3)
    tell(rates, worse, expected, expected * 0.7)
    const prng = new Prng(6)
    let count = 0
    for (let i = 0; i < 4000; i++) if (rates.draw(better, prng) > rates.draw(worse, prng)) count++
    return count / 4000
  }
  const shares = [0, 10, 40, 200].map(shareOfBetter)
  t.ok(Math.abs(shares[0] - 0.5) < 0.05, `nothing known: ${shares[0]}`)
  for (let i = 1; i < shares.length; i++) t.ok(shares[i] > shares[i - 1], `${shares}`)
  t.ok(shares[1] < 0.95, 'both are tried')
  t.ok(shares[3] > 0.99)
})

t.test('a conversion rate is that which was stated, until clicks and conversions have told', async (t) => {
  const rates = new ResponseRates()
  const creative = rates.creativeOf(2, 'a')
  const rate = () => rates.conversionRate(2, 0.05)
  t.equal(rate(), 0.05)
  for (let click = 0; click < 200; click++) rates.addClick(creative)
  t.equal(rate(), 0.025, 'as many clicks as the prior weighs, and no conversion')
  for (let conversion = 0; conversion < 30; conversion++) rates.addConversion(2)
  t.equal(rate(), (10 + 30) / 400)
  t.equal(rates.conversionRate(0, 0.05), 0.05, 'another campaign knows nothing of it')
  for (let conversion = 0; conversion < 1000; conversion++) rates.addConversion(2)
  t.equal(rate(), 1, 'more conversions than clicks are one a click')
  rates.addConversion(9)
  t.equal(rates.conversionRate(9, 0.5), Math.min(1, 101 / 200), 'also of a campaign without creatives')
})

t.test('clicks and conversions of before count on, and do not fade', async (t) => {
  const rates = new ResponseRates()
  rates.restoreConversions(1, 200, 50)
  const creative = rates.creativeOf(1, 'a', { expectedClicks: 10, clicks: 200 })
  t.equal(rates.conversionRate(1, 0.05), 60 / 400)
  rates.addClick(creative)
  for (const hour of [0, 1, 2]) rates.fade(hour * HOUR_MS)
  t.equal(rates.conversionRate(1, 0.05), 60 / 401)
})
