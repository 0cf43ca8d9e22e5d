import fc from 'fast-check'
import t from 'tap'
import { Prng } from '../base/prng.ts'
import { ManualClock } from '../testing/clock.ts'
import '../testing/seed.ts'
import { Landscape, type LandscapeOptions } from './landscape.ts'
import { BOUNDS, TOP_BIN } from './landscape-grid.ts'
import { ROOT } from './landscape-segments.ts'

const PLACE = { exchange: 1, shapeHash: 2, placeHash: 3, hour: 4 }
const DOLLAR = 1_000_000
const HOUR_MS = 3_600_000

function landscapeOf(options: Partial<LandscapeOptions> = {}): Landscape {
  return new Landscape({ clock: new ManualClock(), ...options })
}

function refreshFully(landscape: Landscape, rounds = 30): void {
  for (let round = 0; round < rounds; round++) while (!landscape.refresh(Number.POSITIVE_INFINITY));
}

/** Tells of prices around the middle, log-normal with a deviation of 0.2. */
function tellPrices(landscape: Landscape, segment: number, middle: number, count: number): void {
  const prng = new Prng(count)
  for (let i = 0; i < count; i++) {
    landscape.observePrice(segment, Math.round(middle * Math.exp(0.2 * prng.normal())))
  }
}

const isNear = (a: number, b: number, tolerance: number) => Math.abs(a - b) <= tolerance

t.test('a segment that nothing was told of has the chances of the one above it', async (t) => {
  const landscape = landscapeOf()
  const told = landscape.segmentOf(PLACE)
  const untold = landscape.segmentOf({ ...PLACE, hour: 20 })
  const unlike = landscape.segmentOf({ ...PLACE, exchange: 2 })
  t.equal(landscape.chancesAt(untold), landscape.chancesAt(ROOT), 'before anything is told: the root')
  tellPrices(landscape, told, DOLLAR, 500)
  refreshFully(landscape)
  t.not(landscape.chancesAt(untold), landscape.chancesAt(told))
  t.ok(landscape.winProbability(untold, 1.5 * DOLLAR) > 0.9, 'a neighbour in the same place knows much')
  t.equal(landscape.chancesAt(unlike), landscape.chancesAt(ROOT), 'another exchange knows what all do')
})

t.test('with one observation a segment is much like the one above, with many it is itself', async (t) => {
  const landscape = landscapeOf()
  const cheap = landscape.segmentOf(PLACE)
  const dear = landscape.segmentOf({ ...PLACE, hour: 20 })
  tellPrices(landscape, cheap, DOLLAR, 2000)
  tellPrices(landscape, landscape.segmentOf({ ...PLACE, exchange: 2 }), 20 * DOLLAR, 20_000)
  landscape.observePrice(dear, 5 * DOLLAR)
  refreshFully(landscape)
  t.ok(landscape.winProbability(ROOT, 2 * DOLLAR) < 0.2, 'elsewhere prices are higher')
  t.ok(landscape.winProbability(dear, 2 * DOLLAR) > 0.9)
  tellPrices(landscape, dear, 5 * DOLLAR, 2000)
  refreshFully(landscape)
  t.ok(landscape.winProbability(dear, 2 * DOLLAR) < 0.02)
  t.ok(isNear(landscape.winProbability(dear, 5 * DOLLAR), 0.5, 0.05))
  t.ok(landscape.winProbability(cheap, 2 * DOLLAR) > 0.98)
})

t.test('a bid on a bound teaches of that bound', async (t) => {
  const landscape = landscapeOf()
  landscape.observeWin(ROOT, BOUNDS[40], 10_000)
  landscape.observeLoss(ROOT, BOUNDS[39], 10_000)
  refreshFully(landscape)
  t.ok(landscape.winProbability(ROOT, BOUNDS[39]) < 0.01)
  t.ok(landscape.winProbability(ROOT, BOUNDS[40]) > 0.99)
})

t.test('what says nothing is not counted', async (t) => {
  const landscape = landscapeOf()
  const segment = landscape.segmentOf(PLACE)
  for (const micros of [Number.NaN, -1]) {
    landscape.observePrice(segment, micros)
    landscape.observeWin(segment, micros)
    landscape.observeLoss(segment, micros)
  }
  landscape.observeWin(segment, 150 * DOLLAR)
  t.equal(landscape.size.rows, 1, 'no row but the root')
})

t.test('from won and lost alone the chance at the bids that were made is learned', async (t) => {
  const landscape = landscapeOf()
  const segment = landscape.segmentOf(PLACE)
  const prng = new Prng(3)
  for (let i = 0; i < 20_000; i++) {
    const bid = Math.round(DOLLAR * Math.exp(prng.normal()))
    if (DOLLAR * Math.exp(0.4 * prng.normal()) <= bid) landscape.observeWin(segment, bid)
    else landscape.observeLoss(segment, bid)
  }
  refreshFully(landscape, 100)
  t.ok(isNear(landscape.winProbability(segment, DOLLAR), 0.5, 0.04))
  t.ok(isNear(landscape.winProbability(segment, DOLLAR * Math.exp(0.4)), 0.841, 0.04))
  t.ok(isNear(landscape.winProbability(segment, DOLLAR * Math.exp(-0.4)), 0.159, 0.04))
})

