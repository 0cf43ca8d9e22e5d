/**
 * The columns that a training learns from: those of the demo model, or those of a file. The factorisation machine has
 * all of them in one table, one behind the other. The inline scorer has the single features and the first two crosses:
 * it computes its crosses for every candidate, in the bid loop.
 */
import { readFileSync } from 'node:fs'
import { FEATURES, featureIndexOf } from '../../features/catalogue.ts'
import { type Column, columnFault } from '../../features/plan.ts'
import { TrainFault } from './fault.ts'

export type ColumnSet = {
  readonly model: readonly Column[]
  readonly modelRows: number
  readonly inline: readonly Column[]
  readonly inlineRows: number
}

/** Buckets by feature. */
const DEFAULT_BUCKETS: readonly (readonly [string, number])[] = [
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
  // Pairs that are seen often enough are learnt faster as themselves than as a product of vectors. The first two tell most.
  ['category*advertiser', 2048],
  ['device*ad_shape', 256],
  ['domain*advertiser', 4096],
  ['bundle*advertiser', 4096],
  ['os*creative', 2048],
]

const INLINE_CROSSES = 2
const INLINE_ROWS = 2 ** 16
/** Of memory, a row of the machine takes 84 bytes while it learns. */
const MODEL_ROWS_MAX = 2 ** 24

export const DEFAULT_COLUMNS = columnSet(DEFAULT_BUCKETS.map(([feature, buckets]) => ({ feature, buckets })))

/** @param file a JSON list as inputs[0].columns of a manifest; what has no offset comes behind what stands before it. */
export function readColumns(file: string): ColumnSet {
  const columns = listIn(file)
  const faults = columns.flatMap((column, index) => {
    const fault = faultOf(column)
    return fault === undefined ? [] : [`${file} /${index}: ${fault}`]
  })
  if (faults.length > 0) throw new TrainFault(faults.join('\n'))
  const set = columnSet(columns as Column[])
  if (set.modelRows <= MODEL_ROWS_MAX) return set
  throw new TrainFault(
    `${file}: the columns have ${set.modelRows} buckets; ${MODEL_ROWS_MAX} at most are due`,
  )
}

function columnSet(columns: readonly Column[]): ColumnSet {
  let modelRows = 0
  const model = columns.map(({ feature, buckets = 0, seed = 0, offset = modelRows }) => {
    modelRows = Math.max(modelRows, offset + buckets)
    return { feature, buckets, seed, offset }
  })
  const crosses = columns.filter(({ feature }) => feature.includes('*')).slice(0, INLINE_CROSSES)
  const inline = columns
    .filter((column) => !column.feature.includes('*') || crosses.includes(column))
    .map(({ feature }, index) => ({ feature, buckets: INLINE_ROWS, seed: index + 1 }))
  return { model, modelRows, inline, inlineRows: INLINE_ROWS }
}

function listIn(file: string): unknown[] {
  let list: unknown
  try {
    list = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new TrainFault(`${file}: ${(cause as Error).message}; a JSON list of columns is due`)
  }
  if (Array.isArray(list) && list.length > 0) return list
  throw new TrainFault(`${file}: a list of columns is due, such as [{"feature": "os", "buckets": 64}]`)
}

const FIELDS = ['feature', 'buckets', 'seed', 'offset']

function faultOf(column: unknown): string | undefined {
  if (typeof column !== 'object' || column === null) return 'an object with feature and buckets is due'
  const { feature, ...numbers } = column as Record<string, unknown>
  if (typeof feature !== 'string') return 'feature: a name of the feature catalogue is due'
  const unknown = Object.keys(numbers).find((field) => !FIELDS.includes(field))
  if (unknown !== undefined)
    return `${unknown}: not a field of a hashed column; there are ${FIELDS.join(', ')}`
  const broken = Object.entries(numbers).find(([, value]) => !(Number.isInteger(value) && Number(value) >= 0))
  if (broken !== undefined) return `${broken[0]}: a whole number from 0 is due`
  const index = featureIndexOf(feature)
  if (index !== undefined && FEATURES[index].kind === 'number')
    return `"${feature}" is a number; a factorisation machine learns from text features and their crosses`
  return columnFault(column as Column)
}
