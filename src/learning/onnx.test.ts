import onnxProto from 'onnx-proto'
import * as ort from 'onnxruntime-node'
import t from 'tap'
import { encodeModel, type Model } from './onnx.ts'

/** y = 2 x + the shift of the row's id, with one of everything the writer knows. */
const model: Model = {
  name: 'shifted',
  inputs: [
    { name: 'x', type: 'float32', shape: ['N', 2] },
    { name: 'id', type: 'int32', shape: ['N'] },
  ],
  outputs: [{ name: 'y', type: 'float32', shape: ['N', 2] }],
  initializers: [
    { name: 'two', type: 'float32', shape: [], data: Float32Array.of(2) },
    { name: 'shifts', type: 'float32', shape: [3, 2], data: Float32Array.of(10, 20, 30, 40, 50, -0.5) },
    { name: 'negative', type: 'int32', shape: [1], data: Int32Array.of(-2) },
    { name: 'large', type: 'int64', shape: [2], data: BigInt64Array.of(-1n, 2n ** 40n) },
  ],
  nodes: [
    { op: 'Mul', inputs: ['x', 'two'], outputs: ['twice'] },
    { op: 'Gather', inputs: ['shifts', 'id'], outputs: ['shift'], attributes: { axis: { int: 0 } } },
    { op: 'Add', inputs: ['twice', 'shift'], outputs: ['y'] },
  ],
  metadata: { trained: '2026-01-02', Straße: 'naïve' },
}

/** What an independent protobuf reader makes of the bytes, with plain numbers for 64-bit ones. */
function decode(bytes: Uint8Array) {
  return onnxProto.onnx.ModelProto.toObject(onnxProto.onnx.ModelProto.decode(bytes), { longs: Number })
}

function decodeAttributes(attributes: Model['nodes'][number]['attributes']) {
  const nodes = [{ op: 'Any', inputs: ['', 'b'], outputs: ['c', 'd'], attributes }]
  return decode(encodeModel({ ...model, nodes })).graph.node[0].attribute
}

t.test('a model carries its versions, producer and metadata', async (t) => {
  const decoded = decode(encodeModel(model))
  t.equal(decoded.irVersion, 8)
  t.same(decoded.opsetImport, [{ domain: '', version: 17 }])
  t.equal(decoded.producerName, 'peregrine')
  t.same(decoded.metadataProps, [
    { key: 'trained', value: '2026-01-02' },
    { key: 'Straße', value: 'naïve' },
  ])
  t.equal(decoded.graph.name, 'shifted')
})

t.test('a model without metadata has none', async (t) => {
  const { metadata: _, ...rest } = model
  t.notOk(decode(encodeModel(rest)).metadataProps)
})

t.test('inputs and outputs keep name, type and shape, with symbols for unknown sizes', async (t) => {
  const { graph } = decode(encodeModel(model))
  const value = (name: string, elemType: number, dim: object[]) => ({
    name,
    type: { tensorType: { elemType, shape: { dim } } },
  })
  t.same(graph.input, [
    value('x', 1, [{ dimParam: 'N' }, { dimValue: 2 }]),
    value('id', 6, [{ dimParam: 'N' }]),
  ])
  t.same(graph.output, [value('y', 1, [{ dimParam: 'N' }, { dimValue: 2 }])])
})

t.test('initializers keep name, type, shape and every bit of their data', async (t) => {
  const { initializer } = decode(encodeModel(model)).graph
  t.same(
    initializer.map((tensor: { name: string; dataType: number; dims?: number[] }) => [
      tensor.name,
      tensor.dataType,
      tensor.dims ?? [],
    ]),
    [
      ['two', 1, []],
      ['shifts', 1, [3, 2]],
      ['negative', 6, [1]],
      ['large', 7, [2]],
    ],
  )
  const hex = initializer.map((tensor: { rawData: Uint8Array }) =>
    Buffer.from(tensor.rawData).toString('hex'),
  )
  t.equal(hex[0], '00000040', '2 as a little-endian float')
  t.equal(hex[1], '000020410000a0410000f041000020420000484200' + '0000bf')
  t.equal(hex[2], 'feffffff', '-2 as a little-endian 32-bit integer')
  t.equal(hex[3], 'ffffffffffffffff' + '0000000000010000', '-1 and 2^40 as little-endian 64-bit integers')
})

t.test('an initializer that is a view writes only what it shows', async (t) => {
  const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3)
  const bytes = encodeModel({ ...model, initializers: [{ name: 'view', type: 'float32', shape: [2], data }] })
  t.equal(Buffer.from(decode(bytes).graph.initializer[0].rawData).toString('hex'), '0000803f00000040')
})

