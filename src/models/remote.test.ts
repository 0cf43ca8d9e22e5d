/**
 * A version that a remote has, beside others in real workers: its trial, what refuses it, going live and back.
 */
import t, { type Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import {
  type InferCall,
  type InferenceServer,
  openInferenceServer,
  scored,
} from '../testing/inference-server.ts'
import { PromptLabels } from '../testing/labels.ts'
import { loadTinyModel, type Parts, TABLE } from '../testing/tiny-model.ts'
import { goldenFaults } from './golden.ts'
import { Serving } from './release/serving.ts'
import { tryModel } from './trial.ts'

const OPTIONS = { rowsMax: 64, batchMsMax: 1000, clock: systemClock }

/** What the tiny model's graph answers. */
function tinyScores({ inputs }: InferCall): number[] {
  const [ids, numbers] = inputs
  return Array.from({ length: ids.shape[0] }, (_, row) => {
    const weights = ids.data.slice(4 * row, 4 * row + 4).map((id) => TABLE[id])
    const [first, second] = numbers.data.slice(2 * row, 2 * row + 2)
    return 1 / (1 + Math.exp(-weights.reduce((sum, weight) => sum + weight, 0.1 * (first + second))))
  })
}

async function openServer(t: Test): Promise<InferenceServer> {
  const server = await openInferenceServer(t)
  server.reply = (call) => scored(call, tinyScores(call))
  return server
}

const at =
  ({ url }: InferenceServer) =>
  ({ manifest }: Parts) => {
    manifest.runtime = { kind: 'open-inference', url, model: 'far' }
  }

/** How many threads were started since. */
function countThreads(t: Test): () => number {
  let threads = 0
  const count = () => threads++
  process.on('worker', count)
  t.teardown(() => process.off('worker', count))
  return () => threads
}

for (const extensions of [['binary_tensor_data'], []]) {
  t.test(`a remote passes a trial, its extensions being [${extensions}]`, async (t) => {
    const server = await openServer(t)
    server.extensions = extensions
    const threads = countThreads(t)
    const { faults, batchMs } = await tryModel(await loadTinyModel(t.testdir({}), at(server)), OPTIONS)
    t.same(faults, [])
    t.ok(batchMs > 0)
    const [golden, ...batches] = server.calls
    t.same(
      golden.inputs.map(({ shape }) => shape),
      [
        [4, 4],
        [4, 2],
      ],
    )
    t.same(new Set(batches.map(({ inputs }) => inputs[0].shape[0])), new Set([64]), 'full batches')
    t.equal(threads(), 0)
  })
}

/** Each row: what the remote does, and why its version is refused. */
const REFUSED: readonly (readonly [string, (server: InferenceServer) => void | Promise<void>, RegExp])[] = [
  [
    'is away',
    (server) => server.close(),
    /^the remote http:\S+\/v2\/models\/far cannot be reached \(ECONNREFUSED\)$/,
  ],
  [
    'has no such model',
    (server) => {
      server.reply = () => ({ status: 404, body: '{"error":"unknown model"}' })
    },
    /^the remote \S+ answered 404: unknown model$/,
  ],
  [
    'answers otherwise',
    (server) => {
      server.reply = (call) => scored(call, Array(call.inputs[0].shape[0]).fill(0.5))
    },
    /^golden row 0: the model answers 0\.5, the manifest says /,
  ],
  [
    'answers NaN beyond its golden rows',
    (server) => {
      server.reply = (call) =>
        scored(call, call.inputs[0].shape[0] > 4 ? Array(64).fill(Number.NaN) : tinyScores(call))
    },
    /^a batch of rows that its manifest allows could not be scored: the remote \S+ answered with NaN, which/,
  ],
]
for (const [what, does, told] of REFUSED) {
  t.test(`a version whose remote ${what} is refused`, async (t) => {
    const server = await openServer(t)
    const model = await loadTinyModel(t.testdir({}), at(server))
    await does(server)
    const { faults, batchMs } = await tryModel(model, OPTIONS)
    t.match(faults.join('\n'), told)
    t.ok(Number.isNaN(batchMs))
  })
}

async function openServing(t: Test, change: (parts: Parts) => void) {
  const directory = t.testdir({})
  const serving = new Serving({
    ...OPTIONS,
    first: await loadTinyModel(directory, change),
    workers: 1,
    onFault: () => {},
    newLabels: () => new PromptLabels(),
    onRoles: () => {},
  })
  t.teardown(() => serving.close())
  const version = (name: string, change?: (parts: Parts) => void) => loadTinyModel(directory, change, name)
  /** Whether the live version answers as its golden rows say. */
  const isTrue = async () => {
    const { model, queue } = serving.live
    return (await goldenFaults(model, queue, systemClock.nowMs())).length === 0
  }
  return { serving, version, isTrue }
}

t.test(
  'a version with a remote goes live beside one in the workers, which are not started anew for it',
  async (t) => {
    const server = await openServer(t)
    const threads = countThreads(t)
    const { serving, version, isTrue } = await openServing(t, () => {})
    t.ok(await isTrue())
    t.same(await serving.promote(await version('2', at(server))), [])
    t.same([serving.live.key, threads()], ['tiny/2', 1])
    t.ok(await isTrue())
    t.equal(server.calls.length, 2, 'golden rows of the promotion, and those')
    t.same(serving.rollBack(), [])
    t.ok(await isTrue())
    t.equal(server.calls.length, 2, 'the version before is scored by its worker')
    t.same(serving.rollBack(), [])
    t.same(await serving.promote(await version('3')), [], 'and from a remote to workers')
    t.same([serving.live.key, threads()], ['tiny/3', 2])
    t.ok(await isTrue())
  },
)

t.test('a remote that answers otherwise by then does not go live', async (t) => {
  const server = await openServer(t)
  const { serving, version, isTrue } = await openServing(t, () => {})
  const next = await version('2', at(server))
  await server.close()
  t.match((await serving.promote(next)).join(), /^the remote \S+ cannot be reached/)
  t.equal(serving.live.key, 'tiny/1')
  t.ok(await isTrue())
  await server.open()
  t.same(await serving.promote(next), [])
})

t.test('for remotes alone there are no workers', async (t) => {
  const server = await openServer(t)
  const threads = countThreads(t)
  const { serving, version, isTrue } = await openServing(t, at(server))
  t.ok(await isTrue())
  t.equal(threads(), 0)
  t.same(await serving.promote(await version('2')), [])
  t.ok(await isTrue())
  t.equal(threads(), 1)
})
