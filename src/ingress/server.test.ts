/**
 * The bid port over real sockets: everything that a peer can do to it must end in 200, 204 or 400, be counted once,
 * and leave the port working.
 */
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import { Published } from '../base/published.ts'
import { Bidder } from '../bidding/bid.ts'
import { OUTCOMES, type OutcomeName } from '../bidding/outcomes.ts'
import type { ReadyModel, Snapshot } from '../bidding/snapshot.ts'
import { BidTelemetry } from '../bidding/telemetry.ts'
import { compileAds } from '../catalog/compile.ts'
import { operatorOf } from '../config/operator.ts'
import { NO_EVENTS } from '../events/event-log.ts'
import { EXCHANGE_PROFILES } from '../exchange/profiles.ts'
import { Rates } from '../pricing/currency.ts'
import { testAdmission } from '../testing/admission.ts'
import { EXCHANGE_NAMES, TEST_OPERATOR } from '../testing/bidder.ts'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { testMoney } from '../testing/money.ts'
import { scriptedModel } from '../testing/scripted-model.ts'
import { listen, PortInUseError } from './server.ts'

const BODY_BYTES_MAX = 65_536
const GOOD = JSON.stringify({ id: 'r', imp: [{ id: '1', banner: { w: 300, h: 250 } }], tmax: 1000 })
const NO_BID = JSON.stringify({ id: 'r', imp: [{ id: '1', banner: { w: 1, h: 1 } }] })

type Setup = { model?: ReadyModel; inFlightMax?: number; bodyBytesMax?: number }

async function serve(t: Test, { model, inFlightMax = 100, bodyBytesMax = BODY_BYTES_MAX }: Setup = {}) {
  const ads = await compileAds(oneBannerCatalog, EXCHANGE_PROFILES)
  const telemetry = new BidTelemetry(EXCHANGE_NAMES)
  const { treasury, purse, rooms } = testMoney(systemClock)
  const snapshots = new Published<Snapshot>({
    ...treasury.adopt(ads),
    ads,
    rates: new Rates(undefined, 1),
    model: model ?? scriptedModel({ probability: () => 0.01, outcome: 'scored' }),
  })
  const admission = testAdmission(t, EXCHANGE_NAMES, { inFlightMax })
  const bidder = new Bidder({
    bodyBytesMax,
    clock: systemClock,
    purse,
    snapshots,
    exchanges: EXCHANGE_PROFILES,
    operator: operatorOf(TEST_OPERATOR, 'https://bid.example').operator,
    limits: { tmaxDefaultMs: 60_000, tmaxMostMs: 60_000 },
    brownOut: admission,
    telemetry,
    events: NO_EVENTS,
  })
  const bugs: unknown[] = []
  const server = await listen({
    host: '127.0.0.1',
    port: 0,
    isPortShared: false,
    bodyBytesMax,
    admission,
    bidder,
    exchanges: EXCHANGE_PROFILES,
    isReady: () => true,
    clock: systemClock,
    telemetry,
    onBug: (bug) => bugs.push(bug),
  })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => {
    agent.destroy()
    server.close()
  })
  const count = (outcome: OutcomeName, exchange = 'default') =>
    telemetry.requests.values[
      EXCHANGE_NAMES.indexOf(exchange) * OUTCOMES.length + OUTCOMES.findIndex(({ name }) => name === outcome)
    ]
  const post = (body: string | Buffer, headers: http.OutgoingHttpHeaders = {}, path = '/openrtb2/bid') =>
    send(
      { port: server.port, agent, path, headers: { 'content-type': 'application/json', ...headers } },
      body,
    )
  /** What bids hold, nanos of dollars: the one campaign is the first of the ledger. */
  const heldNanos = () => rooms.ledger.standingOf(0).heldNanos
  return { server, post, count, bugs, agent, heldNanos }
}

type Answer = { status: number; headers: http.IncomingHttpHeaders; body: string; isReused: boolean }

function send(options: http.RequestOptions, body: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', method: 'POST', ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => {
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: text,
          isReused: request.reusedSocket,
        })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Waits until a condition holds; the test's own timeout ends a wait that is in vain. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1))
}

t.test('a bid is answered 200 with JSON and the version of the protocol', async (t) => {
  const { post, count, heldNanos } = await serve(t)
  const { status, headers, body } = await post(GOOD)
  t.equal(status, 200)
  t.match(headers, { 'content-type': 'application/json', 'x-openrtb-version': '2.6' })
  t.equal(JSON.parse(body).id, 'r')
  t.equal(count('bid'), 1)
  t.equal(heldNanos(), 4_000_000, 'its price is on hold')
})

