/**
 * Bytes at the bid port that no good peer writes, or writes in an odd way: bodies in pieces, lengths that lie, requests
 * on top of each other. Every request that begins is counted once, nothing stays in work, and the port goes on.
 */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { openPort, type Reply, requestBytes, until } from './open-port.suite.ts'

const ASK = '{"id":"r","imp":[{"id":"1","tagid":"Grüße"}]}'
const GZIP = { 'content-encoding': 'gzip' }
const SHORT: Reply = { outcome: 'bid', text: '{"id":"r","seatbid":[]}' }

for (const [what, headers, bytes] of [
  ['plain', {}, Buffer.from(ASK)],
  ['packed', GZIP, gzipSync(ASK)],
] as const) {
  t.test(`a ${what} request may be cut in two anywhere`, async (t) => {
    const { connect, asked } = await openPort(t)
    const peer = await connect()
    const request = requestBytes(bytes, headers)
    for (let cut = 1; cut < request.length; cut++) {
      await peer.write(request.subarray(0, cut))
      await peer.write(request.subarray(cut))
      await peer.statuses(cut)
    }
    t.equal(asked.length, request.length - 1)
    t.ok(asked.every(({ body }) => body === ASK))
    t.equal(peer.isClosed, false)
  })

  t.test(`a ${what} request may come byte by byte`, async (t) => {
    const { connect, asked } = await openPort(t)
    const peer = await connect()
    for (const byte of requestBytes(bytes, headers)) await peer.write(Buffer.of(byte))
    t.same(await peer.statuses(1), [204])
    t.same(asked, [{ body: ASK, isGpc: false }])
  })

  t.test(`a ${what} body may come in chunks`, async (t) => {
    const { connect, asked } = await openPort(t)
    const peer = await connect()
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    await peer.write(
      `POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n${lines.join('')}\r\n`,
    )
    for (let at = 0; at < bytes.length; at += 20) {
      const chunk = bytes.subarray(at, at + 20)
      await peer.write(
        Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
      )
    }
    await peer.write('0\r\n\r\n')
    t.same(await peer.statuses(1), [204])
    t.same(asked, [{ body: ASK, isGpc: false }])
  })
}

t.test('two bodies on their way in at once do not mix', async (t) => {
  const { connect, asked } = await openPort(t)
  const peers = [await connect(), await connect()]
  const requests = [requestBytes('{"id":"first"}'), requestBytes('{"id":"other"}')]
  for (let at = 0; at < requests[0].length; at++) {
    for (const [i, peer] of peers.entries()) await peer.write(requests[i].subarray(at, at + 1))
  }
  for (const peer of peers) t.same(await peer.statuses(1), [204])
  t.same(
    asked.map(({ body }) => body),
    ['{"id":"first"}', '{"id":"other"}'],
  )
})

t.test('chunks beyond the limit are refused, and the connection is closed', async (t) => {
  const { connect, count, server } = await openPort(t, { bodyBytesMax: 1024 })
  const peer = await connect()
  await peer.write('POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n')
  while (!peer.isClosed && peer.text === '') await peer.write(`100\r\n${' '.repeat(256)}\r\n`)
  t.same(await peer.statuses(1), [400])
  t.match(peer.text, /connection: close/i)
  await until(() => peer.isClosed)
  t.equal(count('body_too_large'), 1)
  t.equal(server.inFlight(), 0)
})

