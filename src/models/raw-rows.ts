/**
 * Scores rows that somebody else has encoded, with a version that is served: for data scientists who hold what
 * the bidder answers against their own. The rows travel in the batches of the bids, so nothing is let in that the
 * manifest does not allow and the trial has not shown to be harmless: one bad row would spoil the batch for them all.
 */
import type { Clock } from '../base/clock.ts'
import type { Cells } from '../features/plan.ts'
import type { Manifest } from './manifest.ts'
import type { Served } from './release/served.ts'
import { NUMBERS } from './trial.ts'

/** A tensor of rows, row by row. */
export type RawTensor = {
  readonly name: string
  readonly rows: number
  readonly data: readonly number[] | Cells
}

/** @property isBusy whether the same may be asked again later. */
export type RawScores =
  | { readonly scores: Float32Array }
  | { readonly fault: string; readonly isBusy: boolean }

type Input = Manifest['inputs'][number]

const WAIT_MS = 1000

/** @param tensors one for each input of the manifest, in any order, all of as many rows. */
export async function scoreRaw(
  { model, queue }: Served,
  tensors: readonly RawTensor[],
  clock: Clock,
): Promise<RawScores> {
  const { inputs } = model.manifest
  const fault = tensorsFault(inputs, tensors, queue.rowsMax)
  if (fault !== undefined) return { fault, isBusy: false }
  const [{ rows }] = tensors
  const ticket = queue.open(rows, clock.nowMs() + WAIT_MS)
  if (ticket === undefined) return { fault: 'every batch is taken by bids', isBusy: true }
  for (const [index, { name, columns }] of inputs.entries()) {
    const cells: Cells = ticket.slab.inputs[index]
    cells.set(tensors.find((tensor) => tensor.name === name)!.data, ticket.firstRow * columns.length)
  }
  const outcome = await ticket.outcome
  if (outcome !== 'scored') return { fault: `the rows were not scored (${outcome})`, isBusy: true }
  return { scores: ticket.slab.scores.slice(ticket.firstRow, ticket.firstRow + rows) }
}

function tensorsFault(
  inputs: readonly Input[],
  tensors: readonly RawTensor[],
  rowsMax: number,
): string | undefined {
  const wanted = inputs.map(({ name }) => name)
  const unknown = tensors.find(({ name }) => !wanted.includes(name))
  if (unknown !== undefined)
    return `there is no input ${JSON.stringify(unknown.name)}; there is ${wanted.join(', ')}`
  if (tensors.length !== wanted.length) return `the inputs are ${wanted.join(', ')}, each once`
  const rows = tensors[0].rows
  if (!(Number.isInteger(rows) && rows >= 1 && rows <= rowsMax))
    return `from 1 to ${rowsMax} rows are scored at once`
  for (const input of inputs) {
    const tensor = tensors.find(({ name }) => name === input.name)
    if (tensor === undefined) return `the input ${input.name} is missing`
    if (tensor.rows !== rows) return `the inputs have not all as many rows`
    const fault = cellsFault(input, tensor)
    if (fault !== undefined) return fault
  }
  return undefined
}

function cellsFault({ name, columns }: Input, { rows, data }: RawTensor): string | undefined {
  if (data.length !== rows * columns.length)
    return `the input ${name} has ${data.length} values; ${rows} rows of ${columns.length} columns are ${rows * columns.length}`
  for (const [at, value] of data.entries()) {
    const {
      feature,
      buckets,
      offset = 0,
      domain = NUMBERS,
      default: missing = 0,
    } = columns[at % columns.length]
    const [least, most] = buckets === undefined ? domain : [offset, offset + buckets - 1]
    const isWithin = value >= least && value <= most
    // Who encodes with floats sends the nearest one of a default.
    const isMissing = value === missing || value === Math.fround(missing)
    if (buckets === undefined ? isWithin || isMissing : isWithin && Number.isInteger(value)) continue
    const place = `row ${Math.floor(at / columns.length)}, column ${at % columns.length} of ${name} (${feature})`
    return `${place} is ${value}; ${buckets === undefined ? 'numbers' : 'ids'} from ${least} to ${most} are due`
  }
  return undefined
}
