/**
 * The release of a version in a running bidder: from shadow to live by a policy in a hurry, and back by itself when a
 * version that passed its trial breaks down in traffic.
 */
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ModelView } from './models/release/desk.ts'
import type { ReleasePolicy } from './models/release/policy.ts'
import { postBid, ROOT, run, type Serving, serve, until } from './testing/serving.ts'
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
  const view = async () => (await (await serving.admin('/v1/models/tiny')).json()) as ModelView
  const stateOf = async (version: string) =>
    (await view()).versions.find((one) => one.version === version)?.state
  const { modelsOf, send, statuses } = talkTo(serving)
  const sendUntil = async (bidfloor: number, holds: () => Promise<boolean>) => {
    while (!(await holds())) await send(bidfloor)
  }
  return { serving, models, modelsOf, view, stateOf, sendUntil, statuses }
}

function talkTo({ port, adminPort }: Serving) {
  const modelsOf = (...words: string[]) =>
    run('models', ...words, '--admin-url', `http://127.0.0.1:${adminPort}`)
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
    for (const { status } of await Promise.all(bodies.map((body) => postBid(port, body))))
      statuses.add(status)
  }
  return { modelsOf, send, statuses }
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
  t.ok([...statuses].every((status) => status === 200 || status === 204))
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
    t.ok([...statuses].every((status) => status === 200 || status === 204))
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

t.test(
  'a model of conversions is asked beside that of clicks, and its versions come and go alone',
  async (t) => {
    const directory = t.testdir({})
    const models = join(directory, 'models')
    writeTinyModel(models)
    for (const version of ['1', '2']) {
      const folder = writeTinyModel(join(models, '.made'), (parts) => forConversions(parts), version)
      mkdirSync(join(models, 'cvr'), { recursive: true })
      renameSync(folder, join(models, 'cvr', version))
    }
    // A campaign that is paid by conversions, where no law asks for a registration.
    const catalog = join(directory, 'catalog')
    cpSync(join(ROOT, 'catalog/demo'), catalog, { recursive: true })
    const file = join(catalog, 'campaigns/aurora-jackets-germany.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('DEU', 'USA'))
    const folders = ['--models', models, '--catalog', catalog, '--log-level', 'warn']
    const serving = await serve(t, ...folders, '--model', 'tiny/1', '--conversion-model', 'cvr/1')
    const { send, modelsOf } = talkTo(serving)
    const askUntil = async (model: string) => {
      // More than the golden rows.
      while (!((await serving.metric(`peregrine_inference_batches_total{model="${model}"}`)) > 1))
        await send(0)
    }
    await askUntil('cvr/1')
    await until(async () => (await serving.metric('peregrine_model_versions{state="ready"}')) === 3)
    t.match(await modelsOf('promote', 'cvr', '2'), { code: 1, err: /models of the task cvr have no trial/ })
    t.match(await modelsOf('promote', 'cvr', '2', '--stage', 'live'), { code: 0, out: /^cvr\/2 +live/m })
    await askUntil('cvr/2')
    t.match(await modelsOf(), { out: /^tiny\/1 +live/m })
  },
)

function forConversions({ manifest }: Parts, name = 'cvr'): void {
  Object.assign(manifest, { name, task: 'cvr' })
  Object.assign(manifest.output, { meaning: 'probability of a conversion, given a click' })
}

t.test('a model of another task is refused at the start, and two of one name', async (t) => {
  const models = join(t.testdir({}), 'models')
  writeTinyModel(models)
  writeTinyModel(models, (parts) => forConversions(parts, 'tiny'), '2')
  const refusals = [
    ['tiny/1', /tiny\/1 is a model of the task ctr, and cvr is due/],
    ['tiny/2', /--conversion-model tiny\/2: two models need two names/],
  ] as const
  for (const [conversions, refusal] of refusals) {
    const flags = ['--models', models, '--model', 'tiny/1', '--conversion-model', conversions]
    const { code, err } = await run('serve', '--port', '0', '--admin-port', '0', ...flags)
    t.equal(code, 1)
    t.match(err, refusal)
  }
})
