/**
 * The Open Inference Protocol over a real model in a real worker: what clients of KServe and Triton send, and what else
 * might come.
 */
import t, { type Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import { scoreRaw } from '../models/raw-rows.ts'
import { Serving } from '../models/serving.ts'
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
  const infer = async (body: unknown, path = '/v2/models/tiny/infer') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await app.request(path, { method: 'POST', body: text })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  return { model, serving, get, infer }
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
  t.same((await get('/v2')).body, { name: 'peregrine', version: '1.2.3', extensions: [] })
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