t.test('chunks beyond the limit that come all at once are answered once', async (t) => {
  const { connect, send, count, counted, server, bugs } = await openPort(t, { bodyBytesMax: 1024 })
  const peer = await connect()
  const chunks = `100\r\n${' '.repeat(256)}\r\n`.repeat(20)
  await peer.write(
    `POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
  )
  t.same(await peer.statuses(1), [400])
  await until(() => peer.isClosed)
  t.same([count('body_too_large'), counted(), server.inFlight()], [1, 1, 0])
  t.same(bugs, [])
  t.equal((await send({}, ASK)).status, 204)
})

t.test('chunks whose lengths are no numbers end the connection, and are counted as cut short', async (t) => {
  const { connect, send, count, server } = await openPort(t)
  const peer = await connect()
  await peer.write(
    'POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"id"\r\n',
  )
  await peer.write('zz\r\nhello\r\n')
  await until(() => peer.isClosed)
  t.equal(count('body_cut_short'), 1)
  t.equal(server.inFlight(), 0)
  t.equal((await send({}, ASK)).status, 204)
})

t.test('a request without a length has an empty body', async (t) => {
  const { connect, asked } = await openPort(t)
  const peer = await connect()
  await peer.write('POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\n\r\n')
  t.same(await peer.statuses(1), [204])
  t.same(asked, [{ body: '', isGpc: false }])
})

for (const [what, bytes] of [
  ['only headers', ''],
  ['half a body', ASK.slice(0, 10)],
] as const) {
  t.test(`a length that promises more than comes, with ${what}, is counted as cut short`, async (t) => {
    const { connect, send, asked, count, server } = await openPort(t)
    const peer = await connect()
    await peer.write(`POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n${bytes}`)
    await until(() => server.inFlight() === 1)
    peer.socket.end()
    await until(() => server.inFlight() === 0)
    t.equal(count('body_cut_short'), 1)
    t.same(asked, [])
    t.equal(peer.text, '')
    t.equal((await send({}, ASK)).status, 204)
  })
}

t.test('headers cut short are no request', async (t) => {
  const { connect, send, counted } = await openPort(t)
  const peer = await connect()
  await peer.write('POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ncontent-le')
  peer.socket.end()
  await until(() => peer.isClosed)
  t.equal(counted(), 0)
  t.equal((await send({}, ASK)).status, 204)
})

t.test('a length that promises less than comes ends the body, and the rest harms nobody', async (t) => {
  const { connect, send, asked, counted, server } = await openPort(t)
  const peer = await connect()
  await peer.write(
    Buffer.concat([
      requestBytes(ASK, { 'content-length': '10' }),
      Buffer.from('\r\n\r\n'),
      requestBytes(ASK),
    ]),
  )
  await peer.statuses(1)
  peer.socket.destroy()
  await until(() => server.inFlight() === 0)
  t.equal(asked[0].body, ASK.slice(0, 10))
  t.equal(counted(), asked.length)
  t.equal((await send({}, ASK)).status, 204)
})

t.test('two lengths, and a length beside chunks, are not taken for a way to hide a request', async (t) => {
  const { connect, send, asked } = await openPort(t)
  for (const headers of [
    'content-length: 6\r\ntransfer-encoding: chunked\r\n',
    'transfer-encoding: chunked\r\ncontent-length: 6\r\n',
    'content-length: -1\r\n',
    'content-length: 1e3\r\n',
    'content-length: 99999999999999999999\r\n',
  ]) {
    const peer = await connect()
    await peer.write(
      `POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\n${headers}\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    )
    peer.socket.end()
    await until(() => peer.isClosed)
    t.notMatch(peer.text, / 200 OK/, headers)
  }
  t.same(asked, [])
  t.equal((await send({}, ASK)).status, 204)
})

t.test('requests that follow each other without waiting are answered in order', async (t) => {
  const { connect } = await openPort(t, {
    reply: (body) => ({ outcome: 'bid', text: `<${body}>` }),
  })
  const peer = await connect()
  await peer.write(Buffer.concat(['a', 'b', 'c'].map((body) => requestBytes(body))))
  t.same(await peer.statuses(3), [200, 200, 200])
  t.same(peer.text.match(/<.>/g), ['<a>', '<b>', '<c>'])
})

t.test('a request that follows while a bid is in work ends the connection and its bid', async (t) => {
  const gate = Promise.withResolvers<Reply>()
  const { connect, send, count, counted, server, bugs } = await openPort(t, {
    reply: (body) => (body === 'slow' ? gate.promise : SHORT),
  })
  const peer = await connect()
  await peer.write(Buffer.concat([requestBytes('slow'), requestBytes('next')]))
  await until(() => peer.isClosed)
  gate.resolve(SHORT)
  await until(() => server.inFlight() === 0)
  t.same([count('aborted'), counted()], [1, 1])
  t.same(bugs, [])
  t.equal((await send({}, 'fine')).status, 200)
})

t.test('whatever bytes come, the next request is served and nothing stays in work', async (t) => {
  const { connect, send, server, bugs } = await openPort(t)
  const whole = requestBytes(gzipSync(ASK), GZIP)
  const mangled = fc
    .tuple(fc.nat(whole.length), fc.uint8Array({ maxLength: 60, size: 'max' }), fc.nat(whole.length))
    .map(([from, bytes, to]) => Buffer.concat([whole.subarray(0, from), bytes, whole.subarray(to)]))
  await fc.assert(
    fc.asyncProperty(fc.oneof(mangled, fc.uint8Array({ maxLength: 300, size: 'max' })), async (bytes) => {
      const peer = await connect()
      await peer.write(bytes)
      peer.socket.destroy()
      await until(() => server.inFlight() === 0)
      return (await send({}, ASK)).status === 204
    }),
    { numRuns: 300 },
  )
  t.same(bugs, [])
})
