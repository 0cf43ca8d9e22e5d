// The search for the best pod, against trying every set of the candidates.
import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { DEDUPE, POD_ADS_MAX, POD_CANDIDATES_MAX, type Pod, type PodCandidates, PodFiller } from './pod.ts'

type Ad = {
  readonly durationS: number
  readonly price: number
  readonly advertiser?: number
  readonly creative?: number
  readonly category?: number
}

const UNKNOWN = -1

function candidatesOf(ads: readonly Ad[]): PodCandidates {
  return {
    durations: Int32Array.from(ads, ({ durationS }) => durationS),
    prices: Float64Array.from(ads, ({ price }) => price),
    advertisers: Int32Array.from(ads, ({ advertiser }) => advertiser ?? UNKNOWN),
    creatives: Int32Array.from(ads, ({ creative }) => creative ?? UNKNOWN),
    categories: Int32Array.from(ads, ({ category }) => category ?? UNKNOWN),
  }
}

function podOf(parts: Partial<Pod> = {}): Pod {
  return { podDurationS: 90, sequenceMax: 0, dedupe: 0, ...parts }
}

const filler = new PodFiller()

function fill(pod: Pod, ads: readonly Ad[]): number[] {
  const count = filler.fill(pod, candidatesOf(ads), ads.length)
  return Array.from(filler.chosen.subarray(0, count))
}

/** Whether a pod may hold these ads, said as plainly as the rules are. */
function isAllowed(pod: Pod, set: readonly Ad[]): boolean {
  const { podDurationS, sequenceMax, dedupe } = pod
  if (set.some(({ durationS, price }) => durationS <= 0 || !(price > 0))) return false
  if (set.length > (sequenceMax === 0 ? POD_ADS_MAX : Math.min(sequenceMax, POD_ADS_MAX))) return false
  if (set.reduce((sum, { durationS }) => sum + durationS, 0) > podDurationS) return false
  const asks = (bits: number) => (dedupe & bits) !== 0
  const isSilent = !asks(0b111110)
  const keys: ((ad: Ad) => number | undefined)[] = []
  if (isSilent || asks(DEDUPE.advertiser)) keys.push((ad) => ad.advertiser)
  if (isSilent || asks(DEDUPE.creative | DEDUPE.file)) keys.push((ad) => ad.creative)
  if (asks(DEDUPE.category)) keys.push((ad) => ad.category)
  return keys.every((key) => {
    const known = set.map(key).filter((value) => value !== undefined && value >= 0)
    return new Set(known).size === known.length
  })
}

function totalOf(set: readonly Ad[]): number {
  return set.reduce((sum, { price }) => sum + price, 0)
}

function bestTotal(pod: Pod, ads: readonly Ad[]): number {
  let best = 0
  for (let bits = 0; bits < 2 ** ads.length; bits++) {
    const set = ads.filter((_, i) => (bits >> i) & 1)
    if (isAllowed(pod, set)) best = Math.max(best, totalOf(set))
  }
  return best
}

/** The dearest that fits, again and again. */
function greedyTotal(pod: Pod, ads: readonly Ad[]): number {
  const set: Ad[] = []
  for (const ad of ads.toSorted((a, b) => b.price - a.price)) if (isAllowed(pod, [...set, ad])) set.push(ad)
  return totalOf(set)
}