t.test('an initializer is refused when its data do not fill its shape', async (t) => {
  const withLength = (length: number): Model => ({
    ...model,
    initializers: [{ name: 'short', type: 'float32', shape: [2, 3], data: new Float32Array(length) }],
  })
  t.doesNotThrow(() => encodeModel(withLength(6)))
  t.throws(() => encodeModel(withLength(5)), /initializer short/)
  t.throws(() => encodeModel(withLength(7)), /initializer short/)
})

t.test(
  'nodes keep operator, inputs, outputs and order, and are named after their first output',
  async (t) => {
    const { node } = decode(encodeModel(model)).graph
    t.same(node, [
      { input: ['x', 'two'], output: ['twice'], name: 'twice', opType: 'Mul' },
      {
        input: ['shifts', 'id'],
        output: ['shift'],
        name: 'shift',
        opType: 'Gather',
        attribute: [{ name: 'axis', i: 0, type: 2 }],
      },
      { input: ['twice', 'shift'], output: ['y'], name: 'y', opType: 'Add' },
    ])
  },
)

t.test('a left-out optional input stays in its place', async (t) => {
  const nodes = [{ op: 'Any', inputs: ['', 'b'], outputs: ['c', 'd'] }]
  const [node] = decode(encodeModel({ ...model, nodes })).graph.node
  t.same(node.input, ['', 'b'])
  t.same(node.output, ['c', 'd'])
})

t.test('attributes of every kind keep name, type and value', async (t) => {
  t.same(decodeAttributes({ a: { int: 300 }, b: { int: -1 }, c: { int: 0 } }), [
    { name: 'a', i: 300, type: 2 },
    { name: 'b', i: -1, type: 2 },
    { name: 'c', i: 0, type: 2 },
  ])
  const edges = [0, 127, 128, 16383, 16384, 2 ** 53 - 1, -(2 ** 53 - 1)]
  t.same(
    decodeAttributes({ a: { ints: edges } }),
    [{ name: 'a', ints: edges, type: 7 }],
    'where a byte more begins',
  )
  t.same(decodeAttributes({ a: { ints: [1, -2, 2 ** 40] }, none: { ints: [] } }), [
    { name: 'a', ints: [1, -2, 2 ** 40], type: 7 },
    { name: 'none', type: 7 },
  ])
  t.same(decodeAttributes({ a: { float: -0.5 } }), [{ name: 'a', f: -0.5, type: 1 }])
  const [text] = decodeAttributes({ mode: { string: 'floor' } })
  t.equal(text.type, 3)
  t.equal(Buffer.from(text.s).toString(), 'floor')
})

t.test('ONNX Runtime runs the model and gives the right numbers', async (t) => {
  // Log level 3 silences its warning of the two initializers no node uses.
  const session = await ort.InferenceSession.create(encodeModel(model), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  t.teardown(() => session.release())
  const { y } = await session.run({
    x: new ort.Tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]),
    id: new ort.Tensor('int32', Int32Array.of(2, 0), [2]),
  })
  t.same([...y.dims], [2, 2])
  t.same([...(y.data as Float32Array)], [52, 3.5, 16, 28])
})

t.test('ONNX Runtime reads attributes and 64-bit axes as they were meant', async (t) => {
  const session = await ort.InferenceSession.create(
    encodeModel({
      name: 'attributes',
      inputs: [{ name: 'x', type: 'float32', shape: ['N', 2] }],
      outputs: [{ name: 'y', type: 'float32', shape: [1, 'N'] }],
      initializers: [{ name: 'axes', type: 'int64', shape: [1], data: BigInt64Array.of(-1n) }],
      nodes: [
        { op: 'LeakyRelu', inputs: ['x'], outputs: ['leaky'], attributes: { alpha: { float: 0.25 } } },
        {
          op: 'ReduceSum',
          inputs: ['leaky', 'axes'],
          outputs: ['sum'],
          attributes: { keepdims: { int: 1 } },
        },
        { op: 'Transpose', inputs: ['sum'], outputs: ['y'], attributes: { perm: { ints: [1, 0] } } },
      ],
    }),
    { intraOpNumThreads: 1 },
  )
  t.teardown(() => session.release())
  const { y } = await session.run({
    x: new ort.Tensor('float32', Float32Array.of(1, -4, 3, 4, -8, -8), [3, 2]),
  })
  t.same([...y.dims], [1, 3])
  t.same([...(y.data as Float32Array)], [0, 7, -4])
})
