/**
 * `serve` as a process: what a person sees at start, what it refuses to start with, how it takes changes and goes down.
 */
import { once } from 'node:events'
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { postBid, ROOT, run, serve as startServing, until } from './testing/serving.ts'

const REQUEST = JSON.stringify({
  id: 'r',
  imp: [{ id: '1', banner: { w: 300, h: 250 } }],
  site: { domain: 'news.example.com' },
  device: { devicetype: 2, geo: { country: 'USA' } },
  tmax: 1000,
})

const serve = async (t: Test, ...args: string[]) => {
  const serving = await startServing(t, ...args)
  return { ...serving, bid: () => postBid(serving.port, REQUEST) }
}

/** A copy of the demo catalog to change. */
function copyOf(t: Test, folder: string): string {
  const copy = join(t.testdir(), folder)
  cpSync(join(ROOT, folder), copy, { recursive: true })
  return copy
}

t.test('serve prints a curl line that gets a bid', async (t) => {
  const { result, admin, port } = await serve(t)
  const [, url, body] = /curl -s (\S+) -H 'Content-Type: application\/json' -d '(.*)'/.exec(result.out)!
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  t.equal(response.status, 200)
  t.match(await response.json(), { id: '1', seatbid: [{ bid: [{ impid: '1' }] }] })
  t.ok(url.includes(`:${port}/`))
  t.equal((await admin('/healthz')).status, 200)
  t.equal((await admin('/readyz')).status, 200)
})

t.test('a port in use is one sentence and exit 1', async (t) => {
  const taken = net.createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const port = String((taken.address() as AddressInfo).port)
  const bids = await run('serve', '--port', port, '--admin-port', '0')
  t.equal(bids.code, 1)
  t.match(bids.err, new RegExp(`^peregrine: cannot listen on 127.0.0.1:${port}: the port is in use.*\n$`))
  const admin = await run('serve', '--port', '0', '--admin-port', port)
  t.equal(admin.code, 1)
  t.match(
    admin.err,
    new RegExp(
      `^peregrine: cannot listen on 127.0.0.1:${port}: the port is in use; choose another with --admin-port\n$`,
    ),
  )
})

t.test('two processes may share the bid port when both say so', async (t) => {
  const free = net.createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const port = String((free.address() as AddressInfo).port)
  await new Promise((closed) => free.close(closed))
  await serve(t, '--reuse-port', '--port', port)
  const second = await serve(t, '--reuse-port', '--port', port)
  t.equal((await second.bid()).status, 200)
})

t.test('a missing model is one sentence and exit 1', async (t) => {
  const { code, err } = await run('serve', '--port', '0', '--admin-port', '0', '--models', t.testdir())
  t.equal(code, 1)
  t.match(err, /^peregrine: .*ctr\/1\/manifest\.json: no such file.*\n$/)
})

t.test('a model whose file was changed is refused, naming what differs', async (t) => {
  const models = copyOf(t, 'models')
  const file = join(models, 'ctr/1/model.onnx')
  const bytes = readFileSync(file)
  bytes[bytes.length - 1] ^= 1
  writeFileSync(file, bytes)
  const { code, err } = await run('serve', '--port', '0', '--admin-port', '0', '--models', models)
  t.equal(code, 1)
  t.match(err, /model\.onnx: its sha256 is [0-9a-f]{64}, the manifest says/)
})

