/**
 * The memory that a batch's rows travel in: written by the bid loop, read by ONNX Runtime in a worker without a copy,
 * and the scores written back.
 *
 *   | input 0: rowsMax x width | input 1 ... | scores: rowsMax |
 *
 * All cells are four bytes. A slab belongs to one side at a time: to the bid loop until its batch is dispatched, to
 * the worker until it has answered. Nothing in it is accessed by both at once.
 */

export type TensorSpec = { readonly name: string; readonly type: 'int32' | 'float32'; readonly width: number }

/** What a worker needs of a model: its file and the tensors that go in and come out. */
export type ModelSpec = {
  readonly key: string
  /** Empty for a model that a remote has. */
  readonly file: string
  readonly inputs: readonly TensorSpec[]
  readonly output: string
}

export type Slab = {
  readonly model: ModelSpec
  readonly buffer: SharedArrayBuffer
  /** In the order of the model's inputs. */
  readonly inputs: readonly (Int32Array<SharedArrayBuffer> | Float32Array<SharedArrayBuffer>)[]
  readonly scores: Float32Array<SharedArrayBuffer>
}

const CELL_BYTES = 4

export function newSlabBuffer(model: ModelSpec, rowsMax: number): SharedArrayBuffer {
  const widthTotal = model.inputs.reduce((total, { width }) => total + width, 0)
  return new SharedArrayBuffer(CELL_BYTES * rowsMax * (widthTotal + 1))
}

/** The views over a slab; both sides make their own. */
export function slabOver(buffer: SharedArrayBuffer, model: ModelSpec, rowsMax: number): Slab {
  let offset = 0
  const inputs = model.inputs.map(({ type, width }) => {
    const length = rowsMax * width
    const view =
      type === 'int32' ? new Int32Array(buffer, offset, length) : new Float32Array(buffer, offset, length)
    offset += view.byteLength
    return view
  })
  return {
    model,
    buffer,
    inputs,
    scores: new Float32Array(buffer, offset, rowsMax),
  }
}
