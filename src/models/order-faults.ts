/**
 * Columns that the golden rows cannot tell apart: if two of them stood in each other's place, every golden row would be
 * encoded as before, and the model would be fed the wrong columns without anybody noticing. Needs no model to run.
 *
 * Two mistakes are looked for: whole columns in the wrong order, and features in the wrong order under buckets and
 * offsets that stay. Cost: columns squared times golden rows, some milliseconds for thirty of each. Cold.
 */
import { NumberPlan } from '../features/numbers.ts'
import { type Column, Plan } from '../features/plan.ts'
import { vectorsOfRows } from './golden-vectors.ts'
import type { GoldenRow, Manifest } from './manifest.ts'

type Input = Manifest['inputs'][number]

/** What golden rows state of the bidder's world. */
export type RawRow = Pick<GoldenRow, 'features'>

export function orderFaults(inputs: readonly Input[], rows: readonly RawRow[]): string[] {
  const encode = encoderOf(rows)
  return inputs.flatMap(({ type, columns }, input) =>
    unseenSwaps(columns, (columns) => encode(type, columns)).map(([first, second]) => {
      const name = (place: number) => `"${columns[place].feature}" (column ${place})`
      return (
        `/inputs/${input}/columns: no golden row tells ${name(first)} from ${name(second)}, so that a wrong order ` +
        'would go unseen; add a row in which they differ'
      )
    }),
  )
}

/** The cells of all golden rows, row by row. */
type Encode = (columns: readonly Column[]) => Int32Array | Float32Array

function encoderOf(rows: readonly RawRow[]) {
  const { vectors, ads } = vectorsOfRows(rows.map(({ features }) => features))
  return (type: Input['type'], columns: readonly Column[]) => {
    const size = rows.length * columns.length
    const cells = type === 'int32' ? new Int32Array(size) : new Float32Array(size)
    const plan = type === 'int32' ? new Plan(columns, ads) : new NumberPlan(columns, ads)
    for (const [row, vector] of vectors.entries()) {
      plan.begin(vector)
      plan.write(cells, row, row)
    }
    return cells
  }
}

/** Pairs of different columns whose swap, of all or of the feature alone, changes no cell. */
function unseenSwaps(columns: readonly Column[], encode: Encode): [number, number][] {
  const width = columns.length
  const cells = encode(columns)
  const isEveryRow = (holds: (base: number) => boolean) => {
    for (let base = 0; base < cells.length; base += width) if (!holds(base)) return false
    return true
  }
  // For each place, and each feature put there: are the cells as they were?
  const isSame = columns.map(({ feature }) => {
    const other = encode(columns.map((column) => ({ ...column, feature })))
    return columns.map((_, place) => isEveryRow((base) => cells[base + place] === other[base + place]))
  })
  const pairs: [number, number][] = []
  for (let first = 0; first < width; first++) {
    for (let second = first + 1; second < width; second++) {
      if (isEqual(columns[first], columns[second])) continue
      const isColumnSwapUnseen = isEveryRow((base) => cells[base + first] === cells[base + second])
      const isOfOneFeature = columns[first].feature === columns[second].feature
      const isFeatureSwapUnseen = !isOfOneFeature && isSame[first][second] && isSame[second][first]
      if (isColumnSwapUnseen || isFeatureSwapUnseen) pairs.push([first, second])
    }
  }
  return pairs
}

function isEqual(a: Column, b: Column): boolean {
  const key = ({ feature, buckets, seed = 0, offset = 0, default: missing = 0, domain }: Column) =>
    JSON.stringify([feature, buckets, seed, offset, missing, domain])
  return key(a) === key(b)
}
