/**
 * `peregrine models`: the versions of models that a running bidder has, and what each is there for; promoting one, going
 * back, and letting one that was rolled back be released again.
 */
import { parseArgs } from 'node:util'
import { SettingsError } from './config/settings.ts'
import type { ModelView } from './models/release/desk.ts'

export const MODELS_HELP = `peregrine models [list | promote NAME VERSION | rollback NAME | rearm NAME VERSION] [flags]:
the models of a running bidder

  list                     every version, its state and why it is refused; what is meant without a word
  promote NAME VERSION     begin the release of a version that is ready: it scores beside the live one and spends
                           nothing, then bids on a share of the requests, then goes live, as the release policy says
    --stage STAGE          go to shadow, canary or live at once; the policy goes on from there [shadow]
    --share SHARE          of the requests that a canary bids on, such as 0.05 [the policy's first]
  rollback NAME            end a trial; without one, go back to the version that was live before
  rearm NAME VERSION       let a version that was rolled back be released again
  --admin-url URL          the bidder's admin port [http://127.0.0.1:9090];
                           where it asks for a token, PEREGRINE_ADMIN_TOKEN has it
  --json                   print JSON

Exit status: 0 done; 1 refused, with the reason, or no bidder there.`

const USAGE = 'models: give list, promote NAME VERSION, rollback NAME or rearm NAME VERSION'

export async function modelsCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args)
  const [verb = 'list', name, version] = positionals
  const url = values['admin-url']
  const ask = (path: string, body?: object) => askAdmin(url, path, body)
  const words = { list: 0, promote: 2, rollback: 1, rearm: 2 }[verb]
  if (words === undefined || Math.max(0, positionals.length - 1) !== words) throw new SettingsError(USAGE)
  const isStaged = values.stage !== undefined || values.share !== undefined
  if (isStaged && verb !== 'promote') throw new SettingsError('models: --stage and --share belong to promote')
  const share = values.share === undefined ? undefined : Number(values.share)
  if (Number.isNaN(share))
    throw new SettingsError(`models: --share ${values.share} is no number, such as 0.05`)
  const stage = values.stage ?? (share === undefined ? undefined : 'canary')
  const views =
    verb === 'list'
      ? ((await ask('/v1/models')) as ModelView[])
      : [
          (await ask(`/v1/models/${encodeURIComponent(name)}/${verb}`, {
            version,
            stage,
            share,
          })) as ModelView,
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
        stage: { type: 'string' },
        share: { type: 'string' },
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
  const rows = views.flatMap(({ name, candidate, versions }) =>
    versions.map(({ version, state, batchMs, reasons }) => {
      const staged = candidate?.version === version ? candidate : undefined
      return [
        `${name}/${version}`,
        state === 'canary' ? `canary ${Math.round((staged?.share ?? 0) * 1000) / 10} %` : state,
        batchMs === null ? '-' : batchMs.toFixed(2),
        (staged?.waits ?? reasons).join('; '),
      ]
    }),
  )
  const lines = [['version', 'state', 'batch ms', 'why not, or what it waits for'], ...rows]
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
