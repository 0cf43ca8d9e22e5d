/**
 * Goal: what a remote is sent, every way in which it can fail, and that bids do not wait for one that does. Method: a
 * queue over real connections to a server whose answers a test writes down.
 */
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import { ManualClock } from '../testing/clock.ts'
import { openInferenceServer, type Reply, scored } from '../testing/inference-server.ts'
import { until } from '../testing/serving.ts'
import { Breaker } from './breaker.ts'
import { ScoringQueue } from './queue.ts'
import { type Remote, RemotePool } from './remote.ts'
import type { ModelSpec } from './slab.ts'

const MODEL: ModelSpec = {
  key: 'far/1',
  file: '',
  inputs: [
    { name: 'ids', type: 'int32', width: 2 },
    { name: 'numbers', type: 'float32', width: 1 },
  ],
  output: 'p',
}
const ROWS_MAX = 8
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit))

async function open(
  t: Test,
  options: { remote?: Partial<Remote>; clock?: ManualClock; callsMax?: number; breaker?: Breaker } = {},
) {
  const server = await openInferenceServer(t)
  const { clock = systemClock, callsMax = 2 } = options
  const faults: string[] = []
  const queue = new ScoringQueue({
    model: MODEL,
    workers: callsMax,
    rowsMax: ROWS_MAX,
    clock,
    onFault: ({ message }) => faults.push(message),
  })
  const remote = { url: server.url, model: 'sum', ...options.remote }
  const pool = new RemotePool({ ...options, callsMax, remote, model: queue.workerModel, clock })
  queue.attach(pool)
  t.teardown(() => queue.close())
  const ask = (rows: readonly (readonly [number, number, number])[], msLeft: number) => {
    const ticket = queue.open(rows.length, clock.nowMs() + msLeft)!
    rows.forEach(([a, b, number], row) => {
      ticket.slab.inputs[0].set([a, b], 2 * (ticket.firstRow + row))
      ticket.slab.inputs[1][ticket.firstRow + row] = number
    })
    return ticket
  }
  const score = async (
    rows: readonly (readonly [number, number, number])[] = [[1, 2, 3]],
    msLeft = 30_000,
  ) => {
    const ticket = ask(rows, msLeft)
    const outcome = await ticket.outcome
    const { slab, firstRow } = ticket
    return { outcome, scores: [...slab.scores.subarray(firstRow, firstRow + rows.length)] }
  }
  return { server, queue, pool, faults, ask, score, target: `the remote ${server.url}/v2/models/sum` }
}

for (const [form, extensions] of [
  ['binary tensors', ['classification', 'binary_tensor_data']],
  ['JSON', []],
] as const) {
  t.test(`rows go as ${form} to a server that says so, and scores come back`, async (t) => {
    const { server, score, pool, faults } = await open(t)
    server.extensions = extensions
    const [first, second] = await Promise.all([
      score([
        [1, 2, 0.5],
        [-3, 40, -1.25],
      ]),
      score([[7, 8, Number.POSITIVE_INFINITY]]),
    ])
    t.same(faults, [])
    t.same([first.outcome, second.outcome], ['scored', 'scored'])
    t.same(
      first.scores,
      [3.5, 35.75].map((sum) => Math.fround(sigmoid(sum / 10))),
    )
    t.same(second.scores, [1])
    t.same(
      server.calls.map(({ path, inputs }) => [
        path,
        ...inputs.map(({ shape, datatype }) => [shape, datatype]),
      ]),
      [['/v2/models/sum/infer', [[3, 2], 'INT32'], [[3, 1], 'FP32']]],
      'in one call',
    )
    const [{ inputs, isBinary }] = server.calls
    t.equal(isBinary, form !== 'JSON')
    t.same(inputs[0].data, [1, 2, -3, 40, 7, 8])
    const most = form === 'JSON' ? 3.4028234663852886e38 : Number.POSITIVE_INFINITY
    t.same(inputs[1].data, [0.5, -1.25, most])
    t.match(pool.counts, { calls: 1, failures: 0, rejections: 0 })
  })
}

t.test('a version is asked for where one is named', async (t) => {
  const { server, score } = await open(t, { remote: { version: '2' } })
  server.extensions = []
  await score()
  t.equal(server.calls[0].path, '/v2/models/sum/versions/2/infer')
})

