/**
 * The command line: `peregrine VERB`. Each verb answers `--help`; a mistake is one sentence and exit 1.
 */
import { parseArgs } from 'node:util'
import { BACKTEST_HELP, backtestCommand } from './backtest-command.ts'
import { systemClock } from './base/clock.ts'
import { endWithReader } from './base/printing.ts'
import { formatFault } from './catalog/fault.ts'
import { loadCatalog } from './catalog/load.ts'
import { schemas } from './catalog/schemas.ts'
import { checkResponseFiles } from './check-command.ts'
import { OperatorFile, readOperator } from './config/operator.ts'
import { readReleasePolicy } from './config/release-policy.ts'
import { readSettings, SettingsError, settingsHelp } from './config/settings.ts'
import { EVENTS_HELP, eventsCommand } from './events-command.ts'
import { houseRulesOf } from './exchange/house-rules.ts'
import { EXCHANGE_PROFILES } from './exchange/profiles.ts'
import { boundHeap } from './heap.ts'
import { LEDGER_HELP, ledgerCommand } from './ledger-command.ts'
import { StartError, start } from './main.ts'
import { loadModel } from './models/load.ts'
import { Manifest } from './models/manifest.ts'
import { ReleasePolicy } from './models/release/policy.ts'
import { MODELS_HELP, modelsCommand } from './models-command.ts'
import { BATCH_ROWS_MAX, trialOf } from './scoring.ts'
import { TRAIN_HELP, trainCommand } from './train-command.ts'
import { VERSION } from './version.ts'

const HELP = `peregrine ${VERSION}: a low-latency OpenRTB bidder

  peregrine serve [flags]   answer bid requests
  peregrine check [flags]   validate the catalog and the model, or a bid response
  peregrine ledger [flags]  what the ledger on the disk says, and whether its books balance
  peregrine events [flags]  what stands in the event log: bids, notices, impressions
  peregrine models [flags]  versions of models in a running bidder: list, promote, roll back
  peregrine train [flags]   from the event log to a new version of a model
  peregrine backtest [flags]  bidding strategies against a log of auctions
  peregrine load [flags]    send bid requests as planned, and tell what the bidder holds
  peregrine exchange [flags]  a simulated exchange, over HTTP, against a running bidder
  peregrine VERB --help     the flags of a verb
  peregrine --version`

const SERVE_HELP = `peregrine serve [flags]: answer bid requests on POST /openrtb2/bid/{exchange}

${settingsHelp()}

Each flag is also a variable: --admin-port is PEREGRINE_ADMIN_PORT. Defaults stand in brackets.`

const CHECK_HELP = `peregrine check [flags]: validate the catalog and the model, name every fault with its place, exit 1 if there is one

  --schema             print the JSON Schemas of the files instead
  --request FILE       hold a bid response against this bid request instead
  --response FILE      the response, byte for byte; an empty file is a 204
  --exchange NAME      and against what this exchange insists on
  --json               print the faults as JSON
  and the flags of serve; --catalog, --models, --model and --operator are looked at`

const STOP_MS_MAX = 15_000

const SAMPLE_REQUEST = {
  id: '1',
  imp: [{ id: '1', banner: { format: [{ w: 300, h: 250 }] } }],
  site: { page: 'https://news.example.com/today' },
  device: { devicetype: 2, os: 'macOS', geo: { country: 'USA' } },
  at: 1,
  tmax: 200,
}

async function main([verb, ...args]: string[]): Promise<number> {
  const isHelp = args.includes('--help') || args.includes('-h')
  switch (verb) {
    case 'serve':
      return isHelp ? print(SERVE_HELP) : serve(args)
    case 'check':
      return isHelp ? print(CHECK_HELP) : check(args)
    case 'ledger':
      return isHelp ? print(LEDGER_HELP) : ledgerCommand(args)
    case 'events':
      return isHelp ? print(EVENTS_HELP) : eventsCommand(args)
    case 'backtest':
      return isHelp ? print(BACKTEST_HELP) : backtestCommand(args)
    case 'train':
      return isHelp ? print(TRAIN_HELP) : trainCommand(args)
    case 'models':
      return isHelp ? print(MODELS_HELP) : modelsCommand(args)
    case 'load':
      return load(args)
    case 'exchange':
      return exchange(args, isHelp)
    case '--version':
      return print(VERSION)
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      return print(HELP)
    default:
      console.error(`peregrine: there is no verb "${verb}"\n\n${HELP}`)
      return 1
  }
}

