/**
 * Notices over real sockets, with a desk that writes down what it is told.
 */
import t, { type Test } from 'tap'
import { NOTICE_KINDS } from '../exchange/notice-urls.ts'
import type { NoticeAnswer } from '../notices/desk.ts'
import { ManualClock } from '../testing/clock.ts'
import type { NoticeLimits } from './notice-handler.ts'
import { openPort, requestBytes, until } from './open-port.suite.ts'
import { NoticePortTelemetry } from './telemetry.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const PLENTY: NoticeLimits = { perSecondMax: 1000, inFlightMax: 100 }

async function openDesk(
  t: Test,
  answer: () => NoticeAnswer = () => ({ status: 204, location: '' }),
  limits = PLENTY,
) {
  const taken: string[] = []
  const noticeTelemetry = new NoticePortTelemetry()
  const clock = new ManualClock()
  const port = await openPort(t, {
    clock,
    notices: {
      receive(kind, query, done) {
        taken.push(`${kind}?${query}`)
        clock.advance(0.02)
        done(answer())
      },
    },
    noticeLimits: limits,
    noticeTelemetry,
  })
  const get = (path: string) => port.send({ method: 'GET', path })
  const post = (path: string, body: string, headers = {}) => port.send({ path, headers }, body)
  return { ...port, get, post, taken, noticeTelemetry, clock }
}

/** A desk that answers when the test says so, and a count of how many bookings are under way. */
async function openSlowDesk(t: Test, limits = PLENTY) {
  const noticeTelemetry = new NoticePortTelemetry()
  const clock = new ManualClock()
  const pending: ((answer: NoticeAnswer) => void)[] = []
  const port = await openPort(t, {
    clock,
    notices: { receive: (_kind, _query, done) => pending.push(done) },
    noticeLimits: limits,
    noticeTelemetry,
  })
  const get = (path: string) => port.send({ method: 'GET', path, agent: false })
  const recorded = () => noticeTelemetry.durationMicros.counts.reduce((sum, value) => sum + value, 0)
  return { ...port, get, pending, clock, noticeTelemetry, recorded }
}

const BOOKED: NoticeAnswer = { status: 204, location: '' }
const NOT_BOOKED: NoticeAnswer = { status: 503, location: '' }

t.test('each kind of notice is taken by GET and by POST', async (t) => {
  const { get, post, taken } = await openDesk(t)
  for (const kind of NOTICE_KINDS) {
    t.equal((await get(`/notice/${kind}?t=a&p=1.5`)).status, 204)
    t.equal((await post(`/notice/${kind}?t=b`, '')).status, 204)
  }
  t.same(
    taken,
    NOTICE_KINDS.flatMap((kind) => [`${kind}?t=a&p=1.5`, `${kind}?t=b`]),
  )
})

t.test('the query reaches the desk as it came', async (t) => {
  const { get, taken } = await openDesk(t)
  await get('/notice/bill?p=%24%7BAUCTION_PRICE%7D&t=a%2Bb&x')
  await get('/notice/bill')
  t.same(taken, ['bill?p=%24%7BAUCTION_PRICE%7D&t=a%2Bb&x', 'bill?'])
})

t.test('a form is joined to the query, behind it', async (t) => {
  const { post, taken } = await openDesk(t)
  await post('/notice/bill?t=a', 'p=2.5&l=3', FORM)
  await post('/notice/bill', 'p=2.5\r\n', FORM)
  await post('/notice/bill?t=a', '', FORM)
  t.same(taken, ['bill?t=a&p=2.5&l=3', 'bill?p=2.5', 'bill?t=a'])
})

t.test('a body that is no form is let pass', async (t) => {
  const { post, taken } = await openDesk(t)
  t.equal((await post('/notice/win?t=a', '{"p":1}', { 'content-type': 'application/json' })).status, 204)
  t.equal((await post('/notice/win?t=b', 'p=1')).status, 204)
  t.same(taken, ['win?t=a', 'win?t=b'])
})

t.test('a form at the limit is read, one byte more is refused', async (t) => {
  const { post, taken } = await openDesk(t)
  t.equal((await post('/notice/bill', 'a'.repeat(8192), FORM)).status, 204)
  t.equal((await post('/notice/bill', 'a'.repeat(8193), FORM)).status, 400)
  t.same(taken, [`bill?${'a'.repeat(8192)}`])
})

t.test('a form that comes in pieces is put together', async (t) => {
  const { connect, taken } = await openDesk(t)
  const peer = await connect()
  for (const byte of requestBytes('p=1.25&l=2', FORM, '/notice/loss?t=a')) await peer.write(Buffer.of(byte))
  t.same(await peer.statuses(1), [204])
  t.same(taken, ['loss?t=a&p=1.25&l=2'])
})