t.test('a no-bid is answered 204 without a body, on a connection that stays', async (t) => {
  const { post, count } = await serve(t)
  const { status, body } = await post(NO_BID)
  t.same({ status, body }, { status: 204, body: '' })
  const again = await post(NO_BID)
  t.same({ status: again.status, isReused: again.isReused }, { status: 204, isReused: true })
  t.equal(count('no_candidate'), 2)
})

t.test('each exchange has its path and its counters', async (t) => {
  const { post, count } = await serve(t)
  t.equal((await post(GOOD, {}, '/openrtb2/bid/prebid')).status, 200)
  t.equal((await post(GOOD, {}, '/openrtb2/bid/default')).status, 200)
  t.same([count('bid', 'prebid'), count('bid', 'default')], [1, 1])
})

t.test('other paths and methods are not found', async (t) => {
  const { server, post, agent } = await serve(t)
  t.equal((await post(GOOD, {}, '/openrtb2/bid/nobody')).status, 404)
  const get = await send({ port: server.port, agent, method: 'GET', path: '/openrtb2/bid' }, '')
  t.equal(get.status, 404)
})

const REFUSED: readonly (readonly [
  string,
  string | Buffer,
  http.OutgoingHttpHeaders,
  number,
  OutcomeName,
])[] = [
  ['a body of another type', GOOD, { 'content-type': 'text/plain' }, 400, 'wrong_content_type'],
  ['protobuf', GOOD, { 'content-type': 'application/x-protobuf' }, 400, 'wrong_content_type'],
  ['a packed body', gzipSync(GOOD), { 'content-encoding': 'gzip' }, 200, 'bid'],
  ['a body that only says it is packed', GOOD, { 'content-encoding': 'gzip' }, 400, 'body_not_gzip'],
  ['another compression', GOOD, { 'content-encoding': 'br' }, 400, 'wrong_content_type'],
  ['JSON with a character set', GOOD, { 'content-type': 'Application/JSON; charset=utf-8' }, 200, 'bid'],
  ['an identity encoding', GOOD, { 'content-encoding': 'identity' }, 200, 'bid'],
  ['no JSON', 'hello', {}, 400, 'not_json'],
  ['an empty body', '', {}, 400, 'not_json'],
  ['two requests in one body', GOOD + GOOD, {}, 400, 'not_json'],
  ['a body cut short', GOOD.slice(0, -3), {}, 400, 'not_json'],
  [
    'bytes that are not UTF-8',
    Buffer.from('{"id":"\xf0","imp":[{"id":"1"}]}', 'latin1'),
    {},
    400,
    'not_json',
  ],
  ['nesting a thousand deep', `{"id":${'['.repeat(1000)}${']'.repeat(1000)}}`, {}, 400, 'not_json'],
  ['no imp', '{"id":"1"}', {}, 400, 'no_imp'],
  ['an imp that is text', '{"id":"1","imp":"1"}', {}, 400, 'no_imp'],
  ['an id that is an object', '{"id":{},"imp":[{"id":"1"}]}', {}, 400, 'no_request_id'],
  [
    'numbers where text is due',
    '{"id":1,"imp":[{"id":2,"banner":{"w":"300","h":"250"},"tagid":3}],"site":{"domain":4,"page":5,"cat":[6]},"cur":[7],"device":{"os":8,"geo":{"country":9}}}',
    {},
    204,
    'currency_not_ours',
  ],
  [
    'text where numbers and objects are due',
    '{"id":"1","imp":[{"id":"1","banner":"b","video":"v","bidfloor":"x","pmp":"p"}],"at":"x","tmax":"x","site":"s","device":"d"}',
    {},
    204,
    'no_candidate',
  ],
  [
    'five thousand imps',
    `{"id":"1","imp":[${Array.from({ length: 5000 }, (_, i) => `{"id":"${i}"}`).join()}]}`,
    {},
    204,
    'too_many_imps',
  ],
]

for (const [what, body, headers, status, outcome] of REFUSED) {
  t.test(`${what} is answered ${status} as ${outcome}, and the connection goes on`, async (t) => {
    const { post, count } = await serve(t, { bodyBytesMax: 262_144 })
    t.equal((await post(body, headers)).status, status)
    const before = count('bid')
    t.equal(count(outcome), 1)
    const next = await post(GOOD)
    t.same({ status: next.status, isReused: next.isReused }, { status: 200, isReused: true })
    t.equal(count('bid'), before + 1)
  })
}

t.test('a body at the limit is read, one byte more is refused', async (t) => {
  const { post, count } = await serve(t)
  const pad = (length: number) => `${GOOD.slice(0, -1)}${' '.repeat(length - GOOD.length)}}`
  t.equal((await post(pad(BODY_BYTES_MAX))).status, 200)
  t.equal((await post(pad(BODY_BYTES_MAX + 1))).status, 400)
  t.equal(count('body_too_large'), 1)
  t.equal((await post(GOOD)).status, 200)
})

