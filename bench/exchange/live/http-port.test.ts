/** The deadline of an answer: it is the bidder's time, not that of waiting for a connection. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { HttpPort } from './http-port.ts'

const TIMEOUT_MS = 1000

/** A port with one connection to a server that answers after so long, or never. */
async function portTo(test: { teardown(done: () => void): void }, afterMs: number) {
  const server = createServer((_, response) => {
    if (afterMs < Number.POSITIVE_INFINITY) setTimeout(() => response.end('late'), afterMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = new HttpPort(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), 1)
  test.teardown(() => {
    port.close()
    server.closeAllConnections()
    server.close()
  })
  return port
}

t.test('who waits for a connection has its whole time ahead', async (t) => {
  const port = await portTo(t, 0.6 * TIMEOUT_MS)
  const ask = { method: 'GET', path: '/', timeoutMs: TIMEOUT_MS } as const
  const answers = await Promise.all([port.ask(ask), port.ask(ask)])
  t.strictSame(
    answers.map(({ status, fault }) => [status, fault]),
    [
      [200, ''],
      [200, ''],
    ],
  )
})

t.test('a server that never answers is given up', async (t) => {
  const port = await portTo(t, Number.POSITIVE_INFINITY)
  const { status, fault } = await port.ask({ method: 'GET', path: '/', timeoutMs: 50 })
  t.strictSame([status, fault], [0, 'no answer in 50 ms'])
})