t.test('a body without end is refused at the limit', async (t) => {
  const { connect, server, taken } = await openDesk(t)
  const peer = await connect()
  await peer.write('POST /notice/bill HTTP/1.1\r\nhost: x\r\ncontent-length: 100000000\r\n\r\n')
  while (!peer.isClosed && peer.text === '') await peer.write(Buffer.alloc(1024, 0x61))
  t.same(await peer.statuses(1), [400])
  t.match(peer.text, /connection: close/i)
  await until(() => peer.isClosed)
  t.same(taken, [])
  t.equal(server.inFlight(), 0)
})

t.test('chunks without end that come all at once are refused once', async (t) => {
  const { connect, get, server, taken } = await openDesk(t)
  const peer = await connect()
  const chunks = `1000\r\n${'a'.repeat(4096)}\r\n`.repeat(6)
  await peer.write(
    `POST /notice/bill HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
  )
  t.same(await peer.statuses(1), [400])
  await until(() => peer.isClosed)
  t.equal(server.inFlight(), 0)
  t.equal((await get('/notice/bill?t=a')).status, 204)
  t.same(taken, ['bill?t=a'])
})

t.test('no answer may be kept by a cache, and all keep their connection', async (t) => {
  let answer: NoticeAnswer = { status: 204, location: '' }
  const { get } = await openDesk(t, () => answer)
  await get('/notice/view')
  for (const status of [204, 400, 404] as const) {
    answer = { status, location: '' }
    const { headers, isReused, ...rest } = await get('/notice/view')
    t.same([rest.status, headers['cache-control'], rest.body.length, isReused], [status, 'no-store', 0, true])
  }
})

t.test('a click leads on to where the desk says', async (t) => {
  const location = 'https://shop.example/sale?a=1&b=%20#top'
  const { get } = await openDesk(t, () => ({ status: 302, location }))
  const { status, headers } = await get('/notice/click?t=a')
  t.same(
    [status, headers.location, headers['cache-control'], headers['content-length']],
    [302, location, 'no-store', '0'],
  )
})

for (const location of ['https://shop.example/\r\nset-cookie: a=b', 'https://shop.example/a b', '']) {
  t.test(`${JSON.stringify(location)} is no place to lead to`, async (t) => {
    const { get } = await openDesk(t, () => ({ status: 302, location }))
    const { status, headers } = await get('/notice/click?t=a')
    t.equal(status, 400)
    t.notMatch(headers, { 'set-cookie': /./ })
  })
}

t.test('too many notices in a second are told to come again, and are counted', async (t) => {
  const { get, post, taken, noticeTelemetry, clock } = await openDesk(t, undefined, {
    perSecondMax: 3,
    inFlightMax: 9,
  })
  for (let i = 0; i < 3; i++) t.equal((await get(`/notice/bill?t=${i}`)).status, 204)
  const refused = await get('/notice/bill?t=3')
  t.same(
    [refused.status, refused.headers['retry-after'], refused.headers['cache-control']],
    [503, '1', 'no-store'],
  )
  const posted = await post('/notice/bill?t=4', 'p=1', FORM)
  t.same([posted.status, posted.isReused], [503, true])
  t.equal(taken.length, 3)
  t.same(Array.from(noticeTelemetry.refusals.values), [2])
  clock.advance(1000)
  const again = await get('/notice/bill?t=3')
  t.same([again.status, again.isReused], [204, true])
})

t.test('bids are answered while notices are refused, and the other way round', async (t) => {
  const { get, send, taken } = await openDesk(t, undefined, { perSecondMax: 1, inFlightMax: 9 })
  await get('/notice/win?t=0')
  t.equal((await get('/notice/win?t=1')).status, 503)
  t.equal((await send({}, '{}')).status, 204)

  const full = await openPort(t, {
    inFlightMax: 0,
    notices: { receive: (_kind, _query, done) => done({ status: 204, location: '' }) },
  })
  t.equal((await full.send({}, '{}')).status, 204)
  t.equal(full.count('overloaded'), 1)
  t.equal((await full.send({ method: 'GET', path: '/notice/win' })).status, 204)
  t.equal(taken.length, 1)
})

t.test('bodies that are coming in are counted against their own limit', async (t) => {
  const { connect, get, server } = await openDesk(t, undefined, { perSecondMax: 100, inFlightMax: 2 })
  const slow = [await connect(), await connect()]
  for (const peer of slow)
    await peer.write('POST /notice/bill HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\na')
  await until(() => server.inFlight() === 2)
  t.equal((await get('/notice/bill')).status, 503)
  await slow[0].write('bcde')
  t.same(await slow[0].statuses(1), [204])
  t.equal((await get('/notice/bill')).status, 204)
  slow[1].socket.destroy()
  await until(() => server.inFlight() === 0)
})

t.test('a notice is answered when it is booked, and its time is until then', async (t) => {
  const { get, pending, clock, noticeTelemetry, recorded, server } = await openSlowDesk(t)
  const answer = get('/notice/bill?t=a')
  await until(() => pending.length === 1)
  t.same([server.inFlight(), recorded()], [1, 0])
  clock.advance(7)
  pending[0](BOOKED)
  t.equal((await answer).status, 204)
  t.same([server.inFlight(), recorded()], [0, 1])
  t.equal(Math.round(noticeTelemetry.durationMicros.sums[0]), 7000)
})

t.test('notices that are booked at once are answered each by its own booking, in any order', async (t) => {
  const { get, pending } = await openSlowDesk(t)
  const first = get('/notice/bill?t=a')
  await until(() => pending.length === 1)
  const second = get('/notice/bill?t=b')
  await until(() => pending.length === 2)
  pending[1](BOOKED)
  t.equal((await second).status, 204)
  pending[0](NOT_BOOKED)
  t.equal((await first).status, 503)
})

t.test('bookings that are under way are counted against the limit of notices', async (t) => {
  const { get, send, pending, noticeTelemetry, server } = await openSlowDesk(t, {
    perSecondMax: 100,
    inFlightMax: 2,
  })
  const waiting = [get('/notice/bill?t=a'), send({ path: '/notice/bill?t=b', headers: FORM }, 'p=1')]
  await until(() => pending.length === 2)
  t.equal(server.inFlight(), 2)
  const refused = await get('/notice/bill?t=c')
  t.same([refused.status, refused.headers['retry-after'], pending.length], [503, '1', 2])
  t.same(Array.from(noticeTelemetry.refusals.values), [1])
  pending[0](BOOKED)
  await waiting[0]
  const again = get('/notice/bill?t=c')
  await until(() => pending.length === 3)
  for (const done of pending.slice(1)) done(BOOKED)
  t.same(
    (await Promise.all([...waiting, again])).map(({ status }) => status),
    [204, 204, 204],
  )
  t.equal(server.inFlight(), 0)
})

for (const [method, bytes] of [
  ['GET', 'GET /notice/bill?t=a HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['POST', requestBytes('p=1', FORM, '/notice/bill?t=a')],
] as const) {
  t.test(
    `whoever hangs up on a ${method} while it is booked is not answered, nor counted twice`,
    async (t) => {
      const { connect, get, pending, recorded, server, bugs } = await openSlowDesk(t)
      const peer = await connect()
      await peer.write(bytes)
      await until(() => pending.length === 1)
      peer.socket.destroy()
      // The port has seen the end of that connection when it has answered on another one.
      const other = get('/notice/bill?t=b')
      await until(() => pending.length === 2)
      pending[1](BOOKED)
      await other
      t.equal(server.inFlight(), 1, 'it is in work until it is booked')
      pending[0](BOOKED)
      t.same([server.inFlight(), recorded(), bugs], [0, 2, []])
    },
  )
}

t.test('what was not booked may come again, and the connection is kept', async (t) => {
  const { get } = await openDesk(t, () => NOT_BOOKED)
  await get('/notice/bill?t=a')
  const { status, headers, isReused } = await get('/notice/bill?t=a')
  t.same([status, headers['retry-after'], headers['cache-control'], isReused], [503, '1', 'no-store', true])
})

t.test('a bug behind an answer is reported, and changes nothing of the answer', async (t) => {
  const location = 'https://shop.example/'
  const { send, bugs, server } = await openPort(t, {
    notices: {
      receive(_kind, _query, done) {
        done({ status: 302, location })
        throw new Error('a broken invariant')
      },
    },
  })
  for (let i = 0; i < 2; i++) {
    const answer = await send({ method: 'GET', path: '/notice/click?t=a' })
    t.same([answer.status, answer.headers.location, server.inFlight()], [302, location, 0])
  }
  t.equal(bugs.length, 2)
})

t.test('a bug at the desk is reported, and the notice may come again', async (t) => {
  const { get, bugs } = await openDesk(t, () => {
    throw new Error('a broken invariant')
  })
  const { status, headers } = await get('/notice/bill?t=a')
  t.same([status, headers['retry-after']], [503, '1'])
  t.match(bugs, [{ message: 'a broken invariant' }])
})

t.test('the time of a notice stands in a histogram of its own', async (t) => {
  const { get, post, noticeTelemetry } = await openDesk(t)
  await get('/notice/view?t=a')
  await post('/notice/view?t=b', 'x=1', FORM)
  const { name, counts, sums } = noticeTelemetry.durationMicros
  t.equal(name, 'peregrine_notice_duration_seconds')
  t.equal(
    counts.reduce((sum, value) => sum + value, 0),
    2,
  )
  t.equal(Math.round(sums[0]), 40)
})

t.test('an unknown kind, and a port without a desk, have no notices', async (t) => {
  const { get } = await openDesk(t)
  t.equal((await get('/notice/gossip?t=a')).status, 404)
  t.equal((await get('/notice/')).status, 404)
  const { send } = await openPort(t)
  t.equal((await send({ method: 'GET', path: '/notice/win' })).status, 404)
})