type Observation = { kind: 'price' | 'win' | 'loss'; leaf: number; micros: number; weight: number }

const observation: fc.Arbitrary<Observation> = fc.record({
  kind: fc.constantFrom('price', 'win', 'loss'),
  leaf: fc.integer({ min: 0, max: 3 }),
  micros: fc.oneof(
    fc.integer({ min: 0, max: 150_000_000 }),
    fc.integer({ min: 0, max: 20_000 }),
    fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, ...BOUNDS),
  ),
  weight: fc.constantFrom(1, 0.3, 10_000),
})

function tell(landscape: Landscape, { kind, leaf, micros, weight }: Observation): void {
  const segment = landscape.segmentOf({ ...PLACE, placeHash: leaf })
  if (kind === 'price') landscape.observePrice(segment, micros, weight)
  else if (kind === 'win') landscape.observeWin(segment, micros, weight)
  else landscape.observeLoss(segment, micros, weight)
}

t.test('whatever was told, the chance to win is one, and never falls with the bid', async () => {
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 60 }), (told) => {
      const landscape = landscapeOf()
      for (const each of told) tell(landscape, each)
      refreshFully(landscape, 5)
      const segment = landscape.segmentOf({ ...PLACE, placeHash: 0 })
      let before = 0
      for (let bid = 0; bid < 150_000_000; bid = Math.ceil(bid * 1.03 + 500)) {
        const chance = landscape.winProbability(segment, bid)
        // Said this way round, so that NaN fails.
        if (!(chance >= before && chance <= 1)) return false
        before = chance
      }
      return landscape.winProbability(segment, 0) === 0
    }),
  )
})

t.test('the chance is a straight line between bounds', async (t) => {
  const landscape = landscapeOf()
  tellPrices(landscape, ROOT, DOLLAR, 100)
  refreshFully(landscape)
  for (let bin = 0; bin < TOP_BIN; bin++) {
    const [low, high] = [BOUNDS[bin], BOUNDS[bin + 1]]
    const middle = landscape.winProbability(ROOT, (low + high) / 2)
    const ends = landscape.winProbability(ROOT, low) + landscape.winProbability(ROOT, high)
    t.ok(isNear(middle, ends / 2, 1e-12), `bin ${bin}`)
  }
})

t.test('what was told long ago weighs less than what is told now', async (t) => {
  const clock = new ManualClock()
  const landscape = landscapeOf({ clock, halfLifeMs: HOUR_MS })
  tellPrices(landscape, ROOT, DOLLAR, 1000)
  refreshFully(landscape)
  clock.advance(10 * HOUR_MS)
  refreshFully(landscape)
  tellPrices(landscape, ROOT, 4 * DOLLAR, 100)
  refreshFully(landscape)
  t.ok(landscape.winProbability(ROOT, 2 * DOLLAR) < 0.1, 'a thousand after ten half-lives are one')
})

t.test('a row remembers so many auctions and no more, so that it follows the market', async (t) => {
  const landscape = landscapeOf({ weightMax: 200 })
  for (let i = 0; i < 50; i++) {
    tellPrices(landscape, ROOT, DOLLAR, 1000)
    refreshFully(landscape, 1)
  }
  tellPrices(landscape, ROOT, 4 * DOLLAR, 1000)
  refreshFully(landscape)
  t.ok(landscape.winProbability(ROOT, 2 * DOLLAR) < 0.2)
})

t.test('a refresh stops at its time and goes on from there', async (t) => {
  const clock = new ManualClock()
  const landscape = landscapeOf({ clock })
  tellPrices(landscape, landscape.segmentOf(PLACE), DOLLAR, 10)
  const rounds = Array.from({ length: 10 }, () => landscape.refresh(clock.nowMs()))
  t.same(
    rounds,
    [false, false, false, false, true, false, false, false, false, true],
    'a row each when there is no time',
  )
  t.ok(landscape.refresh(clock.nowMs() + 1), 'a round at most when there is plenty')
})

t.test('what was saved is known again, to within what a count is saved to', async (t) => {
  const landscape = landscapeOf()
  const leaves = [0, 1, 2].map((placeHash) => landscape.segmentOf({ ...PLACE, placeHash }))
  leaves.forEach((leaf, i) => {
    tellPrices(landscape, leaf, (i + 1) * DOLLAR, 300)
  })
  for (let i = 0; i < 100; i++) landscape.observeLoss(leaves[0], DOLLAR)
  refreshFully(landscape, 100)
  const bytes = landscape.save()
  const restored = landscapeOf()
  restored.segmentOf({ ...PLACE, exchange: 77 })
  t.ok(restored.restore(bytes))
  t.same(restored.size, { segments: 9, rows: 9 }, 'and nothing else is')
  refreshFully(restored, 100)
  for (const leaf of leaves) {
    const again = restored.segmentOfKey(landscape.keyOf(leaf))
    t.equal(restored.keyOf(again), landscape.keyOf(leaf))
    for (let bid = DOLLAR / 4; bid < 8 * DOLLAR; bid *= 1.1) {
      const [before, after] = [landscape.winProbability(leaf, bid), restored.winProbability(again, bid)]
      t.ok(isNear(before, after, 0.005), `${before} at ${bid}, then ${after}`)
    }
  }
  t.same(restored.save().subarray(16), bytes.subarray(16), 'saved again, the bytes are the same')
})