t.test('a model that answers differently from its golden rows is refused, naming the rows', async (t) => {
  const models = copyOf(t, 'models')
  const file = join(models, 'ctr/1/manifest.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  manifest.golden.rows[3].output += 0.001
  writeFileSync(file, JSON.stringify(manifest))
  const { code, err } = await run('serve', '--port', '0', '--admin-port', '0', '--models', models)
  t.equal(code, 1)
  t.match(err, /golden row 3/)
})

t.test('a broken catalog is refused with every fault, by file and place', async (t) => {
  const catalog = copyOf(t, 'catalog/demo')
  writeFileSync(join(catalog, 'campaigns/zz-broken.json'), '{"id":')
  writeFileSync(join(catalog, 'advertisers/zz-broken.json'), '{"id":"zz","name":""}')
  for (const args of [['serve', '--port', '0', '--admin-port', '0'], ['check']]) {
    const { code, err } = await run(...args, '--catalog', catalog)
    t.equal(code, 1)
    t.match(err, /advertisers\/zz-broken\.json/)
    t.match(err, /campaigns\/zz-broken\.json/)
  }
})

t.test('a changed catalog is taken without dropping a request, a broken one changes nothing', async (t) => {
  const catalog = copyOf(t, 'catalog/demo')
  const { bid, metric } = await serve(t, '--catalog', catalog)
  const before = await metric('peregrine_catalog_ads')
  const statuses: number[] = []
  let isOver = false
  const load = (async () => {
    while (!isOver) statuses.push((await bid()).status)
  })()
  const campaign = readFileSync(join(catalog, 'campaigns', 'aurora-trail-us-mobile.json'), 'utf8')
  const paused = { ...JSON.parse(campaign), status: 'paused' }
  writeFileSync(join(catalog, 'campaigns/new.json.part'), JSON.stringify(paused))
  renameSync(join(catalog, 'campaigns/new.json.part'), join(catalog, 'campaigns/aurora-trail-us-mobile.json'))
  await until(async () => (await metric('peregrine_catalog_reloads_total{result="done"}')) === 1)
  const after = await metric('peregrine_catalog_ads')
  t.equal(after, before - paused.creatives.length)
  writeFileSync(join(catalog, 'campaigns/aurora-trail-us-mobile.json'), '{')
  await until(async () => (await metric('peregrine_catalog_reloads_total{result="refused"}')) === 1)
  t.equal(await metric('peregrine_catalog_ads'), after)
  rmSync(join(catalog, 'campaigns/aurora-trail-us-mobile.json'))
  await until(async () => (await metric('peregrine_catalog_reloads_total{result="done"}')) === 2)
  isOver = true
  await load
  t.ok(statuses.length > 10)
  t.same([...new Set(statuses)], [200])
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} ends it with exit 0`, async (t) => {
    const { child, ended, bid } = await serve(t)
    t.equal((await bid()).status, 200)
    child.kill(signal)
    t.equal((await ended).code, 0)
  })
}

t.test('mistakes on the command line are one sentence and exit 1', async (t) => {
  for (const [args, message] of [
    [['fly'], /there is no verb "fly"/],
    [['serve', '--prot', '1'], /Unknown option '--prot'/],
    [['serve', '--port', 'x'], /--port: a whole number from 0 to 65535 is due, not "x"/],
    [['serve', '--admin-host', '0.0.0.0'], /PEREGRINE_ADMIN_TOKEN/],
  ] as const) {
    const { code, err } = await run(...args)
    t.equal(code, 1)
    t.match(err, message)
    t.notMatch(err, /^ {4}at /m, 'no stack')
  }
})

t.test('help, version, check and schemas', async (t) => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  t.equal((await run('--version')).out, `${version}\n`)
  t.match((await run('--help')).out, /serve[\s\S]*check/)
  t.match((await run('serve', '--help')).out, /--admin-port/)
  t.match((await run('check', '--help')).out, /--schema/)
  const checked = await run('check')
  t.equal(checked.code, 0)
  t.match(checked.out, /27 campaigns/)
  t.same(JSON.parse((await run('check', '--json')).out), { ok: true, faults: [] })
  t.match(JSON.parse((await run('check', '--schema')).out), { campaigns: Object, 'model manifest': Object })
})

t.test('a new version of the model goes live, and back, without a request being dropped', async (t) => {
  const models = copyOf(t, 'models')
  const data = join(models, '..', 'data')
  const args = ['--models', models, '--data', data]
  const first = await serve(t, ...args)
  const modelsOf = (adminPort: number, ...words: string[]) =>
    run('models', ...words, '--admin-url', `http://127.0.0.1:${adminPort}`)
  const statuses: number[] = []
  let isOver = false
  const load = (async () => {
    while (!isOver) statuses.push((await first.bid()).status)
  })()
  // The manifest comes last, as it should; the folder is looked at before it is there, too.
  cpSync(join(models, 'ctr/1'), join(models, 'ctr/2'), {
    recursive: true,
    filter: (file) => !file.endsWith('manifest.json'),
  })
  const manifest = JSON.parse(readFileSync(join(models, 'ctr/1/manifest.json'), 'utf8'))
  writeFileSync(join(models, 'ctr/2/manifest.json'), JSON.stringify({ ...manifest, version: '2' }))
  cpSync(join(models, 'ctr/1'), join(models, 'ctr/3'), { recursive: true })
  await until(async () => (await first.metric('peregrine_model_versions{state="ready"}')) === 2)
  t.match(await modelsOf(first.adminPort, 'promote', 'ctr', '3'), { code: 1, err: /ctr\/3 is / })
  const promoted = await modelsOf(first.adminPort, 'promote', 'ctr', '2', '--stage', 'live')
  t.match(promoted, { code: 0, out: /^ctr\/1 +previous[\s\S]*^ctr\/2 +live/m })
  t.equal(await first.metric('peregrine_model_live{model="ctr/2"}'), 1)
  await until(async () => (await first.metric('peregrine_inference_batches_total{model="ctr/2"}')) > 1)
  await until(async () => (await first.metric('peregrine_model_versions{state="refused"}')) === 1)
  t.match((await modelsOf(first.adminPort)).out, /^ctr\/3 +refused .*is "1", but the folder is called "3"$/m)
  isOver = true
  await load
  t.same([...new Set(statuses)], [200])
  t.equal(await first.metric('peregrine_inference_late_requests_total{model="ctr/1"}'), 0)

  first.child.kill('SIGTERM')
  await first.ended
  const second = await serve(t, ...args)
  t.equal(await second.metric('peregrine_model_live{model="ctr/2"}'), 1, 'also behind a restart')
  t.match(await modelsOf(second.adminPort, 'rollback', 'ctr'), { code: 1, err: /there is no version before/ })
})
