/**
 * The release of a version in a running bidder: from shadow to live by a policy in a hurry, and back by itself when a
 * version that passed its trial breaks down in traffic.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ModelView } from './models/release/desk.ts'
import type { ReleasePolicy } from './models/release/policy.ts'
import { postBid, run, serve, until } from './testing/serving.ts'
import { type Parts, writeTinyModel } from './testing/tiny-model.ts'

const HASTY: Partial<ReleasePolicy> = {
  ...{ shadowShare: 1, shadowS: 0, shadowScores: 50, shadowClicks: 0 },
  ...{ canaryShares: [0.5], canaryS: 0, canaryRequests: 20 },
}

const QUARTER = 0.25

/** NaN for a floor of a quarter dollar to the bit, which no random row of a trial has. */
function breakAtAQuarter({ graph }: Parts): void {
  const nodes = graph.nodes.map((node) => (node.op === 'Sigmoid' ? { ...node, outputs: ['sound'] } : node))
  Object.assign(graph, {
    initializers: [
      ...graph.initializers,
      { name: 'first', type: 'int64', shape: [1], data: BigInt64Array.of(0n) },
      { name: 'quarter', type: 'float32', shape: [1], data: Float32Array.of(QUARTER) },
      { name: 'nan', type: 'float32', shape: [1], data: Float32Array.of(Number.NaN) },
    ],
    nodes: [
      ...nodes,
      { op: 'Gather', inputs: ['numbers', 'first'], outputs: ['floor'], attributes: { axis: { int: 1 } } },
      { op: 'Equal', inputs: ['floor', 'quarter'], outputs: ['isQuarter'] },
      { op: 'Where', inputs: ['isQuarter', 'nan', 'sound'], outputs: ['p'] },
    ],
  })
}

async function open(t: Test, policy: Partial<ReleasePolicy>) {
  const directory = t.testdir({})
  const file = join(directory, 'policy.json')
  writeFileSync(file, JSON.stringify(policy))
  const models = join(directory, 'models')
  writeTinyModel(models)
  const args = ['--models', models, '--model', 'tiny/1', '--release-policy', file, '--log-level', 'warn']
  const serving = await serve(t, ...args)
  const modelsOf = (...words: string[]) =>
    run('models', ...words, '--admin-url', `http://127.0.0.1:${serving.adminPort}`)
  const view = async () => (await (await serving.admin('/v1/models/tiny')).json()) as ModelView
  const stateOf = async (version: string) =>
    (await view()).versions.find((one) => one.version === version)?.state
  let number = 0
  const statuses = new Set<number>()
  /** A handful of requests at once. */
  const send = async (bidfloor: number) => {
    const bodies = Array.from({ length: 8 }, () =>
      JSON.stringify({
        id: `r${number++}`,
        imp: [{ id: '1', banner: { w: 300, h: 250 }, bidfloor }],
        site: { domain: 'news.example', cat: ['IAB12'] },
        device: { devicetype: 2, os: 'iOS', geo: { country: 'USA' } },
      }),
    )
    for (const { status } of await Promise.all(bodies.map((body) => postBid(serving.port, body))))
      statuses.add(status)
  }
  const sendUntil = async (bidfloor: number, holds: () => Promise<boolean>) => {
    while (!(await holds())) await send(bidfloor)
  }
  return { serving, models, modelsOf, view, stateOf, send, sendUntil, statuses }
}

t.test('a version goes from shadow over canary to live by itself, and spends nothing before', async (t) => {
  const { models, modelsOf, stateOf, sendUntil, statuses, serving } = await open(t, HASTY)
  writeTinyModel(models, () => {}, '2')
  await until(async () => (await stateOf('2')) === 'ready')
  t.match(await modelsOf('promote', 'tiny', '2'), {
    code: 0,
    out: /^tiny\/2 +shadow +\d.* 0 of 50 rows scored/m,
  })
  t.equal(await serving.metric('peregrine_model_live{model="tiny/2"}'), 0)
  await sendUntil(0, async () => (await stateOf('2')) === 'canary')
  await sendUntil(0, async () => (await stateOf('2')) === 'live')
  t.equal(await stateOf('1'), 'previous')
  t.notOk(statuses.has(500))
  t.match(await modelsOf('promote', 'tiny', '1', '--share', 'much'), {
    code: 1,
    err: /--share much is no number/,
  })
  t.match(await modelsOf('rollback', 'tiny'), { code: 0, out: /^tiny\/1 +live/m })
})

t.test(
  'a canary that breaks down in traffic is rolled back, and stays so until it is re-armed',
  async (t) => {
    const { models, modelsOf, stateOf, view, sendUntil, statuses, serving } = await open(t, {
      ...HASTY,
      canaryRequests: 1_000_000,
    })
    writeTinyModel(models, breakAtAQuarter, '2')
    await until(async () => (await stateOf('2')) === 'ready')
    await modelsOf('promote', 'tiny', '2', '--share', '0.5')
    await sendUntil(
      0,
      async () => (await serving.metric('peregrine_inference_batches_total{model="tiny/2"}')) > 5,
    )
    t.equal(await stateOf('2'), 'canary', 'while nothing is wrong')
    await sendUntil(QUARTER, async () => (await stateOf('2')) === 'rolledBack')
    t.match((await view()).versions, [
      { state: 'live' },
      { reasons: [/^errors: [\d.]+ % of its requests failed/] },
    ])
    t.match(await modelsOf('promote', 'tiny', '2', '--stage', 'live'), { code: 1, err: /was rolled back/ })
    t.match(await modelsOf('rearm', 'tiny', '2'), { code: 0, out: /^tiny\/2 +ready/m })
    t.notOk(statuses.has(500))
  },
)

t.test('a live version that breaks down goes back to the one before', async (t) => {
  const { models, modelsOf, stateOf, sendUntil, view } = await open(t, HASTY)
  writeTinyModel(models, breakAtAQuarter, '2')
  await until(async () => (await stateOf('2')) === 'ready')
  await modelsOf('promote', 'tiny', '2', '--stage', 'live')
  await sendUntil(QUARTER, async () => (await stateOf('2')) === 'rolledBack')
  t.match(await view(), { live: '1', previous: null })
})
