import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isLoopback, readSettings, SETTINGS, SettingsError, settingsHelp } from './settings.ts'

const TOKEN = { PEREGRINE_ADMIN_TOKEN: 'secret' }

/** A configuration file; text stays as it is. */
function fileOf(t: Test, content: unknown): string {
  const file = join(t.testdir({}), 'peregrine.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

function refusalOf(args: readonly string[], environment: Record<string, string | undefined> = {}): string {
  try {
    readSettings(args, environment)
  } catch (cause) {
    if (cause instanceof SettingsError) return cause.message
    throw cause
  }
  return 'nothing is refused'
}

t.test('a setting without a flag, a variable or a line in the file has its default', async (t) => {
  const settings = readSettings([], {})
  for (const [name, { fallback }] of Object.entries(SETTINGS)) {
    t.equal(settings[name as keyof typeof SETTINGS], fallback, name)
  }
})

t.test('a flag goes before the environment, the environment before the file', async (t) => {
  const config = fileOf(t, { port: 1, 'log-level': 'warn', 'reuse-port': true, workers: 9 })
  const args = ['--config', config, '--port', '3', '--catalog', 'ours']
  const environment = { PEREGRINE_PORT: '2', PEREGRINE_LOG_LEVEL: 'error', PEREGRINE_CATALOG: 'theirs' }
  const settings = readSettings(args, environment)
  t.equal(settings.port, 3, 'flag before variable and file')
  t.equal(settings.catalog, 'ours', 'flag before variable')
  t.equal(settings['log-level'], 'error', 'variable before file')
  t.equal(settings['reuse-port'], true, 'file before default')
  t.equal(settings.workers, 9, 'file before default')
  t.equal(settings.host, '127.0.0.1', 'default')
})

t.test('a setting switched on in the file is switched off by its variable', async (t) => {
  const config = fileOf(t, { 'reuse-port': true })
  t.equal(readSettings(['--config', config], { PEREGRINE_REUSE_PORT: 'false' })['reuse-port'], false)
  t.equal(readSettings(['--config', config, '--reuse-port'], TOKEN)['reuse-port'], true)
})

t.test('the file is named by the flag --config or by a variable, and the flag goes first', async (t) => {
  const PEREGRINE_CONFIG = fileOf(t, { port: 1 })
  t.equal(readSettings([], { PEREGRINE_CONFIG }).port, 1)
  const other = join(t.testdirName, 'other.json')
  writeFileSync(other, '{"port": 2}')
  t.equal(readSettings(['--config', other], { PEREGRINE_CONFIG }).port, 2)
})

t.test('variables of other programs are left alone', async (t) => {
  t.doesNotThrow(() =>
    readSettings([], { HOME: '/root', PORT: 'x', XPEREGRINE_A: 'x', PEREGRINE_PORT: undefined }),
  )
})

t.test('a whole number is taken at both ends of its range and refused beyond them', async (t) => {
  for (const [name, row] of Object.entries(SETTINGS)) {
    if (row.kind !== 'integer') continue
    const { least, most } = row as { least: number; most: number }
    const due = `a whole number from ${least} to ${most} is due, not`
    for (const value of [least, most]) {
      t.equal(readSettings([`--${name}=${value}`], {})[name as 'port'], value, `${name} ${value}`)
    }
    for (const value of [least - 1, most + 1]) {
      t.equal(refusalOf([`--${name}=${value}`]), `--${name}: ${due} "${value}"`)
    }
  }
})

/** Each row: what is given from flag, variable or file, and the refusal with its place. */
const REFUSED: readonly (readonly [string, Given, string])[] = [
  [
    'no number in a flag',
    { flag: '--port=many' },
    '--port: a whole number from 0 to 65535 is due, not "many"',
  ],
  ['a fraction', { flag: '--port=80.5' }, '--port: a whole number from 0 to 65535 is due, not "80.5"'],
  [
    'a hexadecimal number',
    { flag: '--port=0x50' },
    '--port: a whole number from 0 to 65535 is due, not "0x50"',
  ],
  ['an exponent', { flag: '--port=1e3' }, '--port: a whole number from 0 to 65535 is due, not "1e3"'],
  [
    'a number with a space',
    { flag: '--port= 80' },
    '--port: a whole number from 0 to 65535 is due, not " 80"',
  ],
  ['an empty number', { flag: '--port=' }, '--port: a whole number from 0 to 65535 is due, not ""'],
  [
    'no number in a variable',
    { variable: ['PEREGRINE_ADMIN_PORT', 'tcp://10.0.0.1:9090'] },
    'PEREGRINE_ADMIN_PORT: a whole number from 0 to 65535 is due, not "tcp://10.0.0.1:9090"',
  ],
  [
    'null for a number',
    { file: { workers: null } },
    'FILE: workers: a whole number from 1 to 64 is due, not null',
  ],
  [
    'true for a number',
    { file: { workers: true } },
    'FILE: workers: a whole number from 1 to 64 is due, not true',
  ],
  [
    'a list for a number',
    { file: { workers: [2] } },
    'FILE: workers: a whole number from 1 to 64 is due, not [2]',
  ],
  [
    'a fraction in the file',
    { file: { workers: 1.5 } },
    'FILE: workers: a whole number from 1 to 64 is due, not 1.5',
  ],
  [
    'a word for a switch',
    { variable: ['PEREGRINE_REUSE_PORT', 'yes'] },
    'PEREGRINE_REUSE_PORT: true or false is due, not "yes"',
  ],
  ['a number for a switch', { file: { 'reuse-port': 1 } }, 'FILE: reuse-port: true or false is due, not 1'],
  ['a number for text', { file: { host: 127 } }, 'FILE: host: text is due, not 127'],
  ['null for text', { file: { catalog: null } }, 'FILE: catalog: text is due, not null'],
  ['an empty folder', { flag: '--catalog=' }, '--catalog: text is due, not ""'],
  ['an empty host', { variable: ['PEREGRINE_HOST', ' '] }, 'PEREGRINE_HOST: text is due, not " "'],
  ['a model without a version', { flag: '--model=ctr' }, '--model: <name>/<version> is due, not "ctr"'],
  ['a model elsewhere', { flag: '--model=ctr/../..' }, '--model: <name>/<version> is due, not "ctr/../.."'],
  ['a model above', { flag: '--model=ctr/..' }, '--model: <name>/<version> is due, not "ctr/.."'],
  [
    'a level that is none',
    { variable: ['PEREGRINE_LOG_LEVEL', 'verbose'] },
    'PEREGRINE_LOG_LEVEL: trace, debug, info, warn, error or silent is due, not "verbose"',
  ],
]

type Given = {
  readonly flag?: string
  readonly variable?: readonly [string, string]
  readonly file?: Readonly<Record<string, unknown>>
}

t.test('a bad value is named with its place and what is due', async (t) => {
  for (const [about, { flag, variable, file }, refusal] of REFUSED) {
    const path = file === undefined ? '' : fileOf(t, file)
    const args = [...(flag === undefined ? [] : [flag]), ...(file === undefined ? [] : ['--config', path])]
    const environment = variable === undefined ? {} : { [variable[0]]: variable[1] }
    t.equal(refusalOf(args, environment).replace(path, path === '' ? '' : 'FILE'), refusal, about)
  }
})

t.test('a token that could never be sent is refused, and is not shown', async (t) => {
  for (const token of ['pass word', 'päss', 'token\n', '"quoted"', '=', 'a=b']) {
    const refusal = refusalOf([], { PEREGRINE_ADMIN_TOKEN: token })
    t.match(refusal, /^PEREGRINE_ADMIN_TOKEN: a token of letters, digits and .* is due, not what was given$/)
  }
  t.notMatch(refusalOf(['--config', fileOf(t, { 'admin-token': 31_337 })]), /31337/)
  for (const token of ['', 'a', 'AZaz09._~+/-', 'padded==']) {
    t.equal(readSettings([], { PEREGRINE_ADMIN_TOKEN: token })['admin-token'], token)
  }
})

t.test('what is unknown is refused by name', async (t) => {
  const remedy = 'peregrine serve --help lists the flags'
  t.equal(refusalOf(['--prot', '80']), `Unknown option '--prot'; ${remedy}`)
  t.equal(refusalOf(['-p', '80']), `Unknown option '-p'; ${remedy}`)
  t.equal(refusalOf(['8080']), `Unexpected argument '8080'; ${remedy}`)
  t.equal(refusalOf([], { PEREGRINE_PROT: '80' }), `there is no setting PEREGRINE_PROT; ${remedy}`)
  const names = ['prot', 'config', 'toString', 'constructor', '__proto__']
  for (const name of names) {
    const file = fileOf(t, `{${JSON.stringify(name)}: 80}`)
    t.equal(refusalOf(['--config', file]), `${file}: there is no setting "${name}"; ${remedy}`)
  }
})

t.test('a flag without its value is refused in one line', async (t) => {
  const refusal = '--port: a value is due behind it; peregrine serve --help lists the flags'
  t.equal(refusalOf(['--port']), refusal)
  t.equal(refusalOf(['--port', '--reuse-port']), refusal)
  t.match(refusalOf(['--reuse-port=1']), /^Option '--reuse-port' does not take an argument;/)
})

t.test('a file that cannot be read is named, with who named it', async (t) => {
  const directory = t.testdir({})
  const missing = join(directory, 'missing.json')
  t.equal(refusalOf(['--config', missing]), `--config ${missing}: no such file`)
  t.equal(refusalOf([], { PEREGRINE_CONFIG: missing }), `PEREGRINE_CONFIG ${missing}: no such file`)
  t.match(refusalOf(['--config', directory]), /^--config .*: EISDIR/)
  const broken = fileOf(t, '{"port": }')
  t.match(refusalOf(['--config', broken]), `${broken}: not JSON: `)
  for (const content of ['[]', 'null', '"port"', '8080']) {
    const file = fileOf(t, content)
    t.equal(refusalOf(['--config', file]), `${file}: an object with settings is due`)
  }
})

t.test('an admin port that others can reach needs a token', async (t) => {
  for (const host of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'example.com',
    '127.example.com',
    '127.0.0.1.example.com',
  ]) {
    t.equal(
      refusalOf(['--admin-host', host]),
      `admin-host ${host} can be reached from outside: set PEREGRINE_ADMIN_TOKEN as well, or use 127.0.0.1`,
    )
    t.equal(readSettings(['--admin-host', host], TOKEN)['admin-host'], host)
  }
  for (const host of ['127.0.0.1', '127.8.8.8', 'localhost', '::1']) {
    t.equal(isLoopback(host), true)
    t.equal(readSettings(['--admin-host', host], {})['admin-host'], host)
  }
})

t.test('the help has a line for every setting, with its default', async (t) => {
  const lines = settingsHelp().split('\n')
  for (const [name, { about, fallback }] of Object.entries(SETTINGS)) {
    const line = lines.find((line) => line.startsWith(`  --${name} `))
    t.ok(line?.includes(about), name)
    if (typeof fallback === 'number') t.ok(line?.endsWith(`[${fallback}]`), `${name} shows its default`)
  }
  t.ok(lines.some((line) => line.startsWith('  --config ')))
  t.equal(lines.length, Object.keys(SETTINGS).length + 1)
  t.notMatch(settingsHelp(), SETTINGS.catalog.fallback, 'paths of this machine are not shown')
})
