/**
 * The settings of `serve`: the only reader of flags, environment and configuration file. A flag goes before the
 * environment, the environment before the file, the file before the default. Everything unknown is refused by name.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const ROOT = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../', import.meta.url)
const shipped = (path: string) => fileURLToPath(new URL(path, ROOT))

type Row = {
  readonly kind: 'text' | 'integer' | 'flag'
  readonly fallback: string | number | boolean
  readonly about: string
  readonly least?: number
  readonly most?: number
}

const text = (fallback: string, about: string): Row & { kind: 'text' } => ({ kind: 'text', fallback, about })
const integer = (
  fallback: number,
  range: readonly [number, number],
  about: string,
): Row & { kind: 'integer' } => ({
  kind: 'integer',
  fallback,
  about,
  least: range[0],
  most: range[1],
})

/** One row a setting; the name is the flag, `PEREGRINE_` and the name in capitals is the variable. */
export const SETTINGS = {
  host: text('127.0.0.1', 'address of the bid port'),
  port: integer(8080, [0, 65535], 'bid port; 0 takes a free one'),
  'admin-host': text('127.0.0.1', 'address of the admin port; anything but loopback needs an admin token'),
  'admin-port': integer(9090, [0, 65535], 'admin port; 0 takes a free one'),
  'admin-token': text('', 'bearer token of the admin port'),
  'reuse-port': { kind: 'flag', fallback: false, about: 'let other processes share the bid port' },
  catalog: text(shipped('catalog/demo'), 'folder with advertisers/, campaigns/ and creatives/'),
  models: text(shipped('models'), 'folder with <name>/<version>/'),
  model: text('ctr/1', 'the model that scores: <name>/<version>'),
  workers: integer(1, [1, 64], 'inference workers, each a thread'),
  'body-bytes-max': integer(262_144, [1024, 16_777_216], 'longest bid request in bytes'),
  'in-flight-max': integer(4096, [1, 1_000_000], 'requests in work at once; more are answered 204 at once'),
  'tmax-default-ms': integer(100, [1, 60_000], 'time for a request without tmax, in milliseconds'),
  'tmax-most-ms': integer(1000, [1, 60_000], 'most time for any request, in milliseconds'),
  'log-level': text('info', 'trace, debug, info, warn, error or silent'),
} as const satisfies Record<string, Row>

type Name = keyof typeof SETTINGS
type ValueOf<R extends Row> = R['kind'] extends 'integer'
  ? number
  : R['kind'] extends 'flag'
    ? boolean
    : string
export type Settings = { readonly [N in Name]: ValueOf<(typeof SETTINGS)[N]> }

/** A setting that cannot be taken; its message names the place and what is wanted. */
export class SettingsError extends Error {
  override name = 'SettingsError'
}

/**
 * Reads the settings.
 * @param args what stands behind `serve`; @param environment usually `process.env`. Throws `SettingsError`.
 */
export function readSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const flags = flagsOf(args)
  const file = (flags.config as string | undefined) ?? environment.PEREGRINE_CONFIG
  const fromFile = file === undefined ? {} : readFile(file)
  refuseUnknownVariables(environment)
  const settings: Record<string, string | number | boolean> = {}
  for (const [name, row] of Object.entries(SETTINGS) as [Name, Row][]) {
    const variable = variableOf(name)
    if (flags[name] !== undefined) settings[name] = settingOf(row, flags[name], `--${name}`)
    else if (environment[variable] !== undefined)
      settings[name] = settingOf(row, environment[variable], variable)
    else if (fromFile[name] !== undefined) settings[name] = settingOf(row, fromFile[name], `${file}: ${name}`)
    else settings[name] = row.fallback
  }
  const read = settings as Settings
  if (!isLoopback(read['admin-host']) && read['admin-token'] === '') {
    throw new SettingsError(
      `--admin-host ${read['admin-host']} can be reached from outside: set PEREGRINE_ADMIN_TOKEN as well, or use 127.0.0.1`,
    )
  }
  return read
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** The flags of `serve`, a line each. */
export function settingsHelp(): string {
  const rows = Object.entries(SETTINGS) as [Name, Row][]
  const line = (name: string, about: string) => `  --${name.padEnd(18)} ${about}`
  const lines = rows.map(([name, { about, fallback }]) => {
    const shown =
      typeof fallback === 'string' && fallback.startsWith('/') ? 'shipped with peregrine' : fallback
    return line(name, shown === '' || shown === false ? about : `${about} [${shown}]`)
  })
  return [...lines, line('config', 'JSON file with any of these names')].join('\n')
}

function flagsOf(args: readonly string[]): Record<string, unknown> {
  const options = Object.fromEntries(
    (Object.entries(SETTINGS) as [Name, Row][]).map(([name, { kind }]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options: { ...options, config: { type: 'string' } } }).values
  } catch (cause) {
    throw new SettingsError(
      `${(cause as Error).message.split('. ')[0]}; peregrine serve --help lists the flags`,
    )
  }
}

function readFile(file: string): Record<string, unknown> {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch {
    throw new SettingsError(`--config ${file}: no such file`)
  }
  let values: unknown
  try {
    values = JSON.parse(content)
  } catch (cause) {
    throw new SettingsError(`${file}: not JSON: ${(cause as Error).message}`)
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new SettingsError(`${file}: an object with settings is due`)
  }
  for (const name of Object.keys(values)) {
    if (!(name in SETTINGS)) throw new SettingsError(`${file}: there is no setting "${name}"`)
  }
  return values as Record<string, unknown>
}

function refuseUnknownVariables(environment: Readonly<Record<string, string | undefined>>): void {
  const known = new Set(['PEREGRINE_CONFIG', ...Object.keys(SETTINGS).map(variableOf)])
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith('PEREGRINE_') && !known.has(variable)) {
      throw new SettingsError(`there is no setting ${variable}; peregrine serve --help lists the flags`)
    }
  }
}

function variableOf(name: string): string {
  return `PEREGRINE_${name.toUpperCase().replaceAll('-', '_')}`
}

function settingOf(row: Row, given: unknown, place: string): string | number | boolean {
  if (row.kind === 'flag') {
    if (given === true || given === 'true' || given === '1') return true
    if (given === false || given === 'false' || given === '0') return false
    throw new SettingsError(`${place}: true or false is due, not "${given}"`)
  }
  if (row.kind === 'text') {
    if (typeof given === 'string') return given
    throw new SettingsError(`${place}: text is due, not ${JSON.stringify(given)}`)
  }
  const value = typeof given === 'string' && given.trim() === '' ? Number.NaN : Number(given)
  if (Number.isInteger(value) && value >= row.least! && value <= row.most!) return value
  throw new SettingsError(`${place}: a whole number from ${row.least} to ${row.most} is due, not "${given}"`)
}
