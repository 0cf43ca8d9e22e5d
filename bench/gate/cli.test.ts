import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url))

t.test('what cannot run says why, with a status of its own', (t) => {
  const rows: [args: string[], status: number, text: RegExp][] = [
    [['--help'], 0, /Exit status: 0 pass/],
    [['--handicap', 'much'], 3, /gate: --handicap must be a number, not much/],
    [['--prove', '10', '--base', 'HEAD'], 3, /--prove takes no --base/],
    [['--bass', 'HEAD'], 3, /Unknown option '--bass'/],
    [['--base', 'no-such-commit'], 3, /gate: --base no-such-commit is no commit here/],
  ]
  for (const [args, status, text] of rows) {
    const environment = { ...process.env, CI: 'true' }
    const ended = spawnSync(process.execPath, ['--no-warnings', CLI, ...args], {
      encoding: 'utf8',
      env: environment,
    })
    t.equal(ended.status, status, args.join(' '))
    t.match(ended.stdout + ended.stderr, text)
  }
  t.end()
})
