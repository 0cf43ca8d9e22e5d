import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { type Floor, floorCpmMicros, NO_FLOOR } from './floor.ts'

function floorOf(flatCpmMicros: number, perSecondCpmMicros = 0, ranges: readonly number[] = []): Floor {
  return { flatCpmMicros, perSecondCpmMicros, ranges: Float64Array.from(ranges) }
}

const POD = true
const ALONE = false
const SHORT_AND_LONG = [6, 15, 3_000_000, 16, 30, 5_000_000]
const OVERLAPPING = [0, 20, 3_000_000, 15, 30, 5_000_000, 15, 15, 4_000_000]

/** Each row: what is asked, the floor, the ad's length, whether it runs in a pod, and what it must bring. */
const CASES: readonly (readonly [string, Floor, number, boolean, number])[] = [
  ['nothing where nothing is asked', NO_FLOOR, 30, ALONE, 0],
  ['nothing in a pod either', NO_FLOOR, 30, POD, 0],
  ['the flat floor of a banner', floorOf(2_000_000), 0, ALONE, 2_000_000],
  ['the flat floor of a film', floorOf(2_000_000), 15, ALONE, 2_000_000],
  ['the flat floor of a film in a pod', floorOf(2_000_000), 15, POD, 2_000_000],
  ['no seconds are asked of a banner', floorOf(2_000_000, 100_000, [0, 60, 9_000_000]), 0, POD, 2_000_000],
  ['by the second in a pod', floorOf(0, 100_000), 30, POD, 3_000_000],
  [
    'by the second in a pod, though the flat floor is higher',
    floorOf(9_000_000, 100_000),
    30,
    POD,
    3_000_000,
  ],
  ['by the second alone', floorOf(0, 100_000), 30, ALONE, 3_000_000],
  ['the higher of flat and by the second alone', floorOf(9_000_000, 100_000), 30, ALONE, 9_000_000],
  ['the higher of them the other way', floorOf(2_000_000, 100_000), 30, ALONE, 3_000_000],
  ['in a range', floorOf(9_000_000, 0, SHORT_AND_LONG), 10, ALONE, 3_000_000],
  ['at the start of a range', floorOf(9_000_000, 0, SHORT_AND_LONG), 6, ALONE, 3_000_000],
  ['at the end of a range', floorOf(9_000_000, 0, SHORT_AND_LONG), 15, ALONE, 3_000_000],
  ['at the start of the next', floorOf(9_000_000, 0, SHORT_AND_LONG), 16, POD, 5_000_000],
  ['at the end of the last', floorOf(9_000_000, 0, SHORT_AND_LONG), 30, POD, 5_000_000],
  ['a second before all ranges', floorOf(1_000_000, 0, SHORT_AND_LONG), 5, ALONE, 1_000_000],
  ['a second behind all ranges', floorOf(1_000_000, 0, SHORT_AND_LONG), 31, ALONE, 1_000_000],
  ['behind all ranges of a pod', floorOf(1_000_000, 0, SHORT_AND_LONG), 31, POD, 1_000_000],
  ['the highest where ranges overlap', floorOf(0, 0, OVERLAPPING), 15, ALONE, 5_000_000],
  [
    'wherever it stands',
    floorOf(0, 0, [...OVERLAPPING].reverse().map(asRange(OVERLAPPING))),
    15,
    ALONE,
    5_000_000,
  ],
  ['a range without an end', floorOf(0, 0, [31, Number.POSITIVE_INFINITY, 7_000_000]), 600, ALONE, 7_000_000],
  ['a range that asks for nothing', floorOf(2_000_000, 0, [0, 15, 0]), 15, ALONE, 0],
  [
    'a range whose ends are swapped holds nothing',
    floorOf(2_000_000, 0, [15, 6, 1_000_000]),
    10,
    ALONE,
    2_000_000,
  ],
  ['the higher of range and by the second: range', floorOf(9e6, 100_000, SHORT_AND_LONG), 15, POD, 3_000_000],
  [
    'the higher of range and by the second: second',
    floorOf(9e6, 400_000, SHORT_AND_LONG),
    15,
    ALONE,
    6_000_000,
  ],
  ['outside every range by the second', floorOf(9e6, 100_000, SHORT_AND_LONG), 60, POD, 6_000_000],
  [
    'outside every range, alone, what is highest',
    floorOf(9e6, 100_000, SHORT_AND_LONG),
    60,
    ALONE,
    9_000_000,
  ],
  ['a part of a micro counts as a whole', floorOf(0.25), 0, ALONE, 1],
  ['by the second too', floorOf(0, 0.25), 15, POD, 4],
  ['and in a range', floorOf(0, 0, [0, 60, 7.5]), 15, ALONE, 8],
  [
    'a floor beyond what can be counted',
    floorOf(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    30,
    POD,
    Number.MAX_SAFE_INTEGER,
  ],
]

/** Reverses a list of triples, each staying as it is. */
function asRange(ranges: readonly number[]): (_: number, i: number) => number {
  return (_, i) => ranges[ranges.length - 3 * (Math.floor(i / 3) + 1) + (i % 3)]
}

t.test('the floor of an ad follows from its length', async (t) => {
  for (const [about, floor, durationS, isPod, wanted] of CASES)
    t.equal(floorCpmMicros(floor, durationS, isPod), wanted, about)
})

const micros = fc.integer({ min: 0, max: 100_000_000 })
const floor = fc
  .tuple(micros, micros, fc.array(fc.tuple(fc.nat(90), fc.nat(90), micros), { maxLength: 5 }))
  .map(([flat, perSecond, ranges]) => floorOf(flat, perSecond, ranges.flat()))

t.test('a floor never falls when the seller asks for more', async () => {
  const more = (values: Float64Array) => values.map((value, i) => (i % 3 === 2 ? value + 1_000 : value))
  fc.assert(
    fc.property(floor, fc.nat(90), fc.boolean(), (floor, durationS, isPod) => {
      const { flatCpmMicros, perSecondCpmMicros, ranges } = floor
      const dearer = {
        flatCpmMicros: flatCpmMicros + 1_000,
        perSecondCpmMicros: perSecondCpmMicros === 0 ? 0 : perSecondCpmMicros + 1_000,
        ranges: more(ranges),
      }
      const least = floorCpmMicros(floor, durationS, isPod)
      return Number.isSafeInteger(least) && floorCpmMicros(dearer, durationS, isPod) > least
    }),
  )
})
