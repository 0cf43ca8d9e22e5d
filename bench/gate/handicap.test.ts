import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { HANDICAP_VARIABLE } from './handicap.ts'

/** How many requests it takes until the work is set. */
const REQUESTS_SET = 32 * 14 + 1
const HANDICAP = fileURLToPath(new URL('handicap.ts', import.meta.url))

t.test('the handicap burns its microseconds in each request to a post route', async (t) => {
  const program = `const uws = require('uWebSockets.js')
  uws.App().get('/', (r) => r.end('')).post('/*', (response) => { response.end(String(performance.now())) })
    .listen('127.0.0.1', 0, (socket) => console.log(uws.us_socket_local_port(socket)))`
  const child = spawn(process.execPath, ['--no-warnings', '--import', HANDICAP, '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [HANDICAP_VARIABLE]: '2000' },
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [port] = await once(child.stdout.setEncoding('utf8'), 'data')
  const url = `http://127.0.0.1:${Number(port)}/`
  const ends: number[] = []
  for (let i = 0; i < REQUESTS_SET + 5; i++) {
    ends.push(Number(await (await fetch(url, { method: 'POST' })).text()))
  }
  // The work is set by what it took in the requests before.
  const gaps = ends.slice(REQUESTS_SET).map((end, i) => end - ends[REQUESTS_SET + i - 1])
  t.ok(
    gaps.every((gap) => gap > 1),
    gaps.join(' '),
  )
})
