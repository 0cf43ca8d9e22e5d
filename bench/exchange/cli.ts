/**
 * `peregrine exchange`: a simulated exchange over HTTP against a running bidder. Reads the flags, shows progress on
 * stderr, prints a table or JSON. Exits with 0 when it is done, with 1 when it could not run or had to end early and says
 * why, with 3 when the bidder broke a rule.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { formatFault } from '../../src/catalog/fault.ts'
import { loadCatalog } from '../../src/catalog/load.ts'
import type { Catalog } from '../../src/catalog/schema.ts'
import { readSettings } from '../../src/config/settings.ts'
import { houseRulesOf } from '../../src/exchange/house-rules.ts'
import { EXCHANGE_PROFILES } from '../../src/exchange/profiles.ts'
import type { HouseRules } from '../../src/openrtb/response-check.ts'
import { KnownAds } from './live/ads.ts'
import { AdminBooks, type BookReport, type Books, BooksFault } from './live/books.ts'
import { type Figures, figuresOf } from './live/figures.ts'
import { UnknownAd } from './live/judge.ts'
import { pacingOf } from './live/pacing.ts'
import { exchangePage } from './live/page.ts'
import { Progress } from './live/progress.ts'
import { type ExchangeReport, reportOf, type Settings } from './live/report.ts'
import { type Run, runExchange } from './live/run.ts'
import { tableOf } from './live/table.ts'
import { FIRST_PRICE, SECOND_PRICE } from './market.ts'
import { EXCHANGES } from './traits.ts'

const MARKETS = EXCHANGES.map(({ name }) => name)

export const EXCHANGE_HELP = `peregrine exchange --url URL [flags]: a simulated exchange, over HTTP, against a running bidder

  --url URL            where bid requests go, such as http://127.0.0.1:8080/openrtb2/bid
  --auctions N         bid requests to send [20000]
  --auction TYPE       first or second: the price that winners pay; else as the market sells
  --market NAME        whose competitors, prices and habits: ${MARKETS.join(', ')} [${MARKETS[0]}]
  --deal ID            a deal to offer on every tenth imp; may stand again
  --catalog DIR        the catalog that the bidder serves: goals, budgets, and who clicks [as serve has it: the demo]
  --admin-url URL      the bidder's admin port, such as http://127.0.0.1:9090: its books must agree with what was billed;
                       where it asks for a token, PEREGRINE_ADMIN_TOKEN has it
  --seed N             of all that is drawn [1]
  --hour H             UTC hour of prices and clicks, 0 to 23 [that of now, which is the bidder's]
  --rate N             auctions a second, as far as connections are free [500]
  --connections N      keep-alive connections for bid requests [16]
  --tmax MS            time that requests give, instead of the 80 to 300 ms of generated traffic
  --speed N            seconds of the exchange in one of the wall: shortens the delays of notices, clicks and
                       conversions, which have medians of 6, 4 and 60 s behind each other [60]
  --json               print the report as JSON
  --html FILE          write it as a page that needs no other file

What is drawn (requests, the bids of others, the dice of clicks, delays) follows from the seed, the hour and the number of
the auction alone. What a bidder answers may depend on its clock, and on what it has learnt.

Competitors bid around what a slot is worth to most, by publisher, slot, shape, user and hour. A bid on a deal goes before
the open auction. The bidder is told what its URLs ask for: nurl, burl, lurl with loss reason and minimum to win, views,
clicks, conversions where the landing page has {click_id}. Who clicks is the truth that the demo model was trained on.

surplus      true value of what was won less what was paid; of it the oracle has that of the best response to each auction
             with the ad that was bid. It knows prices and probabilities, not clicks, budgets, or better ads.
calibration  clicks that the bidder expected, by the tokens of its notice URLs, over those of the truth
pacing       of campaigns with a daily budget: what was spent, against the part of the day that the run took

Exit status: 0 done; 1 could not run, or the bidder went away; 3 the bidder broke a rule.`

const FLAGS = {
  url: { type: 'string' },
  auctions: { type: 'string', default: '20000' },
  auction: { type: 'string' },
  market: { type: 'string', default: MARKETS[0] },
  deal: { type: 'string', multiple: true },
  catalog: { type: 'string' },
  'admin-url': { type: 'string' },
  seed: { type: 'string', default: '1' },
  hour: { type: 'string' },
  rate: { type: 'string', default: '500' },
  connections: { type: 'string', default: '16' },
  tmax: { type: 'string' },
  speed: { type: 'string', default: '60' },
  json: { type: 'boolean', default: false },
  html: { type: 'string' },
} as const

type Flags = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values']

/** Every auction is kept until the end, some 500 bytes of it. */
const AUCTIONS_MAX = 2_000_000
const AUCTION_TYPES = { first: FIRST_PRICE, second: SECOND_PRICE } as const
const FAULTS_SHOWN = 10

/** Something that keeps the exchange from running; its message says what to do. */
class ExchangeFault extends Error {
  override name = 'ExchangeFault'
}

/** Gives the exit status. */
export async function exchangeCommand(args: readonly string[]): Promise<number> {
  try {
    const flags = flagsOf(args)
    if (flags.html !== undefined) writePage(flags.html, '')
    const report = await exchange(flags)
    process.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report))
    if (flags.html !== undefined) writePage(flags.html, exchangePage(report, Date.now()))
    if (report.endedEarly !== null) {
      const { held } = report.figures.auctions
      throw new ExchangeFault(`the bidder answered no more after ${held} auctions: ${report.endedEarly}`)
    }
    return report.broken.length === 0 ? 0 : 3
  } catch (cause) {
    const isTold = [ExchangeFault, BooksFault, UnknownAd].some((kind) => cause instanceof kind)
    if (!isTold) throw cause
    process.stderr.write(`${(cause as Error).message.replace(/^/gm, 'peregrine: exchange: ')}\n`)
    return 1
  }
}

