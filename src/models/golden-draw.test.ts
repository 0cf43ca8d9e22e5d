import t from 'tap'
import { FEATURES } from '../features/catalogue.ts'
import type { Column } from '../features/plan.ts'
import type { AdFeatures } from '../features/vector.ts'
import { FactorisationMachine, fmToOnnx } from '../learning/fm.ts'
import { contentFaults } from './content-faults.ts'
import { goldenRows } from './golden-draw.ts'
import type { Manifest } from './manifest.ts'

const ads = ['a', 'b', 'c'].map(
  (name, i): AdFeatures => ({
    campaign: `campaign-${name}`,
    creative: `creative-${name}`,
    advertiser: `advertiser-${name}`,
    category: `IAB${i + 1}`,
    format: i === 0 ? 'video' : 'banner',
    shape: i === 0 ? '15s' : '300x250',
    durationS: i === 0 ? 15 : 0,
  }),
)

t.test('every text feature and every cross of a side with another can be told apart', async (t) => {
  const texts = FEATURES.filter(({ kind }) => kind === 'text')
  const names = [...texts.map(({ name }) => name), 'os*creative', 'hour*campaign', 'tag*ad_shape']
  // All columns look the same but for their feature, so only the rows can tell them apart.
  const columns: Column[] = names.map((feature) => ({ feature, buckets: 64 }))
  const machine = new FactorisationMachine({
    tableRows: 64,
    fieldCount: columns.length,
    factorCount: 2,
    factorScale: 0.3,
    seed: 1,
    baseRate: 0.1,
  })
  const inline = { bias: -2, table: Float32Array.from({ length: 64 }, (_, i) => i / 100), columns }
  const input = { name: 'ids', type: 'int32' as const, columns }
  const rows = await goldenRows({ onnx: fmToOnnx(machine), input, output: 'p', inline }, ads)
  t.ok(rows.length >= 12)
  const manifest = {
    task: 'ctr',
    sha256: '0'.repeat(64),
    output: { name: 'p', meaning: 'probability of a click, given an impression' },
    inputs: [input],
    inline: { tableRows: 64, columns },
    golden: { rows },
  } as unknown as Manifest
  t.same(contentFaults(manifest), [])
  for (const { inputs, output } of rows)
    t.ok(Math.abs(machine.predict(Int32Array.from(inputs.ids), 0) - output) < 1e-6)
  t.ok(
    rows.some(({ features }) => /[^ -~]/.test(`${features.domain}`)),
    'letters beyond ASCII',
  )
  t.ok(
    rows.some(({ features }) => features.os === undefined),
    'what is not known',
  )
})
