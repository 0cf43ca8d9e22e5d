/**
 * A tiny model of two tensors, a real graph that ONNX Runtime runs in real workers, for tests to write to a folder with
 * whatever lies they want in it. What is true is worked out here from the definitions:
 * p = sigmoid(sum of the ids' weights + numbers * 0.1).
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashPair, hashText, mix32 } from '../base/hash.ts'
import type { Column } from '../features/plan.ts'
import { encodeModel, type Model as Graph } from '../learning/onnx.ts'
import { loadModel, type Model } from '../models/load.ts'
import type { Manifest } from '../models/manifest.ts'

export const IDS: Column[] = [
  { feature: 'os', buckets: 16, seed: 1 },
  { feature: 'creative', buckets: 16, seed: 2, offset: 16 },
  { feature: 'country', buckets: 16, seed: 3, offset: 32 },
  { feature: 'os*creative', buckets: 16, seed: 4, offset: 48 },
]
export const NUMBERS: Column[] = [
  { feature: 'floor_cpm', default: -1, domain: [0, 5] },
  { feature: 'ad_duration' },
]
const INLINE: Column[] = [
  { feature: 'os', buckets: 8 },
  { feature: 'os*creative', buckets: 8, offset: 8 },
]
const ROWS: Record<string, string | number>[] = [
  { os: 'iOS', creative: 'x', country: 'USA', floor_cpm: 0.5, ad_duration: 15 },
  { os: 'Android', creative: 'y', country: 'DEU', floor_cpm: 9 },
  { os: 'macOS', creative: 'Ü' },
  {},
]
export const TABLE = Float32Array.from({ length: 64 }, (_, id) => ((id * 37) % 101) / 100 - 0.5)
const INLINE_WEIGHTS = Float32Array.from({ length: 17 }, (_, place) => ((place * 5) % 11) / 10 - 0.5)
export const TOLERANCE = 1e-5

type Values = Readonly<Record<string, string | number>>
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit))

export function idOf({ feature, buckets = 0, seed = 0, offset = 0 }: Column, values: Values): number {
  const [first, second] = feature.split('*').map((name) => hashText(`${values[name] ?? ''}`))
  const hash = second === undefined ? first : hashPair(first, second)
  return offset + (mix32(hash ^ seed) % buckets)
}

export function numberOf({ feature, default: missing = 0, domain }: Column, values: Values): number {
  const value = values[feature] as number | undefined
  if (value === undefined) return missing
  return domain === undefined ? value : Math.min(Math.max(value, domain[0]), domain[1])
}

function goldenRowOf(features: Record<string, string | number>) {
  const ids = IDS.map((column) => idOf(column, features))
  const numbers = NUMBERS.map((column) => numberOf(column, features))
  const logit = ids.reduce((sum, id) => sum + TABLE[id], 0) + 0.1 * (numbers[0] + numbers[1])
  const inline = INLINE.reduce(
    (sum, column) => sum + INLINE_WEIGHTS[1 + idOf(column, features)],
    INLINE_WEIGHTS[0],
  )
  return { features, inputs: { ids, numbers }, output: sigmoid(logit), inline: sigmoid(inline) }
}

function graphOf(): Graph {
  return {
    name: 'tiny',
    inputs: [
      { name: 'ids', type: 'int32', shape: ['N', 4] },
      { name: 'numbers', type: 'float32', shape: ['N', 2] },
    ],
    outputs: [{ name: 'p', type: 'float32', shape: ['N', 1] }],
    initializers: [
      { name: 'table', type: 'float32', shape: [64], data: TABLE },
      { name: 'axis', type: 'int64', shape: [1], data: BigInt64Array.of(1n) },
      { name: 'tenths', type: 'float32', shape: [2, 1], data: Float32Array.of(0.1, 0.1) },
    ],
    nodes: [
      { op: 'Gather', inputs: ['table', 'ids'], outputs: ['weights'] },
      { op: 'ReduceSum', inputs: ['weights', 'axis'], outputs: ['sum'] },
      { op: 'MatMul', inputs: ['numbers', 'tenths'], outputs: ['slope'] },
      { op: 'Add', inputs: ['sum', 'slope'], outputs: ['logit'] },
      { op: 'Sigmoid', inputs: ['logit'], outputs: ['p'] },
    ],
  }
}

/** What a case may change before the files are written; the checksums are always true. With a runtime there is no graph. */
export type Parts = { manifest: Manifest; graph: Graph; cut: number }

/** Writes a version into `<directory>/tiny/`, and gives its folder. */
export function writeTinyModel(
  directory: string,
  change: (parts: Parts) => void = () => {},
  version = '1',
): string {
  const manifest: Manifest = {
    name: 'tiny',
    version,
    task: 'ctr',
    sha256: '',
    inputs: [
      { name: 'ids', type: 'int32', columns: structuredClone(IDS) },
      { name: 'numbers', type: 'float32', columns: structuredClone(NUMBERS) },
    ],
    output: { name: 'p', meaning: 'probability of a click, given an impression' },
    inline: { file: 'inline.bin', sha256: '', tableRows: 16, columns: INLINE },
    golden: { tolerance: TOLERANCE, rows: ROWS.map(goldenRowOf) },
    training: { about: 'by hand', window: 'none', rows: 0, seed: 0 },
    quality: {},
  }
  const parts = { manifest, graph: graphOf(), cut: 0 }
  change(parts)
  const onnx = encodeModel(parts.graph)
  const folder = join(directory, 'tiny', version)
  mkdirSync(folder, { recursive: true })
  const write = (file: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, file), bytes)
    return createHash('sha256').update(bytes).digest('hex')
  }
  if (manifest.runtime === undefined)
    manifest.sha256 = write('model.onnx', onnx.subarray(0, onnx.length - parts.cut))
  else delete manifest.sha256
  manifest.inline.sha256 = write('inline.bin', new Uint8Array(INLINE_WEIGHTS.buffer))
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  return folder
}

export async function loadTinyModel(
  directory: string,
  change: (parts: Parts) => void = () => {},
  version = '1',
): Promise<Model> {
  const loaded = await loadModel(writeTinyModel(directory, change, version))
  if ('faults' in loaded) throw new Error(loaded.faults.join('\n'))
  return loaded.model
}
