import fc from 'fast-check'
import t from 'tap'
import { ManualClock } from '../testing/clock.ts'
import '../testing/seed.ts'
import { Landscape } from './landscape.ts'
import { BOUNDS } from './landscape-grid.ts'
import { ROOT } from './landscape-segments.ts'
import { shade } from './shade.ts'

const DOLLAR = 1_000_000

function learned(tell: (landscape: Landscape) => void): Landscape {
  const landscape = new Landscape({ clock: new ManualClock(), rowsMax: 8, segmentsMax: 8 })
  tell(landscape)
  for (let round = 0; round < 20; round++) while (!landscape.refresh(Number.POSITIVE_INFINITY));
  return landscape
}

const unseen = learned(() => {})

t.test(
  'in a market that nothing is known of the bid is about 0.65 of the value, whatever it is',
  async (t) => {
    for (const value of [0.1, 0.5, 1, 3, 10, 25]) {
      const share = shade(unseen, ROOT, value * DOLLAR, 0) / (value * DOLLAR)
      t.ok(Math.abs(share - 0.65) < 0.03, `${share} of ${value}`)
    }
  },
)

/** Each row: value and floor, and what is bid in an unseen market. */
const EDGES: readonly (readonly [string, number, number, number])[] = [
  ['no value', 0, 0, 0],
  ['a value below nothing', -5, 0, 0],
  ['a value that is no number', Number.NaN, 0, 0],
  ['a floor that is no number', DOLLAR, Number.NaN, 0],
  ['a value below the floor', DOLLAR - 1, DOLLAR, 0],
  ['a value a part of a micro below the floor', DOLLAR - 0.5, DOLLAR, 0],
  ['the floor above the best bid is bid', DOLLAR, 900_000, 900_000],
  ['a value at the floor is bid', DOLLAR, DOLLAR, DOLLAR],
  ['the least value', 1, 0, 1],
  ['a floor above the grid', 200 * DOLLAR, 150 * DOLLAR, 150 * DOLLAR],
  ['a part of a micro of floor counts as a whole', DOLLAR, 899_999.5, 900_000],
]

t.test('a bid stays between floor and value', async (t) => {
  for (const [about, value, floor, wanted] of EDGES) t.equal(shade(unseen, ROOT, value, floor), wanted, about)
})

t.test('no more than the top of the market is bid, however high the value', async (t) => {
  t.ok(shade(unseen, ROOT, 5000 * DOLLAR, 0) <= 100 * DOLLAR)
  t.ok(shade(unseen, ROOT, Number.MAX_SAFE_INTEGER, 0) <= 100 * DOLLAR)
})

t.test('a market of one price is bid at the bound that clears it, whatever the value', async (t) => {
  const bound = BOUNDS[60]
  const landscape = learned((landscape) => landscape.observePrice(ROOT, bound - 1, 30_000))
  for (let value = 1.5 * bound; value < 5 * bound; value *= 1.013) {
    t.equal(shade(landscape, ROOT, value, 0), bound, `${value}`)
  }
})

const market = fc.array(
  fc.tuple(
    fc.constantFrom('price', 'win', 'loss'),
    fc.integer({ min: 1_000, max: 60 * DOLLAR }),
    fc.constantFrom(1, 40, 3000),
  ),
  { maxLength: 30 },
)

function landscapeOf(told: readonly (readonly [string, number, number])[]): Landscape {
  return learned((landscape) => {
    for (const [kind, micros, weight] of told) {
      if (kind === 'price') landscape.observePrice(ROOT, micros, weight)
      else if (kind === 'win') landscape.observeWin(ROOT, micros, weight)
      else landscape.observeLoss(ROOT, micros, weight)
    }
  })
}

t.test('no bid of a fine grid leaves more than the one that is chosen', async () => {
  const value = fc.oneof(fc.integer({ min: 1, max: 120 * DOLLAR }), fc.integer({ min: 1, max: 3 * DOLLAR }))
  fc.assert(
    fc.property(market, value, fc.double({ min: 0, max: 1, noNaN: true }), (told, value, share) => {
      const landscape = landscapeOf(told)
      const floor = Math.floor(value * share)
      const surplus = (bid: number) => (value - bid) * landscape.winProbability(ROOT, bid)
      const bid = shade(landscape, ROOT, value, floor)
      if (!(Number.isInteger(bid) && bid >= Math.max(floor, 1) && bid <= value)) return false
      let most = 0
      for (let i = 0; i <= 2000; i++) {
        most = Math.max(most, surplus(Math.round(floor + ((value - floor) * i) / 2000)))
      }
      return surplus(bid) >= most * (1 - 1e-9) - 1e-9
    }),
  )
})