/** Each row: what is asked, the pod, the ads, and those chosen. */
const CASES: readonly (readonly [string, Pod, readonly Ad[], readonly number[]])[] = [
  ['nothing of nothing', podOf(), [], []],
  ['one that fits', podOf(), [{ durationS: 90, price: 1 }], [0]],
  ['none that is longer than the pod', podOf(), [{ durationS: 91, price: 1 }], []],
  ['none without a length', podOf(), [{ durationS: 0, price: 1 }], []],
  ['none without a price', podOf(), [{ durationS: 30, price: 0 }], []],
  ['none whose price is no number', podOf(), [{ durationS: 30, price: Number.NaN }], []],
  ['nothing in no time', podOf({ podDurationS: 0 }), [{ durationS: 1, price: 1 }], []],
  [
    'in descending order of price',
    podOf(),
    [
      { durationS: 30, price: 1 },
      { durationS: 30, price: 3 },
      { durationS: 30, price: 2 },
    ],
    [1, 2, 0],
  ],
  [
    'two short ones instead of a dearer long one',
    podOf({ podDurationS: 60 }),
    [
      { durationS: 60, price: 5 },
      { durationS: 30, price: 3 },
      { durationS: 30, price: 4 },
    ],
    [2, 1],
  ],
  [
    'a long one instead of two short ones when only one is wanted',
    podOf({ podDurationS: 60, sequenceMax: 1 }),
    [
      { durationS: 30, price: 3 },
      { durationS: 60, price: 5 },
      { durationS: 30, price: 4 },
    ],
    [1],
  ],
  [
    'one of an advertiser, without being asked',
    podOf(),
    [
      { durationS: 15, price: 3, advertiser: 7 },
      { durationS: 15, price: 2, advertiser: 7 },
    ],
    [0],
  ],
  [
    'the cheaper of an advertiser where the dearer takes the room of another',
    podOf({ podDurationS: 45 }),
    [
      { durationS: 45, price: 4, advertiser: 7 },
      { durationS: 15, price: 3, advertiser: 7 },
      { durationS: 30, price: 3, advertiser: 8 },
    ],
    [1, 2],
  ],
  [
    'a creative once, without being asked',
    podOf(),
    [
      { durationS: 15, price: 2, advertiser: 7, creative: 1 },
      { durationS: 15, price: 3, advertiser: 8, creative: 1 },
    ],
    [1],
  ],
  [
    'a category twice, unless asked',
    podOf(),
    [
      { durationS: 15, price: 3, category: 1 },
      { durationS: 15, price: 2, category: 1 },
    ],
    [0, 1],
  ],
  [
    'a category once when asked, and an advertiser then as often as one likes',
    podOf({ dedupe: DEDUPE.category }),
    [
      { durationS: 15, price: 3, category: 1, advertiser: 7 },
      { durationS: 15, price: 2, category: 1, advertiser: 8 },
      { durationS: 15, price: 1, category: 2, advertiser: 7 },
    ],
    [0, 2],
  ],
  [
    'a media file once: the creative stands for it',
    podOf({ dedupe: DEDUPE.file }),
    [
      { durationS: 15, price: 3, creative: 1 },
      { durationS: 15, price: 2, creative: 1 },
    ],
    [0],
  ],
  [
    'anything again when nothing is refused',
    podOf({ dedupe: DEDUPE.none }),
    [
      { durationS: 15, price: 3, advertiser: 7, creative: 1 },
      { durationS: 15, price: 2, advertiser: 7, creative: 1 },
    ],
    [0, 1],
  ],
  [
    'no creative again when the only rule asked for is one that we do not know',
    podOf({ dedupe: 1 << 9 }),
    [
      { durationS: 15, price: 3, creative: 1 },
      { durationS: 15, price: 2, creative: 1 },
    ],
    [0],
  ],
  [
    'never more than eight, though the seller sets no limit',
    podOf(),
    Array.from({ length: 12 }, (_, i) => ({ durationS: 5, price: 100 - i })),
    [0, 1, 2, 3, 4, 5, 6, 7],
  ],
  [
    'never more than eight, though the seller takes ten',
    podOf({ sequenceMax: 10 }),
    Array.from({ length: 12 }, (_, i) => ({ durationS: 5, price: 100 - i })),
    [0, 1, 2, 3, 4, 5, 6, 7],
  ],
]

t.test('a pod is filled with what brings most', async (t) => {
  for (const [about, pod, ads, chosen] of CASES) t.same(fill(pod, ads), chosen, about)
})

