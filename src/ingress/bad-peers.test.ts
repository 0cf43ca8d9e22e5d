/**
 * Many peers at once that say nothing, dribble, or write byte by byte: the others get their answers meanwhile, and when
 * the bad ones are gone nothing of them is left. How the others' latency fares is measured in `bench/end-to-end/hostile.ts`.
 */
import { readdirSync } from 'node:fs'
import t from 'tap'
import { openPort, type Peer, requestBytes, until } from './open-port.suite.ts'

const ASK = '{"id":"r","imp":[{"id":"1"}]}'
const HEADERS = 'POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\n'
const HALF_BODY = `${HEADERS}content-length: 100\r\n\r\n{"id":`
const IDLE = 300
const EACH = 40

/** Files and sockets that this process has open; where the system does not tell, nothing is counted. */
const openFiles = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0)

t.test('good peers are served beside many bad ones, of whom nothing is left', async (t) => {
  const { connect, send, asked, counted, count, server, bugs } = await openPort(t, { inFlightMax: 1000 })
  await send({}, ASK)
  const before = openFiles()
  const some = (peers: number): Promise<Peer[]> => Promise.all(Array.from({ length: peers }, () => connect()))
  const silent = await some(IDLE)
  const dribblers = await some(EACH)
  const halves = await some(EACH)
  const spellers = await some(EACH)
  for (const peer of dribblers) peer.socket.write(HEADERS)
  for (const peer of halves) peer.socket.write(HALF_BODY)
  await until(() => server.inFlight() === EACH)
  for (const byte of requestBytes(ASK)) {
    for (const peer of spellers) peer.socket.write(Buffer.of(byte))
    for (const peer of dribblers) peer.socket.write('x')
    const { status, isReused } = await send({}, ASK)
    if (status !== 204 || !isReused) t.fail(`a good peer got ${status}`)
  }
  for (const peer of spellers) t.same(await peer.statuses(1), [204])
  t.ok(asked.every(({ body }) => body === ASK))
  t.equal(server.inFlight(), EACH, 'a half body waits, the others do not')
  for (const peer of [...silent, ...dribblers, ...halves, ...spellers]) peer.socket.destroy()
  await until(() => server.inFlight() === 0 && openFiles() <= before)
  t.equal(count('body_cut_short'), EACH)
  t.equal(counted(), asked.length + EACH)
  t.same(bugs, [])
})

t.test('who connects and says nothing whole is let go of by itself', async (t) => {
  const { connect, count, server, send } = await openPort(t)
  const [silent, dribbler, half, vanished] = [
    await connect(),
    await connect(),
    await connect(),
    await connect(),
  ]
  await dribbler.write(HEADERS)
  const dribble = setInterval(() => dribbler.socket.write('x'), 100)
  t.teardown(() => clearInterval(dribble))
  await half.write(HALF_BODY)
  await vanished.write(requestBytes(ASK))
  await vanished.statuses(1)
  // uWebSockets.js takes some ten seconds for it: see `server.ts`.
  for (const peer of [silent, dribbler, half, vanished]) await until(() => peer.isClosed)
  t.equal(count('body_cut_short'), 1)
  t.equal(server.inFlight(), 0)
  t.equal((await send({}, ASK)).status, 204)
})
