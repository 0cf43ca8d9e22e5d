/**
 * A plan against the naive reading of a manifest: each cell of each row by itself, from the raw texts.
 */
import t from 'tap'
import { hashText } from '../base/hash.ts'
import { Prng } from '../base/prng.ts'
import { F, FEATURES, featureIndexOf } from './catalogue.ts'
import { type Column, columnFault, Plan } from './plan.ts'
import { adVectorsOf, FeatureVector } from './vector.ts'

/** Raw texts by feature; what is not there is not known. */
type Texts = Readonly<Record<string, string>>

/** The finaliser of MurmurHash3 as its author wrote it, in whole numbers without an end. */
function naiveMix(value: bigint): bigint {
  const word = (wide: bigint) => BigInt.asUintN(32, wide)
  let hash = word(value)
  hash = word((hash ^ (hash >> 16n)) * 0x85ebca6bn)
  hash = word((hash ^ (hash >> 13n)) * 0xc2b2ae35n)
  return hash ^ (hash >> 16n)
}

function naiveId({ feature, buckets = 0, seed = 0, offset = 0 }: Column, texts: Texts): number {
  const [first, second] = feature.split('*').map((name) => BigInt(hashText(texts[name] ?? '')))
  const hash = second === undefined ? first : naiveMix((first * 0x9e3779b1n) ^ second)
  return offset + Number(naiveMix(hash ^ BigInt(seed)) % BigInt(buckets))
}

const AD_TEXTS: readonly Texts[] = [
  {
    campaign: 'c1',
    creative: 'x',
    advertiser: 'Shop',
    ad_category: 'IAB18',
    ad_format: 'banner',
    ad_shape: '300x250',
  },
  {
    campaign: 'c1',
    creative: 'y',
    advertiser: 'Shop',
    ad_category: 'IAB18',
    ad_format: 'video',
    ad_shape: '15s',
  },
  {
    campaign: 'c2',
    creative: 'z',
    advertiser: 'Köln',
    ad_category: '',
    ad_format: 'banner',
    ad_shape: '728x90',
  },
]
const ads = adVectorsOf(
  AD_TEXTS.map((texts) => ({
    campaign: texts.campaign,
    creative: texts.creative,
    advertiser: texts.advertiser,
    category: texts.ad_category,
    format: texts.ad_format as 'banner' | 'video',
    shape: texts.ad_shape,
    durationS: 0,
  })),
)

function vectorOf(texts: Texts): FeatureVector {
  const vector = new FeatureVector()
  for (const [name, text] of Object.entries(texts)) vector.hashes[featureIndexOf(name)!] = hashText(text)
  return vector
}

/** The row of an ad, alone in a tensor. */
function rowOf(plan: Plan, vector: FeatureVector, ad: number): number[] {
  const cells = new Int32Array(plan.width)
  plan.begin(vector)
  plan.write(cells, 0, ad)
  return [...cells]
}

const SLOT = {
  country: 'USA',
  os: 'iOS',
  category: 'IAB12-3',
  domain: 'news.example.com',
  position: '1',
  tag: 'Top',
}

/** Each row: the kind of column, and one of it. */
const KINDS: readonly (readonly [string, Column])[] = [
  ['a request feature', { feature: 'country', buckets: 1024 }],
  ['an imp feature', { feature: 'position', buckets: 1024 }],
  ['an ad feature', { feature: 'creative', buckets: 1024 }],
  ['a feature that is not known', { feature: 'region', buckets: 1024, seed: 7 }],
  ['a request feature with an ad feature', { feature: 'category*advertiser', buckets: 1024 }],
  ['an imp feature with an ad feature', { feature: 'tag*ad_shape', buckets: 1024 }],
  ['two request features', { feature: 'os*country', buckets: 1024 }],
  ['a request feature with an imp feature', { feature: 'domain*position', buckets: 1024 }],
  ['an imp feature with a request feature', { feature: 'position*domain', buckets: 1024 }],
  ['two ad features', { feature: 'advertiser*ad_format', buckets: 1024 }],
  ['a cross with what is not known', { feature: 'region*creative', buckets: 1024 }],
  ['a feature with itself', { feature: 'os*os', buckets: 1024 }],
  ['a seed', { feature: 'os', buckets: 1024, seed: 5 }],
  ['the largest seed', { feature: 'os*creative', buckets: 1024, seed: 2 ** 32 - 1 }],
  ['an offset', { feature: 'creative', buckets: 64, seed: 5, offset: 1_000_000 }],
  ['one bucket', { feature: 'os', buckets: 1, offset: 3 }],
  ['the most buckets', { feature: 'category*advertiser', buckets: 2 ** 30 }],
  ['the largest id', { feature: 'os', buckets: 2 ** 30, offset: 2 ** 30 }],
]

