/**
 * `peregrine models`: the versions of models that a running bidder has, and which is live; promoting one, and going back.
 */
import { parseArgs } from 'node:util'
import { SettingsError } from './config/settings.ts'
import type { ModelView } from './models/releases.ts'

export const MODELS_HELP = `peregrine models [list | promote NAME VERSION | rollback NAME] [flags]: the models of a running bidder

  list                     every version, its state and why it is refused; what is meant without a word
  promote NAME VERSION     let a version that is ready go live, from the next request on
  rollback NAME            go back to the version that was live before
  --admin-url URL          the bidder's admin port [http://127.0.0.1:9090];
                           where it asks for a token, PEREGRINE_ADMIN_TOKEN has it
  --json                   print JSON

Exit status: 0 done; 1 refused, with the reason, or no bidder there.`

const USAGE = 'models: give list, promote NAME VERSION or rollback NAME'

export async function modelsCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args)
  const [verb = 'list', name, version] = positionals
  const url = values['admin-url']
  const ask = (path: string, body?: object) => askAdmin(url, path, body)
  const words = { list: 0, promote: 2, rollback: 1 }[verb]
  if (words === undefined || Math.max(0, positionals.length - 1) !== words) throw new SettingsError(USAGE)
  const views =
    verb === 'list'
      ? ((await ask('/v1/models')) as ModelView[])
      : [
          (await ask(
            `/v1/models/${encodeURIComponent(name)}/${verb}`,
            verb === 'promote' ? { version } : {},
          )) as ModelView,
        ]
  console.log(values.json ? JSON.stringify(views, null, 2) : tableOf(views))
  return 0
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'admin-url': { type: 'string', default: 'http://127.0.0.1:9090' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
  } catch (cause) {
    throw new SettingsError(`models: ${(cause as Error).message.split(/\.\s/)[0]}`)
  }
}

/** A POST where there is a body. */
async function askAdmin(url: string, path: string, body?: object): Promise<unknown> {
  const token = process.env.PEREGRINE_ADMIN_TOKEN
  const target = URL.parse(path, url)
  if (target === null)
    throw new SettingsError(`models: --admin-url ${url} is no URL, such as http://127.0.0.1:9090`)
  const answer = await fetch(target, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((cause: Error) => {
    const { message } = (cause.cause as Error | undefined) ?? cause
    throw new SettingsError(`models: no bidder answers at ${url} (${message}); --admin-url says where one is`)
  })
  const text = await answer.text()
  if (answer.ok) return JSON.parse(text)
  if (answer.status === 401)
    throw new SettingsError('models: the bidder wants a token; PEREGRINE_ADMIN_TOKEN is to have it')
  throw new SettingsError(`models: ${errorIn(text)}`)
}

function errorIn(text: string): string {
  try {
    return (JSON.parse(text) as { error: string }).error
  } catch {
    return text.trim()
  }
}

function tableOf(views: readonly ModelView[]): string {
  const rows = views.flatMap(({ name, versions }) =>
    versions.map(({ version, state, batchMs, reasons }) => [
      `${name}/${version}`,
      state,
      batchMs === null ? '-' : batchMs.toFixed(2),
      reasons.join('; '),
    ]),
  )
  const lines = [['version', 'state', 'batch ms', 'why not'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((cells) => cells[column].length)))
  return lines
    .map((cells) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
