/**
 * How large a value table is made: for every auction and unit of budget of an episode, if that takes a gigabyte at most.
 * For a whole file it would mostly be too large: there a table of 128 MB for fewer auctions, with the same budget each, is
 * asked at scale until as few are left.
 */
import type { Allowance } from './allowance.ts'
import { BacktestFault } from './fault.ts'
import type { TableSize } from './value-table.ts'

/** A gigabyte of doubles. */
const EXACT_CELLS_MAX = 2 ** 27
const SCALED_CELLS_MAX = 2 ** 24
/** How far a scaled table reaches, in the budget an auction at the start: less may be spent than planned. */
const RESERVE = 2
const BUDGET_PER_AUCTION_MIN = 1e-3

/** @throws BacktestFault where there is no budget, or the table of an episode does not fit. */
export function tableSize({ per, budget, auctions }: Allowance, bidMax: number): TableSize {
  if (per === 'nothing') throw new BacktestFault('ss-mdp, rlb: --episode or --budget is due')
  // More cannot be spent.
  const useful = Math.min(budget, auctions * bidMax)
  const cells = auctions * (useful + 1)
  if (cells <= (per === 'file' ? SCALED_CELLS_MAX : EXACT_CELLS_MAX)) return { auctions, budget: useful }
  if (per === 'file') return scaledSize(budget / auctions, bidMax)
  const gigabytes = (cells / EXACT_CELLS_MAX).toFixed(1)
  throw new BacktestFault(
    `ss-mdp, rlb: a table of ${auctions} auctions by a budget of ${useful} takes ${gigabytes} GB, and 1 is the most; ` +
      'take a shorter --episode or a smaller --budget-fraction',
  )
}

function scaledSize(budgetPerAuction: number, bidMax: number): TableSize {
  const width = Math.min(RESERVE * Math.max(budgetPerAuction, BUDGET_PER_AUCTION_MIN), bidMax)
  const auctions = Math.floor(Math.sqrt(SCALED_CELLS_MAX / width))
  return { auctions, budget: Math.ceil(width * auctions) }
}
