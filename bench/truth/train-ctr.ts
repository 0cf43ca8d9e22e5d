/**
 * Trains the demo model: `make model`. Makes impressions of the demo catalog, learns a factorisation machine and the
 * inline logistic regression from them in order of time, measures both on the last tenth, and writes
 * models/ctr/<version>: model.onnx, inline.bin and manifest.json with golden rows. The same options give the same bytes.
 */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as ort from 'onnxruntime-node'
import { loadCatalog } from '../../src/catalog/load.ts'
import type { Catalog } from '../../src/catalog/schema.ts'
import { type Column, Plan } from '../../src/features/plan.ts'
import { InlineScorer } from '../../src/inference/inline.ts'
import { FactorisationMachine, fmToOnnx } from '../../src/learning/fm.ts'
import { LogisticRegression } from '../../src/learning/logistic.ts'
import { auc, calibrationRatio, logLoss, normalisedEntropy } from '../../src/learning/quality.ts'
import { vectorsOf } from '../../src/models/golden.ts'
import type { GoldenRow, Manifest } from '../../src/models/manifest.ts'
import { goldenFeatures } from './golden-features.ts'
import { type Impressions, makeImpressions } from './impressions.ts'

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: '1' },
    version: { type: 'string', default: '1' },
    catalog: { type: 'string', default: fileURLToPath(new URL('../../catalog/demo', import.meta.url)) },
    out: { type: 'string', default: fileURLToPath(new URL('../../models/ctr', import.meta.url)) },
    help: { type: 'boolean', default: false },
  },
})
if (flags.help) {
  console.log(
    'make model ARGS="--rows 2000000 --seed 1 --version 1 --catalog catalog/demo --out models/ctr": train the demo model',
  )
  process.exit(0)
}

const FACTORS = 8
const HOLDOUT_SHARE = 0.1
const GOLDEN_TOLERANCE = 1e-5
const BASE_RATE = 0.01
const INLINE_ROWS = 2 ** 16

/** Buckets by feature; the joint table holds them one behind the other. */
const MODEL_BUCKETS: readonly (readonly [string, number])[] = [
  ['exchange', 16],
  ['inventory', 4],
  ['domain', 1024],
  ['bundle', 1024],
  ['category', 256],
  ['country', 128],
  ['os', 32],
  ['device', 8],
  ['connection', 16],
  ['hour', 64],
  ['position', 16],
  ['interstitial', 4],
  ['slot_size', 128],
  ['floor_bucket', 16],
  ['campaign', 2048],
  ['creative', 4096],
  ['advertiser', 512],
  ['ad_format', 4],
  ['ad_shape', 128],
  // Pairs that are seen often enough are learnt faster as themselves than as a product of vectors.
  ['category*advertiser', 2048],
  ['domain*advertiser', 4096],
  ['bundle*advertiser', 4096],
  ['device*ad_shape', 256],
  ['os*creative', 2048],
]

/** The inline scorer computes its crosses for every candidate in the bid loop: it keeps the two that tell most. */
const INLINE_CROSSES = ['category*advertiser', 'device*ad_shape']

const modelColumns = joined(MODEL_BUCKETS)
const inlineColumns = MODEL_BUCKETS.map(([feature]) => feature)
  .filter((feature) => !feature.includes('*') || INLINE_CROSSES.includes(feature))
  .map((feature, index): Column => ({ feature, buckets: INLINE_ROWS, seed: index + 1 }))
const tableRows = MODEL_BUCKETS.reduce((total, [, buckets]) => total + buckets, 0)

const rowCount = Number(flags.rows)
const seed = Number(flags.seed)
const holdoutFirst = Math.floor(rowCount * (1 - HOLDOUT_SHARE))
const catalog = await readCatalog()

const impressions = await makeImpressions({
  catalog,
  count: rowCount,
  seed,
  modelColumns,
  inlineColumns,
  onProgress: progress('impressions made'),
})
const machine = new FactorisationMachine({
  tableRows,
  fieldCount: modelColumns.length,
  factorCount: FACTORS,
  // Clicks are rare: vectors that learn fast remember single ones.
  factorAlpha: 0.03,
  factorL2: 0.001,
  seed,
  baseRate: BASE_RATE,
})
const regression = new LogisticRegression({
  tableRows: INLINE_ROWS,
  fieldCount: inlineColumns.length,
  baseRate: BASE_RATE,
})
const learnt = progress('impressions learnt')
for (let row = 0; row < holdoutFirst; row++) {
  machine.learn(impressions.modelIds, row, impressions.labels[row])
  regression.learn(impressions.inlineIds, row, impressions.labels[row])
  if (row % 50_000 === 0) learnt(row)
}
process.stderr.write('\n')
const quality = measure(impressions)
console.log(quality)
await write()

