/**
 * Runs against servers in this process. Machines under test are no place to measure, so nothing here asserts that something
 * was fast: only counts, and times that cannot be shorter than what the server made them.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import t, { type Test } from 'tap'
import { type LoadOptions, runLoad } from './load.ts'
import { constantPlan, ratePlan } from './plan.ts'
import type { LoadReport } from './report.ts'

type Answer = (response: ServerResponse, request: { number: number; body: string; socket: Socket }) => void

type Constant = { readonly rate?: number; readonly durationMs?: number }
type OnInterval = Parameters<typeof runLoad>[1]

/** Serves what `answer` says; gives a function that runs the load against it. */
async function target(
  t: Test,
  answer: Answer,
  accept: (socket: Socket, number: number) => void = () => {},
): Promise<(options: Partial<LoadOptions> & Constant, onInterval?: OnInterval) => Promise<LoadReport>> {
  let number = 0
  let connections = 0
  const server = createServer((request: IncomingMessage, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (text: string) => (body += text))
    request.on('end', () => answer(response, { number: number++, body, socket: request.socket }))
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => accept(socket, connections++))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const usual = { host: '127.0.0.1', port, requests: [{ path: '/bid', body: Buffer.from('{}') }], seed: 1 }
  // Long, so that a stalled machine makes no errors; tests of the timeout set their own.
  return ({ rate = 400, durationMs = 500, ...options }, onInterval) =>
    runLoad(
      {
        ...{ ...usual, connections: 8, timeoutMs: 20_000 },
        ...{ pace: constantPlan(rate, durationMs / 1000), ...options },
      },
      onInterval,
    )
}

const nineRequests = () =>
  Array.from({ length: 9 }, (_, index) => ({ path: '/bid', body: Buffer.from(`{"id":"${index}"}`) }))

const noBid: Answer = (response) => response.writeHead(204).end()

t.test('every planned request is sent once and its answer counted', async (t) => {
  const run = await target(t, (response, { number }) => {
    if (number % 4 === 0) response.writeHead(200, { 'content-length': 10 }).end('0123456789')
    else response.writeHead(204).end()
  })
  const report = await run({})
  t.match(report, {
    mode: 'open',
    planned: 200,
    sent: 200,
    answered: 200,
    unsent: 0,
    ratePlanned: 400,
    reconnects: 0,
  })
  t.same(report.statuses, { 200: 50, 204: 150 })
  t.equal(report.bodyBytes, 500)
  t.same(report.errors, { reset: 0, timeout: 0, protocol: 0 })
  t.same([report.latencyUs.count, report.serviceUs.count, report.generator.latenessUs.count], [200, 200, 200])
  t.ok(report.seconds >= 0.4975, 'the last request is not sent before its time')
  t.ok(report.generator.cpuShare > 0)
})

t.test('a slow plan sleeps between its requests and keeps to it', async (t) => {
  const run = await target(t, noBid)
  const report = await run({ rate: 20, durationMs: 300 })
  t.match(report, { planned: 6, sent: 6, answered: 6 })
  t.ok(report.seconds >= 0.25, 'the sixth is planned at 250 ms')
})

t.test('sending does not wait for answers', async (t) => {
  let inFlight = 0
  let most = 0
  const run = await target(t, (response) => {
    most = Math.max(most, ++inFlight)
    setTimeout(() => {
      inFlight--
      response.writeHead(204).end()
    }, 100)
  })
  const report = await run({ rate: 200, connections: 64 })
  t.equal(report.answered, 100)
  t.ok(most >= 10, `${most} at a time: 100 ms of 200 a second are 20`)
  t.ok(report.latencyUs.p50 >= 99_000, 'timers are a millisecond coarse')
})

/**
 * Coordinated omission. The server answers at once, but one time it stands still for 300 ms. With four connections only
 * four requests are sent into the stall, 0.5 % of 750: a closed loop would not see it in its p99. But 150 requests, one
 * in five, were planned during it, and their clients wait.
 */
t.test('a stall is felt by all requests planned during it', async (t) => {
  const held: ServerResponse[] = []
  let isStalled = false
  const run = await target(t, (response, { number }) => {
    if (number === 100) {
      isStalled = true
      setTimeout(() => {
        isStalled = false
        for (const one of held) one.writeHead(204).end()
      }, 300)
    }
    if (isStalled) held.push(response)
    else response.writeHead(204).end()
  })
  const { latencyUs, serviceUs, ...report } = await run({ rate: 500, durationMs: 1500, connections: 4 })
  t.match(report, { planned: 750, answered: 750, unsent: 0 })
  t.equal(held.length, 4, 'no more requests were under way than there are connections')
  t.ok(report.held >= 100, `${report.held} waited for a connection`)
  t.ok(latencyUs.max >= 299_000, `max ${latencyUs.max}`)
  t.ok(latencyUs.p99 >= 250_000, `p99 ${latencyUs.p99}: the 7 worst of 150 were planned in its first 15 ms`)
  t.ok(latencyUs.p90 >= 100_000, `p90 ${latencyUs.p90}: half of the 150 were planned in its first half`)
  t.ok(serviceUs.p90 < latencyUs.p90, 'which the time from the actual send does not show')
})

