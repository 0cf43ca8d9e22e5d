/**
 * The rows of a slab as an inference request of the Open Inference Protocol, version 2, and the scores in its answer.
 * Binary tensors are copied as they lie; JSON is written and read number by number, in the bid loop, and so is only for
 * servers that know nothing else (`bench/micro/inference/remote.ts` has both).
 */

import {
  BINARY_EXTENSION,
  binaryParts,
  bytesOf,
  cellsIn,
  DATATYPE,
  JSON_LENGTH_HEADER,
  splitBody,
} from './binary-tensors.ts'
import type { HttpAnswer } from './http-call.ts'
import type { ModelSpec, Slab } from './slab.ts'

export type InferRequest = { readonly headers: Record<string, string | number>; readonly body: Uint8Array }

export function binaryRequest({ inputs, output }: ModelSpec, slab: Slab, rowCount: number): InferRequest {
  const parts = inputs.map(({ width }, index) => bytesOf(slab.inputs[index].subarray(0, rowCount * width)))
  const json = Buffer.from(
    JSON.stringify({
      inputs: inputs.map(({ name, type, width }, index) => ({
        name,
        shape: [rowCount, width],
        datatype: DATATYPE[type],
        parameters: { binary_data_size: parts[index].length },
      })),
      outputs: [{ name: output, parameters: { binary_data: true } }],
    }),
  )
  // A copy: when a call is given up, the slab is written anew while its connection may not have taken all of it.
  const body = Buffer.concat([json, ...parts])
  return {
    headers: { 'Content-Type': 'application/octet-stream', [JSON_LENGTH_HEADER]: json.length },
    body,
  }
}

export function jsonRequest({ inputs, output }: ModelSpec, slab: Slab, rowCount: number): InferRequest {
  const tensors = inputs.map(({ name, type, width }, index) => {
    const cells = slab.inputs[index].subarray(0, rowCount * width).join()
    // JSON has no infinity; this is the greatest number that a float holds.
    const data = cells.replaceAll('Infinity', '3.4028234663852886e38')
    return `{"name":${JSON.stringify(name)},"shape":[${rowCount},${width}],"datatype":"${DATATYPE[type]}","data":[${data}]}`
  })
  const body = Buffer.from(`{"inputs":[${tensors}],"outputs":[{"name":${JSON.stringify(output)}}]}`)
  return { headers: { 'Content-Type': 'application/json' }, body }
}

/** Whether a server's metadata say that it takes binary tensors. */
export function takesBinary({ status, body }: HttpAnswer): boolean {
  if (status !== 200) return false
  const { extensions } = (splitBody(body, undefined)?.json ?? {}) as { extensions?: unknown }
  return Array.isArray(extensions) && extensions.includes(BINARY_EXTENSION)
}

type Output = {
  readonly name?: unknown
  readonly datatype?: unknown
  readonly shape?: unknown
  readonly data?: unknown
  readonly parameters?: { readonly binary_data_size?: unknown }
}

/** The score of each row; or what is wrong with the answer, as the rest of a sentence about who gave it. */
export function scoresIn(answer: HttpAnswer, output: string, rowCount: number): ArrayLike<number> | string {
  const length = answer.headers[JSON_LENGTH_HEADER.toLowerCase()] as string | undefined
  const split = splitBody(answer.body, length)
  const json = (split?.json ?? {}) as { readonly outputs?: unknown; readonly error?: unknown }
  if (answer.status !== 200) return `answered ${answer.status}${errorIn(json)}`
  if (split === undefined) return 'answered with what is no JSON'
  const outputs: readonly Output[] = Array.isArray(json.outputs) ? json.outputs : []
  const index = outputs.findIndex((one) => one?.name === output)
  if (index === -1) return `answered without the output ${output}`
  const { datatype, shape, data } = outputs[index]
  if (datatype !== DATATYPE.float32) return `answered with ${datatype} instead of ${DATATYPE.float32}`
  if (!isColumn(shape, rowCount)) return 'answered with another shape than [rows] or [rows, 1]'
  const part = binaryParts(outputs, split.binary)?.[index]
  const scores = part === undefined ? data : cellsIn(part, 'float32')
  if (!isList(scores) || scores.length !== rowCount) return 'answered with another count of scores than rows'
  for (let row = 0; row < rowCount; row++) {
    const score = scores[row]
    if (typeof score !== 'number' || !(score >= 0 && score <= 1))
      return `answered with ${wordFor(score)}, which is no probability`
  }
  return scores
}

function isColumn(shape: unknown, rowCount: number): boolean {
  return (
    Array.isArray(shape) &&
    shape[0] === rowCount &&
    (shape.length === 1 || (shape.length === 2 && shape[1] === 1))
  )
}

/** What is in it is looked at with the scores: what is no number is no probability either. */
function isList(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || value instanceof Float32Array
}

/** One word for many scores, so that a cause is told once. */
function wordFor(score: unknown): string {
  if (typeof score !== 'number') return 'what is no number'
  if (Number.isNaN(score)) return 'NaN'
  return score > 1 ? 'more than 1' : 'less than 0'
}

/** What the other side says of its error, in part: it may be long. */
function errorIn({ error }: { readonly error?: unknown }): string {
  return typeof error === 'string' ? `: ${error.slice(0, 200)}` : ''
}
