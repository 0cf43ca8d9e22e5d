/**
 * `peregrine backtest`: bidding strategies against a log of auctions, a row each. Reads the flags, draws a progress bar
 * where a person looks on, prints a table or JSON. A flag or a file that cannot be used is one sentence and exit 1.
 */
import { parseArgs } from 'node:util'
import { FlagFault, numberOf, oneOf, positiveOf, wholeOf } from './flags.ts'
import { type BudgetPlan, backtest, type Plan } from './learning/backtest/backtest.ts'
import { BacktestFault } from './learning/backtest/fault.ts'
import { tableOf } from './learning/backtest/report.ts'
import { SHADES } from './learning/backtest/shading.ts'
import { STRATEGIES, type StrategyName } from './learning/backtest/strategies.ts'
import { ProgressBar } from './learning/progress-bar.ts'

export const BACKTEST_HELP = `peregrine backtest [flags]: what bidding strategies would have won, paid and brought

  --auctions FILE      a line each: click (0 or 1), price (a whole number), click probability
  --train FILE         JSON: imp_train, clk_train, cost_train, price_counter_train (auctions by whole price)
  --strategy NAMES     of ${STRATEGIES.join(', ')}; several by commas, or the flag again
  --episode N          the budget is for N auctions, then starts anew; --budget-fraction is due with it
  --budget-fraction F  and is this share, such as 1/16 or 0.0625, of what N impressions cost in training
  --budget B           one budget for the whole file instead, which is then read twice
  --max-bid N          the highest bid [300]
  --b0 X               of lin: the bid at the mean click rate
  --lambda X           of ortb: the worth of budget in clicks, such as 5.2e-7
  --first-price        winners pay their bids
  --shade NAME         of ${SHADES.join(', ')}: how first-price bids are shaded [none]
  --json               print the rows as JSON

mcpc bids what clicks cost in training times the click probability, lin in proportion to it, ortb by a root of it, with
the c that fits the prices of training best. Without --b0 and --lambda these are set so that auctions of the mean click
rate would spend the budget at second price in training. ss-mdp and rlb bid by dynamic programming over what is left, in a
table of at most 1 GB; for a whole file that needs more than 128 MB they ask a smaller one at scale. dual is mcpc paced as
the bidder paces, untuned. Bids are cut to whole units, to --max-bid and to the budget left.

lognormal and empirical shade by the prices of training, as a curve or as they are; best is the one of the two that keeps
more surplus when each is fitted to one half of them and judged by the other. The surplus shown is a share of that of an
oracle which pays exactly the price wherever the strategy's bid at second price reaches it.`

const FLAGS = {
  auctions: { type: 'string' },
  train: { type: 'string' },
  strategy: { type: 'string', multiple: true },
  episode: { type: 'string' },
  'budget-fraction': { type: 'string' },
  budget: { type: 'string' },
  'max-bid': { type: 'string', default: '300' },
  b0: { type: 'string' },
  lambda: { type: 'string' },
  'first-price': { type: 'boolean', default: false },
  shade: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** Shaded bids are tried for every bid of every worth. */
const BID_MAX_MAX = 10_000
const EPISODE_MAX = 10_000_000

type Flags = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values']

/** Gives the exit status: 0, or 1 with a sentence for each fault. */
export async function backtestCommand(args: readonly string[]): Promise<number> {
  const bar = process.stderr.isTTY ? new ProgressBar((text) => process.stderr.write(text)) : undefined
  try {
    const flags = flagsOf(args)
    const rows = await backtest(planOf(flags), bar?.show)
    bar?.clear()
    console.log(flags.json ? JSON.stringify(rows, null, 2) : tableOf(rows))
    return 0
  } catch (cause) {
    if (!(cause instanceof BacktestFault || cause instanceof FlagFault)) throw cause
    bar?.clear()
    console.error(cause.message.replace(/^/gm, 'peregrine: backtest: '))
    return 1
  }
}

function flagsOf(args: readonly string[]): Flags {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values
  } catch (cause) {
    const [reason] = (cause as Error).message.split(/\.\s/)
    throw new BacktestFault(`${reason}; peregrine backtest --help lists the flags`)
  }
}

function planOf(flags: Flags): Plan {
  return {
    auctionsFile: fileOf('--auctions', flags.auctions, 'auctions, a line each'),
    trainFile: fileOf('--train', flags.train, 'the totals of a training period'),
    strategies: strategiesIn(flags.strategy ?? []),
    budget: budgetOf(flags),
    bidMax: wholeOf('--max-bid', flags['max-bid'], 1, BID_MAX_MAX),
    b0: flags.b0 === undefined ? undefined : numberOf('--b0', flags.b0),
    lambda: flags.lambda === undefined ? undefined : positiveOf('--lambda', flags.lambda),
    shade: shadeOf(flags),
  }
}

function fileOf(flag: string, file: string | undefined, what: string): string {
  if (file === undefined || file === '') throw new BacktestFault(`${flag} FILE with ${what} is due`)
  return file
}

function strategiesIn(lists: readonly string[]): StrategyName[] {
  const names = new Set(lists.flatMap((list) => list.split(',')).map((name) => name.trim()))
  if (names.size === 0) throw new BacktestFault(`--strategy is due: ${STRATEGIES.join(', ')}, or several`)
  return [...names].map((name) => oneOf('--strategy', name, STRATEGIES))
}

function budgetOf({ episode, 'budget-fraction': fraction, budget }: Flags): BudgetPlan {
  if (budget !== undefined) {
    const other = episode === undefined ? fraction && '--budget-fraction' : '--episode'
    if (other) throw new BacktestFault(`--budget is for the whole file; leave it or ${other} out`)
    return { per: 'file', budget: wholeOf('--budget', budget, 0, Number.MAX_SAFE_INTEGER) }
  }
  if (episode === undefined && fraction === undefined) return { per: 'nothing' }
  if (episode === undefined) throw new BacktestFault('--budget-fraction: --episode N is due with it')
  if (fraction === undefined)
    throw new BacktestFault('--episode: --budget-fraction F is due with it, such as 1/16')
  return {
    per: 'episode',
    auctions: wholeOf('--episode', episode, 1, EPISODE_MAX),
    fraction: fractionOf('--budget-fraction', fraction),
  }
}

function shadeOf(flags: Flags): Plan['shade'] {
  if (flags['first-price']) return oneOf('--shade', flags.shade ?? 'none', SHADES)
  if (flags.shade === undefined) return undefined
  throw new BacktestFault('--shade is for first price; add --first-price or leave it out')
}

/** A number from 0, or a quotient such as 1/16. */
function fractionOf(flag: string, given: string): number {
  const quotient = /^([^/]+)\/([^/]+)$/.exec(given)
  if (quotient === null) return numberOf(flag, given)
  return numberOf(flag, quotient[1]) / positiveOf(flag, quotient[2])
}