t.test('a column of every kind is what the manifest says', async (t) => {
  for (const [about, column] of KINDS) {
    t.equal(columnFault(column), undefined, about)
    const plan = new Plan([column], ads)
    for (const [ad, texts] of AD_TEXTS.entries()) {
      t.same(rowOf(plan, vectorOf(SLOT), ad), [naiveId(column, { ...SLOT, ...texts })], `${about}, ad ${ad}`)
    }
  }
})

t.test('a known value, worked out by other means, is what it was', async (t) => {
  // By a murmur3 in Python that gives the test vectors of its author's suite: usa is 0x0bca4d94, x is 0x3e9a9b1b.
  const columns = [
    { feature: 'country', buckets: 1024, seed: 3, offset: 10 },
    { feature: 'country*creative', buckets: 2 ** 20 },
  ]
  t.same(rowOf(new Plan(columns, ads), vectorOf({ country: 'USA' }), 0), [940, 99_816])
})

/** A random set of columns, as a model might have it. */
function drawColumns(prng: Prng): Column[] {
  const texts = FEATURES.filter(({ kind }) => kind === 'text')
  return Array.from({ length: 1 + prng.below(12) }, (): Column => {
    const [first, second] = [prng.pick(texts), prng.pick(texts)]
    const isCross = prng.below(2) === 0 && !(first.side === 'ad' && second.side !== 'ad')
    return {
      feature: isCross ? `${first.name}*${second.name}` : first.name,
      buckets: 2 ** prng.below(11),
      seed: prng.below(3) === 0 ? undefined : prng.uint32(),
      offset: prng.below(3) === 0 ? undefined : prng.below(1000),
    }
  })
}

function drawTexts(prng: Prng): Texts {
  const known = FEATURES.filter(({ side, kind }) => side !== 'ad' && kind === 'text' && prng.below(4) > 0)
  return Object.fromEntries(
    known.map(({ name }) => [name, `${prng.pick(['a', 'Ü', 'x.y/', ''])}${prng.below(50)}`]),
  )
}

const SEED = 20_261
const DRAWS = 300

t.test('rows of any columns are what the manifest says, in order, and only they are written', async (t) => {
  const prng = new Prng(SEED)
  const differences: string[] = []
  for (let draw = 0; draw < DRAWS; draw++) {
    const columns = drawColumns(prng)
    const plan = new Plan(columns, ads)
    t.equal(plan.width, columns.length)
    // Two imps with the same plan: nothing of the first may be left in the second.
    for (const texts of [drawTexts(prng), drawTexts(prng)]) {
      const vector = vectorOf(texts)
      const order = prng.below(2) === 0 ? [0, 1, 2] : [2, 0, 1]
      const cells = new Int32Array(5 * plan.width).fill(-1)
      plan.begin(vector)
      for (const [place, ad] of order.entries()) plan.write(cells, place + 1, ad)
      const blank = columns.map(() => -1)
      const rows = order.map((ad) => columns.map((column) => naiveId(column, { ...texts, ...AD_TEXTS[ad] })))
      const wanted = [blank, ...rows, blank].flat()
      if (wanted.join() !== [...cells].join()) differences.push(JSON.stringify({ draw, columns, texts }))
    }
  }
  t.same(differences, [], `seed ${SEED}`)
})

