/**
 * A bidder whose model another bidder has: its admin port is the remote. Golden rows through it, `check`, bids, and what
 * becomes of bids when it goes and comes back.
 */

import { once } from 'node:events'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { postBid, ROOT, run, serve, until } from './testing/serving.ts'

const REQUEST = JSON.stringify({
  id: 'r',
  imp: [{ id: '1', banner: { w: 300, h: 250 } }],
  site: { domain: 'news.example.com' },
  device: { devicetype: 2, geo: { country: 'USA' } },
  tmax: 1000,
})

/** Models with `ctr/1`, and as `ctr/2` the same at a remote. */
function modelsWithRemote(t: Test, url: string): string {
  const models = join(t.testdir({}), 'models')
  cpSync(join(ROOT, 'models/ctr/1'), join(models, 'ctr/1'), { recursive: true })
  cpSync(join(ROOT, 'models/ctr/1'), join(models, 'ctr/2'), { recursive: true })
  rmSync(join(models, 'ctr/2/model.onnx'))
  const file = join(models, 'ctr/2/manifest.json')
  const { sha256: _, ...manifest } = JSON.parse(readFileSync(file, 'utf8'))
  const runtime = { kind: 'open-inference', url, model: 'ctr', version: '1' }
  writeFileSync(file, JSON.stringify({ ...manifest, version: '2', runtime }))
  return models
}

async function freePort(): Promise<string> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return String(port)
}

/** A trial of full batches through another process may take its time here. */
const PATIENT = ['--model-batch-ms-max', '1000']

t.test('a remote takes over, goes away under traffic and comes back', async (t) => {
  const port = await freePort()
  const remote = await serve(t, '--admin-port', port)
  const models = modelsWithRemote(t, `http://127.0.0.1:${port}`)
  const checked = await run('check', '--models', models, '--model', 'ctr/2', ...PATIENT)
  t.match(checked, { code: 0, out: /model: ctr\/2 answers as it should/ })

  // With no version before it, to which a bidder would go back.
  const bidder = await serve(t, '--models', models, '--model', 'ctr/2', '--queue-ms-target', '0')
  const metric = (name: string) => bidder.metric(`peregrine_remote_model_${name}{model="ctr/2"}`)
  const bid = async () => {
    const response = await postBid(bidder.port, REQUEST)
    await response.arrayBuffer()
    return response.status
  }
  const callsBefore = await metric('calls_total')
  for (let i = 0; i < 5; i++) t.equal(await bid(), 200)
  t.equal(await metric('calls_total'), callsBefore + 5)
  t.same([await metric('state'), await metric('failures_total')], [0, 0])

  remote.child.kill('SIGKILL')
  await remote.ended
  const statuses = new Set<number>()
  await until(async () => {
    statuses.add(await bid())
    return (await metric('state')) === 2
  })
  t.equal(await metric('openings_total'), 1)
  const calls = await metric('calls_total')
  // Rejected batches are counted whether or not a probe falls between them.
  const rejections = await metric('rejections_total')
  await until(async () => {
    statuses.add(await bid())
    return (await metric('rejections_total')) >= rejections + 10
  })
  const probes = (await metric('openings_total')) - 1
  t.equal(await metric('calls_total'), calls + probes, 'no call but the probes of the breaker')
  t.same([...statuses], [200], 'bids go on')

  await serve(t, '--admin-port', port)
  await until(async () => {
    statuses.add(await bid())
    return (await metric('state')) === 0
  })
  const failures = await metric('failures_total')
  for (let i = 0; i < 5; i++) t.equal(await bid(), 200)
  t.equal(await metric('failures_total'), failures)
  t.same([...statuses], [200])
})

t.test('a remote that is away at the start is a sentence', async (t) => {
  const models = modelsWithRemote(t, `http://127.0.0.1:${await freePort()}`)
  for (const verb of [['serve', '--port', '0', '--admin-port', '0'], ['check']]) {
    const { code, err } = await run(...verb, '--models', models, '--model', 'ctr/2')
    t.equal(code, 1)
    t.match(
      err,
      /ctr\/2: the remote http:\S+\/v2\/models\/ctr\/versions\/1 cannot be reached \(ECONNREFUSED\)\n$/,
    )
  }
})
