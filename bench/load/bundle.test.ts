/**
 * The verb as users call it, from source and from the bundle: its threads and the files of its page have to be found in both.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { drawnPage } from '../drawn-page.ts'

const root = join(import.meta.dirname, '../..')
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', ...args])

t.test('the verb runs from source and from the bundle, and its page draws', async (t) => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const folder = t.testdir()
  await run(join(root, 'scripts/build.ts'), folder)
  for (const entry of [join(root, 'src/cli.ts'), join(folder, 'peregrine.js')]) {
    const page = `${folder}/page.html`
    const args = ['--url', url, '--rate', '100', '--duration', '0.3', '--threads', '2', '--html', page]
    const { stdout } = await run(entry, 'load', ...args, '--lateness-max', '60000000', '--sample', '0')
    t.match(stdout, /30 of 30/, entry)
    const drawn = await drawnPage(t, readFileSync(page, 'utf8'))
    if (drawn === undefined) continue
    t.same(drawn.errors, [])
    t.same(drawn.isInked, [true, true, true, true, true])
    for (const title of [
      'Latency by percentile',
      'Latency over time',
      'Rate',
      'Outcomes',
      'Errors',
      'Traffic',
    ])
      t.match(drawn.text, title)
  }
})
