import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { flags } from './flags.ts'
import type { LoadReport } from './report.ts'

const cli = join(import.meta.dirname, 'cli.ts')

/** Runs the command as a process of its own. */
async function load(...args: string[]): Promise<{ status: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', cli, ...args])
  let out = ''
  let err = ''
  child.stdout.on('data', (text) => (out += text))
  child.stderr.on('data', (text) => (err += text))
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })))
}

/** A server that has no bid; gives its URL and what it was asked. */
async function serve(t: Test): Promise<{ url: string; seen: { path: string; body: string }[] }> {
  const seen: { path: string; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (text) => (body += text))
    request.on('end', () => {
      seen.push({ path: request.url!, body })
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/openrtb2/bid?x=1`, seen }
}

/** A machine that stands still for a minute would void a run; these are not about lateness, nor about the sample. */
const patient = ['--lateness-max', '60000000', '--sample', '0']

t.test('it sends made requests and prints a report as JSON', async (t) => {
  const { url, seen } = await serve(t)
  const args = [
    '--rate',
    '200',
    '--duration',
    '0.5',
    '--connections',
    '4',
    '--seed',
    '7',
    '--json',
    ...patient,
  ]
  const { status, out, err } = await load('--url', url, ...args)
  t.equal(err, '')
  t.equal(status, 0)
  const want = {
    mode: 'open',
    planned: 100,
    answered: 100,
    connections: 4,
    seed: 7,
    statuses: { 204: 100 },
    voidReason: null,
  }
  t.match(JSON.parse(out) as LoadReport, want)
  t.equal(seen.length, 100)
  t.equal(seen[0].path, '/openrtb2/bid?x=1')
  t.ok(JSON.parse(seen[0].body).imp.length >= 1)
})

t.test('it sends the requests of a file and prints a table', async (t) => {
  const { url, seen } = await serve(t)
  const file = join(t.testdir({ 'one.json': '{"id":"mine"}' }), 'one.json')
  const { status, out } = await load(
    '--url',
    url,
    '--requests',
    file,
    '--rate',
    '50',
    '--duration',
    '0.2',
    ...patient,
  )
  t.equal(status, 0)
  t.match(out, /204 x 10/)
  t.match(out, /^latency +\d+/m)
  t.same(new Set(seen.map(({ body }) => body)), new Set(['{"id":"mine"}']))
})

t.test('--closed runs without a rate', async (t) => {
  const { url } = await serve(t)
  const { status, out } = await load(
    '--url',
    url,
    '--closed',
    '--duration',
    '0.2',
    '--connections',
    '2',
    '--json',
  )
  t.equal(status, 0)
  t.match(JSON.parse(out), { mode: 'closed', ratePlanned: null })
})

t.test('a void run exits with 2 and still prints what it saw', async (t) => {
  const { url } = await serve(t)
  const { status, out } = await load(
    '--url',
    url,
    '--rate',
    '500',
    '--duration',
    '0.4',
    '--lateness-max',
    '0',
  )
  t.equal(status, 2)
  t.match(out, /204 x 200/)
  t.match(out, /VOID: the generator woke late/)
})

t.test('--help prints every flag', async (t) => {
  const { status, out } = await load('--help')
  t.equal(status, 0)
  for (const flag of Object.keys(flags)) t.match(out, ` --${flag}`)
})

t.test('what cannot be run says what to do and exits with 1', async (t) => {
  const { url } = await serve(t)
  const rows: [args: string[], message: RegExp][] = [
    [[], /--url is missing, such as --url http/],
    [['--url', url, '--requests', 'no-such-file.json'], /ENOENT.*no-such-file.json/],
    [['--url', url, '--speedy', '9'], /--speedy/],
    [
      ['--url', 'http://127.0.0.1:1/', '--duration', '1'],
      /cannot connect to 127.0.0.1:1 .*is the target running/,
    ],
  ]
  for (const [args, message] of rows) {
    const { status, err, out } = await load(...args)
    t.equal(status, 1, args.join(' '))
    t.match(err, message)
    t.equal(out, '')
  }
})

t.test('an answer that breaks a rule is told, and ends the run with status 3', async (t) => {
  const answer = JSON.stringify({
    id: 'another',
    seatbid: [{ bid: [{ id: '1', impid: 'none', price: -1 }] }],
  })
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-length': answer.length }).end(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const args = ['--url', url, '--rate', '50', '--duration', '0.3', '--connections', '2', ...patient]
  const { status, out } = await load(...args, '--sample', '2')
  t.equal(status, 3)
  t.match(out, /sample +2 answers checked, 2 with bids/)
  t.match(out, /price\.positive \/seatbid\/0\/bid\/0\/price/)
  t.equal((await load(...args, '--sample', '0')).status, 0, 'without a sample nobody looks')
})

t.test('rates may change, exchanges are drawn, and the report tells what was sent', async (t) => {
  const { url, seen } = await serve(t)
  const page = join(t.testdir(), 'page.html')
  const plan = ['--steps', '100:0.2,300:0.1', '--exchanges', 'alpha=3,beta=1', '--threads', '2']
  const { status, out } = await load('--url', url, ...plan, '--json', '--html', page, ...patient)
  t.equal(status, 0)
  const report = JSON.parse(out)
  t.match(report, { plan: '100 a second for 0.2 s, then 300 a second for 0.1 s', answered: 50, noBids: 50 })
  t.same([...new Set(seen.map(({ path }) => path))].sort(), [
    '/openrtb2/bid/alpha?x=1',
    '/openrtb2/bid/beta?x=1',
  ])
  t.match(report.traffic, { source: 'made with seed 1', requests: 2000 })
  t.ok(Math.abs(report.traffic.shares.exchange.alpha - 0.75) < 0.05)
  t.match(readFileSync(page, 'utf8'), /50 .*never sent.*Traffic/s)
})

t.test('--describe-traffic tells of made requests and of those of a file, and sends none', async (t) => {
  const made = await load('--describe-traffic', '--seed', '3')
  t.equal(made.status, 0)
  for (const text of [/made with seed 3/, /% banner/, /% site/, /% USA/, /bytes in the median/])
    t.match(made.out, text)
  const file = join(t.testdir({ 'some.json': '[{"imp":[{"native":{}}]},{"imp":7},5]' }), 'some.json')
  const read = JSON.parse((await load('--describe-traffic', '--requests', file, '--json')).out)
  t.match(read, { requests: 3, shares: { imp: { native: 1 }, form: { 'not JSON': 1 / 3 } } })
})

/** Answers with 503 in the tries that are said to fail; a try is known by its two connections. */
async function serveTries(t: Test, isHeld: (attempt: number) => boolean): Promise<string[]> {
  let connections = 0
  const attemptOf = new WeakMap<Socket, number>()
  const server = createServer((request, response) => {
    const status = isHeld(attemptOf.get(request.socket)!) ? 204 : 503
    request.resume().on('end', () => response.writeHead(status, { 'content-length': 0 }).end())
  })
  server.on('connection', (socket) => attemptOf.set(socket, Math.floor(connections++ / 2)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return ['--url', url, '--find', 'p99=60s', '--duration', '0.2', '--connections', '2', ...patient]
}

t.test('--find searches the highest rate held and tells every try', async (t) => {
  const held = [true, false, true, false, false, false, true]
  const args = await serveTries(t, (attempt) => held[attempt])
  const page = join(t.testdir(), 'page.html')
  const { status, out, err } = await load(...args, '--rate', '100', '--json', '--html', page)
  t.equal(status, 0, err)
  const { result, attempts } = JSON.parse(out)
  t.same(result, { rate: 150, limit: 'target' })
  t.same(
    attempts.map(({ rate, phase, verdict }: Record<string, unknown>) => [rate, phase, verdict]),
    [
      [100, 'bracket', 'held'],
      [200, 'bracket', 'not held'],
      [150, 'bisect', 'held'],
      [175, 'bisect', 'not held'],
      [163, 'bisect', 'not held'],
      [157, 'bisect', 'not held'],
      [150, 'confirm', 'held'],
    ],
  )
  t.equal(attempts[6].report.planned, 60, 'the last is twice as long')
  t.match(err, /163 a second: not held, answers were 503/)
  t.match(readFileSync(page, 'utf8'), /150 requests a second held, p99 within 60000 ms/)
})

t.test('--find exits with 4 where no rate is held, with 2 where the generator is the limit', async (t) => {
  const args = await serveTries(t, () => false)
  const none = await load(...args, '--rate', '1')
  t.equal(none.status, 4)
  t.match(none.out, /no rate was held, p99 within 60000 ms; 1 was not held: answers were 503 x 1/)
  const late = await load(...args, '--rate', '1', '--lateness-max', '0', '--quiet')
  t.equal(late.status, 2)
  t.match(late.out, /VOID: the generator, not the target, was the limit: no rate was held/)
  t.equal(late.err, '')
})