/** Also called before the run, with nothing: a place that cannot be written to is better known at once. */
function writePage(file: string, html: string): void {
  try {
    writeFileSync(file, html)
  } catch (cause) {
    throw new ExchangeFault(`--html: ${(cause as Error).message}`)
  }
}

async function exchange(flags: Flags): Promise<ExchangeReport> {
  const settings = settingsOf(flags)
  const adminUrl = flags['admin-url']
  const admin =
    adminUrl === undefined
      ? undefined
      : new AdminBooks(urlOf('--admin-url', adminUrl), readSettings([], process.env)['admin-token'])
  const catalog = await catalogOf(settings.catalog)
  const before = await admin?.read()
  const run = await runShown(settings, await KnownAds.of(catalog))
  if (run.endedEarly !== undefined && run.held.every(({ status }) => status === 0)) {
    throw new ExchangeFault(`${settings.url}: ${run.endedEarly}; start a bidder there with peregrine serve`)
  }
  const figures = figuresOf(run)
  const books = before === undefined ? null : await settled(admin!, before, run, figures)
  const pacing = pacingOf(catalog.campaigns, figures, { ...run, before })
  return reportOf(settings, run, { figures, pacing, books })
}

/** Null where the bidder went away, if only now. */
async function settled(
  admin: AdminBooks,
  before: Books,
  run: Run,
  figures: Figures,
): Promise<BookReport | null> {
  if (run.endedEarly !== undefined) return null
  try {
    return await admin.settle(before, figures)
  } catch (cause) {
    if (!(cause instanceof BooksFault)) throw cause
    run.endedEarly = cause.message
    return null
  }
}

async function runShown(settings: Settings, ads: KnownAds): Promise<Run> {
  const { seed, market, auction, hour, deals, tmaxMs } = settings
  const progress = new Progress(process.stderr, settings.auctions)
  const url = new URL(settings.url)
  try {
    return await runExchange({
      ...settings,
      url,
      market: {
        seed,
        traits: EXCHANGES[MARKETS.indexOf(market)],
        auctionType: auction === null ? undefined : AUCTION_TYPES[auction],
        hour,
        deals,
        tmaxMs: tmaxMs ?? undefined,
      },
      truth: { ads, hour, house: houseOf(url) },
      onProgress: progress.show,
    })
  } finally {
    progress.clear()
  }
}

function flagsOf(args: readonly string[]): Flags {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values
  } catch (cause) {
    const [reason] = (cause as Error).message.split(/\.\s/)
    throw new ExchangeFault(`${reason}; peregrine exchange --help lists the flags`)
  }
}

function settingsOf(flags: Flags): Settings {
  if (flags.url === undefined) {
    throw new ExchangeFault('--url is due, such as --url http://127.0.0.1:8080/openrtb2/bid')
  }
  const whole = (flag: string, text: string, range: readonly [number, number]) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= range[0] && value <= range[1]) return value
    throw new ExchangeFault(`${flag}: a whole number from ${range[0]} to ${range[1]} is due, not "${text}"`)
  }
  return {
    url: urlOf('--url', flags.url).href,
    catalog: flags.catalog ?? readSettings([], process.env).catalog,
    auctions: whole('--auctions', flags.auctions, [1, AUCTIONS_MAX]),
    seed: whole('--seed', flags.seed, [0, 2 ** 31 - 1]),
    market: oneOf('--market', flags.market, MARKETS),
    auction:
      flags.auction === undefined ? null : oneOf('--auction', flags.auction, ['first', 'second'] as const),
    hour: flags.hour === undefined ? new Date().getUTCHours() : whole('--hour', flags.hour, [0, 23]),
    deals: flags.deal ?? [],
    tmaxMs: flags.tmax === undefined ? null : whole('--tmax', flags.tmax, [1, 60_000]),
    rate: whole('--rate', flags.rate, [1, 100_000]),
    connections: whole('--connections', flags.connections, [1, 1000]),
    speed: whole('--speed', flags.speed, [1, 100_000]),
  }
}

function oneOf<Name extends string>(flag: string, given: string, names: readonly Name[]): Name {
  const name = names.find((name) => name === given)
  if (name !== undefined) return name
  throw new ExchangeFault(`${flag}: one of ${names.join(', ')} is due, not "${given}"`)
}

function urlOf(flag: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:') return url
  throw new ExchangeFault(`${flag}: a whole http URL is due, not "${text}"`)
}

async function catalogOf(directory: string): Promise<Catalog> {
  const loaded = await loadCatalog(directory)
  if ('catalog' in loaded) return loaded.catalog
  const faults = loaded.faults.map((fault) => `${directory}: ${formatFault(fault)}`)
  throw new ExchangeFault(faults.slice(0, FAULTS_SHOWN).join('\n'))
}

/** By the last part of the bid URL, as the bidder knows its exchanges. */
function houseOf(url: URL): HouseRules | undefined {
  const name = url.pathname.split('/').at(-1)
  const profile = EXCHANGE_PROFILES.find((profile) => profile.name === name)
  return profile === undefined ? undefined : houseRulesOf(profile)
}
