import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { type AuctionPlace, segmentOf } from './landscape-ladder.ts'
import { ABSENT, ROOT, Segments } from './landscape-segments.ts'

const PLACE: AuctionPlace = { exchange: 3, shapeHash: 11, placeHash: 12, hour: 14 }

t.test('an auction has a segment, with one above it for each coordinate', async (t) => {
  const segments = new Segments(100)
  const leaf = segmentOf(segments, PLACE)
  t.equal(segmentOf(segments, { ...PLACE }), leaf, 'the same when it is seen again')
  const path = [leaf]
  while (path.at(-1) !== ROOT) path.push(segments.parents[path.at(-1)!])
  t.equal(path.length, 5)
  t.equal(segments.count, 5)
})

/** Each row: what differs from `PLACE`, and how many segments are added for it. */
const NEIGHBOURS: readonly (readonly [string, Partial<AuctionPlace>, number])[] = [
  ['another hour of the same quarter', { hour: 17 }, 0],
  ['the hour before the quarter', { hour: 11 }, 1],
  ['the hour after the quarter', { hour: 18 }, 1],
  ['another place', { placeHash: 13 }, 2],
  ['another shape', { shapeHash: 13 }, 3],
  ['another exchange', { exchange: 4 }, 4],
]

t.test('auctions share the segments of what they have in common', async (t) => {
  for (const [about, parts, added] of NEIGHBOURS) {
    const segments = new Segments(100)
    const leaf = segmentOf(segments, PLACE)
    t.equal(segmentOf(segments, { ...PLACE, ...parts }) === leaf, added === 0, about)
    t.equal(segments.count, 5 + added, about)
  }
})

t.test('keys do not depend on what was seen before', async (t) => {
  const [one, other] = [new Segments(100), new Segments(100)]
  segmentOf(other, { ...PLACE, exchange: 9 })
  t.equal(one.keys[segmentOf(one, PLACE)], other.keys[segmentOf(other, PLACE)])
})

t.test('a full table gives the nearest segment above, and what it has it still finds', async (t) => {
  const segments = new Segments(7)
  const leaf = segmentOf(segments, PLACE)
  const neighbour = segmentOf(segments, { ...PLACE, placeHash: 13 })
  t.equal(segments.count, 7)
  t.not(neighbour, leaf)
  t.equal(segmentOf(segments, { ...PLACE, hour: 0 }), segments.parents[leaf])
  t.equal(segmentOf(segments, { ...PLACE, exchange: 4 }), ROOT)
  t.equal(segmentOf(segments, PLACE), leaf)
  t.equal(segments.count, 7)
})

t.test('a table finds every key that was added, and no other', async () => {
  const keys = fc.uniqueArray(fc.integer({ min: 2, max: 0xffffffff }), { maxLength: 60 })
  fc.assert(
    fc.property(keys, fc.integer({ min: 2, max: 0xffffffff }), (added, absent) => {
      const segments = new Segments(64)
      const indexes = added.map((key) => segments.add(key, ROOT))
      const isFound = added.every((key, i) => segments.find(key) === indexes[i])
      return isFound && (added.includes(absent) || segments.find(absent) === ABSENT)
    }),
  )
})
