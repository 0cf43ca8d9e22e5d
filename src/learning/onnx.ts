/**
 * Writes ONNX models: IR version 8, operator set 17 of the default domain, weights inside the file.
 *
 * Just the protobuf a scoring graph needs, in the field numbers of onnx.proto (https://github.com/onnx/onnx); reading,
 * subgraphs and external data are not here. Tensors stand as `raw_data`, little-endian. Cold: called once per trained
 * model; the tensors are copied once, into the result. Whether the graph makes sense is for ONNX Runtime to say.
 */
import { assert } from '../base/assert.ts'

export type TensorType = 'float32' | 'int32' | 'int64'

/** An input or output of the graph; a text dimension is a symbol, "N" for the rows of a batch. */
export type Value = { name: string; type: TensorType; shape: readonly (number | string)[] }

/** A constant tensor, row by row. */
export type Initializer = { name: string; shape: readonly number[] } & (
  | { type: 'float32'; data: Float32Array }
  | { type: 'int32'; data: Int32Array }
  | { type: 'int64'; data: BigInt64Array }
)

/** ONNX tells 1 from 1.0 and JavaScript does not, so the type is said. */
export type Attribute = { int: number } | { ints: readonly number[] } | { float: number } | { string: string }

/** One operator. An empty input name leaves an optional input out. */
export type GraphNode = {
  op: string
  inputs: readonly string[]
  outputs: readonly string[]
  attributes?: Readonly<Record<string, Attribute>>
}

/** Nodes stand in the order they run. */
export type Model = {
  name: string
  inputs: readonly Value[]
  outputs: readonly Value[]
  initializers: readonly Initializer[]
  nodes: readonly GraphNode[]
  metadata?: Readonly<Record<string, string>>
}

export function encodeModel(model: Model): Uint8Array {
  const metadata = Object.entries(model.metadata ?? {})
  const file = [
    ...int(1, IR_VERSION),
    ...text(2, 'peregrine'),
    ...block(7, graphProto(model)),
    ...block(8, [...text(1, ''), ...int(2, OPSET_VERSION)]),
    ...metadata.flatMap(([key, value]) => block(14, [...text(1, key), ...text(2, value)])),
  ]
  assert(sizeOf(file) < 2 ** 31, 'a protobuf message stays below 2 GiB')
  return joined(file)
}

const IR_VERSION = 8
const OPSET_VERSION = 17

/** TensorProto.DataType. */
const elementType = { float32: 1, int32: 6, int64: 7 } as const

/** AttributeProto.AttributeType. */
const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const

function graphProto(model: Model): Bytes {
  return [
    ...model.nodes.flatMap((node) => block(1, nodeProto(node))),
    ...text(2, model.name),
    ...model.initializers.flatMap((tensor) => block(5, tensorProto(tensor))),
    ...model.inputs.flatMap((value) => block(11, valueInfoProto(value))),
    ...model.outputs.flatMap((value) => block(12, valueInfoProto(value))),
  ]
}

/** A node is named after its first output, which is unique in a graph; ONNX Runtime's messages and profiles show it. */
function nodeProto(node: GraphNode): Bytes {
  const attributes = Object.entries(node.attributes ?? {})
  return [
    ...node.inputs.flatMap((name) => text(1, name)),
    ...node.outputs.flatMap((name) => text(2, name)),
    ...text(3, node.outputs[0]),
    ...text(4, node.op),
    ...attributes.flatMap(([name, attribute]) => block(5, [...text(1, name), ...attributeProto(attribute)])),
  ]
}

function attributeProto(attribute: Attribute): Bytes {
  if ('int' in attribute) return [...int(3, attribute.int), ...int(20, attributeType.int)]
  if ('float' in attribute) return [...float(2, attribute.float), ...int(20, attributeType.float)]
  if ('string' in attribute) return [...text(4, attribute.string), ...int(20, attributeType.string)]
  return [...attribute.ints.flatMap((value) => int(8, value)), ...int(20, attributeType.ints)]
}

function tensorProto(tensor: Initializer): Bytes {
  const { data, shape } = tensor
  const elementCount = shape.reduce((product, size) => product * size, 1)
  assert(data.length === elementCount, `initializer ${tensor.name} has as many elements as its shape says`)
  return [
    ...shape.flatMap((size) => int(1, size)),
    ...int(2, elementType[tensor.type]),
    ...text(8, tensor.name),
    ...block(9, [bytesOf(data)]),
  ]
}

function valueInfoProto(value: Value): Bytes {
  const dimensions = value.shape.map((size) => (typeof size === 'string' ? text(2, size) : int(1, size)))
  const shape = dimensions.flatMap((dimension) => block(1, dimension))
  const tensorType = [...int(1, elementType[value.type]), ...block(2, shape)]
  return [...text(1, value.name), ...block(2, block(1, tensorType))]
}

/*
 * The protobuf wire format (https://protobuf.dev/programming-guides/encoding/): a message is its fields one after the
 * other, each a key (field number and wire type), then a varint, four bytes, or a length and that many bytes.
 * A message under construction is a list of chunks, so that a table of weights is not copied at every level it nests.
 */
type Bytes = readonly Uint8Array[]

function int(field: number, value: number): Bytes {
  return [varint(field * 8), varint(value)]
}

function float(field: number, value: number): Bytes {
  return [varint(field * 8 + 5), bytesOf(Float32Array.of(value))]
}

function text(field: number, value: string): Bytes {
  return block(field, [encoder.encode(value)])
}

function block(field: number, content: Bytes): Bytes {
  return [varint(field * 8 + 2), varint(sizeOf(content)), ...content]
}

const encoder = new TextEncoder()

/** Seven bits a byte, lowest first; a negative number is its 64-bit two's complement. */
function varint(value: number): Uint8Array {
  const bytes = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

/** The memory of numbers as it lies, which is little-endian wherever ONNX Runtime for Node runs. */
function bytesOf(data: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function sizeOf(chunks: Bytes): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
}

function joined(chunks: Bytes): Uint8Array {
  const whole = new Uint8Array(sizeOf(chunks))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
