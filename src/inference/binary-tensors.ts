/**
 * The binary tensor data extension of the Open Inference Protocol: a body that is JSON, whose length a header tells, and
 * behind it the cells of those tensors that say so, little-endian, in the order in which the JSON has them.
 * (https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md)
 *
 *   | {"inputs":[{"name":"ids", ..., "parameters":{"binary_data_size":16}}, ...]} | cells of ids | ... |
 *
 * Spoken in both directions: by `remote.ts`, and by the admin port. Cells are four bytes, as those of a slab.
 */

/** By this name a server says that it knows the extension. */
export const BINARY_EXTENSION = 'binary_tensor_data'
/** The header that tells how long the JSON is. */
export const JSON_LENGTH_HEADER = 'Inference-Header-Content-Length'

export const DATATYPE = { int32: 'INT32', float32: 'FP32' } as const

type Cells = Int32Array | Float32Array

export type SplitBody = { readonly json: unknown; readonly binary: Uint8Array }

/** Undefined for what is no such body. @param jsonLength what the header says; without it all is JSON. */
export function splitBody(body: Uint8Array, jsonLength: string | undefined): SplitBody | undefined {
  const length = jsonLength === undefined ? body.length : Number(jsonLength)
  if (!(Number.isInteger(length) && length >= 0 && length <= body.length)) return undefined
  try {
    return {
      json: JSON.parse(Buffer.from(body.buffer, body.byteOffset, length).toString()),
      binary: body.subarray(length),
    }
  } catch {
    return undefined
  }
}

/** The bytes of each tensor that has some; undefined where they are no cells, or not exactly those that came. */
export function binaryParts(
  tensors: readonly { readonly parameters?: { readonly binary_data_size?: unknown } }[],
  binary: Uint8Array,
): (Uint8Array | undefined)[] | undefined {
  let offset = 0
  const parts = tensors.map((tensor) => {
    const size = tensor?.parameters?.binary_data_size
    if (size === undefined) return undefined
    const first = offset
    offset += typeof size === 'number' && size >= 0 && size % 4 === 0 ? size : Number.NaN
    return binary.subarray(first, offset)
  })
  return offset === binary.length ? parts : undefined
}

/** A copy, because what came in a body lies anywhere in it. */
export function cellsIn(bytes: Uint8Array, type: keyof typeof DATATYPE): Cells {
  const { buffer } = new Uint8Array(bytes)
  const length = bytes.length >> 2
  return type === 'int32' ? new Int32Array(buffer, 0, length) : new Float32Array(buffer, 0, length)
}

export function bytesOf(cells: Cells): Uint8Array {
  return new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength)
}
