/**
 * Reads a model version from its folder and refuses it with every reason that can be found without running it: files,
 * checksums, schema, whether the feature catalogue can feed it and whether its golden rows can vouch for it. `golden.ts`
 * then asks what it answers.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Column } from '../features/plan.ts'
import type { Weights } from '../inference/inline.ts'
import type { ModelSpec } from '../inference/slab.ts'
import { contentFaults } from './content-faults.ts'
import type { GoldenRow, Manifest } from './manifest.ts'
import { isManifest, schemaFaults } from './schema-faults.ts'

export type Model = {
  readonly manifest: Manifest
  readonly spec: ModelSpec
  readonly inline: Weights & { readonly columns: readonly Column[] }
  readonly golden: readonly GoldenRow[]
}

export type ModelResult = { readonly model: Model } | { readonly faults: readonly string[] }

/** @param directory the folder of one version. Each fault is a sentence that names its file and place. */
export async function loadModel(directory: string): Promise<ModelResult> {
  const file = join(directory, 'manifest.json')
  const read = await readBytes(file)
  if ('fault' in read) {
    const remedy = read.isMissing ? '; a model version is a folder <models>/<name>/<version>/' : ''
    return { faults: [read.fault + remedy] }
  }
  const manifest = parseJson(read.bytes)
  if (manifest instanceof Error) return { faults: [`${file}: ${manifest.message}`] }
  // A fault begins with its place, unless it is the whole file.
  const inManifest = (fault: string) => (fault.startsWith('/') ? `${file} ${fault}` : `${file}: ${fault}`)
  if (!isManifest(manifest)) return { faults: schemaFaults(manifest).map(inManifest) }
  const inline = await readChecked(join(directory, 'inline.bin'), manifest.inline.sha256)
  const faults = [
    ...folderFaults(manifest, directory).map(inManifest),
    ...contentFaults(manifest).map(inManifest),
    ...(await graphFaults(join(directory, 'model.onnx'), manifest)),
    ...('fault' in inline
      ? [inline.fault]
      : weightFaults(inline.bytes, manifest.inline.tableRows).map(
          (fault) => `${join(directory, 'inline.bin')}: ${fault}`,
        )),
  ]
  if (faults.length > 0 || 'fault' in inline) return { faults }
  return { model: modelOf(manifest, directory, readWeights(inline.bytes)) }
}

function modelOf(manifest: Manifest, directory: string, weights: Float32Array): Model {
  const file = manifest.runtime === undefined ? join(directory, 'model.onnx') : ''
  const inputs = manifest.inputs.map(({ name, type, columns }) => ({ name, type, width: columns.length }))
  const key = `${manifest.name}/${manifest.version}`
  return {
    manifest,
    spec: { key, file, inputs, output: manifest.output.name },
    inline: { columns: manifest.inline.columns, bias: weights[0], table: weights.subarray(1) },
    golden: manifest.golden.rows,
  }
}

/** `inline.bin`: little-endian floats, the bias first and the table behind it. */
export function readWeights(bytes: Uint8Array): Float32Array {
  // A copy: a Buffer may lie anywhere in memory that it shares with others.
  return new Float32Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 2)
}

function weightFaults(bytes: Uint8Array, tableRows: number): string[] {
  const wanted = 4 * (tableRows + 1)
  if (bytes.length !== wanted) {
    return [`is ${bytes.length} bytes long; a bias and ${tableRows} weights of four bytes each are ${wanted}`]
  }
  const weights = readWeights(bytes)
  const bad = weights.findIndex((weight) => !Number.isFinite(weight))
  if (bad === -1) return []
  return [`${bad === 0 ? 'the bias' : `the weight of row ${bad - 1}`} is ${weights[bad]}`]
}

/** Two versions with the same name and version would be taken for each other. */
function folderFaults({ name, version }: Manifest, directory: string): string[] {
  const folder = resolve(directory)
  const compare = (field: string, value: string, found: string) =>
    value === found ? [] : [`/${field}: is "${value}", but the folder is called "${found}"`]
  return [
    ...compare('name', name, basename(dirname(folder))),
    ...compare('version', version, basename(folder)),
  ]
}

async function graphFaults(file: string, { sha256, runtime }: Manifest): Promise<string[]> {
  if (runtime === undefined) {
    if (sha256 === undefined) return []
    const graph = await readChecked(file, sha256)
    return 'fault' in graph ? [graph.fault] : []
  }
  const graph = await readBytes(file)
  return 'fault' in graph && graph.isMissing
    ? []
    : [`${file}: is there, though the manifest names a "runtime"; take one of the two away`]
}

type Read = { readonly bytes: Buffer } | { readonly fault: string; readonly isMissing: boolean }

async function readBytes(file: string): Promise<Read> {
  try {
    return { bytes: await readFile(file) }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const isMissing = code === 'ENOENT'
    return { fault: `${file}: ${isMissing ? 'no such file' : message}`, isMissing }
  }
}

async function readChecked(file: string, sha256: string): Promise<Read> {
  const read = await readBytes(file)
  if ('fault' in read) return read
  const found = createHash('sha256').update(read.bytes).digest('hex')
  if (found === sha256) return read
  return { fault: `${file}: its sha256 is ${found}, the manifest says ${sha256}`, isMissing: false }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    return new Error(`not JSON: ${(cause as Error).message}`)
  }
}