t.test(
  'a body far beyond the limit is refused before it has ended, and others are served meanwhile',
  async (t) => {
    const { server, post, count } = await serve(t)
    const socket = net.connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      'POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000000\r\n\r\n',
    )
    const closed = once(socket, 'close')
    const pump = setInterval(() => socket.write(Buffer.alloc(32_768, 0x20)), 1)
    t.teardown(() => clearInterval(pump))
    socket.resume()
    await closed
    t.equal(count('body_too_large'), 1)
    t.equal((await post(GOOD)).status, 200)
    t.equal(server.inFlight(), 0)
  },
)

t.test('a body of another type that never ends is refused at the limit too', async (t) => {
  const { server, post, count } = await serve(t)
  const socket = net.connect(server.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(
    'POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 100000000\r\n\r\n',
  )
  const closed = once(socket, 'close')
  const pump = setInterval(() => socket.write(Buffer.alloc(8192, 0x20)), 1)
  t.teardown(() => {
    clearInterval(pump)
    socket.destroy()
  })
  socket.resume()
  await closed
  t.equal(count('body_too_large'), 1)
  t.equal((await post(GOOD)).status, 200)
  t.equal(server.inFlight(), 0)
})

t.test('a body in many pieces is put together', async (t) => {
  const { server, count } = await serve(t)
  const socket = net.connect(server.port, '127.0.0.1').setNoDelay(true)
  t.teardown(() => socket.destroy())
  socket.write(
    `POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${GOOD.length}\r\n\r\n`,
  )
  for (const byte of GOOD) {
    socket.write(byte)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const [answer] = await once(socket, 'data')
  t.match(String(answer), /^HTTP\/1\.1 200 OK/)
  t.equal(count('bid'), 1)
})

t.test('a peer that leaves in the middle of its body is counted, and nothing is left of it', async (t) => {
  const { server, post, count } = await serve(t)
  const socket = net.connect(server.port, '127.0.0.1')
  socket.write('POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"id":')
  await until(() => server.inFlight() === 1)
  socket.destroy()
  await until(() => server.inFlight() === 0)
  t.equal(count('body_cut_short'), 1)
  t.equal((await post(GOOD)).status, 200)
})

/** A model that answers when it is told to. */
function heldModel() {
  const gate = Promise.withResolvers<void>()
  const model = scriptedModel({ probability: () => 0.01, outcome: 'scored', until: gate.promise })
  return { model, release: gate.resolve }
}

t.test('a peer that leaves while its bid is scored is counted as aborted, and gets no answer', async (t) => {
  const { model, release } = heldModel()
  const { server, post, count, bugs, heldNanos } = await serve(t, { model })
  const socket = net.connect(server.port, '127.0.0.1')
  socket.write(`POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ncontent-length: ${GOOD.length}\r\n\r\n${GOOD}`)
  await until(() => server.inFlight() === 1)
  socket.destroy()
  // The server has seen the hang-up once it has served a connection that came later.
  await post(NO_BID)
  release()
  await until(() => server.inFlight() === 0)
  t.equal(count('aborted'), 1)
  t.equal(count('bid'), 0)
  t.equal(heldNanos(), 0, 'and no money waits for it')
  t.same(bugs, [])
})

t.test('beyond the limit of requests in work the answer is 204 at once', async (t) => {
  const { model, release } = heldModel()
  const { server, post, count } = await serve(t, { model, inFlightMax: 2 })
  const waiting = [0, 1].map(() => send({ port: server.port, path: '/openrtb2/bid', agent: false }, GOOD))
  await until(() => server.inFlight() === 2)
  t.equal((await post(GOOD)).status, 204)
  t.equal(count('overloaded'), 1)
  release()
  t.same(
    (await Promise.all(waiting)).map(({ status }) => status),
    [200, 200],
  )
  t.equal((await post(GOOD)).status, 200)
})

t.test('a bug in a bid is answered 204, counted and reported', async (t) => {
  const broken = {
    ...scriptedModel({ probability: () => 0.01, outcome: 'scored' }),
    inline: {
      begin: () => {
        throw new Error('a broken invariant')
      },
      score: () => 0,
    },
  }
  const { post, count, bugs } = await serve(t, { model: broken })
  t.equal((await post(GOOD)).status, 204)
  t.equal(count('bug'), 1)
  t.match(bugs, [{ message: 'a broken invariant' }])
})

t.test('a port in use is refused with a sentence', async (t) => {
  const { server } = await serve(t)
  const second = listen({
    host: '127.0.0.1',
    port: server.port,
    isPortShared: false,
    exchanges: EXCHANGE_PROFILES,
  } as unknown as Parameters<typeof listen>[0])
  await t.rejects(
    second,
    new PortInUseError(
      `cannot listen on 127.0.0.1:${server.port}: the port is in use, or the address is not this host's`,
    ),
  )
})
