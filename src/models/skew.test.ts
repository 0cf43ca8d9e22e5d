/**
 * The skew test that data scientists run: rows that the bidder's code encoded, encoded again by python/peregrine.py. What
 * is the same passes; another hash, seed, order or domain is found, with the column's name and a row.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import t, { type Test } from 'tap'
import { makeRequest } from '../../bench/traffic/requests.ts'
import { Prng } from '../base/prng.ts'
import { NumberPlan } from '../features/numbers.ts'
import { type Cells, Plan } from '../features/plan.ts'
import { InlineScorer } from '../inference/inline.ts'
import { type Ran, runPython, skipWithout } from '../testing/python.ts'
import { postBid, ROOT, serve, until } from '../testing/serving.ts'
import { vectorsOf } from './golden.ts'
import { loadModel, type Model } from './load.ts'
import type { GoldenRow, Manifest } from './manifest.ts'

const KEY = 'ctr/lightgbm-1'
const EXAMPLES = join(ROOT, 'python/examples')

const skip = skipWithout('onnxruntime')

type Row = GoldenRow & { model: string }

/** The rows that models/README.md shows the skew test with. */
const ROWS = readFileSync(join(EXAMPLES, 'rows.ndjson'), 'utf8')
  .trim()
  .split('\n')
  .map((line): Row => JSON.parse(line))

/** What the bidder's plans and its runtime make of raw values. */
async function loggedRow(
  { manifest, inline, spec }: Model,
  session: ort.InferenceSession,
  features: GoldenRow['features'],
): Promise<Row> {
  const { vector, ads } = vectorsOf(features)
  const written = <T extends Cells>(plan: Plan | NumberPlan, cells: T): T => {
    plan.begin(vector)
    plan.write(cells, 0, 0)
    return cells
  }
  const tensors = manifest.inputs.map(({ name, type, columns }) => {
    const shape = [1, columns.length]
    const tensor =
      type === 'int32'
        ? new ort.Tensor(type, written(new Plan(columns, ads), new Int32Array(columns.length)), shape)
        : new ort.Tensor(type, written(new NumberPlan(columns, ads), new Float32Array(columns.length)), shape)
    return [name, tensor] as const
  })
  const { p } = await session.run(Object.fromEntries(tensors))
  const scorer = new InlineScorer(inline, new Plan(inline.columns, ads), ads.count)
  scorer.begin(vector)
  return {
    model: spec.key,
    features,
    inputs: Object.fromEntries(tensors.map(([name, { data }]) => [name, [...(data as Float32Array)]])),
    output: (p.data as Float32Array)[0],
    inline: scorer.score(0),
  }
}

t.test('the rows that are shown are those that the bidder makes of their raw values', async (t) => {
  for (const row of ROWS) {
    const loaded = await loadModel(join(EXAMPLES, row.model))
    if ('faults' in loaded) return t.fail(loaded.faults.join('\n'))
    const session = await ort.InferenceSession.create(loaded.model.spec.file)
    const { inputs, output, inline } = await loggedRow(loaded.model, session, row.features)
    t.same(inputs, row.inputs)
    t.ok(Math.abs(output - row.output) < 1e-6 && Math.abs(inline - row.inline) < 1e-6)
  }
})

type Compared = { model: string; column: string; feature: string; different: number; first: string }

type Parts = { rows: Row[]; manifest: Manifest; code: string }

