import t from 'tap'
import type { Column } from '../features/plan.ts'
import type { GoldenRow } from './manifest.ts'
import { orderFaults } from './order-faults.ts'

const OS: Column = { feature: 'os', buckets: 1024 }
const REGION: Column = { feature: 'region', buckets: 1024 }
const CREATIVE: Column = { feature: 'creative', buckets: 1024 }
const CROSS: Column = { feature: 'os*creative', buckets: 1024 }
const WIDTH: Column = { feature: 'slot_width' }
const HEIGHT: Column = { feature: 'slot_height' }

const rowsOf = (...values: GoldenRow['features'][]): GoldenRow[] =>
  values.map((features) => ({ features, inputs: {}, output: 0, inline: 0 }))

/** Each row: columns of a tensor, values of the golden rows, and the places of columns that are not told apart. */
const CASES: readonly (readonly [string, Column[], GoldenRow['features'][], readonly string[]])[] = [
  ['one column has no order', [OS], [{}], []],
  ['values that differ in one row are enough', [OS, REGION], [{}, { os: 'ios', region: 'ca' }, {}], []],
  ['a value that only one of them has', [OS, REGION], [{ os: 'ios' }], []],
  ['values that no row has', [OS, REGION], [{}, {}], ['0 1']],
  ['values that are the same in every row', [OS, REGION], [{ os: 'x', region: 'X' }, {}], ['0 1']],
  ['two of three columns', [OS, CREATIVE, REGION], [{ os: 'ios', creative: 'a', region: 'ios' }], ['0 2']],
  ['all of three columns', [OS, CREATIVE, REGION], [{}], ['0 1', '0 2', '1 2']],
  [
    'offsets that tell columns apart, but not the features under them',
    [OS, { ...REGION, offset: 1024 }],
    [{}],
    ['0 1'],
  ],
  ['and do with a value', [OS, { ...REGION, offset: 1024 }], [{ region: 'ca' }], []],
  ['seeds likewise', [OS, { ...REGION, seed: 9 }], [{ os: 'x', region: 'x' }], ['0 1']],
  ['one feature under two seeds', [OS, { ...OS, seed: 9 }], [{ os: 'ios' }], []],
  [
    'one feature in two sizes that the rows do not show',
    [
      { ...OS, buckets: 1 },
      { ...OS, buckets: 2 },
    ],
    [{}],
    ['0 1'],
  ],
  ['the same column twice has no order', [OS, { ...OS, seed: 0, offset: 0 }], [{ os: 'ios' }], []],
  ['a cross and its half', [OS, CROSS], [{ os: 'ios', creative: 'a' }], []],
  ['a cross of nothing and nothing', [OS, CROSS], [{}], ['0 1']],
  [
    'an ad feature and a request feature that are the same',
    [OS, CREATIVE],
    [{ os: 'a', creative: 'a' }],
    ['0 1'],
  ],
  [
    'one bucket, into which any feature falls, beside many',
    [
      { ...OS, buckets: 1 },
      { ...REGION, offset: 5 },
    ],
    [{ os: 'ios', region: 'ca' }],
    [],
  ],
  [
    'many buckets beside one',
    [OS, { ...REGION, buckets: 1, offset: 5000 }],
    [{ os: 'ios', region: 'ca' }],
    [],
  ],
  [
    'ads that differ in a later row',
    [CREATIVE, { ...CREATIVE, feature: 'advertiser' }],
    [{}, { creative: 'a' }],
    [],
  ],
  ['numbers that differ', [WIDTH, HEIGHT], [{ slot_width: 300, slot_height: 250 }], []],
  ['numbers of a square', [WIDTH, HEIGHT], [{ slot_width: 250, slot_height: 250 }], ['0 1']],
  ['numbers that differ by their defaults alone', [WIDTH, { ...HEIGHT, default: 1 }], [{}], ['0 1']],
  [
    'numbers that are clamped to one',
    [
      { ...WIDTH, domain: [0, 9] },
      { ...HEIGHT, domain: [0, 9] },
    ],
    [{ slot_width: 300, slot_height: 250 }],
    ['0 1'],
  ],
]

t.test('columns that no golden row tells apart are named', async (t) => {
  for (const [about, columns, values, pairs] of CASES) {
    const type = columns[0].buckets === undefined ? 'float32' : 'int32'
    const faults = orderFaults([{ name: 'x', type, columns }], rowsOf(...values))
    const places = faults.map((fault) =>
      [...fault.matchAll(/\(column (\d)\)/g)].map(([, place]) => place).join(' '),
    )
    t.same(places, pairs, about)
  }
})

t.test('the fault names the tensor, both columns and the remedy', async (t) => {
  const inputs = [
    { name: 'a', type: 'int32' as const, columns: [OS] },
    { name: 'b', type: 'int32' as const, columns: [OS, REGION] },
  ]
  t.same(orderFaults(inputs, rowsOf({})), [
    '/inputs/1/columns: no golden row tells "os" (column 0) from "region" (column 1), so that a wrong order would go ' +
      'unseen; add a row in which they differ',
  ])
})

t.test('many columns and rows take no time to speak of', async (t) => {
  const columns = Array.from({ length: 100 }, (_, i): Column => ({ ...OS, seed: i }))
  const rows = rowsOf(...Array.from({ length: 256 }, (_, i) => ({ os: `${i}` })))
  const startMs = performance.now()
  t.same(orderFaults([{ name: 'x', type: 'int32', columns }], rows), [])
  t.ok(performance.now() - startMs < 5000)
})
