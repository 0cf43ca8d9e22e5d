import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { Connection, type Loss, type Owner, type Target } from './connection.ts'
import { requestAt, requestsOf } from './requests.ts'

const BODY = Buffer.from('{"id":"é"}')

/** What happened on a connection, in order; `next` waits for the next event. */
class Log implements Owner {
  readonly events: string[] = []
  losses: Loss[] = []
  #wake: () => void = () => {}

  onAnswer(connection: Connection): void {
    this.#add(
      `${connection.reader.status} ${connection.reader.bodyBytes} ${connection.isOpen ? 'open' : 'closed'}`,
    )
  }

  onLost(_: Connection, loss: Loss): void {
    this.losses.push(loss)
    this.#add(`lost ${loss.cause} ${loss.wasBusy ? 'busy' : 'idle'}`)
  }

  async until(count: number): Promise<string[]> {
    while (this.events.length < count) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.events
  }

  #add(event: string): void {
    this.events.push(event)
    this.#wake()
  }
}

async function listen(t: Test, server: Server): Promise<Target> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

/** A raw server: `answer` gets the socket when a whole request has come. */
async function rawServer(t: Test, answer: (socket: Socket, number: number) => void): Promise<Target> {
  let number = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true).on('error', () => {})
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      if (!text.endsWith(BODY.toString('latin1'))) return
      text = ''
      answer(socket, number++)
    })
  })
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
  })
  return listen(t, server)
}

async function open(
  t: Test,
  target: Target,
): Promise<{ log: Log; connection: Connection; request: Uint8Array }> {
  const log = new Log()
  const connection = await Connection.open(target, log)
  t.teardown(() => connection.close())
  const requests = requestsOf(target, 'application/json', [{ path: '/bid', body: BODY }])
  return { log, connection, request: requestAt(requests, 0) }
}

t.test('a strict server reads the request whole and in its parts', async (t) => {
  const seen: unknown[] = []
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = []
    request
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', () => {
        seen.push([request.method, request.url, request.headers, Buffer.concat(chunks).toString()])
        response.writeHead(204).end()
      })
  })
  const target = await listen(t, server)
  const { log, connection, request } = await open(t, target)
  connection.send(request, 0, 0)
  await log.until(1)
  connection.send(request, 0, 0)
  t.same(await log.until(2), ['204 0 open', '204 0 open'], 'twice on one connection')
  const headers = {
    host: `127.0.0.1:${target.port}`,
    'content-type': 'application/json',
    'x-openrtb-version': '2.6',
    'content-length': '11',
  }
  t.same(seen, Array(2).fill(['POST', '/bid', headers, '{"id":"é"}']))
})

t.test('an answer sent byte by byte is one answer', async (t) => {
  const text = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
  const target = await rawServer(t, async (socket) => {
    for (const byte of text) {
      socket.write(byte)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
  const { log, connection, request } = await open(t, target)
  for (let count = 1; count <= 3; count++) {
    connection.send(request, 0, 0)
    t.equal((await log.until(count)).at(-1), '200 5 open')
    t.equal(log.events.length, count)
  }
})

t.test('a large answer comes in many reads and counts its bytes', async (t) => {
  const target = await rawServer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n')
    socket.write(Buffer.alloc(1000000, 'x'))
  })
  const { log, connection, request } = await open(t, target)
  connection.send(request, 0, 0)
  t.same(await log.until(1), ['200 1000000 open'])
})

t.test('connections do not mix up their answers', async (t) => {
  const target = await rawServer(t, (socket, number) => {
    // Half an answer now, the other half when all have asked.
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${10 + number}\r\n`)
    setImmediate(() => socket.write(`\r\n${'x'.repeat(10 + number)}`))
  })
  const opened = await Promise.all(Array.from({ length: 5 }, () => open(t, target)))
  for (const { connection, request } of opened) connection.send(request, 0, 0)
  const lengths = await Promise.all(opened.map(async ({ log }) => (await log.until(1))[0]))
  t.same(lengths.sort(), ['200 10 open', '200 11 open', '200 12 open', '200 13 open', '200 14 open'])
})

t.test('a reset loses the request in flight', async (t) => {
  const target = await rawServer(t, (socket) => socket.resetAndDestroy())
  const { log, connection, request } = await open(t, target)
  connection.send(request, 0, 0)
  t.same(await log.until(1), ['lost reset busy'])
  t.match(log.losses[0].message, /ECONNRESET/)
  t.equal(connection.isOpen, false)
})

t.test('a server that ends in the middle of its answer loses the request', async (t) => {
  const target = await rawServer(t, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel'))
  const { log, connection, request } = await open(t, target)
  connection.send(request, 0, 0)
  t.same(await log.until(1), ['lost reset busy'])
  t.match(log.losses[0].message, /before its answer was complete/)
})

t.test('a server that ends an idle connection loses nothing', async (t) => {
  const target = await rawServer(t, (socket) => {
    socket.write('HTTP/1.1 204 x\r\n\r\n')
    setImmediate(() => socket.end())
  })
  const { log, connection, request } = await open(t, target)
  connection.send(request, 0, 0)
  t.same(await log.until(2), ['204 0 open', 'lost closed idle'])
})

t.test('connection: close is an answer on a connection that is then gone', async (t) => {
  const target = await rawServer(t, (socket) => socket.end('HTTP/1.1 204 x\r\nConnection: close\r\n\r\n'))
  const { log, connection, request } = await open(t, target)
  connection.send(request, 0, 0)
  t.same(await log.until(2), ['204 0 closed', 'lost closed idle'])
  t.throws(() => connection.send(request, 0, 0), /one request at a time/)
})

t.test('answers that break the protocol lose the connection with the reason', async (t) => {
  const rows: [text: string, event: string, message: RegExp][] = [
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'lost protocol busy', /chunked/],
    ['HTTP/1.1 204 x\r\n\r\nmore', 'lost protocol busy', /more bytes/],
    ['220 mail server ready\r\n', 'lost protocol busy', /not an HTTP/],
  ]
  for (const [text, event, message] of rows) {
    const target = await rawServer(t, (socket) => socket.write(text))
    const { log, connection, request } = await open(t, target)
    connection.send(request, 0, 0)
    t.same(await log.until(1), [event], text)
    t.match(log.losses[0].message, message)
  }
})

t.test('bytes that nobody asked for lose an idle connection', async (t) => {
  let served: Socket | undefined
  const target = await rawServer(t, (socket) => {
    served = socket
    socket.write('HTTP/1.1 204 x\r\n\r\n')
  })
  const { log, connection, request } = await open(t, target)
  connection.send(request, 0, 0)
  await log.until(1)
  served!.write('HTTP/1.1 204 x\r\n\r\n')
  t.same(await log.until(2), ['204 0 open', 'lost protocol idle'])
})

t.test('a request that is given up is lost once', async (t) => {
  const target = await rawServer(t, () => {})
  const { log, connection, request } = await open(t, target)
  connection.send(request, 0, 0)
  connection.abandon('too long')
  connection.abandon('too long')
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.same(log.events, ['lost timeout busy'], 'the closing socket says nothing more')
})

t.test('one request at a time', async (t) => {
  const target = await rawServer(t, () => {})
  const { connection, request } = await open(t, target)
  connection.send(request, 0, 0)
  t.throws(() => connection.send(request, 0, 0), /one request at a time/)
})

t.test('a port where nothing listens rejects with the cause', async (t) => {
  const server = createServer()
  const target = await listen(t, server)
  await new Promise((resolve) => server.close(resolve))
  await t.rejects(Connection.open(target, new Log()), { code: 'ECONNREFUSED' })
})