t.test('a column of scores is taken like a list of them', async (t) => {
  const { server, score } = await open(t)
  server.reply = () => outputOf({ shape: [1, 1], data: [0.25] })
  t.same(await score(), { outcome: 'scored', scores: [0.25] })
})

const outputOf = (change: object): Reply => ({
  body: JSON.stringify({ outputs: [{ name: 'p', datatype: 'FP32', shape: [1], data: [0.5], ...change }] }),
})
const binaryOf = (scores: number[]) => scored({ isBinary: true, outputs: [{ name: 'p' }] }, scores)
/** Bytes behind the JSON, or fewer than the header says. */
const withBytes = (json: string, rest: string, length = json.length): Reply => ({
  headers: { 'Inference-Header-Content-Length': `${length}` },
  body: json + rest,
})

/** Each row: what the remote does, and what is told behind its name. */
const FAILURES: readonly (readonly [string, Reply, string])[] = [
  ['an error', { status: 500, body: '{"error":"no GPU"}' }, 'answered 500: no GPU'],
  ['an error in no words', { status: 503, body: '<html>' }, 'answered 503'],
  ['a redirection', { status: 301, headers: { location: '/' }, body: '' }, 'answered 301'],
  ['no JSON', { body: '<html>' }, 'answered with what is no JSON'],
  ['a list', { body: '[]' }, 'answered without the output p'],
  ['null', { body: 'null' }, 'answered without the output p'],
  ['no outputs', { body: '{}' }, 'answered without the output p'],
  ['another output', outputOf({ name: 'q' }), 'answered without the output p'],
  ['another datatype', outputOf({ datatype: 'FP64' }), 'answered with FP64 instead of FP32'],
  ['another shape', outputOf({ shape: [1, 2] }), 'answered with another shape than [rows] or [rows, 1]'],
  ['no shape', outputOf({ shape: undefined }), 'answered with another shape than [rows] or [rows, 1]'],
  ['a score too many', outputOf({ data: [0.5, 0.5] }), 'answered with another count of scores than rows'],
  ['no scores', outputOf({ data: undefined }), 'answered with another count of scores than rows'],
  ['a score too few, binary', binaryOf([]), 'answered with another shape than [rows] or [rows, 1]'],
  ['NaN', binaryOf([Number.NaN]), 'answered with NaN, which is no probability'],
  [
    'null for a score',
    outputOf({ data: [null] }),
    'answered with what is no number, which is no probability',
  ],
  ['2', outputOf({ data: [2] }), 'answered with more than 1, which is no probability'],
  ['-1', outputOf({ data: [-1] }), 'answered with less than 0, which is no probability'],
  [
    'bytes that nothing names',
    withBytes('{"outputs":[{"name":"p","datatype":"FP32","shape":[1]}]}', 'abcd'),
    'answered with another count of scores than rows',
  ],
  ['a JSON that is longer than all', withBytes('{}', '', 99), 'answered with what is no JSON'],
  ['too much', { body: ' '.repeat(70_000) }, 'answered with more than 66048 bytes'],
  ['a closed connection', 'close', 'closed the connection'],
  ['nothing', 'hang', 'gave no answer in time'],
]
t.test('an answer that has no scores fails its batch, with the reason', async (t) => {
  const { server, pool, score, faults, target } = await open(t, {
    breaker: new Breaker({ rowMax: 99, windowFailuresMax: 99 }),
  })
  for (const [what, reply, told] of FAILURES) {
    server.reply = () => reply
    t.equal((await score()).outcome, 'failed', what)
    t.equal(faults.pop(), `${target} ${told}`, what)
  }
  t.match(pool.counts, { calls: FAILURES.length, failures: FAILURES.length })
  server.reply = (call) => scored(call, [0.5])
  t.same(await score(), { outcome: 'scored', scores: [0.5] }, 'and the next is scored')
})

t.test('a server without metadata is sent JSON; one that has trouble is asked again', async (t) => {
  const { server, score, faults, target } = await open(t)
  server.status = 503
  t.equal((await score()).outcome, 'failed')
  t.same([faults, server.calls], [[`${target} answered 503`], []])
  server.status = 404
  t.equal((await score()).outcome, 'scored')
  t.equal(server.calls[0].isBinary, false)
})

