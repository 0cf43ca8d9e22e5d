/**
 * The settings of `serve`: the only reader of flags, environment and configuration file. A flag goes before the
 * environment, the environment before the file, the file before the default. Everything unknown is refused by name.
 */
import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
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
  readonly form?: Form
  /** Never shown in a message. */
  readonly isSecret?: boolean
}

/** What a text must look like, and how that is said. */
type Form = { readonly pattern: RegExp; readonly due: string }

/** A text is never empty, unless its form says so. */
const SOME_TEXT: Form = { pattern: /\S/, due: 'text' }

const text = (fallback: string, about: string, form?: Form): Row & { kind: 'text' } => ({
  kind: 'text',
  fallback,
  about,
  form,
})
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
  'admin-token': {
    ...text('', 'bearer token of the admin port', {
      // RFC 6750 section 2.1: a token of other characters could never be sent.
      pattern: /^([A-Za-z0-9._~+/-]+=*)?$/,
      due: 'a token of letters, digits and . _ ~ + / - without spaces or line breaks',
    }),
    isSecret: true,
  },
  'reuse-port': { kind: 'flag', fallback: false, about: 'let other processes share the bid port' },
  catalog: text(shipped('catalog/demo'), 'folder with advertisers/, campaigns/ and creatives/'),
  models: text(shipped('models'), 'folder with <name>/<version>/'),
  model: text('ctr/1', 'the model that scores: <name>/<version>', {
    pattern: /^[a-z][a-z0-9-]*\/[0-9A-Za-z][0-9A-Za-z._-]*$/,
    due: '<name>/<version>',
  }),
  'model-batch-ms-max': integer(
    10,
    [1, 1000],
    'what a full batch of a new version may take, in milliseconds, for it to be ready',
  ),
  data: text(shipped('data'), 'folder of the ledger; a process has one of its own'),
  'hold-s': integer(120, [5, 3600], 'seconds that the price of a bid stays on hold without a notice'),
  'events-mb-max': integer(
    2048,
    [0, 1_000_000],
    'room for the event log in the data folder, in MB; the oldest events go; 0 keeps none',
  ),
  'events-bid-percent': integer(100, [1, 100], 'share of the requests whose bids are logged, in per cent'),
  segments: text('', 'file of user segments: lines of an id, a tab and segments with commas; also .gz', {
    pattern: /^/,
    due: 'the path of a file',
  }),
  operator: text('', 'file with vendor id, seats, keys and supply policy; see peregrine check --schema', {
    pattern: /^/,
    due: 'the path of a file',
  }),
  'notice-url': text('https://localhost', 'public address of the bid port, for the notice URLs in bids', {
    pattern: /^https:\/\/[A-Za-z0-9.-]+(:\d+)?(\/[A-Za-z0-9._~-]+)*$/,
    due: 'an https address without a slash at its end, such as https://bid.example.com',
  }),
  'rates-days-max': integer(7, [1, 365], 'age of the rate table in days, beyond which bids are in USD alone'),
  workers: integer(1, [1, 64], 'inference workers, each a thread'),
  'body-bytes-max': integer(262_144, [1024, 16_777_216], 'longest bid request in bytes'),
  'in-flight-max': integer(4096, [1, 1_000_000], 'requests in work at once; more are answered 204 at once'),
  'queue-ms-target': integer(
    5,
    [0, 1000],
    'queueing delay in milliseconds; while it is longer bids get less work, then some 204; 0 never',
  ),
  'tmax-default-ms': integer(100, [1, 60_000], 'time for a request without tmax, in milliseconds'),
  'tmax-most-ms': integer(1000, [1, 60_000], 'most time for any request, in milliseconds'),
  'log-level': text('info', 'trace, debug, info, warn, error or silent', {
    pattern: /^(trace|debug|info|warn|error|silent)$/,
    due: 'trace, debug, info, warn, error or silent',
  }),
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
  const flagged = flags.config as string | undefined
  const file = flagged ?? environment.PEREGRINE_CONFIG
  const fromFile =
    file === undefined ? {} : readFile(file, flagged === undefined ? 'PEREGRINE_CONFIG' : '--config')
  refuseUnknownVariables(environment)
  const settings: Record<string, string | number | boolean> = {}
  for (const [name, row] of Object.entries(SETTINGS) as [Name, Row][]) {
    const variable = variableOf(name)
    if (flags[name] !== undefined) settings[name] = settingOf(row, flags[name], `--${name}`)
    else if (environment[variable] !== undefined)
      settings[name] = settingOf(row, environment[variable], variable)
    else if (Object.hasOwn(fromFile, name))
      settings[name] = settingOf(row, fromFile[name], `${file}: ${name}`)
    else settings[name] = row.fallback
  }
  const read = settings as Settings
  if (!isLoopback(read['admin-host']) && read['admin-token'] === '') {
    throw new SettingsError(
      `admin-host ${read['admin-host']} can be reached from outside: set PEREGRINE_ADMIN_TOKEN as well, or use 127.0.0.1`,
    )
  }
  return read
}

/** A name that only begins with 127, such as 127.example.com, can lead anywhere. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
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
    throw new SettingsError(`${reasonOf((cause as Error).message)}; peregrine serve --help lists the flags`)
  }
}

/** The first sentence of `parseArgs`, or plainer words where another flag stands for a value. */
function reasonOf(message: string): string {
  const valueless = /^Option '(?:-\w, )?(--[\w-]+).*(?:ambiguous|missing)/.exec(message)
  return valueless === null ? message.split(/\.\s/)[0] : `${valueless[1]}: a value is due behind it`
}

function readFile(file: string, namedBy: string): Record<string, unknown> {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new SettingsError(`${namedBy} ${file}: ${code === 'ENOENT' ? 'no such file' : message}`)
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
    if (!Object.hasOwn(SETTINGS, name)) {
      throw new SettingsError(
        `${file}: there is no setting "${name}"; peregrine serve --help lists the flags`,
      )
    }
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
  const refusal = (due: string) => {
    const shown = row.isSecret ? 'what was given' : JSON.stringify(given)
    return new SettingsError(`${place}: ${due} is due, not ${shown}`)
  }
  if (row.kind === 'flag') {
    if (given === true || given === 'true' || given === '1') return true
    if (given === false || given === 'false' || given === '0') return false
    throw refusal('true or false')
  }
  if (row.kind === 'text') {
    const { pattern, due } = row.form ?? SOME_TEXT
    if (typeof given === 'string' && pattern.test(given)) return given
    throw refusal(due)
  }
  // Nothing but digits: `Number` would also take "", "0x50", null and [80].
  const value = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given
  if (Number.isInteger(value) && (value as number) >= row.least! && (value as number) <= row.most!) {
    return value as number
  }
  throw refusal(`a whole number from ${row.least} to ${row.most}`)
}
