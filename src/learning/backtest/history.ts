/**
 * What is known before the first auction of a backtest: the totals of a training period, and how often each price would
 * have won. Read once from a JSON file, whole or not at all; every field that is wrong is named with what is due.
 *
 *   {"imp_train": 5, "clk_train": 1, "cost_train": 90, "price_counter_train": [0, 2, 0, ..., 1]}
 *
 * Prices are whole numbers of a unit that the file and the auctions share; the counter's index is the price.
 */
import { readFileSync } from 'node:fs'
import { BacktestFault, unreadable } from './fault.ts'

export type History = {
  readonly clickRate: number
  readonly costPerClick: number
  /** What an impression cost in the mean. */
  readonly meanPrice: number
  /** Auctions by the price that would have won them. */
  readonly priceCounts: readonly number[]
}

export function readHistory(file: string): History {
  const fields = fieldsIn(file)
  const faults = faultsOf(fields)
  if (faults.length > 0) throw new BacktestFault(faults.map((fault) => `${file}: ${fault}`).join('\n'))
  const { imp_train: imps, clk_train: clicks, cost_train: cost, price_counter_train } = fields as Fields
  return {
    clickRate: clicks / imps,
    costPerClick: cost / clicks,
    meanPrice: cost / imps,
    priceCounts: price_counter_train,
  }
}

type Fields = {
  readonly imp_train: number
  readonly clk_train: number
  readonly cost_train: number
  readonly price_counter_train: readonly number[]
}

function fieldsIn(file: string): Readonly<Record<string, unknown>> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, cause)
  }
  let fields: unknown
  try {
    fields = JSON.parse(text)
  } catch (cause) {
    throw new BacktestFault(`${file}: not JSON: ${(cause as Error).message}`)
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new BacktestFault(
      `${file}: an object with imp_train, clk_train, cost_train and price_counter_train is due`,
    )
  }
  return fields as Readonly<Record<string, unknown>>
}

function faultsOf(fields: Readonly<Record<string, unknown>>): string[] {
  const { imp_train: imps, clk_train: clicks, cost_train: cost, price_counter_train: counts } = fields
  const faults: string[] = []
  if (!isCount(imps) || imps === 0) faults.push(due('imp_train', 'a whole number above 0', imps))
  if (!isCount(clicks) || clicks === 0)
    faults.push(`${due('clk_train', 'a whole number above 0', clicks)}; take a period with clicks`)
  else if (isCount(imps) && clicks > imps)
    faults.push(due('clk_train', `at most the ${imps} of imp_train`, clicks))
  if (!(typeof cost === 'number' && cost > 0)) faults.push(due('cost_train', 'a number above 0', cost))
  return [...faults, ...countFaults(counts)]
}

function countFaults(counts: unknown): string[] {
  if (!Array.isArray(counts))
    return [due('price_counter_train', 'a list of auctions by price from 0 on', counts)]
  const wrong = counts.findIndex((count) => !isCount(count))
  if (wrong >= 0) return [due(`price_counter_train[${wrong}]`, 'a whole number from 0', counts[wrong])]
  if (counts.some((count, price) => count > 0 && price > 0)) return []
  return ['price_counter_train: auctions at some price above 0 are due; there are none']
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function due(field: string, what: string, given: unknown): string {
  const found = given === undefined ? '; it is missing' : `, not ${JSON.stringify(given).slice(0, 40)}`
  return `${field}: ${what} is due${found}`
}
