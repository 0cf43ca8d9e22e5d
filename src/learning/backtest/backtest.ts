/**
 * Runs bidding strategies against a log of auctions, all in one reading, and gives what each won, paid and brought.
 * A budget for the whole file needs the count of its auctions: then the file is read twice. Memory does not grow with the
 * file. Cold: `peregrine backtest` calls it.
 */
import { type Allowance, UNLIMITED } from './allowance.ts'
import { readAuctions } from './auction-log.ts'
import { BacktestFault } from './fault.ts'
import { type History, readHistory } from './history.ts'
import { type Shade, type Shading, shadingOf } from './shading.ts'
import { type StrategyName, strategiesOf } from './strategies.ts'
import { type Outcome, type Rules, Trial } from './trial.ts'

export type BudgetPlan =
  | { readonly per: 'episode'; readonly auctions: number; readonly fraction: number }
  | { readonly per: 'file'; readonly budget: number }
  | { readonly per: 'nothing' }

export type Plan = {
  readonly auctionsFile: string
  readonly trainFile: string
  readonly strategies: readonly StrategyName[]
  readonly budget: BudgetPlan
  readonly bidMax: number
  readonly b0?: number
  readonly lambda?: number
  /** At first price; undefined at second. */
  readonly shade?: Shade
}

export type Row = Outcome & {
  readonly strategy: StrategyName
  /** How bids were shaded at first price; null at second. */
  readonly shade: Shading['shade'] | null
  /** Of each episode, or of the whole file; null without one. */
  readonly budget: number | null
  readonly winRate: number
  /** Null where nothing was clicked. */
  readonly ecpc: number | null
  /** What the strategy was tuned to. */
  readonly parameters: Readonly<Record<string, number>>
}

export type OnProgress = (stage: 'counting' | 'tuning' | 'bidding', share: number) => void

/** @throws BacktestFault with the place and the remedy. */
export async function backtest(plan: Plan, onProgress: OnProgress = () => {}): Promise<Row[]> {
  const { auctionsFile, bidMax, b0, lambda } = plan
  const history = readHistory(plan.trainFile)
  const allowance = await allowanceOf(plan, history, onProgress)
  onProgress('tuning', 0)
  const shading = plan.shade && shadingOf(plan.shade, history.priceCounts, bidMax)
  const rules: Rules = { allowance, bidMax, shadedBids: shading?.bids }
  const strategies = strategiesOf(plan.strategies, { history, allowance, bidMax, b0, lambda })
  const trials = strategies.map((strategy) => new Trial(strategy, rules))
  const count = await readAuctions(
    auctionsFile,
    (click, price, clickProbability) => {
      for (const trial of trials) trial.auction(click, price, clickProbability)
    },
    (share) => onProgress('bidding', share),
  )
  if (allowance.per === 'file' && count !== allowance.auctions) {
    throw new BacktestFault(`${auctionsFile} changed while it was read; give a file that stays as it is`)
  }
  return trials.map((trial, i) => {
    const { name, parameters } = strategies[i]
    const budget = allowance.per === 'nothing' ? null : allowance.budget
    return rowOf({ strategy: name, shade: shading?.shade ?? null, budget, parameters }, trial.outcome())
  })
}

async function allowanceOf(
  { budget, auctionsFile }: Plan,
  { meanPrice }: History,
  onProgress: OnProgress,
): Promise<Allowance> {
  if (budget.per === 'nothing') return UNLIMITED
  if (budget.per === 'episode') {
    const { auctions, fraction } = budget
    return { per: 'episode', budget: Math.floor(meanPrice * fraction * auctions), auctions }
  }
  const auctions = await readAuctions(
    auctionsFile,
    () => {},
    (share) => onProgress('counting', share),
  )
  return { per: 'file', budget: budget.budget, auctions }
}

type Given = Pick<Row, 'strategy' | 'shade' | 'budget' | 'parameters'>

function rowOf({ strategy, shade, budget, parameters }: Given, outcome: Outcome): Row {
  const { auctions, imps, clicks, cost } = outcome
  const ecpc = clicks === 0 ? null : cost / clicks
  return { strategy, shade, ...outcome, winRate: imps / auctions, ecpc, budget, parameters }
}