/** Runs the skew test in a folder of its own, in which anything may have been changed. */
async function skew(t: Test, change: (parts: Parts) => void = () => {}, ...flags: string[]): Promise<Ran> {
  const folder = t.testdir({})
  cpSync(join(ROOT, 'python'), folder, { recursive: true, filter: (file) => !file.endsWith('__pycache__') })
  const manifestFile = join(folder, 'examples', KEY, 'manifest.json')
  const codeFile = join(folder, 'peregrine.py')
  const parts: Parts = {
    rows: structuredClone(ROWS),
    manifest: JSON.parse(readFileSync(manifestFile, 'utf8')),
    code: readFileSync(codeFile, 'utf8'),
  }
  change(parts)
  writeFileSync(manifestFile, JSON.stringify(parts.manifest))
  writeFileSync(codeFile, parts.code)
  const rowsFile = join(folder, 'rows.ndjson')
  writeFileSync(rowsFile, parts.rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return runPython(join(folder, 'skew.py'), rowsFile, '--models', join(folder, 'examples'), ...flags)
}

t.test('rows that the bidder encoded are identical when they are encoded again', { skip }, async (t) => {
  const { status, stdout, stderr } = await skew(t)
  t.equal(status, 0, stderr)
  t.match(stdout, /^ctr\/lightgbm-1 {2}ids\[5\] +category\*advertiser {2}10 +0$/m)
  t.match(stdout, /^ctr\/lightgbm-1 {2}output +10 +0$/m)
  t.match(stdout, /\nok: 36 columns, none differs\n$/)
})

t.test('rows that a running bidder logs are identical when they are encoded again', { skip }, async (t) => {
  const data = t.testdir({})
  const args = ['--models', EXAMPLES, '--model', KEY, '--data', data, '--row-sample-per-minute', '60']
  const { port, metric } = await serve(t, ...args)
  const prng = new Prng(1)
  // A row a second at most, whatever is sent.
  await until(async () => {
    const bodies = Array.from({ length: 8 }, (_, i) => JSON.stringify(makeRequest(prng, `r${i}`)))
    await Promise.all(bodies.map((body) => postBid(port, body)))
    return (await metric('peregrine_sampled_rows_total{result="written"}')) >= 3
  })
  const files = readdirSync(join(data, 'rows')).map((name) => join(data, 'rows', name))
  const { status, stdout, stderr } = runPython(join(ROOT, 'python/skew.py'), ...files, '--models', EXAMPLES)
  t.equal(status, 0, stdout + stderr)
  t.match(stdout, /\nok: 12 columns, none differs\n$/)
})

/** Each row: what differs between the two, and the columns in which that is found. */
const CASES: readonly (readonly [string, (parts: Parts) => void, string[]])[] = [
  [
    'a hash that keeps capitals',
    (parts) => {
      parts.code = parts.code.replace("text.encode('utf-8').lower()", "text.encode('utf-8')")
    },
    [
      'ids[0] os',
      'ids[1] country',
      'ids[3] category',
      'ids[4] advertiser',
      'ids[5] category*advertiser',
      'inline ',
    ],
  ],
  [
    'another seed',
    ({ manifest }) => {
      manifest.inputs[0].columns[4].seed = 99
    },
    ['ids[4] advertiser'],
  ],
  [
    'another order',
    ({ manifest }) => {
      manifest.inputs[2].columns.splice(1, 2, manifest.inputs[2].columns[2], manifest.inputs[2].columns[1])
    },
    ['numbers[1] ad_duration', 'numbers[2] slot_width'],
  ],
  [
    'another value for what is not known',
    ({ manifest }) => {
      manifest.inputs[2].columns[0].default = 0
    },
    ['numbers[0] floor_cpm'],
  ],
  [
    'another model behind the same name',
    ({ rows }) => {
      rows[13].output += 2e-5
    },
    ['output '],
  ],
]
for (const [what, change, found] of CASES) {
  t.test(`${what} is found in its column`, { skip }, async (t) => {
    const { status, stdout, stderr } = await skew(t, change, '--json')
    if (status !== 1) return t.fail(`ends with ${status}: ${stderr}`)
    const different = (JSON.parse(stdout) as Compared[]).filter(
      (row) => row.model === KEY && row.different > 0,
    )
    t.same(
      different.map(({ column, feature }) => `${column} ${feature}`),
      found,
    )
    t.match(different[0].first, /^.*rows\.ndjson, line \d+: .*was .+, is .+/)
  })
}

t.test('the first row that differs is told with its raw value', { skip }, async (t) => {
  const { stdout } = await skew(t, ({ rows }) => {
    rows[6].inputs.ids[0] ^= 1
  })
  t.match(stdout, /ids\[0\] +os +10 +1 +.*rows\.ndjson, line 7: os = .+ was \d+, is \d+$/m)
  // The model is asked again with what was logged, and answers otherwise.
  t.match(stdout, /\n2 of 36 columns differ\n$/)
})

t.test('rows that cannot be compared are told with their line', { skip }, async (t) => {
  const short = await skew(t, ({ rows }) => rows[1].inputs.ids.push(1))
  t.equal(short.status, 2)
  t.match(short.stderr, /^skew: .*rows\.ndjson, line 2: "ids" has 8 cells, the manifest 7 columns\n$/)
  const unknown = await skew(t, ({ rows }) => {
    rows[0].model = 'ctr/9'
  })
  t.equal(unknown.status, 2)
  t.match(
    unknown.stderr,
    /^skew: .*rows\.ndjson, line 1 is of ctr\/9: .*No such file.*; --models names the folder of models\n$/,
  )
})