t.test('bytes that were not saved here are refused, and nothing changes', async (t) => {
  const landscape = landscapeOf()
  tellPrices(landscape, landscape.segmentOf(PLACE), DOLLAR, 100)
  refreshFully(landscape)
  const bytes = landscape.save()
  const chances = landscape.chances.slice(0, 1000)
  const changed = (at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
  const foreign: readonly (readonly [string, Uint8Array])[] = [
    ['nothing', new Uint8Array(0)],
    ['a header alone', bytes.slice(0, 16)],
    ['a byte less', bytes.slice(0, -1)],
    ['a byte more', Uint8Array.from([...bytes, 0])],
    ['zeros', new Uint8Array(bytes.length)],
    ['another magic', changed(0)],
    ['another version', changed(4)],
    ['another count', changed(8)],
    ['a changed key', changed(16)],
    ['a changed price', changed(bytes.length - 1)],
  ]
  for (const [about, each] of foreign) t.notOk(landscape.restore(each), about)
  t.same(landscape.chances.slice(0, 1000), chances)
  t.notOk(landscapeOf({ rowsMax: 4 }).restore(bytes), 'more rows than there is room for')
  t.ok(landscape.restore(Buffer.concat([Buffer.from('.'), bytes]).subarray(1)), 'bytes at any address')
})

t.test('when it is nearly full, what was told least is forgotten, and nothing else', async (t) => {
  const landscape = landscapeOf({ segmentsMax: 64, rowsMax: 40 })
  const keys = Array.from({ length: 16 }, (_, placeHash) => {
    const leaf = landscape.segmentOf({ ...PLACE, placeHash })
    tellPrices(landscape, leaf, placeHash % 3 === 0 ? DOLLAR : 4 * DOLLAR, 100 + placeHash)
    return landscape.keyOf(leaf)
  })
  t.equal(landscape.size.rows, 35)
  refreshFully(landscape, 1)
  t.same(landscape.size, { segments: 30, rows: 30 })
  t.equal(landscape.segmentOfKey(keys[0]), ROOT, 'the lightest is gone')
  for (const when of ['at once', 'after more rounds']) {
    for (let placeHash = 4; placeHash < 16; placeHash++) {
      const kept = landscape.segmentOf({ ...PLACE, placeHash })
      t.equal(landscape.keyOf(kept), keys[placeHash], 'found by its place')
      const chance = landscape.winProbability(kept, 2 * DOLLAR)
      t.ok(placeHash % 3 === 0 ? chance > 0.8 : chance < 0.2, `place ${placeHash} ${when}: ${chance}`)
    }
    refreshFully(landscape)
  }
  const newcomer = landscape.segmentOf({ ...PLACE, exchange: 9 })
  landscape.observePrice(newcomer, 2 * DOLLAR)
  refreshFully(landscape)
  const [own, above] = [newcomer, ROOT].map((segment) => landscape.winProbability(segment, 2 * DOLLAR))
  t.ok(isNear(own, above, 0.2), 'a newcomer has nothing of the row that it gets')
})

t.test('of rows that were told equally much, no more are kept than there is room for', async (t) => {
  const landscape = landscapeOf({ segmentsMax: 64, rowsMax: 32 })
  for (let placeHash = 0; placeHash < 20; placeHash++) {
    landscape.observePrice(landscape.segmentOf({ ...PLACE, placeHash }), DOLLAR)
  }
  t.equal(landscape.size.rows, 32, 'full, and no more')
  refreshFully(landscape, 1)
  t.ok(landscape.size.rows >= 24 && landscape.size.rows < 28, `${landscape.size.rows}`)
})

t.test('segments that were only seen make room first', async (t) => {
  const landscape = landscapeOf({ segmentsMax: 32, rowsMax: 32 })
  const told = landscape.segmentOf({ ...PLACE, placeHash: 500 })
  tellPrices(landscape, told, DOLLAR, 50)
  const key = landscape.keyOf(told)
  for (let placeHash = 0; placeHash < 50; placeHash++) landscape.segmentOf({ ...PLACE, placeHash })
  t.equal(landscape.size.segments, 32)
  refreshFully(landscape, 1)
  t.same(landscape.size, { segments: 5, rows: 5 })
  t.equal(landscape.keyOf(landscape.segmentOfKey(key)), key)
})
