/**
 * What is wrong with a manifest that fits its schema, found without running the model: columns that the feature
 * catalogue cannot feed, golden rows that do not belong to the tensors, columns that no golden row tells apart, and a
 * reference that cannot be one. A sentence each, which begins with the place as a JSON pointer. Cold.
 */
import { FEATURES, featureIndexOf } from '../features/catalogue.ts'
import { type Column, columnFault } from '../features/plan.ts'
import type { GoldenRow, Manifest, Task } from './manifest.ts'
import { orderFaults } from './order-faults.ts'
import { referenceFaults } from './reference-faults.ts'

type Input = Manifest['inputs'][number]

export function contentFaults(manifest: Manifest): string[] {
  const { task, output, sha256, runtime, inputs, inline, golden, reference } = manifest
  const faults = [
    ...at(
      '/output/meaning',
      output.meaning === MEANING[task] ? undefined : `"${MEANING[task]}" is what a ${task} model answers`,
    ),
    ...runtimeFaults(sha256, runtime),
    ...inputs.flatMap((input, index) => inputFaults(input, index, inputs)),
    ...inline.columns.flatMap((column, index) =>
      at(`/inline/columns/${index}`, inlineFault(column, inline.tableRows)),
    ),
    ...golden.rows.flatMap((row, index) => goldenRowFaults(row, `/golden/rows/${index}`, inputs)),
    ...(reference === undefined ? [] : referenceFaults(reference, inline.columns)),
  ]
  // Columns that cannot be computed cannot be told apart either.
  return faults.length > 0 ? faults : orderFaults(inputs, golden.rows)
}

const MEANING = {
  ctr: 'probability of a click, given an impression',
  cvr: 'probability of a conversion, given a click',
} as const satisfies Record<Task, string>

/** A model is either a file or what a remote has. */
function runtimeFaults(sha256: Manifest['sha256'], runtime: Manifest['runtime']): string[] {
  if (runtime === undefined) {
    const fault = 'the field "sha256" is missing, or "runtime", which names a remote in place of model.onnx'
    return sha256 === undefined ? [fault] : []
  }
  const checksum =
    sha256 === undefined ? undefined : 'is that of model.onnx, which a model with a "runtime" does not have'
  const address = URL.canParse(runtime.url) ? undefined : `"${runtime.url}" is no address`
  return [...at('/sha256', checksum), ...at('/runtime/url', address)]
}

function at(place: string, fault: string | undefined): string[] {
  return fault === undefined ? [] : [`${place}: ${fault}`]
}

function inputFaults({ name, type, columns }: Input, index: number, inputs: readonly Input[]): string[] {
  const isTwice = inputs.findIndex((other) => other.name === name) < index
  return [
    ...at(`/inputs/${index}/name`, isTwice ? `the tensor "${name}" is there before` : undefined),
    ...columns.flatMap((column, place) => at(`/inputs/${index}/columns/${place}`, tensorFault(column, type))),
  ]
}

function tensorFault(column: Column, type: Input['type']): string | undefined {
  const kind = kindOf(column)
  if (kind === undefined || (kind === 'number') === (type === 'float32')) return columnFault(column)
  const taken = type === 'float32' ? 'number features' : 'text features and their crosses'
  return `"${column.feature}" is ${kind === 'text' ? 'text' : 'a number'}; a tensor of ${type} takes ${taken} alone`
}

function inlineFault(column: Column, tableRows: number): string | undefined {
  const { feature, buckets = 0, offset = 0 } = column
  if (kindOf(column) === 'number')
    return `"${feature}" is a number; the inline scorer takes text features and their crosses alone`
  const fault = columnFault(column)
  if (fault !== undefined || offset + buckets <= tableRows) return fault
  return `"${feature}" reaches beyond the table of ${tableRows} rows: offset ${offset} and ${buckets} buckets`
}

/** Undefined for what is not in the catalogue. */
function kindOf({ feature }: Column): 'text' | 'number' | undefined {
  if (feature.includes('*')) return 'text'
  const index = featureIndexOf(feature)
  return index === undefined ? undefined : FEATURES[index].kind
}

function goldenRowFaults(
  { features, inputs }: GoldenRow,
  place: string,
  tensors: readonly Input[],
): string[] {
  const known = new Set(tensors.map(({ name }) => name))
  return [
    ...Object.entries(features).flatMap(([name, value]) =>
      at(`${place}/features/${name}`, valueFault(name, value)),
    ),
    ...tensors.flatMap((tensor) => at(`${place}/inputs`, rowFault(tensor, inputs))),
    ...Object.keys(inputs).flatMap((name) =>
      at(`${place}/inputs/${name}`, known.has(name) ? undefined : `there is no tensor "${name}"`),
    ),
  ]
}

function valueFault(name: string, value: string | number): string | undefined {
  const index = featureIndexOf(name)
  if (index === undefined) return `"${name}" is not in the feature catalogue`
  const { kind } = FEATURES[index]
  if (kind === 'text' && typeof value === 'number') return `"${name}" is text: write "${value}", in quotes`
  if (kind === 'number' && typeof value === 'string') return `"${name}" is a number: write it without quotes`
  return undefined
}

function rowFault({ name, columns }: Input, inputs: GoldenRow['inputs']): string | undefined {
  if (!Object.hasOwn(inputs, name)) return `the row of the tensor "${name}" is missing`
  const { length } = inputs[name]
  if (length === columns.length) return undefined
  return `the row of the tensor "${name}" has ${length} cells, its columns are ${columns.length}`
}