async function serve(args: readonly string[]): Promise<number> {
  const settings = readSettings(args, process.env)
  const running = await start(settings, boundHeap)
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  const { host } = settings
  console.log(`bids   http://${host}:${running.port}/openrtb2/bid`)
  console.log(`admin  http://${settings['admin-host']}:${running.adminPort}  (/healthz /readyz /metrics)`)
  console.log(`try    ${curlLine(host, running.port)}`)
  await stopped
  // A worker that hangs would be waited for without end.
  setTimeout(() => process.exit(1), STOP_MS_MAX).unref()
  await running.stop()
  return 0
}

/** Both are read only when they are asked for: what serves bids carries neither. */
async function exchange(args: readonly string[], isHelp: boolean): Promise<number> {
  const { EXCHANGE_HELP, exchangeCommand } = await import('../bench/exchange/cli.ts')
  return isHelp ? print(EXCHANGE_HELP) : exchangeCommand(args)
}

async function load(args: readonly string[]): Promise<number> {
  const { loadCommand } = await import('../bench/load/cli.ts')
  return loadCommand(args)
}

function curlLine(host: string, port: number): string {
  return `curl -s http://${host}:${port}/openrtb2/bid -H 'Content-Type: application/json' -d '${JSON.stringify(SAMPLE_REQUEST)}'`
}

async function check(args: readonly string[]): Promise<number> {
  const own = parseArgs({
    args: [...args],
    options: {
      schema: { type: 'boolean' },
      json: { type: 'boolean' },
      request: { type: 'string' },
      response: { type: 'string' },
      exchange: { type: 'string' },
    },
    strict: false,
  }).values as CheckFlags
  if (own.request !== undefined || own.response !== undefined) return checkResponse(own)
  if (own.schema === true)
    return print(
      JSON.stringify(
        { ...schemas(), operator: OperatorFile, 'model manifest': Manifest, 'release policy': ReleasePolicy },
        null,
        2,
      ),
    )
  const settings = readSettings(
    args.filter((arg) => arg !== '--json'),
    process.env,
  )
  // A fault in it is a fault in a setting: it is told as one.
  readOperator(settings.operator, settings['notice-url'])
  readReleasePolicy(settings['release-policy'])
  const [catalog, model] = await Promise.all([
    loadCatalog(settings.catalog),
    loadModel(`${settings.models}/${settings.model}`),
  ])
  const trial = 'model' in model ? await trialOf(model.model, settings, systemClock) : undefined
  const faults = [
    ...('faults' in catalog
      ? catalog.faults.map((fault) => `${settings.catalog}: ${formatFault(fault)}`)
      : []),
    ...('faults' in model ? model.faults : []),
    ...(trial?.faults ?? []).map((fault) => `${settings.model}: ${fault}`),
  ]
  if (own.json === true) print(JSON.stringify({ ok: faults.length === 0, faults }))
  else if (faults.length > 0) console.error(faults.join('\n'))
  else if ('catalog' in catalog) {
    const { advertisers, campaigns, creatives } = catalog.catalog
    print(
      `catalog: ${advertisers.length} advertisers, ${campaigns.length} campaigns, ${creatives.length} creatives`,
    )
    const took = trial?.batchMs.toFixed(2)
    print(
      `model: ${settings.model} answers as it should; a full batch of ${BATCH_ROWS_MAX} rows takes ${took} ms`,
    )
  }
  return faults.length === 0 ? 0 : 1
}

type CheckFlags = { schema?: boolean; json?: boolean; request?: string; response?: string; exchange?: string }

function checkResponse({ request, response, exchange, json }: CheckFlags): number {
  if (request === undefined || response === undefined) {
    throw new SettingsError('check: --request FILE and --response FILE belong together')
  }
  const profile = EXCHANGE_PROFILES.find(({ name }) => name === exchange)
  if (exchange !== undefined && profile === undefined) {
    const known = EXCHANGE_PROFILES.map(({ name }) => name).join(', ')
    throw new SettingsError(`check: there is no exchange profile ${exchange}; known are ${known}`)
  }
  const house = profile === undefined ? undefined : houseRulesOf(profile)
  const { exitCode, text } = checkResponseFiles(request, response, { json, house })
  if (exitCode === 2) console.error(text)
  else console.log(text)
  return exitCode
}

function print(text: string): 0 {
  console.log(text)
  return 0
}

endWithReader()
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (cause) {
  if (!(cause instanceof StartError || cause instanceof SettingsError)) throw cause
  console.error(cause.message.replace(/^/gm, 'peregrine: '))
  process.exitCode = 1
}
