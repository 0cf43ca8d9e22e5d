/**
 * HTTP at the bid port, with a bidder that answers as it is told: what is packed, which headers count, and what an
 * answer looks like.
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { GZIP_FROM_BYTES } from './gzip.ts'
import { BODY_BYTES_MAX, openPort, type Reply } from './open-port.suite.ts'

const ASK = '{"id":"r","imp":[{"id":"1","tagid":"Grüße"}]}'
const GZIP = { 'content-encoding': 'gzip' }
const SHORT: Reply = { outcome: 'bid', text: '{"id":"r","seatbid":[]}' }
const LONG: Reply = { outcome: 'bid', text: `{"id":"r","ext":"${'é'.repeat(GZIP_FROM_BYTES)}"}` }

t.test('a packed body reaches the bidder as text', async (t) => {
  const { send, asked } = await openPort(t)
  for (const encoding of ['gzip', 'GZIP', 'x-gzip']) {
    t.equal((await send({ headers: { 'content-encoding': encoding } }, gzipSync(ASK))).status, 204)
  }
  t.same(
    asked.map(({ body }) => body),
    [ASK, ASK, ASK],
  )
})

const REFUSED_BODIES = [
  ['plain text that says it is gzip', Buffer.from(ASK), 'body_not_gzip'],
  ['an empty body that says it is gzip', Buffer.alloc(0), 'body_not_gzip'],
  ['a truncated gzip', gzipSync(ASK).subarray(0, -5), 'body_not_gzip'],
  ['a gzip with something behind it', Buffer.concat([gzipSync(ASK), Buffer.from('more')]), 'body_not_gzip'],
  ['two gzips', Buffer.concat([gzipSync(ASK), gzipSync(ASK)]), 'body_not_gzip'],
  ['a gzip bomb', gzipSync(Buffer.alloc(10_000_000, 0x20)), 'body_inflates_too_large'],
] as const

for (const [what, bytes, outcome] of REFUSED_BODIES) {
  t.test(`${what} is answered 400 as ${outcome}, and the connection goes on`, async (t) => {
    const { send, asked, count, counted } = await openPort(t)
    const refused = await send({ headers: GZIP }, bytes)
    t.same([refused.status, refused.body.length], [400, 0])
    t.equal(count(outcome), 1)
    const next = await send({ headers: GZIP }, gzipSync(ASK))
    t.same([next.status, next.isReused], [204, true])
    t.same(asked, [{ body: ASK, isGpc: false }])
    t.equal(counted(), 2)
  })
}

t.test('a packed body is held to the limit before and after unpacking', async (t) => {
  const { send, count, asked } = await openPort(t)
  const blank = (length: number) => gzipSync(' '.repeat(length))
  t.equal((await send({ headers: GZIP }, blank(BODY_BYTES_MAX))).status, 204)
  t.equal(asked[0].body.length, BODY_BYTES_MAX)
  t.equal((await send({ headers: GZIP }, blank(BODY_BYTES_MAX + 1))).status, 400)
  t.equal(count('body_inflates_too_large'), 1)
  t.equal((await send({ headers: GZIP }, Buffer.alloc(BODY_BYTES_MAX + 1))).status, 400)
  t.equal(count('body_too_large'), 1)
})

for (const headers of [
  { 'content-encoding': 'br' },
  { 'content-encoding': 'deflate' },
  { 'content-encoding': 'gzip, gzip' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/x-protobuf' },
]) {
  t.test(`${JSON.stringify(headers)} is answered 400, and the connection goes on`, async (t) => {
    const { send, count, asked } = await openPort(t)
    t.equal((await send({ headers }, gzipSync(ASK))).status, 400)
    t.equal(count('wrong_content_type'), 1)
    t.equal((await send({}, ASK)).isReused, true)
    t.equal(asked.length, 1)
  })
}

for (const type of ['application/json', 'APPLICATION/JSON ; charset=UTF-8', 'text/json']) {
  t.test(`a body of type ${type} is read`, async (t) => {
    const { send, asked } = await openPort(t)
    t.equal((await send({ headers: { 'content-type': type } }, ASK)).status, 204)
    t.equal(asked.length, 1)
  })
}

t.test('a long answer is packed for who takes it, at an exchange that agreed to it', async (t) => {
  const { send } = await openPort(t, { reply: () => LONG })
  const { headers, body } = await send(
    { path: '/openrtb2/bid/packed', headers: { 'accept-encoding': 'gzip' } },
    ASK,
  )
  t.equal(headers['content-encoding'], 'gzip')
  t.equal(Number(headers['content-length']), body.length)
  t.ok(body.length < LONG.text.length)
  t.equal(gunzipSync(body).toString(), LONG.text)
})

const PLAIN_ANSWERS = [
  ['who says nothing', 'packed', {}, LONG],
  ['who refuses gzip', 'packed', { 'accept-encoding': 'gzip;q=0, *' }, LONG],
  ['an exchange that did not agree to it', 'default', { 'accept-encoding': 'gzip' }, LONG],
  ['anyone, when it is short', 'packed', { 'accept-encoding': 'gzip' }, SHORT],
] as const

for (const [whom, exchange, headers, reply] of PLAIN_ANSWERS) {
  t.test(`an answer is not packed for ${whom}`, async (t) => {
    const { send } = await openPort(t, { reply: () => reply })
    const answer = await send({ path: `/openrtb2/bid/${exchange}`, headers }, ASK)
    t.equal(answer.headers['content-encoding'], undefined)
    t.equal(answer.body.toString(), reply.text)
  })
}

t.test('an answer has the type of its exchange, and our version whatever the request says', async (t) => {
  const { send } = await openPort(t, { reply: () => SHORT })
  for (const version of [undefined, '2.4', '3.0']) {
    const asking = version === undefined ? {} : { 'x-openrtb-version': version }
    const plain = await send({ headers: asking }, ASK)
    t.match(plain.headers, { 'content-type': 'application/json', 'x-openrtb-version': '2.6' })
    const packed = await send({ path: '/openrtb2/bid/packed', headers: asking }, ASK)
    t.equal(packed.headers['content-type'], 'application/json; charset=utf-8')
  }
})

t.test(
  'a no-bid with its reason is answered 200, one without is 204 and has no headers of a body',
  async (t) => {
    const text = '{"id":"r","seatbid":[],"nbr":15}'
    const { send, count } = await openPort(t, {
      reply: (body) => ({ outcome: 'no_time_to_score', text: body === 'why' ? text : '' }),
    })
    const told = await send({}, 'why')
    t.same([told.status, told.body.toString()], [200, text])
    const silent = await send({}, ASK)
    t.equal(silent.status, 204)
    for (const name of ['content-length', 'content-type', 'x-openrtb-version', 'connection']) {
      t.equal(silent.headers[name], undefined, name)
    }
    t.equal(count('no_time_to_score'), 2)
  },
)

t.test('a 400 of the bidder has no body and keeps its connection', async (t) => {
  const { send } = await openPort(t, { reply: () => ({ outcome: 'not_json', text: '' }) })
  const first = await send({}, 'hello')
  t.same([first.status, first.headers['content-length']], [400, '0'])
  t.equal((await send({}, 'hello')).isReused, true)
})

t.test('the privacy signal in the header reaches the bidder', async (t) => {
  const { send, asked } = await openPort(t)
  for (const headers of [{}, { 'sec-gpc': '1' }, { 'Sec-GPC': '1' }, { 'sec-gpc': '0' }]) {
    await send({ headers }, ASK)
  }
  t.same(
    asked.map(({ isGpc }) => isGpc),
    [false, true, true, false],
  )
})

t.test('a POST to a path that is not there does not cost its connection', async (t) => {
  const { send } = await openPort(t)
  t.equal((await send({ path: '/openrtb2/bid/nobody' }, ASK)).status, 404)
  const next = await send({}, ASK)
  t.same([next.status, next.isReused], [204, true])
})

t.test('an overloaded port says 204 before it unpacks anything', async (t) => {
  const { send, count, asked } = await openPort(t, { inFlightMax: 0 })
  const { status } = await send({ headers: GZIP }, 'no gzip at all')
  t.same([status, count('overloaded'), count('body_not_gzip')], [204, 1, 0])
  t.same(asked, [])
})

t.test('a bidder that breaks is answered 204, counted once and reported', async (t) => {
  const { send, bugs, counted, server } = await openPort(t, {
    reply: () => {
      throw new Error('a broken invariant')
    },
  })
  t.equal((await send({}, ASK)).status, 204)
  t.match(bugs, [{ message: 'a broken invariant' }])
  t.same([counted(), server.inFlight()], [1, 0])
})

t.test('a bidder that answers twice is counted once and reported', async (t) => {
  const { send, bugs, count, counted, server } = await openPort(t, { reply: () => ({ ...SHORT, times: 2 }) })
  const { status, body } = await send({}, ASK)
  t.same([status, body.toString()], [200, SHORT.text])
  t.equal(bugs.length, 1)
  t.same([count('bid'), counted(), server.inFlight()], [1, 1, 0])
  t.equal((await send({}, ASK)).isReused, true)
})
