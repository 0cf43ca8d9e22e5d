/**
 * A request that is not let in is answered at its headers, over real sockets: whatever of its body comes later, and in
 * whatever pieces, the connection goes on, and nothing is counted twice or kept.
 */
import t, { type Test } from 'tap'
import { REFUSED } from './admission.ts'
import { openPort, requestBytes, type Setup, until } from './open-port.suite.ts'

const ASK = '{"id":"r","imp":[{"id":"1"}]}'
const HEAD = `POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ncontent-length: ${ASK.length}\r\n\r\n`
const CHUNKED_HEAD = 'POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'
/** A body that would be a request if it were not passed over. */
const NESTED = `${requestBytes(ASK)}`

/** A port that lets nobody in while it is told so. */
async function refusingPort(t: Test, setup: Setup = {}) {
  const gate = { isOpen: false, load: { inFlight: 0 } }
  const port = await openPort(t, {
    ...setup,
    admission: { load: gate.load, admit: () => (gate.isOpen ? 0 : REFUSED), countWork: () => {} },
  })
  return { ...port, gate }
}

const WAYS: readonly (readonly [string, readonly string[]])[] = [
  ['headers alone, and its body later', [HEAD, ASK]],
  ['its body in three pieces', [HEAD, ASK.slice(0, 5), ASK.slice(5, 6), ASK.slice(6)]],
  ['every byte by itself', [...HEAD, ...ASK]],
  ['chunks', [CHUNKED_HEAD, '5\r\nhello\r\n', '3\r\nyou\r\n', '0\r\n\r\n']],
  ['chunks at once', [`${CHUNKED_HEAD}5\r\nhello\r\n0\r\n\r\n`]],
  ['a request for a body', [`${requestBytes(NESTED)}`]],
  ['a body that waits to be asked for', [HEAD.replace('\r\n\r\n', '\r\nexpect: 100-continue\r\n\r\n'), ASK]],
  ['a packed body that is none', [`${requestBytes('no gzip', { 'content-encoding': 'gzip' })}`]],
  ['a body of another type', [`${requestBytes(ASK, { 'content-type': 'text/plain' })}`]],
]

for (const [what, pieces] of WAYS) {
  t.test(`${what} is refused once, and the next request of the connection is served`, async (t) => {
    const { connect, count, counted, asked, gate, server } = await refusingPort(t)
    const peer = await connect()
    for (const time of [1, 2]) {
      for (const piece of pieces) await peer.write(piece)
      await until(() => count('overloaded') === time)
    }
    gate.isOpen = true
    await peer.write(requestBytes('{"id":"next"}'))
    const statuses = (await peer.statuses(3)).filter((status) => status !== 100)
    t.same(statuses, [204, 204, 204])
    t.same(
      asked.map(({ body }) => body),
      ['{"id":"next"}'],
      'no body of a refused one is looked at',
    )
    t.same([count('overloaded'), counted(), server.inFlight(), peer.isClosed], [2, 3, 0, false])
  })
}

t.test('the answer does not wait for the body', async (t) => {
  const { connect } = await refusingPort(t)
  const peer = await connect()
  await peer.write(HEAD)
  t.same(await peer.statuses(1), [204])
  t.notMatch(peer.text, /content-length|connection|content-type/i)
})

t.test('requests that follow each other without waiting are refused in order', async (t) => {
  const { connect, count, gate } = await refusingPort(t)
  const peer = await connect()
  const three = Buffer.concat([requestBytes(ASK), requestBytes(ASK), requestBytes(ASK)])
  const middle = Math.floor(three.length / 2)
  await peer.write(three.subarray(0, middle))
  await peer.write(three.subarray(middle))
  t.same(await peer.statuses(3), [204, 204, 204])
  t.equal(count('overloaded'), 3)
  gate.isOpen = true
  await peer.write(requestBytes(ASK))
  t.same((await peer.statuses(4)).length, 4)
})

t.test('a peer that leaves in the middle of a refused body leaves nothing behind', async (t) => {
  const { connect, count, counted, server, bugs, send, gate } = await refusingPort(t)
  const peer = await connect()
  await peer.write(HEAD + ASK.slice(0, 3))
  await peer.statuses(1)
  peer.socket.destroy()
  gate.isOpen = true
  t.equal((await send({}, ASK)).status, 204)
  t.same([count('overloaded'), counted(), server.inFlight(), bugs], [1, 2, 0, []])
})

t.test('a body beyond any limit is passed over when its request was refused', async (t) => {
  const { connect, count, counted, gate } = await refusingPort(t)
  const peer = await connect()
  const long = Buffer.alloc(1_000_000, 0x20)
  await peer.write(requestBytes(long))
  gate.isOpen = true
  await peer.write(requestBytes(ASK))
  t.same(await peer.statuses(2), [204, 204])
  t.same([count('overloaded'), count('body_too_large'), counted()], [1, 0, 2])
})

t.test('notices are taken while every bid request is refused', async (t) => {
  const kinds: string[] = []
  const { send, count } = await refusingPort(t, {
    notices: {
      receive: (kind, _query, answer) => {
        kinds.push(kind)
        answer({ status: 204, location: '' })
      },
    },
  })
  t.equal((await send({}, ASK)).status, 204)
  t.equal((await send({ method: 'GET', path: '/notice/bill?t=x&p=1' })).status, 204)
  t.same([kinds, count('overloaded')], [['bill'], 1])
})
