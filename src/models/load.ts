/**
 * Reads a model version from its folder and refuses it with every reason that can be found without running it: files,
 * checksums, schema, and whether the feature catalogue can feed it. `golden.ts` then asks what it answers.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Compile } from 'typebox/compile'
import { type Column, columnFault } from '../features/plan.ts'
import type { InlineModel } from '../inference/inline.ts'
import type { ModelSpec } from '../inference/slab.ts'
import { type GoldenRow, Manifest } from './manifest.ts'

export type Model = {
  readonly manifest: Manifest
  readonly spec: ModelSpec
  readonly inline: InlineModel
  readonly golden: readonly GoldenRow[]
}

export type ModelResult = { readonly model: Model } | { readonly faults: readonly string[] }

const manifestCheck = Compile(Manifest)

/** @param directory the folder of one version. Each fault is a sentence that names its file and place. */
export async function loadModel(directory: string): Promise<ModelResult> {
  const place = (file: string) => join(directory, file)
  const text = await readFile(place('manifest.json'), 'utf8').catch((cause: NodeJS.ErrnoException) => cause)
  if (typeof text !== 'string') {
    const remedy =
      text.code === 'ENOENT'
        ? 'no such file; a model version is a folder <models>/<name>/<version>/'
        : text.message
    return { faults: [`${place('manifest.json')}: ${remedy}`] }
  }
  const manifest = parseJson(text)
  if (manifest instanceof Error) return { faults: [`${place('manifest.json')}: ${manifest.message}`] }
  if (!manifestCheck.Check(manifest)) {
    const faults = manifestCheck.Errors(manifest)
    return {
      faults: faults.map(
        ({ instancePath, message }) => `${place('manifest.json')} ${instancePath}: ${message}`,
      ),
    }
  }
  const faults = columnFaults(manifest).map((fault) => `${place('manifest.json')} ${fault}`)
  const onnxFault = await checksumFault(place('model.onnx'), manifest.sha256)
  if (onnxFault !== undefined) faults.push(onnxFault)
  const inlineFault = await checksumFault(place('inline.bin'), manifest.inline.sha256)
  if (inlineFault !== undefined) faults.push(inlineFault)
  if (faults.length > 0) return { faults }
  const weights = readWeights(await readFile(place('inline.bin')))
  if (weights.length !== manifest.inline.tableRows + 1) {
    return {
      faults: [
        `${place('inline.bin')}: holds ${weights.length - 1} weights, the manifest says ${manifest.inline.tableRows}`,
      ],
    }
  }
  return { model: modelOf(manifest, place('model.onnx'), weights) }
}

function modelOf(manifest: Manifest, file: string, weights: Float32Array): Model {
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
  return new Float32Array(bytes.slice().buffer, 0, bytes.length >> 2)
}

function columnFaults({ inputs, inline }: Manifest): string[] {
  const faults: string[] = []
  const check = (columns: readonly Column[], path: string, wantsBuckets: boolean, rowsMax: number) => {
    columns.forEach((column, index) => {
      const at = `${path}/${index}`
      const fault = columnFault(column)
      if (fault !== undefined) faults.push(`${at}: ${fault}`)
      else if ((column.buckets !== undefined) !== wantsBuckets) {
        faults.push(`${at}: a ${wantsBuckets ? 'hashed' : 'number'} column is due in this tensor`)
      } else if ((column.offset ?? 0) + (column.buckets ?? 0) > rowsMax) {
        faults.push(`${at}: offset and buckets reach beyond the table of ${rowsMax} rows`)
      }
    })
  }
  inputs.forEach(({ type, columns }, index) => {
    check(columns, `/inputs/${index}/columns`, type === 'int32', Number.POSITIVE_INFINITY)
  })
  check(inline.columns, '/inline/columns', true, inline.tableRows)
  return faults
}

async function checksumFault(file: string, wanted: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined)
  if (bytes === undefined) return `${file}: no such file`
  const found = createHash('sha256').update(bytes).digest('hex')
  return found === wanted ? undefined : `${file}: its sha256 is ${found}, the manifest says ${wanted}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    return new Error(`not JSON: ${(cause as Error).message}`)
  }
}
