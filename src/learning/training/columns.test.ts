import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { DEFAULT_COLUMNS, readColumns } from './columns.ts'

function columnsOf(t: Test, content: unknown) {
  const file = join(t.testdir(), 'columns.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return { file, read: () => readColumns(file) }
}

t.test('the columns of the demo model lie one behind the other', async (t) => {
  let rows = 0
  for (const { offset, buckets } of DEFAULT_COLUMNS.model) {
    t.equal(offset, rows)
    rows += buckets!
  }
  t.equal(rows, DEFAULT_COLUMNS.modelRows)
  const crosses = DEFAULT_COLUMNS.inline.filter(({ feature }) => feature.includes('*'))
  t.same(
    crosses.map(({ feature }) => feature),
    ['category*advertiser', 'device*ad_shape'],
  )
})

t.test('a file has columns as a manifest has them', async (t) => {
  const { read } = columnsOf(t, [
    { feature: 'os', buckets: 64, seed: 3 },
    { feature: 'os*campaign', buckets: 128 },
    { feature: 'country', buckets: 32, offset: 64 },
    { feature: 'tag', buckets: 2 },
  ])
  t.same(read(), {
    model: [
      { feature: 'os', buckets: 64, seed: 3, offset: 0 },
      { feature: 'os*campaign', buckets: 128, seed: 0, offset: 64 },
      // It shares the buckets of the cross, as the file says.
      { feature: 'country', buckets: 32, seed: 0, offset: 64 },
      { feature: 'tag', buckets: 2, seed: 0, offset: 192 },
    ],
    modelRows: 194,
    inline: [
      { feature: 'os', buckets: 65536, seed: 1 },
      { feature: 'os*campaign', buckets: 65536, seed: 2 },
      { feature: 'country', buckets: 65536, seed: 3 },
      { feature: 'tag', buckets: 65536, seed: 4 },
    ],
    inlineRows: 65536,
  })
})

t.test('each column that cannot be learnt from is a sentence', async (t) => {
  const { file, read } = columnsOf(t, [
    { feature: 'colour', buckets: 64 },
    { feature: 'os', buckets: 100 },
    { feature: 'floor_cpm' },
    { feature: 'os', bukets: 64 },
    { feature: 'os', buckets: '64' },
    'os',
    { buckets: 64 },
  ])
  t.throws(read, {
    message: [
      '/0: "colour" is not in the feature catalogue',
      '/1: "os" has 100 buckets; a power of two, at most 1073741824, is due',
      '/2: "floor_cpm" is a number; a factorisation machine learns from text features and their crosses',
      '/3: bukets: not a field of a hashed column; there are feature, buckets, seed, offset',
      '/4: buckets: a whole number from 0 is due',
      '/5: an object with feature and buckets is due',
      '/6: feature: a name of the feature catalogue is due',
    ]
      .map((fault) => `${file} ${fault}`)
      .join('\n'),
  })
})

t.test('a file that is no list of columns is a sentence', async (t) => {
  for (const [content, fault] of [
    ['[', /columns\.json: .*; a JSON list of columns is due/],
    [[], /columns\.json: a list of columns is due, such as/],
    [{}, /columns\.json: a list of columns is due, such as/],
    [[{ feature: 'os', buckets: 2 ** 25 }], /the columns have 33554432 buckets; 16777216 at most are due/],
  ] as const) {
    t.throws(columnsOf(t, content).read, { message: fault })
  }
  t.throws(() => readColumns(join(t.testdirName, 'none.json')), { message: /ENOENT.*; a JSON list/ })
})