t.test('a remote that is away is told', async (t) => {
  const { server, score, faults, target } = await open(t)
  await server.close()
  t.equal((await score()).outcome, 'failed')
  t.same(faults, [`${target} cannot be reached (ECONNREFUSED)`])
  await server.open()
  t.equal((await score()).outcome, 'scored')
})

t.test('https is spoken where the address says so', async (t) => {
  const seen: number[] = []
  const server = net.createServer((socket) =>
    socket.once('data', ([first]) => seen.push(first) && socket.end()),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const { score, faults } = await open(t, { remote: { url: `https://127.0.0.1:${port}` } })
  t.equal((await score()).outcome, 'failed')
  t.same(seen, [22], 'a handshake of TLS')
  t.match(faults, [/^the remote https:\/\/127\.0\.0\.1:\d+\/v2\/models\/sum closed the connection$/])
})

t.test('a kept connection that the other side has closed is no failure', async (t) => {
  const { server, score, pool } = await open(t)
  for (let call = 0; call < 20; call++) {
    t.equal((await score()).outcome, 'scored')
    server.closeIdle()
  }
  t.equal(pool.counts.failures, 0)
})

t.test('a bid waits until its deadline and no longer, and its call ends with it', async (t) => {
  const { server, score, queue, pool } = await open(t, { callsMax: 1 })
  server.reply = () => 'hang'
  t.equal((await score([[1, 2, 3]], 30)).outcome, 'late')
  server.reply = (call) => scored(call, [0.5])
  t.equal((await score([[1, 2, 3]], 400)).outcome, 'scored', 'the next leaves when the one call is given up')
  t.match(pool.counts, { calls: 2, failures: 1 })
  t.match(queue.counts, { lateTickets: 1, failedBatches: 1, replacements: 0 })
})

t.test(
  'so many calls are out at once; what comes meanwhile leaves together, if its time is not up',
  async (t) => {
    const clock = new ManualClock()
    const { server, ask, queue } = await open(t, { clock, callsMax: 2 })
    server.reply = () => 'hang'
    ask([[1, 1, 1]], 5000)
    await turn()
    ask([[2, 2, 2]], 5000)
    await until(() => server.calls.length === 2)
    server.reply = (call) => scored(call, Array(call.inputs[0].shape[0]).fill(0.5))
    const waiting = [ask([[3, 3, 3]], 5000), ask([[4, 4, 4]], 5000)]
    await turn()
    const expired = ask(Array(ROWS_MAX).fill([5, 5, 5]), 10)
    t.equal(queue.counts.batches, 2)
    clock.advance(100)
    t.same(await Promise.all(waiting.map(({ outcome }) => outcome)), ['scored', 'scored'])
    t.equal(await expired.outcome, 'late')
    t.equal(await ask([[6, 6, 6]], 5000).outcome, 'scored')
    t.same(
      server.calls.map(({ inputs }) => inputs[0].shape[0]),
      [1, 1, 2, 1],
      'nobody is asked for rows whose time is up',
    )
  },
)

t.test('when it fails too often no call is made, until one shows that it is back', async (t) => {
  const clock = new ManualClock()
  const { server, score, pool, faults, target } = await open(t, { clock })
  server.reply = () => ({ status: 500, body: '' })
  for (let call = 0; call < 5; call++) t.equal((await score()).outcome, 'failed')
  t.equal(pool.breaker.state, 'open')
  t.equal((await score()).outcome, 'failed')
  t.equal(faults.at(-1), `${target} is not asked: it has failed too often`)
  t.equal(server.calls.length, 5, 'the sixth was not made')
  clock.advance(1000)
  t.equal((await score()).outcome, 'failed')
  t.equal(server.calls.length, 6, 'a probe')
  t.match(pool.counts, { calls: 6, failures: 6, rejections: 1 })
  server.reply = (call) => scored(call, [0.5])
  clock.advance(1000)
  t.equal((await score()).outcome, 'failed', 'the backoff has doubled')
  clock.advance(1000)
  server.extensions = []
  t.equal((await score()).outcome, 'scored')
  t.equal(pool.breaker.state, 'closed')
  t.equal(
    server.calls.at(-1)?.isBinary,
    false,
    'what came back is another server, and was asked what it takes',
  )
})