t.test('a request without an answer times out, and its connection is replaced', async (t) => {
  const sockets = new Set<Socket>()
  const run = await target(t, (response, { number, socket }) => {
    sockets.add(socket)
    if (number !== 3) response.writeHead(204).end()
  })
  const report = await run({ rate: 50, durationMs: 400, connections: 1, timeoutMs: 200 })
  t.match(report, { planned: 20, sent: 20, answered: 19, unsent: 0, reconnects: 1 })
  t.same(report.errors, { reset: 0, timeout: 1, protocol: 0 })
  t.same(report.errorExamples, ['timeout: no answer within 200 ms'])
  t.equal(sockets.size, 2)
  t.equal(report.latencyUs.count, 20, 'what timed out is in the latency')
  t.ok(report.latencyUs.max >= 200_000)
})

t.test('resets are counted, and the run goes on', async (t) => {
  const run = await target(t, (response, { number, socket }) => {
    if (number % 10 === 9) socket.resetAndDestroy()
    else response.writeHead(204).end()
  })
  const report = await run({})
  t.match(report, { planned: 200, sent: 200, answered: 180, unsent: 0, reconnects: 20 })
  t.same(report.errors, { reset: 20, timeout: 0, protocol: 0 })
  t.match(report.errorExamples, [/^reset: /])
})

t.test('a chunked answer is an error that says so', async (t) => {
  const run = await target(t, (response) => {
    response.write('no length given')
    response.end()
  })
  const report = await run({ rate: 20, durationMs: 200 })
  t.match(report, { planned: 4, answered: 0, errors: { protocol: 4 }, voidReason: /nothing was answered/ })
  t.match(report.errorExamples[0], /chunked/)
})

t.test('a server that closes after each answer costs connections, not errors', async (t) => {
  const run = await target(t, (response) => response.writeHead(204, { connection: 'close' }).end())
  const report = await run({ rate: 100, connections: 2 })
  t.match(report, { planned: 50, answered: 50, unsent: 0 })
  t.same(report.errors, { reset: 0, timeout: 0, protocol: 0 })
  t.ok(report.reconnects >= 48, 'all but the last ones were opened again')
})

t.test('a server that ends idle connections costs connections, not errors', async (t) => {
  const run = await target(t, (response, { socket }) => {
    response.writeHead(204).end(() => setImmediate(() => socket.end()))
  })
  // Eight connections take turns, so each has been idle for 200 ms when its next turn comes.
  const report = await run({ rate: 40, connections: 8 })
  t.match(report, { planned: 20, answered: 20, unsent: 0 })
  t.same(report.errorExamples, [])
  t.same(report.errors, { reset: 0, timeout: 0, protocol: 0 })
  t.ok(report.reconnects >= 12, `${report.reconnects}: all that were due for another turn`)
})

t.test('a connection lost before its first request is replaced', async (t) => {
  const run = await target(t, noBid, (socket, number) => {
    if (number < 3) socket.destroy()
  })
  const report = await run({ rate: 20, connections: 4 })
  t.match(report, { planned: 10, sent: 10, unsent: 0, reconnects: 3 })
  // The first request may already be under way when its connection is seen to be gone.
  t.ok(report.answered >= 7, `${report.answered} of 10`)
  t.equal(report.answered + report.errors.reset, 10)
})

t.test('what could not be sent in time is counted and stands in the latency', async (t) => {
  const run = await target(t, () => {})
  const report = await run({ rate: 100, durationMs: 300, connections: 1, timeoutMs: 150 })
  t.equal(report.planned, 30)
  t.ok(report.unsent >= 20, `${report.unsent}: one connection can wait for few within 450 ms`)
  t.equal(report.sent + report.unsent, 30)
  t.equal(report.errors.timeout, report.sent)
  t.equal(report.latencyUs.count, 30)
  t.ok(report.rateAchieved < 100)
})

t.test('the closed loop sends when it has its answer, on every connection', async (t) => {
  let inFlight = 0
  let most = 0
  const run = await target(t, (response) => {
    most = Math.max(most, ++inFlight)
    setTimeout(() => {
      inFlight--
      response.writeHead(204).end()
    }, 50)
  })
  const report = await run({ pace: { kind: 'closed', durationNs: 4e8 }, connections: 5 })
  t.match(report, { mode: 'closed', ratePlanned: null, unsent: 0, voidReason: null })
  t.equal(most, 5)
  t.ok(report.answered > 5, 'connections send more than once')
  t.same([report.planned, report.answered], [report.sent, report.sent])
  t.equal(report.generator.latenessUs.count, 0)
})

