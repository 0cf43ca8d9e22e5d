import t from 'tap'
import { F, FEATURES } from './catalogue.ts'
import { NumberPlan } from './numbers.ts'
import type { Column } from './plan.ts'
import { adVectorsOf, FeatureVector } from './vector.ts'

const film = {
  campaign: 'c',
  creative: 'v',
  advertiser: 'a',
  category: '',
  format: 'video',
  shape: '15s',
} as const
const ads = adVectorsOf([
  { ...film, durationS: 15 },
  { ...film, durationS: 30 },
])

function cellOf(column: Column, value: number): number {
  const vector = new FeatureVector()
  vector.numbers[F.floor_cpm] = value
  const cells = new Float32Array(1)
  const plan = new NumberPlan([column], ads)
  plan.begin(vector)
  plan.write(cells, 0, 0)
  return cells[0]
}

/** Each row: default and domain of a column, a value, and what is written. */
const CASES: readonly (readonly [string, Omit<Column, 'feature'>, number, number])[] = [
  ['a value as it is', {}, 1.25, 1.25],
  ['a negative value as it is', {}, -3, -3],
  ['a value that is not known is 0', {}, Number.NaN, 0],
  ['or the default', { default: -1 }, Number.NaN, -1],
  ['a default is for missing values alone', { default: -1 }, 0, 0],
  ['at the lower end', { domain: [1, 4] }, 1, 1],
  ['below it', { domain: [1, 4] }, 0.5, 1],
  ['at the upper end', { domain: [1, 4] }, 4, 4],
  ['above it', { domain: [1, 4] }, 1e9, 4],
  ['within', { domain: [1, 4] }, 2.5, 2.5],
  ['endless, clamped', { domain: [1, 4] }, Number.NEGATIVE_INFINITY, 1],
  ['a default is not clamped: it may mark what is missing', { default: -1, domain: [0, 4] }, Number.NaN, -1],
  ['a 32-bit float is as near as it can be', { domain: [0, 0.1] }, 7, Math.fround(0.1)],
]

t.test('a number is clamped to its domain, and a missing one is the default', async (t) => {
  for (const [about, column, value, wanted] of CASES) {
    t.equal(cellOf({ feature: 'floor_cpm', ...column }, value), wanted, about)
  }
})

t.test(
  'a row has the numbers of imp and ad in the order of the columns, and only it is written',
  async (t) => {
    const vector = new FeatureVector()
    vector.numbers[F.slot_width] = 300
    vector.numbers[F.slot_height] = 250
    const features = ['slot_height', 'ad_duration', 'slot_width']
    const plan = new NumberPlan(
      features.map((feature) => ({ feature })),
      ads,
    )
    t.equal(plan.width, 3)
    const cells = new Float32Array(4 * plan.width).fill(-7)
    plan.begin(vector)
    plan.write(cells, 1, 1)
    plan.write(cells, 2, 0)
    t.same([...cells], [-7, -7, -7, 250, 30, 300, 250, 15, 300, -7, -7, -7])
  },
)

t.test('each number of the catalogue is read from its side', async (t) => {
  const vector = new FeatureVector()
  vector.numbers.fill(1)
  const rows = { ...ads, numbers: new Float32Array(ads.numbers.length).fill(2) }
  for (const { name, side, kind } of FEATURES) {
    if (kind !== 'number') continue
    const cells = new Float32Array(1)
    const plan = new NumberPlan([{ feature: name }], rows)
    plan.begin(vector)
    plan.write(cells, 0, 1)
    t.equal(cells[0], side === 'ad' ? 2 : 1, name)
  }
})