t.test('the weights of request, ad and crosses add up to those of the written row', async (t) => {
  const prng = new Prng(SEED)
  const differences: string[] = []
  // Whole numbers, so that the order of additions does not matter.
  const weights = Float32Array.from({ length: 4096 }, () => prng.below(2001) - 1000)
  for (let draw = 0; draw < DRAWS; draw++) {
    const columns = drawColumns(prng)
    const plan = new Plan(columns, ads)
    const vector = vectorOf(drawTexts(prng))
    for (const ad of AD_TEXTS.keys()) {
      const wanted = rowOf(plan, vector, ad).reduce((sum, id) => sum + weights[id], 0)
      const found = plan.requestWeight(weights) + plan.adWeight(weights, ad) + plan.crossWeight(weights, ad)
      if (found !== wanted) differences.push(`draw ${draw}, ad ${ad}: ${found}, not ${wanted}`)
    }
  }
  t.same(differences, [], `seed ${SEED}`)
})

t.test('each weight belongs to the side that decides its column', async (t) => {
  const columns = ['os', 'creative', 'os*creative', 'os*country', 'advertiser*creative'].map(
    (feature, index): Column => ({ feature, buckets: 1, offset: index }),
  )
  const plan = new Plan(columns, ads)
  const vector = vectorOf(SLOT)
  plan.begin(vector)
  const weights = Float32Array.of(1, 10, 100, 1000, 10_000)
  t.equal(plan.requestWeight(weights), 1001)
  t.equal(plan.adWeight(weights, 0), 10_010)
  t.equal(plan.crossWeight(weights, 0), 100)
})

/** Each row: a column that cannot be computed, and why. */
const FAULTS: readonly (readonly [Column, string])[] = [
  [{ feature: 'os*country*hour', buckets: 8 }, '"os*country*hour" crosses more than two features'],
  [{ feature: 'colour', buckets: 8 }, '"colour" is not in the feature catalogue'],
  [{ feature: 'OS', buckets: 8 }, '"OS" is not in the feature catalogue'],
  [{ feature: 'os*colour', buckets: 8 }, '"colour" is not in the feature catalogue'],
  [{ feature: 'os*', buckets: 8 }, '"" is not in the feature catalogue'],
  [
    { feature: 'advertiser*category', buckets: 8 },
    '"advertiser*category" must name its request side first: "category*advertiser"',
  ],
  [{ feature: 'creative*tag', buckets: 8 }, '"creative*tag" must name its imp side first: "tag*creative"'],
  [{ feature: 'os' }, '"os" is a text feature and needs buckets'],
  [{ feature: 'os*creative' }, '"os*creative" is a cross and needs buckets'],
  [{ feature: 'os', buckets: 12 }, '"os" has 12 buckets; a power of two, at most 1073741824, is due'],
  [
    { feature: 'os', buckets: 2 ** 31 },
    '"os" has 2147483648 buckets; a power of two, at most 1073741824, is due',
  ],
  [
    { feature: 'os', buckets: 2 ** 30, offset: 2 ** 30 + 1 },
    '"os" has the offset 1073741825: its ids reach beyond 2147483648',
  ],
  [{ feature: 'os', buckets: 8, default: 0 }, '"os" is hashed and takes no default and no domain'],
  [{ feature: 'os', buckets: 8, domain: [0, 1] }, '"os" is hashed and takes no default and no domain'],
  [{ feature: 'floor_cpm', buckets: 8 }, '"floor_cpm" is a number and takes no buckets'],
  [{ feature: 'floor_cpm', seed: 1 }, '"floor_cpm" is a number and takes no seed and no offset'],
  [{ feature: 'floor_cpm', offset: 0 }, '"floor_cpm" is a number and takes no seed and no offset'],
  [{ feature: 'floor_cpm', domain: [2, 1] }, '"floor_cpm" has the domain [2, 1]: the lower end comes first'],
  [
    { feature: 'os*ad_duration', buckets: 8 },
    '"os*ad_duration" crosses "ad_duration", which is a number; only text features are crossed',
  ],
  [
    { feature: 'floor_cpm*os' },
    '"floor_cpm*os" crosses "floor_cpm", which is a number; only text features are crossed',
  ],
]

t.test('a column that cannot be computed is refused with the reason', async (t) => {
  for (const [column, fault] of FAULTS) t.equal(columnFault(column), fault)
})

t.test('a number column is taken with and without default and domain', async (t) => {
  const feature = 'floor_cpm'
  for (const column of [
    { feature },
    { feature, default: -1 },
    { feature, domain: [1, 1] as [number, number] },
  ]) {
    t.equal(columnFault(column), undefined)
  }
  t.equal(F.floor_cpm, featureIndexOf(feature))
})
