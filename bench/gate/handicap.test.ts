import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { HANDICAP_VARIABLE } from './handicap.ts'

const HANDICAP = fileURLToPath(new URL('handicap.ts', import.meta.url))

t.test('the handicap burns its microseconds in each request to a post route', async (t) => {
  const program = `const uws = require('uWebSockets.js')
  uws.App().get('/', (r) => r.end('')).post('/*', (response) => { response.end(String(performance.now())) })
    .listen('127.0.0.1', 0, (socket) => console.log(uws.us_socket_local_port(socket)))`
  const child = spawn(process.execPath, ['--no-warnings', '--import', HANDICAP, '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [HANDICAP_VARIABLE]: '20000' },
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [port] = await once(child.stdout.setEncoding('utf8'), 'data')
  const url = `http://127.0.0.1:${Number(port)}/`
  const ends: number[] = []
  for (let i = 0; i < 5; i++) ends.push(Number(await (await fetch(url, { method: 'POST' })).text()))
  const gaps = ends.slice(1).map((end, i) => end - ends[i])
  t.ok(
    gaps.every((gap) => gap > 10),
    gaps.join(' '),
  )
})
