/**
 * Makes the golden rows of a version that is trained here. The event log has hashes alone, so the raw values come from
 * a small vocabulary (usual ones, codes, capitals, letters beyond ASCII, what is not known) and the ads of a catalog. Rows
 * are added until every two columns differ in some row. They are scored by ONNX Runtime and by the inline scorer. Cold.
 */
import * as ort from 'onnxruntime-node'
import { Prng } from '../base/prng.ts'
import { FEATURES, type FeatureName } from '../features/catalogue.ts'
import { type Column, Plan } from '../features/plan.ts'
import { rawAdValuesOf } from '../features/raw-values.ts'
import type { AdFeatures } from '../features/vector.ts'
import { InlineScorer, type Weights } from '../inference/inline.ts'
import { vectorsOfRows } from './golden-vectors.ts'
import { GOLDEN_ROWS_MAX, type GoldenRow } from './manifest.ts'
import { orderFaults, type RawRow } from './order-faults.ts'

/** A model with one tensor of hashed columns. */
export type GoldenModel = {
  readonly onnx: Uint8Array
  readonly input: { readonly name: string; readonly type: 'int32'; columns: Column[] }
  readonly output: string
  readonly inline: Weights & { readonly columns: readonly Column[] }
}

const VOCABULARY: Partial<Record<FeatureName, readonly string[]>> = {
  exchange: ['default', 'prebid', 'openx'],
  inventory: ['1', '2', '3', '0'],
  domain: ['news.example.com', 'sport.example.org', 'zeitung-für-köln.example', 'Shop.Example.net'],
  bundle: ['com.example.weather', '1453465721', 'com.example.games.chess'],
  category: ['IAB12', 'IAB15-10', 'IAB17', 'IAB1-7'],
  country: ['USA', 'DEU', 'GBR', 'JPN'],
  region: ['CA', 'NY', 'BY'],
  os: ['Windows', 'Android', 'iOS', 'macOS'],
  device: ['0', '1', '2', '3', '4'],
  connection: ['0', '2', '6'],
  language: ['en', 'de', 'ja'],
  hour: ['0', '9', '15', '21'],
  weekday: ['0', '3', '6'],
  auction: ['1', '2'],
  position: ['0', '1', '3', '7'],
  interstitial: ['0', '1'],
  slot_size: ['300x250', '320x50', '728x90', '640x360'],
  floor_bucket: ['0', '1', '3', '8'],
}
const ROWS_STEP = 12
/** One value in so many is not known. */
const UNKNOWN = 8

/** @param ads of a catalog, at least one. */
export async function goldenRows(model: GoldenModel, ads: readonly AdFeatures[]): Promise<GoldenRow[]> {
  const raw = drawRows(model, ads)
  const { vectors, ads: table } = vectorsOfRows(raw.map(({ features }) => features))
  const { columns, name } = model.input
  const ids = new Int32Array(raw.length * columns.length)
  const plan = new Plan(columns, table)
  const inline = new InlineScorer(model.inline, new Plan(model.inline.columns, table), table.count)
  const inlineScores = vectors.map((vector, row) => {
    plan.begin(vector)
    plan.write(ids, row, row)
    inline.begin(vector)
    return inline.score(row)
  })
  const session = await ort.InferenceSession.create(model.onnx)
  const answer = await session.run({ [name]: new ort.Tensor('int32', ids, [raw.length, columns.length]) })
  const outputs = answer[model.output].data as Float32Array
  return raw.map(({ features }, row) => ({
    features,
    inputs: { [name]: [...ids.subarray(row * columns.length, (row + 1) * columns.length)] },
    output: outputs[row],
    inline: inlineScores[row],
  }))
}

/** What no row can tell apart, such as two columns of one bucket, is left for the check of the version to tell. */
function drawRows({ input, inline }: GoldenModel, ads: readonly AdFeatures[]): RawRow[] {
  const names = new Set([...input.columns, ...inline.columns].flatMap(({ feature }) => feature.split('*')))
  const features = FEATURES.filter(({ name }) => names.has(name))
  const prng = new Prng(1)
  const rows: RawRow[] = []
  do {
    for (let i = 0; i < ROWS_STEP; i++) {
      const known: Partial<Record<string, string | number>> = rawAdValuesOf(prng.pick(ads))
      rows.push({
        features: Object.fromEntries(
          features.flatMap(({ name }) => {
            const value = known[name] ?? prng.pick(VOCABULARY[name] ?? [`${name}-1`, `${name}-2`])
            return prng.below(UNKNOWN) === 0 ? [] : [[name, value]]
          }),
        ),
      })
    }
  } while (orderFaults([input], rows).length > 0 && rows.length + ROWS_STEP <= GOLDEN_ROWS_MAX)
  return rows
}
