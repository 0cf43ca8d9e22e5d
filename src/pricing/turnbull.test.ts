// The estimate is held against the naive twin step by step, and where a closed form exists, against that in the limit.
import fc from 'fast-check'
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { naiveTurnbull, type Sighting } from '../testing/naive-turnbull.ts'
import '../testing/seed.ts'
import { BINS } from './landscape-grid.ts'
import { ABOVE, AT_MOST, COUNT_CELLS, EXACT, improveMasses } from './turnbull.ts'

const EVEN = new Float64Array(BINS).fill(1 / BINS)
const NO_PRIOR = { masses: EVEN, strength: 0 }

function estimate(counts: Float32Array, steps: number, prior = NO_PRIOR): Float64Array {
  const masses = EVEN.slice()
  improveMasses(masses, counts, 0, prior, steps)
  return masses
}

/** The chance of a price below this bound. */
const chanceAt = (masses: Float64Array, bound: number) => sumOf(masses.subarray(0, bound))
const sumOf = (values: Iterable<number>) => Array.from(values).reduce((sum, value) => sum + value, 0)
const isNear = (a: number, b: number, tolerance: number) => Math.abs(a - b) <= tolerance

/** A cell of the counts and how much is in it. Bound 0 is not told. */
const cells = fc.array(
  fc.tuple(
    fc.oneof(
      fc.integer({ min: EXACT, max: BINS - 1 }),
      fc.integer({ min: AT_MOST + 1, max: AT_MOST + BINS - 1 }),
      fc.integer({ min: ABOVE + 1, max: ABOVE + BINS - 1 }),
    ),
    fc.integer({ min: 1, max: 1000 }),
  ),
  { maxLength: 40 },
)

function countsOf(told: readonly (readonly [number, number])[]): Float32Array {
  const counts = new Float32Array(COUNT_CELLS)
  for (const [cell, count] of told) counts[cell] += count
  return counts
}

function sightingsOf(told: readonly (readonly [number, number])[]): Sighting[] {
  return told.map(([cell, weight]) => {
    if (cell >= ABOVE) return { first: cell - ABOVE, last: BINS - 1, weight }
    if (cell >= AT_MOST) return { first: 0, last: cell - AT_MOST - 1, weight }
    return { first: cell, last: cell, weight }
  })
}

t.test('a step is what sharing out each observation by itself gives', async () => {
  const ramp = Float64Array.from({ length: BINS }, (_, i) => (2 * (i + 1)) / (BINS * (BINS + 1)))
  const strengths = fc.constantFrom(0.5, 20, 500)
  fc.assert(
    fc.property(cells, strengths, fc.integer({ min: 1, max: 6 }), (told, strength, steps) => {
      const prior = { masses: ramp, strength }
      const masses = estimate(countsOf(told), steps, prior)
      const naive = naiveTurnbull([...EVEN], sightingsOf(told), { masses: [...ramp], strength }, steps)
      return naive.every((mass, bin) => isNear(mass, masses[bin], 1e-9))
    }),
  )
})

t.test('masses are not negative and sum to one, whatever was told', async () => {
  fc.assert(
    fc.property(cells, fc.integer({ min: 1, max: 300 }), fc.constantFrom(0, 20), (told, steps, strength) => {
      const masses = estimate(countsOf(told), steps, { masses: EVEN, strength })
      // Without a prior and without an observation there is nothing to estimate.
      if (strength === 0 && told.length === 0) return true
      return masses.every((mass) => mass >= 0) && isNear(sumOf(masses), 1, 1e-9)
    }),
  )
})

t.test('known prices give their histogram, at once', async (t) => {
  const masses = estimate(
    countsOf([
      [EXACT + 3, 10],
      [EXACT + 60, 25],
      [EXACT + 127, 5],
    ]),
    1,
  )
  t.ok(isNear(masses[3], 0.25, 1e-12))
  t.ok(isNear(masses[60], 0.625, 1e-12))
  t.ok(isNear(masses[127], 0.125, 1e-12))
})

t.test('prices that are known or above a bid give the estimate of Kaplan and Meier', async (t) => {
  const prng = new Prng(1)
  const known = new Float64Array(BINS)
  const above = new Float64Array(BINS)
  for (let i = 0; i < 2000; i++) {
    const price = 20 + prng.below(60)
    const bound = 1 + prng.below(100)
    if (price < bound) known[price]++
    else above[bound]++
  }
  const told = [...known.keys()].flatMap((bin) => [
    [EXACT + bin, known[bin]] as const,
    [ABOVE + bin, above[bin]] as const,
  ])
  const masses = estimate(countsOf(told), 3000)
  let survivors = 2000
  let survival = 1
  for (let bin = 0; bin < 80; bin++) {
    // Whoever is censored at the lower bound of a bin was not seen in it.
    survivors -= above[bin]
    if (survivors > 0) survival *= 1 - known[bin] / survivors
    survivors -= known[bin]
    t.ok(isNear(1 - chanceAt(masses, bin + 1), survival, 1e-4), `bin ${bin}`)
  }
})

t.test('bids that are known only to have won or lost give the isotonic regression of the wins', async (t) => {
  const prng = new Prng(2)
  const bounds = [10, 25, 40, 41, 70, 90, 110]
  const rows = bounds.map((bound) => {
    const count = 20 + prng.below(100)
    // In some pairs the higher bid won less often, so that the regression has something to pool.
    const wins = Math.round(count * Math.min(1, Math.max(0, bound / 128 + 0.3 * (prng.unit() - 0.5))))
    return { bound, count, wins }
  })
  const told = rows.flatMap(({ bound, count, wins }) => [
    [AT_MOST + bound, wins] as const,
    [ABOVE + bound, count - wins] as const,
  ])
  const masses = estimate(countsOf(told), 20_000)
  const pooled = isotonic(rows)
  t.ok(new Set(pooled).size < rows.length, 'some are pooled')
  rows.forEach(({ bound }, i) => {
    t.ok(isNear(chanceAt(masses, bound), pooled[i], 2e-3), `bound ${bound}: ${chanceAt(masses, bound)}`)
  })
})

/** Pool adjacent violators. */
function isotonic(rows: readonly { readonly count: number; readonly wins: number }[]): number[] {
  const pools: { count: number; wins: number; length: number }[] = []
  for (const { count, wins } of rows) {
    let pool = { count, wins, length: 1 }
    while (pools.length > 0 && pools.at(-1)!.wins / pools.at(-1)!.count >= pool.wins / pool.count) {
      const before = pools.pop()!
      pool = {
        count: before.count + pool.count,
        wins: before.wins + pool.wins,
        length: before.length + pool.length,
      }
    }
    pools.push(pool)
  }
  return pools.flatMap(({ count, wins, length }) => new Array<number>(length).fill(wins / count))
}

t.test('a prior is worth as many observations as it is strong', async (t) => {
  const masses = estimate(countsOf([[EXACT + 5, 20]]), 1, { masses: EVEN, strength: 20 })
  t.ok(isNear(masses[5], 0.5 + 0.5 / BINS, 1e-12))
  t.ok(isNear(masses[6], 0.5 / BINS, 1e-12))
})

t.test('a price above all that was held possible makes it possible again', async (t) => {
  const low = new Float64Array(BINS)
  low[0] = 1
  const masses = low.slice()
  improveMasses(masses, countsOf([[ABOVE + 100, 50]]), 0, { masses: EVEN, strength: 1 }, 50)
  t.ok(1 - chanceAt(masses, 100) > 0.9)
})
