import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
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
  for (const flag of [
    'url',
    'rate',
    'closed',
    'duration',
    'connections',
    'seed',
    'requests',
    'lateness-max',
    'json',
  ]) {
    t.match(out, `--${flag}`)
  }
})

t.test('what cannot be run says what to do and exits with 1', async (t) => {
  const { url } = await serve(t)
  const rows: [args: string[], message: RegExp][] = [
    [[], /--url is missing, such as --url http/],
    [['--url', 'localhost'], /--url must be a whole http URL, not localhost/],
    [['--url', 'https://127.0.0.1/'], /--url must be a whole http URL/],
    [['--url', url, '--rate', 'fast'], /--rate must be a number of at least 0.001, not fast/],
    [['--url', url, '--duration', '-1'], /--duration/],
    [['--url', url, '--connections', '2.5'], /connections must be a whole number/],
    [['--url', url, '--closed', '--rate', '5'], /leave --rate out/],
    [['--url', url, '--requests', 'no-such-file.json'], /ENOENT.*no-such-file.json/],
    [['--url', url, '--speed', '9'], /--speed/],
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