const key = fc.integer({ min: -1, max: 4 })
const ad: fc.Arbitrary<Ad> = fc.record({
  durationS: fc.oneof(fc.constantFrom(6, 15, 20, 30, 45, 60), fc.integer({ min: 0, max: 70 })),
  price: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 10_000_000 })),
  advertiser: key,
  creative: key,
  category: key,
})
const pod: fc.Arbitrary<Pod> = fc.record({
  podDurationS: fc.integer({ min: 1, max: 400 }),
  sequenceMax: fc.integer({ min: 0, max: 10 }),
  dedupe: fc.integer({ min: 0, max: 127 }),
})

t.test('no set of a few candidates brings more than the one chosen', async (t) => {
  const cutShortBefore = filler.cutShortCount
  let filled = 0
  fc.assert(
    fc.property(pod, fc.array(ad, { maxLength: 9 }), (pod, ads) => {
      const set = fill(pod, ads).map((i) => ads[i])
      if (set.length > 1) filled++
      return isAllowed(pod, set) && totalOf(set) === bestTotal(pod, ads)
    }),
    { numRuns: 1000 },
  )
  t.ok(filled > 200, `${filled} pods of several ads`)
  t.equal(filler.cutShortCount, cutShortBefore)
})

t.test('of ads paid by the second, no set brings more than the one chosen', async () => {
  fc.assert(
    fc.property(pod, fc.array(ad, { maxLength: 9 }), (pod, anyAds) => {
      const ads = anyAds.map((ad) => ({ ...ad, price: ad.durationS * 100_000 }))
      const set = fill(pod, ads).map((i) => ads[i])
      return isAllowed(pod, set) && totalOf(set) === bestTotal(pod, ads)
    }),
    { numRuns: 500 },
  )
})

t.test('prices need not be whole', async () => {
  fc.assert(
    fc.property(
      pod,
      fc.array(fc.tuple(ad, fc.double({ min: 0.1, max: 9, noNaN: true })), { maxLength: 8 }),
      (pod, pairs) => {
        const ads = pairs.map(([ad, price]) => ({ ...ad, price }))
        const set = fill(pod, ads).map((i) => ads[i])
        return isAllowed(pod, set) && totalOf(set) > bestTotal(pod, ads) * (1 - 1e-9) - 1e-12
      },
    ),
  )
})

t.test(
  'however many candidates, what is chosen is allowed and no worse than the dearest that fit',
  async () => {
    fc.assert(
      fc.property(pod, fc.array(ad, { minLength: 20, maxLength: POD_CANDIDATES_MAX }), (pod, ads) => {
        const chosen = fill(pod, ads)
        const set = chosen.map((i) => ads[i])
        const isSorted = set.every(({ price }, i) => i === 0 || set[i - 1].price >= price)
        return (
          new Set(chosen).size === chosen.length &&
          isSorted &&
          isAllowed(pod, set) &&
          totalOf(set) >= greedyTotal(pod, ads)
        )
      }),
      { numRuns: 1000 },
    )
  },
)

t.test('a search that takes too long is cut short, counted, and still gives a good pod', async (t) => {
  // An hour is counted in steps of half a minute, and at a price by the second every set looks as good as any other.
  const ads = Array.from({ length: 32 }, (_, i) => ({ durationS: 101 + 37 * i, price: 101 + 37 * i }))
  const hour = podOf({ podDurationS: 3599 })
  const before = filler.cutShortCount
  const set = fill(hour, ads).map((i) => ads[i])
  t.equal(filler.cutShortCount, before + 1)
  t.ok(isAllowed(hour, set))
  t.ok(totalOf(set) >= greedyTotal(hour, ads))
  t.ok(totalOf(set) > 3500, `${totalOf(set)} of 3599 s are filled`)
  t.same(fill(podOf(), [{ durationS: 30, price: 1 }]), [0], 'the next pod is filled as if nothing had been')
  t.equal(filler.cutShortCount, before + 1)
})

t.test('more candidates than there are bits are a bug', async (t) => {
  const ads = Array.from({ length: POD_CANDIDATES_MAX + 1 }, () => ({ durationS: 15, price: 1 }))
  t.throws(() => fill(podOf(), ads), { name: 'AssertionError' })
})