function joined(buckets: readonly (readonly [string, number])[]): Column[] {
  let offset = 0
  return buckets.map(([feature, count]) => {
    const column = { feature, buckets: count, seed: 0, offset }
    offset += count
    return column
  })
}

async function readCatalog(): Promise<Catalog> {
  const loaded = await loadCatalog(flags.catalog)
  if ('faults' in loaded)
    throw new Error(`${flags.catalog} is broken: bin/peregrine check --catalog tells where`)
  return loaded.catalog
}

function progress(what: string): (done: number) => void {
  return (done) => process.stderr.write(`\r${what}: ${((done / rowCount) * 100).toFixed(0)} %  `)
}

/** Of model, inline scorer and truth, on the holdout. */
function measure({ modelIds, inlineIds, labels, probabilities }: Impressions): Record<string, number> {
  const count = rowCount - holdoutFirst
  const held = labels.subarray(holdoutFirst)
  const scores = Float64Array.from({ length: count }, (_, i) => machine.predict(modelIds, holdoutFirst + i))
  const inline = Float64Array.from({ length: count }, (_, i) =>
    regression.predict(inlineIds, holdoutFirst + i),
  )
  const truth = probabilities.subarray(holdoutFirst)
  const round = (value: number) => Math.round(value * 1e5) / 1e5
  return {
    holdoutRows: count,
    clickRate: round(held.reduce((total, label) => total + label, 0) / count),
    auc: round(auc(scores, held)),
    aucInline: round(auc(inline, held)),
    aucOfTruth: round(auc(truth, held)),
    logLoss: round(logLoss(scores, held)),
    logLossInline: round(logLoss(inline, held)),
    logLossOfTruth: round(logLoss(truth, held)),
    normalisedEntropy: round(normalisedEntropy(scores, held)),
    calibration: round(calibrationRatio(scores, held)),
    calibrationInline: round(calibrationRatio(inline, held)),
  }
}

async function write(): Promise<void> {
  const directory = `${flags.out}/${flags.version}`
  const onnx = fmToOnnx(machine)
  const { bias, table } = regression.weights()
  const inline = Buffer.from(Float32Array.of(bias, ...table).buffer)
  const manifest: Manifest = {
    name: 'ctr',
    version: flags.version,
    task: 'ctr',
    sha256: sha256(onnx),
    inputs: [{ name: 'ids', type: 'int32', columns: modelColumns }],
    output: { name: 'p', meaning: 'probability of a click, given an impression' },
    inline: { file: 'inline.bin', sha256: sha256(inline), tableRows: INLINE_ROWS, columns: inlineColumns },
    golden: { tolerance: GOLDEN_TOLERANCE, rows: await goldenRows(onnx, { bias, table }) },
    training: {
      about: `factorisation machine, ${FACTORS} factors, learnt online; impressions of the demo catalog from bench/truth`,
      window: '2026-01-01/2026-01-28, simulated',
      rows: holdoutFirst,
      seed,
    },
    quality,
  }
  await mkdir(directory, { recursive: true })
  await writeFile(`${directory}/model.onnx`, onnx)
  await writeFile(`${directory}/inline.bin`, inline)
  await writeFile(`${directory}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  console.log(
    `models/ctr/${flags.version}: model.onnx ${onnx.length} bytes, inline.bin ${inline.length} bytes`,
  )
}

/** Encodes the golden values as the bidder will, and scores them with ONNX Runtime. */
async function goldenRows(
  onnx: Uint8Array,
  weights: { bias: number; table: Float32Array },
): Promise<GoldenRow[]> {
  const session = await ort.InferenceSession.create(onnx)
  const rows: GoldenRow[] = []
  for (const features of goldenFeatures(catalog)) {
    const { vector, ads } = vectorsOf(features)
    const ids = new Int32Array(modelColumns.length)
    const plan = new Plan(modelColumns, ads)
    plan.begin(vector)
    plan.write(ids, 0, 0)
    const output = await session.run({ ids: new ort.Tensor('int32', ids, [1, ids.length]) })
    const inline = new InlineScorer(weights, new Plan(inlineColumns, ads), ads.count)
    inline.begin(vector)
    rows.push({
      features,
      inputs: { ids: [...ids] },
      output: (output.p.data as Float32Array)[0],
      inline: inline.score(0),
    })
  }
  return rows
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
