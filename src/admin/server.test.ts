import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { NO_INFERENCE, NO_MODELS } from '../testing/no-models.ts'
import { type AdminOptions, adminApp, listenAdmin } from './server.ts'

const METRICS = '# TYPE answers_total counter\nanswers_total 7\n'

function optionsWith(options: Partial<AdminOptions> = {}): AdminOptions {
  return {
    host: '127.0.0.1',
    port: 0,
    token: '',
    version: '1.2.3',
    unreadyReason: () => undefined,
    metricsText: async () => METRICS,
    campaigns: { list: () => [], find: () => undefined, setPaused: async () => true },
    status: () => ({}),
    models: NO_MODELS,
    inference: NO_INFERENCE,
    onAction: () => {},
    ...options,
  }
}

async function get(options: AdminOptions, path: string, headers: Record<string, string> = {}) {
  const response = await adminApp(options).request(path, { headers })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

t.test('healthz is 200 as long as the process answers, ready or not', async (t) => {
  const options = optionsWith({ unreadyReason: () => 'shutting down' })
  t.match(await get(options, '/healthz'), { status: 200, text: 'ok\n' })
})

t.test('readyz is 200 when nothing stands against it and 503 with the reason otherwise', async (t) => {
  let reason: string | undefined
  const app = adminApp(optionsWith({ unreadyReason: () => reason }))
  const ask = async () => {
    const response = await app.request('/readyz')
    return [response.status, await response.text()]
  }
  t.same(await ask(), [200, 'ready\n'])
  reason = 'shutting down'
  t.same(await ask(), [503, 'not ready: shutting down\n'])
  reason = undefined
  t.same(await ask(), [200, 'ready\n'], 'asked anew each time')
})

t.test('metrics are the text of the scrape in the content type that Prometheus reads', async (t) => {
  const { status, text, headers } = await get(optionsWith(), '/metrics')
  t.equal(status, 200)
  t.equal(text, METRICS)
  t.equal(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
})

t.test('metrics want the token when there is one', async (t) => {
  const options = optionsWith({ token: 'secret' })
  const asked: (readonly [string, Record<string, string>, number])[] = [
    ['no token', {}, 401],
    ['another token', { Authorization: 'Bearer wrong' }, 401],
    ['the beginning of the token', { Authorization: 'Bearer secre' }, 401],
    ['the token and more', { Authorization: 'Bearer secrets' }, 401],
    ['another scheme', { Authorization: 'Basic secret' }, 400],
    ['the token', { Authorization: 'Bearer secret' }, 200],
  ]
  for (const [about, headers, status] of asked) {
    const answer = await get(options, '/metrics', headers)
    t.equal(answer.status, status, about)
    t.equal(answer.text === METRICS, status === 200, `${about}: metrics are shown or not`)
  }
})

t.test('probes are answered without the token', async (t) => {
  const options = optionsWith({ token: 'secret' })
  t.equal((await get(options, '/healthz')).status, 200)
  t.equal((await get(options, '/readyz')).status, 200)
  t.equal((await get({ ...options, unreadyReason: () => 'cold' }, '/readyz')).status, 503)
})

t.test('what is not there is 404 with a hint, and tells nothing without the token', async (t) => {
  const { status, text } = await get(optionsWith(), '/v1/nothing')
  t.equal(status, 404)
  t.match(text, '/openapi.json')
  t.equal((await get(optionsWith({ token: 'secret' }), '/v1/nothing')).status, 401)
  const post = await adminApp(optionsWith()).request('/healthz', { method: 'POST' })
  t.equal(post.status, 404, 'nothing is posted to a probe')
})

t.test('a free port is taken, answers, and is free again when closed', async (t) => {
  const admin = await listenAdmin(optionsWith())
  t.ok(admin.port > 0)
  const url = `http://127.0.0.1:${admin.port}`
  for (const path of ['/healthz', '/metrics', '/healthz']) {
    t.equal((await fetch(url + path)).status, 200, path)
  }
  await admin.close()
  await t.rejects(fetch(`${url}/healthz`))
  const again = await listenAdmin(optionsWith({ port: admin.port }))
  t.equal(again.port, admin.port)
  await again.close()
})

t.test('a port that is in use is refused with a sentence', async (t) => {
  const first = await listenAdmin(optionsWith())
  t.teardown(first.close)
  await t.rejects(listenAdmin(optionsWith({ port: first.port })), {
    message: `cannot listen on 127.0.0.1:${first.port}: the port is in use; choose another with --admin-port`,
  })
  t.equal((await fetch(`http://127.0.0.1:${first.port}/healthz`)).status, 200, 'the first goes on')
})

t.test('an address of another host is refused with a sentence', async (t) => {
  // RFC 5737: no host has this address.
  await t.rejects(listenAdmin(optionsWith({ host: '203.0.113.1' })), {
    message:
      "cannot listen on 203.0.113.1:0: the address is not this host's; choose another with --admin-host",
  })
})

t.test('a connection that asks nothing does not hold up the close', async (t) => {
  const admin = await listenAdmin(optionsWith())
  const silent = connect(admin.port, '127.0.0.1')
  t.teardown(() => silent.destroy())
  await once(silent, 'connect')
  const half = connect(admin.port, '127.0.0.1')
  t.teardown(() => half.destroy())
  await once(half, 'connect')
  half.write('GET /metrics HTTP/1.1\r\n')
  // The server has seen both once it answers a third.
  await fetch(`http://127.0.0.1:${admin.port}/healthz`)
  const ended = Promise.all([silent, half].map((socket) => once(socket.resume(), 'close')))
  await admin.close()
  await ended
})

t.test('an answer in work is let out before the close', async (t) => {
  const started = Promise.withResolvers<void>()
  const text = Promise.withResolvers<string>()
  const metricsText = () => {
    started.resolve()
    return text.promise
  }
  const admin = await listenAdmin(optionsWith({ metricsText }))
  const answer = fetch(`http://127.0.0.1:${admin.port}/metrics`)
  await started.promise
  const closed = admin.close()
  text.resolve(METRICS)
  t.equal(await (await answer).text(), METRICS)
  await closed
})
