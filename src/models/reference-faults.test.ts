import t from 'tap'
import { Prng } from '../base/prng.ts'
import { ReferenceBuilder } from '../features/reference-builder.ts'
import { randomRows } from '../testing/random-rows.ts'
import { loadTinyModel, type Parts } from '../testing/tiny-model.ts'
import { referenceFaults } from './reference-faults.ts'
import { isManifest } from './schema-faults.ts'

const INLINE = [
  { feature: 'os', buckets: 8 },
  { feature: 'os*creative', buckets: 8 },
]

function referenceOf() {
  const builder = new ReferenceBuilder({ columns: [...INLINE, { feature: 'floor_cpm' }], seed: 1 })
  builder.add(randomRows(new Prng(2), 500))
  builder.addScores(Float64Array.from({ length: 500 }, (_, i) => i / 500))
  return { ...builder.build(), unseen: { 'os*creative': 0.1 } }
}

// biome-ignore lint/suspicious/noExplicitAny: the lies are of every shape.
type Json = any

/** Each row: a lie, and what is told. */
const LIES: readonly (readonly [string, (reference: Json) => void, readonly string[]])[] = [
  [
    'a text feature that there is not',
    (r) => {
      r.texts.browser = r.texts.os
    },
    ['/reference/texts/browser: "browser" is not in the feature catalogue'],
  ],
  [
    'a number among the texts',
    (r) => {
      r.texts.slot_width = r.texts.os
    },
    ['/reference/texts/slot_width: "slot_width" is a number; its place is reference.numbers'],
  ],
  [
    'text among the numbers',
    (r) => {
      r.numbers.tag = r.numbers.floor_cpm
    },
    ['/reference/numbers/tag: "tag" is text; its place is reference.texts'],
  ],
  [
    'shares that are no whole',
    (r) => {
      r.texts.os = { hashes: [7], shares: [0.5], other: 0.25, missing: 0.2 }
      r.numbers.floor_cpm = { least: 0, most: 2, edges: [1], shares: [0.5, 0.4], missing: 0.2 }
      r.scores.shares[0] += 0.01
    },
    [
      '/reference/texts/os: the shares are together 0.9500, not 1',
      '/reference/numbers/floor_cpm: the shares are together 1.1000, not 1',
      '/reference/scores: the shares are together 1.0100, not 1',
    ],
  ],
  [
    'a hash without a share, and one that is there twice',
    (r) => {
      r.texts.os = { hashes: [7, 8, 7], shares: [0.5, 0.5], other: 0, missing: 0 }
    },
    ['/reference/texts/os: 3 hashes have 2 shares', '/reference/texts/os: the hash 7 is there twice'],
  ],
  [
    'edges that do not ascend, or lie outside',
    (r) => {
      r.numbers.floor_cpm = { least: 0, most: 2, edges: [1, 1, 3], shares: [1, 0, 0, 0], missing: 0 }
      r.scores = { rows: 1, edges: [0.2, 0.1], shares: [1, 0, 0] }
    },
    [
      '/reference/numbers/floor_cpm: the edges must ascend, but 1 follows upon 1',
      '/reference/numbers/floor_cpm: the edge 3 is not within 0 and 2',
      '/reference/scores: the edges must ascend, but 0.1 follows upon 0.2',
    ],
  ],
  [
    'bins without a share',
    (r) => {
      r.scores = { rows: 1, edges: [0.1, 0.2], shares: [1] }
    },
    ['/reference/scores: 2 edges part 3 bins, but there are 1 shares'],
  ],
  [
    'a range that is turned round',
    (r) => {
      r.numbers.floor_cpm = { least: 2, most: 0, edges: [], shares: [1], missing: 0 }
    },
    ['/reference/numbers/floor_cpm: the least is 2, and the most 0'],
  ],
  [
    'a column that the inline scorer has not',
    (r) => {
      r.unseen.country = 0.1
    },
    ['/reference/unseen/country: the inline scorer has no column "country"'],
  ],
]

t.test('a reference as it is counted is no fault', async (t) => {
  t.same(referenceFaults(referenceOf(), INLINE), [])
})

for (const [about, lie, told] of LIES) {
  t.test(about, async (t) => {
    const reference = referenceOf()
    lie(reference)
    t.same(referenceFaults(reference, INLINE), told)
  })
}

t.test('a model is loaded with its reference, and refused with the place of a fault in it', async (t) => {
  const withReference = ({ manifest }: Parts) => {
    manifest.reference = referenceOf()
  }
  const { manifest } = await loadTinyModel(t.testdir({}), withReference)
  t.same(manifest.reference, referenceOf())
  const broken = loadTinyModel(t.testdir({}), ({ manifest }) => {
    manifest.reference = { ...referenceOf(), unseen: { tag: 0 } }
  })
  await t.rejects(broken, /manifest\.json \/reference\/unseen\/tag: the inline scorer has no column "tag"/)
  const values = { hashes: [0], shares: [1], other: 0, missing: 0 }
  t.notOk(isManifest({ ...manifest, reference: { rows: 1, texts: { os: values }, numbers: {} } }))
})
