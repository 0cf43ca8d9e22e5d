/** Campaigns of the simulated days: one of each kind that paces differently. What they could spend was tried out. */
import type { Prng } from '../../src/base/prng.ts'
import type { PacingMode } from '../../src/budget/pacer.ts'
import type { Auction, Market } from './market.ts'

export type PacedCampaign = {
  readonly name: string
  readonly mode: PacingMode
  /** Worth of a click, or of a thousand impressions for a flat CPM. */
  readonly goal: 'cpc' | 'cpm'
  readonly valueMicros: number
  readonly dailyNanos: number
  /** Exchanges that it buys on. */
  readonly exchanges: readonly number[]
}

const DOLLAR_NANOS = 1e9
const ALL = [0, 1, 2, 3]
const CEDAR = [2]

export const CAMPAIGNS: readonly PacedCampaign[] = [
  campaign('cpc, large', 'cpc', { value: 1, daily: 90, exchanges: ALL }),
  campaign('cpc, middling', 'cpc', { value: 0.9, daily: 8, exchanges: ALL }),
  campaign('cpc, small', 'cpc', { value: 1.1, daily: 1, exchanges: ALL }),
  campaign('cpc, second price', 'cpc', { value: 1.2, daily: 10, exchanges: CEDAR }),
  campaign('cpm, large', 'cpm', { value: 2.4, daily: 80, exchanges: ALL }),
  campaign('cpm, small', 'cpm', { value: 3, daily: 2, exchanges: ALL }),
]

/** How far off the click model is, in the logarithm. */
const MODEL_SIGMA = 0.2

/** What an impression is worth to the campaign, whose only creative has its number. */
export function valueCpmMicros(
  { goal, valueMicros }: PacedCampaign,
  market: Market,
  auction: Auction,
  creative: number,
  prng: Prng,
): number {
  if (goal === 'cpm') return valueMicros
  const predicted = market.clickProbability(auction, creative) * Math.exp(MODEL_SIGMA * prng.normal())
  return predicted * valueMicros * 1000
}

function campaign(
  name: string,
  goal: 'cpc' | 'cpm',
  { value, daily, exchanges }: { value: number; daily: number; exchanges: readonly number[] },
): PacedCampaign {
  return {
    name,
    mode: goal === 'cpc' ? 'dual' : 'throttle',
    goal,
    valueMicros: value * 1e6,
    dailyNanos: daily * DOLLAR_NANOS,
    exchanges,
  }
}
