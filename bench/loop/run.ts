/**
 * `make loop`: the whole way of a model, twice around the simulated exchange.
 *
 *   a poor model bids -> its events, with simulated ones -> train -> promote in a running bidder -> the same auctions again
 *
 * Both runs have the same seed and hour, a fresh bidder and a ledger of their own, so that only the model differs. All are
 * processes of the command line, as an operator has them. Ends with 0 when the second run has the larger surplus.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import type { Trained } from '../../src/learning/training/train.ts'
import type { ModelView } from '../../src/models/release/desk.ts'
import { type BidderProcess, startBidder } from '../end-to-end/target.ts'
import type { ExchangeReport } from '../exchange/live/report.ts'
import { type LoopRun, loopTable, surplusOf } from './report.ts'

const HELP = `Usage: make loop ARGS="[--auctions N] [--rows N] [--auction TYPE] [--seed N] [--json]"

A poor model bids on the simulated exchange, a new one is trained on what came of it, goes live, and bids on the same
auctions. Prints both runs side by side. Exit 0: the second has the larger surplus; 2: it has not; 1: it could not run.

  --auctions N     of each run (20000)
  --rate N         auctions a second (500)
  --auction TYPE   first or second: the price that winners pay (second)
  --rows N         simulated impressions that are learnt beside those of the first run (300000)
  --poor-rows N    simulated impressions that the first model has learnt from (5000)
  --hour H         UTC hour of prices and clicks (that of now, which is the bidder's)
  --seed N         of all that is drawn (1)
  --json           print both reports as JSON`

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CATALOG = `${ROOT}catalog/demo`
const NAME = 'ctr'
const OUTPUT_BYTES_MAX = 2 ** 26
const READY_MS_MAX = 60_000
const LOOK_MS = 250

const { values: flags } = parseArgs({
  options: {
    auctions: { type: 'string', default: '20000' },
    rate: { type: 'string', default: '500' },
    auction: { type: 'string', default: 'second' },
    rows: { type: 'string', default: '300000' },
    'poor-rows': { type: 'string', default: '5000' },
    hour: { type: 'string', default: `${new Date().getUTCHours()}` },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (flags.help) console.log(HELP)
else process.exitCode = await loop()

async function loop(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'peregrine-loop-'))
  const models = join(folder, 'models')
  const [poorData, firstData, secondData, moreData] = ['poor', 'first', 'second', 'more'].map((name) =>
    join(folder, name),
  )
  try {
    await simulate(poorData, flags['poor-rows'], 2)
    const poor = await train(poorData, models)
    const first = await bidding(firstData, models, async (bidder) => bid(bidder, poor))
    await simulate(moreData, flags.rows, 3)
    cpSync(join(moreData, 'events'), join(firstData, 'events'), { recursive: true })
    const trained = await train(firstData, models)
    const second = await bidding(secondData, models, async (bidder) => {
      await promote(bidder, '2')
      return bid(bidder, trained)
    })
    console.log(flags.json ? JSON.stringify([first, second], null, 2) : loopTable(first, second))
    return surplusOf(second) > surplusOf(first) ? 0 : 2
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string }
    console.error(`loop: ${stderr?.trim() || message}`)
    return 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function say(what: string): void {
  process.stderr.write(`loop: ${what}\n`)
}

/** What a program prints; rejects with what it says on stderr where it fails. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], { maxBuffer: OUTPUT_BYTES_MAX })
  return stdout
}

function peregrine(...args: string[]): Promise<string> {
  return outputOf(`${ROOT}bin/peregrine`, args)
}

/** An event log of simulated impressions; each has a seed of its own. */
async function simulate(data: string, rows: string, seed: number): Promise<void> {
  say(`${rows} simulated impressions`)
  const script = fileURLToPath(new URL('../truth/log-impressions.ts', import.meta.url))
  const seeds = ['--seed', `${Number(flags.seed) * 10 + seed}`]
  await outputOf(process.execPath, [script, '--rows', rows, '--out', data, ...seeds])
}

type TrainReport = Pick<Trained, 'progressive'> & { readonly folder: string }

async function train(data: string, models: string): Promise<TrainReport> {
  say('train')
  return JSON.parse(
    await peregrine(
      'train',
      '--data',
      data,
      '--models',
      models,
      '--catalog',
      CATALOG,
      '--name',
      NAME,
      '--json',
    ),
  )
}

/** Starts on the first version, always. */
async function bidding<T>(
  data: string,
  models: string,
  during: (bidder: BidderProcess) => Promise<T>,
): Promise<T> {
  const bidder = await startBidder({
    catalog: CATALOG,
    flags: ['--models', models, '--model', `${NAME}/1`, '--data', data],
    isBending: true,
  })
  try {
    return await during(bidder)
  } finally {
    await bidder.stop()
  }
}

async function promote({ adminUrl }: BidderProcess, version: string): Promise<void> {
  say(`promote ${NAME} ${version} in the running bidder`)
  const untilMs = performance.now() + READY_MS_MAX
  for (;;) {
    const views = (await (await fetch(`${adminUrl}/v1/models`)).json()) as ModelView[]
    const found = views.flatMap(({ versions }) => versions).find((view) => view.version === version)
    if (found?.state === 'ready') break
    if (found?.state === 'refused')
      throw new Error(`${NAME}/${version} is refused: ${found.reasons.join('; ')}`)
    if (performance.now() > untilMs)
      throw new Error(`${NAME}/${version} is not ready after ${READY_MS_MAX} ms`)
    await setTimeout(LOOK_MS)
  }
  await peregrine('models', 'promote', NAME, version, '--stage', 'live', '--admin-url', adminUrl)
}

async function bid({ port, adminUrl }: BidderProcess, trained: TrainReport): Promise<LoopRun> {
  const model = trained.folder.split('/').slice(-2).join('/')
  say(`${flags.auctions} auctions for ${model}`)
  const { auctions, rate, auction, hour, seed } = flags
  const report = await peregrine(
    ...['exchange', '--url', `http://127.0.0.1:${port}/openrtb2/bid`, '--admin-url', adminUrl, '--json'],
    ...['--catalog', CATALOG, '--auctions', auctions, '--rate', rate, '--auction', auction],
    ...['--hour', hour, '--seed', seed],
  )
  return { model, learntFrom: trained.progressive.rows, report: JSON.parse(report) as ExchangeReport }
}
