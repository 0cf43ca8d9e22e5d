/**
 * The Open Inference Protocol over a real model in a real worker: what clients of KServe and Triton send, and what else
 * might come.
 */
import t, { type Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import { cellsIn, splitBody } from '../inference/binary-tensors.ts'
import { goldenFaults } from '../models/golden.ts'
import { scoreRaw } from '../models/raw-rows.ts'
import { Serving } from '../models/release/serving.ts'
import { PromptLabels } from '../testing/labels.ts'
import { NO_MODELS } from '../testing/no-models.ts'
import { loadTinyModel } from '../testing/tiny-model.ts'
import { adminApp } from './server.ts'

const ROWS_MAX = 16

async function open(t: Test, unreadyReason: () => string | undefined = () => undefined) {
  const model = await loadTinyModel(t.testdir({}))
  const serving = new Serving({
    first: model,
    workers: 1,
    rowsMax: ROWS_MAX,
    clock: systemClock,
    onFault: (fault) => t.fail(fault.message),
    newLabels: () => new PromptLabels(),
    onRoles: () => {},
  })
  t.teardown(() => serving.close())
  // A worker takes its time to start; whoever asks by HTTP waits a second.
  t.same(await goldenFaults(model, serving.live.queue, systemClock.nowMs()), [])
  const app = adminApp({
    token: '',
    version: '1.2.3',
    unreadyReason,
    metricsText: async () => '',
    campaigns: { list: () => [], find: () => undefined, setPaused: async () => true },
    status: () => ({}),
    models: NO_MODELS,
    inference: {
      served: () => serving.all,
      score: (served, tensors) => scoreRaw(served, tensors, systemClock),
    },
    onAction: () => {},
  })
  const get = async (path: string) => {
    const response = await app.request(path)
    return { status: response.status, body: await response.json() }
  }
  /** A body in JSON, and behind it the cells of tensors. */
  const inferBinary = async (
    json: object,
    cells: readonly (Int32Array | Float32Array)[],
    length?: number,
  ) => {
    const text = Buffer.from(JSON.stringify(json))
    const response = await app.request('/v2/models/tiny/infer', {
      method: 'POST',
      headers: { 'Inference-Header-Content-Length': `${length ?? text.length}` },
      body: Buffer.concat([text, ...cells.map(({ buffer }) => new Uint8Array(buffer))]),
    })
    const jsonLength = response.headers.get('inference-header-content-length') ?? undefined
    const { json: answer, binary } = splitBody(new Uint8Array(await response.arrayBuffer()), jsonLength)!
    return { status: response.status, body: answer as Answer, binary }
  }
  const infer = async (body: unknown, path = '/v2/models/tiny/infer') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await app.request(path, { method: 'POST', body: text })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  return { model, serving, get, infer, inferBinary }
}

/** A response, or the error in its place. */
type Answer = { id?: string; outputs: { data: number[] }[]; error: string }
type Tensor = { name: string; datatype: string; shape: number[]; data: unknown }

/** The golden rows as a request. */
function requestOf({ golden }: { readonly golden: readonly { inputs: Record<string, number[]> }[] }) {
  const tensor = (name: string, datatype: string): Tensor => {
    const rows = golden.map(({ inputs }) => inputs[name])
    return { name, datatype, shape: [rows.length, rows[0].length], data: rows.flat() }
  }
  return { id: '42', inputs: [tensor('numbers', 'FP32'), tensor('ids', 'INT32')] }
}

t.test('the server, its health and its model describe themselves', async (t) => {
  let reason: string | undefined
  const { get } = await open(t, () => reason)
  t.same((await get('/v2')).body, {
    name: 'peregrine',
    version: '1.2.3',
    extensions: ['binary_tensor_data'],
  })
  t.same(await get('/v2/health/live'), { status: 200, body: { live: true } })
  t.same(await get('/v2/health/ready'), { status: 200, body: { ready: true } })
  reason = 'shutting down'
  t.same(await get('/v2/health/ready'), { status: 503, body: { ready: false } })
  const described = {
    name: 'tiny',
    versions: ['1'],
    platform: 'onnxruntime_onnx',
    inputs: [
      { name: 'ids', datatype: 'INT32', shape: [-1, 4] },
      { name: 'numbers', datatype: 'FP32', shape: [-1, 2] },
    ],
    outputs: [{ name: 'p', datatype: 'FP32', shape: [-1] }],
  }
  for (const path of ['/v2/models/tiny', '/v2/models/tiny/versions/1']) {
    t.same(await get(path), { status: 200, body: described })
    t.same(await get(`${path}/ready`), { status: 200, body: { name: 'tiny', ready: true } })
  }
  for (const path of ['/v2/models/other', '/v2/models/tiny/versions/2', '/v2/models/tiny/versions/2/ready'])
    t.equal((await get(path)).status, 404, path)
})

t.test('golden rows are answered as the manifest says, flat or in lists', async (t) => {
  const { model, infer } = await open(t)
  const request = requestOf(model)
  const nested = {
    inputs: request.inputs.map((tensor) => ({
      ...tensor,
      data: model.golden.map(({ inputs }) => inputs[tensor.name]),
    })),
    outputs: [{ name: 'p' }],
  }
  for (const body of [request, nested]) {
    const answer = await infer(body)
    t.match(answer, {
      status: 200,
      body: {
        model_name: 'tiny',
        model_version: '1',
        outputs: [{ name: 'p', datatype: 'FP32', shape: [4] }],
      },
    })
    const scores = answer.body.outputs[0].data
    const isNear = scores.every((score, row) => Math.abs(score - model.golden[row].output) < 1e-5)
    t.ok(isNear, `${scores}`)
  }
  t.equal((await infer(request)).body.id, '42')
  t.equal((await infer(request, '/v2/models/tiny/versions/1/infer')).status, 200)
  t.equal((await infer(request, '/v2/models/tiny/versions/2/infer')).status, 404)
})

/** Each row: what is changed in a good request, and what is told. */
const REFUSED: readonly (readonly [string, (inputs: Tensor[]) => unknown, RegExp])[] = [
  ['no JSON', () => '{"inputs":', /the body is JSON with a list "inputs"/],
  ['nothing in place of a tensor', () => ({ inputs: [null] }), /the body is JSON with a list "inputs"/],
  [
    'nothing in place of an output',
    (inputs) => ({ inputs, outputs: [null] }),
    /there is no output undefined/,
  ],
  ['no inputs', () => ({}), /the body is JSON with a list "inputs"/],
  ['an input missing', (inputs) => ({ inputs: inputs.slice(1) }), /the inputs are ids, numbers, each once/],
  ['an input twice', ([, ids]) => ({ inputs: [ids, ids] }), /the input numbers is missing/],
  [
    'an unknown input',
    ([, ids]) => ({ inputs: [{ ...ids, name: 'x' }, ids] }),
    /there is no input "x"; there is ids, numbers/,
  ],
  [
    'an unknown output',
    (inputs) => ({ inputs, outputs: [{ name: 'q' }] }),
    /there is no output "q"; there is p/,
  ],
  [
    'another type',
    ([numbers, ids]) => ({ inputs: [numbers, { ...ids, datatype: 'INT64' }] }),
    /ids is INT64; INT32 is due/,
  ],
  [
    'another width',
    ([numbers, ids]) => ({ inputs: [numbers, { ...ids, shape: [4, 3] }] }),
    /has the shape \[4,3\]; \[rows, 4\] is due/,
  ],
  [
    'too few values',
    ([numbers, ids]) => ({ inputs: [numbers, { ...ids, data: [1] }] }),
    /has 1 values; 4 rows of 4 columns are 16/,
  ],
  [
    'text',
    ([numbers, ids]) => ({ inputs: [{ ...numbers, data: ['1'] }, ids] }),
    /the data of the input numbers are not all numbers/,
  ],
  [
    'an id beyond its column',
    ([numbers, ids]) => ({ inputs: [numbers, { ...ids, data: new Array(16).fill(63) }] }),
    /row 0, column 0 of ids \(os\) is 63; ids from 0 to 15 are due/,
  ],
  [
    'a half',
    ([numbers, ids]) => ({ inputs: [numbers, { ...ids, data: new Array(16).fill(0.5) }] }),
    /is 0\.5; ids from 0 to 15/,
  ],
  [
    'a number beyond its domain',
    ([numbers, ids]) => ({ inputs: [{ ...numbers, data: new Array(8).fill(1e30) }, ids] }),
    /of numbers \(floor_cpm\) is 1e\+30; numbers from 0 to 5/,
  ],
  [
    'too many rows',
    ([numbers, ids]) => ({
      inputs: [
        { ...numbers, shape: [1000, 2] },
        { ...ids, shape: [1000, 4] },
      ],
    }),
    /from 1 to 16 rows/,
  ],
  [
    'no rows',
    ([numbers, ids]) => ({
      inputs: [
        { ...numbers, shape: [0, 2], data: [] },
        { ...ids, shape: [0, 4], data: [] },
      ],
    }),
    /from 1 to 16 rows/,
  ],
  [
    'different rows',
    ([numbers, ids]) => ({ inputs: [{ ...numbers, shape: [3, 2] }, ids] }),
    /not all as many rows|has 8 values/,
  ],
]
t.test('what would spoil a batch, or is no request, is refused with its place', async (t) => {
  const { model, serving, infer } = await open(t)
  for (const [what, change, told] of REFUSED) {
    const answer = await infer(change(requestOf(model).inputs))
    t.equal(answer.status, 400, what)
    t.match(answer.body.error, told, what)
  }
  t.equal(serving.live.queue.counts.failedBatches + serving.live.queue.counts.invalidBatches, 0)
  t.equal((await infer(requestOf(model))).status, 200)
})

t.test('one inference at a time', async (t) => {
  const { model, infer } = await open(t)
  const request = requestOf(model)
  const answers = await Promise.all([infer(request), infer(request)])
  t.same(answers.map(({ status }) => status).sort(), [200, 503])
  t.equal((await infer(request)).status, 200)
})

/** The golden rows as tensors that are numbers behind the JSON. */
function binaryRequestOf(model: Parameters<typeof requestOf>[0]) {
  const { id, inputs } = requestOf(model)
  const cells = inputs.map(({ datatype, data }) =>
    datatype === 'INT32' ? Int32Array.from(data as number[]) : Float32Array.from(data as number[]),
  )
  const tensors = inputs.map(({ data: _, ...tensor }, index) => ({
    ...tensor,
    parameters: { binary_data_size: cells[index].byteLength as unknown },
  }))
  return { json: { id, inputs: tensors }, cells }
}

t.test('binary tensors are taken, and given where they are asked for', async (t) => {
  const { model, infer, inferBinary } = await open(t)
  const { json, cells } = binaryRequestOf(model)
  const wanted = (await infer(requestOf(model))).body.outputs[0].data
  const plain = await inferBinary(json, cells)
  t.match(plain, { status: 200, body: { id: '42', outputs: [{ data: wanted }] } }, 'in JSON unless asked')
  for (const asking of [
    { parameters: { binary_data_output: true } },
    { outputs: [{ name: 'p', parameters: { binary_data: true } }] },
  ]) {
    const { status, body, binary } = await inferBinary({ ...json, ...asking }, cells)
    t.match(
      { status, body },
      { status: 200, body: { id: '42', outputs: [{ shape: [4], datatype: 'FP32' }] } },
    )
    t.same([...cellsIn(binary, 'float32')], wanted)
  }
  const [numbers] = requestOf(model).inputs
  const mixed = await inferBinary({ inputs: [json.inputs[1], numbers] }, [cells[1]])
  t.same(mixed.body.outputs[0].data, wanted, 'one in JSON beside one in binary')
})

t.test('binary tensors that are not what they say are refused', async (t) => {
  const { model, inferBinary } = await open(t)
  const { json, cells } = binaryRequestOf(model)
  const sized = (...sizes: readonly unknown[]) => ({
    inputs: json.inputs.map((input, at) => ({ ...input, parameters: { binary_data_size: sizes[at] } })),
  })
  const told = /^96 bytes stand behind the JSON; "binary_data_size" of the inputs says otherwise$/
  for (const [first, second] of [
    [32, 60],
    [32, 68],
    [31, 65],
    [160, -64],
    [32, '64'],
    [32, null],
  ]) {
    const { status, body } = await inferBinary(sized(first, second), cells)
    t.equal(status, 400, `${first} and ${second}`)
    t.match(body.error, told)
  }
  for (const length of [1, 1e6, -1, Number.NaN])
    t.match(await inferBinary(json, cells, length), { status: 400, body: { error: /the body is JSON/ } })
  const nan = [Float32Array.from(cells[0]).fill(Number.NaN), cells[1]]
  t.match(await inferBinary(json, nan), { status: 400, body: { error: /column 0 of numbers .* is NaN/ } })
  const beyond = [cells[0], Int32Array.from(cells[1]).fill(99)]
  t.match(await inferBinary(json, beyond), { status: 400, body: { error: /\(os\) is 99; ids from 0 to 15/ } })
})
