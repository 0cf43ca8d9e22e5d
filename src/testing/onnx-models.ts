/**
 * Tiny ONNX models for tests, written to a folder: real graphs that ONNX Runtime runs.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelSpec } from '../inference/slab.ts'
import { encodeModel } from '../learning/onnx.ts'

/** p = sigmoid(sum of the row's ids / 10). */
export function writeSumModel(directory: string, width = 2): ModelSpec {
  const bytes = encodeModel({
    name: 'sum',
    inputs: [{ name: 'ids', type: 'int32', shape: ['N', width] }],
    outputs: [{ name: 'p', type: 'float32', shape: ['N', 1] }],
    initializers: [
      { name: 'axis', shape: [1], type: 'int64', data: BigInt64Array.of(1n) },
      { name: 'ten', shape: [], type: 'float32', data: Float32Array.of(10) },
    ],
    nodes: [
      { op: 'Cast', inputs: ['ids'], outputs: ['numbers'], attributes: { to: { int: 1 } } },
      { op: 'ReduceSum', inputs: ['numbers', 'axis'], outputs: ['sum'] },
      { op: 'Div', inputs: ['sum', 'ten'], outputs: ['logit'] },
      { op: 'Sigmoid', inputs: ['logit'], outputs: ['p'] },
    ],
  })
  return writeModel(directory, 'sum', bytes, width)
}

/**
 * p = sigmoid(0), after the product of two square matrices as wide as the largest id: an id of some thousands keeps
 * the worker busy for seconds, outside JavaScript.
 */
export function writeSlowModel(directory: string): ModelSpec {
  const bytes = encodeModel({
    name: 'slow',
    inputs: [{ name: 'ids', type: 'int32', shape: ['N', 1] }],
    outputs: [{ name: 'p', type: 'float32', shape: ['N', 1] }],
    initializers: [
      { name: 'one', shape: [1], type: 'int64', data: BigInt64Array.of(1n) },
      { name: 'zero', shape: [], type: 'float32', data: Float32Array.of(0) },
    ],
    nodes: [
      { op: 'Cast', inputs: ['ids'], outputs: ['numbers'], attributes: { to: { int: 1 } } },
      { op: 'ReduceMax', inputs: ['ids'], outputs: ['most'], attributes: { keepdims: { int: 0 } } },
      { op: 'Cast', inputs: ['most'], outputs: ['wide'], attributes: { to: { int: 7 } } },
      { op: 'Reshape', inputs: ['wide', 'one'], outputs: ['width'] },
      { op: 'Concat', inputs: ['width', 'width'], outputs: ['square'], attributes: { axis: { int: 0 } } },
      { op: 'ConstantOfShape', inputs: ['square'], outputs: ['matrix'] },
      { op: 'MatMul', inputs: ['matrix', 'matrix'], outputs: ['product'] },
      { op: 'ReduceSum', inputs: ['product'], outputs: ['nothing'], attributes: { keepdims: { int: 0 } } },
      { op: 'Mul', inputs: ['numbers', 'zero'], outputs: ['zeros'] },
      { op: 'Add', inputs: ['zeros', 'nothing'], outputs: ['logit'] },
      { op: 'Sigmoid', inputs: ['logit'], outputs: ['p'] },
    ],
  })
  return writeModel(directory, 'slow', bytes, 1)
}

function writeModel(directory: string, name: string, bytes: Uint8Array, width: number): ModelSpec {
  const file = join(directory, `${name}.onnx`)
  writeFileSync(file, bytes)
  return { key: `${name}/1`, file, inputs: [{ name: 'ids', type: 'int32', width }], output: 'p' }
}