t.test('the seed decides the order of the bodies', async (t) => {
  const requests = nineRequests()
  let seen: string[] = []
  const run = await target(t, (response, { body }) => {
    seen.push(body)
    response.writeHead(204).end()
  })
  const orderOf = async (seed: number) => {
    seen = []
    await run({ requests, seed, connections: 1, rate: 200, durationMs: 300 })
    return seen.join()
  }
  const first = await orderOf(1)
  t.equal(await orderOf(1), first)
  t.not(await orderOf(2), first)
  t.equal(new Set(first.split(',')).size, 9, 'all of them are sent')
})

t.test(
  'threads share plan and connections, and which request comes when is the same for any number of them',
  async (t) => {
    const sockets = new Set<Socket>()
    let seen: string[] = []
    const run = await target(t, (response, { body, socket }) => {
      sockets.add(socket)
      seen.push(body)
      if (seen.length % 2 === 0) response.writeHead(204).end()
      else response.writeHead(200, { 'content-length': 15 }).end('{"seatbid":[0]}')
    })
    const sentBy = async (threads: number) => {
      seen = []
      const report = await run({ requests: nineRequests(), threads, seed: 5, rate: 200, connections: 5 })
      t.match(report, { threads, planned: 100, sent: 100, answered: 100, unsent: 0, bids: 0, noBids: 100 })
      t.same(report.statuses, { 200: 50, 204: 50 })
      t.same([report.latencyUs.count, report.generator.latenessUs.count], [100, 100])
      return seen.toSorted()
    }
    const one = await sentBy(1)
    t.equal(sockets.size, 5)
    t.same(await sentBy(3), one)
    t.equal(sockets.size, 10, 'five connections, no more, for three threads')
  },
)

t.test(
  'a plan with more than one rate is kept, and each interval tells what was planned and sent in it',
  async (t) => {
    const run = await target(t, (response, { number }) => {
      if (number % 2 === 0) response.writeHead(204).end()
      else response.writeHead(200, { 'content-length': 7 }).end('{"bid"}')
    })
    const pace = ratePlan([
      { from: 100, to: 100, seconds: 0.3 },
      { from: 400, to: 400, seconds: 0.2 },
    ])
    const told: number[] = []
    const report = await run({ pace, threads: 2 }, ({ planned }) => told.push(planned!))
    t.match(report, { planned: 110, sent: 110, ratePlanned: 220, bids: 55, noBids: 55 })
    t.same(
      report.timeline.slice(0, 5).map(({ planned }) => planned),
      [10, 10, 10, 40, 40],
    )
    for (const count of ['sent', 'answered', 'bids', 'noBids'] as const) {
      t.equal(
        report.timeline.reduce((sum, interval) => sum + interval[count], 0),
        report[count],
        count,
      )
    }
    t.equal(
      report.timeline.reduce((sum, { latencyUs }) => sum + latencyUs.count, 0),
      110,
    )
    t.same(
      told,
      report.timeline.slice(0, told.length).map(({ planned }) => planned),
      'in order',
    )
    t.ok(told.length >= 4, 'and while the run goes on')
    const { quantiles, latencyUs } = report.curve
    t.equal(quantiles[0], 0)
    t.ok(
      latencyUs.every((us, i) => i === 0 || us >= latencyUs[i - 1]),
      'the curve never falls',
    )
    t.ok(latencyUs.at(-1)! <= report.latencyUs.max)
  },
)

t.test('connections take turns', async (t) => {
  const counts = new Map<Socket, number>()
  const run = await target(t, (response, { socket }) => {
    counts.set(socket, (counts.get(socket) ?? 0) + 1)
    response.writeHead(204).end()
  })
  await run({ rate: 100, durationMs: 400, connections: 4 })
  t.equal(counts.size, 4)
  t.equal(Math.max(...counts.values()) < 40, true, 'none has them all')
})

t.test('a run whose own lateness is above its limit is void', async (t) => {
  const run = await target(t, noBid)
  // No loop turn is that fast.
  t.match((await run({ latenessP99MaxUs: -1 })).voidReason, /woke late: .* limit -1 us/)
})

t.test('options that make no sense and targets that are not there are refused', async (t) => {
  const run = await target(t, noBid)
  await t.rejects(run({ requests: [] }), /give at least one/)
  await t.rejects(run({ pace: { kind: 'closed', durationNs: 0 } }), /duration must be/)
  await t.rejects(run({ pace: { kind: 'closed', durationNs: Infinity } }), /duration must be/)
  await t.rejects(run({ connections: 0 }), /connections must be/)
  await t.rejects(run({ connections: 3, threads: 4 }), /at least one a thread/)
  await t.rejects(run({ threads: 0 }), /threads must be/)
  await t.rejects(run({ connections: 1.5 }), /connections must be/)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  await t.rejects(run({ port }), new RegExp(`cannot connect to 127.0.0.1:${port} .ECONNREFUSED.`))
})
